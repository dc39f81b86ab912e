"""Writes one embedding matrix in all the ways that Python programs write Arrow.

    python tests/python/write_embeddings.py FOLDER

Prints a JSON list: each file's name, the flags that read it, how many rows it has that cannot be used,
and what reference_rankme.py says of the others. `.arrows` are IPC streams, `.arrow` are IPC files.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from reference_rankme import reference

ROWS, DIM, BATCH_ROWS = 1000, 24, 300
DTYPES = {"f16": np.float16, "f32": np.float32, "f64": np.float64}
LAYOUTS = ("fixed-size-list", "list", "large-list", "columns")
PER_DIMENSION = ["--columns", "dim_*"]


def matrix(dtype=np.float32):
    """Gaussian numbers around a mean, each dimension less spread than the one before."""
    noise = np.random.default_rng(7).standard_normal((ROWS, DIM))
    return (0.5 + noise / np.arange(1, DIM + 1)).astype(dtype)


def embedding_columns(layout, z, mask=None):
    """The numbers as Arrow columns by name; mask tells which rows are null."""
    if layout == "columns":
        return {f"dim_{i}": pa.array(z[:, i], mask=mask) for i in range(DIM)}
    values = pa.array(z.reshape(-1))
    mask = None if mask is None else pa.array(mask)
    ends = np.arange(len(z) + 1) * DIM
    if layout == "fixed-size-list":
        lists = pa.FixedSizeListArray.from_arrays(values, DIM, mask=mask)
    elif layout == "list":
        lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, mask=mask)
    else:
        lists = pa.LargeListArray.from_arrays(pa.array(ends), values, mask=mask)
    return {"embedding": lists}


def other_columns():
    """What else stands in a table of embeddings."""
    return {
        "id": pa.array(range(ROWS)),
        "label": pa.array(["cat", "dog", None, "cow"] * (ROWS // 4)).dictionary_encode(),
        "text": pa.array([f"row {i}" for i in range(ROWS)]),
        "score": pa.array(np.linspace(0, 1, ROWS)),
        "tags": pa.array([["a", "b"], []] * (ROWS // 2)),
    }


def unusable():
    """A matrix with NaN and infinities, and which of its rows are to be null besides."""
    z = matrix()
    z[[3, 400], [0, 7]] = np.nan
    z[[299, 300], [5, 23]] = np.inf, -np.inf
    mask = np.zeros(ROWS, bool)
    mask[[0, 17, 650, 651, 999]] = True
    return z, mask


class Folder:
    """A folder of files, and the list of what is in it."""

    def __init__(self, path):
        self.path = Path(path)
        self.files = []

    def add(self, name, z, flags=(), skipped=0):
        """Lists a file of that matrix; returns its path, to be written."""
        entry = {"name": name, "flags": list(flags), "skippedRows": skipped, **reference(z)}
        self.files.append(entry)
        return str(self.path / name)

    def add_arrow(self, name, columns, z, **entry):
        """Writes Arrow columns with pyarrow, as a stream and as a file."""
        table = pa.table(columns)
        for extension, new_writer in (("arrows", pa.ipc.new_stream), ("arrow", pa.ipc.new_file)):
            path = self.add(f"{name}.{extension}", z, **entry)
            with new_writer(path, table.schema) as writer:
                writer.write_table(table, max_chunksize=BATCH_ROWS)


def write_pyarrow(folder):
    for layout in LAYOUTS:
        flags = PER_DIMENSION if layout == "columns" else []
        for name, dtype in DTYPES.items():
            z = matrix(dtype)
            folder.add_arrow(f"{layout}-{name}", embedding_columns(layout, z), z, flags=flags)
        columns = other_columns() | embedding_columns(layout, matrix())
        folder.add_arrow(f"{layout}-beside-others", columns, matrix(), flags=flags)
        z, mask = unusable()
        usable = z[~mask & np.isfinite(z).all(axis=1)]
        folder.add_arrow(
            f"{layout}-with-unusable-rows",
            embedding_columns(layout, z, mask),
            usable,
            flags=[*flags, "--non-finite", "skip"],
            skipped=ROWS - len(usable),
        )
    tensors = pa.FixedShapeTensorArray.from_numpy_ndarray(matrix())
    folder.add_arrow("tensors", {"embedding": tensors}, matrix())


def write_pandas(folder):
    rows = pd.DataFrame({"id": range(ROWS), "embedding": list(matrix())})
    rows.to_feather(folder.add("pandas-rows.arrow", matrix()), compression="uncompressed")
    dimensions = pd.DataFrame(matrix(), columns=[f"dim_{i}" for i in range(DIM)])
    path = folder.add("pandas-dimensions.arrow", matrix(), PER_DIMENSION)
    dimensions.to_feather(path, compression="uncompressed")
    # pandas compresses unless told otherwise.
    rows.to_feather(folder.add("pandas-default.arrow", matrix()))


def write_polars(folder):
    frames = {
        "arrays": pl.DataFrame({"embedding": matrix()}),
        "lists": pl.DataFrame({"embedding": pl.Series(matrix().tolist(), dtype=pl.List(pl.Float32))}),
        "dimensions": pl.DataFrame(matrix(), schema=[f"dim_{i}" for i in range(DIM)]),
    }
    for name, frame in frames.items():
        flags = PER_DIMENSION if name == "dimensions" else []
        frame.write_ipc(folder.add(f"polars-{name}.arrow", matrix(), flags))
        frame.write_ipc_stream(folder.add(f"polars-{name}.arrows", matrix(), flags))


if __name__ == "__main__":
    folder = Folder(sys.argv[1])
    write_pyarrow(folder)
    write_pandas(folder)
    write_polars(folder)
    print(json.dumps(folder.files))
