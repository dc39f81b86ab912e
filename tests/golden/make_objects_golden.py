"""Golden values of LiDAR, linear CKA and generalised eigenvalues, from their definitions in NumPy.

Run it from the repository's root; it rewrites tests/golden/objects.json:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy==2.4.6
    /tmp/golden/bin/python tests/golden/make_objects_golden.py

The committed file was made with NumPy 2.4.6 (OpenBLAS 0.3.31) under Python 3.11 on x86-64.

Each is computed by another way than ours: LiDAR from the inverse square root of the within-object
covariance by its eigenvectors, and no Cholesky factor; CKA from the N×N kernels and no covariance;
generalised eigenvalues from an explicit inverse. The rows are rebuilt from seeds as in
make_golden.py.

LiDAR    Thilak et al. 2024: Σ_b = covariance of the objects' means, Σ_w = mean over objects of the
         covariance of their views, + δI, both unbiased; λ of Σ_w^(-1/2) Σ_b Σ_w^(-1/2);
         p = λ/Σλ + 1e-7; exp(-Σ p ln p). Objects of one view have no covariance and count in Σ_b only.
CKA      Kornblith et al. 2019, eq. 3 with linear kernels: tr(KHLH)/sqrt(tr(KHKH) tr(LHLH)).
chance   the mean of CKA over all pairings of the rows (Kazi-Aoual et al. 1995 for the RV coefficient,
         which is the same number): tr(KH) tr(LH)/(N-1)/sqrt(tr(KHKH) tr(LHLH)).
"""

import json
import math
from pathlib import Path

import numpy as np

from make_golden import gaussian

# name, dim, the numbers of views of the objects in turn, objects, mean of all, scale of the noise
OBJECTS = [
    ("equal views", 6, [4], 30, 0.0, 0.5),
    ("unequal views", 5, [2, 3, 7], 40, 0.0, 1.0),
    ("some single", 5, [1, 3, 2], 40, 0.0, 0.25),
    ("a large mean", 6, [3], 50, 1024.0, 0.125),
    ("fewer objects than dimensions", 12, [5], 9, 0.0, 0.5),
    ("fewer views than dimensions", 16, [2], 12, 0.0, 1.0),
    ("more rows of an object than dimensions", 3, [40, 2], 8, 0.0, 0.5),
]
DELTAS = [1e-4, 1e-1, 1e-8]


def object_rows(index, dim, views, objects, mean, noise):
    """Rows of one object after the other, and which each is of."""
    counts = [views[o % len(views)] for o in range(objects)]
    centers = gaussian(100 + index, objects * dim).reshape(objects, dim)
    owner = np.repeat(np.arange(objects), counts)
    rows = noise * gaussian(200 + index, len(owner) * dim).reshape(len(owner), dim)
    return centers[owner] + rows + mean, owner


def lidar(rows, owner, delta):
    groups = [rows[owner == o] for o in range(owner[-1] + 1)]
    between = np.cov(np.array([group.mean(axis=0) for group in groups]).T)
    within = np.mean([np.cov(group.T) for group in groups if len(group) > 1], axis=0)
    values, vectors = np.linalg.eigh(within + delta * np.eye(rows.shape[1]))
    root = vectors @ np.diag(values**-0.5) @ vectors.T
    eigenvalues = np.maximum(np.linalg.eigvalsh(root @ between @ root), 0)[::-1]
    p = eigenvalues / eigenvalues.sum() + 1e-7
    return {
        "delta": delta,
        "eigenvalues": eigenvalues.tolist(),
        "lidar": math.exp(-np.sum(p * np.log(p))),
    }


def object_case(index, name, dim, views, objects, mean, noise):
    rows, owner = object_rows(index, dim, views, objects, mean, noise)
    return {
        "name": name,
        "dim": dim,
        "views": views,
        "objects": objects,
        "mean": mean,
        "noise": noise,
        "firstEntries": rows.reshape(-1)[:3].tolist(),
        "expected": [lidar(rows, owner, delta) for delta in DELTAS],
    }


# name, N, D of the one and of the other, how much of the one is in the other
PAIRS = [
    ("alike", 60, 6, 4, 4.0),
    ("half alike", 200, 5, 5, 1.0),
    ("unrelated", 100, 8, 3, 0.0),
    ("fewer rows than dimensions", 7, 9, 6, 0.5),
]


def pair_case(index, name, rows, dim_a, dim_b, share):
    a = gaussian(300 + index, rows * dim_a).reshape(rows, dim_a)
    b = share * a[:, np.arange(dim_b) % dim_a] + gaussian(400 + index, rows * dim_b).reshape(rows, dim_b)
    center = np.eye(rows) - 1 / rows
    k, l = center @ a @ a.T @ center, center @ b @ b.T @ center
    size = math.sqrt(np.trace(k @ k) * np.trace(l @ l))
    return {
        "name": name,
        "rows": rows,
        "dims": [dim_a, dim_b],
        "share": share,
        "cka": np.trace(k @ l) / size,
        "chance": np.trace(k) * np.trace(l) / (rows - 1) / size,
    }


def generalized_case(dim):
    half = gaussian(500 + dim, dim * dim).reshape(dim, dim)
    root = gaussian(600 + dim, dim * dim).reshape(dim, dim)
    b, w = half + half.T, root @ root.T + np.eye(dim)
    inverse = np.linalg.inv(np.linalg.cholesky(w))
    return {"dim": dim, "eigenvalues": np.linalg.eigvalsh(inverse @ b @ inverse.T)[::-1].tolist()}


def main():
    golden = {
        "objects": [object_case(index, *case) for index, case in enumerate(OBJECTS)],
        "pairs": [pair_case(index, *case) for index, case in enumerate(PAIRS)],
        "generalized": [generalized_case(dim) for dim in (1, 2, 3, 4, 5, 17, 33, 70)],
    }
    target = Path(__file__).with_name("objects.json")
    target.write_text(json.dumps(golden, indent=2) + "\n")
    print(f"written to {target} with NumPy {np.__version__}")


if __name__ == "__main__":
    main()
