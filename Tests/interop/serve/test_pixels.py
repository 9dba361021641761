"""Pixels as they are: regions, histograms and precomputed volumes against numpy and tensorstore."""

import io

import numpy as np
import pytest
import tensorstore
import tifffile
import zarr
from PIL import Image


def region(server, name: str, query: str) -> np.ndarray:
    body, headers = server.get(f"/api/images/{name}/region?{query}")
    pixels = np.load(io.BytesIO(body))
    assert headers["X-Shape"] == ",".join(map(str, pixels.shape))
    assert headers["X-Type"] == str(pixels.dtype)
    return pixels


@pytest.mark.parametrize(
    "name", ["rgb.tif", "stack.ome.tif", "stack.zarr", "labels.zarr", "int16.tif", "float64.tif", "int64.tif"])
def test_a_region_is_the_pixels_of_the_image(server, served_images, name):
    pixels = served_images[1][name]
    assert (region(server, name, "") == pixels).all()
    part = region(server, name, "x=7:60&y=20:33")
    assert part.dtype == pixels.dtype and (part == pixels[..., 20:33, 7:60]).all()


def test_a_region_of_a_level_equals_what_zarr_python_reads(server, served_images):
    group = zarr.open_group(str(served_images[0] / "stack.zarr"), mode="r")
    for level in range(2):
        stored = group[str(level)][:]
        for name in ("stack.zarr", "stack.ome.tif"):
            assert (region(server, name, f"level={level}") == stored).all(), (name, level)
            assert (region(server, name, f"level={level}&c=1&z=2:5&x=:9") == stored[1:2, 2:5, :, :9]).all()


def test_regions_come_raw_as_tiff_and_as_png(server, served_images):
    pixels = served_images[1]["stack.ome.tif"]
    query = "x=3:50&y=10:31"
    body, headers = server.get(f"/api/images/stack.ome.tif/region?{query}&format=raw")
    assert headers["X-Axes"] == "c,z,y,x" and headers["Content-Type"] == "application/octet-stream"
    part = pixels[..., 10:31, 3:50]
    assert body == part.tobytes()
    for format in ({"Accept": "image/tiff"}, None):
        body = server.get(f"/api/images/stack.ome.tif/region?{query}" + ("" if format else "&format=tiff"), format)[0]
        assert (tifffile.imread(io.BytesIO(body)) == part).all()
    for name in ("int16.tif", "float32.tif", "uint32.tif"):
        body = server.get(f"/api/images/{name}/region?{query}&format=tiff")[0]
        stored = tifffile.imread(io.BytesIO(body))
        assert stored.dtype == served_images[1][name].dtype
        assert (stored == served_images[1][name][10:31, 3:50]).all()
    body = server.get(f"/api/images/stack.ome.tif/region?{query}&c=1&z=2&format=png")[0]
    assert (np.asarray(Image.open(io.BytesIO(body))) == part[1, 2]).all()
    body = server.get(f"/api/images/rgb.tif/region?{query}&format=png")[0]
    rgb = np.moveaxis(served_images[1]["rgb.tif"][:, 10:31, 3:50], 0, -1)
    assert (np.asarray(Image.open(io.BytesIO(body))) == rgb).all()


@pytest.mark.parametrize("query", [
    "level=2", "level=-1", "x=5:5", "x=6:5", "x=0:411", "x=-1:5", "x=a", "x=1:2:3", "x=99999999999999999999",
    "format=gif", "format=png", "c=2", "x=:0",
])
def test_a_region_that_is_not_there_is_refused(server, query):
    assert b'"message"' in server.get(f"/api/images/stack.ome.tif/region?{query}", status=400)[0]


def test_a_histogram_counts_what_numpy_counts(server, served_images):
    pixels = served_images[1]["stack.ome.tif"]
    for bins in (7, 256):
        report = server.json(f"/api/images/stack.ome.tif/histogram?channel=1&z=4&bins={bins}&exact=1")
        plane = pixels[1, 4]
        counts, _ = np.histogram(plane, bins=bins, range=(plane.min(), plane.max()))
        assert report["counts"] == counts.tolist() and report["count"] == plane.size
        assert (report["min"], report["max"]) == (plane.min(), plane.max())
        wanted = np.percentile(plane, [1, 50, 99], method="inverted_cdf")
        assert [report["percentiles"][share] for share in ("1", "50", "99")] == wanted.tolist()
    report = server.json("/api/images/stack.ome.tif/histogram?range=100:300&bins=200&level=1&z=0")
    plane = server.get("/api/images/stack.ome.tif/region?level=1&c=0&z=0&format=raw")[0]
    counts, _ = np.histogram(np.frombuffer(plane, "u2"), bins=200, range=(100, 300))
    assert report["counts"] == counts.tolist()
    assert sum(server.json("/webgateway/histogram_json/stack.ome.tif/channel/0/?theZ=2")["data"]) == 300 * 410


@pytest.mark.parametrize("query", ["channel=2", "bins=0", "bins=65537", "range=1", "range=3:1", "z=6", "level=2"])
def test_a_histogram_that_cannot_be_made_is_refused(server, query):
    server.get(f"/api/images/stack.ome.tif/histogram?{query}", status=400)


def precomputed(server, name: str, level: int) -> np.ndarray:
    """All pixels of a level `[c, z, y, x]` as tensorstore reads them."""
    array = tensorstore.open({
        "driver": "neuroglancer_precomputed", "scale_index": level,
        "kvstore": {"driver": "http", "base_url": server.url, "path": f"/precomputed/{name}/"},
    }).result()
    return array.read().result().transpose(3, 2, 1, 0)


@pytest.mark.parametrize("name", ["rgb.tif", "stack.ome.tif", "stack.zarr", "labels.zarr", "uint32.tif", "float64.tif"])
def test_tensorstore_reads_every_level_as_a_precomputed_volume(server, served_images, name):
    info = server.json(f"/precomputed/{name}/info")
    for level in range(len(info["scales"])):
        expected = region(server, name, f"level={level}").astype(info["data_type"])
        got = precomputed(server, name, level)
        assert got.dtype == expected.dtype
        assert (got.reshape(expected.shape) == expected).all()
    assert info["type"] == ("segmentation" if "labels" in name else "image")


def test_a_precomputed_volume_has_nanometres(server):
    scales = server.json("/precomputed/stack.ome.tif/info")["scales"]
    assert [scale["resolution"] for scale in scales] == [[500, 500, 2000], [1000, 1000, 2000]]


def test_there_are_no_other_chunks(server):
    for chunk in ("0/0-255_0-256_0-1", "0/0-256_0-256_0-2", "0/0-256_0-256", "9/0-256_0-256_0-1", "0/1-256_0-256_0-1",
                  "0/-1-256_0-256_0-1", "0/a-b_0-256_0-1", "0/0-99999999999999999999_0-256_0-1"):
        server.get(f"/precomputed/rgb.tif/{chunk}", status=404)
    server.get("/precomputed/int64.tif/info", status=501)
