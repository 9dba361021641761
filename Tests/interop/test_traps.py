"""What goes wrong between other people's writers and readers, each trap one test of what is written here.

The numbers are those of the list that was kept while reading the issues of twenty projects (reference/peers.md of the
shared data, section 5). Number 3, a missing chunk that looks like an empty one, is a test of test_verify.py: the manifest
tells them apart. These do not apply to a writer of files:

- 23, HTTP serving with ranges and CORS: nothing is served here.
- 25, tifffile's `aszarr` store that changed its version of Zarr: the TIFF is not read through tifffile.
- 26, ImageJ files above 4 GB with one directory: they are input, and the flavours of TIFF have their own tests.
"""

import itertools
import json
import math
import pathlib
import re
import xml.etree.ElementTree
import zipfile

import numpy as np
import pytest
import tifffile

import image_readers
import reference
from ome_metadata import multiscale, ome, transform
from test_output_folder import contents
from zarr_readers import READERS, read_zarr_python

FORMATS = ["0.4", "0.5"]
# The units of length and time that NGFF takes from UDUNITS-2, in metres and seconds.
METRES = {"angstrom": 1e-10, "nanometer": 1e-9, "micrometer": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2,
          "meter": 1, "inch": 0.0254}  # fmt: skip
OME_XML = "{http://www.openmicroscopy.org/Schemas/OME/2016-06}"


class Converter:
    """Writes pixels as a TIFF and converts it; small chunks and a low floor, so that there are many of both."""

    def __init__(self, run, folder: pathlib.Path):
        self.run, self.folder, self.count = run, folder, 0

    def __call__(self, pixels: np.ndarray, *options, metadata: dict | None = None, name="out.ome.zarr", **tiff):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        path = folder / ("in.ome.tif" if metadata else "in.tif")
        tifffile.imwrite(path, pixels, ome=bool(metadata), metadata=metadata, **{"photometric": "minisblack"} | tiff)
        if "--min-size" not in options:
            options = [*options, "--min-size", 20]
        if "--chunk" not in options:
            options = [*options, "--chunk", "32,32"]
        self.run("convert", path, folder / name, "--quiet", *options)
        return folder / name


@pytest.fixture
def convert(run, tmp_path):
    return Converter(run, tmp_path)


def noise(shape, dtype="u2", seed=3) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 250, shape).astype(dtype)


def array_documents(output) -> list[dict]:
    """The metadata of each level, as written."""
    paths = [output / name for name in image_readers.level_names(output)]
    files = [next(file for file in (path / ".zarray", path / "zarr.json") if file.exists()) for path in paths]
    return [json.loads(file.read_text()) for file in files]


def inner_codecs(document: dict) -> dict[str, dict]:
    """The codecs of the chunks of a v3 array by name, those inside shards where it has any."""
    codecs = {codec["name"]: codec.get("configuration", {}) for codec in document["codecs"]}
    inner = codecs.get("sharding_indexed")
    return {codec["name"]: codec.get("configuration", {}) for codec in inner["codecs"]} if inner else codecs


def inner_chunk(document: dict) -> list[int]:
    """The shape of a chunk, the one inside a shard where there are shards."""
    if document["zarr_format"] == 2:
        return document["chunks"]
    codecs = {codec["name"]: codec.get("configuration", {}) for codec in document["codecs"]}
    outer = document["chunk_grid"]["configuration"]["chunk_shape"]
    return codecs.get("sharding_indexed", {}).get("chunk_shape", outer)


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


def test_trap_07_metadata_of_0_5_lie_under_ome_and_of_0_4_at_the_root(convert):
    old, new = (convert(noise((50, 50)), "--ome-version", version) for version in FORMATS)
    attributes = json.loads((old / ".zattrs").read_text())
    assert "ome" not in attributes and {"multiscales", "omero"} <= set(attributes)
    assert attributes["multiscales"][0]["version"] == "0.4"
    attributes = json.loads((new / "zarr.json").read_text())["attributes"]
    assert not {"multiscales", "omero", "version"} & set(attributes)
    assert {"version", "multiscales", "omero"} <= set(attributes["ome"]) and attributes["ome"]["version"] == "0.5"
    assert "version" not in attributes["ome"]["multiscales"][0]


@pytest.mark.parametrize("order", ["".join(p) for p in itertools.permutations("TCZ")])
def test_trap_08_axes_are_in_the_order_of_the_specification_whatever_the_file_has(order, convert):
    sizes = {"T": 2, "C": 3, "Z": 4}
    pixels = noise([*(sizes[axis] for axis in order), 40, 30])
    output = convert(pixels, "--chunk", "2,32,32", metadata={"axes": f"{order}YX"})
    axes = multiscale(output)["axes"]
    assert [(axis["name"], axis["type"]) for axis in axes] == [
        ("t", "time"), ("c", "channel"), ("z", "space"), ("y", "space"), ("x", "space")
    ]  # fmt: skip
    expected = pixels.transpose(*(order.index(axis) for axis in "TCZ"), 3, 4)
    np.testing.assert_array_equal(read_zarr_python(str(output / "0")), expected)


@pytest.mark.parametrize("version", FORMATS)
@pytest.mark.parametrize("channels", [0, 1, 4])
def test_trap_09_omero_is_whole(version, channels, convert):
    shape, axes = ((channels, 40, 40), "CYX") if channels else ((40, 40), "YX")
    output = convert(noise(shape), "--ome-version", version, metadata={"axes": axes})
    omero = ome(output)["omero"]
    assert len(omero["channels"]) == max(1, channels)
    for channel in omero["channels"]:
        assert re.fullmatch("[0-9A-F]{6}", channel["color"])
        window = channel["window"]
        assert window["min"] <= window["start"] < window["end"] <= window["max"]
        assert channel["label"] and channel["active"] is True
    assert omero["rdefs"]["model"] in ("color", "greyscale")
    assert {"defaultT", "defaultZ"} <= set(omero["rdefs"])


@pytest.mark.parametrize("version", FORMATS)
def test_trap_10_scale_is_the_exact_factor_and_odd_sizes_round_up(version, convert):
    for height, width in [(41, 83), (85, 43), (127, 129), (64, 65)]:
        metadata = {"axes": "YX", "PhysicalSizeY": 0.3, "PhysicalSizeX": 0.3}
        output = convert(noise((height, width)), "--ome-version", version, metadata=metadata)
        shapes = [document["shape"] for document in array_documents(output)]
        assert len(shapes) > 2
        for level, (shape, dataset) in enumerate(zip(shapes, multiscale(output)["datasets"])):
            assert shape == [-(-height // 2**level), -(-width // 2**level)]
            assert transform(dataset, "scale") == [0.3 * 2**level, 0.3 * 2**level]


@pytest.mark.parametrize("version", FORMATS)
@pytest.mark.parametrize("method", ["mean", "nearest", "mode"])
def test_trap_11_translation_is_half_of_what_a_block_adds_and_follows_the_scale(version, method, convert):
    metadata = {"axes": "YX", "PhysicalSizeY": 0.3, "PhysicalSizeX": 0.3}
    output = convert(noise((90, 90)), "--ome-version", version, "--downsample", method, metadata=metadata)
    for level, dataset in enumerate(multiscale(output)["datasets"]):
        kinds = [t["type"] for t in dataset["coordinateTransformations"]]
        assert kinds in (["scale"], ["scale", "translation"])
        expected = 0 if method == "nearest" else (2**level - 1) / 2 * 0.3
        written = transform(dataset, "translation") or [0.0, 0.0]
        assert written == pytest.approx([expected] * 2, rel=1e-12, abs=0)


def test_trap_12_means_of_integers_round_half_to_even_and_do_not_drift(convert):
    quads = np.array(list(itertools.product(range(4), repeat=4)), "u1")
    tiles = quads.reshape(16, 16, 2, 2).transpose(0, 2, 1, 3).reshape(32, 32)
    level = read_zarr_python(str(convert(tiles) / "1"))
    assert level.ravel().tolist() == [round(sum(quad) / 4) for quad in quads.tolist()]
    pixels = np.random.default_rng(5).integers(0, 256, (512, 512), "u1")
    for coarser in image_readers.READERS["zarr-python"](str(convert(pixels)))[1:]:
        # Truncating would lose 0.375 a level. What is allowed is the noise of so many roundings.
        assert abs(coarser.mean() - pixels.mean()) < 1.5 / math.sqrt(coarser.size)


@pytest.mark.parametrize("size", [19, 20, 21, 31, 32, 33, 39, 40, 41, 63, 64, 65, 79, 80, 81, 128])
def test_trap_13_the_number_of_levels_does_not_depend_on_what_divides_what(size, convert):
    expected = [size]
    while expected[-1] > 20:
        expected.append(-(-expected[-1] // 2))
    shapes = [document["shape"] for document in array_documents(convert(noise((size, size // 2))))]
    assert [shape[0] for shape in shapes] == expected


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
def test_trap_19_the_layout_of_bioformats2raw_is_asked_for_and_whole(version, convert):
    plain = convert(noise((50, 50)), "--ome-version", version)
    assert "multiscales" in ome(plain) and "bioformats2raw.layout" not in ome(plain)
    output = convert(noise((50, 50)), "--ome-version", version, "--bioformats2raw")
    assert ome(output)["bioformats2raw.layout"] == 3 and "multiscales" not in ome(output)
    assert ome(output / "OME")["series"] == ["0"] and "multiscales" in ome(output / "0")
    document = output / "OME" / (".zgroup" if version == "0.4" else "zarr.json")
    assert json.loads(document.read_text())["zarr_format"] == (2 if version == "0.4" else 3)
    assert (output / "OME" / "METADATA.ome.xml").is_file()


@pytest.mark.parametrize("kind", ["channels", "rgb"])
def test_trap_20_ome_xml_and_ome_zarr_say_the_same(kind, convert):
    sizes = {"PhysicalSizeX": 0.25, "PhysicalSizeY": 0.5}
    if kind == "rgb":
        output = convert(noise((40, 50, 3), "u1"), "--bioformats2raw", metadata={"axes": "YXS", **sizes},
                         photometric="rgb")
    else:
        metadata = {"axes": "CZYX", **sizes, "PhysicalSizeZ": 2.0, "Channel": {"Name": ["A", "B"]}}
        output = convert(noise((2, 3, 40, 50)), "--bioformats2raw", "--chunk", "2,32,32", metadata=metadata)
    image, document = multiscale(output / "0"), array_documents(output / "0")[0]
    root = xml.etree.ElementTree.parse(output / "OME" / "METADATA.ome.xml").getroot()
    (pixels,) = root.iter(f"{OME_XML}Pixels")
    base = transform(image["datasets"][0], "scale")
    for axis, size, scale in zip(image["axes"], document["shape"], base):
        name = axis["name"].upper()
        assert int(pixels.get(f"Size{name}")) == size
        if axis["type"] == "space":
            assert axis["unit"] == "micrometer" and pixels.get(f"PhysicalSize{name}Unit", "µm") == "µm"
            assert float(pixels.get(f"PhysicalSize{name}")) == scale
    assert pixels.get("Type") == document["data_type"]
    channels = pixels.findall(f"{OME_XML}Channel")
    # A channel of RGB stays one of three samples, so that it can be put together again.
    assert [int(channel.get("SamplesPerPixel", 1)) for channel in channels] == ([3] if kind == "rgb" else [1, 1])
    if kind == "channels":
        labels = [channel["label"] for channel in ome(output / "0")["omero"]["channels"]]
        assert [channel.get("Name") for channel in channels] == labels == ["A", "B"]


@pytest.mark.parametrize(
    "unit, metres", [("µm", 1e-6), ("nm", 1e-9), ("mm", 1e-3), ("cm", 1e-2), ("m", 1), ("Å", 1e-10), ("in", 0.0254)])
def test_trap_21_units_of_ome_xml_are_written_by_their_names(unit, metres, convert):
    metadata = {"axes": "CYX", "PhysicalSizeY": 7.5, "PhysicalSizeX": 7.5, "PhysicalSizeYUnit": unit,
                "PhysicalSizeXUnit": unit}  # fmt: skip
    output = convert(noise((2, 40, 40)), metadata=metadata)
    image = multiscale(output)
    channel, *space = image["axes"]
    assert "unit" not in channel
    for axis, scale in zip(space, transform(image["datasets"][0], "scale")[1:]):
        assert scale * METRES[axis["unit"]] == pytest.approx(7.5 * metres, rel=1e-12)


@pytest.mark.parametrize("unit", ["micron", "\\u00B5m", "um", "\xb5m"])
def test_trap_21_the_micrometre_of_imagej_has_many_spellings(unit, tmp_path, run):
    # ImageJ writes Latin-1, against the specification of TIFF.
    description = f"ImageJ=1.54f\nunit={unit}\n".encode("latin-1")
    tifffile.imwrite(tmp_path / "in.tif", noise((40, 40)), description=description, resolution=(4, 4), metadata=None)
    run("convert", tmp_path / "in.tif", tmp_path / "out", "--quiet")
    image = multiscale(tmp_path / "out")
    assert [axis["unit"] for axis in image["axes"]] == ["micrometer", "micrometer"]
    assert transform(image["datasets"][0], "scale") == [0.25, 0.25]


@pytest.mark.parametrize("unit", ["pixel", "reference frame"])
def test_trap_21_what_is_no_unit_of_length_is_left_out(unit, convert):
    metadata = {"axes": "YX", "PhysicalSizeY": 2.0, "PhysicalSizeX": 2.0, "PhysicalSizeYUnit": unit,
                "PhysicalSizeXUnit": unit}  # fmt: skip
    assert all("unit" not in axis for axis in multiscale(convert(noise((40, 40)), metadata=metadata))["axes"])


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


def test_trap_27_time_and_channels_are_never_reduced_and_nothing_is_erased(convert, run):
    output = convert(noise((4, 4, 4, 80, 80)), "--chunk", "4,32,32", metadata={"axes": "TCZYX"})
    shapes = [document["shape"] for document in array_documents(output)]
    assert len(shapes) > 2 and all(shape[:2] == [4, 4] for shape in shapes)
    before = contents(output)
    assert "--overwrite" in run("convert", output.parent / "in.ome.tif", output, "--quiet", status=1).stderr
    assert contents(output) == before


def test_trap_28_no_fortran_order_no_filters_no_consolidated_metadata(convert):
    old, new = (convert(noise((50, 50)), "--ome-version", version) for version in FORMATS)
    assert all(document["order"] == "C" and document["filters"] is None for document in array_documents(old))
    # A copy of all metadata goes stale as soon as one document is edited.
    assert not list(old.rglob(".zmetadata"))
    assert all(b"consolidated_metadata" not in file.read_bytes() for file in new.rglob("zarr.json"))
    assert all("transpose" not in inner_codecs(document) for document in array_documents(new))
