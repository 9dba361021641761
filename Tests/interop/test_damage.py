"""Damaged arrays: any byte of any file flipped, cut, added or zeroed ends in an error or in pixels, and in the right
pixels wherever the codecs have a checksum. Never in a crash, a hang or much memory."""

import pathlib
import random
import re
import shutil
import zipfile

import numpy as np
import pytest
import tensorstore
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec

MUTATIONS_PER_FILE = 150
MOST_BYTES = 256 << 20
PIXELS = (np.arange(60 * 44, dtype="u2") * 7 % 1009).reshape(60, 44)


def v3(path, *codecs, **options):
    array = zarr.create_array(
        path, shape=PIXELS.shape, chunks=(32, 32), dtype="u2", fill_value=5, dimension_names=["y", "x"],
        serializer=options.pop("serializer", BytesCodec()), compressors=list(codecs) or None, **options,
    )  # fmt: skip
    array[:] = PIXELS


def v2(path, compressor, filters=None, order="C"):
    array = zarr.create_array(
        path, shape=PIXELS.shape, chunks=(32, 32), dtype="u2", fill_value=5, zarr_format=2, compressors=compressor,
        filters=filters, order=order,
    )  # fmt: skip
    array[:] = PIXELS


def n5(path, compression):
    spec = {
        "driver": "n5", "kvstore": {"driver": "file", "path": path}, "create": True,
        "metadata": {"dimensions": [44, 60], "blockSize": [32, 32], "dataType": "uint16", "compression": compression},
    }  # fmt: skip
    # N5 counts x first, and so does tensorstore.
    tensorstore.open(spec).result().write(PIXELS.T).result()


def zipped(path):
    v3(path + ".folder", GzipCodec())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(p for p in pathlib.Path(path + ".folder").rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(path + ".folder"))
    shutil.rmtree(path + ".folder")


def sharded(location, *inner):
    return ShardingCodec(chunk_shape=(8, 8), codecs=[BytesCodec(), *inner], index_location=location)


def numcodecs():
    import numcodecs

    return numcodecs


# How to make an array, and whether its chunks have a checksum.
ARRAYS = {
    "raw": (lambda path: v3(path), False),
    "blosc": (lambda path: v3(path, BloscCodec(cname="zstd")), False),
    "blosc-lz4": (lambda path: v3(path, BloscCodec(cname="lz4", shuffle="bitshuffle")), False),
    "gzip": (lambda path: v3(path, GzipCodec()), True),
    "zstd": (lambda path: v3(path, ZstdCodec()), False),
    "zstd-checksum": (lambda path: v3(path, ZstdCodec(checksum=True)), True),
    "crc32c": (lambda path: v3(path, ZstdCodec(), Crc32cCodec()), True),
    "transposed": (lambda path: v3(path, Crc32cCodec(), filters=[TransposeCodec(order=(1, 0))]), True),
    "sharded": (lambda path: v3(path, serializer=sharded("end", ZstdCodec(), Crc32cCodec())), True),
    "sharded-start": (lambda path: v3(path, serializer=sharded("start", Crc32cCodec())), True),
    "sharded-plain": (lambda path: v3(path, serializer=sharded("end", BloscCodec())), False),
    "v2-blosc": (lambda path: v2(path, numcodecs().Blosc("lz4")), False),
    "v2-filters": (lambda path: v2(path, numcodecs().Zlib(), [numcodecs().Delta("u2"), numcodecs().Shuffle(2)]), True),
    "v2-bz2": (lambda path: v2(path, numcodecs().BZ2(), order="F"), True),
    "v2-lzma": (lambda path: v2(path, numcodecs().LZMA()), True),
    "v2-lz4": (lambda path: v2(path, numcodecs().LZ4()), False),
    "n5-raw": (lambda path: n5(path, {"type": "raw"}), False),
    "n5-gzip": (lambda path: n5(path, {"type": "gzip"}), False),
    "n5-blosc": (lambda path: n5(path, {"type": "blosc", "cname": "zstd", "clevel": 5, "shuffle": 1}), False),
    "zip": (zipped, True),
}
METADATA = {"zarr.json", ".zarray", ".zattrs", "attributes.json"}


def renumbered(document: bytes, generator: random.Random) -> bytes:
    """A document with one of its numbers exchanged."""
    numbers = list(re.finditer(rb"-?\d+", document)) or [re.search(b"", document)]
    number = generator.choice(numbers)
    other = generator.choice([0, 1, 3, 8, 63, 65, 4096, 1 << 31, (1 << 48) - 1, (1 << 63) - 1, 1 << 64, -1])
    return document[: number.start()] + str(other).encode() + document[number.end() :]


def damaged(data: bytes, generator: random.Random) -> bytes:
    """The bytes after one to three accidents."""
    data = bytearray(data)
    for _ in range(generator.choice([1, 1, 2, 3])):
        at, count = generator.randrange(len(data) + 1), generator.choice([1, 1, 2, 4, 8, 32])
        match generator.randrange(6):
            case 0 | 1:
                for place in range(at, min(at + count, len(data))):
                    data[place] ^= 1 << generator.randrange(8)
            case 2:
                del data[at:]
            case 3:
                data[at:at] = generator.randbytes(count)
            case 4:
                data[at : at + count] = bytes(len(data[at : at + count]))
            case 5:
                data[at : at + count] = b""
    return bytes(data)


@pytest.mark.parametrize("name", ARRAYS)
def test_damage_is_an_error_or_pixels(exchange, tmp_path, name):
    make, has_checksum = ARRAYS[name]
    make(str(tmp_path / "array"))
    path, raw = tmp_path / "array", tmp_path / "pixels"
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    request = {"read": str(path), "most": 64, "raw": str(raw)}
    sound = exchange(**request)
    assert "error" not in sound and np.array_equal(np.fromfile(raw, "u2").reshape(PIXELS.shape), PIXELS)

    counts = {"errors": 0, "equal": 0, "other": 0}
    for file in files:
        generator, original = random.Random(f"{name} {file.name}"), file.read_bytes()
        # A chunk in a zip has a checksum where it is read whole, its directory has none.
        is_pixels = file.name not in METADATA and name != "zip"
        for number in range(MUTATIONS_PER_FILE):
            is_renumbered = file.name in METADATA and number % 2 == 0
            file.write_bytes((renumbered if is_renumbered else damaged)(original, generator))
            answer = exchange(**request)
            if "error" in answer:
                counts["errors"] += 1
            elif answer == sound and raw.read_bytes() == PIXELS.tobytes():
                counts["equal"] += 1
            else:
                counts["other"] += 1
                assert not (is_pixels and has_checksum), f"wrong pixels from {file.name}, mutation {number}: {answer}"
        file.write_bytes(original)
    assert counts["errors"] > len(files) * MUTATIONS_PER_FILE // 4, counts
    print(name, counts, f"{exchange.peak_bytes() >> 20} MiB")
    assert exchange.peak_bytes() < MOST_BYTES, f"{exchange.peak_bytes() >> 20} MiB"
