"""What the documentation shows works: every example of the help, every recipe and the first page's commands."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess

import numpy as np
import pytest
import tensorstore
import tifffile
import zarr

from conftest import ROOT, binary
from served import serving


def commands(text: str) -> list[str]:
    """The lines that call ome-zarr, in their order, each once."""
    return list(dict.fromkeys(re.findall(r"^\s*(ome-zarr [a-z-]+ .+)$", text, re.MULTILINE)))


@pytest.fixture
def folder(tmp_path, run):
    """A folder with the files that the examples start from."""
    run("sample", "--out", tmp_path / "cells.ome.tif", "--quiet")
    run("sample", "--size", 2048, "--kind", "brightfield", "--out", tmp_path / "slide.tif", "--quiet")
    run("sample", "--size", 512, "--kind", "labels", "--out", tmp_path / "mask.tif", "--quiet")
    run("sample", "--size", "24x256x256", "--kind", "lightsheet", "--out", tmp_path / "stack.tif", "--quiet")
    run("sample", "--size", 2048, "--kind", "labels", "--out", tmp_path / "cells_mask.tif", "--quiet")
    run("sample", "--size", 2048, "--kind", "labels", "--out", tmp_path / "nuclei_mask.tif", "--quiet")
    (tmp_path / "plate1").mkdir()
    for name in ["A01_s1_w1", "A01_s1_w2", "B03_s1_w1", "B03_s1_w2"]:
        run("sample", "--size", 64, "--channels", 1, "--out", tmp_path / "plate1" / f"{name}.tif", "--quiet")
    run("convert", tmp_path / "plate1", tmp_path / "plate.ome.zarr", "--plate", "auto", "--quiet")
    run("convert", tmp_path / "cells.ome.tif", tmp_path / "cells.ome.zarr", "--quiet")
    shutil.copytree(tmp_path / "cells.ome.zarr", tmp_path / "old.ome.zarr")
    tifffile.imwrite(
        tmp_path / "cells.tif", np.zeros((20, 2, 2048, 2048), "u1"), ome=True,
        metadata={"axes": "ZCYX", "Channel": {"Name": ["DAPI", "GFP"]}})
    run("read", tmp_path / "stack.tif", "-o", tmp_path / "stack.npy", "--quiet")
    zarr.save_array(tmp_path / "volume.zarr", np.load(tmp_path / "stack.npy").reshape(24, 256, 256))
    zarr.save_array(tmp_path / "old.zarr", np.zeros((50, 60), "u1"), zarr_format=2)
    for path in ["volume.n5", "embryo.n5/setup0/s0"]:
        metadata = {"dimensions": [40, 50, 60], "blockSize": [16] * 3, "dataType": "uint8", "compression": {"type": "gzip"}}
        n5 = {"driver": "n5", "kvstore": {"driver": "file", "path": str(tmp_path / path)}, "metadata": metadata}
        tensorstore.open(n5, create=True).result()[...] = np.arange(120000).reshape(40, 50, 60).astype("u1")
    (tmp_path / "embryo.n5" / "attributes.json").write_text('{"n5": "2.5.0"}')
    run("convert", tmp_path / "slide.tif", tmp_path / "slide.ozx", "--quiet")
    run("convert", tmp_path / "cells.ome.tif", tmp_path / "cells.ozx", "--quiet")
    with tifffile.TiffWriter(tmp_path / "two.ome.tif") as file:
        for _ in range(2):
            file.write(np.zeros((64, 64), "u1"))
    run("convert", tmp_path / "two.ome.tif", tmp_path / "collection.ome.zarr", "--quiet")
    tifffile.imwrite(tmp_path / "nuclei.tif", np.eye(64, dtype="u2"))
    run("convert", tmp_path / "stack.tif", tmp_path / "volume.ome.zarr", "--quiet")
    return tmp_path


def works(command: str, folder: pathlib.Path):
    """Runs a command as it stands, after taking away what it would refuse to overwrite."""
    for name in re.findall(r"[\w.]+\.(?:ome\.zarr|ome\.tif|png|npy|tif|ozx|json)", command):
        is_made = re.search(rf"(?:-o|--out|--save-plan) {re.escape(name)}|(?:convert|copy|export|pyramid) \S+ {re.escape(name)}", command)
        made = folder / name
        if is_made and made.is_dir():
            shutil.rmtree(made)
        elif is_made:
            made.unlink(missing_ok=True)
    if command.startswith("ome-zarr serve "):
        paths = [folder / path for path in shlex.split(command, comments=True)[2:]]
        with serving(*paths) as server:
            assert server.json("/api/images")
        return
    (folder / "bin").mkdir(exist_ok=True)
    link = folder / "bin" / "ome-zarr"
    if not link.exists():
        link.symlink_to(pathlib.Path(binary()).resolve())
    process = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'PATH="$PWD/bin:$PATH"; {command}'], cwd=folder, capture_output=True, text=True,
        timeout=300,
    )
    assert process.returncode == 0, f"{command}\n{process.stdout}{process.stderr}"


@pytest.mark.parametrize("command", ["convert", "copy", "pyramid", "export", "add-labels", "edit", "verify", "repair", "info", "read", "validate", "sample"])
def test_every_example_of_the_help_works(command, folder, run):
    examples = commands(run(command, "--help", env=os.environ | {"COLUMNS": "400"}).stdout.split("Examples:")[1].split("USAGE:")[0])
    assert examples and all(example.startswith(f"ome-zarr {command} ") for example in examples)
    for example in examples:
        works(example, folder)


def test_every_recipe_of_the_readme_works(folder):
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    recipes = commands("\n".join(blocks))
    assert len(recipes) >= 7
    for recipe in recipes:
        works(recipe, folder)
