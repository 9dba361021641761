"""Runs the command as a child of a small process that says how much memory it took.

A process starts with the peak of the one that forked it, so one as large as a test session must not fork the command
itself.
"""

import os
import subprocess
import sys
from typing import NamedTuple

from conftest import binary

_LAUNCHER = """
import os, resource, subprocess, sys
peak, seconds, *command = sys.argv[1:]
def limit():
    if seconds != "-": resource.setrlimit(resource.RLIMIT_CPU, (int(seconds),) * 2)
process = subprocess.Popen(command, stderr=subprocess.STDOUT, preexec_fn=limit)
_, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
with os.fdopen(int(peak), "w") as file: print(usage.ru_maxrss, process.returncode, file=file)
"""


class Measured(NamedTuple):
    """Exit status (negative for a signal), all that was said, and the largest number of resident bytes."""

    status: int
    said: str
    peak: int


def measured(*arguments, cpu_seconds: int | None = None) -> Measured:
    """Runs the command; the system ends it after `cpu_seconds` of processor time."""
    reading, writing = os.pipe()
    command = [sys.executable, "-S", "-c", _LAUNCHER, str(writing), str(cpu_seconds or "-"), binary()]
    said = subprocess.run(
        [*command, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True, pass_fds=[writing]).stdout
    os.close(writing)
    with os.fdopen(reading) as file:
        peak, status = map(int, file.read().split())
    # Kilobytes on Linux, bytes on macOS.
    return Measured(status, said, peak * (1 if sys.platform == "darwin" else 1024))
