"""Standard output and error: who reads them may leave, and programs are told what people are told."""

import json
import os
import resource
import signal
import subprocess

import pytest
import tifffile

import images
from conftest import binary


def start_unread(*arguments, descriptor="stdout"):
    """Starts the command with a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    other = "stderr" if descriptor == "stdout" else "stdout"
    process = subprocess.Popen(
        [binary(), *map(str, arguments)], text=True, **{descriptor: writer, other: subprocess.PIPE})
    os.close(writer)
    return process


def unread(*arguments, **options) -> tuple[int, str]:
    process = start_unread(*arguments, **options)
    said = [text for text in process.communicate(timeout=120) if text]
    return process.returncode, "".join(said)


@pytest.mark.parametrize("descriptor", ["stdout", "stderr"])
def test_a_conversion_outlives_who_reads_its_progress(descriptor, tmp_path, run):
    source = images.sample("plane", tmp_path, run)
    status, said = unread("convert", source.path, tmp_path / "out", "--json", descriptor=descriptor)
    assert status == 0
    assert said == "" if descriptor == "stdout" else json.loads(said.splitlines()[-1])["type"] == "done"
    run("validate", tmp_path / "out")
    assert not list((tmp_path / "out").rglob(".*"))


def test_results_that_nobody_reads_end_in_success_but_verdicts_stand(tmp_path, run):
    source = images.written("odd", tmp_path)
    run("convert", source.path, tmp_path / "out", "--quiet")
    for arguments in [("info", source.path), ("info", source.path, "--json"), ("validate", tmp_path / "out"),
                      ("read", source.path, "-o", "-", "--format", "raw"),
                      ("read", source.path, "-o", "-", "--format", "tif"),
                      ("read", source.path, "-o", "-", "--format", "png")]:
        assert unread(*arguments) == (0, ""), arguments
    document = json.loads((tmp_path / "out" / "zarr.json").read_text())
    document["attributes"]["ome"]["multiscales"][0]["axes"].reverse()
    (tmp_path / "out" / "zarr.json").write_text(json.dumps(document))
    assert unread("validate", tmp_path / "out") == (2, "")


def test_a_result_that_does_not_fit_is_a_failure(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("/dev/full, a device that is always full, is absent")
    source = images.written("odd", tmp_path)
    for arguments in [["info", source.path], ["read", source.path, "-o", "-", "--format", "raw"],
                      ["convert", source.path, tmp_path / "out", "--json"]]:
        with open("/dev/full", "w") as full:
            process = subprocess.run([binary(), *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
        assert process.returncode == 1 and "cannot write to standard output" in process.stderr
        assert len(process.stderr.strip().splitlines()) <= 2


def test_a_tif_for_a_pipe_is_whole_and_leaves_nothing(tmp_path):
    source = images.written("bytes", tmp_path)
    (tmp_path / "scratch").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    command = [binary(), "read", source.path, "-o", "-", "--format", "tif"]
    tif = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
    (tmp_path / "a.tif").write_bytes(tif)
    assert (tifffile.imread(tmp_path / "a.tif") == source.pixels).all()
    assert not list((tmp_path / "scratch").iterdir())
    # It does go through that folder.
    environment["TMPDIR"] = str(tmp_path / "absent")
    process = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert process.returncode == 1 and "TMPDIR" in process.stderr and process.stdout == ""


def test_a_limit_of_file_sizes_is_an_error_and_not_a_death(tmp_path, run):
    run("sample", "--size", 1024, "--channels", 1, "--out", tmp_path / "a.tif", "--quiet")
    process = subprocess.run(
        [binary(), "convert", tmp_path / "a.tif", tmp_path / "out", "--codec", "none", "--quiet"],
        capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16)),
    )
    assert process.returncode == 1 and "file size limit" in process.stderr, process.stderr
    assert not list((tmp_path / "out").rglob(".zarr-tmp-*"))


def test_a_conversion_under_nohup_does_not_hear_the_terminal_close(tmp_path, run):
    run("sample", "--size", 4096, "--channels", 1, "--compression", "none", "--out", tmp_path / "a.tif", "--quiet")
    process = subprocess.Popen(
        [binary(), "convert", tmp_path / "a.tif", tmp_path / "out", "--quiet"],
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    while not (tmp_path / "out" / "0").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    assert process.wait(120) == 0
    run("validate", tmp_path / "out")


@pytest.mark.parametrize(
    "status, arguments",
    [
        (1, ["info", "nothing"]),
        (1, ["convert", "nothing", "out"]),
        (1, ["convert", "odd.tif", "odd.tif"]),
        (64, ["convert", "odd.tif", "out", "--series", "7"]),
        (64, ["convert", "odd.tif", "out", "--codec", "rot13"]),
        (64, ["convert", "odd.tif", ""]),
        (1, ["validate", "nothing"]),
    ],
    ids=str,
)
def test_an_error_is_an_object_too(status, arguments, tmp_path, run):
    images.written("odd", tmp_path)
    process = run(*arguments, "--json", status=status, cwd=tmp_path)
    *_, last = [json.loads(line) for line in process.stdout.splitlines()]
    assert (last["type"], last["status"]) == ("error", status)
    assert last["message"] and last["message"] in process.stderr
    assert run(*arguments, status=status, cwd=tmp_path).stdout == ""


@pytest.mark.parametrize(
    "status, arguments",
    [(0, ["--help"]), (0, ["help", "convert"]), (0, ["convert", "--help"]), (0, []), (0, ["--version"]),
     (64, ["--wrong"]), (64, ["convert", "--wrong"]), (64, ["convert"]), (64, ["wrong"])],
    ids=str,
)
def test_help_is_a_result_and_a_wrong_call_is_an_error(status, arguments, run):
    process = run(*arguments, status=status)
    said, silent = (process.stdout, process.stderr) if status == 0 else (process.stderr, process.stdout)
    assert said.strip() and silent == ""
    assert "--version" in arguments or "ome-zarr" in said


@pytest.mark.parametrize("series", [-1, 1, 7])
def test_a_series_that_is_not_there_is_said_of_every_kind_of_input(series, tmp_path, run):
    source = images.written("odd", tmp_path)
    run("convert", source.path, tmp_path / "image.zarr", "--quiet")
    for path in [source.path, tmp_path / "image.zarr", tmp_path / "image.zarr" / "0"]:
        for command in [["read", path, "-o", tmp_path / "a.npy"], ["convert", path, tmp_path / "out"]]:
            said = run(*command, "--series", series, status=64).stderr
            assert f"there is no series {series}" in said and len(said.splitlines()) == 1


@pytest.mark.parametrize("option, word", [("--z", "--z -1"), ("--level", "level -1"), ("--c", "--c -1")])
def test_a_negative_index_is_an_index_and_not_an_option(option, word, tmp_path, run):
    source = images.sample("series", tmp_path, run)
    said = run("read", source.path, option, -1, "-o", tmp_path / "a.npy", status=64).stderr
    assert word in said and len(said.splitlines()) == 1
