#!/usr/bin/env python3
"""Serves one slide with ome-zarr, nginx, iipsrv and large-image, asks each for the same with wrk, in turns, and compares.

Prints for 1, 8 and 64 connections what each server answers in a second, in a second of its own processors, and how long
the slowest hundredth takes; the ratios are ours to theirs of the medians of all rounds. All ask over loopback, so wrk
takes its part of the processors.
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

import load
import pictures
import servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLIDE = ROOT.parent / "shared" / "corpus" / "svs" / "CMU-1-Small-Region.svs"
MEMORY = {"cold": ("1KiB", 0, False), "warm": ("1GiB", 1024, True)}


def list_of(folder: pathlib.Path, name: str, lines) -> pathlib.Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def chunks(folder: pathlib.Path, data: pathlib.Path, kind: str):
    """The chunk files of an OME-Zarr, from nginx and from us."""
    pictures.make_cells(data / "cells.tif")
    image = data / f"{kind}.ome.zarr"
    if not image.exists():
        subprocess.run(
            [os.environ["OME_ZARR"], "convert", data / f"{kind}.tif", image, "--shard", "none", "--quiet"], check=True)
    files = [path for path in (image / "0" / "c").rglob("*") if path.is_file()]
    names = sorted(str(path.relative_to(data)) for path in files)
    size = sum(path.stat().st_size for path in files) / len(files)
    with servers.ours(folder, data, "1GiB") as ours, servers.nginx(folder / "nginx", data) as nginx:
        yield f"chunks of {size / 1000:.0f} kB", [
            (ours, list_of(folder, "ours.txt", (f"/zarr/{name}" for name in names))),
            (nginx, list_of(folder, "nginx.txt", (f"/{name}" for name in names))),
        ]


def tiles(folder: pathlib.Path, data: pathlib.Path, kind: str, memory: str, has_large_image: bool):
    """Tiles of 256 pixels of the full size, JPEG of quality 80: from us, iipsrv and large-image."""
    cache, megabytes, is_cached = MEMORY[memory]
    places = pictures.tiles()
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(servers.ours(folder, data, cache))
        iipsrv = stack.enter_context(servers.nginx(folder / "nginx", data, megabytes))
        iipsrv.name = "iipsrv"
        contenders = [
            (ours, list_of(folder, "ours.txt", (f"/tiles/{kind}.tif/5/{x}/{y}.jpg" for x, y in places))),
            (iipsrv, list_of(
                folder, "iipsrv.txt", (f"/iip?DeepZoom={kind}.tif_files/13/{x}_{y}.jpg" for x, y in places))),
        ]
        if has_large_image:
            other = stack.enter_context(servers.large_image(folder, data / f"{kind}.tif", is_cached))
            contenders.append((other, list_of(folder, "large.txt", (f"/5/{x}/{y}" for x, y in places))))
        if is_cached:
            # Until every process has made every tile.
            for server, urls in contenders:
                load.run(server, urls, 8, 5)
        yield f"tiles of {kind}, {memory}", contenders


def compare(what: str, contenders, options):
    """Prints a line for each number of connections and each server."""
    for connections in options.connections:
        runs = [[] for _ in contenders]
        for _ in range(options.rounds):
            for number, (server, urls) in enumerate(contenders):
                runs[number].append(load.run(server, urls, connections, options.seconds))
        medians = [load.median(run) for run in runs]
        ours = medians[0]
        for (server, _), theirs in zip(contenders, medians):
            ratios = "" if theirs is ours else (
                f"{ours.rate / theirs.rate:.2f} | {ours.per_cpu_second / theirs.per_cpu_second:.2f}")
            print(
                f"| {what} | {connections} | {server.name} | {theirs.rate:.0f} | {theirs.per_cpu_second:.0f} | "
                f"{theirs.median_ms:.2f} | {theirs.p99_ms:.1f} | {server.peak_mb():.0f} | {ratios or ' | '} |",
                flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4, help="of each run")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--only", default="", help="a part of the name of what is compared, as \"chunks\" or \"cold\"")
    parser.add_argument("--data", type=pathlib.Path, help="where images are kept for the next run (0.6 GB)")
    options = parser.parse_args()
    if not SLIDE.exists():
        sys.exit(f"{SLIDE} is absent: the slide is not part of the package")
    has_large_image = "LARGE_IMAGE_PYTHON" in os.environ
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = (options.data or folder / "data").resolve()
        data.mkdir(parents=True, exist_ok=True)
        pictures.make(data, SLIDE)
        print("| what | connections | server | /s | per CPU s | median ms | p99 ms | peak MB | ratio | ratio per CPU s |")
        print("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|")
        jobs = {f"chunks of {kind}": lambda kind=kind: chunks(folder, data, kind) for kind in ("raw", "cells")}
        for memory in MEMORY:
            for kind in pictures.KINDS:
                jobs[f"tiles of {kind}, {memory}"] = (
                    lambda kind=kind, memory=memory: tiles(folder, data, kind, memory, has_large_image))
        for what, job in jobs.items():
            if options.only in what:
                for named, contenders in job():
                    compare(named, contenders, options)


if __name__ == "__main__":
    main()
