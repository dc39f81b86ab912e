"""Runs the lines of Python that docs/formats.md shows.

    python formats_page.py PAGE

What they write goes into the folder that this runs in. Prints as JSON RankMe of what is in each file,
by its name: of text, which rounds, as Python reads it back.
"""

import gzip
import json
import os
import re
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import safetensors.numpy
from reference_rankme import reference

z = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)

with open(sys.argv[1]) as page:
    text = page.read()
exec(re.search(r"^```python\n(.*?)^```", text, re.M | re.S).group(1))
for line in re.findall(r"^\|.*\| `([^`]*)` *\|$", text, re.M):
    exec(line)

whole = reference(z)
answers = {name: whole for name in sorted(os.listdir())}
answers["emb.csv"] = reference(np.loadtxt("emb.csv", delimiter=",", skiprows=1))
with open("emb.jsonl") as lines:
    answers["emb.jsonl"] = reference(np.array([json.loads(line)["emb"] for line in lines]))
print(json.dumps(answers))
