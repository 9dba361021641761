"""A zipped OME-Zarr is what RFC-9 recommends, and holds what the folder holds, in the eyes of other people's readers."""

import json
import shutil
import subprocess
import zipfile

import numpy as np
import pytest
import tensorstore
import zarr

import images


@pytest.fixture(scope="module")
def source(tmp_path_factory, run):
    return images.sample("channels", tmp_path_factory.mktemp("zip"), run)


@pytest.fixture(scope="module", params=["auto", "none"])
def pair(request, source, tmp_path_factory, run):
    """The same image as an archive and as a folder, sharded and not."""
    folder = tmp_path_factory.mktemp("pair")
    archive, plain = folder / "cells.ozx", folder / "cells.ome.zarr"
    for output in archive, plain:
        run("convert", source.path, output, "--chunk", "64,64", "--shard", request.param, "--quiet")
    return archive, plain


def test_the_archive_is_sound_and_as_recommended(pair):
    archive, _ = pair
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        assert json.loads(file.comment)["ome"]["version"] == "0.5"
        entries = file.infolist()
    names = [entry.filename for entry in entries]
    documents = [name for name in names if name.endswith("zarr.json")]
    assert names[: len(documents)] == documents and documents[0] == "zarr.json"
    assert [name.count("/") for name in documents] == sorted(name.count("/") for name in documents)
    in_file = sorted(entries, key=lambda entry: entry.header_offset)
    assert [entry.filename for entry in in_file[: len(documents)]] == documents
    assert all(entry.compress_type == zipfile.ZIP_STORED and entry.extract_version == 45 for entry in entries)
    assert archive.read_bytes().count(b"PK\x06\x06") == 1


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_accepts_it_and_unpacks_the_folder(pair, tmp_path):
    archive, plain = pair
    subprocess.run(["unzip", "-q", archive, "-d", tmp_path], check=True)
    files = {path.relative_to(plain): path.read_bytes() for path in plain.rglob("*") if path.is_file()}
    assert files == {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_zarr_python_and_tensorstore_read_every_level(pair):
    archive, plain = pair
    store = zarr.storage.ZipStore(archive, mode="r")
    levels = zarr.open_group(store, mode="r").attrs["ome"]["multiscales"][0]["datasets"]
    assert len(levels) > 1
    for level in (dataset["path"] for dataset in levels):
        expected = zarr.open_array(plain / level, mode="r")[...]
        np.testing.assert_array_equal(zarr.open_group(store, mode="r")[level][...], expected)
        kvstore = {"driver": "zip", "base": {"driver": "file", "path": str(archive)}, "path": f"{level}/"}
        opened = tensorstore.open({"driver": "zarr3", "kvstore": kvstore}, open=True).result()
        np.testing.assert_array_equal(opened.read().result(), expected)
    store.close()


def test_only_a_zipped_zarr_is_replaced_and_only_when_asked(source, tmp_path, run):
    archive, other, folder = tmp_path / "cells.ozx", tmp_path / "other.ozx", tmp_path / "folder.ozx"
    run("convert", source.path, archive, "--quiet")
    before = archive.read_bytes()
    assert "--overwrite" in run("convert", source.path, archive, status=1).stderr
    run("convert", source.path, archive, "--overwrite", "--quiet")
    assert archive.read_bytes()[-200:] == before[-200:]
    other.write_bytes(b"not an archive")
    folder.mkdir()
    for path in other, folder:
        run("convert", source.path, path, "--overwrite", status=1)
    assert other.read_bytes() == b"not an archive"
    run("convert", source.path, tmp_path / "old.ozx", "--ome-version", "0.4", status=64)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cells.ozx", "folder.ozx", "other.ozx"]
