"""DeepZoom, read by the rules of its schema alone, as OpenSeadragon does: every tile of every level."""

import io
import math
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import tifffile
from PIL import Image

from served import serving

NAMESPACE = "{http://schemas.microsoft.com/deepzoom/2008}"
# Odd sides, sides that end with a tile, a line, a pixel.
SIZES = [(1, 1), (1, 300), (255, 256), (257, 513), (512, 1024), (511, 1), (700, 333)]


def grayscale(height, width):
    """Smooth, so that a mean of pixels is near each of them."""
    y, x = np.indices((height, width))
    return np.rint(120 + 60 * np.sin(x / 40) + 60 * np.cos(y / 50)).astype("u1")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deepzoom")
    for height, width in SIZES:
        tifffile.imwrite(folder / f"{height}x{width}.tif", grayscale(height, width), photometric="minisblack")
    with serving(folder) as server:
        yield server


class DeepZoomImage:
    """A client that knows a description and nothing else."""

    def __init__(self, server, address: str, query: str = ""):
        self.server, self.address, self.query = server, address.removesuffix(".dzi"), query
        image = ElementTree.fromstring(server.get(address + query)[0])
        assert image.tag == NAMESPACE + "Image"
        self.side, self.overlap = int(image.attrib["TileSize"]), int(image.attrib["Overlap"])
        self.format = image.attrib["Format"]
        size = image.find(NAMESPACE + "Size")
        self.width, self.height = int(size.attrib["Width"]), int(size.attrib["Height"])
        self.last = math.ceil(math.log2(max(self.width, self.height)))

    def level(self, number: int) -> np.ndarray:
        """All tiles of a level put together; each has the size that the schema gives it."""
        scale = 2 ** (self.last - number)
        width, height = -(-self.width // scale), -(-self.height // scale)
        whole = None
        for row in range(-(-height // self.side)):
            for column in range(-(-width // self.side)):
                body, headers = self.server.get(
                    f"{self.address}_files/{number}/{column}_{row}.{self.format}{self.query}")
                tile = np.asarray(Image.open(io.BytesIO(body)))
                left, top = (max(0, place * self.side - self.overlap) for place in (column, row))
                right = min(width, (column + 1) * self.side + self.overlap)
                bottom = min(height, (row + 1) * self.side + self.overlap)
                assert tile.shape[:2] == (bottom - top, right - left), (number, column, row)
                if whole is None:
                    whole = np.zeros((height, width, *tile.shape[2:]), tile.dtype)
                whole[top:bottom, left:right] = tile
        return whole


def boxes(pixels: np.ndarray, scale: int) -> np.ndarray:
    """The mean of each square of pixels, of those that are in the image."""
    pixels = pixels.astype("f8")
    rows, columns = (np.arange(0, side, scale) for side in pixels.shape)
    sums = np.add.reduceat(np.add.reduceat(pixels, rows, 0), columns, 1)
    ones = np.add.reduceat(np.add.reduceat(np.ones_like(pixels), rows, 0), columns, 1)
    return sums / ones


@pytest.mark.parametrize("height, width", SIZES)
def test_every_tile_of_every_level_shows_its_part(service, height, width):
    pixels = grayscale(height, width)
    image = DeepZoomImage(service, f"/dzi/{height}x{width}.tif.dzi", "?format=png&window.0=0:255")
    assert (image.width, image.height, image.format) == (width, height, "png")
    for number in range(image.last + 1):
        level = image.level(number)
        scale = 2 ** (image.last - number)
        if scale == 1:
            assert (level == pixels).all()
        else:
            # Levels are means of means, rounded each time; at the edges a square of few pixels counts as a whole one.
            difference = np.abs(level - boxes(pixels, scale))
            assert difference[:-1, :-1].max(initial=0) <= 3 + scale / 16
            assert difference.max() <= 25
    service.get(f"/dzi/{height}x{width}.tif_files/{image.last + 1}/0_0.png", status=404)


@pytest.mark.parametrize("format, tolerance", [("jpg", 4), ("webp", 6)])
def test_lossy_tiles_are_near(service, format, tolerance):
    image = DeepZoomImage(service, "/dzi/700x333.tif.dzi", f"?format={format}&window.0=0:255&quality=95")
    level = image.level(image.last)
    level = level if level.ndim == 2 else level[..., 0]
    assert np.abs(level.astype(int) - grayscale(700, 333)).max() <= tolerance


def test_tiles_are_those_of_the_plane_that_is_asked_for(server, served_images):
    plane = served_images[1]["stack.ome.tif"][0, 5]
    style = "?format=png&z=5&channels=0&window.0=0:4000&mode=gray"
    level = DeepZoomImage(server, "/dzi/stack.ome.tif.dzi", style).level(9)
    assert np.abs(level - plane / 4000 * 255).max() <= 1


def test_no_other_tile_exists(service):
    for place in ("10/4_0", "10/0_99", "10/-1_0", "99/0_0"):
        service.get(f"/dzi/512x1024.tif_files/{place}.jpg", status=404)
    for place in ("x/0_0", "10/0", "10/0_0_0", "10/a_0"):
        service.get(f"/dzi/512x1024.tif_files/{place}.jpg", status=400)
