"""Runs a command in a terminal of its own and passes on what it shows: in_terminal.py COMMAND…

The command's input, output and errors are all the terminal, which has as many columns as the variable
TERMINAL_COLUMNS says, if it is set. Exits with the command's status.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    columns = int(os.environ.get("TERMINAL_COLUMNS", "0"))
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try:
        shown = os.read(terminal, 65536)
    except OSError:  # Linux says so when the last program has gone.
        break
    if not shown:
        break
    sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
