"""Views of objects in files, and their LiDAR by NumPy.

    python tests/python/write_views.py FOLDER

Prints JSON: a list of {"name", "flags", "lidar"}.
"""

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

OBJECTS, DIM = 300, 20


def lidar(rows, owners):
    """Thilak et al. 2024, by the inverse square root of the covariance within objects."""
    groups = [rows[owners == owner] for owner in np.unique(owners)]
    between = np.cov(np.array([group.mean(axis=0) for group in groups]).T)
    within = np.mean([np.cov(group.T) for group in groups if len(group) > 1], axis=0)
    values, vectors = np.linalg.eigh(within + 1e-4 * np.eye(rows.shape[1]))
    root = vectors @ np.diag(values**-0.5) @ vectors.T
    eigenvalues = np.maximum(np.linalg.eigvalsh(root @ between @ root), 0)
    p = eigenvalues / eigenvalues.sum() + 1e-7
    return float(np.exp(-np.sum(p * np.log(p))))


def table(rows, owners, names):
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
    return pa.table({"emb": vectors, "image": pa.array(names[owners])})


def main(folder):
    rng = np.random.default_rng(3)
    owners = np.repeat(np.arange(OBJECTS), rng.integers(1, 9, OBJECTS))
    directions = rng.normal(size=(6, DIM))
    rows = 2 * rng.normal(size=(OBJECTS, 6)) @ directions
    rows = (rows[owners] + 0.3 * rng.normal(size=(len(owners), DIM)) + 5).astype(np.float32)
    names = np.array([f"image {index:04}.png" for index in range(OBJECTS)])
    expected = lidar(rows.astype(np.float64), owners)
    in_order = table(rows, owners, names)
    pq.write_table(in_order, f"{folder}/views.parquet", row_group_size=100)
    with pa.ipc.new_stream(f"{folder}/views.arrows", in_order.schema) as writer:
        writer.write_table(in_order, max_chunksize=77)
    order = rng.permutation(len(owners))
    pq.write_table(table(rows[order], owners[order], names), f"{folder}/shuffled.parquet")
    with open(f"{folder}/views.csv", "w") as file:
        file.write("image," + ",".join(f"d{i}" for i in range(DIM)) + "\n")
        for owner, row in zip(owners, rows):
            file.write(f"{owner}," + ",".join(map(repr, map(float, row))) + "\n")
    print(
        json.dumps(
            [
                {"name": name, "flags": flags, "lidar": expected}
                for name, flags in [
                    ("views.parquet", []),
                    ("views.arrows", []),
                    ("views.csv", ["--columns", "d*"]),
                    ("shuffled.parquet", ["--group-memory", "10MB"]),
                ]
            ]
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
