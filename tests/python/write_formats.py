"""Writes one embedding matrix in all the ways that programs leave embeddings behind.

    python tests/python/write_formats.py FORMAT FOLDER

FORMAT is the end of a function's name below. Prints a JSON list of what is in the folder, which
real_writers.ts explains.
"""

import json
import sys
from importlib import import_module

from writers.folder import Folder

# Format: the module of writers/ with the function write_FORMAT. Loaded alone, as all take seconds.
MODULES = {
    "arrow": "arrow",
    "npy": "dense",
    "npz": "dense",
    "safetensors": "dense",
    "raw": "dense",
    "parquet": "parquet",
    "text": "text",
    "compressed": "compressed",
    "folders": "folders",
    "spark": "spark",
}

if __name__ == "__main__":
    name, path = sys.argv[1:]
    folder = Folder(path)
    getattr(import_module(f"writers.{MODULES[name]}"), f"write_{name}")(folder)
    print(json.dumps(folder.written))
