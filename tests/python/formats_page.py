"""Runs the lines of Python that docs/formats.md shows.

    python formats_page.py PAGE

What they write goes into the folder that this runs in. Prints as JSON the names of the files, and
RankMe of what is in them.
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
table = pa.table({"emb": list(z)})
df = pd.DataFrame({"emb": z.tolist()})

with open(sys.argv[1]) as page:
    for row in page:
        line = re.match(r"^\|.*\| `([^`]*)` *\|$", row)
        if line:
            exec(line.group(1))
print(json.dumps({"files": sorted(os.listdir()), **reference(z)}))
