"""Pairs of files of embeddings of the same samples, and their linear CKA by NumPy.

    python tests/python/write_pairs.py FOLDER

Prints JSON: {"pairs": a list of {"a", "b", "flags", "rows", "cka"}, "layers": the CKA of each two of
the columns layer1, layer2, layer10 of layers.parquet, in this order}.
"""

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 3000


def linear_cka(x, y):
    """By the N×N kernels: tr(KHLH)/sqrt(tr(KHKH) tr(LHLH))."""
    x, y = (z.astype(np.float64) - z.astype(np.float64).mean(axis=0) for z in (x, y))
    k, l = x @ x.T, y @ y.T
    return float((k * l).sum() / np.sqrt((k * k).sum() * (l * l).sum()))


def vectors(z):
    """A column of lists of as many numbers."""
    return pa.FixedSizeListArray.from_arrays(pa.array(z.reshape(-1)), z.shape[1])


def main(folder):
    rng = np.random.default_rng(1)
    early = rng.normal(size=(ROWS, 24)).astype(np.float32)
    late = (np.maximum(early @ rng.normal(size=(24, 40)), 0) + 100).astype(np.float32)
    other = rng.standard_t(3, size=(ROWS, 7))
    np.save(f"{folder}/early.npy", early)
    np.save(f"{folder}/late.npy", late.astype(np.float16))
    pq.write_table(pa.table({"emb": vectors(late)}), f"{folder}/late.parquet", row_group_size=700)
    table = pa.table({"early": vectors(early), "other": vectors(other)})
    with pa.ipc.new_file(f"{folder}/both.arrow", table.schema) as writer:
        writer.write_table(table, max_chunksize=450)
    np.savetxt(f"{folder}/other.csv", other, delimiter=",", header="a,b,c,d,e,f,g", comments="")
    half = late.astype(np.float16)
    pairs = [
        ("early.npy", "late.parquet", [], early, late),
        ("late.npy", "late.parquet", [], half, late),
        ("early.npy", "other.csv", ["--columns-b", "*"], early, other),
        ("both.arrow", "both.arrow", ["--column", "early", "--column-b", "other"], early, other),
        ("both.arrow", "late.npy", ["--column-a", "early"], early, half),
    ]
    layers = {
        "layer10": np.maximum(late, 101),
        "layer2": late,
        "label": np.arange(ROWS),
        "layer1": early.astype(np.float64),
    }
    columns = {name: vectors(z) if z.ndim == 2 else pa.array(z) for name, z in layers.items()}
    pq.write_table(pa.table(columns), f"{folder}/layers.parquet")
    ordered = [layers[name] for name in ("layer1", "layer2", "layer10")]
    print(
        json.dumps(
            {
                "pairs": [
                    {"a": a, "b": b, "flags": flags, "rows": ROWS, "cka": linear_cka(x, y)}
                    for a, b, flags, x, y in pairs
                ],
                "layers": [[linear_cka(x, y) for y in ordered] for x in ordered],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
