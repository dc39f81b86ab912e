"""What reptrix, stable-pretraining and NumPy make of arrays that are written for us to score.

    python tests/python/peer_formulas.py FOLDER

Writes .npy files, and prints JSON: [{"name", "rows", "dim", "reptrix": {…}, "stable-pretraining": {…},
"metrics": {…}}].

The formulas were transcribed from reptrix 0.1.0 (utils.get_eigenspectrum, rankme.get_rank,
alpha.get_powerlaw) and stable-pretraining 0.1.8 (callbacks/rankme.py), with NumPy's SVD for
scikit-learn's PCA and torch's svdvals. They keep the precision of their input; here it is float64.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "metrics"))

from make_metrics import expected  # noqa: E402


# --- reptrix 0.1.0.


def get_eigenspectrum(activations, max_eigenvals=2048):
    """PCA(n_components, svd_solver="full").fit(feats_center).explained_variance_ratio_"""
    feats = activations.reshape(activations.shape[0], -1)
    feats_center = feats - feats.mean(axis=0)
    n_components = min(max_eigenvals, feats_center.shape[0], feats_center.shape[1])
    singular = np.linalg.svd(feats_center - feats_center.mean(axis=0), compute_uv=False)
    explained_variance = singular**2 / (len(feats) - 1)
    return (explained_variance / explained_variance.sum())[:n_components]


def get_rank(eigen):
    l1 = np.sum(np.abs(eigen))
    eps = 1e-7
    eigen_norm = eigen / l1 + eps
    entropy = -np.sum(eigen_norm * np.log(eigen_norm))
    return np.exp(entropy)


def get_powerlaw(eigen, trange):
    """α only. The weights are of float32, as they are there."""
    logss = np.log(np.abs(eigen))
    y = logss[trange][:, np.newaxis]
    trange = trange + 1
    nt = trange.size
    x = np.concatenate((-np.log(trange)[:, np.newaxis], np.ones((nt, 1))), axis=1)
    w = 1.0 / trange.astype(np.float32)[:, np.newaxis]
    b = np.linalg.solve(x.T @ (x * w), (w * x).T @ y).flatten()
    return b[0]


# --- stable-pretraining 0.1.8.


def stable_pretraining_rankme(embeddings):
    s = np.linalg.svd(embeddings, compute_uv=False)
    p = (s / np.sum(s, axis=0)) + 1e-5
    entropy = -np.sum(p * np.log(p))
    return np.exp(entropy)


# --- Arrays.


def arrays():
    rng = np.random.default_rng(20250101)
    scales = 1 / np.arange(1, 161)
    rotation, _ = np.linalg.qr(rng.normal(size=(160, 160)))
    yield "normal", rng.normal(size=(900, 160))
    yield "power law with a mean", (rng.normal(size=(900, 160)) * scales) @ rotation + 0.7
    collapsed = rng.normal(size=(700, 12)) @ rng.normal(size=(12, 128))
    yield "collapsed", collapsed + 1e-3 * rng.normal(size=(700, 128)) - 2
    yield "heavy tails, float32", rng.standard_t(3, size=(1200, 144)).astype(np.float32)
    yield "fewer rows than dimensions", rng.normal(size=(130, 200)) + rng.normal(size=200)


def main(folder):
    cases = []
    for index, (name, z) in enumerate(arrays()):
        path = f"{index}.npy"
        np.save(Path(folder) / path, z)
        z = z.astype(np.float64)
        eigen = get_eigenspectrum(z)
        case = {"name": name, "path": path, "rows": z.shape[0], "dim": z.shape[1]}
        case["reptrix"] = {
            "rankMe": float(get_rank(eigen)),
            "alpha": float(get_powerlaw(eigen, np.arange(10, 100))),
        }
        case["stable-pretraining"] = {"rankMe": float(stable_pretraining_rankme(z))}
        case["metrics"] = expected(z)
        cases.append(case)
    print(json.dumps(cases))


if __name__ == "__main__":
    main(sys.argv[1])
