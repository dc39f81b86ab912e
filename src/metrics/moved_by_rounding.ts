import type { Spectrum } from "../linalg/spectrum.ts";
import { spectrumError } from "./spectrum_error.ts";
import type { EmbeddingStatistics } from "./statistics.ts";

/** Unit roundoff of float64. */
const UNIT = 2 ** -53;
/** So many units the mean is off by, in lengths of its dimension. */
const MEAN_UNITS = 8;

/**
 * Statistics that differ from some by as much as rounding may have moved them: every value of a
 * spectrum by the root mean square of its error, all up, or up and down in turn, and the mean alike. A
 * metric that is not the same of them is known no better than that.
 *
 * @param statistics What a pass left.
 * @returns Both. What is the same in them: leverages, and the squared deviations.
 */
export function movedByRounding(statistics: EmbeddingStatistics): readonly EmbeddingStatistics[] {
  return [() => 1, (at: number) => at % 2 === 0 ? 1 : -1].map((sign) => moved(statistics, sign));
}

type Sign = (at: number) => number;

function moved(statistics: EmbeddingStatistics, sign: Sign): EmbeddingStatistics {
  const { rows, dim, mean, squaredDeviations, unit, lidar } = statistics;
  return {
    rows,
    dim,
    squaredDeviations,
    // Only a metric that was asked for makes a spectrum that was not there.
    get scored() {
      return movedSpectrum(statistics.scored, sign);
    },
    get centered() {
      return movedSpectrum(statistics.centered, sign);
    },
    mean: mean.map((value, at) =>
      value +
      sign(at) * MEAN_UNITS * UNIT * Math.hypot(value, Math.sqrt(squaredDeviations[at] / rows))
    ),
    ...unit && { unit: movedSpectrum(unit, sign) },
    ...lidar && { lidar: lidar.map((value, at) => movedValue(value, sign(at) * UNIT * lidar[0])) },
    get leverage() {
      return statistics.leverage;
    },
  };
}

function movedSpectrum(spectrum: Spectrum, sign: Sign): Spectrum {
  const error = spectrumError(spectrum);
  if (!error || !(error.rootMeanSquare > 0)) return spectrum;
  const move = (values: Float64Array) =>
    values.map((value, at) => movedValue(value, sign(at) * error.rootMeanSquare));
  if (error.of === "eigen") {
    const eigenvalues = move(spectrum.eigenvalues);
    return { ...spectrum, eigenvalues, singularValues: eigenvalues.map(Math.sqrt) };
  }
  const singularValues = move(spectrum.singularValues);
  return { ...spectrum, singularValues, eigenvalues: singularValues.map((value) => value * value) };
}

function movedValue(value: number, by: number): number {
  return Math.max(value + by, 0);
}
