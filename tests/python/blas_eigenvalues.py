"""Prints the eigenvalues of the matrix (i·j mod 97) / 64, i, j = 0 … 299, largest first, as JSON."""

import json

import numpy as np

DIM = 300

index = np.arange(DIM)
values = np.linalg.eigvalsh(np.outer(index, index) % 97 / 64)
print(json.dumps({"dim": DIM, "values": values[::-1].tolist()}))
