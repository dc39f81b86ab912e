"""Folders: data sets of Hugging Face, shards of one program, partitions of tables."""

import json
from pathlib import Path

import datasets
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Array2D, Dataset, DatasetDict, Features, Sequence, Value
from pyarrow.dataset import write_dataset
from safetensors.numpy import save_file

from .arrow import lists
from .folder import DIM, NAMES, ROWS, matrix

FLOATS = Sequence(Value("float32"))
LABELS = [f"label {'abc'[i * 3 // ROWS]}" for i in range(ROWS)]


def write_folders(folder):
    datasets.disable_progress_bars()
    write_data_sets(folder)
    write_shards(folder)
    write_partitions(folder)


def hugging_face(z, feature=FLOATS):
    """A data set of texts and embeddings."""
    features = Features({"text": Value("string"), "embedding": feature})
    return Dataset.from_dict({"text": ["some text"] * len(z), "embedding": list(z)}, features)


def write_data_sets(folder):
    z = matrix()
    three = {"num_shards": 3}
    hugging_face(z).save_to_disk(folder.add("data-set", z), **three)
    fixed = hugging_face(z, Sequence(Value("float32"), DIM))
    fixed.save_to_disk(folder.add("data-set-fixed", z), **three)
    halves = matrix(np.float16)
    hugging_face(halves, Sequence(Value("float16"))).save_to_disk(
        folder.add("data-set-halves", halves), **three
    )
    # More shards than ten, whose names sort as text.
    hugging_face(z).save_to_disk(folder.add("data-set-of-many", z), num_shards=13)
    tokens = hugging_face(z.reshape(ROWS, 4, 12), Array2D((4, 12), "float32"))
    tokens.save_to_disk(folder.add("data-set-tokens-flat", z, axes="flat"), **three)
    path = folder.add("data-set-tokens-rows", z.reshape(-1, 12), axes="rows")
    tokens.save_to_disk(path, **three)
    tokens.save_to_disk(folder.add_refused("data-set-tokens", "--axes"), **three)
    order = np.random.default_rng(1).permutation(ROWS)[:2000]
    hugging_face(z).select(order).save_to_disk(folder.add("data-set-selected", z[order]), **three)

    splits = {"train": hugging_face(z[:2000]), "test": hugging_face(z[2000:])}
    DatasetDict(splits).save_to_disk(folder.add_refused("data-sets", "train"))
    DatasetDict(splits).save_to_disk(str(folder.path / "splits"))
    folder.add("splits/train", z[:2000])
    folder.add("splits/test", z[2000:])

    hugging_face(z).to_parquet(folder.add("data-set.parquet", z))
    tokens.to_parquet(folder.add("data-set-tokens.parquet", z, axes="flat"))
    # It writes ten decimals.
    lines = folder.path / "data-set.jsonl"
    hugging_face(z).to_json(str(lines))
    text = lines.read_text().splitlines()
    folder.add(lines.name, np.array([json.loads(line)["embedding"] for line in text]))
    shards = Path(folder.add("data-set-of-parquet", z))
    shards.mkdir()
    for index in range(3):
        shard = hugging_face(z).shard(3, index, contiguous=True)
        shard.to_parquet(str(shards / f"train-{index:05}-of-00003.parquet"))


def write_shards(folder):
    """Twelve shards each, numbered as a loop numbers them: 10 comes after 9, and not after 1."""
    z = matrix()
    parts = np.array_split(z, 12)
    savers = {
        "npy": lambda path, part: np.save(path, part),
        "safetensors": lambda path, part: save_file({"embeddings": part}, path),
        "parquet": lambda path, part: pq.write_table(pa.table({"embedding": lists(part, "list")}), path),
        "feather": lambda path, part: pd.DataFrame({"embedding": list(part)}).to_feather(path),
        "jsonl": lambda path, part: pl.DataFrame({"embedding": part.astype(float)}).write_ndjson(path),
    }
    for ending, save in savers.items():
        shards = Path(folder.add(f"shards-{ending}", z))
        shards.mkdir()
        for index, part in enumerate(parts):
            save(shards / f"emb_{index}.{ending}", part)
    pattern = Path(folder.path / "pattern")
    pattern.mkdir()
    for index, part in enumerate(parts):
        np.save(pattern / f"emb_{index}.npy", part)
        np.save(pattern / f"label_{index}.npy", np.arange(len(part)))
    folder.add("pattern/emb_*.npy", z)
    mixed = Path(folder.add_refused("shards-of-two-dimensions", "emb_1.npy"))
    mixed.mkdir()
    np.save(mixed / "emb_0.npy", z)
    np.save(mixed / "emb_1.npy", z[:, :47])


def write_partitions(folder):
    z = matrix()
    table = pa.table({"label": LABELS, "embedding": lists(z, "list")})
    path = folder.add("pyarrow-partitions", z)
    write_dataset(table, path, format="parquet", partitioning=["label"], partitioning_flavor="hive")
    limits = {"max_rows_per_file": 1000, "max_rows_per_group": 500}
    write_dataset(table, folder.add("pyarrow-dataset", z), format="arrow", **limits)
    frame = pd.DataFrame({"label": LABELS, "embedding": list(z)})
    frame.to_parquet(folder.add("pandas-partitions", z), partition_cols=["label"])
    flat = pd.DataFrame(z, columns=NAMES).assign(label=LABELS)
    path = folder.add("fastparquet-partitions", z)
    flat.to_parquet(path, engine="fastparquet", partition_cols=["label"])
    path = folder.add("polars-partitions", z)
    pl.DataFrame({"label": LABELS, "embedding": z}).write_parquet(path, partition_by="label", mkdir=True)
    with duckdb.connect() as connection:
        connection.register("rows", table)
        path = folder.add("duckdb-partitions", z)
        connection.execute(f"COPY rows TO '{path}' (FORMAT parquet, PARTITION_BY (label))")
