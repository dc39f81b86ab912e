"""Arrow IPC streams (.arrows), files (.arrow) and Feather, beyond what write_embeddings.py writes."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from pyarrow import feather

from .folder import NAMES, ROWS, matrix, with_unusable_rows

COMPRESSIONS = "lz4", "zstd", None
WRITERS = {"arrows": pa.ipc.new_stream, "arrow": pa.ipc.new_file}


def lists(z, kind="fixed-size-list", null=None):
    """The rows of a matrix as an array of lists."""
    values = pa.array(z.reshape(-1))
    null = None if null is None else pa.array(null)
    ends = np.arange(len(z) + 1) * z.shape[1]
    if kind == "list":
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, mask=null)
    if kind == "large-list":
        return pa.LargeListArray.from_arrays(pa.array(ends), values, mask=null)
    return pa.FixedSizeListArray.from_arrays(values, z.shape[1], mask=null)


def dimensions(z):
    """The columns of a matrix as columns of their own."""
    return {name: pa.array(z[:, i]) for i, name in enumerate(NAMES)}


def others(rows=ROWS):
    """What else stands in a table of embeddings."""
    return {
        "id": pa.array([f"row {i}" for i in range(rows)]),
        "label": pa.array(["cat", "dog", None] * (rows // 3)).dictionary_encode(),
        "seen": pa.array([True, None, False] * (rows // 3)),
        "at": pa.array(range(rows), pa.timestamp("ms")),
        "tags": pa.array([["a", "b"], [], None] * (rows // 3)),
        "bytes": pa.array([b"\x00\xff"] * rows),
        "box": pa.array([{"x": 1, "y": 2}] * rows),
    }


def sparse_vectors():
    """Vectors of which only two numbers each are kept, of dimensions that differ: D is not 2."""
    rows = [{"indices": [i % 48, (7 * i + 1) % 48], "values": [1.5, i / ROWS]} for i in range(ROWS)]
    lists_of = {"indices": pa.list_(pa.int32()), "values": pa.list_(pa.float32())}
    return pa.table({"features": pa.array(rows, pa.struct(lists_of))})


def save(path, table, rows=700, **options):
    """Writes a table in record batches of so many rows."""
    new_writer = WRITERS[path.rsplit(".", 1)[1]]
    with new_writer(path, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=rows)


def write_arrow(folder):
    for extension in WRITERS:
        write_layouts(folder, extension)
        write_batches(folder, extension)
        write_nested(folder, extension)
    write_feather(folder)
    write_frames(folder)


def write_layouts(folder, extension):
    tables = {
        "fixed-size-list-f32": (matrix(), lists(matrix())),
        "fixed-size-list-f64": (matrix(np.float64), lists(matrix(np.float64))),
        "list-f16": (matrix(np.float16), lists(matrix(np.float16), "list")),
        "large-list-f32": (matrix(), lists(matrix(), "large-list")),
    }
    for compression in COMPRESSIONS:
        for name, (z, column) in tables.items():
            path = folder.add(f"{name}-{compression}.{extension}", z)
            save(path, pa.table({**others(), "embedding": column}), compression=compression)
        path = folder.add(f"columns-{compression}.{extension}", matrix())
        save(path, pa.table(dimensions(matrix())), compression=compression)
        z, null, usable = with_unusable_rows()
        path = folder.add(
            f"unusable-rows-{compression}.{extension}",
            usable,
            skipped=ROWS - len(usable),
            nonFinite="skip",
        )
        save(path, pa.table({"embedding": lists(z, null=null)}), compression=compression)
    path = folder.add(f"piped-{extension}.arrows", matrix(), piped=True)
    save(path, pa.table({"embedding": lists(matrix())}), compression="lz4")


def write_batches(folder, extension):
    table = pa.table({**others(), "embedding": lists(matrix(), "list")})
    save(folder.add(f"one-row-a-batch.{extension}", matrix()), table, rows=1)
    save(folder.add(f"one-batch.{extension}", matrix()), table, rows=ROWS)
    save(folder.add(f"one-row-a-batch-zstd.{extension}", matrix()), table, rows=1, compression="zstd")
    with WRITERS[extension](folder.add(f"empty-batches.{extension}", matrix()), table.schema) as writer:
        for batch in table.to_batches(max_chunksize=1000):
            writer.write_batch(batch.slice(0, 0))
            writer.write_batch(batch)
        writer.write_batch(batch.slice(0, 0))
    for kind in "fixed-size-list", "list", "large-list":
        sliced = pa.table({"embedding": lists(matrix(), kind)}).slice(7, 2001)
        save(folder.add(f"slice-of-{kind}.{extension}", matrix()[7:2008]), sliced)
    sliced = pa.table(dimensions(matrix())).slice(7, 2001)
    save(folder.add(f"slice-of-columns.{extension}", matrix()[7:2008]), sliced)
    null = np.zeros(ROWS, bool)
    null[[3, 1650, 1651]] = True
    usable = np.delete(matrix()[1500:2100], [150, 151], axis=0)
    path = folder.add(f"slice-with-nulls.{extension}", usable, skipped=2, nonFinite="skip")
    save(path, pa.table({"embedding": lists(matrix(), null=null)}).slice(1500, 600))
    # Each batch has labels of its own: a stream replaces its dictionary, or adds to it.
    labels = [pa.array([f"label {at}"] * 500 + ["cat"] * 500).dictionary_encode() for at in range(3)]
    batches = [
        pa.record_batch({"label": labels[at], "embedding": lists(matrix()[1000 * at : 1000 * at + 1000])})
        for at in range(3)
    ]
    unified = pa.Table.from_batches(batches).unify_dictionaries()
    save(folder.add(f"dictionaries.{extension}", matrix()), unified)
    if extension == "arrows":
        save(folder.add("replaced-dictionaries.arrows", matrix()), pa.Table.from_batches(batches))


def write_nested(folder, extension):
    z = matrix()
    model = pa.StructArray.from_arrays([pa.array(range(ROWS)), lists(z)], ["step", "embedding"])
    deeper = pa.StructArray.from_arrays([model, pa.array(["a"] * ROWS)], ["model", "name"])
    table = pa.table({**others(), "model": model})
    save(folder.add(f"struct.{extension}", z, column="model.embedding"), table)
    save(folder.add(f"only-in-struct.{extension}", z), table)
    save(folder.add(f"struct-lz4.{extension}", z), table, compression="lz4")
    save(folder.add(f"struct-slice.{extension}", z[7:2008]), table.slice(7, 2001))
    path = folder.add(f"struct-in-struct.{extension}", z, column="run.model.embedding")
    save(path, pa.table({"run": deeper}))
    null = np.zeros(ROWS, bool)
    null[[5, 2999]] = True
    holed = pa.StructArray.from_arrays([lists(z)], ["embedding"], mask=pa.array(null))
    path = folder.add(f"struct-with-nulls.{extension}", z[~null], skipped=2, nonFinite="skip")
    save(path, pa.table({"model": holed}))
    both = pa.table({"a": pa.StructArray.from_arrays([lists(z), lists(-z)], ["x", "y"])})
    save(folder.add_refused(f"struct-of-two.{extension}", "a.x"), both)
    save(folder.add(f"struct-of-two-chosen.{extension}", -z, column="a.y"), both)

    save(folder.add_refused(f"sparse-vectors.{extension}", "features"), sparse_vectors())

    vectors = pa.FixedShapeTensorArray.from_numpy_ndarray(z)
    save(folder.add(f"tensors-of-one-axis.{extension}", z), pa.table({"embedding": vectors}))
    tokens = z.reshape(ROWS, 4, 12)
    tensors = pa.table({"embedding": pa.FixedShapeTensorArray.from_numpy_ndarray(tokens)})
    save(folder.add(f"tensors-flat.{extension}", z, axes="flat"), tensors)
    save(folder.add(f"tensors-rows.{extension}", tokens.reshape(-1, 12), axes="rows"), tensors)
    save(folder.add_refused(f"tensors.{extension}", "--axes"), tensors)
    matrices = pa.FixedSizeListArray.from_arrays(lists(z.reshape(-1, 12)), 4)
    save(folder.add(f"lists-of-lists-flat.{extension}", z, axes="flat"), pa.table({"embedding": matrices}))


def write_feather(folder):
    table = pa.table({**others(), "embedding": lists(matrix(), "list")})
    feather.write_feather(table, folder.add("pyarrow-default.feather", matrix()))
    feather.write_feather(table, folder.add("pyarrow-zstd.feather", matrix()), "zstd", 19, chunksize=999)
    feather.write_feather(table, folder.add("pyarrow-uncompressed.feather", matrix()), "uncompressed")
    flat = pa.table({"id": pa.array(range(ROWS)), **dimensions(matrix())})
    feather.write_feather(flat, folder.add_refused("version-1.feather", "pyarrow.feather.read_table"), version=1)


def write_frames(folder):
    rows = pd.DataFrame({"id": [f"row {i}" for i in range(ROWS)], "embedding": list(matrix())})
    rows.to_feather(folder.add("pandas-rows.feather", matrix()))
    rows.to_feather(folder.add("pandas-rows-zstd.feather", matrix()), compression="zstd")
    flat = pd.DataFrame(matrix(), columns=NAMES)
    flat.to_feather(folder.add("pandas-columns.feather", matrix()))
    flat.insert(0, "score", np.linspace(0, 1, ROWS))
    flat.to_feather(folder.add("pandas-chosen-columns.feather", matrix(), columns=["dim_*"]))

    text = [f"a text of more than twelve letters, number {i}" for i in range(ROWS)]
    frames = {
        "arrays": pl.DataFrame({"id": range(ROWS), "embedding": matrix()}),
        "lists": pl.DataFrame({"embedding": pl.Series(list(matrix()), dtype=pl.List(pl.Float32))}),
        "columns": pl.DataFrame(matrix(np.float64), schema=NAMES),
        "beside-text": pl.DataFrame({"text": text, "embedding": matrix()}),
        "categories": pl.DataFrame(
            {"label": pl.Series(["cat", "dog"] * (ROWS // 2), dtype=pl.Categorical), "embedding": matrix()}
        ),
    }
    for name, frame in frames.items():
        z = matrix(np.float64) if name == "columns" else matrix()
        for compression in "uncompressed", "lz4", "zstd":
            frame.write_ipc(folder.add(f"polars-{name}-{compression}.arrow", z), compression=compression)
            path = folder.add(f"polars-{name}-{compression}.arrows", z)
            frame.write_ipc_stream(path, compression=compression)
    squares = pl.DataFrame({"embedding": matrix().reshape(ROWS, 4, 12)})
    squares.write_ipc(folder.add("polars-matrices-flat.arrow", matrix(), axes="flat"))
