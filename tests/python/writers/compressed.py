"""Whole files in gzip and Zstandard."""

import gzip
import io

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import zstandard

from .arrow import lists, others
from .folder import DIM, NAMES, matrix

PIECE = 100_003


def write_compressed(folder):
    z = matrix(np.float64)
    files = {
        "emb.npy": (npy(z), {}),
        "emb.arrows": (arrows(z), {}),
        "emb.csv": (pd.DataFrame(z, columns=NAMES).to_csv(index=False).encode(), {}),
        "emb.jsonl": (pl.DataFrame({"embedding": z}).write_ndjson().encode(), {}),
        "emb.bin": (z.tobytes(), {"format": "f64", "dim": DIM}),
    }
    for name, (contents, options) in files.items():
        for ending, packed in packings(contents).items():
            write(folder.add(f"{name}.{ending}", z, **options), packed)
        write(folder.add(f"piped-{name}.zst", z, piped=True, **options), zstandard.compress(contents))
    frame = pd.DataFrame(z, columns=NAMES)
    for ending, method in {"gz": "gzip", "zst": "zstd"}.items():
        frame.to_csv(folder.add(f"pandas.csv.{ending}", z), index=False)
        # The name says nothing: what it is shows in its bytes.
        frame.to_csv(folder.add(f"pandas-{method}", z), index=False, compression=method)
    np.savetxt(folder.add("savetxt.csv.gz", z), z, delimiter=",")


def npy(z):
    file = io.BytesIO()
    np.save(file, z)
    return file.getvalue()


def arrows(z):
    table = pa.table({**others(), "embedding": lists(z)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)
    return sink.getvalue().to_pybytes()


def packings(contents):
    """The same bytes packed in different ways, by the end of the file's name."""
    pieces = [contents[at : at + PIECE] for at in range(0, len(contents), PIECE)]
    checked = zstandard.ZstdCompressor(level=9, write_checksum=True, write_content_size=False)
    stream = checked.compressobj()
    return {
        "gz": gzip.compress(contents, 6),
        # As bgzip and `cat a.gz b.gz` make them.
        "members.gz": b"".join(gzip.compress(piece, 6) for piece in pieces),
        "zst": zstandard.compress(contents),
        "checked.zst": stream.compress(contents) + stream.flush(),
        # As pzstd and `cat a.zst b.zst` make them.
        "frames.zst": b"".join(zstandard.compress(piece) for piece in pieces),
    }


def write(path, contents):
    with open(path, "wb") as file:
        file.write(contents)
