"""`read`, `info` and `validate` take any array: every type, every number of axes, any slice that NumPy takes."""

import io
import json
import shutil
import subprocess

import numpy as np
import pytest
import zarr

from conftest import binary

DTYPES = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64",
    "complex64", "complex128", "V3", "U5",
]
SHAPES = [(), (0,), (1,), (7,), (4, 5), (3, 0, 2), (2, 3, 4), (1, 2, 3, 2), (2, 1, 2, 3, 1, 2)]


def values(dtype, shape):
    random = np.random.default_rng(len(shape))
    if dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if dtype == "U5":
        return np.asarray(random.integers(0, 99999, shape)).astype("U5")
    size = np.dtype(dtype).itemsize
    if dtype.startswith("V"):
        return np.frombuffer(random.bytes(size * int(np.prod(shape))), dtype).reshape(shape)
    if np.dtype(dtype).kind in "fc":
        return (random.normal(size=shape) + (1j * random.normal(size=shape) if dtype[0] == "c" else 0)).astype(dtype)
    return random.integers(0, 127, shape).astype(dtype)


def create(path, pixels, zarr_format=3, chunks=None, **options):
    chunks = chunks or tuple(max(1, (n + 1) // 2) for n in pixels.shape)
    array = zarr.create_array(
        str(path), shape=pixels.shape, dtype=pixels.dtype, chunks=chunks, zarr_format=zarr_format, **options
    )
    array[...] = pixels
    return array


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_and_shape_reads_as_npy(dtype, zarr_format, tmp_path, run):
    for number, shape in enumerate(SHAPES):
        pixels = values(dtype, shape)
        create(tmp_path / f"{number}.zarr", pixels, zarr_format)
        run("read", tmp_path / f"{number}.zarr", "-o", tmp_path / f"{number}.npy")
        actual = np.load(tmp_path / f"{number}.npy")
        assert actual.dtype == pixels.dtype and actual.shape == shape
        assert actual.tobytes() == pixels.tobytes()


@pytest.fixture(scope="module")
def cube(tmp_path_factory):
    pixels = np.arange(6 * 7 * 8, dtype=np.uint16).reshape(6, 7, 8)
    path = tmp_path_factory.mktemp("cube") / "cube.zarr"
    create(path, pixels, chunks=(2, 3, 5), compressors=None)
    return path, pixels


SLICES = [
    "2", "-1", "0:2", "0:2,:,5", "...", "...,5", "1,...,-2:", ":,3", "2:-2,:4,1:100", "-100:3", "5:2", "1,2,3",
    "::", "1:4:1", "0:2, ..., 3", "-6,-7,-8", ":,:,:", "3:3",
]


@pytest.mark.parametrize("text", SLICES)
def test_a_slice_is_what_numpy_takes(text, cube, tmp_path, run):
    path, pixels = cube
    run("read", path, "--slice", text, "-o", tmp_path / "a.npy")
    actual, expected = np.load(tmp_path / "a.npy"), eval(f"pixels[{text}]")
    assert actual.shape == expected.shape
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    "text, words",
    [
        ("6", "axis z"), ("0,0,-9", "axis x"), ("0,0,0,0", "4 axes"), ("...,...", "only one"), ("::2", "step"),
        ("0:4:-1", "step"), ("a", "index"), ("1,,2", "index"), ("1:2:3:4", "index"), ("", "index"),
        ("99999999999999999999", "index"),
    ],
)
def test_a_slice_beyond_the_array_is_a_usage_error(text, words, cube, tmp_path, run):
    said = run("read", cube[0], "--slice", text, "-o", tmp_path / "a.npy", status=64).stderr
    assert words in said and not (tmp_path / "a.npy").exists(), said


def test_a_slice_goes_alone(cube, tmp_path, run):
    for option in [["--z", "1"], ["--region", "0,0,1,1"]]:
        said = run("read", cube[0], "--slice", "1", *option, "-o", tmp_path / "a.npy", status=64).stderr
        assert "--slice" in said
    assert "--slice" in run("read", cube[0], "--slice", "1", "-o", tmp_path / "a.png", status=64).stderr


def test_regions_and_indices_work_on_arrays(cube, tmp_path, run):
    path, pixels = cube
    run("read", path, "--z", 2, "--region", "1,2,5,3", "-o", tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), pixels[2, 2:5, 1:6])
    create(tmp_path / "line.zarr", pixels[0, 0])
    assert "--slice" in run("read", tmp_path / "line.zarr", "--region", "0,0,1,1", "-o", tmp_path / "b.npy", status=64).stderr


def test_raw_goes_to_standard_output(cube):
    path, pixels = cube
    process = subprocess.run([binary(), "read", path, "-o", "-", "--format", "npy"], capture_output=True, check=True)
    np.testing.assert_array_equal(np.load(io.BytesIO(process.stdout)), pixels)


def test_what_is_no_image_is_no_picture(tmp_path, run):
    create(tmp_path / "a.zarr", values("complex64", (4, 5)))
    create(tmp_path / "b.zarr", values("uint8", (4,)))
    for name in "ab":
        for ending in ["png", "tif"]:
            said = run("read", tmp_path / f"{name}.zarr", "-o", tmp_path / f"x.{ending}", status=64).stderr
            assert "npy" in said and len(said.splitlines()) == 1


def test_true_is_one_whatever_the_file_holds(tmp_path, run):
    create(tmp_path / "a.zarr", np.ones((2, 4), bool), chunks=(2, 4), compressors=None)
    chunk = tmp_path / "a.zarr" / "c" / "0" / "0"
    assert chunk.read_bytes() == b"\1" * 8
    chunk.write_bytes(bytes([0, 1, 2, 255, 128, 0, 7, 1]))
    run("read", tmp_path / "a.zarr", "-o", tmp_path / "a.npy")
    assert np.load(tmp_path / "a.npy").view(np.uint8).tolist() == [[0, 1, 1, 1], [1, 0, 1, 1]]


def test_a_part_of_an_endless_array_is_read(tmp_path, run):
    zarr.create_array(str(tmp_path / "a.zarr"), shape=(1 << 40, 1 << 20), chunks=(64, 64), dtype="uint8", fill_value=7)
    run("read", tmp_path / "a.zarr", "--slice", "-3:,3:5", "-o", tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), np.full((3, 2), 7, np.uint8))


def test_long_rows_are_read_in_pieces(tmp_path, run):
    pixels = np.arange(70_000_000, dtype=np.uint64)
    create(tmp_path / "a.zarr", pixels, chunks=(5_000_000,))
    run("read", tmp_path / "a.zarr", "-o", tmp_path / "a.npy")
    assert np.array_equal(np.load(tmp_path / "a.npy", mmap_mode="r"), pixels)


def objects(process):
    return [json.loads(line) for line in process.stdout.splitlines()]


def test_info_says_all_of_an_array(tmp_path, run):
    array = create(
        tmp_path / "a.zarr", np.full((5, 6), 3, np.int32), chunks=(2, 2), shards=(4, 4), fill_value=-1,
        dimension_names=["u", "v"], attributes={"unit": "mm"},
    )
    array[4:, 4:] = -1
    shutil.rmtree(tmp_path / "a.zarr" / "c" / "1")
    found = objects(run("info", tmp_path / "a.zarr", "--json"))
    assert found[0]["type"] == "input" and found[0]["kind"] == "array" and found[0]["zarrFormat"] == 3
    one = found[1]
    assert one["type"] == "array" and one["shape"] == [5, 6] and one["dataType"] == "int32" and one["fillValue"] == -1
    assert one["chunk"] == [2, 2] and one["shard"] == [4, 4] and one["dimensionNames"] == ["u", "v"]
    assert one["storedChunks"] == 2 and one["possibleChunks"] == 4 and one["allCounted"] is True
    assert one["storedBytes"] == sum(p.stat().st_size for p in (tmp_path / "a.zarr" / "c" / "0").iterdir())
    assert one["codecs"][0]["name"] == "sharding_indexed" and one["attributes"] == {"unit": "mm"}
    text = run("info", tmp_path / "a.zarr").stdout
    for word in ["int32", "5 x 6", "2 x 2", "4 x 4", "zstd", "-1", "u, v", "2 of 4 shards", "mm"]:
        assert word in text, text


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_info_lists_a_group(zarr_format, tmp_path, run):
    group = zarr.create_group(str(tmp_path / "g.zarr"), zarr_format=zarr_format, attributes={"k": 1})
    group.create_array("a/b", shape=(4, 5), chunks=(2, 2), dtype="uint8")
    group.create_array("c", shape=(), dtype="float64")
    (tmp_path / "g.zarr" / "notes").mkdir()
    (tmp_path / "g.zarr" / "a" / "readme.txt").write_text("text")
    found = objects(run("info", tmp_path / "g.zarr", "--json"))
    assert [(o["key"], o["kind"]) for o in found if o["type"] == "node"] == [
        ("", "group"), ("a", "group"), ("a/b", "array"), ("c", "array")
    ]
    text = run("info", tmp_path / "g.zarr").stdout
    assert "4 x 5" in text and '{"k":1}' in text


def test_an_array_of_an_unknown_codec_still_has_metadata(tmp_path, run):
    create(tmp_path / "a.zarr", np.zeros((2, 2), np.uint8))
    document = json.loads((tmp_path / "a.zarr" / "zarr.json").read_text())
    document["codecs"].append({"name": "squeeze"})
    (tmp_path / "a.zarr" / "zarr.json").write_text(json.dumps(document))
    found = objects(run("info", tmp_path / "a.zarr", "--json"))
    assert found[1]["shape"] == [2, 2] and "storedChunks" not in found[1]
    assert found[2]["type"] == "warning" and "squeeze" in found[2]["message"]
    assert objects(run("validate", tmp_path / "a.zarr", "--json", status=2))[-1]["warnings"] == 1


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_validate_finds_chunks_where_none_can_be(zarr_format, tmp_path, run):
    create(tmp_path / "a.zarr", np.ones((4, 4), np.uint8), zarr_format, chunks=(2, 2))
    assert objects(run("validate", tmp_path / "a.zarr", "--json"))[-1]["warnings"] == 0
    first = tmp_path / "a.zarr" / ("0.0" if zarr_format == 2 else "c/0/0")
    beyond = tmp_path / "a.zarr" / ("0.2" if zarr_format == 2 else "c/0/2")
    beyond.write_bytes(first.read_bytes())
    found = objects(run("validate", tmp_path / "a.zarr", "--json"))
    assert found[0]["rule"] == 92 and found[0]["severity"] == "warning" and found[-1]["valid"] is True
    first.write_bytes(b"")
    found = objects(run("validate", tmp_path / "a.zarr", "--json", status=2))
    assert {o["rule"] for o in found[:-1]} == {92, 93}


def test_validate_decodes_chunks_only_when_asked(tmp_path, run):
    create(tmp_path / "a.zarr", np.arange(64, dtype=np.uint32).reshape(8, 8), chunks=(2, 2), shards=(4, 4))
    shard = tmp_path / "a.zarr" / "c" / "1" / "0"
    content = bytearray(shard.read_bytes())
    content[3] ^= 0xFF
    shard.write_bytes(content)
    run("validate", tmp_path / "a.zarr")
    found = objects(run("validate", tmp_path / "a.zarr", "--pixels", "--json", status=2))
    assert [(o["rule"], o["key"]) for o in found[:-1]] == [(94, "c/1/0")]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A group with two arrays, zipped, and the pixels of both."""
    folder = tmp_path_factory.mktemp("archive")
    group = zarr.create_group(str(folder / "g.zarr"))
    pixels = np.arange(20, dtype=np.uint16).reshape(4, 5)
    group.create_group("below")
    for path in ["a", "below/b"]:
        create(folder / "g.zarr" / path, pixels)
    shutil.make_archive(str(folder / "g"), "zip", folder / "g.zarr")
    return folder / "g.zip", pixels


def test_archives_are_read_as_folders_are(archive, tmp_path, run):
    path, pixels = archive
    keys = [o["key"] for o in objects(run("info", path, "--json")) if o["type"] == "node"]
    assert keys == ["", "a", "below", "below/b"]
    for number, place in enumerate([f"{path}/a", f"{path}/below/b", f"{path}/below/b/"]):
        run("read", place, "--slice", "1:3", "-o", tmp_path / f"{number}.npy")
        np.testing.assert_array_equal(np.load(tmp_path / f"{number}.npy"), pixels[1:3])
        assert objects(run("info", place, "--json"))[1]["storedChunks"] == 4
    summary = objects(run("validate", path, "--pixels", "--json"))[-1]
    assert summary["checked"] == 4 and summary["omeZarr"] is False
    shutil.copy(path, tmp_path / "nameless")
    run("read", tmp_path / "nameless" / "a", "-o", tmp_path / "c.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "c.npy"), pixels)


def test_what_is_not_in_an_archive_is_said(archive, tmp_path, run):
    path, _ = archive
    for place in [f"{path}/none", f"{path}/a/c", f"{path}/.."]:
        said = run("info", place, status=1).stderr
        assert said.startswith("ome-zarr: error: ") and len(said.splitlines()) == 1
    (tmp_path / "cut.zip").write_bytes(path.read_bytes()[:-40])
    assert "ZIP" in run("info", tmp_path / "cut.zip", status=1).stderr
    (tmp_path / "text.txt").write_text("text")
    assert "text.txt/a" in run("info", tmp_path / "text.txt" / "a", status=1).stderr


def test_a_zipped_image_reads_as_its_folder(tmp_path, run):
    run("sample", "--size", 256, "--out", tmp_path / "a.tif", "--quiet")
    run("convert", tmp_path / "a.tif", tmp_path / "a.ome.zarr", "--quiet")
    run("convert", tmp_path / "a.tif", tmp_path / "a.ozx", "--quiet")
    run("validate", tmp_path / "a.ozx", "--pixels")
    for name in ["a.ome.zarr", "a.ozx"]:
        run("read", tmp_path / name, "--level", 0, "-o", tmp_path / f"{name}.npy")
        run("read", tmp_path / name, "-o", tmp_path / f"{name}.png")
    for ending in ["npy", "png"]:
        assert (tmp_path / f"a.ozx.{ending}").read_bytes() == (tmp_path / f"a.ome.zarr.{ending}").read_bytes()
    said = [o for o in objects(run("info", tmp_path / "a.ozx", "--json")) if o["type"] == "level"]
    assert said and said[0]["shape"][-2:] == [256, 256]
    run("read", tmp_path / "a.ozx" / "0", "-o", tmp_path / "level.npy")
    assert (tmp_path / "level.npy").read_bytes() == (tmp_path / "a.ozx.npy").read_bytes()
    run("convert", tmp_path / "a.ozx", tmp_path / "again.ome.zarr", "--quiet")


def test_validate_with_pixels_finds_damage_in_an_image(tmp_path, run):
    run("sample", "--size", 256, "--out", tmp_path / "a.tif", "--quiet")
    run("convert", tmp_path / "a.tif", tmp_path / "a.ome.zarr", "--quiet")
    run("validate", tmp_path / "a.ome.zarr", "--pixels")
    shard = next(path for path in (tmp_path / "a.ome.zarr" / "0" / "c").rglob("*") if path.is_file())
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 0xFF
    shard.write_bytes(content)
    run("validate", tmp_path / "a.ome.zarr")
    assert objects(run("validate", tmp_path / "a.ome.zarr", "--pixels", "--json", status=2))[0]["rule"] == 94
