"""Neuroglancer draws every kind of source that is served, and every pixel of its picture is where it must be."""

import shutil

import numpy as np
import pytest
import tifffile

import reference
from neuroglancer_page import GREY, RGB, Page
from served import serving

# What is asked for to find out what a source is, and is not there. Everything else that is missing is a chunk of zeros.
PROBES = (".zarray", ".zattrs", ".zgroup", "zarr.json", "info", "attributes.json", "manifest.ocdbt", "ZZZZZZZZ.json")
HALF_MICROMETRE, NANOMETRE = (5e-7, "m"), (1e-9, "m")


@pytest.fixture(scope="module")
def pixels():
    """Noise `[c, z, y, x]`, of which every pixel differs from its neighbours, with a hole of zeros."""
    pixels = np.random.default_rng(5).integers(0, 65536, (2, 3, 300, 410), np.uint16)
    pixels[:, :, 64:200, 128:320] = 0
    return pixels


@pytest.fixture(scope="module")
def photograph():
    """Colours `[y, x, c]` smooth enough for JPEG."""
    y, x = np.mgrid[0:300, 0:410]
    return np.stack([x * 255 // 409, y * 255 // 299, (x + y) * 255 // 708], -1).astype(np.uint8)


@pytest.fixture(scope="module")
def service(run, shared, tmp_path_factory, pixels, photograph):
    folder = tmp_path_factory.mktemp("neuroglancer")
    sizes = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2}
    tifffile.imwrite(
        folder / "stack.ome.tif", pixels, tile=(64, 64), photometric="minisblack", metadata={"axes": "CZYX", **sizes})
    tifffile.imwrite(
        folder / "flat.tif", pixels[0, 0], photometric="minisblack", resolution=(20000, 20000),
        resolutionunit="CENTIMETER")
    tifffile.imwrite(folder / "photograph.tif", photograph, tile=(128, 128), photometric="rgb")
    for name, options in {
        "0.4.zarr": ["--ome-version", "0.4"], "0.5.zarr": ["--shard", "none"],
        "sharded.zarr": ["--shard", "1,1,128,256"], "packed.ozx": [],
    }.items():
        run("convert", folder / "stack.ome.tif", folder / name, "--chunk", "64,64", "--quiet", *options)
    run("convert", folder / "flat.tif", folder / "flat.zarr", "--quiet")
    shutil.copy(shared / "corpus/svs/CMU-1-Small-Region.svs", folder / "slide.svs")
    shutil.copy(shared / "corpus/ndpi/test3-DAPI-2-(387).ndpi", folder / "slide.ndpi")
    with serving(folder, "--log", "json") as server:
        server.folder = folder
        yield server


@pytest.fixture(scope="module")
def shared_page():
    page = Page()
    yield page
    page.close()


@pytest.fixture
def page(shared_page, service):
    """A page that had no reason to complain, and requests of which none failed but those for what is not there."""
    shared_page.browser.complaints = []
    before = len(service.requests())
    yield shared_page
    requests = service.requests()[before:]
    assert {request["status"] for request in requests} <= {200, 204, 206, 304, 404}
    missing = [request["path"] for request in requests if request["status"] == 404]
    assert all(is_probe(path) or is_zeros(path) for path in missing), missing
    assert all("404 (Not Found)" in said for said in shared_page.complaints), shared_page.complaints


def is_probe(path: str) -> bool:
    return path.endswith(PROBES)


def is_zeros(path: str) -> bool:
    """Whether it is the name of a chunk of a level, `0/c/0/0/1/2` or `0/0/0/1/2`."""
    return all(part.isdigit() or part == "c" for part in path.split("/")[3:])


def assert_drawn(picture, expected, tolerance):
    """That a picture is what is expected, which is grey `[y, x]` or coloured `[y, x, rgb]`, from 0 to 255."""
    expected = expected if expected.ndim == 3 else expected[..., None]
    distance = np.abs(picture - expected)
    assert picture.shape[:2] == expected.shape[:2] and distance.max() <= tolerance, distance.max()


# The screen has 256 intensities, to which it rounds.
ROUNDING = 0.51


@pytest.mark.parametrize("source", [
    "zarr://URL/zarr/0.4.zarr/", "zarr2://URL/zarr2/0.4.zarr/", "zarr://URL/zarr/0.5.zarr/",
    "zarr3://URL/zarr/0.5.zarr/", "zarr://URL/zarr/sharded.zarr/", "zarr://URL/zarr/packed.ozx/",
    "zarr://URL/zarr/stack.ome.tif/", "zarr://URL/zarr2/stack.ome.tif/", "zarr://URL/zarr2/sharded.zarr/",
    # It finds out by itself what lies there.
    "URL/zarr/sharded.zarr/", "URL/zarr2/stack.ome.tif/",
])  # fmt: skip
def test_every_channel_plane_and_level_of_a_stack_is_drawn(page, service, pixels, source):
    source = source.replace("URL", service.url)
    units = [HALF_MICROMETRE, HALF_MICROMETRE, (2e-6, "m")]
    coarse = reference.mean(pixels, (1, 1, 2, 2))
    for channel, z in ((0, 0), (1, 0), (1, 2)):
        options = {"axes": ("x", "y", "z"), "corner": [0, 0, z], "channel": channel, "unit": units}
        picture = page.draw(source, (410, 300), GREY.format(top=65535), **options)
        assert_drawn(picture, pixels[channel, z] / 65535 * 255, ROUNDING)
    picture = page.draw(source, (205, 150), GREY.format(top=65535), zoom=2, **options)
    assert_drawn(picture, coarse[channel, z] / 65535 * 255, ROUNDING)


@pytest.mark.parametrize("source", ["zarr/flat.zarr/", "zarr2/flat.zarr/", "zarr/flat.tif/", "zarr2/flat.tif/"])
def test_an_image_of_two_axes_is_drawn_upright_where_x_is_the_first_that_is_displayed(page, service, pixels, source):
    picture = page.draw(f"zarr://{service.url}/{source}", (410, 300), GREY.format(top=65535))
    assert_drawn(picture, pixels[0, 0] / 65535 * 255, ROUNDING)
    # By default the first axis of the image runs from left to right: docs/serving.md says so.
    picture = page.draw(f"zarr://{service.url}/{source}", (300, 410), GREY.format(top=65535), axes=("y", "x"))
    assert_drawn(picture, pixels[0, 0].T / 65535 * 255, ROUNDING)


def slide(service, name):
    with tifffile.TiffFile(service.folder / name) as file:
        return file.series[0].levels[0].asarray()


def pixel_size(service, name) -> tuple[float, str]:
    (image,) = service.json(f"/zarr/{name}~0/zarr.json")["attributes"]["ome"]["multiscales"]
    size = image["datasets"][0]["coordinateTransformations"][0]["scale"][-1]
    return (size * 1e-6, "m") if image["axes"][-1].get("unit") == "micrometer" else (size, "")


@pytest.mark.parametrize("name", ["slide.svs", "slide.ndpi"])
def test_a_slide_is_drawn_where_the_window_lies(page, service, name):
    expected = slide(service, name)
    source = f"zarr://{service.url}/zarr/{name}~0/"
    unit = pixel_size(service, name)
    for channel in range(3):
        # Two decoders of JPEG differ by a little where colours have a lower resolution.
        picture = page.draw(
            source, (400, 300), GREY.format(top=255), corner=[1000, 700], channel=channel, unit=unit)
        assert_drawn(picture, expected[700:1000, 1000:1400, channel], 3)
    # A level that the file may have or lack, but that has these means.
    means = expected[: 300 * 4, : 400 * 4].reshape(300, 4, 400, 4, 3).mean((1, 3))
    picture = page.draw(source, (400, 300), GREY.format(top=255), zoom=4, channel=1, unit=unit)
    assert np.abs(picture[..., 0] - means[..., 1]).mean() < 2


@pytest.mark.parametrize("source, axes, tolerance", [
    ("precomputed://URL/precomputed/photograph.tif", ("x", "y", "z"), ROUNDING),
    # Its tiles are JPEG.
    ("deepzoom://URL/dzi/photograph.tif.dzi", ("x", "y"), 6),
])  # fmt: skip
def test_a_photograph_is_drawn_from_volumes_and_from_tiles(page, service, photograph, source, axes, tolerance):
    for zoom in (1, 2):
        expected = np.moveaxis(reference.mean(np.moveaxis(photograph, -1, 0), (1, zoom, zoom)), 0, -1)
        picture = page.draw(
            source.replace("URL", service.url), (410 // zoom, 300 // zoom), RGB, axes=axes, zoom=zoom, unit=NANOMETRE)
        assert_drawn(picture, expected, tolerance)


def test_every_channel_of_a_precomputed_stack_is_drawn(page, service, pixels):
    for channel, z in ((0, 1), (1, 2)):
        picture = page.draw(
            f"precomputed://{service.url}/precomputed/stack.ome.tif", (410, 300),
            f"void main() {{ emitGrayscale(float(toRaw(getDataValue({channel}))) / 65535.0); }}", axes=("x", "y", "z"),
            corner=[0, 0, z], unit=[HALF_MICROMETRE, HALF_MICROMETRE, (2e-6, "m")])
        assert_drawn(picture, pixels[channel, z] / 65535 * 255, ROUNDING)


@pytest.mark.parametrize("name", ["0.4.zarr/0/0/0/1/2", "0.5.zarr/0/c/0/0/1/2", "sharded.zarr/0/c/0/0/0/9"])
def test_a_chunk_of_zeros_is_not_there_and_every_page_may_know(service, name):
    for origin in ({}, {"Origin": "http://example.org"}):
        headers = service.get(f"/zarr/{name}", origin, status=404)[1]
        assert headers["Access-Control-Allow-Origin"] == "*"
