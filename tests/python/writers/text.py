"""CSV, TSV and JSON Lines; what they hold is what Python's own parsers read out of them."""

import csv
import io
import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from .arrow import lists
from .folder import DIM, NAMES, ROWS, matrix

TEXTS = ["plain", 'a "quoted" word', "a, comma; a semicolon\tand a tab", "two\nlines", "ß, 猫 and 🐈", ""]
TEXT = [TEXTS[i % len(TEXTS)] for i in range(ROWS)]


def of_csv(text, names=NAMES, delimiter=","):
    """The numbers of some columns."""
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return np.array([[float(row[name]) for name in names] for row in rows])


def of_lists(lines):
    """The numbers of lines, each a JSON list."""
    return np.array([json.loads(line) for line in lines], np.float64)


def save(folder, name, text, z, *, encoding="utf-8", **options):
    """Writes a text that holds that matrix, its ends of lines as they are."""
    with open(folder.add(name, z, **options), "w", newline="", encoding=encoding) as file:
        file.write(text)


def write_text(folder):
    write_pandas(folder)
    write_polars(folder)
    write_pyarrow(folder)
    write_numpy(folder)
    write_plain(folder)
    write_duckdb(folder)


def write_pandas(folder):
    for name, dtype in {"f32": np.float32, "f64": np.float64}.items():
        flat = pd.DataFrame(matrix(dtype), columns=NAMES)
        text = flat.to_csv(index=False)
        save(folder, f"pandas-{name}.csv", text, of_csv(text))
        text = flat.to_csv(index=False, sep="\t")
        save(folder, f"pandas-{name}.tsv", text, of_csv(text, delimiter="\t"))
        assert (of_csv(text, delimiter="\t").astype(dtype) == matrix(dtype)).all()
    labelled = flat.assign(text=TEXT)
    text = labelled.to_csv()
    save(folder, "pandas-index-and-text.csv", text, of_csv(text), columns=["dim_*"])
    save(folder, "piped.csv", text, of_csv(text), columns=["dim_*"], piped=True)
    text = labelled.to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    save(folder, "pandas-quoted.csv", text, of_csv(text), columns=["dim_*"])
    text = flat.to_csv(index=False, lineterminator="\r\n")
    save(folder, "pandas-byte-order-mark.csv", text, of_csv(text), encoding="utf-8-sig")
    text = flat.to_csv(index=False, header=False)
    numbers = of_csv(flat.to_csv(index=False))
    save(folder, "pandas-no-header.csv", text, numbers)
    save(folder, "pandas-no-header-said.csv", text, numbers, header=False)
    text = flat.to_csv(index=False, float_format="%.6g")
    save(folder, "pandas-six-digits.csv", text, of_csv(text), header=True)
    counted = pd.DataFrame(matrix())
    text = counted.to_csv(index=False)
    save(folder, "pandas-counted.csv", text, of_csv(text, [str(i) for i in range(DIM)]), header=True)
    holes = flat.mask(flat.index.to_series().isin([5, 2999]))
    text = holes.to_csv(index=False)
    kept = np.delete(of_csv(flat.to_csv(index=False)), [5, 2999], axis=0)
    save(folder, "pandas-nulls.csv", text, kept, skipped=2, nonFinite="skip")

    rows = pd.DataFrame({"text": TEXT, "embedding": list(matrix())})
    for name, frame in {"rows": rows, "only": rows[["embedding"]]}.items():
        text = frame.to_json(orient="records", lines=True, double_precision=15)
        numbers = np.array([json.loads(line)["embedding"] for line in text.splitlines()])
        save(folder, f"pandas-{name}.jsonl", text, numbers)


def write_polars(folder):
    flat = pl.DataFrame(matrix(), schema=NAMES)
    text = flat.write_csv()
    save(folder, "polars.csv", text, of_csv(text))
    text = flat.with_columns(text=pl.Series(TEXT)).write_csv(separator="\t")
    save(folder, "polars-text.tsv", text, of_csv(text, delimiter="\t"), columns=["dim_*"])
    for name, dtype in {"f32": np.float32, "f64": np.float64}.items():
        text = pl.DataFrame({"text": TEXT, "embedding": matrix(dtype)}).write_ndjson()
        numbers = np.array([json.loads(line)["embedding"] for line in text.splitlines()])
        save(folder, f"polars-{name}.jsonl", text, numbers)
    save(folder, "piped.jsonl", text, numbers, piped=True)


def write_pyarrow(folder):
    table = pa.table({name: matrix(np.float64)[:, i] for i, name in enumerate(NAMES)})
    buffer = io.BytesIO()
    arrow_csv.write_csv(table, buffer)
    text = buffer.getvalue().decode()
    save(folder, "pyarrow.csv", text, of_csv(text))


def write_numpy(folder):
    z = matrix(np.float64)
    for name, options in {
        "savetxt-commas.csv": {"delimiter": ","},
        "savetxt-tabs.tsv": {"delimiter": "\t"},
        "savetxt-header.csv": {"delimiter": ",", "header": ",".join(NAMES), "comments": ""},
    }.items():
        np.savetxt(folder.add(name, z), z, **options)
    # What numpy.savetxt writes when nothing is said: spaces between the numbers.
    np.savetxt(folder.add("savetxt-spaces.txt", z), z)


def write_plain(folder):
    z = matrix(np.float64)
    vectors = [json.dumps(row) for row in z.tolist()]
    save(folder, "arrays.jsonl", "\n".join(vectors) + "\n", z)
    save(folder, "arrays-no-last-newline.jsonl", "\r\n".join(vectors), z)
    # As PostgreSQL's COPY writes a column of pgvector.
    save(folder, "pgvector.csv", "embedding\n" + "".join(f'"{vector}"\n' for vector in vectors), z)
    rows = [f"{i}\t{vector.replace(' ', '')}\n" for i, vector in enumerate(vectors)]
    save(folder, "pgvector-no-header.tsv", "".join(rows), z)
    save(folder, "pgvector-header.tsv", "id\tembedding\n" + "".join(rows), z)
    # One row in the form of OpenAI's responses: the vector is deeper, other lists are beside it.
    lines = [
        json.dumps({"id": i, "usage": {"tokens": [1, 2]}, "embedding": row, "note": TEXT[i]})
        for i, row in enumerate(z.tolist())
    ]
    save(folder, "objects.jsonl", "\n".join(lines), z, column="embedding")
    lines = [json.dumps({"response": {"index": i, "embedding": row}}) for i, row in enumerate(z.tolist())]
    save(folder, "deeper.jsonl", "\n".join(lines), z, column="response.embedding")


def write_duckdb(folder):
    def copy(name, query, read, options, **how):
        temporary = str(folder.path / "unlisted")
        connection.execute(f"COPY ({query}) TO '{temporary}' ({options})")
        with open(temporary, newline="", encoding="utf-8") as file:
            text = file.read()
        save(folder, name, text, read(text), **how)

    def lists_of_csv(text, delimiter=","):
        return of_lists(row["embedding"] for row in csv.DictReader(io.StringIO(text), delimiter=delimiter))

    def of_json(text):
        return of_lists(json.dumps(json.loads(line)["embedding"]) for line in text.splitlines())

    with duckdb.connect() as connection:
        table = pa.table({"id": range(ROWS), "text": TEXT, "embedding": lists(matrix())})
        connection.register("rows", table)
        query = "SELECT * FROM rows ORDER BY id"
        copy("duckdb.csv", query, lists_of_csv, "FORMAT csv")
        copy("duckdb.tsv", query, lambda text: lists_of_csv(text, "\t"), "FORMAT csv, DELIMITER '\t'")
        copy("duckdb.jsonl", query, of_json, "FORMAT json")
        (folder.path / "unlisted").unlink()
