"""Golden correlations and intervals from SciPy.

Run it from the repository's root; it rewrites tests/selection/correlations.json:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy scipy==1.17.1
    /tmp/golden/bin/python tests/selection/make_correlations.py

Pearson's r with its interval is scipy.stats.pearsonr's. Spearman's and Kendall's coefficients are
spearmanr's and kendalltau's (variant b); SciPy has no intervals for them, so those are written out
here: Fisher's transform with the standard errors of Bonett & Wright (2000) and of Fieller, Hartley &
Pearson (1957). `--coverage` prints how often each interval holds the coefficient of the population.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy import stats

Z = stats.norm.ppf(0.975)


def transformed(value, variance):
    margin = Z * np.sqrt(variance)
    return [float(np.tanh(np.arctanh(value) - margin)), float(np.tanh(np.arctanh(value) + margin))]


def case(name, x, y):
    n = len(x)
    pearson = stats.pearsonr(x, y)
    spearman = stats.spearmanr(x, y).statistic
    kendall = stats.kendalltau(x, y, variant="b").statistic
    interval = pearson.confidence_interval(0.95)
    return {
        "name": name,
        "x": [float(value) for value in x],
        "y": [float(value) for value in y],
        "pearson": [float(pearson.statistic), float(interval.low), float(interval.high)],
        "spearman": [float(spearman), *transformed(spearman, (1 + spearman**2 / 2) / (n - 3))],
        "kendall": [float(kendall), *transformed(kendall, 0.437 / (n - 4))] if n > 4 else [float(kendall)],
    }


def cases():
    rng = np.random.default_rng(6)
    noise = rng.standard_normal
    x = rng.uniform(10, 200, 30)
    yield case("a strong trend with noise", x, 50 + 0.1 * x + noise(30))
    yield case("no trend", noise(12), noise(12))
    yield case("many ties in both", rng.integers(0, 4, 25), rng.integers(0, 3, 25))
    x = rng.uniform(1, 5, 9)
    yield case("a falling curve", x, np.exp(-x) + 0.02 * noise(9))
    yield case("ties in one", [1, 2, 2, 3, 3, 3, 4, 5], [5, 1, 4, 2, 8, 3, 9, 7])
    yield case("four points", [1, 2, 3, 4], [1, 3, 2, 4])
    yield case("five points", [1, 2, 3, 4, 5], [2, 1, 3, 5, 4])
    yield case("far from zero", 1e9 + noise(10), 1e-9 * noise(10))


def coverage(repetitions=4000):
    """Bivariate normal points: their population ρ_s and τ are known functions of r."""
    rng = np.random.default_rng(1)
    for n in (6, 10, 25):
        for r in (0.0, 0.5, 0.9):
            rho, tau = 6 / np.pi * np.arcsin(r / 2), 2 / np.pi * np.arcsin(r)
            held = np.zeros(3)
            for _ in range(repetitions):
                x = rng.standard_normal(n)
                y = r * x + np.sqrt(1 - r * r) * rng.standard_normal(n)
                found = stats.pearsonr(x, y).statistic, stats.spearmanr(x, y).statistic, stats.kendalltau(x, y).statistic
                variances = 1 / (n - 3), (1 + found[1] ** 2 / 2) / (n - 3), 0.437 / (n - 4)
                for index, truth in enumerate((r, rho, tau)):
                    if abs(found[index]) == 1:  # No interval is given.
                        held[index] += 1
                        continue
                    low, high = transformed(found[index], variances[index])
                    held[index] += low <= truth <= high
            print(n, r, *(f"{100 * share:.1f} %" for share in held / repetitions))


if __name__ == "__main__":
    if "--coverage" in sys.argv:
        coverage()
    else:
        path = Path(__file__).with_name("correlations.json")
        path.write_text(json.dumps(list(cases()), indent=2) + "\n")
