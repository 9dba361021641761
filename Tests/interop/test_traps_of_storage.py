"""Traps between writers and readers that lie in how arrays are stored: see test_traps_of_metadata.py."""

import json
import math
import pathlib
import zipfile

import numpy as np
import pytest
import tifffile

import image_readers
import reference
from ome_metadata import multiscale
from test_output_folder import contents
from written import FORMATS, array_documents, inner_chunk, inner_codecs, noise
from zarr_readers import READERS, read_zarr_python


@pytest.mark.parametrize("version", FORMATS)
def test_trap_01_dimension_separator_is_written_and_is_a_slash(version, convert):
    output = convert(noise((100, 70)), "--ome-version", version, "--shard", "none")
    for level, document in zip(image_readers.level_names(output), array_documents(output)):
        if version == "0.4":
            assert document["dimension_separator"] == "/"
            chunk = output / level / "0" / "0"
        else:
            assert document["chunk_key_encoding"] == {"name": "default", "configuration": {"separator": "/"}}
            chunk = output / level / "c" / "0" / "0"
        assert chunk.is_file()


@pytest.mark.parametrize("version", FORMATS)
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
def test_trap_02_fill_value_is_zero_and_never_null(version, dtype, convert):
    for document in array_documents(convert(noise((50, 50), dtype), "--ome-version", version)):
        assert document["fill_value"] is not None and document["fill_value"] == 0


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype, name", [("u1", "|u1"), ("i1", "|i1"), ("u2", "<u2"), ("i4", "<i4"), ("f4", "<f4")])
def test_trap_04_bytes_are_little_endian_and_single_ones_have_no_order(byteorder, dtype, name, convert):
    pixels = noise((40, 40), dtype)
    old, new = (
        convert(pixels.astype(pixels.dtype.newbyteorder(byteorder)), "--ome-version", version, byteorder=byteorder)
        for version in FORMATS
    )
    assert {document["dtype"] for document in array_documents(old)} == {name}
    for document in array_documents(new):
        assert document["data_type"] == np.dtype(dtype).name
        assert inner_codecs(document)["bytes"].get("endian", "little") == "little"
    for output in old, new:
        np.testing.assert_array_equal(read_zarr_python(str(output / "0")), pixels)


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8"])
def test_trap_05_blosc_is_named_as_each_version_of_zarr_names_it(dtype, convert):
    size, pixels = np.dtype(dtype).itemsize, noise((64, 64), dtype)
    old = convert(pixels, "--ome-version", "0.4")
    new = convert(pixels, "--ome-version", "0.5", "--shard", "none")
    for document in array_documents(old):
        assert document["compressor"]["id"] == "blosc" and document["compressor"]["shuffle"] in (0, 1, 2)
        assert type(document["compressor"]["shuffle"]) is int
    for document in array_documents(new):
        blosc = inner_codecs(document)["blosc"]
        assert blosc["shuffle"] in ("noshuffle", "shuffle", "bitshuffle")
        # Zarr v3 asks for the size of an element only where bytes are shuffled.
        assert blosc.get("typesize", 1 if blosc["shuffle"] == "noshuffle" else None) == size
    # The fourth byte of a Blosc frame is the size by which it was shuffled.
    for chunk in (old / "0" / "0" / "0", new / "0" / "c" / "0" / "0"):
        assert chunk.read_bytes()[3] == size


@pytest.mark.parametrize("codec", ["blosc:zstd:3", "blosc:lz4:5", "zstd:3", "gzip:6", "zlib:6", "none"])
def test_trap_06_only_codecs_that_every_reader_of_the_version_has(codec, convert, run):
    pixels = noise((50, 60))
    for version in FORMATS:
        if (codec, version) == ("zlib:6", "0.5"):
            run("convert", "in.tif", "out", "--codec", codec, "--ome-version", version, status=64)
            continue
        output = convert(pixels, "--codec", codec, "--ome-version", version)
        for reader in READERS.values():
            np.testing.assert_array_equal(reader(str(output / "0")), pixels)
        if version == "0.4":
            compressor = array_documents(output)[0]["compressor"]
            assert compressor is None or compressor["id"] in ("blosc", "zstd", "gzip", "zlib")
        else:
            codecs = inner_codecs(array_documents(output)[0])
            assert set(codecs) <= {"bytes", "blosc", "zstd", "gzip", "crc32c"}
            assert "zstd" not in codecs or codecs["zstd"]["checksum"] in (True, False)


@pytest.mark.parametrize("version", FORMATS)
def test_trap_14_levels_smaller_than_a_chunk_keep_the_settings_of_the_others(version, convert):
    pixels = noise((100, 70))
    shard = [] if version == "0.4" else ["--shard", "128,64"]
    output = convert(pixels, "--ome-version", version, "--chunk", "64,32", "--min-size", 10, *shard)
    documents = array_documents(output)
    assert documents[-1]["shape"][0] < 32
    assert [inner_chunk(document) for document in documents] == [[64, 32]] * len(documents)
    for document in documents:
        if version == "0.5":
            outer = document["chunk_grid"]["configuration"]["chunk_shape"]
            assert all(big % small == 0 for big, small in zip(outer, inner_chunk(document)))
    levels = reference.pyramid(pixels, [[2**level] * 2 for level in range(len(documents))])
    for name, read in image_readers.READERS.items():
        for level, expected in zip(read(str(output)), levels, strict=True):
            np.testing.assert_array_equal(level, expected, err_msg=name)


@pytest.mark.parametrize("shard", ["128,128", "64,256", "32,32"])
def test_trap_15_several_threads_never_write_into_one_shard(shard, run, tmp_path):
    tifffile.imwrite(tmp_path / "in.tif", noise((500, 400)), tile=(48, 80))
    outputs = []
    for threads in 1, 2, 5:
        output = tmp_path / str(threads) / "out.ome.zarr"
        run("convert", tmp_path / "in.tif", output, "--threads", threads, "--chunk", "32,32", "--shard", shard,
            "--min-size", 40, "--quiet")
        outputs.append(contents(output))
        assert not [key for key in outputs[-1] if pathlib.Path(key).name.startswith(".")]
    assert outputs[0] == outputs[1] == outputs[2]


def test_trap_16_the_last_shard_of_an_axis_it_does_not_divide_has_its_index(convert):
    pixels = noise((5, 3, 50, 70))
    output = convert(pixels, "--shard", "2,2,64,64", metadata={"axes": "TCYX"})
    assert array_documents(output)[0]["chunk_grid"]["configuration"]["chunk_shape"] == [2, 2, 64, 64]
    for reader in READERS.values():
        np.testing.assert_array_equal(reader(str(output / "0")), pixels)


def test_trap_17_shards_are_bounded_however_large_the_image(run, tmp_path):
    # Nothing is written but the directory: the file is a hole.
    tifffile.imwrite(tmp_path / "large.tif", shape=(90000, 70000), dtype="u2", bigtiff=True)
    said = run("convert", tmp_path / "large.tif", tmp_path / "out", "--dry-run", "--json").stdout
    plan = next(line for line in map(json.loads, said.splitlines()) if line["type"] == "plan")
    for level in plan["levels"]:
        assert math.prod(level["shard"]) * 2 <= 128 << 20
        assert level["objects"] == math.prod(-(-n // s) for n, s in zip(level["shape"], level["shard"]))
    assert not (tmp_path / "out").exists()


def test_trap_18_only_0_5_has_the_folder_c_and_names_of_dimensions(convert):
    old, new = (convert(noise((50, 50)), "--ome-version", version) for version in FORMATS)
    assert all("dimension_names" not in document for document in array_documents(old))
    assert not list(old.glob("*/c"))
    assert all(document["dimension_names"] == ["y", "x"] for document in array_documents(new))
    assert len(list(new.glob("*/c"))) == len(array_documents(new))


@pytest.mark.parametrize("version", FORMATS)
def test_trap_22_a_chunk_holds_one_channel_and_one_point_in_time(version, convert):
    outputs = [
        convert(noise((3, 4, 5, 40, 50)), "--ome-version", version, "--chunk", "2,32,32", metadata={"axes": "TCZYX"}),
        convert(noise((40, 50, 3), "u1"), "--ome-version", version, photometric="rgb"),
    ]
    for output in outputs:
        names = [axis["name"] for axis in multiscale(output)["axes"]]
        for document in array_documents(output):
            chunk = dict(zip(names, inner_chunk(document)))
            assert chunk["c"] == 1 and chunk.get("t", 1) == 1


def test_trap_24_an_ozx_is_one_zip_of_stored_entries_with_metadata_first(convert, run):
    output = convert(noise((100, 70)), name="out.ozx")
    with zipfile.ZipFile(output) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
        assert json.loads(archive.comment)["ome"]["version"] == "0.5"
    names = [entry.filename for entry in entries]
    documents = [name for name in names if name.endswith("zarr.json")]
    assert names[0] == "zarr.json" and names[: len(documents)] == documents
    assert [name.count("/") for name in documents] == sorted(name.count("/") for name in documents)
    assert all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)
    run("convert", output.parent / "in.tif", output.parent / "old.ozx", "--ome-version", "0.4", status=64)


def test_trap_28_no_fortran_order_no_filters_no_consolidated_metadata(convert):
    old, new = (convert(noise((50, 50)), "--ome-version", version) for version in FORMATS)
    assert all(document["order"] == "C" and document["filters"] is None for document in array_documents(old))
    # A copy of all metadata goes stale as soon as one document is edited.
    assert not list(old.rglob(".zmetadata"))
    assert all(b"consolidated_metadata" not in file.read_bytes() for file in new.rglob("zarr.json"))
    assert all("transpose" not in inner_codecs(document) for document in array_documents(new))
