"""The images that all servers are asked for: one slide of 8192 x 8192 pixels, stored in four ways."""

import pathlib

import numpy as np
import tifffile

SIDE = 8192
TILE = 256
KINDS = {
    "raw": {},
    "deflate": {"compression": "zlib", "predictor": True},
    # What the servers are asked to make of it, too: quality 80, colours halved.
    "jpeg": {"compression": "jpeg", "compressionargs": {"level": 80, "subsampling": "420"}},
}


def slide(source: pathlib.Path) -> np.ndarray:
    """A real slide, mirrored until it is large enough."""
    part = tifffile.imread(source, key=0)[:2048, :2048]
    wide = np.concatenate([part, part[:, ::-1]], axis=1)
    square = np.concatenate([wide, wide[::-1]], axis=0)
    return np.tile(square, (SIDE // 4096, SIDE // 4096, 1))


def levels(pixels: np.ndarray):
    """The image and its halves, down to one tile."""
    while True:
        yield pixels
        if pixels.shape[0] <= TILE:
            return
        wide = pixels.astype(np.uint16)
        pixels = ((wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2] + 2) // 4).astype(np.uint8)


def make(folder: pathlib.Path, source: pathlib.Path):
    """Writes the TIFFs that are not there yet: BigTIFF in tiles of 256, every level a page."""
    missing = {kind: how for kind, how in KINDS.items() if not (folder / f"{kind}.tif").exists()}
    if not missing:
        return
    pyramid = list(levels(slide(source)))
    for kind, how in missing.items():
        partial = folder / f"{kind}.partial"
        with tifffile.TiffWriter(partial, bigtiff=True) as writer:
            for number, pixels in enumerate(pyramid):
                writer.write(
                    pixels, tile=(TILE, TILE), photometric="rgb", metadata=None, subfiletype=int(number > 0), **how)
        partial.rename(folder / f"{kind}.tif")


def make_cells(path: pathlib.Path):
    """Writes 4096 x 4096 pixels of 12 bits with the noise of a camera, whose chunks are some 0.35 MB."""
    if path.exists():
        return
    y, x = np.mgrid[:4096, :4096].astype("f4")
    brightness = 300 + 250 * np.sin(x / 40) * np.cos(y / 55)
    noise = np.random.default_rng(1).standard_normal(brightness.shape, dtype="f4") * np.sqrt(brightness)
    tifffile.imwrite(
        path, np.clip(brightness + noise, 0, 4095).astype("u2"), tile=(512, 512), photometric="minisblack",
        metadata=None)


def tiles(zoom: int = 5):
    """The places of all tiles of the full size."""
    return [(x, y) for y in range(2**zoom) for x in range(2**zoom)]
