"""Writes inputs that no number may come of.

    python bad_inputs.py FOLDER

Prints a list of JSON objects: {"format", "name", "args"}, of which the last are what the command line
is to be given.
"""

import gzip
import io
import json
import os
import struct
import sys
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import safetensors.numpy as safetensors
import zstandard

ROWS, DIM = 60, 8
HUGE = 2**40
Z = np.random.default_rng(5).standard_normal((ROWS, DIM)).astype(np.float32)


# --- Good files, to be spoilt. ---


def lists(z=Z, kind=None):
    return pa.array(list(z), kind or pa.list_(pa.float32()))


def arrow(column=None, file=False, **options):
    table = pa.table({"embedding": lists() if column is None else column})
    sink = pa.BufferOutputStream()
    make = pa.ipc.new_file if file else pa.ipc.new_stream
    with make(sink, table.schema, **options) as writer:
        writer.write_table(table, max_chunksize=20)
    return sink.getvalue().to_pybytes()


def lz4():
    return arrow(options=pa.ipc.IpcWriteOptions(compression="lz4"))


def feather_v2():
    sink = io.BytesIO()
    feather.write_feather(pa.table({"embedding": lists()}), sink)
    return sink.getvalue()


def parquet(column=None, **options):
    sink = io.BytesIO()
    pq.write_table(pa.table({"embedding": lists() if column is None else column}), sink, **options)
    return sink.getvalue()


def npy(array=Z, **options):
    sink = io.BytesIO()
    np.save(sink, array, **options)
    return sink.getvalue()


def npz(compressed=False, **arrays):
    sink = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(sink, **(arrays or {"embedding": Z}))
    return sink.getvalue()


def tensors(**arrays):
    return safetensors.save(arrays or {"embedding": Z})


def csv(z=Z, header=True):
    lines = [",".join(f"dim_{i}" for i in range(DIM))] if header else []
    return "\n".join(lines + [",".join(map(repr, row)) for row in z.tolist()] + [""]).encode()


def jsonl(z=Z):
    return "".join(json.dumps({"embedding": row}) + "\n" for row in z.tolist()).encode()


def spoilt(value):
    z = Z.copy()
    z[41, 5] = value
    return z


def shaped(header_shape):
    """A .npy that says it has another shape than it has."""
    content = npy()
    return content.replace(f"({ROWS}, {DIM}), ".encode(), f"{header_shape}, ".encode())


# --- What is wrong with them. ---


def cases():
    """Of each format: a name, the file's content (or several files), and flags."""
    good = {
        "arrow-stream": arrow(),
        "arrow-stream-lz4": lz4(),
        "arrow-file": arrow(file=True),
        "feather": feather_v2(),
        "parquet": parquet(),
        "npy": npy(),
        "npz": npz(),
        "npz-compressed": npz(compressed=True),
        "safetensors": tensors(),
        "jsonl": jsonl(),
    }
    for form, content in good.items():
        yield form, "empty", b""
        for part in (0.02, 0.3, 0.6, 0.95):
            yield form, f"cut at {part:.0%}", content[: int(part * len(content))]
        yield form, "one byte short", content[:-2] if form == "jsonl" else content[:-1]
        if form != "jsonl":
            yield form, "wrong magic", b"\x00\x01" + content[2:]
        yield form, "UTF-16 text before it", "text".encode("utf-16") + content
        if form != "npy":
            yield form, "missing column", content, "--column", "no_such_column"
    zstd = zstandard.ZstdCompressor(write_checksum=True).compress
    for name, wrap in (("gzip", gzip.compress), ("zstd", zstd)):
        packed = wrap(npy())
        yield name, "nothing inside", wrap(b"")
        for part in (0.1, 0.5, 0.95):
            yield name, f"cut at {part:.0%}", packed[: int(part * len(packed))]
        yield name, "one byte short", packed[:-1]
        yield name, "a byte changed", packed[:-30] + bytes([packed[-30] ^ 255]) + packed[-29:]
        yield name, "compressed twice", wrap(packed)
        yield name, "Parquet inside", wrap(parquet())

    for value in (np.nan, np.inf, -np.inf):
        z = spoilt(value)
        for form, content in {
            "arrow-stream": arrow(lists(z)),
            "arrow-file": arrow(lists(z), file=True),
            "parquet": parquet(lists(z)),
            "npy": npy(z),
            "npz": npz(embedding=z),
            "safetensors": tensors(embedding=z),
            "csv": csv(z),
            "jsonl": jsonl(z),
        }.items():
            yield form, f"{value} in row 41", content
        yield "raw", f"{value} in row 41", z.tobytes(), "--format", "f32", "--dim", str(DIM)

    ragged = pa.array([row[: DIM - (i == 41)] for i, row in enumerate(Z)], pa.list_(pa.float32()))
    yield "arrow-stream", "ragged row 41", arrow(ragged)
    yield "parquet", "ragged row 41", parquet(ragged)
    lines = jsonl().splitlines(keepends=True)
    yield "jsonl", "ragged row 41", b"".join(lines[:41] + [b'{"embedding": [1, 2]}\n'] + lines[41:])
    lines = csv().splitlines(keepends=True)
    yield "csv", "ragged row 41", b"".join(lines[:42] + [b"1,2,3\n"] + lines[42:])

    nothing = Z[:0]
    for form, content in {
        "arrow-stream": arrow(lists(nothing)),
        "arrow-file": arrow(lists(nothing), file=True),
        "parquet": parquet(lists(nothing)),
        "npy": npy(nothing),
        "npz": npz(embedding=nothing),
        "safetensors": tensors(embedding=nothing),
        "csv": csv(nothing),
    }.items():
        yield form, "header only", content
    yield "jsonl", "blank lines only", b"\n\n\n"

    integers = pa.array([[1, 2]] * ROWS, pa.list_(pa.int64()))
    yield "arrow-stream", "wrong type", arrow(integers)
    yield "parquet", "wrong type", parquet(integers)
    yield "npy", "complex numbers", npy(Z.astype(np.complex64))
    yield "npy", "strings", npy(Z.astype("U8"))
    yield "npy", "objects", npy(Z.astype(object), allow_pickle=True)
    yield "npy", "a structure", npy(np.zeros(ROWS, [("a", "f4"), ("b", "f4")]))
    yield "npy", "one axis", npy(Z.ravel())
    yield "npy", "three axes", npy(Z.reshape(6, 10, DIM))
    yield "npy", "two arrays", npy() + npy()
    yield "npz", "strings", npz(embedding=Z.astype("U8"))
    yield "npz", "several arrays", npz(a=Z, b=Z)
    yield "safetensors", "integers", tensors(embedding=Z.astype(np.int64)), "--column", "embedding"
    yield "safetensors", "three axes", tensors(embedding=Z.reshape(6, 10, DIM))
    yield "safetensors", "several tensors", tensors(a=Z, b=Z)
    yield "csv", "text in a column", csv().replace(b"dim_3", b"x").replace(b",", b",a,", 400)
    yield "jsonl", "text in a vector", jsonl().replace(b", ", b', "a", ', 400)
    yield "jsonl", "not JSON", b"{not json}\n"
    yield "csv", "an unclosed quote", csv() + b'"1,2\n'

    yield "npy", "absurd shape", shaped(f"({HUGE}, {DIM})")
    yield "npy", "absurd dimension", shaped(f"(2, {HUGE})")
    yield "npy", "shape beyond 2^64", shaped(f"({HUGE}, {HUGE}, {HUGE})"), "--axes", "flat"
    yield "npy", "absurd header", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + npy()[10:]
    yield "safetensors", "absurd header", struct.pack("<Q", HUGE) + tensors()[8:]
    yield "safetensors", "header beyond the file", struct.pack("<Q", 99_000_000) + tensors()[8:]
    content = tensors()
    header = content[8 : 8 + struct.unpack("<Q", content[:8])[0]]
    for what, was, now in (
        ("absurd shape", b"[60,8]", b"[1099511627776,8]"),
        ("absurd offsets", b"[0,1920]", b"[0,1099511627776]"),
        ("offsets backwards", b"[0,1920]", b"[1920,0]"),
    ):
        assert was in header
        changed = header.replace(was, now)
        yield "safetensors", what, struct.pack("<Q", len(changed)) + changed + content[8 + len(header) :]
    content = parquet()
    for length in (0, len(content), 2**31 - 1, 2**32 - 1):
        yield "parquet", f"footer of {length} bytes", content[:-8] + struct.pack("<I", length) + b"PAR1"
    content = arrow()
    yield "arrow-stream", "absurd metadata", content[:4] + struct.pack("<i", 2**31 - 1) + content[8:]
    yield "arrow-stream", "negative metadata", content[:4] + struct.pack("<i", -5) + content[8:]
    content = arrow(file=True)
    yield "arrow-file", "absurd footer", content[:-10] + struct.pack("<i", 2**31 - 1) + content[-6:]
    packed = lz4()
    sized = packed.find(struct.pack("<q", ROWS // 3 * DIM * 4))
    assert sized > 0
    yield "arrow-stream-lz4", "absurd size", packed[:sized] + struct.pack("<q", HUGE) + packed[sized + 8 :]
    yield "csv", "a line of 100 MB", b"1," * 50_000_000
    yield "jsonl", "a line of 100 MB", b"[" + b"1," * 50_000_000
    brackets = b"[" * 10_000_000
    yield "jsonl", "10 MB of brackets", brackets
    yield "jsonl", "10 MB of brackets in a column", b'{"embedding":' + brackets
    yield "jsonl", "10 MB of objects", b'{"a":' * 2_000_000
    yield "csv", "10 MB of brackets in a cell", b"a,b\n" + brackets + b",2\n"
    yield "csv", "a header of 2 MB", b",".join(b"c%d" % i for i in range(300_000)) + b"\n1,2\n"
    yield "npy", "10 MB of brackets", b"\x93NUMPY\x02\x00" + struct.pack("<I", len(brackets)) + brackets
    header = b'{"a":' + brackets
    yield "safetensors", "10 MB of brackets", struct.pack("<Q", len(header)) + header
    yield "npz", "60,000 members", zip_of_many({f"a{i}.npy": npy(Z[:1]) for i in range(60_000)})
    yield "npz", "a row of 512 MB from 500 kB", zip_of("a.npy", npy(np.zeros((1, 2**27), "f4")), 8)
    yield "csv.gz", "a line of 300 MB from 300 kB", gzip.compress(b"1" * 300_000_000)
    yield "jsonl.zst", "a line of 300 MB from 30 kB", zstandard.compress(b"[" * 300_000_000)

    yield "raw", "half a row", Z.tobytes()[:-4], "--format", "f32", "--dim", str(DIM)
    yield "raw", "empty", b"", "--format", "f32", "--dim", str(DIM)
    yield "other", "random bytes", np.random.default_rng(6).bytes(5000)
    yield "other", "zeros", bytes(5000)
    yield "other", "UTF-16 text", csv().decode().encode("utf-16")
    yield "other", "a pickle", b"\x80\x04\x95" + bytes(100)
    yield "other", "a zip of something else", zip_of("data.txt", b"hello")
    yield "other", "a PyTorch checkpoint", zip_of("archive/data.pkl", b"\x80\x02")
    yield "other", "HDF5", b"\x89HDF\r\n\x1a\n" + bytes(500)


def zip_of(name, content, compression=zipfile.ZIP_STORED):
    return zip_of_many({name: content}, compression)


def zip_of_many(files, compression=zipfile.ZIP_STORED):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def folder_cases(folder):
    """Cases of paths that are no single file."""
    os.makedirs(f"{folder}/nothing")
    yield "folder", "empty", [f"{folder}/nothing"]
    os.makedirs(f"{folder}/other")
    write(f"{folder}/other/readme.md", b"text")
    yield "folder", "without data", [f"{folder}/other"]
    os.makedirs(f"{folder}/mixed")
    write(f"{folder}/mixed/part-0.npy", npy())
    write(f"{folder}/mixed/part-1.npy", npy(Z[:, :5]))
    yield "folder", "mixed dimensions", [f"{folder}/mixed"]
    yield "path", "not there", [f"{folder}/not-there.npy"]
    yield "pattern", "of nothing", [f"{folder}/*.nothing"]
    yield "shards", "mixed dimensions", [f"{folder}/mixed/part-0.npy", f"{folder}/mixed/part-1.npy"]


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def main(folder):
    written = []
    for index, (form, name, content, *flags) in enumerate(cases()):
        path = f"{folder}/{index}"
        write(path, content)
        written.append({"format": form, "name": name, "args": [path, *flags]})
    for form, name, inputs in folder_cases(folder):
        written.append({"format": form, "name": name, "args": inputs})
    print(json.dumps(written))


if __name__ == "__main__":
    main(sys.argv[1])
