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
import re
import xml.etree.ElementTree

import numpy as np
import pytest
import tifffile

import image_readers
from ome_metadata import multiscale, ome, transform
from test_output_folder import contents
from written import FORMATS, array_documents, noise
from zarr_readers import read_zarr_python

# The units of length and time that NGFF takes from UDUNITS-2, in metres and seconds.
METRES = {"angstrom": 1e-10, "nanometer": 1e-9, "micrometer": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2,
          "meter": 1, "inch": 0.0254}  # fmt: skip
OME_XML = "{http://www.openmicroscopy.org/Schemas/OME/2016-06}"


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


def test_trap_27_time_and_channels_are_never_reduced_and_nothing_is_erased(convert, run):
    output = convert(noise((4, 4, 4, 80, 80)), "--chunk", "4,32,32", metadata={"axes": "TCZYX"})
    shapes = [document["shape"] for document in array_documents(output)]
    assert len(shapes) > 2 and all(shape[:2] == [4, 4] for shape in shapes)
    before = contents(output)
    assert "--overwrite" in run("convert", output.parent / "in.ome.tif", output, "--quiet", status=1).stderr
    assert contents(output) == before
