"""Folders that Apache Spark writes. Needs Java 17 or later."""

import gzip
import json
import os
import shutil
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .arrow import lists
from .folder import NAMES, ROWS, matrix

# Before pyspark is loaded: the workers' Python, and an address that every machine has.
os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession, functions

PARTITIONS = 4


def write_spark(folder):
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        sys.exit("Spark needs Java 17 or later, and none was found: install it or set JAVA_HOME")
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
        .config("spark.log.level", "ERROR")
        .config("spark.sql.shuffle.partitions", PARTITIONS)
        .config("spark.sql.warehouse.dir", str(folder.path / "warehouse"))
        .getOrCreate()
    )
    try:
        write_folders(folder, spark)
    finally:
        spark.stop()


def lines_of(path):
    """The lines of all parts of a text."""
    for part in sorted(path.glob("part-*")):
        with (gzip.open if part.suffix == ".gz" else open)(part, "rt") as file:
            yield from file


def of_json(lines):
    return np.array([json.loads(line)["embedding"] for line in lines])


def of_csv(lines):
    return np.array([[float(cell) for cell in line.split(",")] for line in lines if "dim_" not in line])


TEXTS = {"json": of_json, "csv": of_csv}


def write_folders(folder, spark):
    z = matrix()
    source = str(folder.path / "unlisted.parquet")
    labels = ["cat", "cow", "dog"]
    label = [labels[i * len(labels) // ROWS] for i in range(ROWS)]
    pq.write_table(pa.table({"id": range(ROWS), "label": label, "embedding": lists(z, "list")}), source)
    rows = spark.read.parquet(source).repartitionByRange(PARTITIONS, "id").sortWithinPartitions("id").cache()

    def write(name, frame, expected=z, options=None, **how):
        frame.write.options(**(options or {})).parquet(folder.add(name, expected, **how))

    def write_text(name, frame, kind, **options):
        """What a text holds is what Python reads out of it: the decimals of a float32 are another float64."""
        frame.write.format(kind).options(**options).save(str(folder.path / name))
        folder.add(name, TEXTS[kind](lines_of(folder.path / name)))

    write("floats", rows)
    for codec in "none", "gzip", "lz4", "lz4_raw", "zstd":
        write(f"floats-{codec}", rows, options={"compression": codec})
    write("floats-pages-v2", rows, options={"parquet.writer.version": "v2"})
    spark.conf.set("spark.sql.parquet.writeLegacyFormat", True)
    write("floats-legacy", rows)
    spark.conf.unset("spark.sql.parquet.writeLegacyFormat")
    write("doubles", rows.withColumn("embedding", rows.embedding.cast("array<double>")))
    columns = rows.select([rows.embedding[i].alias(name) for i, name in enumerate(NAMES)])
    write("columns", columns)
    write("struct", rows.select("id", functions.struct("label", "embedding").alias("model")))
    # Nothing is left of the first partition, for which a file is written all the same.
    late = rows.filter("id >= 1000")
    write("late-rows", late, z[1000:])
    write_text("late-rows-json", late, "json")
    holes = rows.withColumn("embedding", functions.expr("IF(id IN (5, 2999), NULL, embedding)"))
    usable = z[[i for i in range(ROWS) if i not in (5, 2999)]]
    write("nulls", holes, usable, skipped=2, nonFinite="skip")
    # One folder a label, in the order of their names.
    path = folder.add("by-label", z)
    rows.repartition(1).sortWithinPartitions("id").write.partitionBy("label").parquet(path)

    vectors = rows.select("id", array_to_vector("embedding").alias("features"))
    write("ml-vectors-as-arrays", vectors.withColumn("features", vector_to_array("features")))
    as_floats = vectors.withColumn("features", vector_to_array("features", "float32"))
    write("ml-vectors-as-floats", as_floats)
    # Each holds two numbers, of dimensions that are not the same: no embeddings of two dimensions.
    sparse = [(i, Vectors.sparse(48, {i % 48: 1.0, (i * 7 + 1) % 48: 2.0})) for i in range(100)]
    path = folder.add_refused("sparse-ml-vectors", "features")
    spark.createDataFrame(sparse, ["id", "features"]).write.parquet(path)

    write_text("json", rows, "json")
    write_text("json-gzip", rows, "json", compression="gzip")
    write_text("csv", columns, "csv")
    write_text("csv-header", columns, "csv", header=True)
    rows.write.orc(folder.add_refused("orc", "orc"))
