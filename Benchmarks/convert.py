#!/usr/bin/env python3
"""Converts one large TIFF with ome-zarr and with the tensorstore script of ../shared/peers, in turns.

Prints MB/s of source pixels, the ratio of the medians and peak memory for each, after checking that all levels are
equal. Both use two threads and write 512 x 512 chunks of Blosc zstd 3; versions: 0.4, 0.5 and 0.5 sharded.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import tensorstore

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEER = ROOT.parent / "shared" / "peers" / "conv_ts.py"
FORMATS = {
    "0.4": (["--ome-version", "0.4"], "v2"),
    "0.5": (["--ome-version", "0.5", "--shard", "none"], "v3"),
    "0.5 sharded": (["--ome-version", "0.5", "--shard", "4096,4096"], "v3s"),
}
# A process starts with the peak of the one that forked it, so a small one forks the measured command.
MEASURE = """
import os, subprocess, sys, time
start = time.monotonic()
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print(time.monotonic() - start, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measure(command) -> tuple[float, float, float]:
    """Seconds, peak MB and CPU seconds of a command."""
    said = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, *map(str, command)], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    seconds, peak, cpu = map(float, said.split()[-3:])
    return seconds, peak * (1 if sys.platform == "darwin" else 1024) / 1e6, cpu


def level(path: pathlib.Path, index: int):
    driver = "zarr3" if (path / str(index) / "zarr.json").exists() else "zarr"
    return tensorstore.open({"driver": driver, "kvstore": {"driver": "file", "path": f"{path}/{index}"}}).result()


def differences(ours: pathlib.Path, theirs: pathlib.Path) -> str:
    """What differs between the levels both have; level 0 must be equal."""
    largest, compared = 0, 0
    while all((path / str(compared)).exists() for path in (ours, theirs)):
        a, b = level(ours, compared), level(theirs, compared)
        for top in range(0, a.shape[-2], 4096):
            rows = slice(top, min(top + 4096, a.shape[-2]))
            x, y = (store[..., rows, :].read().result().squeeze().astype(np.int64) for store in (a, b))
            if x.shape != y.shape:
                sys.exit(f"level {compared} differs in shape: {x.shape} and {y.shape}")
            largest = max(largest, int(np.abs(x - y).max()))
        if compared == 0 and largest:
            sys.exit("level 0 differs")
        compared += 1
    return f"{compared} levels compared, largest difference {largest}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=32768)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compression", default="none", choices=["none", "deflate"])
    options = parser.parse_args()
    command = os.environ["OME_ZARR"]
    if not PEER.exists():
        sys.exit(f"{PEER} is absent: the rival converters are not part of the package")
    size = options.side**2 * 2 / 1e6
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = pathlib.Path(name)
        source = folder / "source.tif"
        subprocess.run(
            [str(part) for part in (command, "sample", "--size", options.side, "--channels", 1, "--tile", 512,
                                    "--quiet", "--compression", options.compression, "--out", source)],
            check=True,
        )
        print(f"{size:.0f} MB of uint16 pixels, 512 x 512 tiles, compression {options.compression}; "
              f"{os.cpu_count()} CPUs; median of {options.rounds}")
        for label, (arguments, form) in FORMATS.items():
            ours, theirs = folder / "ours", folder / "theirs"
            results = {"ome-zarr": [], "tensorstore": []}
            for _ in range(options.rounds):
                for path in (ours, theirs):
                    shutil.rmtree(path, ignore_errors=True)
                os.sync()
                results["ome-zarr"].append(
                    measure([command, "convert", source, ours, "--threads", 2, "--quiet", *arguments]))
                os.sync()
                results["tensorstore"].append(
                    measure([sys.executable, PEER, source, theirs, "--fmt", form, "--threads", 2]))
            medians = {who: [statistics.median(c) for c in zip(*runs)] for who, runs in results.items()}
            for who, (seconds, peak, cpu) in medians.items():
                print(f"{label:12} {who:12} {size / seconds:6.0f} MB/s  {seconds:6.2f} s  {cpu:6.2f} s CPU  "
                      f"{peak:6.0f} MB peak")
            ratio = medians["tensorstore"][0] / medians["ome-zarr"][0]
            print(f"{label:12} {ratio:.2f} times as fast; {differences(ours, theirs)}")


if __name__ == "__main__":
    main()
