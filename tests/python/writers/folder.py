"""A folder of embeddings for programs to write to, and the list of what they wrote."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
from ml_dtypes import finfo
from reference_rankme import reference

ROWS, DIM = 3000, 48
NAMES = [f"dim_{i}" for i in range(DIM)]


@cache
def matrix(dtype=np.float32):
    """Gaussian numbers around a mean, each direction less spread than the one before.

    The second row has what is easily lost: zeros of both signs and the smallest numbers of the type.
    """
    random = np.random.default_rng(5)
    directions = np.linalg.qr(random.standard_normal((DIM, DIM)))[0]
    z = 0.25 + random.standard_normal((ROWS, DIM)) * 0.9 ** np.arange(DIM) @ directions
    z = z.astype(dtype)
    smallest = finfo(dtype).smallest_subnormal, finfo(dtype).smallest_normal
    z[1, :6] = [0.0, -0.0, smallest[0], -smallest[0], smallest[1], -smallest[1]]
    z.flags.writeable = False
    return z


def whole_numbers(dtype=np.int8):
    """Numbers that are kept as bytes."""
    return np.clip(np.round(matrix(np.float64) * 40), -128, 127).astype(dtype)


def with_unusable_rows():
    """Numbers with NaN and infinities among them, which rows are null besides, and the usable rest."""
    z = matrix().copy()
    z[[3, 1400], [0, 7]] = np.nan
    z[[1023, 1024], [5, 47]] = np.inf, -np.inf
    null = np.zeros(ROWS, bool)
    null[[0, 17, 1650, 1651, ROWS - 1]] = True
    return z, null, z[~null & np.isfinite(z).all(axis=1)]


class Folder:
    """The folder, and what is in it as the tests read it: see `Written` in real_writers.ts."""

    def __init__(self, path):
        self.path = Path(path)
        self.written = []
        self._expected = {}

    def add(self, name, z, *, piped=False, skipped=0, **options):
        """Lists an input that holds that matrix and is read with those options.

        Returns its path, which is to be written to. `piped` says that it is to come through a pipe.
        """
        entry = {"name": name, "options": options, "piped": piped, "skippedRows": skipped}
        self.written.append(entry | self._expectation(z))
        return str(self.path / name)

    def add_refused(self, name, words, **options):
        """Lists an input that is to be refused, with those words in the message; returns its path."""
        self.written.append({"name": name, "options": options, "refused": words})
        return str(self.path / name)

    def _expectation(self, z):
        """The numbers themselves in a file, and what NumPy makes of them."""
        numbers = np.ascontiguousarray(z, "<f8").tobytes()
        digest = hashlib.sha256(f"{z.shape}".encode() + numbers).hexdigest()[:16]
        if digest not in self._expected:
            (self.path / f"{digest}.expected").write_bytes(numbers)
            self._expected[digest] = {"expected": f"{digest}.expected", **reference(z)}
        return self._expected[digest]
