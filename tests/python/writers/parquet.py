"""Parquet by pyarrow, pandas, polars, DuckDB and fastparquet."""

from itertools import product

import duckdb
import fastparquet
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from .arrow import dimensions, lists, others, sparse_vectors
from .folder import NAMES, ROWS, matrix, with_unusable_rows

CODECS = "NONE", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD"


def write_parquet(folder):
    write_pyarrow(folder)
    write_nested(folder)
    write_frames(folder)
    write_duckdb(folder)
    write_fastparquet(folder)


def write_pyarrow(folder):
    def write(name, z, columns, row_group_size=1100, **options):
        path = folder.add(f"pyarrow-{name}.parquet", z)
        pq.write_table(pa.table(columns), path, row_group_size=row_group_size, **options)

    embeddings = {**others(), "embedding": lists(matrix(), "list")}
    for codec in CODECS:
        for version in "1.0", "2.0":
            for dictionary in False, True:
                name = f"{codec}-pages-{version}-{'dictionary' if dictionary else 'plain'}"
                options = {"compression": codec, "use_dictionary": dictionary}
                write(name, matrix(), embeddings, data_page_version=version, **options)
    for name, dtype in {"f16": np.float16, "f32": np.float32, "f64": np.float64}.items():
        z = matrix(dtype)
        for kind in "fixed-size-list", "list", "large-list":
            write(f"{kind}-{name}", z, {"embedding": lists(z, kind)})
        write(f"columns-{name}", z, dimensions(z))
    for version in "1.0", "2.0":
        small = {"data_page_size": 1000, "data_page_version": version, "use_dictionary": False}
        write(f"small-pages-{version}", matrix(), embeddings, **small, write_batch_size=7)
        write(f"small-pages-of-columns-{version}", matrix(), dimensions(matrix()), **small)
    write("one-row-a-group", matrix()[:60], {"embedding": lists(matrix()[:60])}, row_group_size=1)
    write("one-group", matrix(), embeddings, row_group_size=ROWS)
    write("checksums", matrix(), embeddings, write_page_checksum=True)
    write("page-index", matrix(), embeddings, write_page_index=True)
    write("without-arrow-schema", matrix(), embeddings, store_schema=False)
    write("old-lists", matrix(), embeddings, use_compliant_nested_type=False)
    write("format-1.0", matrix(), embeddings, version="1.0")
    for name, dtype in {"f16": np.float16, "f32": np.float32, "f64": np.float64}.items():
        z = matrix(dtype)
        split = {"use_dictionary": False, "use_byte_stream_split": True}
        write(f"byte-stream-split-{name}", z, {"embedding": lists(z)}, **split)
    repeated = np.repeat(matrix()[:30], 100, axis=0) + np.tile(matrix()[:100], (30, 1)).round()
    write("many-equal-numbers", repeated, {"embedding": lists(repeated)})
    write("many-equal-numbers-in-columns", repeated, dimensions(repeated))
    sliced = pa.table(embeddings).slice(7, 2001)
    write("slice", matrix()[7:2008], sliced)

    z, null, usable = with_unusable_rows()
    options = {"skipped": ROWS - len(usable), "nonFinite": "skip"}
    for kind in "fixed-size-list", "list":
        for version in "1.0", "2.0":
            path = folder.add(f"unusable-rows-of-{kind}-{version}.parquet", usable, **options)
            table = pa.table({"embedding": lists(z, kind, null)})
            pq.write_table(table, path, row_group_size=1024, data_page_version=version)
    path = folder.add("unusable-rows-of-columns.parquet", usable, **options)
    columns = {name: pa.array(z[:, i], mask=null) for i, name in enumerate(NAMES)}
    pq.write_table(pa.table(columns), path, row_group_size=1024)
    required = pa.schema([pa.field("embedding", pa.list_(pa.field("item", pa.float32(), False)), False)])
    table = pa.table({"embedding": lists(matrix(), "list").cast(required[0].type)}, required)
    pq.write_table(table, folder.add("never-null.parquet", matrix()))
    for name, array in {"null": lists(z, "list", null), "NaN": lists(z)}.items():
        pq.write_table(pa.table({"embedding": array}), folder.add_refused(f"{name}.parquet", "row "))
    ragged = pa.table({"embedding": [[1.5, 2.5]] * 500 + [[1.5]] + [[2.5, 3.5]] * 500})
    pq.write_table(ragged, folder.add_refused("ragged.parquet", "row 500"))
    inner = pa.table({"embedding": [[1.5, 2.5]] * 500 + [[1.5, None]] + [[2.5, 3.5]] * 500})
    pq.write_table(inner, folder.add_refused("null-within.parquet", "row 500"))


def write_nested(folder):
    z = matrix()
    model = pa.StructArray.from_arrays([pa.array(range(ROWS)), lists(z, "list")], ["step", "embedding"])
    table = pa.table({**others(), "model": model})
    pq.write_table(table, folder.add("struct.parquet", z, column="model.embedding"))
    pq.write_table(table, folder.add("only-in-struct.parquet", z))
    two = pa.table({"image": lists(z, "list"), "text": lists(-z, "list")})
    for name, numbers in {"image": z, "text": -z}.items():
        pq.write_table(two, folder.add(f"{name}-of-two.parquet", numbers, column=name))
    pq.write_table(two, folder.add_refused("two.parquet", "image"))
    pq.write_table(sparse_vectors(), folder.add_refused("sparse-vectors.parquet", "features"))
    many = pa.table({"score": np.linspace(0, 1, ROWS), **dimensions(z)})
    pq.write_table(many, folder.add("chosen-columns.parquet", z, columns=["dim_*"]))
    tokens = pa.FixedShapeTensorArray.from_numpy_ndarray(z.reshape(ROWS, 4, 12))
    table = pa.table({"tokens": tokens})
    pq.write_table(table, folder.add("tensors-flat.parquet", z, axes="flat"))
    pq.write_table(table, folder.add("tensors-rows.parquet", z.reshape(-1, 12), axes="rows"))
    pq.write_table(table, folder.add_refused("tensors.parquet", "--axes"))


def write_frames(folder):
    rows = pd.DataFrame({"id": [f"row {i}" for i in range(ROWS)], "embedding": list(matrix())})
    rows.to_parquet(folder.add("pandas-rows.parquet", matrix()))
    rows.set_index("id").to_parquet(folder.add("pandas-index.parquet", matrix()))
    flat = pd.DataFrame(matrix(), columns=NAMES)
    flat.to_parquet(folder.add("pandas-columns.parquet", matrix()))
    flat.to_parquet(folder.add("pandas-fastparquet.parquet", matrix()), engine="fastparquet")
    frames = {
        "arrays": pl.DataFrame({"id": range(ROWS), "embedding": matrix()}),
        "lists": pl.DataFrame(
            {"text": ["some text"] * ROWS, "embedding": pl.Series(list(matrix()), dtype=pl.List(pl.Float32))}
        ),
        "columns": pl.DataFrame(matrix(np.float64), schema=NAMES),
    }
    for name, frame in frames.items():
        z = matrix(np.float64) if name == "columns" else matrix()
        for codec in "uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd":
            path = folder.add(f"polars-{name}-{codec}.parquet", z)
            frame.write_parquet(path, compression=codec, row_group_size=1000, data_page_size=20_000)
        frame.write_parquet(folder.add(f"polars-{name}.parquet", z))
        frame.lazy().sink_parquet(folder.add(f"polars-{name}-sink.parquet", z))


def write_duckdb(folder):
    with duckdb.connect() as connection:
        codecs = {
            "lists": ["uncompressed", "snappy", "gzip", "brotli", "lz4_raw", "zstd"],
            "arrays": ["snappy"],
            "doubles": ["zstd"],
        }
        for name, type_ in {"lists": "FLOAT[]", "arrays": "FLOAT[48]", "doubles": "DOUBLE[]"}.items():
            z = matrix(np.float64) if name == "doubles" else matrix()
            connection.register("rows", pa.table({"id": range(ROWS), "embedding": lists(z)}))
            select = f"SELECT id, 'some text' AS text, embedding::{type_} AS embedding FROM rows ORDER BY id"
            for codec, version in product(codecs[name], ["V1", "V2"]):
                path = folder.add(f"duckdb-{name}-{codec}-{version}.parquet", z)
                how = f"FORMAT parquet, CODEC '{codec}', PARQUET_VERSION {version}, ROW_GROUP_SIZE 2048"
                connection.execute(f"COPY ({select}) TO '{path}' ({how})")
        connection.register("columns", pa.table(dimensions(matrix())))
        for version in "V1", "V2":
            path = folder.add(f"duckdb-columns-{version}.parquet", matrix())
            connection.execute(f"COPY columns TO '{path}' (FORMAT parquet, PARQUET_VERSION {version})")


def write_fastparquet(folder):
    flat = pd.DataFrame(matrix(), columns=NAMES)
    for codec in "UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4", "LZ4_RAW", "ZSTD":
        path = folder.add(f"fastparquet-{codec}.parquet", matrix())
        fastparquet.write(path, flat, compression=codec, row_group_offsets=1000)
    holes = flat.astype("float64").mask(flat.index.to_series().isin([5, 2999]))
    usable = matrix().astype(np.float64)[[i for i in range(ROWS) if i not in (5, 2999)]]
    path = folder.add("fastparquet-nulls.parquet", usable, skipped=2, nonFinite="skip")
    fastparquet.write(path, holes, has_nulls=True)
