"""One operation of a peer, again and again in one process that has everything in memory.

    python warm_peers.py '{"task": NAME, …}'

Prints a line of JSON when all is loaded; then, for each line that comes in, does the operation once and
prints {"seconds", "answer", "gflops"?}.
"""

import ctypes
import json
import sys
import time

import numpy as np
from peers import rank_me


def svdvals(file):
    """torch's singular values of a whole matrix."""
    import torch

    z = torch.from_numpy(np.load(file))

    def run():
        seconds, sigma = timed(lambda: torch.linalg.svdvals(z))
        return {"seconds": seconds, "answer": rank_me(sigma.double().numpy())}

    return run


def eigvalsh(file, dim):
    """NumPy's eigenvalues of a symmetric matrix."""
    matrix = np.fromfile(file).reshape(dim, dim)

    def run():
        seconds, values = timed(lambda: np.linalg.eigvalsh(matrix))
        return {"seconds": seconds, "answer": rank_me(np.sqrt(np.maximum(values, 0)))}

    return run


def gram(file, rows, dim, stacked, repeats):
    """NumPy's product of a float64 array with itself, for which it calls dsyrk; the rows stacked so many times."""
    z = np.tile(load_rows(file, rows, dim), (stacked, 1))
    total = np.zeros((dim, dim))
    seen = 0

    def add():
        nonlocal total
        for _ in range(repeats):
            total += z.T @ z

    def run():
        nonlocal seen
        seconds, _ = timed(add)
        seen += len(z) * repeats
        return update_sample(seconds, total, len(z) * repeats, seen)

    return run


def dsyrk(file, rows, dim, repeats, library):
    """The BLAS call itself, of a library that is loaded by its path."""
    z = load_rows(file, rows, dim)
    total = np.zeros((dim, dim))
    call = find_dsyrk(library)
    seen = 0
    row_major, upper, transposed = 101, 121, 112

    def add():
        for _ in range(repeats):
            call(row_major, upper, transposed, dim, rows, 1.0, z.ctypes.data, dim, 1.0, total.ctypes.data, dim)

    def run():
        nonlocal seen
        seconds, _ = timed(add)
        seen += rows * repeats
        return update_sample(seconds, total.T, rows * repeats, seen)

    return run


def find_dsyrk(library):
    """`cblas_dsyrk` under the name that this build gives it; names that end in 64_ take 64-bit integers."""
    blas = ctypes.CDLL(library)
    for name in ("cblas_dsyrk64_", "scipy_cblas_dsyrk64_", "scipy_cblas_dsyrk", "cblas_dsyrk"):
        if not hasattr(blas, name):
            continue
        call = getattr(blas, name)
        size = ctypes.c_int64 if name.endswith("64_") else ctypes.c_int32
        enum, real, pointer = ctypes.c_int, ctypes.c_double, ctypes.c_void_p
        call.argtypes = [enum, enum, enum, size, size, real, pointer, size, real, pointer, size]
        call.restype = None
        return call
    raise SystemExit(f"{library} has no cblas_dsyrk")


def load_rows(file, rows, dim):
    return np.fromfile(file, np.float32, rows * dim).reshape(rows, dim).astype(np.float64)


def update_sample(seconds, scatter, rows, seen):
    """N·D·(D+1) operations; the answer is the norm of the triangle per row, which does not change with N."""
    dim = len(scatter)
    return {
        "seconds": seconds,
        "gflops": rows * dim * (dim + 1) / seconds / 1e9,
        "answer": float(np.linalg.norm(np.tril(scatter))) / seen,
    }


def timed(run):
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


TASKS = {"svdvals": svdvals, "eigvalsh": eigvalsh, "gram": gram, "dsyrk": dsyrk}

if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    run = TASKS[job.pop("task")](**job)
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(run()), flush=True)
