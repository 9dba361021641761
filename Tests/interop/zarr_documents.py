"""Metadata documents of small arrays and the pixels that belong to them: what the round trips exchange."""

import dataclasses
import itertools
import random

import numpy as np

KINDS = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
SHAPES = [
    # shape, chunk: without axes, of size 1, odd, empty, chunk larger than the array, cut by the edge on every axis
    ((), ()),
    ((1,), (1,)),
    ((7,), (3,)),
    ((5,), (8,)),
    ((0, 3), (2, 2)),
    ((1, 9), (4, 4)),
    ((5, 7), (4, 4)),
    ((3, 1, 5), (2, 2, 4)),
    ((5, 6, 7), (2, 4, 4)),
]


@dataclasses.dataclass
class Case:
    name: str
    document: dict
    pixels: np.ndarray

    @property
    def is_v2(self) -> bool:
        return self.document["zarr_format"] == 2


def pixels(shape: tuple[int, ...], kind: str, fill=0, seed: int = 0) -> np.ndarray:
    """Smooth values with some noise; where there are several chunks, the first elements of each axis are fill."""
    generator = np.random.default_rng(seed)
    dtype = np.dtype(kind)
    count = int(np.prod(shape))
    if dtype.kind == "b":
        values = generator.integers(0, 2, count).astype(bool)
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        values = (np.arange(count) * 3 + generator.integers(0, 3, count)).astype(dtype)
        values[generator.random(count) < 0.05] = info.max
        values[generator.random(count) < 0.05] = info.min
    else:
        values = (np.arange(count) / 4 + generator.integers(0, 3, count)).astype(dtype)
        if dtype.kind == "c":
            values += (generator.integers(-5, 5, count) * 1j).astype(dtype)
        special = np.array([np.nan, np.inf, -np.inf, -0.0], dtype)
        values[generator.random(count) < 0.1] = generator.choice(special)
    values = values.reshape(shape)
    if len(shape) and min(shape, default=0) > 1:
        values = values.copy()
        values[tuple(slice(0, -(-n // 2)) for n in shape)] = fill
    return values


def fill_json(value, kind: str):
    """A fill value as its document writes it."""
    dtype = np.dtype(kind)
    if dtype.kind == "b":
        return bool(value)
    if dtype.kind in "iu":
        return int(value)
    if dtype.kind == "c":
        return [fill_json(part, "f8") for part in (complex(value).real, complex(value).imag)]
    value = float(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def endian(kind: str, order: str = "little") -> dict:
    return {"name": "bytes", **({} if np.dtype(kind).itemsize == 1 else {"configuration": {"endian": order}})}


def named(name: str, **configuration) -> dict:
    """A codec; zarr-python wants a configuration, be it empty, for those it takes from numcodecs."""
    has_configuration = configuration or name.startswith("numcodecs.")
    return {"name": name, "configuration": configuration} if has_configuration else {"name": name}


def blosc(kind: str, cname: str = "zstd", shuffle: str = "shuffle", clevel: int = 3) -> dict:
    size = np.dtype(kind).itemsize
    return named("blosc", cname=cname, clevel=clevel, shuffle=shuffle, typesize=size, blocksize=0)


def sharding(chunk, codecs, location: str = "end", index_codecs=None) -> dict:
    index = index_codecs or [endian("u8"), named("crc32c")]
    return named(
        "sharding_indexed", chunk_shape=list(chunk), codecs=codecs, index_codecs=index, index_location=location)


def v3(shape, chunk, kind: str, codecs, fill=0, encoding=("default", "/")) -> dict:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(shape),
        "data_type": np.dtype(kind).name,
        "chunk_grid": named("regular", chunk_shape=list(chunk)),
        "chunk_key_encoding": named(encoding[0], separator=encoding[1]),
        "fill_value": fill_json(fill, kind),
        "codecs": codecs,
        "attributes": {},
    }


def v2(shape, chunk, kind: str, filters=None, compressor=None, order="C", fill=0, separator=".", big=False) -> dict:
    dtype = np.dtype(kind).newbyteorder(">" if big else "<")
    return {
        "zarr_format": 2,
        "shape": list(shape),
        "chunks": list(chunk),
        "dtype": dtype.str,
        "compressor": compressor,
        "fill_value": fill_json(fill, kind),
        "order": order,
        "filters": filters,
        "dimension_separator": separator,
    }


def halves(chunk) -> tuple[int, ...]:
    return tuple(n // 2 if n % 2 == 0 else n for n in chunk)


def rotation(rank: int) -> list[int]:
    """An order of axes that is not its own inverse from three axes on."""
    return [*range(1, rank), 0] if rank else []


def v3_chains(kind: str, chunk) -> dict[str, list[dict]]:
    """Every codec alone and the orders in which they go wrong, by name."""
    rank, little, big = len(chunk), endian(kind), endian(kind, "big")
    turned = named("transpose", order=rotation(rank))
    turned_chunk = tuple(chunk[axis] for axis in rotation(rank))
    inner = [endian(kind, "big"), named("zstd", level=1, checksum=True)]
    chains = {
        "bytes": [little],
        "big": [big],
        "gzip": [little, named("gzip", level=5)],
        "zstd": [little, named("zstd", level=3, checksum=False)],
        "crc32c": [big, named("crc32c")],
        "crc32c zstd crc32c": [little, named("crc32c"), named("zstd", level=0, checksum=True), named("crc32c")],
        "sharding": [sharding(halves(chunk), [little])],
        "sharding at the start": [sharding(halves(chunk), inner, "start")],
        "sharding with a bare big index": [sharding(halves(chunk), inner, "end", [endian("u8", "big")])],
        "nested sharding": [sharding(chunk, [sharding(halves(chunk), inner, "start")])],
        "sharding, crc32c": [sharding(halves(chunk), inner), named("crc32c")],
    }
    for cname, shuffle in itertools.product(["zstd", "lz4", "zlib", "blosclz", "lz4hc"], ["shuffle", "bitshuffle"]):
        chains[f"blosc {cname} {shuffle}"] = [little, blosc(kind, cname, shuffle)]
    chains["blosc without shuffle"] = [little, blosc(kind, "lz4", "noshuffle", 9)]
    chains["blosc that stores"] = [big, blosc(kind, "zstd", "shuffle", 0)]
    if rank > 1:
        chains["transpose"] = [turned, little, named("zstd", level=3, checksum=False)]
        chains["transpose, sharding"] = [turned, sharding(halves(turned_chunk), inner)]
        chains["sharding of transpose"] = [sharding(halves(chunk), [turned, *inner], "start")]
        chains["transpose inside and outside"] = [turned, sharding(halves(turned_chunk), [turned, *inner])]
    return chains


def numcodecs_chains(kind: str) -> dict[str, list[dict]]:
    """Codecs zarr-python takes from numcodecs, by name. All give back what they were given."""
    dtype, little = np.dtype(kind), endian(kind)
    chains = {
        "zlib": [little, named("numcodecs.zlib", level=3)],
        "numcodecs.gzip": [little, named("numcodecs.gzip", level=3)],
        "numcodecs.zstd": [little, named("numcodecs.zstd", level=3)],
        "numcodecs.blosc": [little, named("numcodecs.blosc", cname="lz4", clevel=5, shuffle=1, blocksize=0)],
        "lz4": [little, named("numcodecs.lz4", acceleration=1)],
        "bz2": [little, named("numcodecs.bz2", level=9)],
        "lzma": [little, named("numcodecs.lzma", format=1, check=-1, preset=None, filters=None)],
        "lzma alone": [little, named("numcodecs.lzma", format=2, check=-1, preset=1, filters=None)],
        "lzma raw": [
            little,
            named("numcodecs.lzma", format=3, check=-1, preset=None, filters=[
                {"id": 3, "dist": dtype.itemsize}, {"id": 33, "preset": 1}]),
        ],
        "shuffle": [little, named("numcodecs.shuffle", elementsize=dtype.itemsize), named("numcodecs.zlib", level=1)],
        "crc32": [little, named("numcodecs.crc32")],
        "crc32 at the end": [little, named("numcodecs.crc32", location="end")],
        "adler32": [little, named("numcodecs.adler32")],
        "numcodecs.crc32c": [little, named("numcodecs.crc32c", location="start")],
        "fletcher32": [little, named("numcodecs.fletcher32")],
    }
    # Behind a filter zarr-python takes big-endian bytes for little-endian ones, and forgets the order for single bytes.
    if dtype.kind in "iu":
        chains["delta"] = [named("numcodecs.delta", dtype=dtype.name), little, named("zstd", level=1)]
    if dtype.kind in "iu" and dtype.itemsize > 1:
        chains["delta of another type"] = [
            named("numcodecs.delta", dtype=dtype.str, astype="<i8"), endian("i8"), named("crc32c")]
    return chains


def v2_chains(kind: str, big: bool) -> dict[str, tuple[list | None, dict | None]]:
    """Filters and compressor, by name. All give back what they were given."""
    dtype = np.dtype(kind).newbyteorder(">" if big else "<")
    size = dtype.itemsize
    chains = {
        "raw": (None, None),
        "zlib": (None, {"id": "zlib", "level": 1}),
        "gzip": (None, {"id": "gzip", "level": 5}),
        "bz2": (None, {"id": "bz2", "level": 1}),
        "zstd": (None, {"id": "zstd", "level": 1}),
        "blosc": (None, {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}),
        "blosc bits": (None, {"id": "blosc", "cname": "zstd", "clevel": 5, "shuffle": 2, "blocksize": 0}),
        "blosc of its own choice": (None, {"id": "blosc", "cname": "zlib", "clevel": 5, "shuffle": -1, "blocksize": 0}),
        "lz4": (None, {"id": "lz4", "acceleration": 1}),
        "lzma": (None, {"id": "lzma", "format": 1, "check": -1, "preset": 1, "filters": None}),
        "shuffle": ([{"id": "shuffle", "elementsize": size}], {"id": "zlib", "level": 1}),
        "checksums": (
            [{"id": "crc32"}, {"id": "adler32"}, {"id": "crc32c"}, {"id": "fletcher32"}], {"id": "zstd", "level": 1}),
        "checksums elsewhere": (
            [{"id": "crc32", "location": "end"}, {"id": "adler32", "location": "end"},
             {"id": "crc32c", "location": "start"}], None),
    }
    if dtype.kind in "iu":
        wide = f"{'>' if big else '<'}i8"
        chains["delta"] = ([{"id": "delta", "dtype": dtype.str, "astype": dtype.str}], {"id": "zlib", "level": 1})
        chains["delta, shuffle"] = (
            [{"id": "delta", "dtype": dtype.str, "astype": wide}, {"id": "shuffle", "elementsize": 8}],
            {"id": "lz4", "acceleration": 1})
        chains["bits in another order"] = ([{"id": "delta", "dtype": dtype.str, "astype": "<i8"}], None)
    if dtype.kind == "b":
        chains["packbits"] = ([{"id": "packbits"}], {"id": "zlib", "level": 1})
    return chains


def random_case(seed: int) -> Case:
    """Any shape, chunks, codecs, fill value and key encoding."""
    choice = random.Random(seed)
    kind = choice.choice(KINDS)
    rank = choice.randint(0, 4)
    shape = tuple(choice.choice([0, 1, 2, 3, 5, 8, 13] if rank < 3 else [1, 2, 3, 5, 7]) for _ in range(rank))
    fill = choice.choice(fills(kind))
    name = f"random {seed}"
    if choice.random() < 0.3:
        big, order = choice.random() < 0.5, choice.choice("CF")
        chunk = tuple(choice.randint(1, 6) for _ in range(rank))
        filters, compressor = choice.choice(list(v2_chains(kind, big).values()))
        document = v2(shape, chunk, kind, filters, compressor, order, fill, choice.choice("./"), big)
        return Case(name, document, pixels(shape, kind, fill, seed))

    def chain(inner, depth: int) -> tuple[list[dict], tuple[int, ...]]:
        """Codecs for chunks of this inner shape, and the shape a chunk has for the array outside."""
        codecs = choice.choice([
            [endian(kind, choice.choice(["little", "big"]))],
            [endian(kind), choice.choice([named("crc32c"), named("gzip", level=1), blosc(kind)])],
            [endian(kind, "big"), named("zstd", level=-1, checksum=True), named("crc32c")],
        ])
        shape = inner
        for _ in range(depth):
            codecs, shape = turned(codecs, shape)
            outer = tuple(n * choice.randint(1, 3) for n in shape)
            location = choice.choice(["start", "end"])
            codecs, shape = [sharding(shape, codecs, location)], outer
        return turned(codecs, shape)

    def turned(codecs, shape):
        if rank < 2 or choice.random() < 0.5:
            return codecs, shape
        axes = choice.sample(range(rank), rank)
        undone = [0] * rank
        for place, axis in enumerate(axes):
            undone[axis] = shape[place]
        return [named("transpose", order=axes), *codecs], tuple(undone)

    codecs, chunk = chain(tuple(choice.randint(1, 4) for _ in range(rank)), choice.choice([0, 0, 1, 1, 2]))
    encoding = choice.choice([("default", "/"), ("default", "."), ("v2", "."), ("v2", "/")])
    return Case(name, v3(shape, chunk, kind, codecs, fill, encoding), pixels(shape, kind, fill, seed))


def fills(kind: str) -> list:
    """Zero and the values that are hard to write."""
    dtype = np.dtype(kind)
    if dtype.kind == "b":
        return [False, True]
    if dtype.kind in "iu":
        return [0, 7, np.iinfo(dtype).max, np.iinfo(dtype).min]
    if dtype.kind == "c":
        return [0, complex(1.5, -2), complex(np.nan, np.inf), complex(-np.inf, np.nan)]
    return [0, -0.0, 0.1, np.nan, np.inf, -np.inf]
