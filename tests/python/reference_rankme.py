"""RankMe by NumPy's float64 SVD, under every convention: what our numbers are held against.

    python tests/python/reference_rankme.py < stream.arrow

Reads an Arrow IPC stream from standard input: one column of lists, or one column per dimension. Prints
JSON: {"rows", "dim", "rankMe": {convention: value}}.
"""

import json
import sys

import numpy as np
import pyarrow as pa

# Convention: whether the mean is subtracted, the power of σ, ε.
CONVENTIONS = {
    "paper": (False, 1, 1e-7),
    "paper-centered": (True, 1, 1e-7),
    "roy-vetterli": (False, 1, 0.0),
    "stable-pretraining": (False, 1, 1e-5),
    "reptrix": (True, 2, 1e-7),
}


def effective_rank(values, epsilon):
    """exp(-Σ p ln p) with p = value/Σvalues + ε, not normalised again."""
    p = values / values.sum() + epsilon
    p = p[p > 0]
    return float(np.exp(-(p * np.log(p)).sum()))


def reference(z):
    """What this script prints, for an array of (rows, dimensions)."""
    z = z.astype(np.float64)
    rank_me = {}
    for name, (centered, power, epsilon) in CONVENTIONS.items():
        sigma = np.linalg.svd(z - z.mean(axis=0) if centered else z, compute_uv=False)
        rank_me[name] = effective_rank(sigma**power, epsilon)
    return {"rows": z.shape[0], "dim": z.shape[1], "rankMe": rank_me}


def matrix_of(table):
    """The numbers of a table as an array of (rows, dimensions)."""
    if table.num_columns == 1 and pa.types.is_nested(table.column(0).type):
        lists = table.column(0).combine_chunks()
        return lists.flatten().to_numpy().reshape(len(lists), -1)
    return np.stack([column.to_numpy() for column in table.columns], axis=1)


if __name__ == "__main__":
    with pa.ipc.open_stream(sys.stdin.buffer) as stream:
        print(json.dumps(reference(matrix_of(stream.read_all()))))
