"""`ome-zarr copy` and `ome-zarr pyramid`, against zarr-python and tensorstore, and what the copies may cost."""

import itertools
import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest
import tensorstore as ts
import zarr
from conftest import binary
from test_memory import peak

SHAPE, CHUNK = (2, 7, 50, 61), (1, 3, 20, 20)
AXES = [{"name": "c", "type": "channel"}] + [{"name": name, "type": "space"} for name in "zyx"]


def pixels(level: int) -> np.ndarray:
    """The pixels of a level: numbers that compress a little."""
    image = np.random.default_rng(7).integers(0, 4000, SHAPE, dtype="u2")
    return np.ascontiguousarray(image[:, :, :: 2**level, :: 2**level])


def multiscale(levels: int) -> dict:
    def scale(level):
        return [{"type": "scale", "scale": [1.0, 1.0, 0.5 * 2**level, 0.5 * 2**level]}]

    datasets = [{"path": str(level), "coordinateTransformations": scale(level)} for level in range(levels)]
    return {"axes": AXES, "datasets": datasets, "name": "cells", "metadata": {"method": "striding", "numbers": [1.0, 2]}}


def ome(version: str, **members) -> dict:
    """The attributes of a group, where the version has them."""
    if version == "0.5":
        return {"ome": {"version": "0.5", **members}}
    for name in {"plate", "well", "image-label"} & members.keys():
        members[name] = {**members[name], "version": "0.4"}
    if "multiscales" in members:
        members["multiscales"] = [{**entry, "version": "0.4"} for entry in members["multiscales"]]
    return members


def write_image(group: zarr.Group, version: str, levels=3, **options) -> None:
    """An image as zarr-python writes it."""
    for level in range(levels):
        image = pixels(level)
        if version == "0.5":
            options["dimension_names"] = [axis["name"] for axis in AXES]
        else:
            options["chunk_key_encoding"] = {"name": "v2", "separator": "/"}
        array = group.create_array(str(level), shape=image.shape, dtype=image.dtype, **{"chunks": CHUNK, **options})
        array[...] = image
    group.attrs.update({**ome(version, multiscales=[multiscale(levels)]), "lab": {"room": 12, "list": [1, 2.50]}})


def image(path: pathlib.Path, version: str, **options) -> pathlib.Path:
    group = zarr.open_group(path, mode="w", zarr_format=3 if version == "0.5" else 2)
    write_image(group, version, **options)
    return path


def opened(path: pathlib.Path) -> zarr.Group:
    store = zarr.storage.ZipStore(path, mode="r") if path.suffix == ".ozx" else path
    return zarr.open_group(store, mode="r")


def equal(path: pathlib.Path, levels=3) -> None:
    group = opened(path)
    for level in range(levels):
        np.testing.assert_array_equal(group[str(level)][...], pixels(level))


def copied(run, *arguments) -> list[dict]:
    """Copies and returns the lines that say what was done."""
    lines = [json.loads(line) for line in run("copy", *arguments, "--json").stdout.splitlines()]
    assert lines[-1]["type"] == "done"
    return lines


def valid(run, path) -> None:
    run("validate", path, "--pixels")


def files(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def others(folder: pathlib.Path) -> dict[str, bytes]:
    """The files of an image but for what a copy notes of itself."""
    return {name: content for name, content in files(folder).items() if not name.startswith("OME/")}


WAYS = {
    "nothing": ([], 0),
    "0.4": (["--ome-version", "0.4"], 0),
    "0.5": (["--ome-version", "0.5"], 0),
    "into shards": (["--ome-version", "0.5", "--shard", "auto"], 0),
    "other chunks": (["--chunk", "5,16,16"], 1),
    "other chunks in shards": (["--ome-version", "0.5", "--chunk", "4,16,16", "--shard", "8,32,64"], 1),
    "another codec": (["--codec", "zstd:5"], 1),
    "no codec": (["--codec", "none", "--ome-version", "0.4"], 1),
    "two passes": (["--chunk", "7,50,1", "--codec", "none", "--memory", "18kB", "--threads", "1"], 2),
}


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_keeps_pixels_and_attributes(run, tmp_path, version, way):
    """All levels are equal in zarr-python and tensorstore, attributes are kept, and no chunk is decoded needlessly."""
    source, target = image(tmp_path / "in.zarr", version), tmp_path / "out.zarr"
    arguments, passes = WAYS[way]
    lines = copied(run, source, target, *arguments)
    assert {line["passes"] for line in lines if line["type"] == "array"} == {passes} if way != "two passes" else True
    assert max(line["passes"] for line in lines if line["type"] == "array") == passes
    chunks = sum(np.prod([-(-n // c) for n, c in zip(pixels(level).shape, CHUNK)]) for level in range(3))
    assert lines[-1]["chunksDecoded"] == (chunks if passes else 0)
    equal(target)
    valid(run, target)
    group = opened(target)
    assert group.attrs["lab"] == {"room": 12, "list": [1, 2.50]}
    to = arguments[arguments.index("--ome-version") + 1] if "--ome-version" in arguments else version
    entry = (group.attrs["ome"] if to == "0.5" else group.attrs)["multiscales"][0]
    assert {name: value for name, value in entry.items() if name != "version"} == multiscale(3)
    if to == "0.5":
        assert group.attrs["ome"]["version"] == "0.5"
        assert group["1"].metadata.dimension_names == ("c", "z", "y", "x")
    driver = "zarr3" if to == "0.5" else "zarr"
    read = ts.open({"driver": driver, "kvstore": {"driver": "file", "path": f"{target}/1"}}).result().read().result()
    np.testing.assert_array_equal(read, pixels(1))


def test_there_and_back_no_chunk_changes(run, tmp_path):
    """0.4 to 0.5 and back gives the same chunks under the same names, and the same metadata."""
    source = image(tmp_path / "in.zarr", "0.4")
    copied(run, source, tmp_path / "five.zarr", "--ome-version", "0.5")
    copied(run, tmp_path / "five.zarr", tmp_path / "four.zarr", "--ome-version", "0.4")
    before, after = others(source), others(tmp_path / "four.zarr")
    assert before.keys() == after.keys()
    for name in before:
        if pathlib.Path(name).name == ".zattrs" and name != ".zattrs":
            assert json.loads(after[name]) == {"_ARRAY_DIMENSIONS": ["c", "z", "y", "x"]}
        elif pathlib.Path(name).name.startswith(".z"):
            assert json.loads(before[name]) == json.loads(after[name])
        else:
            assert before[name] == after[name], name


def test_into_shards_and_out_again_no_chunk_changes(run, tmp_path):
    """Chunks go into shards with a checksum, and come out without, and are never decoded."""
    source = image(tmp_path / "in.zarr", "0.5")
    lines = copied(run, source, tmp_path / "shards.zarr", "--shard", "2,6,40,40")
    assert {line["method"] for line in lines if line["type"] == "array"} == {"chunks"}
    assert lines[-1]["chunksDecoded"] == 0
    equal(tmp_path / "shards.zarr")
    lines = copied(run, tmp_path / "shards.zarr", tmp_path / "other.zarr", "--shard", "2,9,20,60")
    assert lines[-1]["chunksDecoded"] == 0
    equal(tmp_path / "other.zarr")
    lines = copied(run, tmp_path / "other.zarr", tmp_path / "chunks.zarr", "--shard", "none")
    assert lines[-1]["chunksDecoded"] == 0
    before, after = others(source), others(tmp_path / "chunks.zarr")
    assert before.keys() == after.keys()
    assert all(before[name] == after[name] for name in before if not name.endswith("zarr.json"))
    lines = copied(run, tmp_path / "shards.zarr", tmp_path / "four.zarr", "--ome-version", "0.4")
    assert lines[-1]["chunksDecoded"] == 0
    equal(tmp_path / "four.zarr")
    valid(run, tmp_path / "four.zarr")


def test_a_damaged_chunk_does_not_leave_its_shard(run, tmp_path):
    """Where a checksum is taken away it is compared first."""
    source = image(tmp_path / "in.zarr", "0.5", levels=1)
    copied(run, source, tmp_path / "shards.zarr", "--shard", "2,6,40,40")
    shard = tmp_path / "shards.zarr/0/c/0/0/0/0"
    damaged = bytearray(shard.read_bytes())
    damaged[100] ^= 4
    shard.write_bytes(damaged)
    said = run("copy", tmp_path / "shards.zarr", tmp_path / "out.zarr", "--shard", "none", status=1).stderr
    assert "c/0/0/0/0" in said and "CRC-32C" in said


def test_an_archive_and_back_is_the_same_to_the_letter(run, tmp_path):
    """Folder to .ozx to folder: every file equal, documents too, and the archive valid by RFC-9."""
    source = image(tmp_path / "in.zarr", "0.5", shards=(2, 6, 40, 40))
    lines = copied(run, source, tmp_path / "image.ozx")
    assert lines[-1]["chunksDecoded"] == 0
    valid(run, tmp_path / "image.ozx")
    equal(tmp_path / "image.ozx")
    copied(run, tmp_path / "image.ozx", tmp_path / "back.zarr")
    assert files(source) == others(tmp_path / "back.zarr")
    copied(run, image(tmp_path / "four.zarr", "0.4"), tmp_path / "four.ozx")
    equal(tmp_path / "four.ozx")
    valid(run, tmp_path / "four.ozx")


def plate(path: pathlib.Path, version: str) -> pathlib.Path:
    """A plate with one well of two fields, a label image, and documents of the collection around it."""
    root = zarr.open_group(path, mode="w", zarr_format=3 if version == "0.5" else 2)
    described = {
        "columns": [{"name": "1"}], "rows": [{"name": "A"}], "name": "plate",
        "wells": [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}],
    }  # fmt: skip
    if version == "0.5":
        described["version"] = "0.5"
    root.attrs.update({**ome(version, plate=described), "operator": "someone"})
    row = root.create_group("A")
    well = row.create_group("1")
    well.attrs.update(ome(version, well={"images": [{"path": "0"}, {"path": "1"}]}))
    for field in "01":
        write_image(well.create_group(field), version)
    labels = well["0"].create_group("labels")
    labels.attrs.update(ome(version, labels=["nuclei"]))
    nuclei = labels.create_group("nuclei")
    write_image(nuclei, version)
    members = ome(version, **{"image-label": {"colors": [{"label-value": 1, "rgba": [255, 0, 0, 255]}]}})
    if version == "0.5":
        nuclei.attrs["ome"] = {**nuclei.attrs["ome"], **members["ome"]}
    else:
        nuclei.attrs.update(members)
    group = root.create_group("OME")
    group.attrs.update(ome(version, series=["A/1/0", "A/1/1"]))
    (path / "OME/METADATA.ome.xml").write_text("<OME/>\n")
    return path


@pytest.mark.parametrize("to", ["0.4", "0.5"])
@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_plates_labels_series_and_documents_come_along(run, tmp_path, version, to):
    """Everything of a hierarchy is copied, and says in the other version what it said in the one."""
    source, expected = plate(tmp_path / "in.zarr", version), plate(tmp_path / "expected.zarr", to)
    copied(run, source, tmp_path / "out.zarr", "--ome-version", to)
    valid(run, tmp_path / "out.zarr")
    a, b = opened(expected), opened(tmp_path / "out.zarr")
    nodes = dict(a.members(max_depth=None))
    assert nodes.keys() == dict(b.members(max_depth=None)).keys()
    assert dict(a.attrs) == dict(b.attrs)
    for name, node in nodes.items():
        if isinstance(node, zarr.Group):
            assert dict(node.attrs) == dict(b[name].attrs), name
        else:
            np.testing.assert_array_equal(node[...], b[name][...])
    assert (tmp_path / "out.zarr/OME/METADATA.ome.xml").read_text() == "<OME/>\n"


@pytest.mark.parametrize("compressor", ["zlib", "lz4", "bz2", "delta"])
@pytest.mark.parametrize("order, dtype", [("C", "<u2"), ("F", ">i4"), ("F", "|u1"), ("C", ">f8")])
def test_arrays_of_v2_become_arrays_every_reader_of_v3_knows(run, tmp_path, compressor, order, dtype):
    """Orders of axes and bytes stay; what v3 has no name for is encoded anew, and that is said."""
    import numcodecs

    codecs = {"zlib": numcodecs.Zlib(6), "lz4": numcodecs.LZ4(), "bz2": numcodecs.BZ2(), "delta": numcodecs.Zstd(1)}
    filters = [numcodecs.Delta(dtype)] if compressor == "delta" else None
    values = np.random.default_rng(1).integers(0, 100, (30, 41)).astype(dtype)
    array = zarr.create_array(
        tmp_path / "in.zarr", shape=values.shape, chunks=(7, 9), dtype=dtype, zarr_format=2, order=order,
        compressors=codecs[compressor], filters=filters, fill_value=3,
    )  # fmt: skip
    array[...] = values
    said = run("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", "--ome-version", "0.5").stderr
    assert "encoded anew" in said
    copy = zarr.open_array(tmp_path / "out.zarr", mode="r")
    np.testing.assert_array_equal(copy[...], values)
    names = json.dumps(json.loads((tmp_path / "out.zarr/zarr.json").read_text())["codecs"])
    assert "numcodecs" not in names
    store = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(tmp_path / "out.zarr")}}
    np.testing.assert_array_equal(ts.open(store).result().read().result(), values)


@pytest.mark.parametrize("order, dtype", [("F", ">i4"), ("C", ">u2"), ("F", "<f4")])
def test_orders_survive_a_change_of_format_without_decoding(run, tmp_path, order, dtype):
    values = np.random.default_rng(1).integers(0, 100, (30, 41)).astype(dtype)
    array = zarr.create_array(
        tmp_path / "in.zarr", shape=values.shape, chunks=(7, 9), dtype=dtype, zarr_format=2, order=order
    )
    array[...] = values
    lines = copied(run, tmp_path / "in.zarr", tmp_path / "three.zarr", "--ome-version", "0.5")
    assert lines[-1]["chunksDecoded"] == 0
    np.testing.assert_array_equal(zarr.open_array(tmp_path / "three.zarr", mode="r")[...], values)
    lines = copied(run, tmp_path / "three.zarr", tmp_path / "two.zarr", "--ome-version", "0.4")
    assert lines[-1]["chunksDecoded"] == 0
    np.testing.assert_array_equal(zarr.open_array(tmp_path / "two.zarr", mode="r")[...], values)


def test_n5_becomes_an_image(run, tmp_path):
    """The levels, distances and names of an N5 image, and everything else it says."""
    source, values = tmp_path / "in.n5", pixels(0)[0]
    (source / "setup").mkdir(parents=True)
    (source / "attributes.json").write_text('{"n5": "4.0.0"}')
    group = {"axes": ["x", "y", "z"], "units": ["um", "um", "um"], "resolution": [0.5, 0.5, 2.0], "lab": {"room": 1}}
    (source / "setup/attributes.json").write_text(json.dumps(group))
    for level in range(2):
        data = values[:, :: 2**level, :: 2**level]
        metadata = {
            "dataType": "uint16", "dimensions": list(data.shape[::-1]), "blockSize": [16, 9, 4],
            "compression": {"type": "gzip"},
        }  # fmt: skip
        store = {"driver": "file", "path": str(source / f"setup/s{level}")}
        ts.open({"driver": "n5", "kvstore": store, "metadata": metadata, "create": True}).result()[...] = data.T
        attributes = json.loads((source / f"setup/s{level}/attributes.json").read_text())
        attributes["downsamplingFactors"] = [2**level, 2**level, 1]
        (source / f"setup/s{level}/attributes.json").write_text(json.dumps(attributes))
    for version, to in [("0.5", "out.zarr"), ("0.4", "four.zarr"), (None, "out.ozx")]:
        copied(run, source, tmp_path / to, *(["--ome-version", version] if version else []))
        copy = opened(tmp_path / to)["setup"]
        attributes = copy.attrs if version == "0.4" else copy.attrs["ome"]
        entry = attributes["multiscales"][0]
        assert [axis["name"] for axis in entry["axes"]] == ["z", "y", "x"]
        assert entry["axes"][0]["unit"] == "micrometer"
        assert entry["datasets"][1]["path"] == "s1"
        assert entry["datasets"][1]["coordinateTransformations"][0]["scale"] == [2.0, 1.0, 1.0]
        assert copy.attrs["lab"] == {"room": 1}
        for level in range(2):
            np.testing.assert_array_equal(copy[f"s{level}"][...], values[:, :: 2**level, :: 2**level])
        valid(run, tmp_path / to)


FOREIGN = [
    "ome-zarr-py", "ome-zarr-models-py", "ome-ngff-validator", "ome2024-ngff-challenge", "zarr_implementations",
    "zarr-extensions", "netcdf-c", "neuroglancer",
]  # fmt: skip


def hierarchies(folder: pathlib.Path) -> list[pathlib.Path]:
    """The topmost nodes below a folder."""
    found = []
    for path, folders, names in os.walk(folder):
        if {"zarr.json", ".zgroup", ".zarray", ".zattrs"} & set(names):
            found.append(pathlib.Path(path))
            folders.clear()
    return sorted(found)


def arrays(root: pathlib.Path) -> list[str]:
    marks = [".zarray", "zarr.json"]
    documents = itertools.chain.from_iterable(root.rglob(mark) for mark in marks)
    return [
        str(file.parent.relative_to(root)) for file in documents
        if file.name == ".zarray" or json.loads(file.read_text()).get("node_type") == "array"
    ]  # fmt: skip


@pytest.mark.parametrize("folder", FOREIGN)
def test_what_others_wrote_is_copied_or_refused_in_a_sentence(shared, tmp_path, folder):
    """Into the same format, the other one and other chunks: pixels equal wherever zarr-python reads the source."""
    compared = 0
    for source in hierarchies(shared / "conformance" / folder):
        for arguments in [[], ["--ome-version", "0.5"], ["--chunk", "60,100", "--codec", "zstd:1"]]:
            target = tmp_path / "out.zarr"
            shutil.rmtree(target, ignore_errors=True)
            command = [binary(), "copy", str(source), str(target), "--quiet", *arguments]
            process = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert process.returncode in (0, 1), (command, process.stderr)
            if process.returncode == 1:
                assert process.stderr.count("\n") == 1 and process.stderr.startswith("ome-zarr: error: ")
                continue
            for name in arrays(source):
                try:
                    array = zarr.open_array(source / name, mode="r")
                    # Some are metadata alone and claim what no memory holds.
                    expected = array[...] if array.size <= 1 << 20 else None
                except Exception:
                    continue
                if expected is None:
                    continue
                found = zarr.open_array(target / name, mode="r")[...]
                # Raw bytes cannot be compared as values.
                native = expected.astype(found.dtype)
                assert found.tobytes() == native.tobytes(), (command, name)
                compared += 1
    # Examples of extensions are metadata alone, or of types that zarr-python does not know.
    assert compared > 0 or folder == "zarr-extensions"


def test_rows_become_columns_under_a_ceiling(run, tmp_path):
    """256 MB in rows of chunks become columns in memory for neither, and leave nothing behind."""
    shape = (8192, 16384)
    source = ts.open(
        {
            "driver": "zarr3", "kvstore": {"driver": "file", "path": str(tmp_path / "in.zarr")},
            "metadata": {
                "shape": shape, "data_type": "uint16",
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [64, 16384]}},
                "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
            },
        }, create=True,
    ).result()  # fmt: skip
    rows = np.arange(shape[0], dtype="u2")[:, None] * np.uint16(3)
    for start in range(0, shape[0], 1024):
        source[start : start + 1024].write(rows[start : start + 1024] + np.arange(shape[1], dtype="u2")).result()
    arguments = ["--chunk", "8192,64", "--codec", "none", "--memory", "32MB"]
    foretold = run("copy", tmp_path / "in.zarr", tmp_path / "x.zarr", "--dry-run", "--json", *arguments).stdout
    plan = [json.loads(line) for line in foretold.splitlines()]
    assert plan[0]["passes"] == 2 and plan[0]["peakMemory"] <= 32_000_000
    assert peak("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", "--quiet", *arguments) < 32_000_000 + (60 << 20)
    out = ts.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": str(tmp_path / "out.zarr")}}).result()
    for start in range(0, shape[1], 2048):
        expected = rows + np.arange(start, start + 2048, dtype="u2")
        np.testing.assert_array_equal(out[:, start : start + 2048].read().result(), expected)
    assert sorted(os.listdir(tmp_path / "out.zarr")) == ["c", "zarr.json"]


def test_refusals(run, tmp_path):
    """What cannot be done is said in one sentence, and nothing is touched."""
    source = image(tmp_path / "in.zarr", "0.5")
    before = files(source)
    assert "lie in each other" in run("copy", source, source / "inner.zarr", status=1).stderr
    assert "lie in each other" in run("copy", source, source, "--overwrite", status=1).stderr
    assert "needs version 0.5" in run("copy", source, tmp_path / "x.ozx", "--ome-version", "0.4", status=64).stderr
    wrong = run("copy", source, tmp_path / "x.zarr", "--ome-version", "0.4", "--shard", "64,64", status=64).stderr
    assert "has no shards" in wrong
    wrong = run("copy", source, tmp_path / "x.zarr", "--chunk", "16,16", "--shard", "24,24", status=64).stderr
    assert "the nearest that is" in wrong
    wrong = run("copy", source, tmp_path / "x.zarr", "--chunk", "8,8", "--memory", "1kB", status=1).stderr
    assert "--memory" in wrong
    (source / ".ome-zarr-conversion").write_text("")
    assert "incomplete" in run("copy", source, tmp_path / "x.zarr", status=1).stderr
    (source / ".ome-zarr-conversion").unlink()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/diary.txt").write_text("dear diary")
    assert "holds no Zarr" in run("copy", source, tmp_path / "folder", "--overwrite", status=1).stderr
    assert files(source) == before and not (tmp_path / "x.zarr").exists()


def test_an_interrupted_copy_is_no_image_and_can_be_replaced(run, tmp_path):
    """A chunk that cannot be read stops the copy: no root document, and --overwrite knows the remains."""
    source = plate(tmp_path / "in.zarr", "0.5")
    last = sorted((source / "A/1/1/2/c").rglob("*"))[-1]
    good = last.read_bytes()
    last.write_bytes(b"no chunk")
    said = run("copy", source, tmp_path / "out.zarr", "--codec", "gzip:1", status=1).stderr
    assert "incomplete" in said and str(last.relative_to(source)) in said
    assert not (tmp_path / "out.zarr/zarr.json").exists()
    with pytest.raises(KeyError):
        opened(tmp_path / "out.zarr/A/1/1").attrs["ome"]
    last.write_bytes(good)
    copied(run, source, tmp_path / "out.zarr", "--codec", "gzip:1", "--overwrite")
    valid(run, tmp_path / "out.zarr")


# Pyramids


def reduced(values: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The mean of blocks of two along some axes, integers rounded half to even."""
    padded = values.astype("f8")
    for axis in axes:
        starts = np.arange(0, padded.shape[axis], 2)
        sums = np.add.reduceat(padded, starts, axis=axis)
        counts = np.add.reduceat(np.ones(padded.shape[axis]), starts)
        padded = sums / counts.reshape([-1 if a == axis else 1 for a in range(padded.ndim)])
    return np.rint(padded).astype(values.dtype)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_levels_are_added_in_place(run, tmp_path, version):
    """The coarser levels are those of a conversion, in the chunks of level 0; nothing that was there changes."""
    options = {"shards": (1, 6, 40, 40)} if version == "0.5" else {}
    source = image(tmp_path / "in.zarr", version, levels=1, **options)
    before = files(source)
    run("pyramid", source, "--levels", "3")
    after = files(source)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"zarr.json" if version == "0.5" else ".zattrs"}
    valid(run, source)
    group = opened(source)
    expected = pixels(0)
    for level in (1, 2):
        expected = reduced(expected, (2, 3))
        np.testing.assert_array_equal(group[str(level)][...], expected)
        assert group[str(level)].chunks == group["0"].chunks
    assert group.attrs["lab"] == {"room": 12, "list": [1, 2.50]}
    entry = (group.attrs["ome"] if version == "0.5" else group.attrs)["multiscales"][0]
    scale, translation = entry["datasets"][2]["coordinateTransformations"]
    assert scale["scale"] == [1.0, 1.0, 2.0, 2.0] and translation["translation"] == [0.0, 0.0, 0.75, 0.75]
    assert entry["metadata"] == {"method": "striding", "numbers": [1.0, 2]}
    unchanged = files(source)
    assert "has its levels" in run("pyramid", source, "--levels", "3").stderr
    assert files(source) == unchanged


def test_what_lies_in_the_way_of_a_level_is_not_replaced_unasked(run, tmp_path):
    source = image(tmp_path / "in.zarr", "0.5", levels=1)
    zarr.open_group(source, mode="a").create_array("1", shape=(3,), dtype="u1")
    before = files(source)
    assert "does not list" in run("pyramid", source, "--levels", "2", status=1).stderr
    assert files(source) == before
    run("pyramid", source, "--levels", "2", "--overwrite")
    np.testing.assert_array_equal(opened(source)["1"][...], reduced(pixels(0), (2, 3)))


@pytest.mark.parametrize("format", [2, 3])
def test_a_plain_array_becomes_an_image(run, tmp_path, format):
    values = pixels(0)[0]
    zarr.create_array(tmp_path / "in.zarr", data=values, chunks=(3, 20, 20), zarr_format=format)
    size = ["--axes", "zyx", "--pixel-size", "0.5um,0.5um,1um"]
    run("pyramid", tmp_path / "in.zarr", tmp_path / "out.zarr", *size, "--levels", "2", "--name", "cells")
    valid(run, tmp_path / "out.zarr")
    group = opened(tmp_path / "out.zarr")
    np.testing.assert_array_equal(group["0"][...], values)
    np.testing.assert_array_equal(group["1"][...], reduced(values, (1, 2)))
    entry = (group.attrs["ome"] if format == 3 else group.attrs)["multiscales"][0]
    assert entry["name"] == "cells" and entry["axes"][0] == {"name": "z", "type": "space", "unit": "micrometer"}
    assert entry["datasets"][0]["coordinateTransformations"][0]["scale"] == [1.0, 0.5, 0.5]
    assert group["1"].chunks == (3, 20, 20)
    assert "has no place for levels" in run("pyramid", tmp_path / "in.zarr", status=64).stderr
    wrong = run("pyramid", tmp_path / "in.zarr", tmp_path / "x.zarr", "--axes", "yx", status=64).stderr
    assert "3 axes" in wrong
