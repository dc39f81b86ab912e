"""Makes what the benchmarks read, and the answers that everything must agree on.

    python make_data.py embeddings ROWS DIM PATH   PATH.arrow, PATH.npy
    python make_data.py classes ROWS DIM PATH      PATH.arrow: CLASSES of rows, in no order
    python make_data.py block ROWS DIM PATH        PATH.begin, PATH.batch, PATH.end: pieces of a stream
    python make_data.py repeated ROWS DIM PATH     PATH.npy: a block of BLOCK_ROWS rows, again and again
    python make_data.py rows ROWS DIM PATH         PATH.f32: nothing but numbers
    python make_data.py matrix DIM DIM PATH        PATH.f64: a symmetric matrix
    python make_data.py parquet ROWS DIM PATH      PATH.none.parquet and others, by their compression
    python make_data.py text ROWS DIM PATH         PATH.csv, PATH.jsonl

Each also writes PATH.json with the answer, last of all: when it is there, the rest is complete.
"""

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from peers import rank_me

SEED = 1
BATCH_ROWS = 1024
BLOCK_ROWS = 1000
CLASSES = 100
# σ of the k-th direction is k to this power, down to the noise; as of trained embeddings.
DECAY = -0.7
NOISE, MEAN = 0.02, 0.1


def batches(rows, dim):
    """Rows with a decaying spectrum in random directions, plus noise and a mean."""
    random = np.random.default_rng([SEED, rows, dim])
    sigma = np.arange(1, dim + 1, dtype=np.float64) ** DECAY
    rotation, _ = np.linalg.qr(random.standard_normal((dim, dim)))
    mixing = (sigma[:, None] * rotation).astype(np.float32)
    for start in range(0, rows, BATCH_ROWS):
        shape = (min(BATCH_ROWS, rows - start), dim)
        signal = random.standard_normal(shape, np.float32) @ mixing
        yield signal + np.float32(NOISE) * random.standard_normal(shape, np.float32) + np.float32(MEAN)


def whole(rows, dim):
    return np.concatenate(list(batches(rows, dim)))


def record_batch(z):
    lists = pa.FixedSizeListArray.from_arrays(pa.array(z.reshape(-1)), z.shape[1])
    return pa.record_batch({"embedding": lists})


def rank_of(z):
    return rank_me(np.linalg.svd(z.astype(np.float64), compute_uv=False))


def embeddings(rows, dim, path):
    z = whole(rows, dim)
    np.save(f"{path}.npy", z)
    parts = [record_batch(z[start : start + BATCH_ROWS]) for start in range(0, rows, BATCH_ROWS)]
    with pa.ipc.new_stream(f"{path}.arrow", parts[0].schema) as writer:
        for part in parts:
            writer.write_batch(part)
    return rank_of(z)


def classes(rows, dim, path):
    z = whole(rows, dim)
    names = np.array([f"class {i}" for i in range(CLASSES)])
    own = np.random.default_rng(SEED).integers(CLASSES, size=rows)
    parts = [
        record_batch(z[start : start + BATCH_ROWS]).append_column(
            "class", pa.array(names[own[start : start + BATCH_ROWS]])
        )
        for start in range(0, rows, BATCH_ROWS)
    ]
    with pa.ipc.new_stream(f"{path}.arrow", parts[0].schema) as writer:
        for part in parts:
            writer.write_batch(part)
    return rank_of(z)


def block(rows, dim, path):
    z = whole(rows, dim)
    batch = record_batch(z)
    sink = pa.BufferOutputStream()
    pa.ipc.new_stream(sink, batch.schema).close()
    empty = sink.getvalue().to_pybytes()
    begin = batch.schema.serialize().to_pybytes()
    assert empty.startswith(begin)
    write(f"{path}.begin", begin)
    write(f"{path}.batch", batch.serialize().to_pybytes())
    write(f"{path}.end", empty[len(begin) :])
    return rank_of(z)


def repeated(rows, dim, path):
    """Singular values only grow by √(number of repetitions): RankMe is that of the block."""
    z = whole(BLOCK_ROWS, dim)
    file = np.lib.format.open_memmap(f"{path}.npy", "w+", np.float32, (rows, dim))
    for start in range(0, rows, BLOCK_ROWS):
        file[start : start + BLOCK_ROWS] = z
    file.flush()
    return rank_of(z)


def matrix(dim, _, path):
    """The Gram matrix of such embeddings, with a largest eigenvalue of 1."""
    z = whole(2 * dim, dim).astype(np.float64)
    gram = z.T @ z
    values = np.linalg.eigvalsh(gram)
    (gram / values[-1]).tofile(f"{path}.f64")
    return rank_me(np.sqrt(values))


def rows(rows, dim, path):
    """The answer is the norm of the lower triangle of ZᵀZ per row."""
    z = whole(rows, dim)
    z.tofile(f"{path}.f32")
    z = z.astype(np.float64)
    return float(np.linalg.norm(np.tril(z.T @ z))) / rows


def parquet(rows, dim, path):
    """A column of lists as pyarrow writes it, but for the compression; the answer counts the numbers."""
    z = whole(rows, dim)
    table = pa.table({"embedding": pa.FixedSizeListArray.from_arrays(pa.array(z.reshape(-1)), dim)})
    for codec in ("none", "snappy", "zstd"):
        pq.write_table(table, f"{path}.{codec}.parquet", compression=codec)
    return z.size


def text(rows, dim, path):
    """A column per dimension as CSV, and a list per line as JSON, with as many digits as float32 has."""
    z = whole(rows, dim)
    names = ",".join(f"dim_{i}" for i in range(dim))
    np.savetxt(f"{path}.csv", z, "%.8g", ",", header=names, comments="")
    with open(f"{path}.jsonl", "w") as file:
        for row in z:
            numbers = ", ".join(f"{value:.8g}" for value in row)
            file.write(f'{{"embedding": [{numbers}]}}\n')
    return z.size


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


KINDS = {
    "classes": classes,
    "embeddings": embeddings,
    "repeated": repeated,
    "block": block,
    "matrix": matrix,
    "rows": rows,
    "parquet": parquet,
    "text": text,
}

if __name__ == "__main__":
    kind, rows_text, dim_text, path = sys.argv[1:]
    answer = KINDS[kind](int(rows_text), int(dim_text), path)
    write(f"{path}.json", json.dumps({"answer": answer}).encode())
