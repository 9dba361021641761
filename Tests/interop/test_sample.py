"""Samples are the same on every machine, valid OME-TIFF, and what they claim to be."""

import numpy as np
import pytest
import tifffile

KINDS = {
    "fluorescence": ("300x400", (3, 300, 400), "uint16"),
    "brightfield": ("300x400", (300, 400, 3), "uint8"),
    "lightsheet": ("6x200x220", (6, 200, 220), "uint16"),
    "labels": ("300x400", (300, 400), "uint32"),
}


def draw(run, path, kind, *arguments):
    run("sample", "--out", path, "--kind", kind, "--size", KINDS[kind][0], "--quiet", *arguments)
    return tifffile.imread(path)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_do_not_depend_on_tiles_compression_or_run(kind, tmp_path, run):
    first = draw(run, tmp_path / "a.tif", kind)
    assert first.shape == KINDS[kind][1] and first.dtype == KINDS[kind][2]
    for name, *options in [("b", "--tile", 64), ("c", "--compression", "none", "--tile", 512)]:
        np.testing.assert_array_equal(draw(run, tmp_path / f"{name}.tif", kind, *options), first)
    other = draw(run, tmp_path / "d.tif", kind, "--seed", 2)
    assert (other != first).mean() > 0.05


def test_a_part_of_a_larger_image_is_drawn_alike(tmp_path, run):
    """Labels do not see the frame: the upper left of a larger mask shows the same nuclei."""
    run("sample", "--kind", "labels", "--size", 256, "--out", tmp_path / "small.tif", "--quiet")
    run("sample", "--kind", "labels", "--size", 700, "--out", tmp_path / "large.tif", "--quiet")
    small, large = tifffile.imread(tmp_path / "small.tif"), tifffile.imread(tmp_path / "large.tif")
    np.testing.assert_array_equal(small > 0, large[:256, :256] > 0)


def test_labels_fit_the_nuclei(tmp_path, run):
    image = draw(run, tmp_path / "image.tif", "fluorescence")[0].astype(float)
    mask = draw(run, tmp_path / "mask.tif", "labels")
    assert len(np.unique(mask)) > 10
    means = [image[mask == label].mean() for label in np.unique(mask) if label and (mask == label).sum() > 200]
    assert min(means) > 3 * image[mask == 0].mean()


def test_the_file_says_what_it_is(tmp_path, run):
    run("sample", "--size", "64x96", "--timepoints", 2, "--planes", 3, "--channels", 2, "--out", tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_ome and file.series[0].axes == "TCZYX" and file.series[0].shape == (2, 2, 3, 64, 96)
        pixels = tifffile.xml2dict(file.ome_metadata)["OME"]["Image"]["Pixels"]
        assert (pixels["PhysicalSizeX"], pixels["PhysicalSizeXUnit"]) == (0.325, "µm")
        assert [c["Name"] for c in pixels["Channel"]] == ["DAPI", "GFP"]
        assert [c["EmissionWavelength"] for c in pixels["Channel"]] == [461, 509]
        assert file.pages[0].tags["XResolution"].value[0] / file.pages[0].tags["XResolution"].value[1] == (
            pytest.approx(10_000 / 0.325)
        )


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--size", "0"], "--size"),
        (["--size", "12xx3"], "--size"),
        (["--tile", "100"], "--tile"),
        (["--kind", "brightfield", "--planes", "4"], "--planes"),
        (["--channels", "9"], "--channels"),
    ],
)
def test_impossible_wishes_are_usage_errors(arguments, word, tmp_path, run):
    said = run("sample", "--out", tmp_path / "a.tif", *arguments, status=64).stderr
    assert word in said and len(said.splitlines()) == 1
    assert not (tmp_path / "a.tif").exists()


def test_an_existing_file_is_kept(tmp_path, run):
    (tmp_path / "a.tif").write_text("mine")
    assert "--overwrite" in run("sample", "--out", tmp_path / "a.tif", status=1).stderr
    assert (tmp_path / "a.tif").read_text() == "mine"


def test_the_samples_folder_holds_what_its_commands_make(tmp_path, run):
    """Each line of samples/README.md that begins with ome-zarr makes the pixels of the file beside it."""
    import pathlib
    import shlex

    samples = pathlib.Path(__file__).resolve().parents[2] / "samples"
    commands = [line for line in (samples / "README.md").read_text().splitlines() if line.startswith("ome-zarr ")]
    assert len(commands) >= 4
    for command in commands:
        arguments = shlex.split(command)[1:]
        name = arguments[arguments.index("--out") + 1]
        run(*arguments, cwd=tmp_path)
        np.testing.assert_array_equal(*[tifffile.imread(folder / name) for folder in (tmp_path, samples)])
