"""Nothing a file says is lost: OME-XML to the letter, tags, times and positions of planes."""

import json
import pathlib
import struct
import xml.etree.ElementTree

import numpy as np
import pytest
import tifffile
import zarr

import images
from ome_metadata import multiscale

OME = "{http://www.openmicroscopy.org/Schemas/OME/2016-06}"
VERSIONS = ["0.4", "0.5"]


def source(path) -> dict:
    """What was kept of the source under the documented attribute."""
    path = pathlib.Path(path)
    if (path / ".zattrs").exists():
        return json.loads((path / ".zattrs").read_text())["ome-zarr"]["source"]
    return json.loads((path / "zarr.json").read_text())["attributes"]["ome-zarr"]["source"]


def document(path) -> xml.etree.ElementTree.Element:
    return xml.etree.ElementTree.parse(path / "OME" / "METADATA.ome.xml").getroot()


def pixels(root) -> list[dict]:
    """The Pixels of each image, which must come with a MetadataOnly and without places in a TIFF."""
    found = [image.find(f"{OME}Pixels") for image in root.findall(f"{OME}Image")]
    for each in found:
        kinds = [child.tag.removeprefix(OME) for child in each]
        order = ["Channel", "BinData", "TiffData", "MetadataOnly", "Plane"]
        assert kinds == sorted(kinds, key=order.index), "the schema demands this order"
        assert kinds.count("MetadataOnly") == 1 and "TiffData" not in kinds and "BinData" not in kinds
    return [each.attrib for each in found]


@pytest.mark.parametrize("version", VERSIONS)
def test_ome_xml_is_kept_to_the_letter(version, tmp_path, run):
    data = images.random_values("uint16", (3, 2, 40, 50), 1)
    planes = {"DeltaT": [0.5 * i for i in range(6)], "PositionX": [1.5] * 6, "PositionXUnit": ["µm"] * 6}
    tifffile.imwrite(tmp_path / "a.ome.tif", data, metadata={"axes": "TCYX", "Plane": planes, "Name": "größe"})
    run("convert", tmp_path / "a.ome.tif", tmp_path / "out", "--ome-version", version, "--quiet")
    given = tifffile.TiffFile(tmp_path / "a.ome.tif").pages[0].tags[270]
    raw = (tmp_path / "a.ome.tif").read_bytes()[given.valueoffset :][: given.count].rstrip(b"\0")
    assert (tmp_path / "out" / "OME" / "source.ome.xml").read_bytes() == raw
    kept = (tmp_path / "out" / "OME" / "METADATA.ome.xml").read_bytes()
    start, end = raw.index(b"<TiffData"), raw.index(b"<Plane ")
    assert kept == raw[:start] + b"<MetadataOnly/>" + raw[end:]
    assert pixels(document(tmp_path / "out"))[0]["SizeT"] == "3"
    record = source(tmp_path / "out")
    assert record["format"] == "OME-TIFF" and "file" not in record
    assert json.loads((tmp_path / "out" / "OME" / "conversion.json").read_text())["source"] == "a.ome.tif"
    assert record["planes"] == {
        "axes": ["t", "c", "z"], "shape": [3, 2, 1], "DeltaT": planes["DeltaT"], "DeltaTUnit": "s",
        "PositionX": 1.5, "PositionXUnit": "µm",
    }
    run("validate", tmp_path / "out")
    # What is written anew from it has it, too.
    run("convert", tmp_path / "out", tmp_path / "again", "--quiet")
    assert (tmp_path / "again" / "OME" / "source.ome.xml").read_bytes() == raw
    assert source(tmp_path / "again") == record


@pytest.mark.parametrize("version", VERSIONS)
def test_where_there_was_no_ome_xml_it_is_written(version, tmp_path, run):
    data = images.random_values("uint8", (4, 30, 20), 2)
    tags = {"axes": "ZYX", "unit": "um", "spacing": 2.0, "Info": "line\nµ", "Labels": ["a", "b", "c", "d"]}
    tifffile.imwrite(tmp_path / "a.tif", data, imagej=True, resolution=(4, 4), metadata=tags)
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--ome-version", version, "--quiet")
    (found,) = pixels(document(tmp_path / "out"))
    assert [found["Size" + axis] for axis in "XYZCT"] == ["20", "30", "4", "1", "1"]
    assert (found["PhysicalSizeX"], found["PhysicalSizeXUnit"], found["PhysicalSizeZ"]) == ("0.25", "µm", "2.0")
    assert not (tmp_path / "out" / "OME" / "source.ome.xml").exists()
    record = source(tmp_path / "out")
    assert record["imagej"]["Info"] == tags["Info"] and record["imagej"]["Labels"] == tags["Labels"]
    assert record["tags"]["ImageDescription"].startswith("ImageJ=") and record["tags"]["XResolution"] == 4
    run("validate", tmp_path / "out")


def test_tags_are_kept(tmp_path, run):
    profile, private = bytes(range(256)) * 4, "x" * 70_000
    extra = [(315, "s", 0, "Ann", True), (65000, "s", 0, private, True), (33550, "d", 3, (1.5, 2.0, 0.0), True)]
    tifffile.imwrite(
        tmp_path / "a.tif", images.random_values("uint8", (40, 50, 3), 3), photometric="rgb", iccprofile=profile,
        description="a slide", software="Microscope 3", datetime="2026:11:22 10:00:00", extratags=extra, metadata=None)
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    tags = source(tmp_path / "out")["tags"]
    assert {name: tags[name] for name in ["ImageDescription", "Software", "DateTime", "Artist", "ModelPixelScale"]} == {
        "ImageDescription": "a slide", "Software": "Microscope 3", "DateTime": "2026:11:22 10:00:00", "Artist": "Ann",
        "ModelPixelScale": [1.5, 2, 0],
    }
    import base64

    assert base64.b64decode(tags["ICCProfile"]["base64"]) == profile
    assert tags["65000"] == {"text": "x" * 65536, "bytes": 70_001}
    assert multiscale(tmp_path / "out")["metadata"]["rgb"] is True


def test_associated_images_are_series_with_their_own_tags(tmp_path, run):
    slide, label = images.random_values("uint8", (300, 400, 3), 4), images.random_values("uint8", (50, 70, 3), 5)
    macro = images.random_values("uint8", (60, 41), 6)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(slide, photometric="rgb", tile=(128, 128), description="slide", metadata=None)
        file.write(label, photometric="rgb", description="label", metadata=None, subfiletype=1)
        file.write(macro, photometric="minisblack", description="macro", metadata=None)
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    for number, expected in enumerate([np.moveaxis(slide, -1, 0), np.moveaxis(label, -1, 0), macro]):
        group = tmp_path / "out" / str(number)
        np.testing.assert_array_equal(zarr.open_array(str(group / "0"), mode="r")[...], expected)
        assert source(group)["tags"]["ImageDescription"] == ["slide", "label", "macro"][number]
        assert multiscale(group)["metadata"].get("rgb", False) is (expected.ndim == 3)
    assert len(pixels(document(tmp_path / "out"))) == 3
    run("validate", tmp_path / "out")


def test_one_image_of_several_gets_a_document_of_its_own(tmp_path, run):
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as file:
        file.write(images.random_values("uint8", (20, 30), 7), metadata={"axes": "YX"})
        file.write(images.random_values("uint8", (25, 35), 8), metadata={"axes": "YX"})
    said = run("convert", tmp_path / "a.ome.tif", tmp_path / "out", "--series", 1).stderr
    assert "warning" not in said
    (found,) = pixels(document(tmp_path / "out"))
    assert (found["SizeY"], found["SizeX"]) == ("25", "35")
    assert (tmp_path / "out" / "OME" / "source.ome.xml").read_bytes().count(b"<Image ") == 2


def camera_tags(path, pixels, entries):
    """A TIFF with an Exif directory, as cameras write it: tifffile refuses the tag that points to it."""
    tifffile.imwrite(path, pixels, extratags=[(34666, "I", 1, 0x7FFFFFF0, True)], metadata=None, byteorder="<")
    raw = bytearray(path.read_bytes())
    place = raw.index(struct.pack("<HHII", 34666, 4, 1, 0x7FFFFFF0))
    raw[place : place + 12] = struct.pack("<HHII", 34665, 4, 1, len(raw) + len(raw) % 2)
    raw += b"\0" * (len(raw) % 2)
    start, long = len(raw) + 2 + 12 * len(entries) + 4, b""
    raw += struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        raw += struct.pack("<HHI", tag, kind, count)
        raw += value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", start + len(long))
        long += value if len(value) > 4 else b""
    raw += struct.pack("<I", 0) + long
    path.write_bytes(raw)


def test_what_a_camera_wrote_is_kept(tmp_path, run):
    entries = [
        (33434, 5, 1, struct.pack("<II", 1, 50)), (34855, 3, 1, struct.pack("<H", 200)), (36864, 7, 4, b"0232"),
        (36867, 2, 20, b"2024:01:02 03:04:05\0"), (37500, 7, 8, bytes(range(200, 208))), (42036, 2, 5, b"50mm\0"),
    ]
    camera_tags(tmp_path / "a.tif", np.zeros((20, 30), "uint8"), entries)
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    assert source(tmp_path / "out")["exif"] == {
        "ExposureTime": 0.02, "PhotographicSensitivity": 200, "ExifVersion": "0232",
        "DateTimeOriginal": "2024:01:02 03:04:05", "MakerNote": {"base64": "yMnKy8zNzs8="}, "LensModel": "50mm",
    }
    # A pointer to nowhere is no reason not to convert.
    raw = bytearray((tmp_path / "a.tif").read_bytes())
    place = raw.index(struct.pack("<HHI", 34665, 4, 1)) + 8
    raw[place : place + 4] = struct.pack("<I", len(raw) - 3)
    (tmp_path / "b.tif").write_bytes(raw)
    run("convert", tmp_path / "b.tif", tmp_path / "cut", "--quiet")
    assert "exif" not in source(tmp_path / "cut")


def micro_manager(path, notes):
    with tifffile.TiffWriter(path) as file:
        for number, note in enumerate(notes):
            extra = [(51123, "s", 0, note, True)] if note is not None else []
            file.write(np.full((8, 9), number, "uint8"), extratags=extra, contiguous=False, metadata=None)


def test_the_notes_of_micro_manager_on_every_plane_are_kept(tmp_path, run):
    notes = [
        {"Camera": "Andor", "ElapsedTime-ms": 31.5 * n, "ROI": [0, 0, 9, 8], **({"Odd": {"n": n}} if n % 2 else {})}
        for n in range(4)
    ]
    micro_manager(tmp_path / "a.tif", [json.dumps(note) for note in notes[:3]] + ["not json"])
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    record = source(tmp_path / "out")
    shape = record["micromanager"].pop("shape")
    assert np.prod(shape) == 4 and record["micromanager"] == {
        "axes": ["t", "c", "z"], "Camera": "Andor", "ElapsedTime-ms": [0.0, 31.5, 63.0, None], "ROI": [0, 0, 9, 8],
        "Odd": [None, {"n": 1}, None, None],
    }
    assert "MicroManagerMetadata" not in record["tags"]
    micro_manager(tmp_path / "b.tif", [json.dumps(note) for note in notes])
    run("convert", tmp_path / "b.tif", tmp_path / "all", "--quiet")
    record = source(tmp_path / "all")["micromanager"]
    assert record["ElapsedTime-ms"] == [0.0, 31.5, 63.0, 94.5]
    # What is no JSON stays the text it is.
    micro_manager(tmp_path / "c.tif", ["not json", "neither"])
    run("convert", tmp_path / "c.tif", tmp_path / "text", "--quiet")
    record = source(tmp_path / "text")
    assert "micromanager" not in record and record["tags"]["MicroManagerMetadata"] == "not json"


def test_notes_without_end_are_cut(tmp_path, run):
    long = {f"key {n}": "x" * 1000 for n in range(180)}
    micro_manager(tmp_path / "a.tif", [json.dumps({**long, "n": n, "large": chr(97 + n) * 60_000}) for n in range(20)])
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    record = source(tmp_path / "out")["micromanager"]
    assert len(json.dumps(record)) < 1.1 * (1 << 20) and record["key 179"] == "x" * 1000
    assert record["omitted"] == 1 and "large" not in record
    # Four megabytes are read, which is not enough for all planes.
    assert record["n"][:16] == list(range(16)) and record["n"][-1] is None
