"""Round trips of small arrays: what we write reads equal elsewhere, and what others write reads equal here."""

import dataclasses
import itertools
import json
import pathlib
import shutil
import warnings

import numpy as np
import pytest
import tensorstore
import zarr
import zarr.registry
from numcodecs import BitRound
from zarr.abc.codec import ArrayBytesCodec
from zarr_documents import (
    KINDS,
    SHAPES,
    Case,
    blosc,
    endian,
    fills,
    named,
    numcodecs_chains,
    pixels,
    random_case,
    sharding,
    v2,
    v2_chains,
    v3,
    v3_chains,
)

RANDOM_CASES = 250


def write_document(folder: pathlib.Path, case: Case):
    folder.mkdir(parents=True)
    (folder / (".zarray" if case.is_v2 else "zarr.json")).write_text(json.dumps(case.document))


class ZarrPython:
    name = "zarr-python"

    @staticmethod
    def can(case: Case) -> bool:
        """Leaves out shards without axes, and those behind a transpose, whose shape zarr-python 3.1 does not turn."""
        names = [] if case.is_v2 else [codec["name"] for codec in case.document["codecs"]]
        return not ("sharding_indexed" in names and (case.pixels.ndim == 0 or names[0] == "transpose"))

    @staticmethod
    def write(folder: pathlib.Path, case: Case):
        write_document(folder, case)
        zarr.open_array(str(folder), mode="r+")[...] = case.pixels

    @staticmethod
    def read(folder: pathlib.Path, case: Case) -> np.ndarray:
        return np.asarray(zarr.open_array(str(folder), mode="r")[...])


class TensorStore:
    name = "tensorstore"

    @staticmethod
    def can(case: Case) -> bool:
        """Leaves out filters, codecs of numcodecs, lz4, lzma and gzip in v2, and codecs behind sharding."""
        if case.is_v2:
            compressor = case.document["compressor"] or {"id": "zlib"}
            return not case.document["filters"] and compressor["id"] not in ("lz4", "lzma", "gzip")
        names = [codec["name"] for codec in case.document["codecs"]]
        return "sharding_indexed" not in names[:-1] and not any(name.startswith("numcodecs.") for name in names)

    @staticmethod
    def open(folder: pathlib.Path, case: Case):
        driver = "zarr" if case.is_v2 else "zarr3"
        spec = {"driver": driver, "kvstore": {"driver": "file", "path": str(folder)}}
        return tensorstore.open(spec, open=True).result()

    @classmethod
    def write(cls, folder: pathlib.Path, case: Case):
        write_document(folder, case)
        cls.open(folder, case).write(case.pixels).result()

    @classmethod
    def read(cls, folder: pathlib.Path, case: Case) -> np.ndarray:
        return np.asarray(cls.open(folder, case).read().result())


@dataclasses.dataclass(frozen=True)
class PackBits(ArrayBytesCodec):
    """The name of a codec that zarrs has and zarr-python does not, so that zarr-python hands it on."""

    is_fixed_size = True
    configuration: dict

    @classmethod
    def from_dict(cls, data):
        return cls(data["configuration"])

    def to_dict(self):
        return {"name": "packbits", "configuration": self.configuration}

    def compute_encoded_size(self, input_byte_length, _):
        return input_byte_length


zarr.registry.register_codec("packbits", PackBits)


class Zarrs(ZarrPython):
    """zarr-python with the codecs of zarrs, in Rust."""

    name = "zarrs"
    pipeline = {"codec_pipeline.path": "zarrs.ZarrsCodecPipeline"}

    @classmethod
    def write(cls, folder: pathlib.Path, case: Case):
        with zarr.config.set(cls.pipeline):
            super().write(folder, case)

    @classmethod
    def read(cls, folder: pathlib.Path, case: Case) -> np.ndarray:
        with zarr.config.set(cls.pipeline):
            return super().read(folder, case)


OTHERS = [ZarrPython, TensorStore]


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal shape, type and bits; all that are not a number count as one, since casts may change their bits."""
    native = [np.ascontiguousarray(x).astype(x.dtype.newbyteorder("="), copy=False) for x in (a, b)]
    if native[0].dtype != native[1].dtype or a.shape != b.shape:
        return False
    if native[0].tobytes() == native[1].tobytes():
        return True
    return a.dtype.kind in "fc" and np.array_equal(native[0], native[1], equal_nan=True)


class Trips:
    """Makes the trips of one case after the other and counts them."""

    def __init__(self, exchange, folder: pathlib.Path):
        self.exchange, self.folder = exchange, folder
        self.count, self.failures = 0, []

    def both_ways(self, case: Case, others=OTHERS):
        raw, array = self.folder / "raw", self.folder / "array"
        native = case.pixels.astype(case.pixels.dtype.newbyteorder("="))
        raw.write_bytes(np.ascontiguousarray(native).tobytes())
        answer = self.exchange(write=str(array), metadata=case.document, raw=str(raw))
        if "error" in answer:
            self.fail(case, "our writing", answer["error"])
        else:
            for other in others:
                if other.can(case):
                    self.compare(case, f"{other.name} of ours", lambda: other.read(array, case))
        shutil.rmtree(array, ignore_errors=True)
        for other in others:
            if other.can(case):
                self.compare(case, f"we of {other.name}'s", lambda: (other.write(array, case), self.read(array, case))[1])
                shutil.rmtree(array)

    def read(self, array: pathlib.Path, case: Case) -> np.ndarray:
        raw = self.folder / "read"
        answer = self.exchange(read=str(array), raw=str(raw))
        assert "error" not in answer, answer["error"]
        return np.frombuffer(raw.read_bytes(), case.pixels.dtype.newbyteorder("=")).reshape(answer["shape"])

    def compare(self, case: Case, who: str, read):
        self.count += 1
        try:
            if not same(read(), case.pixels):
                self.fail(case, who, "other pixels")
        except Exception as error:  # noqa: BLE001 - whatever another reader throws is what we want to see
            self.fail(case, who, repr(error))

    def fail(self, case: Case, who: str, what: str):
        self.failures.append(f"{case.name}: {who}: {what[:300]}\n    {json.dumps(case.document)}")

    def check(self, least: int):
        """All trips went well, and they were not fewer than meant."""
        assert not self.failures, f"{len(self.failures)} of {self.count} failed\n" + "\n".join(self.failures[:20])
        assert self.count >= least, f"only {self.count} trips"


@pytest.fixture
def trips(exchange, tmp_path):
    warnings.simplefilter("ignore")
    return Trips(exchange, tmp_path)


def test_every_type_and_shape_goes_both_ways_in_v3(trips):
    for kind, (shape, chunk) in itertools.product(KINDS, SHAPES):
        even = tuple(n + n % 2 for n in chunk)
        codecs = [sharding(tuple(n // 2 for n in even), [endian(kind, "big"), blosc(kind)])]
        for name, chain in {"bytes": [endian(kind)], "sharding": codecs}.items():
            document = v3(shape, even, kind, chain)
            trips.both_ways(Case(f"{kind} {shape} {name}", document, pixels(shape, kind)))
    trips.check(4 * 2 * len(KINDS) * len(SHAPES) - 2 * len(KINDS))


def test_every_type_and_shape_goes_both_ways_in_v2(trips):
    for (place, kind), (shape, chunk) in itertools.product(enumerate(KINDS), SHAPES):
        big, order = place % 2 == 0, "CF"[place % 3 % 2]
        document = v2(shape, chunk, kind, None, {"id": "zlib", "level": 1}, order, separator="./"[place % 2], big=big)
        trips.both_ways(Case(f"{kind} {shape} {order}", document, pixels(shape, kind)))
    trips.check(4 * len(KINDS) * len(SHAPES))


@pytest.mark.parametrize("kind", ["u1", "u2", "f8"])
def test_every_chain_of_v3_goes_both_ways(trips, kind):
    for shape, chunk in [((7,), (4,)), ((5, 7), (4, 6)), ((5, 6, 7), (2, 4, 6))]:
        for name, chain in v3_chains(kind, chunk).items():
            for encoding in [("default", "/"), ("v2", ".")] if name == "bytes" else [("default", "/")]:
                document = v3(shape, chunk, kind, chain, encoding=encoding)
                trips.both_ways(Case(f"{kind} {shape} {name}", document, pixels(shape, kind)))
    trips.check(4 * 70)


@pytest.mark.parametrize("kind", ["u1", "i2", "u4", "f8"])
def test_every_codec_of_numcodecs_goes_both_ways_in_v3(trips, kind):
    for shape, chunk in [((7,), (4,)), ((5, 6, 7), (2, 4, 6))]:
        for name, chain in numcodecs_chains(kind).items():
            # The sum of zeros is what HDF5's checksum cannot tell from other sums.
            trips.both_ways(Case(f"{kind} {shape} {name}", v3(shape, chunk, kind, chain), pixels(shape, kind)))
    trips.check(2 * 2 * 15)


@pytest.mark.parametrize("kind", ["b1", "u1", "i2", "u4", "i8", "f4"])
def test_every_chain_of_v2_goes_both_ways(trips, kind):
    for big, order in [(True, "F"), (False, "C")]:
        for name, (filters, compressor) in v2_chains(kind, big).items():
            document = v2((5, 6, 7), (2, 4, 6), kind, filters, compressor, order, separator="/", big=big)
            trips.both_ways(Case(f"{kind} {name}", document, pixels((5, 6, 7), kind)))
    trips.check(2 * 2 * 13)


def test_every_fill_value_goes_both_ways(trips):
    for kind in KINDS:
        for fill in fills(kind):
            codecs = [sharding((2, 2), [endian(kind)])]
            data = pixels((6, 9), kind, fill)
            trips.both_ways(Case(f"{kind} {fill} v3", v3((6, 9), (4, 4), kind, codecs, fill), data))
            trips.both_ways(Case(f"{kind} {fill} v2", v2((6, 9), (2, 2), kind, fill=fill), data))
    trips.check(8 * 40)


def test_filters_that_lose_digits_keep_those_they_promise(trips):
    """Values that are whole numbers of steps come back exactly."""
    for big in (False, True):
        order = ">" if big else "<"
        for kind, astype in [("f8", "i2"), ("f8", "u1"), ("f4", "i2"), ("f4", "u1"), ("f8", "f4"), ("i4", "i1")]:
            data = (np.arange(35).reshape(5, 7) / (1 if kind == "i4" else 8) + 10).astype(kind)
            scale = 1 if kind == "i4" else 8
            fixed = {"id": "fixedscaleoffset", "offset": 10, "scale": scale, "dtype": order + kind,
                     "astype": ("|" if astype in ("u1", "i1") else order) + astype}
            trips.both_ways(Case(f"{kind} {astype}", v2((5, 7), (4, 4), kind, [fixed], big=big), data))
            configuration = {**fixed, "dtype": np.dtype(kind).name, "astype": np.dtype(astype).name}
            del configuration["id"]
            chain = [named("numcodecs.fixedscaleoffset", **configuration), endian(astype)]
            trips.both_ways(Case(f"{kind} {astype} v3", v3((5, 7), (4, 4), kind, chain), data))
    for kind in ("f2", "f4", "f8"):
        data = (np.arange(35).reshape(5, 7) % 8).astype(kind)
        rounded = {"id": "bitround", "keepbits": 3}
        trips.both_ways(Case(f"bitround {kind}", v2((5, 7), (4, 4), kind, [rounded]), data))
        chain = [named("numcodecs.bitround", keepbits=3), endian(kind)]
        trips.both_ways(Case(f"bitround {kind} v3", v3((5, 7), (4, 4), kind, chain), data))
    trips.check(2 * (2 * 2 * 6 + 2 * 3))


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_bitround_rounds_as_numcodecs_does(exchange, tmp_path, kind):
    values = np.random.default_rng(5).normal(0, 100, 4000).astype(kind)
    for bits in (1, 2, 5, 9):
        chain = [named("numcodecs.bitround", keepbits=bits), endian(kind)]
        (tmp_path / "raw").write_bytes(values.tobytes())
        array = tmp_path / f"array{bits}"
        exchange(write=str(array), metadata=v3((4000,), (4000,), kind, chain), raw=str(tmp_path / "raw"))
        assert (array / "c" / "0").read_bytes() == BitRound(bits).encode(values).tobytes()


def test_packbits_goes_both_ways_with_zarrs(trips):
    """zarrs 0.2 forgets to move bits back where the first is not 0, and the padding byte where all bits are kept."""
    paddings = ["none", "first_byte", "last_byte"]
    for shape, chunk in [((5, 7), (4, 4)), ((13,), (5,))]:
        for kind, last, padding in itertools.product(["b1", "i1", "u2", "i4", "u8", "i8"], [0, 5, 6], paddings):
            if (kind == "b1") == (last == 0):
                data = pixels(shape, "b1").astype(kind) if kind == "b1" else (pixels(shape, "u1") % 32).astype(kind)
                chain = [named("packbits", padding_encoding=padding, first_bit=0, last_bit=last)]
                trips.both_ways(Case(f"{kind} {last} {padding}", v3(shape, chunk, kind, chain), data), [Zarrs])
    trips.check(2 * 2 * 3 * (1 + 5 * 2))


@pytest.mark.parametrize("part", range(5))
def test_random_arrays_go_both_ways(trips, part):
    for seed in range(part, RANDOM_CASES, 5):
        trips.both_ways(random_case(seed))
    trips.check(2 * RANDOM_CASES // 5)
