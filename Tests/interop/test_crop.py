"""A part of an image is exactly that part, and lies where it lay."""

import itertools

import numpy as np
import pytest
import tifffile
import zarr

from ome_metadata import multiscale, ome, transform
from reference import mean

SHAPE = (3, 4, 61, 83)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """The pixels [t, c, y, x] of a file whose pixels are 0.5 by 0.25 micrometres and whose times are 2 s apart."""
    path = tmp_path_factory.mktemp("crop") / "stack.ome.tif"
    pixels = np.random.default_rng(7).integers(0, 60000, SHAPE, "uint16")
    metadata = {
        "axes": "TCYX", "Channel": {"Name": ["DAPI", "GFP", "Cy3", "7"]}, "PhysicalSizeX": 0.25,
        "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.5, "PhysicalSizeYUnit": "µm", "TimeIncrement": 2,
        "TimeIncrementUnit": "s",
    }
    tifffile.imwrite(path, pixels, tile=(16, 32), compression="zlib", photometric="minisblack", metadata=metadata)
    return path, pixels


def level(path, number=0):
    return zarr.open_array(path / str(number), mode="r")[...]


CROPS = [
    (["--region", "0,0,83,61"], np.s_[:, :, :, :]),
    (["--region", "32,16,32,16"], np.s_[:, :, 16:32, 32:64]),
    (["--region", "1,1,81,59"], np.s_[:, :, 1:60, 1:82]),
    (["--region", "82,60,1,1"], np.s_[:, :, 60:, 82:]),
    (["--t", "1"], np.s_[1:2]),
    (["--t", "1:"], np.s_[1:]),
    (["--t", ":2", "--region", "5,3,40,50"], np.s_[:2, :, 3:53, 5:45]),
    (["--c", "2"], np.s_[:, 2:3]),
    (["--c", "GFP"], np.s_[:, 1:2]),
    (["--c", "2,0"], np.s_[:, [2, 0]]),
    (["--c", "Cy3,7,DAPI", "--t", "2:3", "--region", "17,15,33,34"], np.s_[2:3, [2, 3, 0], 15:49, 17:50]),
]


@pytest.mark.parametrize("options, part", CROPS, ids=[" ".join(options) for options, _ in CROPS])
def test_a_part_equals_the_slice_of_numpy(options, part, stack, tmp_path, run):
    path, pixels = stack
    run("convert", path, tmp_path / "out", *options, "--min-size", 16, "--chunk", "16,16", "--quiet")
    expected = pixels[part]
    np.testing.assert_array_equal(level(tmp_path / "out"), expected)
    levels = multiscale(tmp_path / "out")["datasets"]
    for finer, (number, _) in zip(range(len(levels)), list(enumerate(levels))[1:]):
        expected = mean(expected, (1, 1, 2, 2))
        np.testing.assert_array_equal(level(tmp_path / "out", number), expected)
    run("validate", tmp_path / "out")


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_part_lies_where_it_lay(version, stack, tmp_path, run):
    path, _ = stack
    run("convert", path, tmp_path / "out", "--region", "10,20,40,30", "--t", "1:3", "--c", "3", "--min-size", 16,
        "--ome-version", version, "--quiet")
    fine, coarse = multiscale(tmp_path / "out")["datasets"][:2]
    assert transform(fine, "scale") == [2, 1, 0.5, 0.25]
    assert transform(fine, "translation") == [2, 0, 10, 2.5]
    assert transform(coarse, "translation") == [2, 0, 10.25, 2.625]


def test_channels_keep_what_is_known_of_them(stack, tmp_path, run):
    path, _ = stack
    run("convert", path, tmp_path / "out", "--c", "Cy3,DAPI", "--quiet")
    assert [c["label"] for c in ome(tmp_path / "out")["omero"]["channels"]] == ["Cy3", "DAPI"]


def test_a_part_of_rgb_is_no_rgb(tmp_path, run):
    pixels = np.random.default_rng(1).integers(0, 255, (40, 50, 3), "uint8")
    tifffile.imwrite(tmp_path / "rgb.tif", pixels, photometric="rgb", tile=(16, 16))
    run("convert", tmp_path / "rgb.tif", tmp_path / "some", "--c", "2,0", "--quiet")
    np.testing.assert_array_equal(level(tmp_path / "some"), np.moveaxis(pixels, -1, 0)[[2, 0]])
    assert "rgb" not in multiscale(tmp_path / "some")["metadata"]
    run("convert", tmp_path / "rgb.tif", tmp_path / "box", "--region", "3,4,20,21", "--quiet")
    np.testing.assert_array_equal(level(tmp_path / "box"), np.moveaxis(pixels, -1, 0)[:, 4:25, 3:23])
    assert multiscale(tmp_path / "box")["metadata"]["rgb"] is True


def test_every_box_of_a_small_image(tmp_path, run):
    """Boxes that begin and end at, before and behind the edges of tiles."""
    pixels = np.arange(48 * 48, dtype="uint16").reshape(48, 48)
    tifffile.imwrite(tmp_path / "small.tif", pixels, tile=(16, 16))
    edges = [(0, 16), (0, 17), (15, 2), (16, 16), (17, 31)]
    for number, ((x, w), (y, h)) in enumerate(itertools.product(edges, edges[:3])):
        run("convert", tmp_path / "small.tif", tmp_path / str(number), "--region", f"{x},{y},{w},{h}", "--quiet")
        np.testing.assert_array_equal(level(tmp_path / str(number)), pixels[y : y + h, x : x + w])


@pytest.mark.parametrize(
    "options, words",
    [
        (["--region", "80,0,4,10"], "leaves the x axis, which has 83"),
        (["--region", "0,61,1,1"], "leaves the y axis, which has 61"),
        (["--region", "0,0,0,5"], "0 pixels"),
        (["--region", "-1,0,5,5"], "begins at -1"),
        (["--region", "9223372036854775807,0,5,5"], "cannot be"),
        (["--region", "1,2,3"], "invalid"),
        (["--t", "3"], "leaves the t axis, which has 3"),
        (["--t", "2:2"], "invalid"),
        (["--t", "5:"], "is empty"),
        (["--z", "1:2"], "the image has none, only t, c, y, x"),
        (["--c", "4"], "the image has 4, counted from 0"),
        (["--c", "RFP"], 'called "DAPI", "GFP", "Cy3", "7"'),
        (["--c", "0,DAPI"], "each named once"),
        (["--channel-names", "a,b"], "the image has 4 channels (DAPI, GFP, Cy3, 7)"),
        (["--channel-colors", "00FF0"], "six hexadecimal digits"),
        (["--channel-colors", "00FF00"], "the image has 4 channels"),
        (["--pixel-size", "0.3"], "has no unit"),
        (["--pixel-size", "-1um"], "no distance above 0"),
        (["--pixel-size", "1um,2um,3um,4um"], "one to three lengths"),
        (["--pixel-size", "1s"], "no unit of length"),
        (["--pixel-size", "1um,1um,2um"], "cannot set the spacing of the z axis"),
        (["--time-increment", "5um"], "no unit of time"),
    ],
)
def test_what_cannot_be_is_refused(options, words, stack, tmp_path, run):
    path, _ = stack
    said = run("convert", path, tmp_path / "out", *options, status=64).stderr
    assert words in said
    assert not (tmp_path / "out").exists()


def test_what_the_user_says_of_an_image_counts(stack, tmp_path, run):
    path, pixels = stack
    run("convert", path, tmp_path / "out", "--name", "mine", "--channel-names", "a,b,c,d", "--channel-colors",
        "FF0000,00FF00,0000FF,#FFFFFF", "--pixel-size", "65nm,0.13um", "--time-increment", "1.5min", "--min-size", 32,
        "--quiet")
    image = multiscale(tmp_path / "out")
    assert image["name"] == "mine"
    assert [(a["name"], a.get("unit")) for a in image["axes"]] == [
        ("t", "minute"), ("c", None), ("y", "micrometer"), ("x", "nanometer"),
    ]
    assert transform(image["datasets"][0], "scale") == [1.5, 1, 0.13, 65]
    assert transform(image["datasets"][1], "scale") == [1.5, 1, 0.26, 130]
    channels = ome(tmp_path / "out")["omero"]["channels"]
    assert [(c["label"], c["color"]) for c in channels] == [
        ("a", "FF0000"), ("b", "00FF00"), ("c", "0000FF"), ("d", "FFFFFF"),
    ]
    np.testing.assert_array_equal(level(tmp_path / "out"), pixels)
