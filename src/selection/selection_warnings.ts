import type { AxisChoice, MethodSelection } from "./selection.ts";

/** Hyperparameters by which a network may hardly be trained at all. */
const TRAINING =
  /^((base_?|b|init(ial)?_?)?lr|(base_?)?learning_?rate|(num_?|max_?|n_?)?(epochs?|steps?))$/i;

/**
 * What the reader of some choices should know of them.
 *
 * @param methods The choices.
 * @param joint Whether they were made over all hyperparameters at once.
 * @returns Sentences.
 */
export function selectionWarnings(
  methods: readonly MethodSelection[],
  joint: boolean,
): readonly string[] {
  const several = methods.length > 1 ? "; methods are not compared: each has its own choice" : "";
  return [
    ...joint
      ? [
        `a joint choice is not what the paper does: it varies one hyperparameter at a time${several}`,
      ]
      : [],
    ...methods.flatMap(({ method, choices }) =>
      choices.flatMap((choice) => {
        const of = [method, choice.hyperparameter].filter((one) => one !== undefined).join(", ");
        return warningsOf(choice).map((warning) => of === "" ? warning : `${of}: ${warning}`);
      })
    ),
  ];
}

function warningsOf(choice: AxisChoice): string[] {
  const scores = choice.candidates.flatMap(({ runs }) => runs.map(({ score }) => score));
  const distinct = <T>(
    values: readonly (T | undefined)[],
  ) => [...new Set(values.filter((value) => value !== undefined))];
  const dims = distinct(scores.map(({ dim }) => dim));
  const rows = distinct(scores.map(({ rows }) => rows));
  const columns = distinct(scores.map(({ column }) => column));
  const edge = edgeOf(choice);
  return [
    ...dims.length > 1
      ? [`embeddings of ${dims.join(", ")} dimensions: their ranks are not alike`]
      : [],
    ...rows.length > 1
      ? [`scores of ${rows.join(", ")} rows: RankMe grows with rows, --rows makes them alike`]
      : [],
    ...columns.length > 1
      ? [
        `columns ${
          columns.map((name) => `"${name}"`).join(", ")
        }: those of other names may be of ` +
        "other embeddings; --column says which are meant",
      ]
      : [],
    ...edge
      ? [
        `the choice is the ${edge} value that was tried` +
        (edge === "smallest" && TRAINING.test(choice.hyperparameter!)
          ? ": an untrained network has a high rank as well, so see that it is trained enough"
          : ", and others beyond it may be better"),
      ]
      : [],
  ];
}

/** Whether the choice is at an end of three numbers or more that were tried, though some failed. */
function edgeOf(
  { candidates, chosen, hyperparameter, unscored }: AxisChoice,
): "smallest" | "largest" | undefined {
  const values = [...candidates.map(({ value }) => value), ...unscored];
  const numbers = values.filter((value) => typeof value === "number");
  const isOrdered = numbers.length === values.length;
  if (hyperparameter === undefined || !isOrdered || values.length < 3) return undefined;
  const own = Number(chosen.value);
  if (numbers.every((value) => value >= own)) return "smallest";
  return numbers.every((value) => value <= own) ? "largest" : undefined;
}
