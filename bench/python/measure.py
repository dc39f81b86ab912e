"""Runs one program and prints as JSON what it cost: wall time, processor time, peak resident memory.

    python measure.py [--stdin FILE COUNT]... -- PROGRAM ARG...

Standard input of the program is what the files hold, one after the other, each COUNT times over; this
process writes it, so that nothing else has to start first.
"""

import json
import mmap
import os
import subprocess
import sys
import tempfile
import time

# ru_maxrss counts kilobytes, on macOS bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def feed(pipe, parts):
    """Writes files into a pipe, each several times over, until the reader has had enough."""
    try:
        for path, count in parts:
            with open(path, "rb") as file:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    for _ in range(count):
                        pipe.write(content)
        pipe.close()
    except BrokenPipeError:
        pass


def measure(command, parts):
    """The cost of one run, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin = subprocess.PIPE if parts else subprocess.DEVNULL
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=err)
        if parts:
            feed(process.stdin, parts)
        # Of this one process, and with the peak of its whole life: nothing is sampled.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        return {
            "status": process.returncode,
            "seconds": seconds,
            "processorSeconds": usage.ru_utime + usage.ru_stime,
            "peakBytes": usage.ru_maxrss * PEAK_UNIT,
            "stdout": text_of(out),
            "stderr": text_of(err),
        }


def text_of(file):
    file.seek(0)
    return file.read().decode(errors="replace")


if __name__ == "__main__":
    split = sys.argv.index("--")
    options, command = sys.argv[1:split], sys.argv[split + 1 :]
    parts = [(options[i + 1], int(options[i + 2])) for i in range(0, len(options), 3)]
    print(json.dumps(measure(command, parts)))
