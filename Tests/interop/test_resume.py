"""Conversions that are killed at any moment and gone on with: the result is the same, and no reader sees half an image.

Also what is said and done when the disk is full or the input changes, and `verify`, `repair` and plans from outside.
"""

import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import time

import pytest
import zarr

from conftest import binary
from test_output_folder import contents

MARKER = ".ome-zarr-conversion"
KILLS_PER_INPUT = 13

# Slow codecs and small chunks leave time, and enough files, to be killed in between.
SLOW = ["--codec", "zstd:19", "--chunk", "128,128", "--min-size", "64"]
INPUTS = {
    "channels": (["--size", "500x600", "--channels", "3"], []),
    "stripped": (["--kind", "brightfield", "--size", "400x500", "--compression", "deflate"], []),
    "volume": (["--kind", "lightsheet", "--size", "24x200x200"], ["--chunk", "8,64,64"]),
    "collection": (["--size", "400x500", "--channels", "2"], ["--bioformats2raw"]),
}


def command(source, output, options, *flags):
    return [binary(), "convert", str(source), str(output), *SLOW, *options, "--quiet", *flags]


def is_image(output) -> bool:
    try:
        group = zarr.open_group(str(output), mode="r")
    except FileNotFoundError:
        return False
    attributes = dict(group.attrs)
    attributes = attributes.get("ome", attributes)
    return "multiscales" in attributes or "bioformats2raw.layout" in attributes


@pytest.fixture(scope="module")
def sources(tmp_path_factory, run):
    folder = tmp_path_factory.mktemp("sources")
    for name, (arguments, _) in INPUTS.items():
        run("sample", *arguments, "--out", folder / f"{name}.ome.tif", "--quiet")
    return folder


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("name", INPUTS)
def test_a_conversion_killed_at_any_moment_ends_as_if_it_had_not_been(name, version, sources, tmp_path):
    source, options = sources / f"{name}.ome.tif", [*INPUTS[name][1], "--ome-version", version]
    whole, output = tmp_path / "whole" / "out", tmp_path / "killed" / "out"
    for folder in [whole, output]:
        folder.parent.mkdir()
    start = time.monotonic()
    subprocess.run(command(source, whole, options), check=True)
    duration = time.monotonic() - start
    expected = contents(whole)
    moments = random.Random(f"{name} {version}")
    kills = attempts = 0
    while kills < KILLS_PER_INPUT:
        assert attempts < 20 * KILLS_PER_INPUT
        attempts += 1
        threads = str(moments.choice([1, 2, 3]))
        process = subprocess.Popen(command(source, output, options, "--resume", "--threads", threads))
        try:
            process.wait(moments.uniform(0, 0.6 * duration))
        except subprocess.TimeoutExpired:
            # What a reader sees while it runs, and what is left behind: no image before everything else is there.
            assert not is_image(output) or (output / "OME" / "manifest.txt").exists()
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            assert not is_image(output) or (output / "OME" / "manifest.txt").exists()
            continue
        assert process.returncode == 0
        assert contents(output) == expected
        shutil.rmtree(output)
    subprocess.run(command(source, output, options, "--resume"), check=True)
    assert contents(output) == expected


def test_an_interrupted_overwriting_leaves_nothing_of_what_was_there(sources, tmp_path, run):
    source, output = sources / "channels.ome.tif", tmp_path / "out"
    options = ["--ome-version", "0.4"]
    run("convert", source, output, "--quiet", "--chunk", "16,16", *options)
    for delay in [0.02, 0.05, 0.1, 0.2]:
        process = subprocess.Popen(command(source, output, options, "--overwrite"))
        time.sleep(delay)
        process.kill()
        process.wait()
    if (output / MARKER).exists():
        subprocess.run(command(source, output, options, "--resume"), check=True)
    else:
        subprocess.run(command(source, output, options, "--overwrite"), check=True)
    (tmp_path / "new").mkdir()
    subprocess.run(command(source, tmp_path / "new" / "out", options), check=True)
    assert contents(output) == contents(tmp_path / "new" / "out")


def interrupted(source, output, options=()) -> str:
    """Stops a conversion when its first file is there, and gives what it said."""
    process = subprocess.Popen(command(source, output, options)[:-1], stderr=subprocess.PIPE, text=True)
    while not any(output.glob("0/**/[0-9]*")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    said = process.communicate()[1]
    assert process.returncode == 130, said
    return said


def test_a_stopped_conversion_says_how_to_go_on(sources, tmp_path, run):
    source, output = sources / "volume.ome.tif", tmp_path / "out"
    said = interrupted(source, output)
    assert "--resume" in said and "--overwrite" in said
    assert "--resume" in run("convert", source, output, "--quiet", status=1).stderr
    assert "unfinished" in run("verify", output, status=1).stderr
    run("convert", source, output, *SLOW, "--resume", "--quiet")
    run("verify", output, "--against", source)
    said = run("convert", source, output, *SLOW, "--resume").stderr
    assert "finished already" in said


def test_other_options_another_input_or_a_changed_one_are_refused(sources, tmp_path, run):
    source, output = tmp_path / "in.ome.tif", tmp_path / "out"
    shutil.copy(sources / "volume.ome.tif", source)
    interrupted(source, output)

    def refused(*arguments):
        return run("convert", *arguments, output, "--resume", "--quiet", status=1).stderr

    assert "--codec zstd:19" in refused(source, *SLOW[2:])
    assert "input has changed" in refused(sources / "channels.ome.tif", *SLOW)
    os.utime(source, ns=(1, 1))
    assert "input has changed" in refused(source, *SLOW)
    assert "archive" in run("convert", source, tmp_path / "a.ozx", "--resume", status=1).stderr
    assert "choose one" in run("convert", source, output, "--resume", "--overwrite", status=64).stderr


def test_what_another_program_wrote_cannot_be_gone_on_with(sources, tmp_path, run):
    zarr.create_group(str(tmp_path / "out"))
    said = run("convert", sources / "volume.ome.tif", tmp_path / "out", "--resume", status=1).stderr
    assert "nothing to go on with" in said


def test_a_file_size_limit_is_one_clear_error_and_can_be_gone_on_with(sources, tmp_path, run):
    """A stand-in for a full disk: writing fails half-way through a file."""
    source, output = sources / "stripped.ome.tif", tmp_path / "out"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    process = subprocess.run(command(source, output, []), stderr=subprocess.PIPE, text=True, preexec_fn=limit)
    assert process.returncode == 1 and len(process.stderr.splitlines()) == 1
    assert "--resume" in process.stderr and (output / MARKER).exists() and not is_image(output)
    subprocess.run(command(source, output, [], "--resume"), check=True)
    run("verify", output, "--against", source)


def test_durable_output_is_the_same(sources, tmp_path, run):
    for flags, name in [([], "a"), (["--durable"], "b")]:
        (tmp_path / name).mkdir()
        run("convert", sources / "channels.ome.tif", tmp_path / name / "out", "--quiet", *flags)
    assert contents(tmp_path / "a" / "out") == contents(tmp_path / "b" / "out")


# Verifying


def flip(path: pathlib.Path, place: int):
    data = bytearray(path.read_bytes())
    data[place] ^= 16
    path.write_bytes(data)


DAMAGES = {
    "missing shard": lambda out: (out / "0/c/0/0/0").unlink(),
    "truncated shard": lambda out: os.truncate(out / "0/c/1/0/0", 5000),
    "flipped bit in a chunk": lambda out: flip(out / "0/c/2/0/0", 700),
    "flipped bit in an index": lambda out: flip(out / "0/c/2/0/0", -12),
    "swapped shards": lambda out: [
        os.rename(out / "0/c/0/0/0", out / "x"), os.rename(out / "0/c/1/0/0", out / "0/c/0/0/0"),
        os.rename(out / "x", out / "0/c/1/0/0")],
    "edited metadata": lambda out: (out / "zarr.json").write_text(
        (out / "zarr.json").read_text().replace("micrometer", "millimeter")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_verify_finds_it_and_repair_makes_it_whole(name, sources, tmp_path, run):
    source, output = sources / "channels.ome.tif", tmp_path / "out"
    run("convert", source, output, "--quiet")
    before = contents(output)
    assert run("verify", output, "--json").stdout.count("\n") == 1
    DAMAGES[name](output)
    lines = [json.loads(line) for line in run("verify", output, "--json", status=2).stdout.splitlines()]
    assert lines[-1]["type"] == "summary" and not lines[-1]["sound"]
    assert {line["type"] for line in lines[:-1]} == {"finding"}
    moved = tmp_path / "moved.ome.tif"
    shutil.copy(source, moved)
    run("repair", output, "--from", moved)
    assert contents(output) == before
    run("verify", output, "--against", source)


def test_another_input_is_told_and_repairs_nothing(sources, tmp_path, run):
    output = tmp_path / "out"
    run("convert", sources / "channels.ome.tif", output, "--quiet")
    before = contents(output)
    for command in [("verify", output, "--against"), ("repair", output, "--from")]:
        assert "cannot be made again" in run(*command, sources / "volume.ome.tif", status=1).stderr
    assert contents(output) == before


def test_a_foreign_array_is_decoded_and_what_is_missing_is_not_told(tmp_path, run):
    array = zarr.create_array(str(tmp_path / "a"), shape=(64, 64), chunks=(16, 16), dtype="u2")
    array[:32] = 7
    assert "no manifest" in run("verify", tmp_path / "a").stderr
    flip(tmp_path / "a" / "c" / "0" / "0", 3)
    assert "c/0/0" in run("verify", tmp_path / "a", status=2).stdout


def test_an_archive_is_verified(sources, tmp_path, run):
    output = tmp_path / "out.ozx"
    run("convert", sources / "channels.ome.tif", output, "--quiet")
    run("verify", output, "--against", sources / "channels.ome.tif")
    assert "archive" in run("repair", output, "--from", sources / "channels.ome.tif", status=1).stderr


# Plans


def test_a_plan_is_carried_out_as_if_its_options_had_been_given(sources, tmp_path, run):
    source, plan = sources / "channels.ome.tif", tmp_path / "plan.json"
    for name in "ab":
        (tmp_path / name).mkdir()
    options = ["--chunk", "64,64", "--codec=gzip:1", "--ome-version", "0.4"]
    run("convert", source, tmp_path / "a" / "out", "--quiet", *options)
    run("convert", source, tmp_path / "b" / "out", "--dry-run", "--save-plan", plan, *options)
    run("convert", "--plan", plan, source, tmp_path / "b" / "out", "--quiet", "--threads", 1)
    assert contents(tmp_path / "a" / "out") == contents(tmp_path / "b" / "out")
    other = run("convert", "--plan", plan, sources / "volume.ome.tif", tmp_path / "c", status=1).stderr
    assert "does not fit" in other
    run("convert", "--plan", plan, source, tmp_path / "c", "--codec", "none", status=64)
    run("convert", source, tmp_path / "c", "--save-plan", plan, status=64)
    plan.write_text("{}")
    assert "no plan" in run("convert", "--plan", plan, source, tmp_path / "c", status=1).stderr
