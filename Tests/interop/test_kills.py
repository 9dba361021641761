"""Plates, labels and edits that are killed at any moment: readers see the old or the new, and a second run ends well."""

import os
import random
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import tifffile
import zarr

from conftest import binary
from ome_metadata import multiscale, ome
from test_output_folder import contents

KILLS = 6
VERSIONS = ["0.4", "0.5"]
SMALL = ["--chunk", "32,32", "--min-size", "32", "--shard", "none", "--codec", "zstd:19"]


def noise(seed, shape, top=4000, dtype="uint16"):
    return np.random.default_rng(seed).integers(0, top, shape, dtype)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills")
    tifffile.imwrite(folder / "a.tif", noise(1, (200, 240)), photometric="minisblack")
    for name, seed in [("mask", 2), ("other", 3)]:
        blocks = np.kron(noise(seed, (20, 24), 9, "uint8"), np.ones((10, 10), "uint8"))
        tifffile.imwrite(folder / f"{name}.tif", blocks, photometric="minisblack")
    (folder / "plate").mkdir()
    for number, name in enumerate(f"{well}_s{site}.tif" for well in ["A01", "A02", "B01"] for site in (1, 2)):
        tifffile.imwrite(folder / "plate" / name, noise(number, (90, 100)), photometric="minisblack")
    return folder


def kill(command, delay) -> bool:
    """Starts a command and kills it after a while. False where it had ended before."""
    process = subprocess.Popen([binary(), *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    said = process.communicate()[1]
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode != 0


def duration(command) -> float:
    start = time.monotonic()
    subprocess.run([binary(), *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


CONVERSIONS = {
    "a plate": lambda folder: [folder / "plate", ["--plate", "{well}_s{field}.tif"]],
    "labels": lambda folder: [folder / "a.tif", ["--labels", f"{folder / 'mask.tif'}:cells"]],
}


def finished_part(output) -> bool:
    """Whether a reader sees an image, or a plate, as a whole."""
    try:
        group = zarr.open_group(str(output), mode="r")
    except FileNotFoundError:
        return False
    attributes = dict(group.attrs)
    return bool({"multiscales", "plate"} & set(attributes.get("ome", attributes)))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CONVERSIONS)
def test_a_killed_conversion_ends_as_if_it_had_not_been(name, version, sources, tmp_path):
    source, options = CONVERSIONS[name](sources)
    for folder in ["whole", "killed"]:
        (tmp_path / folder).mkdir()
    whole, output = tmp_path / "whole" / "out", tmp_path / "killed" / "out"
    options = [*SMALL, *options, "--ome-version", version, "--quiet"]
    time = duration(["convert", source, whole, *options])
    expected, moments, kills = contents(whole), random.Random(f"{name} {version}"), 0
    for _ in range(20 * KILLS):
        if kill(["convert", source, output, *options, "--resume", "--threads", moments.choice([1, 2, 3])],
                moments.uniform(0, 0.6 * time)):
            kills += 1
            assert not finished_part(output) or (output / "OME" / "manifest.txt").exists()
        else:
            assert contents(output) == expected
            shutil.rmtree(output)
        if kills == KILLS:
            break
    duration(["convert", source, output, *options, "--resume"])
    assert kills == KILLS and contents(output) == expected


@pytest.fixture(params=VERSIONS)
def image(request, sources, tmp_path, run):
    run("convert", sources / "a.tif", tmp_path / "out", *SMALL, "--ome-version", request.param, "--quiet")
    return tmp_path / "out"


def visible(image) -> dict:
    """What a reader finds: everything but hidden files, temporary ones and what is our own."""
    return {key: data for key, data in contents(image).items()
            if not any(part.startswith(".") and part not in (".zattrs", ".zgroup", ".zarray") for part in key.split("/"))
            and not key.startswith("OME/")}


def label_names(image) -> list[str]:
    return ome(image / "labels").get("labels", []) if (image / "labels").exists() and any(
        (image / "labels" / name).exists() for name in (".zattrs", "zarr.json")) else []


@pytest.mark.parametrize("replaces", [False, True], ids=["new", "replaced"])
def test_labels_that_are_added_are_as_before_or_complete(replaces, image, sources, tmp_path, run):
    add = ["add-labels", image, f"{sources / 'mask.tif'}:cells", "--codec", "zstd:19", "--quiet"]
    if replaces:
        run("add-labels", image, f"{sources / 'other.tif'}:cells", "--quiet")
        add.append("--overwrite")
    whole = tmp_path / "whole"
    shutil.copytree(image, whole)
    time = duration(["add-labels", whole, *add[2:]])
    before, after = visible(image), visible(whole)
    moments, kills = random.Random(str(replaces)), 0
    for _ in range(20 * KILLS):
        attempt = tmp_path / f"attempt"
        shutil.copytree(image, attempt)
        kills += kill(["add-labels", attempt, *add[2:]], moments.uniform(0.3 * time, time))
        now = visible(attempt)
        # Listed last: what lies there before that is no labels yet.
        seen = {key for key in now if not key.startswith("labels/cells/")} if not label_names(attempt) else set(now)
        assert {key: now[key] for key in seen} in (before, after)
        assert run("verify", attempt).stdout.endswith("nothing wrong\n")
        # A second run ends as the first would have: what is complete already is only said to be there.
        subprocess.run([binary(), *map(str, ["add-labels", attempt, *add[2:]])], capture_output=True)
        assert visible(attempt) == after
        assert run("verify", attempt).stdout.endswith("nothing wrong\n")
        assert not list((attempt / "labels").glob(".[!z]*"))
        shutil.rmtree(attempt)
        if kills == KILLS:
            return
    assert kills == KILLS


def test_an_edit_is_made_or_not(image, run):
    document = image / ("zarr.json" if (image / "zarr.json").exists() else ".zattrs")
    before, moments = document.read_bytes(), random.Random(4)
    time = duration(["edit", image, "--name", "first"])
    first, kills = document.read_bytes(), 0
    assert first != before
    for number in range(40 * KILLS):
        old = document.read_bytes()
        kills += kill(["edit", image, "--name", f"name {number}"], moments.uniform(0.2 * time, time))
        name = multiscale(image)["name"]
        assert document.read_bytes() == old or name == f"name {number}"
        assert run("verify", image).stdout.endswith("nothing wrong\n")
        run("edit", image, "--name", f"name {number}")
        assert multiscale(image)["name"] == f"name {number}"
        assert "was being changed" not in run("verify", image).stderr
        if kills == KILLS:
            return
    assert kills == KILLS


def test_levels_that_are_added_are_listed_last(sources, tmp_path, run):
    run("convert", sources / "a.tif", tmp_path / "out", *SMALL, "--levels", 1, "--quiet")
    for name in ["whole", "attempt"]:
        shutil.copytree(tmp_path / "out", tmp_path / name)
    whole, attempt, moments, kills = tmp_path / "whole", tmp_path / "attempt", random.Random(5), 0
    time = duration(["pyramid", whole, "--min-size", 16, "--quiet"])
    before, after = visible(attempt), visible(whole)
    for _ in range(20 * KILLS):
        kills += kill(["pyramid", attempt, "--min-size", 16, "--quiet"], moments.uniform(0.3 * time, time))
        listed = len(multiscale(attempt)["datasets"])
        if listed == 1:
            assert {key: data for key, data in visible(attempt).items() if key in before} == before
        else:
            assert visible(attempt) == after
        assert run("verify", attempt).stdout.endswith("nothing wrong\n")
        run("pyramid", attempt, "--min-size", 16, "--quiet")
        assert visible(attempt) == after
        run("verify", attempt)
        shutil.rmtree(attempt)
        shutil.copytree(tmp_path / "out", attempt)
        if kills == KILLS:
            return
    assert kills == KILLS


def test_what_is_unfinished_is_not_edited(sources, tmp_path, run):
    """What is changed now would be lost when the conversion is gone on with."""
    output = tmp_path / "out"
    options = ["--plate", "{well}_s{field}.tif", *SMALL]
    process = subprocess.Popen([binary(), "convert", sources / "plate", output, *options], stderr=subprocess.DEVNULL)
    while not any(output.glob("A/1/0/*z*")) and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    if not (output / ".ome-zarr-conversion").exists():
        pytest.fail("the conversion was faster than the test")
    field = output / "A" / "1" / "0"
    for arguments in [("edit", field, "--name", "x"), ("add-labels", field, sources / "mask.tif"),
                      ("pyramid", field, "--min-size", 8)]:
        assert "unfinished" in run(*arguments, status=1).stderr
    assert os.path.exists(output / ".ome-zarr-conversion")
