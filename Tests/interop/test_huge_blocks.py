"""Strips and tiles too large to be held are decoded in bands, and read equal to what tifffile wrote."""

import imagecodecs
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


@pytest.mark.parametrize("colours", ["grey", "rgb", "ycbcr", "apart"])
def test_one_strip_of_jpeg(colours, pixels, tmp_path, run):
    values = np.concatenate([pixels, pixels[::-1]]).astype(np.uint8)
    options = {"photometric": "minisblack"}
    if colours != "grey":
        values = np.stack([values, values[::-1], values], 0 if colours == "apart" else -1)
        options = {"photometric": "rgb", "planarconfig": "separate" if colours == "apart" else "contig"}
    if colours == "ycbcr":
        options["subsampling"] = (2, 2)
    tifffile.imwrite(
        tmp_path / "a.tif", values, compression="jpeg", rowsperstrip=2 * SIDE, metadata=None, **options)
    expected = tifffile.imread(tmp_path / "a.tif")
    found = converted(tmp_path / "a.tif", tmp_path / "out", run)
    np.testing.assert_array_equal(found, expected if expected.ndim == 2 or colours == "apart"
                                  else np.moveaxis(expected, -1, 0))


def test_tiles_of_jpeg_with_shared_tables(pixels, tmp_path, run):
    """As libtiff writes them: quantisation and Huffman tables once, outside the tiles."""
    values = np.concatenate([pixels, pixels[::-1]]).astype(np.uint8)
    stream = imagecodecs.jpeg8_encode(values, level=80)
    parts = jpeg_segments(stream)
    tables = b"\xff\xd8" + b"".join(data for kind, data in parts if kind in (0xDB, 0xC4)) + b"\xff\xd9"
    rest = b"\xff\xd8" + b"".join(data for kind, data in parts if kind not in (0xDB, 0xC4))
    tifffile.imwrite(
        tmp_path / "a.tif", iter([rest]), shape=values.shape, dtype="u1", compression="jpeg", tile=values.shape,
        jpegtables=tables, metadata=None)
    found = converted(tmp_path / "a.tif", tmp_path / "out", run)
    np.testing.assert_array_equal(found, imagecodecs.jpeg8_decode(stream))


def jpeg_segments(stream: bytes) -> list[tuple[int, bytes]]:
    """The segments of a stream behind its first marker; the last one is the scan with all that follows."""
    segments, place = [], 2
    while stream[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(stream[place + 2 : place + 4], "big")
        segments.append((stream[place + 1], stream[place:end]))
        place = end
    return segments + [(0xDA, stream[place:])]
