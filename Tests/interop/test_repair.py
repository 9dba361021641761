"""What verify and repair must never do: harm what is sound, what is somebody else's, or what lies elsewhere."""

import shutil
import subprocess
import time

import numpy as np
import pytest
import tifffile
import zarr

from conftest import binary

OPTIONS = ["--chunk", "64,64", "--min-size", "64", "--shard", "none", "--quiet"]


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def made(tmp_path, run):
    """Two sources alike in all but their pixels, and the output of the first."""
    for name, seed in [("a", 1), ("b", 2)]:
        run("sample", "--size", 256, "--channels", 2, "--seed", seed, "--out", tmp_path / f"{name}.ome.tif", "--quiet")
    run("convert", tmp_path / "a.ome.tif", tmp_path / "out", *OPTIONS)
    return tmp_path, tmp_path / "out"


def test_another_image_is_not_written_over_a_sound_output(made, run):
    folder, output = made
    before = files(output)
    said = run("repair", output, "--from", folder / "b.ome.tif", status=1).stderr
    assert "is not what" in said and "nothing was changed" in said
    assert files(output) == before


def test_a_copy_of_the_source_repairs(made, run):
    folder, output = made
    before = files(output)
    shutil.copyfile(folder / "a.ome.tif", folder / "copy.ome.tif")
    (output / "0/c/0/0/1").unlink()
    run("repair", output, "--from", folder / "copy.ome.tif", "--quiet")
    assert files(output) == before


def test_nothing_outside_the_output_is_removed(made, run):
    folder, output = made
    (folder / "victim").mkdir()
    (folder / "victim" / "file").write_text("mine")
    (output / "zz").symlink_to(folder / "victim")
    with open(output / "OME" / "manifest.txt", "a") as manifest:
        manifest.write("-------- 0 zz/file\n")
    subprocess.run([binary(), "repair", output, "--from", folder / "a.ome.tif"], capture_output=True)
    assert (folder / "victim" / "file").read_text() == "mine"


def test_nothing_is_written_through_a_link(made, run):
    folder, output = made
    shutil.move(output / "1", folder / "elsewhere")
    (output / "1").symlink_to(folder / "elsewhere")
    (folder / "elsewhere/c/0/0/0").write_bytes(b"broken")
    assert "symbolic link" in run("repair", output, "--from", folder / "a.ome.tif", status=1).stderr
    assert (folder / "elsewhere/c/0/0/0").read_bytes() == b"broken"


def test_what_others_added_stays(made, run):
    folder, output = made
    labels = zarr.open_group(str(output), mode="a").create_group("labels/mine")
    labels.create_array("0", data=np.ones((8, 8), "u1"))
    (output / "0/c/0/0/1").unlink()
    added = files(output / "labels")
    subprocess.run([binary(), "repair", output, "--from", folder / "a.ome.tif"], capture_output=True)
    assert (output / "0/c/0/0/1").exists()
    assert files(output / "labels") == added


def test_links_that_go_round_end(made, run):
    _, output = made
    (output / "x").symlink_to(".")
    (output / "y").symlink_to(".")
    run("verify", output, timeout=60)


def test_an_image_without_its_manifest_is_not_called_sound(made, run):
    _, output = made
    (output / "OME" / "manifest.txt").unlink()
    assert "OME/manifest.txt" in run("verify", output, status=2).stdout


def test_memory_that_does_not_suffice_is_said(made, run):
    _, output = made
    assert "--memory" in run("verify", output, "--memory", "100KB", status=1).stderr


def test_a_source_that_changes_meanwhile_is_noticed(tmp_path, run):
    pixels = np.random.default_rng(1).integers(0, 4000, (2048, 2048), "u2")
    tifffile.imwrite(tmp_path / "a.tif", pixels)
    process = subprocess.Popen(
        [binary(), "convert", tmp_path / "a.tif", tmp_path / "out", "--codec", "zstd:19", "--chunk", "64,64", "--shard", "none"],
        stderr=subprocess.PIPE, text=True)
    while not any((tmp_path / "out").glob("0/c/*/*")) and process.poll() is None:
        time.sleep(0.002)
    with open(tmp_path / "a.tif", "r+b") as file:
        file.seek(4 << 20)
        file.write(bytes(1 << 20))
    said = process.communicate()[1]
    assert process.returncode == 1 and "changed while it was read" in said
    with pytest.raises(Exception):
        zarr.open_group(str(tmp_path / "out"), mode="r")


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(made, run):
    folder, output = made
    before = files(output)
    command = ["strace", "-f", "-o", "/dev/null", "-e", "trace=getdents64", "-e", "inject=getdents64:error=EIO"]
    arguments = ["convert", folder / "b.ome.tif", output, *OPTIONS]
    process = subprocess.run([*command, binary(), *arguments], capture_output=True, text=True)
    assert process.returncode == 1 and "input/output error" in process.stderr
    assert files(output) == before
