import { RankMeError } from "../errors.ts";
import { numbered, numberedPrefixes, pairNumber } from "./numbered.ts";
import { describeSettings, type HyperparameterValue, type Run, type Settings } from "./run.ts";

/** Runs of one method that are alike in everything but their seeds. */
export interface Configuration {
  /** The hyperparameters they share. */
  readonly settings: Settings;
  /** The runs, at least one. */
  readonly runs: readonly Run[];
}

/** Configurations of one method that differ in one hyperparameter only. */
export interface Axis {
  /** The hyperparameter. */
  readonly hyperparameter: string;
  /** What the others are set to, as far as they vary at all. */
  readonly fixed: Settings;
  /** The configurations, each with a value of its own. */
  readonly configurations: readonly Configuration[];
}

/** How the runs of one method were laid out. */
export interface Design {
  /** At most one axis for each hyperparameter. */
  readonly axes: readonly Axis[];
  /** The configuration around which one hyperparameter at a time was varied, where there is one. */
  readonly default?: Configuration;
  /** Configurations that lie on none of the axes. */
  readonly unused: readonly Configuration[];
}

/** How many things a message lists before it stops. */
const LISTED = 6;

/**
 * Puts runs together that differ in their seeds only.
 *
 * @param runs Runs of one method.
 * @returns The configurations, in the order in which they first appear.
 */
export function configurationsOf(runs: readonly Run[]): readonly Configuration[] {
  const groups = Map.groupBy(runs, ({ settings }) => keyOf(settings));
  return [...groups.values()].map((runs) => ({ settings: runs[0].settings, runs }));
}

/**
 * Finds the axes of runs that name the one hyperparameter they vary.
 *
 * @param configurations Configurations of one hyperparameter each.
 * @returns An axis for each that has two values or more.
 */
export function namedAxes(configurations: readonly Configuration[]): Design {
  const groups = Map.groupBy(configurations, ({ settings }) => Object.keys(settings)[0]);
  const axes = [...groups]
    .filter(([, { length }]) => length > 1)
    .map(([hyperparameter, configurations]) => ({ hyperparameter, fixed: {}, configurations }));
  return { axes, unused: outside(axes, configurations) };
}

/**
 * Finds the axes along which one hyperparameter was varied while the others stayed at their default.
 *
 * A hyperparameter that was varied at one setting of the others only has that axis. Where there are
 * several, as in a grid, the axis is the one through the default: the configuration that lies on most
 * axes, and on the longest of them.
 *
 * @param configurations The configurations of one method.
 * @param about Settings of the default, as far as they are known.
 * @returns The axes, none where no two configurations differ in one hyperparameter only.
 * @throws {RankMeError} `usage`, when several configurations could be the default, with a list of them.
 */
export function findAxes(configurations: readonly Configuration[], about: Settings = {}): Design {
  const varied = variedIn(configurations);
  const lines = linesOf(configurations, varied)
    .filter(({ hyperparameter, fixed }) => isAt(fixed, about, hyperparameter));
  const byHyperparameter = Map.groupBy(lines, ({ hyperparameter }) => hyperparameter);
  const best = mostCentral(configurations.filter(({ settings }) => isAt(settings, about)), lines);
  const first = best[0] && chooseLines(byHyperparameter, best[0].through);
  // In a grid all are alike, and the second differs from the first.
  const differ = best.some(({ through }) => {
    const axes = chooseLines(byHyperparameter, through);
    return axes === undefined || axes.some((axis, index) => axis !== first![index]);
  });
  if (differ) throw severalDefaults(best.map(({ configuration }) => configuration), varied);
  const axes = first ?? lines;
  return {
    axes,
    ...best.length === 1 && best[0].through.length > 1 && { default: best[0].configuration },
    unused: outside(axes, configurations),
  };
}

/** A configuration, and the lines that go through it. */
interface Crossing {
  readonly configuration: Configuration;
  readonly through: readonly Axis[];
}

/** Those of some configurations that lie on most lines, and of them on the longest. */
function mostCentral(
  candidates: readonly Configuration[],
  lines: readonly Axis[],
): readonly Crossing[] {
  const linesThrough = new Map<Configuration, Axis[]>();
  for (const line of lines) {
    for (const configuration of line.configurations) {
      const through = linesThrough.get(configuration);
      if (through) through.push(line);
      else linesThrough.set(configuration, [line]);
    }
  }
  let best: Crossing[] = [], most = 0, longest = 0;
  for (const configuration of candidates) {
    const through = linesThrough.get(configuration) ?? [];
    const size = sizeOf(through);
    if (through.length > most || through.length === most && size > longest) {
      [best, most, longest] = [[], through.length, size];
    }
    if (most > 0 && through.length === most && size === longest) {
      best.push({ configuration, through });
    }
  }
  return best;
}

/**
 * The line of each hyperparameter: the only one, or the one that goes through a configuration.
 *
 * @returns The lines; nothing where one has several and none goes through it.
 */
function chooseLines(
  lines: ReadonlyMap<string, readonly Axis[]>,
  through: readonly Axis[],
): readonly Axis[] | undefined {
  const chosen: Axis[] = [];
  for (const [name, own] of lines) {
    const line = own.length > 1
      ? through.find(({ hyperparameter }) => hyperparameter === name)
      : own[0];
    if (line === undefined) return undefined;
    chosen.push(line);
  }
  return chosen;
}

/** The hyperparameters that are not the same everywhere. */
export function variedIn(configurations: readonly Configuration[]): readonly string[] {
  const found = new Map<
    string,
    { readonly first: HyperparameterValue; given: number; varies: boolean }
  >();
  for (const { settings } of configurations) {
    for (const [name, value] of Object.entries(settings)) {
      const known = found.get(name);
      if (!known) found.set(name, { first: value, given: 1, varies: false });
      else {
        known.given++;
        known.varies ||= value !== known.first;
      }
    }
  }
  return [...found].filter(([, { given, varies }]) => varies || given < configurations.length)
    .map(([name]) => name);
}

/** Every set of two configurations or more that differ in one hyperparameter only. */
function linesOf(configurations: readonly Configuration[], varied: readonly string[]): Axis[] {
  const columns = varied.map((name) =>
    numbered(configurations.map(({ settings }) => settings[name]))
  );
  // The values of all hyperparameters but one are known by the numbers of those before and after it.
  const before = numberedPrefixes(columns, configurations.length);
  const after = numberedPrefixes(columns.toReversed(), configurations.length);
  return varied.flatMap((hyperparameter, place) => {
    const others = varied.filter((name) => name !== hyperparameter);
    const [left, right] = [before[place], after[others.length - place]];
    // A hyperparameter that was not given has no place on an axis of its values.
    const given = Array.from(configurations.keys())
      .filter((one) => configurations[one].settings[hyperparameter] !== undefined);
    const groups = Map.groupBy(given, (one) => pairNumber(left[one], right[one]));
    return [...groups.values()].filter(({ length }) => length > 1).map((line) => ({
      hyperparameter,
      fixed: pick(configurations[line[0]].settings, others),
      configurations: line.map((one) => configurations[one]),
    }));
  });
}

function sizeOf(lines: readonly Axis[]): number {
  return lines.reduce((sum, { configurations }) => sum + configurations.length, 0);
}

/**
 * Whether settings have some values.
 *
 * @param settings All settings of a configuration.
 * @param about The values that some of them should have.
 * @param but One that may have any.
 * @returns Whether they do.
 */
export function isAt(settings: Settings, about: Settings, but?: string): boolean {
  return Object.entries(about).every(([name, value]) => name === but || settings[name] === value);
}

function outside(
  axes: readonly Axis[],
  configurations: readonly Configuration[],
): readonly Configuration[] {
  const used = new Set(axes.flatMap(({ configurations }) => configurations));
  return configurations.filter((configuration) => !used.has(configuration));
}

function pick(settings: Settings, names: readonly string[]): Settings {
  return Object.fromEntries(
    names.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]),
  );
}

function keyOf(settings: Settings): string {
  return JSON.stringify(Object.entries(settings).sort(([a], [b]) => a < b ? -1 : 1));
}

function severalDefaults(
  candidates: readonly Configuration[],
  varied: readonly string[],
): RankMeError {
  const listed = candidates.slice(0, LISTED)
    .map(({ settings }) => describeSettings(pick(settings, varied)));
  const more = candidates.length > LISTED ? ` and ${candidates.length - LISTED} more` : "";
  return new RankMeError(
    "usage",
    `${candidates.length} configurations could be the default that others vary around: ` +
      listed.join("; ") + more,
    { advice: `say which, as in --default '${listed[0]}', or choose over everything with --joint` },
  );
}
