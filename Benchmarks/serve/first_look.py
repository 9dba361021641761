#!/usr/bin/env python3
"""How long a viewer waits for the first tile of images nobody looked at yet, and how fast a TIFF is read as Zarr.

Each image is opened by a server that has just started (ome-zarr; large-image: in a process of its own that has imported
everything), and read through by tifffile's `aszarr` for the chunks. Prints seconds, and chunks per second.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import numpy as np
import tifffile
import zarr

import load
import pictures
import servers
from compare import SLIDE, list_of

LARGE_IMAGE = """
import sys, time, large_image
start = time.monotonic()
source = large_image.open(sys.argv[1], encoding="JPEG", jpegQuality=80)
source.getTile(0, 0, 0)
print(time.monotonic() - start)
"""


def pages(path: pathlib.Path, count: int = 10_000):
    """An OME-TIFF of so many pages of 64 x 64."""
    if path.exists():
        return
    planes = np.arange(64 * 64, dtype=np.uint16).reshape(1, 64, 64) + np.arange(100, dtype=np.uint16)[:, None, None]
    blocks = (planes for _ in range(count // 100))
    tifffile.imwrite(
        path, (plane for block in blocks for plane in block), shape=(count // 100, 100, 64, 64), dtype=np.uint16,
        ome=True, metadata={"axes": "TZYX"}, photometric="minisblack", bigtiff=True)


def ours(folder: pathlib.Path, image: pathlib.Path) -> float:
    """Seconds from the first request to the end of the first tile."""
    with servers.ours(folder, image, "1GiB") as server:
        start = time.monotonic()
        urllib.request.urlopen(f"{server.address}/tiles/{urllib.parse.quote(image.name)}/0/0/0.jpg").read()
        return time.monotonic() - start


def large_image(image: pathlib.Path) -> float:
    done = subprocess.run(
        [os.environ["LARGE_IMAGE_PYTHON"], "-c", LARGE_IMAGE, image], capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else float("nan")


def aszarr(image: pathlib.Path) -> float:
    """Seconds until tifffile has opened an image as Zarr and read a plane of its coarsest level."""
    start = time.monotonic()
    node = zarr.open(tifffile.imread(image, aszarr=True), mode="r")
    while isinstance(node, zarr.Group):
        node = node[sorted(node.array_keys(), key=int)[-1]]
    node[tuple(0 if extent > 4 else slice(None) for extent in node.shape[:-2])]
    return time.monotonic() - start


def chunks(folder: pathlib.Path, data: pathlib.Path, kind: str, seconds: float):
    """Chunks per second of a TIFF that is served as Zarr, and what one thread of tifffile gives."""
    side = pictures.SIDE // pictures.TILE
    places = [(c, y, x) for c in range(3) for y in range(side) for x in range(side)]
    urls = list_of(folder, "virtual.txt", (f"/zarr/{kind}.tif/0/c/{c}/{y}/{x}" for c, y, x in places))
    with servers.ours(folder, data, "1KiB") as server:
        served = load.run(server, urls, 8, seconds)
    array = zarr.open(tifffile.imread(data / f"{kind}.tif", aszarr=True, level=0), mode="r")
    start, count = time.monotonic(), 0
    rng = np.random.default_rng(1)
    while time.monotonic() - start < seconds:
        y, x = rng.integers(side, size=2) * pictures.TILE
        array[y:y + pictures.TILE, x:x + pictures.TILE]
        count += 1
    read = count / (time.monotonic() - start)
    print(f"chunks of {kind} as Zarr: {served.rate:.0f}/s of one channel, p99 {served.p99_ms:.1f} ms; "
          f"aszarr in one thread {read:.0f}/s of three channels", flush=True)


def folder_of(folder: pathlib.Path, count: int = 10_000):
    """The list of so many images."""
    many = folder / "many"
    many.mkdir()
    tifffile.imwrite(folder / "one.tif", np.zeros((64, 64), np.uint8), metadata=None)
    for number in range(count):
        os.link(folder / "one.tif", many / f"{number:05}.tif")
    with servers.ours(folder, many, "1GiB") as server:
        times = []
        for _ in range(3):
            start = time.monotonic()
            size = len(urllib.request.urlopen(f"{server.address}/api/images").read())
            times.append(time.monotonic() - start)
        print(f"/api/images of {count} files: {' '.join(f'{one:.3f}' for one in times)} s, {size / 1e6:.1f} MB, "
              f"peak {server.peak_mb():.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="where images are kept for the next run")
    options = parser.parse_args()
    data = options.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    pictures.make(data, SLIDE)
    pages(data / "pages.ome.tif")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for image in [data / "pages.ome.tif", SLIDE, data / "jpeg.tif"]:
            def median(one):
                return statistics.median(one() for _ in range(options.rounds))
            rival = f"{median(lambda: large_image(image)):.3f} s" if "LARGE_IMAGE_PYTHON" in os.environ else "absent"
            print(f"first tile of {image.name}: ome-zarr {median(lambda: ours(folder, image)):.3f} s, large-image "
                  f"{rival}, aszarr {median(lambda: aszarr(image)):.3f} s", flush=True)
        for kind in pictures.KINDS:
            chunks(folder, data, kind, options.seconds)
        folder_of(folder)


if __name__ == "__main__":
    sys.exit(main())
