"""Vitessce draws OME-Zarr 0.4, stored and made of a TIFF, and every pixel of its picture is where it must be."""

import time

import numpy as np
import pytest
import tifffile

import reference
from served import serving
from vitessce_page import Page

WIDTH, HEIGHT = 412, 300


@pytest.fixture(scope="module")
def pixels():
    """Noise `[c, y, x]`, of which every pixel differs from its neighbours, by name of the image."""
    noise = np.random.default_rng(6).integers
    return {
        "two": noise(0, 65536, (2, HEIGHT, WIDTH), np.uint16), "photograph": noise(0, 256, (3, HEIGHT, WIDTH), np.uint8),
    }  # fmt: skip


@pytest.fixture(scope="module")
def service(run, tmp_path_factory, pixels):
    folder = tmp_path_factory.mktemp("vitessce")
    tifffile.imwrite(
        folder / "two.ome.tif", pixels["two"], tile=(64, 64), photometric="minisblack",
        metadata={"axes": "CYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5})
    tifffile.imwrite(
        folder / "photograph.tif", np.moveaxis(pixels["photograph"], 0, -1), tile=(64, 64), photometric="rgb")
    run("convert", folder / "two.ome.tif", folder / "two.zarr", "--ome-version", "0.4", "--chunk", "64,64", "--quiet")
    run("convert", folder / "two.ome.tif", folder / "sharded.zarr", "--chunk", "64,64", "--quiet")
    with serving(folder, "--log", "json") as server:
        yield server


@pytest.fixture(scope="module")
def page():
    page = Page()
    yield page
    page.close()


@pytest.mark.parametrize("source, name, zoom", [
    ("/zarr/two.zarr", "two", 0), ("/zarr/two.zarr", "two", -1), ("/zarr2/two.ome.tif", "two", 0),
    ("/zarr2/two.ome.tif", "two", -1), ("/zarr2/sharded.zarr", "two", 0), ("/zarr2/photograph.tif", "photograph", 0),
])  # fmt: skip
def test_every_channel_and_level_is_drawn(page, service, pixels, source, name, zoom):
    stored = pixels[name]
    top = np.iinfo(stored.dtype).max
    expected = np.zeros((HEIGHT >> -zoom, WIDTH >> -zoom, 3))
    level = reference.mean(stored, (1, 2, 2)) if zoom else stored
    expected[..., : len(stored)] = np.moveaxis(level / top * 255, 0, -1)
    before = len(service.requests())
    page.open(service.url + source, (WIDTH, HEIGHT), top, len(stored), zoom)
    end = time.monotonic() + 30
    while True:
        picture = page.picture(expected.shape[1], expected.shape[0])
        # Levels come from coarse to fine, and nothing says when all are here. Halves are rounded by the graphics.
        distance = np.abs(picture - expected).max()
        if distance <= 1:
            break
        assert time.monotonic() < end, f"differs by {distance}; the page says {page.browser.complaints}"
        time.sleep(0.1)
    requests = service.requests()[before:]
    assert {request["status"] for request in requests} <= {200, 304, 404}
    missing = {request["path"].rsplit("/", 1)[1] for request in requests if request["status"] == 404}
    assert missing <= {".zarray"}
    ours = [said for said in page.browser.complaints if service.url in said]
    assert all("404 (Not Found)" in said and said.endswith("/.zarray") for said in ours), ours
