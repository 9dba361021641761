"""Inputs of the pyramid tests: drawn by `ome-zarr sample`, and written by tifffile where samples do not reach."""

import dataclasses

import numpy as np
import tifffile


@dataclasses.dataclass(frozen=True)
class Input:
    """A TIFF file, and its pixels as the OME-Zarr should hold them."""

    path: str
    axes: str
    pixels: np.ndarray
    method: str = "mean"
    # Voxel size in micrometres for each axis; None where the file has none.
    scale: tuple[float, ...] | None = None


SAMPLES = {
    "plane": (["--size", "777x1301", "--channels", "1"], "cyx", (1, 0.325, 0.325)),
    "channels": (["--size", "600x700"], "cyx", (1, 0.325, 0.325)),
    "rgb": (["--kind", "brightfield", "--size", "801x635"], "cyx", (1, 0.5, 0.5)),
    "volume": (["--kind", "lightsheet", "--size", "37x300x257"], "czyx", (1, 2, 0.5, 0.5)),
    "series": (["--size", "301x299", "--timepoints", "3", "--channels", "2"], "tcyx", (300, 1, 0.325, 0.325)),
    "labels": (["--kind", "labels", "--size", "1023x1025"], "yx", (0.325, 0.325)),
}


def sample(name: str, folder, run) -> Input:
    arguments, axes, scale = SAMPLES[name]
    path = folder / f"{name}.ome.tif"
    run("sample", "--out", path, "--quiet", *arguments)
    pixels = tifffile.imread(path)
    if name == "rgb":
        pixels = np.moveaxis(pixels, -1, 0)
    pixels = pixels.reshape([1] * (len(axes) - pixels.ndim) + list(pixels.shape))
    return Input(str(path), axes, pixels, "mode" if name == "labels" else "mean", scale)


def random_values(dtype: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Values over the whole range of the type, with runs of equal ones and, in floats, NaN and infinity."""
    random = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        pixels = random.normal(0, 1000, shape).astype(kind)
        pixels.flat[:: 17] = np.nan
        pixels[..., :4, :4] = np.nan
        return pixels
    info = np.iinfo(kind)
    return random.integers(info.min, info.max, shape, kind.newbyteorder("="), endpoint=True).astype(kind)


WRITTEN = {
    "odd": ("uint16", (67, 131), "yx", {}),
    "tiny": ("uint8", (1, 1), "yx", {}),
    "row": ("uint8", (1, 1500), "yx", {}),
    "bytes": ("uint8", (513, 511), "yx", {"tile": (64, 64)}),
    "signed": ("int16", (300, 301), "yx", {"compression": "zlib", "predictor": True}),
    "big-endian": (">u2", (555, 601), "yx", {"byteorder": ">", "compression": "zlib", "predictor": True}),
    "words": ("uint32", (257, 259), "yx", {"compression": "lzw"}),
    "float": ("float32", (401, 333), "yx", {"tile": (128, 128)}),
    "double": (">f8", (130, 127), "yx", {"byteorder": ">"}),
    "bigtiff": ("uint16", (700, 600), "yx", {"bigtiff": True, "tile": (256, 256), "compression": "zstd"}),
    "stack": ("uint8", (9, 140, 150), "zyx", {}),
}


def written(name: str, folder) -> Input:
    dtype, shape, axes, options = WRITTEN[name]
    pixels = random_values(dtype, shape, seed=len(name))
    path = folder / f"{name}.tif"
    # Pages of their own, without tifffile's description: a plain multi-page TIFF.
    options = dict(options)
    with tifffile.TiffWriter(
        path, byteorder=options.pop("byteorder", "<"), bigtiff=options.pop("bigtiff", False)
    ) as file:
        for page in pixels.reshape(-1, *shape[-2:]):
            file.write(page, contiguous=False, metadata=None, photometric="minisblack", **options)
    return Input(str(path), axes, pixels.astype(pixels.dtype.newbyteorder("=")))
