"""Files of every flavour as they came from microscopes: pixels, histograms and pictures against tifffile and numpy."""

import io
import urllib.parse

import numpy as np
import pytest
import tensorstore
import tifffile
import zarr
from PIL import Image

from served import serving

# What kind of file each is; those whose rows are turned or whose values are bits or colours follow below.
FILES = {
    "svs/CMU-1-Small-Region.svs": "a slide",
    "ndpi/test3-DAPI-2-(387).ndpi": "a slide in strips of JPEG",
    "lsm/test.lsm": "planes of colours",
    "ome/multi-channel-z-series.ome.tif": "channels and planes of int8",
    "ome/2010-06-18x24y5z1t2c8b-text.ome.tiff": "channels after planes",
    "ome/sktracker/CZT_peaks.ome.tif": "times and planes",
    "ome/qupath/cells-gray32.tif": "floats, big-endian",
    "ome/qupath/cells.tif": "a photograph of ImageJ",
    "pyramid/cog.tif": "levels of 16 bits",
    "pyramid/small_HE_levels.tiff": "levels of a photograph",
    "compression/cantaloupe/tif-rgb-1res-64x56x8-striped-zip.tif": "a predictor",
    "compression/cantaloupe/tif-rgb-1res-64x56x8-tiled-uncompressed-bigtiff.tif": "BigTIFF",
    "compression/rasterio/float.tif": "floats of 64 bits",
    "compression/rasterio/float_nan.tif": "not a number",
    "compression/rasterio/float_raster_with_nodata.tif": "a value that means nothing",
    "compression/rasterio/RGBA.uint16.tif": "four samples of 16 bits",
}


@pytest.fixture(scope="module")
def corpus(shared, tmp_path_factory):
    """A server of the files, in a folder of links, and their ids."""
    folder = shared / "corpus"
    with serving(folder) as server:
        yield server, folder


def described(corpus, file: str):
    server, folder = corpus
    name = urllib.parse.quote("~".join(file.split("/")))
    entry = server.json(f"/api/images/{name}")
    return server, name, entry


def region(server, name: str, query: str = "") -> tuple[np.ndarray, list[str]]:
    body, headers = server.get(f"/api/images/{name}/region?format=npy&{query}")
    return np.load(io.BytesIO(body)), headers["X-Axes"].split(",")


def reference(folder, file: str) -> tuple[np.ndarray, str]:
    """All pixels of the first series, `[t, c, z, y, x]`; samples are part of c, axes without a name are z."""
    series = tifffile.TiffFile(folder / file).series[0]
    pixels, axes = series.asarray(), series.axes
    place = {"T": 0, "C": 1, "S": 2, "Y": 4, "X": 5}
    order = sorted(range(len(axes)), key=lambda axis: (place.get(axes[axis], 3), axis))
    pixels = pixels.transpose(order)
    sizes = [1] * 6
    for axis in order:
        number = place.get(axes[axis], 3)
        sizes[number] *= series.shape[axis]
    t, c, s, z, y, x = sizes
    # Samples follow channels where there are both.
    return pixels.reshape(t, c * s, z, y, x), axes


def five(pixels: np.ndarray, axes: list[str]) -> np.ndarray:
    """Pixels with all of t, c, z, y, x, in this order."""
    order = sorted(range(len(axes)), key=lambda axis: "tczyx".index(axes[axis]))
    sizes = {axes[axis]: pixels.shape[axis] for axis in range(len(axes))}
    return pixels.transpose(order).reshape([sizes.get(name, 1) for name in "tczyx"])


def same(left, right) -> bool:
    return left.shape == right.shape and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rsplit("/", 1)[1])
def test_regions_histograms_and_pictures_are_those_of_the_pixels(corpus, file):
    server, name, entry = described(corpus, file)
    expected, _ = reference(corpus[1], file)
    channels, planes, height, width = expected.shape[1:]
    y, x = height // 3, width // 3
    rows, columns = min(height - y, 90), min(width - x, 110)
    window = f"y={y}:{y + rows}&x={x}:{x + columns}"
    part = expected[..., y : y + rows, x : x + columns]
    got, axes = region(server, name, window)
    assert got.dtype == expected.dtype.newbyteorder("=")
    assert same(five(got, axes), part)
    # One element, of the last index on every axis.
    last = "&".join(f"{axis}={entry['shape'][number] - 1}" for number, axis in enumerate(axes))
    assert same(region(server, name, last)[0].reshape(()), expected[-1, -1, -1, -1, -1].reshape(()))

    plane = expected[0, channels - 1, planes - 1]
    finite = plane[np.isfinite(plane)] if plane.dtype.kind == "f" else plane
    report = server.json(f"/api/images/{name}/histogram?channel={channels - 1}&z={planes - 1}&exact=1&bins=64")
    if finite.size and width * height < 1 << 22:
        assert report["count"] == finite.size and report["min"] == finite.min() and report["max"] == finite.max()
        if plane.dtype.kind != "f":
            counts, _ = np.histogram(plane, 64, (int(plane.min()), int(plane.max())))
            assert report["counts"] == counts.tolist()

    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0, 1)
    if not high > low or not np.isfinite(high - low):
        return
    # The last channel in white, one pixel for each.
    style = urllib.parse.urlencode({
        "channels": channels - 1, "z": planes - 1, "mode": "gray", f"window.{channels - 1}": f"{low:.17g}:{high:.17g}"})
    body = server.get(f"/iiif/3/{name}/{x},{y},{columns},{rows}/max/0/default.png?{style}")[0]
    picture = np.asarray(Image.open(io.BytesIO(body)))
    share = (part[0, channels - 1, planes - 1].astype("f8") - low) / (high - low)
    shown = np.nan_to_num(np.clip(share, 0, 1)) * 255
    assert picture.shape == shown.shape and np.abs(picture - shown).max() <= 1


@pytest.mark.parametrize("file", [
    "svs/CMU-1-Small-Region.svs", "ome/qupath/cells.tif", "pyramid/small_HE_levels.tiff",
    "ndpi/test3-DAPI-2-(387).ndpi",
])
def test_the_colours_of_a_photograph_are_not_changed(corpus, file):
    server, name, entry = described(corpus, file)
    assert entry["isRGB"]
    expected = np.moveaxis(reference(corpus[1], file)[0][0, :, 0], 0, -1)
    zoom = server.json(f"/tiles/{name}")["maxZoom"]
    for column, row in {(0, 0), ((entry["width"] - 1) // 256, (entry["height"] - 1) // 256)}:
        body = server.get(f"/tiles/{name}/{zoom}/{column}/{row}.png?pad=0")[0]
        part = expected[256 * row : 256 * row + 256, 256 * column : 256 * column + 256]
        assert (np.asarray(Image.open(io.BytesIO(body))) == part).all()
        body = server.get(f"/tiles/{name}/{zoom}/{column}/{row}.jpg?pad=0&quality=97")[0]
        assert np.abs(np.asarray(Image.open(io.BytesIO(body))).astype(int) - part).mean() < 2


@pytest.mark.parametrize("method", ["max", "mean", "sum"])
@pytest.mark.parametrize("first, last", [(0, 4), (2, 2), (1, 3)])
def test_projections_of_signed_planes(corpus, method, first, last):
    file = "ome/multi-channel-z-series.ome.tif"
    server, name, _ = described(corpus, file)
    planes = reference(corpus[1], file)[0][0, 1, first : last + 1].astype("f8")
    combined = {"max": planes.max(0), "mean": np.rint(planes.mean(0)), "sum": planes.sum(0)}[method]
    query = f"project={method}:{first}:{last}&channels=1&mode=gray&window.1=-2:100"
    body = server.get(f"/iiif/3/{name}/full/max/0/default.png?{query}")[0]
    assert np.abs(np.asarray(Image.open(io.BytesIO(body))) - np.clip((combined + 2) / 102, 0, 1) * 255).max() <= 1.5


@pytest.mark.parametrize("file", [
    "ome/multi-channel-z-series.ome.tif", "ome/sktracker/CZT_peaks.ome.tif", "pyramid/cog.tif", "lsm/test.lsm",
])
def test_precomputed_volumes_hold_the_pixels_of_every_time(corpus, file):
    server, name, _ = described(corpus, file)
    expected = reference(corpus[1], file)[0]
    for time in {0, len(expected) - 1}:
        array = tensorstore.open({
            "driver": "neuroglancer_precomputed", "scale_index": 0,
            "kvstore": {"driver": "http", "base_url": server.url, "path": f"/precomputed/{name};t={time}/"},
        }).result()
        assert (array.read().result().transpose(3, 2, 1, 0) == expected[time]).all()


@pytest.mark.parametrize("file", [
    *(f"orientation/test_orient{number}.tif" for number in (0, 2, 3, 4, 6, 8)),
    "compression/image-tiff/palette-1c-8b.tiff", "compression/image-tiff/planar-rgb-u8.tif",
    "compression/imagecodecs/rgb.separate.u1.tif", "ome/sktracker/sample.ome.tif",
])
def test_every_level_is_what_a_conversion_writes(corpus, file, run, tmp_path):
    """Rows that are turned, palettes and planes of colours: other tests compare what `convert` makes of them."""
    server, name, entry = described(corpus, file)
    run("convert", corpus[1] / file, tmp_path / "out", "--series", 0, "--quiet")
    stored = zarr.open_group(tmp_path / "out", mode="r")
    written = len(stored.attrs["ome"]["multiscales"][0]["datasets"])
    assert len(entry["levels"]) >= written
    for level in range(written):
        got = region(server, name, f"level={level}")[0]
        assert same(got, stored[str(level)][...])
    for level in {0, written - 1}:
        shown = zarr.open_array(f"{server.url}{entry['zarr']}{level}", mode="r")
        assert same(shown[...], stored[str(level)][...])


@pytest.mark.parametrize("name", ["12bit.cropped.rgb.tiff", "miniswhite-1c-12b.tiff", "fax4.tiff", "palette-1c-4b.tiff"])
def test_what_convert_refuses_is_refused_with_its_sentence(corpus, name):
    for address in ("/api/images/{}", "/tiles/{}/0/0/0.png", "/zarr/{}/zarr.json", "/iiif/3/{}/info.json"):
        body, headers = corpus[0].get(address.format(f"compression~image-tiff~{name}"), status=501)
        assert headers["Content-Type"] == "application/json" and b"BitsPerSample (tag 258)" in body
