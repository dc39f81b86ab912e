"""What Python programs read a file with, again and again in one process that has everything loaded.

    python warm_reading.py '{"task": NAME, "file": PATH}'

As warm_peers.py; the answer is how many numbers were read.
"""

import json
import sys

from warm_peers import timed


def pyarrow_parquet(file):
    import pyarrow.parquet as pq

    def read():
        batches = pq.ParquetFile(file).iter_batches(columns=["embedding"])
        return sum(len(batch["embedding"].flatten()) for batch in batches)

    return read


def duckdb_parquet(file):
    import duckdb

    def read():
        reader = duckdb.sql(f"select embedding from '{file}'").to_arrow_reader(10_000)
        return sum(len(batch["embedding"].flatten()) for batch in reader)

    return read


def pandas_csv(file):
    import pandas as pd

    return lambda: pd.read_csv(file).size


def pandas_jsonl(file):
    import pandas as pd

    return lambda: int(pd.read_json(file, lines=True)["embedding"].map(len).sum())


TASKS = {
    "pyarrow-parquet": pyarrow_parquet,
    "duckdb-parquet": duckdb_parquet,
    "pandas-csv": pandas_csv,
    "pandas-jsonl": pandas_jsonl,
}

if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    read = TASKS[job["task"]](job["file"])
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        seconds, answer = timed(read)
        print(json.dumps({"seconds": seconds, "answer": answer}), flush=True)
