"""Strips and tiles too large to be held are decoded in bands, and read equal to what tifffile wrote."""

import numpy as np
import pytest
import tifffile
import zarr

SIDE = 6016


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """72 MB of waves and noise: more than is decoded whole, and not much work for any codec."""
    waves = (2000 * np.sin(np.arange(SIDE) / 97)).astype(np.int16).astype(np.uint16)
    noise = np.random.default_rng(1).integers(0, 9, SIDE, dtype=np.uint16)
    return waves[:, None] + noise[None, :] * (np.arange(SIDE, dtype=np.uint16)[:, None] % 7)


def converted(path, out, run) -> np.ndarray:
    run("convert", path, out, "--levels", 1, "--codec", "zstd:1", "--memory", "128MB", "--quiet")
    return zarr.open_array(str(out / "0"), mode="r")[...]


@pytest.mark.parametrize("codec, predictor", [("zlib", 2), ("zstd", 2), ("lzw", 2), ("lzma", None), ("packbits", None)])
def test_one_strip_of_any_codec(codec, predictor, pixels, tmp_path, run):
    tifffile.imwrite(
        tmp_path / "a.tif", pixels, compression=codec, predictor=predictor, rowsperstrip=SIDE, metadata=None)
    np.testing.assert_array_equal(converted(tmp_path / "a.tif", tmp_path / "out", run), pixels)


def test_a_strip_of_floats_in_the_other_byte_order(pixels, tmp_path, run):
    values = pixels[:3008].astype(np.float32) / 7
    tifffile.imwrite(
        tmp_path / "a.tif", values, compression="zlib", predictor=3, rowsperstrip=SIDE, byteorder=">", metadata=None)
    np.testing.assert_array_equal(converted(tmp_path / "a.tif", tmp_path / "out", run), values)


def test_huge_tiles_of_a_colour_image(pixels, tmp_path, run):
    colours = np.stack([pixels[:, :4000], pixels[:, 2016:], pixels[::-1, :4000]], -1).astype(np.uint8)
    tifffile.imwrite(
        tmp_path / "a.tif", colours, photometric="rgb", compression="zlib", tile=(SIDE, 4000 + 16 - 4000 % 16),
        metadata=None)
    found = converted(tmp_path / "a.tif", tmp_path / "out", run)
    np.testing.assert_array_equal(found, np.moveaxis(colours, -1, 0))


def test_a_volume_whose_planes_are_one_strip_each(pixels, tmp_path, run):
    volume = np.stack([pixels, pixels[::-1], pixels.T])
    tifffile.imwrite(
        tmp_path / "a.tif", volume, imagej=True, compression="zlib", rowsperstrip=SIDE, resolution=(1, 1),
        metadata={"axes": "ZYX", "unit": "um", "spacing": 1.0})
    np.testing.assert_array_equal(converted(tmp_path / "a.tif", tmp_path / "out", run), volume)
