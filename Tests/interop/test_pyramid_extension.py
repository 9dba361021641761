"""`ome-zarr pyramid IMAGE`: levels that are added go on with those there are."""

import json
import shutil

import numpy as np
import pytest
import tifffile
import zarr

import reference
from ome_metadata import multiscale, ome, transform

STEP = (1, 2, 2)


def write(path, **options):
    pixels = np.random.default_rng(3).integers(0, 4000, (7, 40, 51), "u2")
    size = {"PhysicalSizeX": 0.4, "PhysicalSizeY": 0.4, "PhysicalSizeZ": 2.0}
    tifffile.imwrite(path, pixels, ome=True, metadata={"axes": "ZYX", **size}, **options)
    return pixels


def levels(path):
    return [zarr.open_array(path / entry["path"], mode="r")[...] for entry in multiscale(path)["datasets"]]


def places(path):
    """The scale and the translation of each level on the last three axes; no translation is one of 0."""
    def place(dataset):
        scale = transform(dataset, "scale")
        return scale[-3:], (transform(dataset, "translation") or [0] * len(scale))[-3:]

    return [place(dataset) for dataset in multiscale(path)["datasets"]]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("method", ["mean", "median", "mode", "min", "max", "nearest"])
def test_levels_are_made_as_the_image_says_of_those_it_has(method, version, tmp_path, run):
    write(tmp_path / "a.ome.tif")
    options = ["--downsample", method, "--factors", "1,2,2", "--ome-version", version, "--quiet"]
    for name, count in [("whole", 3), ("out", 2), ("one", 1)]:
        run("convert", tmp_path / "a.ome.tif", tmp_path / name, *options, "--levels", count)
    for name in ["out", "one"]:
        run("pyramid", tmp_path / name, "--levels", 3, "--factors", "1,2,2", "--quiet")
        for ours, theirs in zip(levels(tmp_path / name), levels(tmp_path / "whole"), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        for ours, theirs in zip(places(tmp_path / name), places(tmp_path / "whole"), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
        assert multiscale(tmp_path / name)["type"] == method
        run("verify", tmp_path / name)
        run("validate", tmp_path / name)


def test_another_way_than_the_recorded_one_is_refused_unless_no_level_was_made(tmp_path, run):
    pixels = write(tmp_path / "a.ome.tif")
    for name, count in [("two", 2), ("one", 1)]:
        run("convert", tmp_path / "a.ome.tif", tmp_path / name, "--levels", count, "--factors", "1,2,2", "--quiet")
    before = (tmp_path / "two/zarr.json").read_bytes()
    said = run("pyramid", tmp_path / "two", "--levels", 3, "--downsample", "nearest", status=64).stderr
    assert "made by mean" in said and "leave --downsample out" in said
    assert (tmp_path / "two/zarr.json").read_bytes() == before and not (tmp_path / "two/2").exists()
    run("pyramid", tmp_path / "one", "--levels", 3, "--factors", "1,2,2", "--downsample", "nearest", "--quiet")
    assert multiscale(tmp_path / "one")["type"] == "nearest"
    assert "rounding" not in multiscale(tmp_path / "one")["metadata"]
    np.testing.assert_array_equal(levels(tmp_path / "one")[2].squeeze(), pixels[:, ::4, ::4])
    assert places(tmp_path / "one")[2] == ([2.0, 1.6, 1.6], [0, 0, 0])
    run("verify", tmp_path / "one")


def test_levels_lie_where_the_last_of_an_image_that_says_nothing_puts_them(tmp_path, run):
    write(tmp_path / "a.ome.tif")
    out = tmp_path / "out"
    run("convert", tmp_path / "a.ome.tif", out, "--levels", 2, "--factors", "1,2,2", "--downsample", "nearest", "--quiet")
    document = json.loads((out / "zarr.json").read_text())
    entry = document["attributes"]["ome"]["multiscales"][0]
    del entry["type"], entry["metadata"]
    (out / "zarr.json").write_text(json.dumps(document))
    run("pyramid", out, "--levels", 3, "--factors", "1,2,2", "--quiet")
    made = levels(out)
    np.testing.assert_array_equal(made[2], reference.mean(made[1], (1,) * (made[1].ndim - 3) + STEP))
    scale, translation = places(out)[2]
    np.testing.assert_allclose(scale, [2, 1.6, 1.6])
    # Half a pixel of level 1, which begins where level 0 does.
    np.testing.assert_allclose(translation, [0, 0.4, 0.4])


@pytest.mark.parametrize("factors", [["2,2,2"], ["4,4"], ["1,2,2", "2,2,2"]])
def test_the_factors_of_the_image_are_the_default(factors, tmp_path, run):
    write(tmp_path / "a.ome.tif")
    given = [word for text in factors for word in ("--factors", text)]
    for name, count in [("whole", 4), ("out", len(factors) + 1)]:
        run("convert", tmp_path / "a.ome.tif", tmp_path / name, *given, "--levels", count, "--quiet")
    run("pyramid", tmp_path / "out", "--levels", 4, "--quiet")
    for ours, theirs in zip(levels(tmp_path / "out"), levels(tmp_path / "whole"), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    run("verify", tmp_path / "out")


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_an_image_whose_labels_alone_have_their_levels_is_not_edited(version, tmp_path, run):
    pixels = write(tmp_path / "a.ome.tif")
    tifffile.imwrite(tmp_path / "mask.ome.tif", (pixels > 2000).astype("u1"), ome=True, metadata={"axes": "ZYX"})
    for name, count in [("out", 2), ("more", 3)]:
        run("convert", tmp_path / "a.ome.tif", tmp_path / name, "--labels", f"{tmp_path / 'mask.ome.tif'}:cells",
            "--levels", count, "--ome-version", version, "--quiet")  # fmt: skip
    out = tmp_path / "out"
    # What a run that is killed between the labels and the image leaves.
    shutil.rmtree(out / "labels")
    shutil.copytree(tmp_path / "more/labels", out / "labels")
    said = run("edit", out, "--name", "new", status=1).stderr
    assert "labels/cells has 3 levels, its image has 2" in said and f"ome-zarr pyramid {out} --levels 3" in said
    run("pyramid", out, "--levels", 3, "--quiet")
    run("edit", out, "--name", "new")
    assert ome(out)["multiscales"][0]["name"] == "new"
    run("validate", out)
