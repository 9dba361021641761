"""Copies that were edited since, that keep the manifest of their source, or whose source is not what is given."""

import pathlib
import shutil

import numpy as np
import pytest
import tifffile
import zarr
from test_copy import files, image
from test_copy_verify import verified


@pytest.fixture(scope="module")
def sources(run, tmp_path_factory) -> pathlib.Path:
    """An OME-TIFF, a mask, and what they become."""
    folder = tmp_path_factory.mktemp("sources")
    pixels = np.random.default_rng(1).integers(0, 999, (3, 90, 80), "u2")
    tifffile.imwrite(folder / "in.ome.tif", pixels, metadata={"axes": "CYX"}, photometric="minisblack")
    tifffile.imwrite(folder / "mask.tif", (np.indices((90, 80)).sum(0) // 20).astype("u2"))
    options = ["--min-size", 32, "--chunk", "32,32", "--shard", "none", "--quiet"]
    run("convert", folder / "in.ome.tif", folder / "whole.zarr", *options)
    run("convert", folder / "in.ome.tif", folder / "labels.zarr", "--labels", "mask.tif", *options, cwd=folder)
    run("convert", folder / "in.ome.tif", folder / "labels4.zarr", "--labels", folder / "mask.tif", "--ome-version", "0.4",
        "--min-size", 32, "--chunk", "32,32", "--quiet")  # fmt: skip
    return folder


def chunks(folder: pathlib.Path, array: str) -> list[pathlib.Path]:
    return sorted(file for file in (folder / array).rglob("*") if file.is_file() and file.name[0] not in "z.")


EDITS = {
    "name": lambda target, folder: ["edit", target, "--name", "other"],
    "labels": lambda target, folder: ["add-labels", target, folder / "mask.tif", "--name", "more", "--quiet"],
    "levels": lambda target, folder: ["pyramid", target, "--levels", 4, "--quiet"],
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_was_edited_in_a_copy_is_no_damage_and_stays(run, sources, tmp_path, edit):
    source, target = sources / "whole.zarr", tmp_path / "out.zarr"
    run("copy", source, target, "--codec", "zstd:1", "--quiet")
    run(*EDITS[edit](target, sources))
    assert verified(run, target) == [] == verified(run, target, "--against", source)
    expected = files(target)
    chunks(target, "0")[1].unlink()
    run("repair", target, "--from", source, "--quiet")
    assert files(target) == expected


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_that_a_copy_had_and_that_were_replaced_stay(run, sources, tmp_path, version):
    source, target = sources / ("labels.zarr" if version == "0.5" else "labels4.zarr"), tmp_path / "out.zarr"
    run("copy", source, target, "--codec", "zstd:1", "--quiet")
    tifffile.imwrite(tmp_path / "mask.tif", np.ones((90, 80), "u2"))
    run("add-labels", target, tmp_path / "mask.tif", "--overwrite", "--quiet")
    assert verified(run, target, "--against", source) == []
    expected = files(target)
    chunks(target, "1")[0].write_bytes(b"damage")
    run("repair", target, "--from", source, "--quiet")
    assert files(target) == expected


def test_an_edit_that_is_lost_in_a_repaired_copy_is_spoken_of(run, sources, tmp_path):
    source, target = sources / "whole.zarr", tmp_path / "out.zarr"
    run("copy", source, target, "--codec", "zstd:1", "--quiet")
    expected = (target / "zarr.json").read_bytes()
    run("edit", target, "--name", "other")
    (target / "zarr.json").write_bytes(b"damage")
    assert "zarr.json is as it was first written" in run("repair", target, "--from", source).stderr
    assert (target / "zarr.json").read_bytes() == expected


def test_levels_that_do_not_follow_are_found_against_a_source_that_has_them_too(run, sources, tmp_path):
    source, target = tmp_path / "in.zarr", tmp_path / "out.zarr"
    shutil.copytree(sources / "whole.zarr", source)
    zarr.open_array(source / "1", mode="a")[0, 0, 0] += 1
    run("copy", source, target, "--codec", "zstd:1", "--quiet")
    assert verified(run, target, status=2) == verified(run, target, "--against", source, status=2) == ["1/c/0/0/0"]


@pytest.mark.parametrize("name", ["whole.zarr", "labels4.zarr"])
def test_a_copy_that_keeps_its_manifest_is_gone_on_with_verified_and_repaired(run, sources, tmp_path, name):
    source, target = sources / name, tmp_path / "out.zarr"
    run("copy", source, target, "--quiet")
    assert "finished already" in run("copy", source, target, "--resume").stderr
    assert "options have changed" in run("copy", source, target, "--codec", "zstd:1", "--resume", status=1).stderr
    assert verified(run, target, "--against", source) == [] == verified(run, source, "--against", target)
    expected = files(target)
    chunks(target, "0")[0].write_bytes(b"damage")
    (target / "OME/conversion.json").touch()
    document = target / ("1/zarr.json" if name == "whole.zarr" else "1/.zarray")
    document.write_bytes(b"")
    assert len(verified(run, target, status=2)) >= 2
    run("repair", target, "--from", source, "--quiet")
    assert files(target) == expected
    if name == "whole.zarr":
        run("copy", source, tmp_path / "image.ozx", "--quiet")
        assert verified(run, tmp_path / "image.ozx", "--against", source) == []
        assert "'ome-zarr copy'" in run("repair", tmp_path / "image.ozx", "--from", source, status=1).stderr


def test_the_source_of_a_copy_is_named_where_something_else_is_given(run, sources, tmp_path):
    run("copy", image(tmp_path / "cells.zarr", "0.5"), tmp_path / "out.zarr", "--codec", "zstd:1", "--quiet")
    for command in [["verify", tmp_path / "out.zarr", "--against"], ["repair", tmp_path / "out.zarr", "--from"]]:
        said = run(*command, sources / "in.ome.tif", status=1).stderr
        assert "was copied from a Zarr called cells.zarr" in said and "in.ome.tif is none" in said


@pytest.mark.parametrize("damage", [b"X{}", b"", bytes(300)], ids=["changed", "empty", "zeroed"])
@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_list_of_labels_that_cannot_be_read_is_made_again(run, sources, tmp_path, version, damage):
    name, document = ("labels.zarr", "zarr.json") if version == "0.5" else ("labels4.zarr", ".zattrs")
    for target, source in [(tmp_path / "converted", sources / "in.ome.tif"), (tmp_path / "copied", sources / name)]:
        shutil.copytree(sources / name, target)
        expected = files(target)
        (target / "labels" / document).write_bytes(damage)
        assert f"labels/{document}" in verified(run, target, status=2)
        assert f"labels/{document}" in verified(run, target, "--against", source, status=2)
        run("repair", target, "--from", source, "--quiet")
        assert files(target) == expected


def test_labels_of_a_conversion_are_looked_for_beside_its_input(run, sources, tmp_path):
    """The labels were given as a name in the folder of that time, which is not the folder of today."""
    assert verified(run, sources / "labels.zarr", "--against", sources / "in.ome.tif") == []
    shutil.copy(sources / "in.ome.tif", tmp_path)
    said = run("verify", sources / "labels.zarr", "--against", tmp_path / "in.ome.tif", status=1).stderr
    assert "the labels mask came from mask.tif" in said and str(tmp_path / "mask.tif") in said
