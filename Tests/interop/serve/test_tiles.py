"""Rendered tiles, thumbnails, DeepZoom and OMERO's pictures against pictures that numpy makes of the same pixels."""

import io
import re

import numpy as np
import pytest
import rasterio
from PIL import Image


def picture(server, path: str) -> np.ndarray:
    body, headers = server.get(path)
    image = Image.open(io.BytesIO(body))
    assert headers["Content-Type"] == f"image/{image.format.lower()}"
    return np.asarray(image)


def halved(pixels: np.ndarray) -> np.ndarray:
    """Half the rows and columns, each pixel the mean of those there are, ties to even."""
    height, width = pixels.shape[-2:]
    padded = np.pad(
        pixels.astype("f8"), [(0, 0)] * (pixels.ndim - 2) + [(0, height % 2), (0, width % 2)],
        constant_values=np.nan,
    )
    blocks = padded.reshape(*padded.shape[:-2], padded.shape[-2] // 2, 2, padded.shape[-1] // 2, 2)
    return np.rint(np.nanmean(blocks, axis=(-3, -1)))


def levels(pixels: np.ndarray, count: int) -> list[np.ndarray]:
    made = [pixels]
    while len(made) < count:
        made.append(halved(made[-1]))
    return made


def composite(planes, windows, colors) -> np.ndarray:
    """Red, green and blue of planes with windows and colours, as floats from 0 to 255."""
    sums = 0
    for plane, (start, end), color in zip(planes, windows, colors, strict=True):
        intensity = np.clip((plane.astype("f8") - start) / (end - start), 0, 1)
        sums = sums + intensity[..., None] * np.array([int(color[i : i + 2], 16) for i in (0, 2, 4)])
    return np.clip(sums, 0, 255)


def assert_near(picture: np.ndarray, expected: np.ndarray, tolerance: float):
    assert picture.shape == expected.shape
    distance = np.abs(picture.astype("f8") - expected).max()
    assert distance <= tolerance, f"differs by {distance}"


@pytest.mark.parametrize("zoom", range(3))
def test_every_tile_of_a_photograph_is_the_mean_of_its_pixels(server, served_images, zoom):
    rgb = np.moveaxis(levels(served_images[1]["rgb.tif"], 3)[2 - zoom], 0, -1)
    for y in range(0, rgb.shape[0], 256):
        for x in range(0, rgb.shape[1], 256):
            address = f"/tiles/rgb.tif/{zoom}/{x // 256}/{y // 256}"
            part = rgb[y : y + 256, x : x + 256]
            tile = picture(server, address + ".png")
            assert tile.shape[:2] == (256, 256)
            inside = tile[: part.shape[0], : part.shape[1]]
            assert_near(inside[..., :3], part, 0)
            if tile.shape[2] == 4:
                assert (tile[..., 3] > 0).sum() == part.shape[0] * part.shape[1]
            assert_near(picture(server, address + ".png?pad=0"), part, 0)
            for lossy in (".jpg?quality=95&pad=0", ".webp?quality=95&pad=0"):
                rough = picture(server, address + lossy)[..., :3].astype("f8")
                assert np.abs(rough - part).mean() < 6


def test_channels_planes_windows_and_colours_are_those_asked_for(server, served_images):
    for name in ("stack.ome.tif", "stack.zarr"):
        pixels = served_images[1]["stack.ome.tif"]
        query = "z=4&window.0=100:900&window.1=0:500&color.0=FF8000&color.1=0040FF&pad=0"
        tile = picture(server, f"/tiles/{name}/1/1/1.png?{query}")
        part = pixels[:, 4, 256:300, 256:410]
        assert_near(tile, composite(part, [(100, 900), (0, 500)], ["FF8000", "0040FF"]), 2)
        coarse = picture(server, f"/tiles/{name}/0/0/0.png?{query}&channels=1&mode=gray")
        half = halved(pixels[:, 4])[1]
        assert_near(coarse, composite([half], [(0, 500)], ["FFFFFF"])[..., 0], 1)


@pytest.mark.parametrize("method", ["max", "mean", "sum"])
def test_planes_are_projected(server, served_images, method):
    pixels = served_images[1]["stack.ome.tif"][:, 1:4].astype("f8")
    expected = {"max": pixels.max(1), "mean": np.rint(pixels.mean(1)), "sum": pixels.sum(1)}[method]
    tile = picture(
        server, f"/tiles/stack.ome.tif/1/0/0.png?project={method}:1:3&window.0=0:3000&window.1=0:3000"
        "&color.0=FF0000&color.1=00FF00",
    )
    part = expected[:, :256, :256]
    assert_near(tile, composite(part, [(0, 3000)] * 2, ["FF0000", "00FF00"]), 1)


def test_gamma_and_inversion_bend_intensities(server, served_images):
    pixels = served_images[1]["uint8.tif"]
    share = np.clip(pixels / 199, 0, 1)
    for gamma in (0.5, 1.7):
        tile = picture(server, f"/tiles/uint8.tif/0/0/0.png?pad=0&window.0=0:199&gamma.0={gamma}")
        assert_near(tile, share**gamma * 255, 4 if gamma < 1 else 1)
        tile = picture(server, f"/tiles/uint8.tif/0/0/0.png?pad=0&window.0=0:199&gamma.0={gamma}&invert.0=1")
        assert_near(tile, 255 - share**gamma * 255, 4 if gamma < 1 else 1)


@pytest.mark.parametrize("name", ["uint8", "int16", "uint32", "float32", "float64", "int64"])
def test_every_type_is_shown(server, served_images, name):
    pixels = served_images[1][f"{name}.tif"]
    tile = picture(server, f"/tiles/{name}.tif/0/0/0.png?pad=0&window.0=-20.5:60")
    assert_near(tile, composite([pixels], [(-20.5, 60)], ["FFFFFF"])[..., 0], 1)


def test_labels_have_one_colour_for_each_value(server, served_images):
    labels = served_images[1]["labels.zarr"]
    tile = np.asarray(picture(server, "/tiles/labels.zarr/1/0/0.png?pad=0"))
    part = labels[:256, :256]
    assert tile.shape == (*part.shape, 4)
    assert ((tile[..., 3] == 0) == (part == 0)).all()
    for value in np.unique(part):
        assert len(np.unique(tile[part == value], axis=0)) == 1
    assert len(np.unique(tile[part > 0], axis=0)) == len(np.unique(part[part > 0]))


def test_a_thumbnail_fits_into_its_size(server):
    assert picture(server, "/api/images/rgb.tif/thumbnail").shape == (183, 256, 3)
    assert picture(server, "/api/images/rgb.tif/thumbnail?size=100&format=webp").shape[:2] == (71, 100)
    assert picture(server, "/api/images/uint8.tif/thumbnail?size=2000").shape == (90, 130)
    assert picture(server, "/api/images/labels.zarr/thumbnail").shape[2] == 4


def test_a_tile_has_a_tag_and_is_not_sent_again(server):
    path = "/tiles/rgb.tif/1/0/0.jpg"
    body, headers = server.get(path)
    assert server.get(path, {"If-None-Match": headers["ETag"]}, status=304)[0] == b""
    assert headers["Cache-Control"] == "no-cache"
    tags = {server.get(path + query)[1]["ETag"] for query in ("", "?z=0", "?quality=50", "?invert.0=1", "?pad=0")}
    assert len(tags) == 4, "z=0 is what is shown anyway; everything else differs"
    version = server.json("/api/images/rgb.tif")["version"]
    assert server.get(f"{path}?v={version}")[1]["Cache-Control"] == "max-age=3600"
    assert server.get(path, {"Range": "bytes=0-9"}, status=206)[0] == body[:10]


@pytest.mark.parametrize("path", [
    "rgb.tif/3/0/0.png", "rgb.tif/0/1/0.png", "rgb.tif/2/0/2.png", "rgb.tif/-1/0/0.png", "none.tif/0/0/0.png",
])
def test_there_is_no_tile_outside_of_the_image(server, path):
    server.get(f"/tiles/{path}", status=404)


@pytest.mark.parametrize("path", [
    "rgb.tif/0/0/0.gif", "rgb.tif/0/0/0", "rgb.tif/a/0/0.png", "rgb.tif/0/0/0.png?z=1", "rgb.tif/0/0/0.png?gamma.0=x",
    "rgb.tif/0/0/0.jpg?quality=0", "rgb.tif/99999999999999999999/0/0.png",
])
def test_what_cannot_be_made_is_refused_with_a_sentence(server, path):
    body, headers = server.get(f"/tiles/{path}", status=400)
    assert headers["Content-Type"] == "application/json" and b'"message"' in body


def test_deep_zoom_has_every_level_down_to_a_pixel(server, served_images):
    description = server.get("/dzi/rgb.tif.dzi?format=png")[0].decode()
    assert re.search(r'TileSize="256" Overlap="0" Format="png"', description)
    assert '<Size Width="700" Height="500"/>' in description
    rgb = levels(served_images[1]["rgb.tif"], 3)
    for level in range(11):
        width, height = -(-700 // 2 ** (10 - level)), -(-500 // 2 ** (10 - level))
        rows, columns = -(-height // 256), -(-width // 256)
        tiles = [
            np.concatenate(
                [picture(server, f"/dzi/rgb.tif_files/{level}//{x}_{y}.png") for x in range(columns)], axis=1)
            for y in range(rows)
        ]
        whole = np.concatenate(tiles)
        assert whole.shape == (height, width, 3)
        if level >= 8:
            assert_near(whole, np.moveaxis(rgb[10 - level], 0, -1), 0)
    server.get("/dzi/rgb.tif_files/11/0_0.png", status=404)
    server.get("/dzi/rgb.tif_files/10/3_0.png", status=404)
    server.get("/dzi/rgb.tif_files/10/0.png", status=400)
    server.get("/dzi/none.dzi", status=404)


def test_omero_shows_regions_tiles_and_whole_images(server, served_images):
    pixels = served_images[1]["stack.ome.tif"]
    base = "/webgateway/render_image_region/stack.ome.tif/3/0/"
    shown = "c=1|0:1000$FF0000,2|200:800$0F0&m=c&format=png"
    region = picture(server, f"{base}?region=350,250,100,100&{shown}")
    part = pixels[:, 3, 250:300, 350:410]
    assert_near(region, composite(part, [(0, 1000), (200, 800)], ["FF0000", "00FF00"]), 2)
    tile = picture(server, f"{base}?tile=1,1,0,128,128&{shown}".replace("webgateway", "webclient"))
    coarse = halved(pixels[:, 3])[:, :128, 128:205]
    assert_near(tile, composite(coarse, [(0, 1000), (200, 800)], ["FF0000", "00FF00"]), 2)
    gray = picture(server, f"{base}?region=0,0,50,40&c=-1,2|200:800$0F0&m=g&format=png&flip=h")
    expected = composite([pixels[1, 3, :40, :50]], [(200, 800)], ["FFFFFF"])[..., 0]
    assert_near(gray, expected[:, ::-1], 1)
    whole = picture(server, f"/webgateway/render_image/stack.ome.tif/3/0/?{shown}&p=intmax|0:1")
    assert_near(
        whole, composite(pixels[:, :2].max(1), [(0, 1000), (200, 800)], ["FF0000", "00FF00"]), 2)
    assert picture(server, "/webgateway/render_thumbnail/rgb.tif/64/").shape == (46, 64, 3)
    for query in ("", "?tile=9,0,0", "?region=0,0,10,10&c=9|0:1$FFF", "?region=999,0,10,10"):
        server.get(base + query, status=400)


def test_omero_says_what_an_image_is(server):
    data = server.json("/webgateway/imgData/stack.ome.tif/")
    assert data["size"] == {"width": 410, "height": 300, "z": 6, "t": 1, "c": 2}
    assert data["pixel_size"] == {"x": 0.5, "y": 0.5, "z": 2}
    assert data["zoomLevelScaling"] == {"0": 1, "1": 0.5} and data["levels"] == 2
    assert [set(channel["window"]) for channel in data["channels"]] == [{"min", "max", "start", "end"}] * 2
    assert server.json("/webgateway/imgData/stack.ome.tif/size/")["z"] == 6


def test_gdal_reads_the_tiles_of_a_web_map(server, served_images):
    source = f"""
    <GDAL_WMS>
      <Service name="TMS"><ServerUrl>{server.url}/tiles/rgb.tif/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
      <DataWindow>
        <UpperLeftX>0</UpperLeftX><UpperLeftY>0</UpperLeftY><LowerRightX>700</LowerRightX><LowerRightY>500</LowerRightY>
        <SizeX>700</SizeX><SizeY>500</SizeY><TileLevel>2</TileLevel><YOrigin>top</YOrigin>
      </DataWindow>
      <BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount>
    </GDAL_WMS>"""
    with rasterio.open(source.strip()) as dataset:
        assert (dataset.read() == served_images[1]["rgb.tif"]).all()
