"""What `convert` writes into: it deletes nothing but a Zarr, and that only when told to, and never its own input."""

import json
import pathlib
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

import images
from conftest import binary
from ome_metadata import multiscale
from zarr_readers import read_zarr_python

MARKER = ".ome-zarr-conversion"


def refused(run, *arguments, status=1, **options) -> str:
    said = run("convert", *arguments, "--quiet", status=status, **options).stderr
    if status == 1:
        assert len(said.splitlines()) == 1 and said.startswith("ome-zarr: error: "), said
    return said


def contents(folder) -> dict[str, bytes]:
    folder = pathlib.Path(folder)
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def source(tmp_path) -> str:
    """A TIFF in a folder of its own."""
    (tmp_path / "in").mkdir()
    return images.written("odd", tmp_path / "in").path


@pytest.mark.parametrize("flags", [[], ["--overwrite"]], ids=" ".join)
def test_an_empty_path_is_a_usage_error_and_not_the_current_folder(flags, source, tmp_path, run):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "precious.txt").write_text("mine")
    for arguments in [(source, ""), ("", "out")]:
        assert "empty" in refused(run, *arguments, *flags, status=64, cwd=tmp_path / "here")
    for arguments in [("info", ""), ("validate", ""), ("read", ""), ("read", source, "-o", ""), ("sample", "--out", "")]:
        run(*arguments, status=64, cwd=tmp_path / "here")
    assert contents(tmp_path / "here") == {"precious.txt": b"mine"}


@pytest.mark.parametrize("spelling", ["sw.zarr", "./sw.zarr", "sw.zarr/", "sw.zarr/.", "../work/sw.zarr", "link"])
def test_an_image_is_not_converted_onto_itself(spelling, source, tmp_path, run):
    work = tmp_path / "work"
    work.mkdir()
    (work / "link").symlink_to("sw.zarr")
    run("convert", source, work / "sw.zarr", "--quiet")
    before = contents(work / "sw.zarr")
    for pair in [("sw.zarr", spelling), (spelling, "sw.zarr")]:
        assert "input" in refused(run, *pair, "--overwrite", cwd=work)
    assert contents(work / "sw.zarr") == before


def test_neither_input_nor_output_may_lie_in_the_other(source, tmp_path, run):
    run("convert", source, tmp_path / "many.zarr", "--bioformats2raw", "--quiet")
    before = contents(tmp_path / "many.zarr")
    assert "input" in refused(run, tmp_path / "many.zarr" / "0", tmp_path / "many.zarr", "--overwrite")
    assert "input" in refused(run, tmp_path / "many.zarr", tmp_path / "many.zarr" / "new")
    shutil.copy(source, tmp_path / "many.zarr" / "0" / "a.tif")
    assert "input" in refused(run, tmp_path / "many.zarr" / "0" / "a.tif", tmp_path / "many.zarr", "--overwrite")
    (tmp_path / "many.zarr" / "0" / "a.tif").unlink()
    assert contents(tmp_path / "many.zarr") == before


@pytest.mark.parametrize("entry", ["notes.txt", "photos/a.jpg", "labels/mask.png", "OME/report.pdf", "7", "a\\b"])
@pytest.mark.parametrize("unfinished", [False, True])
def test_a_zarr_with_something_else_beside_it_is_kept(entry, unfinished, source, tmp_path, run):
    output = tmp_path / "out"
    run("convert", source, output, "--quiet")
    if unfinished:
        (output / "zarr.json").unlink()
        (output / MARKER).touch()
    (output / entry).parent.mkdir(exist_ok=True)
    (output / entry).write_text("mine")
    before = contents(output)
    said = refused(run, source, output, "--overwrite")
    assert entry.split("/")[0] in said
    assert contents(output) == before


def test_a_folder_that_only_looks_a_little_like_a_zarr_is_kept(source, tmp_path, run):
    """A folder of several images is no Zarr, and neither is one whose "0" happens to be an array."""
    for folder, inside in [("shelf", "a.zarr"), ("zero", "0")]:
        run("convert", source, tmp_path / folder / inside, "--quiet")
        (tmp_path / folder / "precious.txt").write_text("mine") if folder == "zero" else None
        before = contents(tmp_path / folder)
        assert "no Zarr" in refused(run, source, tmp_path / folder, "--overwrite")
        assert contents(tmp_path / folder) == before


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("collection", [[], ["--bioformats2raw"]], ids=["image", "collection"])
def test_a_zarr_is_replaced_when_told_to(version, collection, source, tmp_path, run):
    output = tmp_path / "out"
    run("convert", source, output, "--ome-version", version, *collection, "--quiet")
    assert not (output / MARKER).exists()
    run("convert", source, output, "--overwrite", "--levels", 1, "--quiet")
    assert sorted(p.name for p in output.iterdir()) == ["0", "OME", "zarr.json"]
    run("validate", output)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_plain_array_is_replaced_when_told_to(version, source, tmp_path, run):
    run("convert", source, tmp_path / "whole", "--ome-version", version, "--chunk", "32,32", "--quiet")
    shutil.copytree(tmp_path / "whole" / "0", tmp_path / "out")
    run("convert", source, tmp_path / "out", "--overwrite", "--quiet")
    run("validate", tmp_path / "out")


@pytest.mark.parametrize("collection", [[], ["--bioformats2raw"]], ids=["image", "collection"])
def test_what_a_killed_conversion_left_is_replaced_when_told_to(collection, source, tmp_path, run):
    run("sample", "--size", 8192, "--channels", 1, "--compression", "none", "--out", tmp_path / "a.tif", "--quiet")
    output = tmp_path / "out"
    process = subprocess.Popen(
        [binary(), "convert", tmp_path / "a.tif", output, "--codec", "gzip:9", "--quiet", *collection]
    )
    while not any(output.glob("0/**/.zarr-tmp-*")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (output / MARKER).exists()
    assert "--overwrite" in refused(run, source, output)
    run("convert", source, output, "--overwrite", "--quiet")
    assert not list(output.rglob(".*"))
    run("validate", output)


def test_links_as_output(source, tmp_path, run):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    for target in ["folder", "file", "nowhere"]:
        (tmp_path / f"to-{target}").symlink_to(target)
    for spelling in ["to-nowhere", "to-nowhere/"]:
        assert "link that leads nowhere" in refused(run, source, spelling, cwd=tmp_path)
    assert "link to a file" in refused(run, source, "to-file", "--overwrite", cwd=tmp_path)
    assert "is a file" in refused(run, source, "file", "--overwrite", cwd=tmp_path)
    assert (tmp_path / "file").read_text() == "mine" and not (tmp_path / "nowhere").exists()
    run("convert", source, "to-folder", "--quiet", cwd=tmp_path)
    run("convert", source, "to-folder", "--quiet", "--overwrite", cwd=tmp_path)
    assert (tmp_path / "to-folder").is_symlink()
    run("validate", tmp_path / "folder")


def test_a_roundabout_path_does_not_lead_into_a_folder_nobody_looked_at(source, tmp_path, run):
    run("convert", source, tmp_path / "out", "--quiet")
    before = contents(tmp_path / "out")
    refused(run, source, "missing/../out", cwd=tmp_path)
    assert contents(tmp_path / "out") == before


def test_a_place_that_cannot_be_looked_at_is_not_taken_for_an_empty_one(source, run):
    assert "Not a directory" in refused(run, source, f"{source}/out", "--overwrite")


def test_a_dry_run_says_what_the_output_path_has_in_store(source, tmp_path, run):
    def foretold(*flags):
        text = run("convert", source, tmp_path / "out", "--dry-run", *flags).stdout.splitlines()[-1]
        (line,) = run("convert", source, tmp_path / "out", "--dry-run", "--json", *flags).stdout.splitlines()[-1:]
        found = json.loads(line)
        assert found["type"] == "output" and found.get("message", "") in text
        return found["state"], text

    assert foretold()[0] == "absent"
    run("convert", source, tmp_path / "out", "--quiet")
    before = contents(tmp_path / "out")
    state, text = foretold()
    assert state == "refused" and "--overwrite" in text
    state, text = foretold("--overwrite")
    assert state == "replaced" and "replaced" in text
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_that_are_not_converted_are_named(version, source, tmp_path, run):
    run("convert", source, tmp_path / "in.zarr", "--ome-version", version, "--quiet")
    for name in ["nuclei", "cells"]:
        run("convert", source, tmp_path / "in.zarr" / "labels" / name, "--ome-version", version, "--downsample", "mode",
            "--quiet")
    group = tmp_path / "in.zarr" / "labels"
    if version == "0.4":
        (group / ".zgroup").write_text('{"zarr_format": 2}')
        (group / ".zattrs").write_text('{"labels": ["nuclei", "cells"]}')
    else:
        ome = {"version": "0.5", "labels": ["nuclei", "cells"]}
        (group / "zarr.json").write_text(
            json.dumps({"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}}))
    said = run("convert", tmp_path / "in.zarr", tmp_path / "out").stderr
    (warning,) = [line for line in said.splitlines() if "warning" in line]
    assert "labels of the input are not converted: nuclei, cells" in warning
    assert run("convert", tmp_path / "in.zarr", tmp_path / "quiet", "--quiet").stderr == ""
    np.testing.assert_array_equal(
        read_zarr_python(str(tmp_path / "out" / "0")), read_zarr_python(str(tmp_path / "in.zarr" / "0")))


@pytest.mark.parametrize("output, name", [("cells.ome.zarr", "cells"), ("a.b.ZARR/", "a.b"), ("plain", "plain")])
def test_an_image_without_a_name_is_called_after_the_output(output, name, source, tmp_path, run):
    run("convert", source, output, "--quiet", cwd=tmp_path)
    assert multiscale(tmp_path / output)["name"] == name
