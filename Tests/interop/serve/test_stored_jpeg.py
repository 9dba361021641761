"""Tiles of JPEG that go out as the TIFF stores them: the pixels are those tifffile decodes, to the last bit."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from served import pattern, serving

SIDE = 512
COLOURS = {
    "ycbcr 4:2:0": {"photometric": "ycbcr", "subsampling": (2, 2)},
    "ycbcr 4:4:4": {"photometric": "ycbcr", "subsampling": (1, 1)},
    "rgb": {"photometric": "rgb"},
}


def slide() -> np.ndarray:
    """Colours that differ from one another, so that one taken for another is seen."""
    red = pattern(SIDE, SIDE, top=200)
    return np.stack([red, 255 - red // 2, np.roll(red, 90, 1) // 3], axis=-1).astype("u1")


def write(path, colours, *, level=80, tile=256, pixels=None):
    """A JPEG TIFF of one level."""
    subsampling = COLOURS[colours].get("subsampling")
    tifffile.imwrite(
        path, slide() if pixels is None else pixels, tile=(tile, tile), metadata=None, photometric="rgb",
        compression="jpeg", subsampling=subsampling,
        compressionargs={"level": level, "outcolorspace": "rgb" if colours == "rgb" else "ycbcr"},
    )


def tile(server, path: str) -> tuple[bytes, np.ndarray]:
    body = server.get(path)[0]
    return body, np.asarray(Image.open(io.BytesIO(body)))


@pytest.mark.parametrize("colours", COLOURS)
def test_tiles_shown_as_they_are_have_the_pixels_of_the_file(tmp_path, colours):
    write(tmp_path / "a.tif", colours)
    decoded = tifffile.imread(tmp_path / "a.tif")
    with serving(tmp_path) as server:
        for y in range(2):
            for x in range(2):
                part = decoded[y * 256 : y * 256 + 256, x * 256 : x * 256 + 256]
                png = tile(server, f"/tiles/a.tif/1/{x}/{y}.png")[1]
                assert (png[..., :3] == part).all()
                shown = tile(server, f"/tiles/a.tif/1/{x}/{y}.jpg")[1]
                assert (shown == part).all()
                # The same tile by the other grammars.
                region = f"{x * 256},{y * 256},256,256"
                assert (tile(server, f"/iiif/3/a.tif/{region}/256,256/0/default.jpg")[1] == part).all()


@pytest.mark.parametrize("query", ["quality=40", "window.0=0:100", "channels=0", "mode=gray", "invert.1=1", "gamma.2=2"])
def test_tiles_shown_otherwise_are_made_anew(tmp_path, query):
    write(tmp_path / "a.tif", "ycbcr 4:2:0")
    with serving(tmp_path) as server:
        stored, _ = tile(server, "/tiles/a.tif/1/0/0.jpg")
        body, shown = tile(server, f"/tiles/a.tif/1/0/0.jpg?{query}")
        png = tile(server, f"/tiles/a.tif/1/0/0.png?{query}")[1].astype("i4")
        assert body != stored
        assert query == "quality=40" and len(body) < len(stored) or query != "quality=40"
        png = png[..., :3] if png.ndim == 3 else png
        assert np.abs(shown.astype("i4") - png).mean() < 8


def test_a_file_finer_than_asked_for_is_not_sent(tmp_path):
    write(tmp_path / "a.tif", "ycbcr 4:4:4", level=98)
    with serving(tmp_path) as server:
        sizes = {quality: len(tile(server, f"/tiles/a.tif/1/1/1.jpg?quality={quality}")[0]) for quality in (50, 80, 98)}
        decoded = tifffile.imread(tmp_path / "a.tif")[256:, 256:]
        assert sizes[50] < sizes[80] < sizes[98]
        assert (tile(server, "/tiles/a.tif/1/1/1.jpg?quality=98")[1] == decoded).all()


def test_a_tile_that_the_image_does_not_fill_is_filled_up(tmp_path):
    write(tmp_path / "a.tif", "ycbcr 4:2:0", pixels=slide()[:300, :300])
    decoded = tifffile.imread(tmp_path / "a.tif")
    with serving(tmp_path) as server:
        shown = tile(server, "/tiles/a.tif/1/1/1.jpg")[1]
        assert shown.shape == (256, 256, 3)
        assert np.abs(shown[:40, :40].astype("i4") - decoded[256:296, 256:296]).mean() < 8
        # Photographs lie on white.
        assert (shown[64:, 64:] > 250).all()


def test_a_tile_whose_stream_is_cut_short_is_an_error(tmp_path):
    write(tmp_path / "a.tif", "ycbcr 4:2:0")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        offset, count = file.pages[0].dataoffsets[0], file.pages[0].databytecounts[0]
    with open(tmp_path / "a.tif", "r+b") as file:
        file.seek(offset + count // 2)
        file.write(bytes(count - count // 2))
    with serving(tmp_path) as server:
        server.get("/tiles/a.tif/1/0/0.jpg", status=500)
        assert tile(server, "/tiles/a.tif/1/1/1.jpg")[1].shape == (256, 256, 3)


def test_a_tile_of_an_aperio_slide_says_that_it_is_rgb(shared):
    slide = shared / "corpus" / "svs" / "CMU-1-Small-Region.svs"
    part = tifffile.imread(slide, key=0)[480:720, 240:480]
    with serving(slide) as server:
        address = f"/iiif/3/{slide.name}/240,480,240,240/240,240/0/default.jpg"
        body, shown = tile(server, address)
        assert b"Adobe" in body[:32]
        assert (shown == part).all()
        finer, shown = tile(server, f"/iiif/3/{slide.name};quality=20/240,480,240,240/240,240/0/default.jpg")
        assert len(finer) < len(body) and (shown != part).any()
