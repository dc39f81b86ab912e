"""Golden RankMe values from a NumPy float64 SVD, for matrices the tests rebuild from a seed.

Run it from the repository's root; it rewrites tests/golden/golden.json:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install numpy==2.4.6
    /tmp/golden/bin/python tests/golden/make_golden.py

The committed file was made with NumPy 2.4.6 (OpenBLAS 0.3.31) under Python 3.11 on x86-64.
Another NumPy or processor may change the last digits.

matrices.ts is the twin of the generator below. Both use only integer arithmetic and single IEEE
operations in a fixed order (never `@`, whose order of summation is BLAS's), so every matrix is the
same in both languages to the last bit, and `checksum` proves it.

Where the conventions come from
-------------------------------
paper               Garrido et al. 2023, eq. 1: p = σ/Σσ + 1e-7, not renormalised, min(N, D) terms.
roy-vetterli        Roy & Vetterli 2007: p = σ/Σσ, 0·ln 0 = 0.
stable-pretraining  its RankMe callback: p = σ/Σσ + 1e-5 on torch.linalg.svdvals, uncentred.
reptrix             reptrix 0.1.0, get_rankme: centres the columns, takes scikit-learn's full-SVD PCA
                    and r = explained_variance_ratio_, which is λ/Σλ with λ = σ_c²/(N-1); then
                    p = r/Σr + 1e-7 and exp(-Σ p ln p). It keeps min(2048, N, D) values, the cap
                    being its argument `max_eigenvals`; below 2048 that is min(N, D), so for N ≤ D
                    the value that centring makes zero still contributes -ε ln ε. Σr is over the kept
                    values, so above the cap they are renormalised to sum to 1 before ε is added.
                    N-1 cancels. It works in the input's own precision (float32 stays float32) and
                    flattens inputs of more than two axes. No variance at all gives it 0/0.
"""

import json
import math
from pathlib import Path

import numpy as np

# --- Counter-based random numbers: the value at an index depends on nothing but seed and index.


def mix32(words):
    """MurmurHash3's 32-bit finaliser, element by element."""
    words = np.asarray(words, dtype=np.uint32)
    words = (words ^ (words >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    words = (words ^ (words >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return words ^ (words >> np.uint32(16))


def random_words(seed, count):
    """`count` uniform 32-bit words; two rounds, so that seeds are not shifts of one sequence."""
    key = mix32(np.array([seed + 0x9E3779B9], dtype=np.uint32))
    return mix32(mix32(np.arange(count, dtype=np.uint32)) + key)


def gaussian(seed, count):
    """Sums of twelve 16-bit uniforms, centred on 0: variance 1, multiples of 2^-16 within ±6."""
    words = random_words(seed, 6 * count).reshape(count, 6).astype(np.int64)
    total = ((words & 0xFFFF) + (words >> 16)).sum(axis=1)
    return (total - 6 * 0xFFFF) / 65536.0


def small_integers(seed, count):
    """Uniform integers from -8 to 7."""
    return (random_words(seed, count) >> np.uint32(28)).astype(np.float64) - 8.0


def unit_uniform(seed, count):
    """Uniform multiples of 2^-16 in (0, 1]."""
    return ((random_words(seed, count) >> np.uint32(16)).astype(np.float64) + 1.0) / 65536.0


# --- Pieces of matrices.


def product(left, right):
    """left · right, summed over the inner index in ascending order, each step rounded."""
    total = np.zeros((left.shape[0], right.shape[1]))
    for k in range(left.shape[1]):
        total = total + left[:, k : k + 1] * right[k : k + 1, :]
    return total


def hadamard(rows, columns):
    """Sylvester-Hadamard entries (-1)^popcount(row & column): orthogonal columns of ±1."""
    bits = np.asarray(rows)[:, None] & np.asarray(columns)[None, :]
    for shift in (8, 4, 2, 1):
        bits = bits ^ (bits >> shift)
    return 1.0 - 2.0 * (bits & 1)


def low_rank(rank, noise, mean):
    """Gaussian factors of the given rank, plus noise, plus a mean in every coordinate."""

    def build(rows, dim):
        signal = product(
            gaussian(21, rows * rank).reshape(rows, rank),
            gaussian(22, rank * dim).reshape(rank, dim),
        )
        return signal + noise * gaussian(23, rows * dim).reshape(rows, dim) + mean

    return build


def standard_gaussian(seed, scale=1.0):
    return lambda rows, dim: gaussian(seed, rows * dim).reshape(rows, dim) * scale


def anisotropic(rows, dim):
    """Column j scaled by 1/(j+1)."""
    return gaussian(31, rows * dim).reshape(rows, dim) / np.arange(1.0, dim + 1)


def power_law(rows, dim):
    """Singular values 1/k, the first along the mean; rows · dim must be half a square."""
    left = hadamard(np.arange(rows), 7 * np.arange(dim))
    right = hadamard(np.arange(dim), np.arange(dim))
    scale = math.sqrt(0.5) / math.sqrt(rows * dim / 2)
    return product(left / np.arange(1.0, dim + 1), right) * scale


def geometric(rows, dim):
    """Singular values 2^-k for k = 1..20, exactly: 256 rows of mean 0, every entry dyadic."""
    left = hadamard(np.arange(rows), 13 * np.arange(1, dim + 1) % rows) / 16.0
    # A Householder reflection I - v·vᵀ/32 with |v|² = 64, so that it too is dyadic.
    v = np.where(np.arange(dim) < 12, 2.0, np.where(np.arange(dim) < 19, 1.0, 3.0))
    right = np.eye(dim) - v[:, None] * v[None, :] / 32.0
    return product(left * 0.5 ** np.arange(1.0, dim + 1), right)


def integer_factors(rank):
    def build(rows, dim):
        return product(
            small_integers(41, rows * rank).reshape(rows, rank),
            small_integers(42, rank * dim).reshape(rank, dim),
        )

    return build


def constant_rows(rows, dim):
    return np.tile(np.arange(1.0, dim + 1) / 7.0, (rows, 1))


def twin_columns(rows, dim):
    z = gaussian(51, rows * dim).reshape(rows, dim)
    z[:, 17] = z[:, 3]
    return z


def rounded(dtype):
    """Columns of their own mean and scale, exact in 35 bits, then rounded to the narrower type."""

    def build(rows, dim):
        spread = gaussian(61, rows * dim).reshape(rows, dim) * unit_uniform(62, dim)
        return (spread + gaussian(63, dim)).astype(dtype).astype(np.float64)

    return build


# name, rows, dim, dtype, build. The twin of this table is in matrices.ts.
CASES = [
    ("gaussian", 1000, 48, "float64", standard_gaussian(11)),
    ("gaussian-scaled-down", 1000, 48, "float64", standard_gaussian(11, 1e-3)),
    ("gaussian-scaled-up", 1000, 48, "float64", standard_gaussian(11, 1e6)),
    ("anisotropic", 1000, 128, "float64", anisotropic),
    ("power-law", 512, 64, "float64", power_law),
    ("geometric", 256, 20, "float64", geometric),
    ("low-rank", 2000, 40, "float64", low_rank(8, 1e-4, 0.0)),
    ("low-rank-large-mean", 2000, 40, "float64", low_rank(8, 1e-4, 100.0)),
    ("low-rank-tiny-noise", 2000, 40, "float64", low_rank(8, 1e-6, 3.0)),
    ("rank-deficient", 300, 24, "float64", integer_factors(5)),
    ("twin-columns", 200, 24, "float64", twin_columns),
    ("one-row", 1, 32, "float64", standard_gaussian(12)),
    ("one-column", 500, 1, "float64", standard_gaussian(13)),
    ("fewer-rows-than-columns", 20, 64, "float64", standard_gaussian(14)),
    ("square", 32, 32, "float64", standard_gaussian(15)),
    ("constant-rows", 100, 16, "float64", constant_rows),
    ("float32", 800, 32, "float32", rounded(np.float32)),
    ("float16", 800, 32, "float16", rounded(np.float16)),
    ("rank-32", 1024, 128, "float64", low_rank(32, 1e-4, 3.0)),
    ("rank-32-faint-noise", 1024, 128, "float64", low_rank(32, 1e-6, 0.0)),
    ("rank-32-fainter-noise", 1024, 128, "float64", low_rank(32, 1e-8, 0.0)),
    ("rank-32-fainter-noise-mean", 1024, 128, "float64", low_rank(32, 1e-8, 3.0)),
    ("wide-low-rank", 48, 96, "float64", low_rank(8, 1e-8, 3.0)),
]


def checksum(z):
    """Sum modulo 2^32 of the mixed 32-bit words of the entries, low word first: any bit tells."""
    words = np.ascontiguousarray(z, dtype="<f8").reshape(-1).view("<u4")
    positions = mix32(np.arange(1, len(words) + 1, dtype=np.uint32))
    return f"{int(mix32(words ^ positions).sum(dtype=np.uint64)) & 0xFFFFFFFF:08x}"


# --- Golden values.

# Relative tolerance for the float64-Gram route, (uncentred, centred) singular values. The route sees
# λ = σ² with an error near 2e-15·λ₁, so σ below about 4e-8·σ₁ is noise in it: 1e-6 where many such
# values, or values near them, carry weight. Everything else, and reptrix, which never takes the square
# root, is held to 1e-9.
TIGHT = 1e-9
GRAM_LIMITED = {
    "power-law": (TIGHT, 1e-6),
    "geometric": (1e-6, 1e-6),
    "low-rank-large-mean": (1e-6, TIGHT),
    "low-rank-tiny-noise": (1e-6, 1e-6),
    "rank-deficient": (1e-6, 1e-6),
    "twin-columns": (1e-6, 1e-6),
    "fewer-rows-than-columns": (TIGHT, 1e-6),
    "square": (TIGHT, 1e-6),
    "constant-rows": (1e-6, 1e-6),
    "rank-32-faint-noise": (1e-6, 1e-6),
    "rank-32-fainter-noise": (1e-6, 1e-6),
    "rank-32-fainter-noise-mean": (1e-6, 1e-6),
    "wide-low-rank": (1e-6, 1e-6),
}

# convention: centred, power of σ, ε.
CONVENTIONS = {
    "paper": (False, 1, 1e-7),
    "paper-centered": (True, 1, 1e-7),
    "roy-vetterli": (False, 1, 0.0),
    "stable-pretraining": (False, 1, 1e-5),
    "reptrix": (True, 2, 1e-7),
}


def effective_rank(values, epsilon):
    """exp(-Σ p ln p) with p = value/Σvalues + ε, not renormalised."""
    total = math.fsum(values)
    p = [value / total + epsilon for value in values]
    return math.exp(-math.fsum(x * math.log(x) for x in p if x > 0))


def centered(z):
    """z less its column means, each mean from an exactly rounded sum."""
    return z - np.array([math.fsum(column) / len(z) for column in z.T])


def expected_values(name, sigma, sigma_centered):
    """Value and tolerance by convention; the centred ones are absent where nothing varies."""
    expected = {}
    varies = sigma_centered[0] > 1e-12 * sigma[0]
    for convention, (is_centered, power, epsilon) in CONVENTIONS.items():
        if is_centered and not varies:
            continue
        exact = sigma_centered if is_centered else sigma
        value = effective_rank(exact**power, epsilon)
        relative = GRAM_LIMITED.get(name, (TIGHT, TIGHT))[is_centered] if power == 1 else TIGHT
        expected[convention] = {"value": value, "relative": relative}
    return expected


def golden_case(name, rows, dim, dtype, build):
    z = build(rows, dim)
    assert z.shape == (rows, dim) and z.dtype == np.float64
    sigma = np.linalg.svd(z, compute_uv=False)
    sigma_centered = np.linalg.svd(centered(z), compute_uv=False)
    last = len(sigma) - 1
    indices = range(last + 1) if last < 64 else sorted({*range(0, last + 1, 16), last})
    entries = z.reshape(-1)
    return {
        "name": name,
        "rows": rows,
        "dim": dim,
        "dtype": dtype,
        "checksum": checksum(z),
        "firstEntries": entries[:4].tolist(),
        "lastEntries": entries[-4:].tolist(),
        "indices": list(indices),
        "singularValues": [float(sigma[k]) for k in indices],
        "singularValuesCentered": [float(sigma_centered[k]) for k in indices],
        "expected": expected_values(name, sigma, sigma_centered),
    }


def main():
    cases = [golden_case(*case) for case in CASES]
    target = Path(__file__).with_name("golden.json")
    target.write_text(json.dumps(cases, indent=2) + "\n")
    print(f"{len(cases)} cases written to {target} with NumPy {np.__version__}")


if __name__ == "__main__":
    main()
