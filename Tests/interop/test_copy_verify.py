"""Copies say what they hold: verify, --against, --resume; and what a copy keeps of what its source says."""

import json
import pathlib
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import tifffile
import zarr
from conftest import binary
from test_copy import WAYS, copied, equal, files, image, others, plate, valid


def verified(run, path, *arguments, status=0) -> list[str]:
    """The keys in which something was found."""
    lines = run("verify", path, *arguments, "--json", status=status).stdout.splitlines()
    return [line["key"] for line in map(json.loads, lines) if line["type"] == "finding"]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("way", [way for way in WAYS if way != "two passes"])
def test_every_copy_can_be_verified_alone_and_against_its_source(run, tmp_path, version, way):
    source, target = image(tmp_path / "in.zarr", version), tmp_path / "out.zarr"
    run("copy", source, target, *WAYS[way][0], "--quiet")
    assert verified(run, target) == [] == verified(run, target, "--against", source)
    listed = (target / "OME/manifest.txt").read_text().splitlines()[4:]
    keys = {line.split(" ", 2)[2] for line in listed if not line.startswith("-")}
    assert keys == files(target).keys() - {"OME/manifest.txt"}
    damaged = max((target / "1").rglob("*"), key=lambda file: file.stat().st_size if file.is_file() else 0)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 8
    damaged.write_bytes(content)
    assert verified(run, target, status=2) == [str(damaged.relative_to(target))]


def test_a_source_that_changed_is_found(run, tmp_path):
    source, target = image(tmp_path / "in.zarr", "0.5"), tmp_path / "out.zarr"
    run("copy", source, target, "--codec", "zstd:1", "--quiet")
    array = zarr.open_array(source / "0", mode="a")
    array[0, 0, 0, 0] += 1
    assert verified(run, target, "--against", source, status=2) == ["0/c/0/0/0/0"]
    shutil.rmtree(source / "2")
    zarr.open_group(source, mode="a").create_array("2", shape=(2, 7, 13, 17), chunks=(1, 3, 9, 9), dtype="u2")
    assert "is no copy of" in run("verify", target, "--against", source, status=1).stderr
    assert "is no copy of" in run("repair", target, "--from", source, status=1).stderr


@pytest.mark.parametrize("options", [["--codec", "zstd:1"], ["--ome-version", "0.4"], ["--shard", "2,6,40,40"]])
def test_damaged_objects_of_a_copy_are_made_again(run, tmp_path, options):
    """A changed, a missing and a surplus object and a document: afterwards the copy is what it was, byte for byte."""
    source, target = image(tmp_path / "in.zarr", "0.5"), tmp_path / "out.zarr"
    zarr.open_array(source / "1", mode="a")[:, 6:] = 0
    run("copy", source, target, *options, "--quiet")
    expected = files(target)
    chunks = sorted(name for name in expected if name.startswith("0/") and ".z" not in name and "zarr.json" not in name)
    (target / chunks[0]).unlink()
    (target / chunks[1]).write_bytes(b"damage")
    document = next(name for name in expected if name in ("2/zarr.json", "2/.zarray"))
    (target / document).write_bytes(expected[document] + b" ")
    absent = next(line.split(" ", 2)[2] for line in expected["OME/manifest.txt"].decode().splitlines()
                  if line.startswith("-------- "))  # fmt: skip
    (target / absent).parent.mkdir(parents=True, exist_ok=True)
    (target / absent).write_bytes(b"surplus")
    assert len(verified(run, target, status=2)) == 4
    other = image(tmp_path / "other.zarr", "0.5")
    zarr.open_array(other / "0", mode="a")[-1, -1, -1, -1] += 1
    said = run("repair", target, "--from", other, status=1).stderr
    assert "is not what" in said and "nothing was changed" in said
    run("repair", target, "--from", source, "--quiet")
    assert files(target) == expected


def test_empty_chunks_are_known_to_be_rightly_absent(run, tmp_path):
    source = image(tmp_path / "in.zarr", "0.5")
    zarr.open_array(source / "0", mode="a")[0] = 0
    for option in (["--ome-version", "0.4"], ["--shard", "2,6,40,40"], ["--chunk", "5,16,16"]):
        target = tmp_path / f"out{option[0]}.zarr"
        run("copy", source, target, *option, "--quiet")
        assert verified(run, target) == [] == verified(run, target, "--against", source)
    lines = (tmp_path / "out--ome-version.zarr/OME/manifest.txt").read_text()
    assert "-------- 0 0/0/0/0/0" in lines


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_plates_are_verified(run, tmp_path, version):
    source = plate(tmp_path / "in.zarr", version)
    run("copy", source, tmp_path / "out.zarr", "--ome-version", "0.5", "--shard", "auto", "--quiet")
    assert verified(run, tmp_path / "out.zarr") == [] == verified(run, tmp_path / "out.zarr", "--against", source)


def test_the_manifest_of_a_conversion_goes_with_its_objects(run, tmp_path):
    """Into an archive and back every file stays, and the copy is verified against the TIFF."""
    pixels = np.random.default_rng(1).integers(0, 999, (3, 90, 80), "u2")
    tifffile.imwrite(tmp_path / "in.ome.tif", pixels, metadata={"axes": "CYX"}, photometric="minisblack")
    run("convert", tmp_path / "in.ome.tif", tmp_path / "first.zarr", "--min-size", 32, "--quiet")
    run("copy", tmp_path / "first.zarr", tmp_path / "image.ozx", "--quiet")
    run("copy", tmp_path / "image.ozx", tmp_path / "back.zarr", "--quiet")
    assert files(tmp_path / "first.zarr") == files(tmp_path / "back.zarr")
    for copy in ["image.ozx", "back.zarr"]:
        assert verified(run, tmp_path / copy) == [] == verified(run, tmp_path / copy, "--against", tmp_path / "in.ome.tif")
    run("copy", tmp_path / "first.zarr", tmp_path / "other.zarr", "--codec", "zstd:1", "--quiet")
    assert verified(run, tmp_path / "other.zarr") == []
    assert verified(run, tmp_path / "other.zarr", "--against", tmp_path / "first.zarr") == []
    own = (tmp_path / "first.zarr/OME/source.ome.xml").read_bytes()
    assert (tmp_path / "other.zarr/OME/source.ome.xml").read_bytes() == own


def test_arrays_and_plain_groups_get_nothing_added(run, tmp_path):
    values = np.arange(600, dtype="u2").reshape(20, 30)
    zarr.create_array(tmp_path / "array.zarr", data=values, chunks=(7, 9))
    zarr.open_group(tmp_path / "group.zarr", mode="w").create_array("a", data=values)
    for name in ["array", "group"]:
        run("copy", tmp_path / f"{name}.zarr", tmp_path / f"{name}.out", "--codec", "zstd:1", "--quiet")
        assert files(tmp_path / f"{name}.zarr").keys() == files(tmp_path / f"{name}.out").keys()


def test_too_many_objects_for_the_memory_are_not_listed(run, tmp_path):
    source = image(tmp_path / "in.zarr", "0.5", levels=1)
    said = run("copy", source, tmp_path / "out.zarr", "--codec", "none", "--chunk", "1,1,4,4", "--memory", "60kB",
               "--threads", "1").stderr  # fmt: skip
    assert "gets no manifest" in said and "with --memory" in said
    equal(tmp_path / "out.zarr", levels=1)
    assert not (tmp_path / "out.zarr/OME").exists()


@pytest.mark.parametrize("options", [["--codec", "zstd:9"], ["--ome-version", "0.4"], ["--shard", "2,6,40,40"]])
def test_a_copy_that_was_killed_is_gone_on_with(run, tmp_path, options):
    """Killed at several moments, and each time the result is the same as that of a copy that was not."""
    source = image(tmp_path / "in.zarr", "0.5")
    start = time.monotonic()
    run("copy", source, tmp_path / "whole.zarr", *options, "--quiet")
    lasted, expected, killed = time.monotonic() - start, files(tmp_path / "whole.zarr"), 0
    for part in (0.3, 0.5, 0.7, 0.85):
        target = tmp_path / f"out{part}.zarr"
        process = subprocess.Popen([binary(), "copy", str(source), str(target), "--quiet", *options])
        time.sleep(lasted * part)
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL and target.exists() and any(target.iterdir()):
            killed += 1
            assert not (target / "zarr.json").exists() and not (target / ".zgroup").exists()
            if (target / "0").exists():
                assert "options have changed" in run("copy", source, target, "--codec", "gzip:1", "--resume", status=1).stderr
        run("copy", source, target, *options, "--resume", "--quiet")
        assert files(target) == expected
    assert killed or lasted < 0.05


def test_finished_arrays_are_not_copied_again(run, tmp_path):
    """A chunk that cannot be read stops the copy; of what was complete nothing is decoded again."""
    source = image(tmp_path / "in.zarr", "0.5")
    broken = source / "2/c/0/0/0/0"
    good = broken.read_bytes()
    broken.write_bytes(b"no chunk")
    said = run("copy", source, tmp_path / "out.zarr", "--codec", "gzip:1", status=1).stderr
    assert "--resume" in said and "2/c/0/0/0/0" in said
    broken.write_bytes(good)
    lines = copied(run, source, tmp_path / "out.zarr", "--codec", "gzip:1", "--resume")
    whole = copied(run, source, tmp_path / "whole.zarr", "--codec", "gzip:1")
    assert 0 < lines[-1]["chunksDecoded"] < whole[-1]["chunksDecoded"] / 4
    assert files(tmp_path / "out.zarr") == files(tmp_path / "whole.zarr")
    assert "finished already" in run("copy", source, tmp_path / "out.zarr", "--codec", "gzip:1", "--resume").stderr


def test_archives_are_copied_to_be_changed(run, tmp_path):
    run("copy", image(tmp_path / "in.zarr", "0.5"), tmp_path / "image.ozx", "--quiet")
    tifffile.imwrite(tmp_path / "mask.tif", np.zeros((50, 61), "u1"))
    for command in [["edit", tmp_path / "image.ozx", "--name", "a"],
                    ["add-labels", tmp_path / "image.ozx", tmp_path / "mask.tif"]]:  # fmt: skip
        assert "'ome-zarr copy'" in run(*command, status=1).stderr


# Versions before 0.4

CHANNEL = {"label": "a", "color": "FF0000", "window": {"min": 0, "max": 9, "start": 0, "end": 9}}


def old(path: pathlib.Path, version: str) -> pathlib.Path:
    """An image as 0.1, 0.2 and 0.3 have it: no scales, axes by letters or none, keys with "." in 0.1."""
    group = zarr.open_group(path, mode="w", zarr_format=2)
    values = np.random.default_rng(7).integers(0, 4000, (1, 2, 3, 50, 61), "u2")
    entry = {"version": version, "name": "cells", "datasets": [{"path": str(level)} for level in range(3)],
             "type": "gaussian", "metadata": {"order": 2}}  # fmt: skip
    if version == "0.3":
        entry["axes"] = ["t", "c", "z", "y", "x"]
    group.attrs.update({"multiscales": [entry], "omero": {"channels": [CHANNEL] * 2}, "lab": 7})
    encoding = {"name": "v2", "separator": "." if version == "0.1" else "/"}
    for level in range(3):
        data = np.ascontiguousarray(values[..., :: 2**level, :: 2**level])
        array = group.create_array(
            str(level), shape=data.shape, dtype="u2", chunks=(1, 1, 2, 20, 20), chunk_key_encoding=encoding)
        array[...] = data
    return path


@pytest.mark.parametrize("to", ["0.4", "0.5"])
@pytest.mark.parametrize("version", ["0.1", "0.2", "0.3"])
def test_images_before_04_are_said_in_the_words_of_later_versions(run, tmp_path, version, to):
    source = old(tmp_path / "in.zarr", version)
    lines = copied(run, source, tmp_path / "out.zarr", "--ome-version", to)
    assert lines[-1]["chunksDecoded"] == 0
    valid(run, tmp_path / "out.zarr")
    assert verified(run, tmp_path / "out.zarr") == []
    before, after = zarr.open_group(source, mode="r"), zarr.open_group(tmp_path / "out.zarr", mode="r")
    for level in range(3):
        np.testing.assert_array_equal(before[str(level)][...], after[str(level)][...])
    described = after.attrs["ome"] if to == "0.5" else after.attrs
    entry = described["multiscales"][0]
    kinds = {"t": "time", "c": "channel"}
    assert entry["axes"] == [{"name": name, "type": kinds.get(name, "space")} for name in "tczyx"]
    scales = [dataset["coordinateTransformations"] for dataset in entry["datasets"]]
    assert scales[0] == [{"type": "scale", "scale": [1.0] * 5}]
    assert scales[1] == [{"type": "scale", "scale": [1.0, 1.0, 1.0, 2.0, 61 / 31]}]
    assert (entry["name"], entry["type"], entry["metadata"]) == ("cells", "gaussian", {"order": 2})
    assert len(described["omero"]["channels"]) == 2 and after.attrs["lab"] == 7
    if to == "0.4":
        assert entry["version"] == "0.4" and (tmp_path / "out.zarr/0/0/0/0/0/0").exists()
    else:
        assert described["version"] == "0.5" and "version" not in entry


def test_without_a_version_an_old_image_stays_to_the_letter(run, tmp_path):
    source = old(tmp_path / "in.zarr", "0.1")
    run("copy", source, tmp_path / "out.zarr", "--quiet")
    assert files(source) == others(tmp_path / "out.zarr")


def test_old_plates_get_indices(run, tmp_path):
    root = zarr.open_group(tmp_path / "in.zarr", mode="w", zarr_format=2)
    described = {"version": "0.1", "rows": [{"name": "A"}, {"name": "B"}], "columns": [{"name": "1"}, {"name": "2"}],
                 "wells": [{"path": "B/2"}], "field_count": 1, "name": "p"}  # fmt: skip
    root.attrs["plate"] = described
    well = root.create_group("B").create_group("2")
    well.attrs["well"] = {"version": "0.1", "images": [{"path": "0"}]}
    old(tmp_path / "in.zarr/B/2/0", "0.1")
    run("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", "--ome-version", "0.5", "--quiet")
    valid(run, tmp_path / "out.zarr")
    wells = zarr.open_group(tmp_path / "out.zarr", mode="r").attrs["ome"]["plate"]["wells"]
    assert wells == [{"path": "B/2", "rowIndex": 1, "columnIndex": 1}]
