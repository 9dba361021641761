"""Loads a server with wrk, and says what came of it."""

import dataclasses
import pathlib
import statistics
import subprocess

from servers import HERE, Server


@dataclasses.dataclass
class Measurement:
    """Of one run: requests per second, those per second of the server's processors, and milliseconds."""

    rate: float
    per_cpu_second: float
    median_ms: float
    p99_ms: float


def run(server: Server, urls: pathlib.Path, connections: int, seconds: float) -> Measurement:
    """Asks for random lines of a file over connections that stay open."""
    before = server.cpu_seconds()
    said = subprocess.run(
        ["wrk", f"-t{min(2, connections)}", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "20s", "-s",
         HERE / "urls.lua", server.address, "--", urls],
        check=True, capture_output=True, text=True).stdout
    spent = server.cpu_seconds() - before
    line = next((line for line in said.splitlines() if line.startswith("RESULT")), None)
    if line is None:
        raise SystemExit(f"wrk said nothing of {server.name}: {said}")
    requests, took, median, p99, errors = map(float, line.split()[1:])
    if errors:
        raise SystemExit(f"{server.name} failed {errors:g} of {requests:g} requests of {urls.name}")
    return Measurement(requests / took, requests / max(spent, 0.01), median, p99)


def median(runs: list[Measurement]) -> Measurement:
    """Of each number the median."""
    return Measurement(*(statistics.median(values) for values in zip(*map(dataclasses.astuple, runs))))
