"""What people run today, as a script would have it: one file of embeddings in, RankMe out.

    python peers.py PEER FILE.npy

It imports what it needs and no more, for starting up is part of what is measured.
"""

import sys

import numpy as np

CHUNK_ROWS = 4096


def rank_me(sigma):
    """exp(-Σ p ln p), p = σ/Σσ + 1e-7: the paper's equation 1."""
    p = sigma / sigma.sum() + 1e-7
    return float(np.exp(-(p * np.log(p)).sum()))


def torch_svdvals(path):
    import torch

    z = torch.from_numpy(np.load(path))
    return torch.linalg.svdvals(z).double().numpy()


def numpy_svd(path):
    return np.linalg.svd(np.load(path), compute_uv=False).astype(np.float64)


def numpy_gram(path):
    z = np.load(path, mmap_mode="r")
    gram = np.zeros((z.shape[1], z.shape[1]))
    for start in range(0, len(z), CHUNK_ROWS):
        chunk = z[start : start + CHUNK_ROWS].astype(np.float64)
        gram += chunk.T @ chunk
    return np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0))


PEERS = {"torch-svdvals": torch_svdvals, "numpy-svd": numpy_svd, "numpy-gram": numpy_gram}

if __name__ == "__main__":
    peer, path = sys.argv[1:]
    print(f'{{"rankMe": {rank_me(PEERS[peer](path))!r}}}')
