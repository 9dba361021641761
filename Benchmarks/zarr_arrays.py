#!/usr/bin/env python3
"""Reads and writes Zarr v3 arrays with the Zarr library, with tensorstore and with zarr-python and zarrs, in turns.

Whole reads, random regions, random inner chunks of shards and writing of shards, of a plane and of a stack of uint16,
raw, Blosc zstd 3 and zstd 3, sharded and not, with one and with two threads. Every contender is one process that stays;
no time counts before all checksums are equal. Prints one row of Markdown for each case: median milliseconds, the spread
(half of the distance between the quartiles, in percent), how many times as fast we are, and how many times as much CPU
time tensorstore takes, which says more where the machine does other things too.
"""

import argparse
import itertools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import tensorstore

PEER = pathlib.Path(__file__).with_name("zarr_peer.py")
# shape, chunk, shard, region
SIZES = {
    "full": {
        "plane": ([8192, 8192], [512, 512], [4096, 4096], [512, 512]),
        "stack": ([64, 1024, 1024], [16, 128, 128], [64, 512, 512], [1, 512, 512]),
    },
    "small": {
        "plane": ([1024, 1024], [256, 256], [512, 512], [256, 256]),
        "stack": ([16, 256, 256], [4, 64, 64], [8, 128, 128], [1, 128, 128]),
    },
}
BYTES = {"name": "bytes", "configuration": {"endian": "little"}}
CODECS = {
    "raw": [BYTES],
    "blosc": [BYTES, {"name": "blosc", "configuration": {
        "cname": "zstd", "clevel": 3, "shuffle": "shuffle", "typesize": 2, "blocksize": 0}}],
    "zstd": [BYTES, {"name": "zstd", "configuration": {"level": 3, "checksum": False}}],
}
WORKS = {"read": "whole", "regions": "regions", "chunks": "inner chunks", "write": "write"}


class Contender:
    """A process that does what it is asked, line by line."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *words) -> dict:
        self.process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args} failed at {words}")
        return json.loads(answer)


def noisy_pixels(shape) -> np.ndarray:
    """Blobs with the noise of photons: smooth in the high byte, noise in the low."""
    random = np.random.default_rng(1)
    y, x = np.ogrid[:1024, :1024]
    tile = random.poisson(400 + 300 * np.sin(x / 40) * np.sin(y / 55)).astype(np.uint16)
    repeats = [-(-extent // side) for extent, side in zip(shape[-2:], tile.shape)]
    plane = np.tile(tile, repeats)[: shape[-2], : shape[-1]]
    # Planes of a stack are alike but not the same, as the zstd of a whole chunk would see.
    return plane if len(shape) == 2 else np.stack([np.roll(plane, 37 * z, axis=1) for z in range(shape[0])])


def create(path, shape, chunk, shard, codec):
    """Writes the array that all read; by tensorstore, so that nobody reads the files of our own encoder."""
    codecs = CODECS[codec]
    if shard:
        codecs = [{"name": "sharding_indexed", "configuration": {
            "chunk_shape": chunk, "codecs": codecs,
            "index_codecs": [BYTES, {"name": "crc32c"}], "index_location": "end"}}]
    metadata = {
        "shape": shape, "data_type": "uint16", "codecs": codecs, "fill_value": 0,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shard or chunk}},
    }
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(path)}, "metadata": metadata}
    tensorstore.open(spec, create=True).result().write(noisy_pixels(shape)).result()


def folder_size(path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def measure(contenders, rounds, target, *words) -> dict:
    """Results of each round for each contender; the round before the first only warms up and is checked."""
    results = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        checksums = set()
        for name, contender in contenders.items():
            shutil.rmtree(target, ignore_errors=True)
            result = contender.run(*words)
            if words[0] == "write" and turn == 0:
                result = contender.run("read", target)
            checksums.add(result["checksum"])
            if turn > 0:
                results[name].append(result)
        if len(checksums) != 1:
            sys.exit(f"the pixels differ: {words}, checksums {checksums}")
    return results


def row(case, results) -> str:
    def median(who, clock="seconds"):
        return statistics.median(result[clock] for result in results[who])

    def cell(who):
        quartiles = statistics.quantiles([result["seconds"] for result in results[who]], n=4)
        return f"{median(who) * 1e3:.1f} ±{50 * (quartiles[2] - quartiles[0]) / median(who):.0f}%"

    ratios = [median(who) / median("Zarr") for who in ("tensorstore", "zarrs")]
    ratios.append(median("tensorstore", "cpu") / median("Zarr", "cpu"))
    cells = [*case, *map(cell, results), *(f"{ratio:.2f}" for ratio in ratios)]
    return "| " + " | ".join(map(str, cells)) + " |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="full", choices=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases to run, such as 'regions plane blosc'; default all")
    options = parser.parse_args()
    count = {"full": 100, "small": 5}[options.size]
    python = sys.executable
    ours = Contender(os.environ["ZARR_BENCH"])
    rivals = {
        (name, threads): Contender(python, "-P", PEER, name, threads)
        for name in ("tensorstore", "zarrs") for threads in (1, 2)
    }
    print("| what | array | chunks | codec | threads | Zarr ms | tensorstore ms | zarrs ms | to tensorstore | to zarrs "
          "| CPU to tensorstore |")
    print("|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = pathlib.Path(name)
        for (dimension, (shape, chunk, shard, region)), is_sharded, codec in itertools.product(
            SIZES[options.size].items(), (False, True), CODECS
        ):
            layout = "sharded" if is_sharded else "files"
            # A name of its own, because contenders keep what they write in memory by the name of its source.
            source, target = folder / f"{dimension}-{layout}-{codec}", folder / "target"
            create(source, shape, chunk, shard if is_sharded else None, codec)
            for (work, label), threads in itertools.product(WORKS.items(), (1, 2)):
                case = (label, dimension, layout, codec, threads)
                if not is_sharded and work in ("chunks", "write"):
                    continue
                if not all(word in " ".join(map(str, case)) for word in options.only.split()):
                    continue
                contenders = {"Zarr": ours, **{who: rivals[who, threads] for who in ("tensorstore", "zarrs")}}
                results = measure(
                    contenders, options.rounds, target, work, source, "--threads", threads, "--to", target,
                    "--size", ",".join(map(str, region)), "--count", count, "--seed", 7)
                print(row(case, results), flush=True)
            shutil.rmtree(source)


if __name__ == "__main__":
    main()
