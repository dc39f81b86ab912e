"""Golden values of every metric but RankMe and LiDAR, from NumPy, for golden matrices.

Run it from the repository's root; it rewrites tests/metrics/metrics.json:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy==2.4.6
    /tmp/golden/bin/python -B tests/metrics/make_metrics.py

The committed file was made with NumPy 2.4.6 under Python 3.11 on x86-64. The matrices are those of
tests/golden/make_golden.py, which the tests rebuild to the last bit.

Every number comes another way than ours where there is one: from rows or matrices instead of
eigenvalues, from N×N cosines, from an SVD instead of a Gram, by the steps of whoever proposed it. What was
transcribed from others says so: reptrix 0.1.0 (get_powerlaw), the script of "Unsupervised Embedding Quality
Evaluation" (google-research, graph_embedding/metrics), IsoScore 1.0 (the steps of the paper).
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "golden"))

from make_golden import CASES  # noqa: E402

NAMES = (
    "gaussian",
    "anisotropic",
    "power-law",
    "rank-32",
    "rank-deficient",
    "twin-columns",
    "constant-rows",
    "fewer-rows-than-columns",
    "one-row",
    "one-column",
    "float32",
)


def effective_rank(z):
    """Roy & Vetterli 2007: Π p^-p, by powers."""
    sigma = np.linalg.svd(z, compute_uv=False)
    p = sigma / sigma.sum()
    return np.prod(p**-p)


def participation_ratio(c):
    """(tr C)²/tr C², from the covariance itself."""
    return np.trace(c) ** 2 / np.trace(c @ c)


def stable_rank(z):
    return (np.linalg.norm(z, "fro") / np.linalg.norm(z, 2)) ** 2


def nesum(c):
    """He & Ozay 2022, definition 4.1, as in the script of Tsitsulin et al."""
    values = np.linalg.eigvalsh(c)
    return (values / values[-1]).sum()


def spectral_entropy(centered):
    """-tr ρ ln ρ of the N×N Gram of the centred rows, scaled to trace 1."""
    gram = centered @ centered.T
    values = np.linalg.eigvalsh(gram / np.trace(gram))
    values = values[values > 1e-14]
    return -(values * np.log(values)).sum()


def explained_variance(centered, share):
    """As scikit-learn's PCA counts components: searchsorted on cumulative explained_variance_ratio_."""
    squares = np.linalg.svd(centered, compute_uv=False) ** 2
    held = np.cumsum(squares / squares.sum())
    return int(np.searchsorted(held, share * (1 - 1e-12))) + 1


def pseudo_condition_number(z):
    """‖Z‖₂·‖Z⁺‖₂, from the pseudo-inverse itself, with matrix_rank's tolerance."""
    tolerance = max(z.shape) * np.finfo(float).eps
    return np.linalg.norm(z, 2) * np.linalg.norm(np.linalg.pinv(z, rcond=tolerance), 2)


def power_law(eigen, first, last):
    """get_powerlaw of reptrix 0.1.0 for ranks first…last, its weights in float64; R² over these ranks."""
    ranks = np.arange(first, last + 1)
    y = np.log(np.abs(eigen))[ranks - 1][:, np.newaxis]
    x = np.concatenate((-np.log(ranks)[:, np.newaxis], np.ones((ranks.size, 1))), axis=1)
    w = 1.0 / ranks[:, np.newaxis]
    b = np.linalg.solve(x.T @ (x * w), (w * x).T @ y)
    residual, total = ((y - x @ b) ** 2).sum(), ((y - y.mean()) ** 2).sum()
    return float(b[0, 0]), float(1 - residual / total)


def iso_score(z):
    """IsoScore's steps 2 to 6, on the principal components of the rows."""
    centered = z - z.mean(axis=0)
    n = z.shape[1]
    _, _, axes = np.linalg.svd(centered, full_matrices=True)
    diagonal = np.diag(np.cov((centered @ axes.T).T))
    normalized = diagonal * np.sqrt(n) / np.linalg.norm(diagonal)
    defect = np.linalg.norm(normalized - np.ones(n)) / np.sqrt(2 * (n - np.sqrt(n)))
    return ((n - defect**2 * (n - np.sqrt(n))) ** 2 - n) / (n * (n - 1))


def self_clustering(z):
    """self_clustering of the script of Tsitsulin et al., without its ε."""
    unit = z / np.linalg.norm(z, axis=1)[:, np.newaxis]
    n, d = unit.shape
    expected = n + n * (n - 1) / d
    return (np.square(unit @ unit.T).sum() - expected) / (n * n - expected)


def leverage(z):
    """The largest squared row length of U, and the rank."""
    rank = np.linalg.matrix_rank(z)
    u, _, _ = np.linalg.svd(z, full_matrices=False)
    return {"largest": float((u[:, :rank] ** 2).sum(axis=1).max()), "rank": int(rank)}


def expected(z):
    rows, dim = z.shape
    centered = z - z.mean(axis=0)
    varies = rows > 1 and bool((z != z[0]).any())
    sigma = np.linalg.svd(z, compute_uv=False)
    rank = int(np.linalg.matrix_rank(z))
    most = leverage(z)
    values = {
        "effectiveRank": effective_rank(z),
        "stableRank": stable_rank(z),
        "numericalRank": rank,
        "pseudoConditionNumber": pseudo_condition_number(z),
        "coherence": rows / most["rank"] * most["largest"],
        "meanNorm": rows * np.sum(z.mean(axis=0) ** 2) / np.linalg.norm(z, "fro") ** 2,
    }
    if rank == min(rows, dim):
        values["conditionNumber"] = np.linalg.cond(z)
    if rows > 1:
        values["deadDimensions"] = int((z == z[0]).all(axis=0).sum())
    if rows > 1 and dim > 1:
        values["selfCluster"] = self_clustering(z)
    if varies:
        covariance = np.atleast_2d(np.cov(z.T))
        values["participationRatio"] = participation_ratio(covariance)
        values["nesum"] = nesum(covariance)
        values["spectralEntropy"] = spectral_entropy(centered)
        for share in (50, 90, 95, 99):
            values[f"explainedVariance{share}"] = explained_variance(centered, share / 100)
        last = min(100, int(np.linalg.matrix_rank(centered)))
        if last >= 13:
            eigen = np.linalg.svd(centered, compute_uv=False) ** 2
            values["alphaReq"], values["alphaReqR2"] = power_law(eigen, 11, last)
            values["alphaReqFrom"], values["alphaReqTo"] = 11, last
        if dim > 1:
            values["isotropy"] = iso_score(z)
    else:
        # Of what does not vary there is nothing to count.
        counts = ["participationRatio", "nesum"]
        counts += [f"explainedVariance{share}" for share in (50, 90, 95, 99)]
        values.update(dict.fromkeys(counts, 0))
    return {key: float(value) for key, value in values.items()}


def main():
    cases = {}
    for name, rows, dim, _, build in CASES:
        if name in NAMES:
            z = build(rows, dim)
            cases[name] = {"leverage": leverage(z), "metrics": expected(z)}
    assert set(cases) == set(NAMES)
    target = HERE / "metrics.json"
    target.write_text(json.dumps(cases, indent=2) + "\n")
    print(f"{len(cases)} cases written to {target} with NumPy {np.__version__}")


if __name__ == "__main__":
    main()
