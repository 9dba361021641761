"""Arrays and archives made to cost more than they are, each an error or a finding at once."""

import json
import zipfile

import numpy as np
import pytest
import zarr
from measured import measured


def limited(*arguments, seconds=60, megabytes=512):
    """Runs the command with little memory and little time."""
    status, said, peak = measured(*arguments, cpu_seconds=seconds)
    assert peak < megabytes << 20, f"{peak >> 20} MiB"
    return status, said


def document(shape, chunk, *codecs):
    return {
        "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": "uint8", "fill_value": 0,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunk}},
        "chunk_key_encoding": {"name": "default"}, "codecs": ["bytes", *codecs],
    }  # fmt: skip


@pytest.mark.parametrize("extent", [1 << 40, 6 << 30])
def test_a_chunk_of_any_size_is_not_believed(tmp_path, extent):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "0").write_bytes(b"x")
    (tmp_path / "zarr.json").write_text(json.dumps(document([extent], [extent], "gzip")))
    status, said = limited("validate", "--pixels", tmp_path)
    assert status == 2 and "c/0" in said


@pytest.mark.parametrize("name", ["attributes.json", ".zarray", ".zattrs", "zarr.json"])
@pytest.mark.parametrize("count", [30 << 20, 60 << 20])
def test_metadata_that_unpack_to_millions_of_values_are_refused(tmp_path, name, count):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, '{"a":[' + "0," * count + "0]}")
    status, said = limited("info", tmp_path / "a.zip")
    assert status == 1 and name in said


def test_a_large_index_is_read_once(tmp_path):
    """A shard of 2^21 chunks, none of which is there."""
    shape = [1 << 11, 1 << 10]
    sharding = {"name": "sharding_indexed", "configuration": {
        "chunk_shape": [1, 1], "codecs": ["bytes"],
        "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]}}  # fmt: skip
    (tmp_path / "c" / "0").mkdir(parents=True)
    (tmp_path / "c" / "0" / "0").write_bytes(b"\xff" * (16 << 21))
    (tmp_path / "zarr.json").write_text(json.dumps({**document(shape, shape), "codecs": [sharding]}))
    assert limited("validate", "--pixels", tmp_path)[0] == 0


def test_a_file_whose_name_no_key_has_is_passed_over(tmp_path, run):
    zarr.open_group(tmp_path, mode="w").create_array("a", shape=(4,), dtype="u1")
    (tmp_path / "bad\\name").write_text("x")
    assert "uint8" in run("info", tmp_path).stdout
    run("validate", tmp_path)


def test_depth_hides_nothing_beside_it(tmp_path, run):
    zarr.open_group(tmp_path, mode="w")
    (tmp_path / "a").symlink_to(".")
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "zarr.json").write_text("{broken")
    assert "z" in run("validate", tmp_path, status=2).stdout


def test_the_folder_around_a_zipped_array_is_passed_through(tmp_path, run):
    array = zarr.create_array(tmp_path / "a.zarr", shape=(3, 4), dtype="u1")
    array[:] = 7
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in (tmp_path / "a.zarr").rglob("*"):
            archive.write(file, file.relative_to(tmp_path))
    run("read", tmp_path / "a.zip", "-o", tmp_path / "a.npy")
    assert (np.load(tmp_path / "a.npy") == 7).all()


def test_what_cannot_be_checked_is_not_called_valid(tmp_path, run):
    (tmp_path / "zarr.json").write_text(json.dumps(document([4], [4], "unheard_of")))
    assert "not checked" in run("validate", tmp_path, status=2).stdout


def test_an_entry_of_zstd_cannot_claim_what_it_does_not_hold(tmp_path):
    """Found by the fuzzer of archives: the claim was believed, and memory taken, before anything was decoded."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zarr.json", b"\x28\xb5\x2f\xfd" + bytes(60))
    data = bytearray(path.read_bytes())
    for header, method, size in [(b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)]:
        at = data.index(header)
        data[at + method : at + method + 2] = (93).to_bytes(2, "little")
        data[at + size : at + size + 4] = (40 << 20).to_bytes(4, "little")
    path.write_bytes(data)
    status, said = limited("info", path)
    assert status == 1 and "claimed" in said
