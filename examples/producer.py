"""Writes embeddings to standard output as an Arrow IPC stream, one record batch at a time.

    pip install numpy pyarrow
    python examples/producer.py | deno run cli.ts

With PyTorch, pass `encode(encoder, loader)` to `write_arrow`, as --torch does.
"""

import sys

import numpy as np
import pyarrow as pa


def write_arrow(batches, sink):
    """Writes arrays of (rows, dimensions) as a column of fixed-size lists; copies no number."""
    writer = None
    for batch in batches:
        values = pa.array(np.ascontiguousarray(batch).reshape(-1))
        column = pa.FixedSizeListArray.from_arrays(values, batch.shape[1])
        record_batch = pa.record_batch({"embedding": column})
        if writer is None:
            writer = pa.ipc.new_stream(sink, record_batch.schema)
        writer.write_batch(record_batch)
    # Not `with`, which would close the stream after an error too, as if nothing were missing.
    writer.close()


def encode(encoder, loader):
    """The embeddings that a PyTorch encoder makes of a loader's (inputs, labels)."""
    import torch

    encoder.eval()
    with torch.inference_mode():
        for inputs, _ in loader:
            yield encoder(inputs).float().cpu().numpy()


def synthetic(rows=10_000, dim=128, batch_rows=1_000, seed=0):
    """Stands for a model: correlated Gaussian numbers around a mean."""
    random = np.random.default_rng(seed)
    mixing = random.standard_normal((dim, dim)) / np.arange(1, dim + 1)[:, None]
    for start in range(0, rows, batch_rows):
        noise = random.standard_normal((min(batch_rows, rows - start), dim))
        yield (0.1 + noise @ mixing).astype(np.float32)


def untrained():
    """Stands for a model and its data, in PyTorch."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(0)
    data = TensorDataset(torch.randn(10_000, 64), torch.zeros(10_000))
    encoder = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 128))
    return encode(encoder, DataLoader(data, batch_size=512))


if __name__ == "__main__":
    write_arrow(untrained() if "--torch" in sys.argv else synthetic(), sys.stdout.buffer)
