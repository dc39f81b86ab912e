"""Golden quantiles of Student's t distribution, from mpmath.

Run it from the repository's root; it rewrites tests/metrics/student_t.json:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install mpmath==1.4.1
    /tmp/golden/bin/python -B tests/metrics/make_student_t.py

P(T <= t) is the integral of the density, through the regularised incomplete beta function, inverted by
bisection at 40 digits: not the sum that ours is.
"""

import json
from pathlib import Path

import mpmath as mp

mp.mp.dps = 40
DEGREES = [1, 2, 3, 4, 7, 15, 16, 31, 99, 999]
PROBABILITIES = ["0.6", "0.9", "0.975", "0.995", "0.9999"]


def quantile(p, degrees):
    def upper(t):
        x = degrees / (degrees + t * t)
        return mp.betainc(mp.mpf(degrees) / 2, mp.mpf(1) / 2, 0, x, regularized=True) / 2

    low, high = mp.mpf(0), mp.mpf(10) ** 6
    for _ in range(160):
        middle = (low + high) / 2
        if upper(middle) > 1 - p:
            low = middle
        else:
            high = middle
    return float(low)


rows = [
    {"degrees": degrees, "probability": float(p), "quantile": quantile(mp.mpf(p), degrees)}
    for degrees in DEGREES
    for p in PROBABILITIES
]
path = Path(__file__).with_name("student_t.json")
path.write_text("[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]\n")
