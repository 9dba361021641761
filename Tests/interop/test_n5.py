"""`read` gives what tensorstore wrote as N5: every type, every compression, blocks cut by every edge."""

import itertools
import json

import numpy as np
import pytest
import tensorstore

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
COMPRESSIONS = {
    "raw": {"type": "raw"},
    "gzip": {"type": "gzip", "level": 6},
    "zlib": {"type": "gzip", "level": 6, "useZlib": True},
    "bzip2": {"type": "bzip2", "blockSize": 9},
    "xz": {"type": "xz", "preset": 6},
    "zstd": {"type": "zstd", "level": 3},
    "blosc": {"type": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1},
    "bitshuffle": {"type": "blosc", "cname": "zstd", "clevel": 3, "shuffle": 2},
}
SHAPES = [((7,), (3,)), ((5, 4), (3, 2)), ((1, 9), (4, 9)), ((6, 5, 7), (4, 5, 3)), ((2, 1, 3, 2), (2, 2, 2, 2))]


def written(folder, pixels, block, compression):
    """Writes pixels, whose axes are those of N5, and returns them in the order in which we read them."""
    store = tensorstore.open(
        {
            "driver": "n5",
            "kvstore": {"driver": "file", "path": str(folder)},
            "metadata": {"compression": compression, "blockSize": list(block)},
        },
        create=True, delete_existing=True, dtype=pixels.dtype.name, shape=pixels.shape,
    ).result()
    store.write(pixels).result()
    return pixels.transpose()


def values(dtype, shape, seed):
    random = np.random.default_rng(seed)
    if dtype.startswith("float"):
        return random.normal(0, 1e6, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_type_and_shape_reads_as_tensorstore_wrote_it(compression, tmp_path, run):
    for number, (dtype, (shape, block)) in enumerate(itertools.product(DTYPES, SHAPES)):
        pixels = values(dtype, shape, number)
        expected = written(tmp_path / f"{number}.n5", pixels, block, COMPRESSIONS[compression])
        run("read", tmp_path / f"{number}.n5", "-o", tmp_path / f"{number}.npy")
        actual = np.load(tmp_path / f"{number}.npy")
        assert actual.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(actual, expected)


def test_blocks_that_were_never_written_are_zero(tmp_path, run):
    expected = written(tmp_path / "a.n5", values("uint16", (9, 8), 1), (4, 3), COMPRESSIONS["gzip"]).copy()
    (tmp_path / "a.n5" / "1" / "0").unlink()
    expected[0:3, 4:8] = 0
    run("read", tmp_path / "a.n5", "-o", tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), expected)
    found = json.loads(run("info", tmp_path / "a.n5", "--json").stdout.splitlines()[1])
    assert (found["storedChunks"], found["possibleChunks"], found["shape"]) == (8, 9, [8, 9])


def test_other_peoples_n5_shows_its_picture(shared, tmp_path, run):
    import imagecodecs

    examples = shared / "conformance" / "zarr_implementations"
    picture = imagecodecs.png_decode((examples / "data" / "reference_image.png").read_bytes())
    for name in ["raw", "gzip"]:
        run("read", examples / "examples" / "z5py.n5" / name, "-o", tmp_path / f"{name}.npy")
        np.testing.assert_array_equal(np.load(tmp_path / f"{name}.npy"), picture)


def test_a_hierarchy_is_listed_and_valid(tmp_path, run):
    root = tmp_path / "data.n5"
    for path in ["volumes/raw/s0", "volumes/raw/s1", "labels"]:
        written(root / path, values("uint16", (9, 8), 1), (4, 3), COMPRESSIONS["zstd"])
    (root / "attributes.json").write_text('{"n5": "4.0.0"}')
    nodes = [json.loads(line) for line in run("info", root, "--json").stdout.splitlines()]
    assert nodes[0]["kind"] == "group"
    found = {node["key"]: node["kind"] for node in nodes if node["type"] == "node"}
    assert found == {
        "": "group", "labels": "array", "volumes": "group", "volumes/raw": "group", "volumes/raw/s0": "array",
        "volumes/raw/s1": "array",
    }
    assert "N5" in run("info", root).stdout
    run("validate", root, "--pixels")
    (root / "labels" / "0" / "0").write_bytes(b"damaged")
    assert "labels/0/0" in run("validate", root, "--pixels", status=2).stdout


def test_levels_are_an_image(tmp_path, run):
    root = tmp_path / "data.n5"
    pixels = [values("uint16", (64, 48, 8), 1), values("uint16", (32, 24, 8), 2)]
    expected = [written(root / f"s{level}", part, (16, 16, 4), COMPRESSIONS["gzip"])
                for level, part in enumerate(pixels)]
    (root / "attributes.json").write_text(json.dumps(
        {"n5": "4.0.0", "downsamplingFactors": [[1, 1, 1], [2, 2, 1]],
         "pixelResolution": {"unit": "um", "dimensions": [0.5, 0.5, 2]}}))
    for level in range(2):
        run("read", root, "--level", level, "-o", tmp_path / f"{level}.npy")
        np.testing.assert_array_equal(np.load(tmp_path / f"{level}.npy"), expected[level])
    run("read", root, "-o", tmp_path / "a.png")
    found = [json.loads(line) for line in run("info", root, "--json").stdout.splitlines()]
    levels = [o for o in found if o["type"] == "level"]
    assert [o["scale"] for o in levels] == [[2, 0.5, 0.5], [2, 1, 1]] and levels[0]["path"] == "s0"
    run("convert", root, tmp_path / "a.ome.zarr", "--quiet")
    run("validate", tmp_path / "a.ome.zarr")
    run("read", tmp_path / "a.ome.zarr", "--level", 0, "-o", tmp_path / "c.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "c.npy"), expected[0])
