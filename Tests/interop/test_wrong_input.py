"""Wrong input, a failing machine and an impatient user: one clear sentence, the right status, nothing half done."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import tifffile

import images
from conftest import binary


def sentence(process):
    """The one line of standard error, which says whose it is."""
    lines = process.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("ome-zarr: error: "), process.stderr
    assert process.stdout == ""
    return lines[0]


def looks_finished(path) -> bool:
    """Whether a reader would take what lies there for an image."""
    path = pathlib.Path(path)
    if (path / ".zattrs").exists():
        return "multiscales" in json.loads((path / ".zattrs").read_text())
    if (path / "zarr.json").exists():
        return "ome" in json.loads((path / "zarr.json").read_text()).get("attributes", {})
    return False


@pytest.mark.parametrize(
    "content",
    [b"", b"I", b"II*\0", b"hello, this is no image at all", b"\x89PNG\r\n\x1a\n" + bytes(100), bytes(1000)],
    ids=["empty", "one byte", "header only", "text", "png", "zeros"],
)
def test_what_is_not_a_tiff_is_refused(content, tmp_path, run):
    (tmp_path / "a.tif").write_bytes(content)
    for command in [["info"], ["convert"], ["read"]]:
        target = {"info": [], "convert": [tmp_path / "out"], "read": ["-o", tmp_path / "out.npy"]}[command[0]]
        said = sentence(run(*command, tmp_path / "a.tif", *target, status=1))
        assert "a.tif" in said
        assert not looks_finished(tmp_path / "out")


def test_a_truncated_file_fails_and_leaves_nothing_that_looks_finished(tmp_path, run):
    source = images.sample("plane", tmp_path, run)
    content = pathlib.Path(source.path).read_bytes()
    # tifffile puts directories first, so that the pixels are what is cut off.
    tifffile.imwrite(tmp_path / "whole.tif", source.pixels, photometric="minisblack", metadata=None)
    whole = (tmp_path / "whole.tif").read_bytes()
    for name, data in [("a", content[: len(content) // 2]), ("b", whole[: len(whole) // 2])]:
        (tmp_path / f"{name}.tif").write_bytes(data)
        sentence(run("convert", tmp_path / f"{name}.tif", tmp_path / name, "--quiet", status=1))
        assert not looks_finished(tmp_path / name)


def test_an_existing_output_is_kept_without_overwrite(tmp_path, run):
    source = images.written("odd", tmp_path)
    run("convert", source.path, tmp_path / "out", "--quiet")
    before = sorted(path.name for path in (tmp_path / "out").iterdir())
    process = run("convert", source.path, tmp_path / "out", "--quiet", status=1)
    assert "--overwrite" in sentence(process)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before
    run("convert", source.path, tmp_path / "out", "--quiet", "--overwrite")


@pytest.fixture
def unprivileged():
    """Arguments that run a command as a user whom permissions bind."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root ignores permissions and setpriv, which would take them away, is absent")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def test_no_permission_is_said(tmp_path_factory, unprivileged):
    # Directories of pytest are private to its user: one that everyone may enter is needed.
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        command = folder / "ome-zarr"
        shutil.copy(binary(), command)
        command.chmod(0o755)
        tifffile.imwrite(folder / "a.tif", np.zeros((9, 9), np.uint8))
        (folder / "secret.tif").write_bytes((folder / "a.tif").read_bytes())
        (folder / "a.tif").chmod(0o644)
        (folder / "secret.tif").chmod(0)
        (folder / "closed").mkdir(mode=0o555)

        def refused(*arguments):
            process = subprocess.run(
                [*unprivileged, command, *arguments], capture_output=True, text=True, cwd=folder, timeout=60
            )
            assert process.returncode == 1, process.stderr
            return sentence(process)

        assert "ermission" in refused("convert", "secret.tif", "closed/out")
        assert "ermission" in refused("convert", "a.tif", "closed/out")
        assert "ermission" in refused("read", "a.tif", "-o", "closed/out.npy")
        assert "ermission" in refused("sample", "--size", "64", "--out", "closed/out.tif")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount the small file system that this test fills")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let root mount the small file system that this test fills")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_said(small_disk, tmp_path, run):
    source = images.sample("plane", tmp_path, run)
    said = sentence(run("convert", source.path, small_disk / "out", "--codec", "none", "--quiet", status=1))
    assert "full" in said or "space" in said
    assert not looks_finished(small_disk / "out")
    said = sentence(run("read", source.path, "-o", small_disk / "out.npy", status=1))
    assert "space" in said and not (small_disk / "out.npy").exists()
    assert "space" in sentence(run("sample", "--size", 4096, "--out", small_disk / "a.tif", "--quiet", status=1))
    assert not any(path.name.startswith("a.tif") for path in small_disk.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_conversion_never_looks_finished(number, tmp_path, run):
    run("sample", "--size", 8192, "--channels", 1, "--compression", "none", "--out", tmp_path / "a.tif", "--quiet")
    process = subprocess.Popen(
        [binary(), "convert", tmp_path / "a.tif", tmp_path / "out", "--codec", "gzip:9", "--quiet"],
        stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    while not any((tmp_path / "out").glob("0/**/*")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert len(said.splitlines()) == 1 and said.startswith("ome-zarr: interrupted; "), said
    assert not looks_finished(tmp_path / "out")
    assert not list((tmp_path / "out").rglob(".zarr-tmp-*"))


@pytest.mark.parametrize(
    "arguments",
    [["--ome-version", "0.9"], ["--chunk", "0,512"], ["--codec", "rot13"], ["--shard", "some"],
     ["--memory", "lots"], ["--threads", "0"], ["--downsample", "gaussian"], ["--series", "7"]],
    ids=" ".join,
)
def test_impossible_options_are_usage_errors(arguments, tmp_path, run):
    source = images.written("odd", tmp_path)
    process = run("convert", source.path, tmp_path / "out", *arguments, status=64)
    assert process.stderr.strip() and process.stdout == ""
    assert not (tmp_path / "out").exists()


def test_too_little_memory_is_refused_with_what_would_do(tmp_path, run):
    source = images.written("odd", tmp_path)
    said = sentence(run("convert", source.path, tmp_path / "out", "--memory", "1", status=1))
    assert "--memory" in said
    assert not (tmp_path / "out").exists()


def test_a_dry_run_writes_nothing(tmp_path, run):
    source = images.written("odd", tmp_path)
    said = run("convert", source.path, tmp_path / "out", "--dry-run").stdout
    assert "67" in said and "131" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["gdal/byte_zstd_corrupted.tif", "gdal/tiled_bad_offset.tif", "rasterio/corrupt.tif"])
def test_nobody_is_told_to_resume_what_can_never_be_decoded(name, shared, run, tmp_path):
    said = run("convert", shared / "malformed" / name, tmp_path / "out", status=1).stderr.splitlines()[-1]
    assert "--resume would meet the same again" in said and "with --overwrite" in said
    tifffile.imwrite(tmp_path / "sound.tif", np.arange(64, dtype="uint8").reshape(8, 8))
    run("convert", tmp_path / "sound.tif", tmp_path / "out", "--overwrite", "--quiet")
