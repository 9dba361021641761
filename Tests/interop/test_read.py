"""`read` gives the pixels that numpy takes from the same place, in every format, from OME-Zarr and from TIFF."""

import io
import os
import stat
import subprocess

import imagecodecs
import numpy as np
import pytest
import tifffile

import images
from conftest import binary


@pytest.fixture(scope="module", params=["tcyx", "volume", "rgb", "float"])
def pair(request, tmp_path_factory, run):
    """An input, its path as TIFF and its path as OME-Zarr."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "float":
        source = images.written("float", folder)
    else:
        source = images.sample("series" if request.param == "tcyx" else request.param, folder, run)
    run("convert", source.path, folder / "out.ome.zarr", "--chunk", "64,64", "--quiet")
    return source, [source.path, folder / "out.ome.zarr"]


def squeezed(source):
    """The pixels with the axes that the image keeps: those longer than one, and c."""
    keep = [i for i, (a, n) in enumerate(zip(source.axes, source.pixels.shape)) if n > 1 or a in "cyx"]
    return source.pixels.reshape([source.pixels.shape[i] for i in keep]), "".join(source.axes[i] for i in keep)


def take(pixels, axes, **indices):
    """Takes one index on each axis named, and leaves the axis out."""
    for name, index in indices.items():
        if name in axes:
            pixels, axes = pixels.take(index, axes.index(name)), axes.replace(name, "")
    return pixels


def test_npy_keeps_every_axis_without_an_index(pair, tmp_path, run):
    source, paths = pair
    pixels, axes = squeezed(source)
    for number, path in enumerate(paths):
        run("read", path, "-o", tmp_path / f"{number}.npy")
        np.testing.assert_array_equal(np.load(tmp_path / f"{number}.npy").reshape(pixels.shape), pixels)
        indices = {name: min(1, pixels.shape[axes.index(name)] - 1) for name in "tcz" if name in axes}
        options = [word for name, index in indices.items() for word in (f"--{name}", index)]
        run("read", path, *options, "--region", "13,7,101,53", "-o", tmp_path / f"part{number}.npy")
        expected = take(pixels, axes, **indices)[..., 7:60, 13:114]
        actual = np.load(tmp_path / f"part{number}.npy")
        assert actual.ndim == 2 and actual.dtype == pixels.dtype
        np.testing.assert_array_equal(actual, expected)


def test_tif_reads_back_equal(pair, tmp_path, run):
    source, paths = pair
    pixels, axes = squeezed(source)
    if source.path.endswith("rgb.ome.tif"):
        pixels = np.moveaxis(pixels, 0, -1)
    for number, path in enumerate(paths):
        run("read", path, "-o", tmp_path / f"{number}.tif")
        np.testing.assert_array_equal(tifffile.imread(tmp_path / f"{number}.tif").reshape(pixels.shape), pixels)


def test_raw_and_npy_go_to_standard_output(pair):
    source, paths = pair
    pixels, axes = squeezed(source)
    for path in paths:
        raw, npy = (
            subprocess.run(
                [binary(), "read", str(path), "-o", "-", "--format", form], capture_output=True, check=True
            ).stdout
            for form in ("raw", "npy")
        )
        assert raw == pixels.tobytes()
        np.testing.assert_array_equal(np.load(io.BytesIO(npy)).reshape(pixels.shape), pixels)


def test_png_shows_a_plane(pair, tmp_path, run):
    source, paths = pair
    pixels, axes = squeezed(source)
    for number, path in enumerate(paths):
        run("read", path, "--level", 0, "--region", "0,0,90,80", "-o", tmp_path / f"{number}.png")
        picture = imagecodecs.png_decode((tmp_path / f"{number}.png").read_bytes())
        assert picture.shape[:2] == (80, 90) and picture.dtype == np.uint8
        if source.path.endswith("rgb.ome.tif"):
            np.testing.assert_array_equal(picture, np.moveaxis(pixels, 0, -1)[:80, :90])


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--level", "9"], ["level 9"]),
        (["--c", "7"], ["--c 7", "c axis"]),
        (["--t", "3"], ["--t 3", "t axis", "0 to 2"]),
        (["--z", "2"], ["--z 2", "z axis"]),
        (["--region", "0,0,300,10"], ["x", "299"]),
        (["--region", "0,301,1,1"], ["y", "301"]),
        (["--region", "0,0,0,1"], ["x"]),
        (["--series", "4"], ["series 4"]),
    ],
)
def test_beyond_the_image_is_a_usage_error_that_names_axis_and_bound(arguments, words, tmp_path, run):
    source = images.sample("series", tmp_path, run)
    said = run("read", source.path, *arguments, "-o", tmp_path / "a.npy", status=64).stderr
    assert len(said.splitlines()) == 1 and said.startswith("ome-zarr: error: ")
    assert all(word in said for word in words), said
    assert not (tmp_path / "a.npy").exists()


def test_a_reader_that_leaves_early_is_no_error(tmp_path, run):
    source = images.sample("channels", tmp_path, run)
    process = subprocess.Popen(
        [binary(), "read", source.path, "-o", "-", "--format", "raw"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert len(process.stdout.read(10)) == 10
    process.stdout.close()
    assert process.wait(60) == 0 and process.stderr.read() == b""


def test_a_damaged_chunk_of_a_shard_is_an_error_that_names_it(tmp_path, run):
    source = images.sample("plane", tmp_path, run)
    run("convert", source.path, tmp_path / "out", "--chunk", "128,128", "--quiet")
    (shard,) = [path for path in (tmp_path / "out" / "0" / "c").rglob("*") if path.is_file()]
    whole = shard.read_bytes()
    random = np.random.default_rng(3)
    # The index, which has a checksum of its own, lies behind the chunks.
    for place in random.integers(0, len(whole) * 9 // 10, 20):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(random.integers(8))
        shard.write_bytes(damaged)
        said = run("read", tmp_path / "out", "-o", tmp_path / "a.npy", "--overwrite", status=1).stderr
        assert said.startswith("ome-zarr: error: ") and "c/0/0/0" in said and len(said.splitlines()) == 1
    shard.write_bytes(whole)
    run("read", tmp_path / "out", "-o", tmp_path / "a.npy", "--overwrite")


def test_the_pages_of_a_tiff_are_in_the_order_of_tiff_whatever_that_of_the_axes(tmp_path, run):
    import zarr

    pixels = np.arange(2 * 3 * 4 * 5, dtype=np.uint16).reshape(2, 3, 4, 5)
    for names in ["zcyx", "czyx", "czxy"]:
        path = tmp_path / names
        array = zarr.create_array(
            str(path), shape=pixels.shape, dtype=pixels.dtype, chunks=(1, 1, 4, 5), dimension_names=list(names))
        array[...] = pixels
        run("read", path, "-o", tmp_path / f"{names}.tif")
        with tifffile.TiffFile(tmp_path / f"{names}.tif") as file:
            series = file.series[0]
            # tifffile counts pages in the order of OME's XYZCT.
            assert series.axes == "CZYX"
            np.testing.assert_array_equal(series.asarray(), pixels.transpose([names.index(axis) for axis in "czyx"]))
        # The elements of an array are what they are.
        run("read", path, "-o", tmp_path / f"{names}.npy")
        np.testing.assert_array_equal(np.load(tmp_path / f"{names}.npy"), pixels)


def test_the_dimension_names_of_a_plain_array_are_its_axes(tmp_path, run):
    import zarr

    pixels = np.arange(10 * 7 * 3, dtype=np.uint8).reshape(10, 7, 3)
    array = zarr.create_array(
        str(tmp_path / "a"), shape=pixels.shape, dtype=pixels.dtype, chunks=(4, 4, 3), dimension_names=["y", "x", "c"])
    array[...] = pixels
    run("read", tmp_path / "a", "--region", "1,2,2,5", "--c", "2", "-o", tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), pixels[2:7, 1:3, 2])


@pytest.mark.parametrize("shape", [(), (8,)], ids=str)
def test_an_image_without_y_and_x_is_refused_not_trapped_on(shape, tmp_path, run):
    import json

    import zarr

    array = zarr.create_array(str(tmp_path / "a" / "0"), shape=shape, dtype="uint8", chunks=shape)
    array[...] = 1
    axes = [{"name": "x", "type": "space"}] * len(shape)
    transformations = [{"type": "scale", "scale": [1.0] * len(shape)}]
    multiscales = [{"axes": axes, "datasets": [{"path": "0", "coordinateTransformations": transformations}]}]
    (tmp_path / "a" / "zarr.json").write_text(json.dumps(
        {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "multiscales": multiscales}}}))
    for name in ["o.npy", "o.tif", "o.raw"]:
        assert "dimensions" in run("read", tmp_path / "a", "-o", tmp_path / name, status=1).stderr


def test_only_files_are_replaced(tmp_path, run):
    """As root, to rename a file over /dev/null would take it from the whole machine."""
    source = images.written("odd", tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ["pipe", "folder"]:
        for form in ["raw", "npy", "tif", "png"]:
            said = run("read", source.path, "-o", tmp_path / name, "--format", form, "--overwrite", status=1).stderr
            assert "cannot be replaced" in said and str(tmp_path / name) in said
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)
