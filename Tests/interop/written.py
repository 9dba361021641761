"""Pixels written as a TIFF and converted, and the documents of what comes out."""

import json
import pathlib

import numpy as np
import tifffile

import image_readers

FORMATS = ["0.4", "0.5"]


class Converter:
    """Writes pixels as a TIFF and converts it; small chunks and a low floor, so that there are many of both."""

    def __init__(self, run, folder: pathlib.Path):
        self.run, self.folder, self.count = run, folder, 0

    def __call__(self, pixels: np.ndarray, *options, metadata: dict | None = None, name="out.ome.zarr", **tiff):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        path = folder / ("in.ome.tif" if metadata else "in.tif")
        tifffile.imwrite(path, pixels, ome=bool(metadata), metadata=metadata, **{"photometric": "minisblack"} | tiff)
        if "--min-size" not in options:
            options = [*options, "--min-size", 20]
        if "--chunk" not in options:
            options = [*options, "--chunk", "32,32"]
        self.run("convert", path, folder / name, "--quiet", *options)
        return folder / name


def noise(shape, dtype="u2", seed=3) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 250, shape).astype(dtype)


def array_documents(output) -> list[dict]:
    """The metadata of each level, as written."""
    paths = [output / name for name in image_readers.level_names(output)]
    files = [next(file for file in (path / ".zarray", path / "zarr.json") if file.exists()) for path in paths]
    return [json.loads(file.read_text()) for file in files]


def inner_codecs(document: dict) -> dict[str, dict]:
    """The codecs of the chunks of a v3 array by name, those inside shards where it has any."""
    codecs = {codec["name"]: codec.get("configuration", {}) for codec in document["codecs"]}
    inner = codecs.get("sharding_indexed")
    return {codec["name"]: codec.get("configuration", {}) for codec in inner["codecs"]} if inner else codecs


def inner_chunk(document: dict) -> list[int]:
    """The shape of a chunk, the one inside a shard where there are shards."""
    if document["zarr_format"] == 2:
        return document["chunks"]
    codecs = {codec["name"]: codec.get("configuration", {}) for codec in document["codecs"]}
    outer = document["chunk_grid"]["configuration"]["chunk_shape"]
    return codecs.get("sharding_indexed", {}).get("chunk_shape", outer)
