"""What `export` writes, read by others: tifffile with all its levels, libtiff, our own."""

import itertools
import json
import os
import signal
import subprocess

import numpy as np
import pytest
import rasterio
import rasterio.errors
import tifffile
import zarr

from conftest import binary
from images import random_values
from ome_tiff import check_schema, images, opened, tczyx
from test_memory import peak

TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
COMPRESSIONS = {"none": 1, "deflate": 8, "zstd:9": 50000, "lzw": 5}


def image(folder, pixels: np.ndarray, axes: str, levels: int = 1, chunks=(48,) * 5, name="numbers", **metadata):
    """An OME-Zarr 0.5 whose levels are every second pixel of the one before, without a converter between."""
    group = zarr.create_group(folder)
    datasets = []
    for level in range(levels):
        step = 1 << level
        part = pixels[..., ::step, ::step]
        array = group.create_array(
            str(level), shape=part.shape, dtype=part.dtype,
            chunks=[min(chunk, n) for chunk, n in zip(chunks, part.shape)],
        )
        array[:] = part
        scale = [step if axis in "yx" else 1 for axis in axes]
        transformation = {"type": "scale", "scale": [0.5 * n if a in "zyx" else n for a, n in zip(axes, scale)]}
        datasets.append({"path": str(level), "coordinateTransformations": [transformation]})
    kinds = {"t": {"type": "time", "unit": "second"}, "c": {"type": "channel"}}
    space = {"type": "space", "unit": "micrometer"}
    multiscale = {"axes": [{"name": a, **kinds.get(a, space)} for a in axes], "datasets": datasets, "name": name}
    omero = metadata.pop("omero", None)
    multiscale.update(metadata)
    ome = {"version": "0.5", "multiscales": [multiscale]}
    if omero:
        ome["omero"] = omero
    group.attrs["ome"] = ome
    return folder


def shaped(pixels: np.ndarray, axes: str) -> np.ndarray:
    return pixels.reshape([pixels.shape[axes.index(axis)] if axis in axes else 1 for axis in "tczyx"])


@pytest.mark.parametrize("dtype, compression", itertools.product(TYPES, COMPRESSIONS))
def test_tifffile_reads_every_level_of_every_type(dtype, compression, tmp_path, run):
    pixels = random_values(dtype, (2, 3, 77, 130), seed=5)
    image(tmp_path / "in.zarr", pixels, "czyx", levels=3)
    output = tmp_path / "out.ome.tif"
    run("export", tmp_path / "in.zarr", output, "--tile", 48, "--compression", compression, "--quiet")
    xml, (series,) = opened(output)
    page = series.pages[0]
    differenced = compression != "none" and not dtype.startswith("float")
    assert page.compression == COMPRESSIONS[compression] and page.predictor == (2 if differenced else 1)
    assert page.is_tiled and not series.keyframe.is_reduced
    assert len(series.levels) == 3
    for level in range(3):
        step = 1 << level
        assert series.levels[level].dtype == dtype
        np.testing.assert_array_equal(tczyx(series, level), shaped(pixels[..., ::step, ::step], "czyx"))
    check_schema(xml)
    (said,) = images(xml)
    assert (said.name, said.dtype) == ("numbers", dtype)
    assert said.sizes == {"X": 130, "Y": 77, "Z": 3, "C": 2, "T": 1}
    assert said.spacing == {f"PhysicalSize{axis}": (0.5, "µm") for axis in "XYZ"}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("dtype, rgb, compression", [
    *itertools.product(["uint8", "uint16", "float32"], [False], COMPRESSIONS),
    *itertools.product(["uint8"], [True], COMPRESSIONS), ("uint8", False, "jpeg"), ("uint8", True, "jpeg"),
])
def test_libtiff_reads_what_tifffile_reads(dtype, rgb, compression, tmp_path, run):
    pixels = random_values(dtype, (3, 290, 130), seed=6)
    image(tmp_path / "in.zarr", pixels, "cyx", metadata={"rgb": rgb})
    output = tmp_path / "out.ome.tif"
    run("export", tmp_path / "in.zarr", output, "--tile", 48, "--compression", compression, "--quiet")
    pages = tifffile.TiffFile(output).pages
    for number, page in enumerate(pages):
        with rasterio.open(f"GTIFF_DIR:{number + 1}:{output}") as file:
            assert file.overviews(1) == [2]
            own = np.moveaxis(page.asarray(), -1, 0) if rgb else page.asarray()[None]
            # Two decoders of JPEG differ by their rounding of colours.
            np.testing.assert_allclose(file.read().astype(float), own, atol=2 if compression == "jpeg" else 0)


@pytest.mark.parametrize("axes", ["yx", "zyx", "cyx", "tyx", "tcyx", "czyx", "tczyx"])
def test_every_set_of_axes_arrives_in_its_order(axes, tmp_path, run):
    sizes = {"t": 3, "c": 2, "z": 4, "y": 33, "x": 20}
    shape = [sizes[axis] for axis in axes]
    pixels = np.arange(np.prod(shape), dtype="uint16").reshape(shape)
    image(tmp_path / "in.zarr", pixels, axes, levels=2)
    run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--tile", 16, "--quiet")
    _, (series,) = opened(tmp_path / "out.ome.tif")
    np.testing.assert_array_equal(tczyx(series), shaped(pixels, axes))
    np.testing.assert_array_equal(tczyx(series, 1), shaped(pixels[..., ::2, ::2], axes))
    # And what we read back ourselves is the same image.
    run("convert", tmp_path / "out.ome.tif", tmp_path / "back.zarr", "--quiet")
    back = zarr.open_array(tmp_path / "back.zarr" / "0")[:]
    np.testing.assert_array_equal(back.reshape(-1), pixels.reshape(-1))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("axes", ["cyx", "czyx"])
def test_red_green_and_blue_lie_side_by_side_again(dtype, axes, tmp_path, run):
    shape = [{"c": 3, "z": 2, "y": 90, "x": 70}[axis] for axis in axes]
    pixels = random_values(dtype, tuple(shape), seed=2)
    image(tmp_path / "in.zarr", pixels, axes, levels=2, metadata={"rgb": True})
    run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--tile", 32, "--quiet")
    xml, (series,) = opened(tmp_path / "out.ome.tif")
    assert series.keyframe.photometric == tifffile.PHOTOMETRIC.RGB and series.keyframe.samplesperpixel == 3
    for level in range(2):
        np.testing.assert_array_equal(tczyx(series, level), shaped(pixels[..., :: 1 << level, :: 1 << level], axes))
    assert [samples for _, _, samples in images(xml)[0].channels] == [3]
    check_schema(xml)


@pytest.mark.parametrize("kind, axes", [("cells", "yx"), ("tissue", "cyx")])
def test_jpeg_is_close_to_what_was_there_and_closer_with_more_quality(kind, axes, tmp_path, run):
    arguments = ["--kind", "brightfield"] if kind == "tissue" else ["--channels", 1]
    run("sample", "--out", tmp_path / "in.ome.tif", "--size", "200x330", "--quiet", *arguments)
    pixels = tifffile.imread(tmp_path / "in.ome.tif")
    if kind == "cells":
        pixels = np.minimum(pixels // 16, 255).astype("uint8").reshape(200, 330)
    image(
        tmp_path / "in.zarr", np.moveaxis(pixels, -1, 0) if kind == "tissue" else pixels, axes, levels=2,
        metadata={"rgb": kind == "tissue"},
    )
    noise = {}
    for quality in [50, 75, 95]:
        output = tmp_path / f"{quality}.ome.tif"
        run("export", tmp_path / "in.zarr", output, "--compression", "jpeg", "--quality", quality, "--quiet")
        _, (series,) = opened(output)
        assert series.keyframe.compression == 7
        assert series.keyframe.photometric.name == ("YCBCR" if kind == "tissue" else "MINISBLACK")
        assert len(series.levels) == 2
        noise[quality] = float(np.mean((series.asarray().astype(float) - pixels) ** 2))
        # What tifffile decodes is what we do.
        run("read", output, "-o", tmp_path / f"{quality}.npy")
        own = np.load(tmp_path / f"{quality}.npy")
        np.testing.assert_array_equal(np.moveaxis(own, 0, -1) if kind == "tissue" else own.squeeze(), series.asarray())
    assert noise[95] < noise[75] < noise[50]
    # 40 dB, which the eye does not tell from the original.
    assert noise[95] < 255**2 / 10**4


def test_names_colours_wavelengths_sizes_and_units_survive_an_ome_zarr_of_another_writer(tmp_path, run):
    channels = [
        {"label": "DAPI <1>", "color": "0000FF", "window": {"min": 0, "max": 255, "start": 0, "end": 255}},
        {"label": "grün", "color": "FF8000", "window": {"min": 0, "max": 255, "start": 0, "end": 255}},
    ]
    image(tmp_path / "in.zarr", np.zeros((2, 5, 6), "uint8"), "cyx", omero={"channels": channels})
    run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--quiet")
    (said,) = images(opened(tmp_path / "out.ome.tif")[0])
    assert said.channels == [("DAPI <1>", "65535", 1), ("grün", str(0xFF8000FF - (1 << 32)), 1)]
    page = tifffile.TiffFile(tmp_path / "out.ome.tif").pages[0]
    assert page.resolutionunit == 3 and page.resolution == (20000.0, 20000.0)
    assert page.software.startswith("ome-zarr ") and page.datetime is None


NOTES = """<?xml version="1.0" encoding="UTF-8"?>
<!-- kept --><o:OME xmlns:o="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1">
  <o:Instrument ID="Instrument:0"><o:Objective ID="Objective:0" LensNA="1.4"/></o:Instrument>
  <o:Image ID="Image:0" Name="µ &amp; more"><o:Pixels ID="Pixels:0" DimensionOrder="XYZTC" Type="uint8" SizeX="6" SizeY="5"
    SizeZ="1" SizeC="2" SizeT="1" BigEndian="true" PhysicalSizeX="0.5" PhysicalSizeY="0.5"><o:Channel ID="Channel:0:0" SamplesPerPixel="1"/><o:Channel ID="Channel:0:1"
    Name="two" Fluor="GFP" SamplesPerPixel="1"/>PLACE<o:Plane TheZ="0" TheC="0" TheT="0" DeltaT="1.5"/></o:Pixels></o:Image>
</o:OME>
"""


@pytest.mark.parametrize("name, place", [
    ("source.ome.xml", '<o:TiffData IFD="7"><o:UUID FileName="a.tif">urn:uuid:1</o:UUID></o:TiffData><o:TiffData/>'),
    ("METADATA.ome.xml", "<o:MetadataOnly/>"),
])
def test_ome_xml_beside_an_image_is_kept_to_the_letter(name, place, tmp_path, run):
    omero = {"channels": [{}, {"label": "two"}]}
    image(tmp_path / "in.zarr", np.zeros((2, 5, 6), "uint8"), "cyx", name="µ & more", omero=omero)
    (tmp_path / "in.zarr" / "OME").mkdir()
    (tmp_path / "in.zarr" / "OME" / name).write_text(NOTES.replace("PLACE", place))
    # By this a converter says that the source describes these images.
    (tmp_path / "in.zarr" / "OME" / "METADATA.ome.xml").write_text(NOTES.replace("PLACE", "<o:MetadataOnly/>"))
    run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--quiet")
    expected = (
        NOTES.replace("PLACE", '<o:TiffData IFD="0" PlaneCount="2"/>').replace(' UUID="urn:uuid:1"', "")
        .replace("XYZTC", "XYZCT").replace('BigEndian="true"', 'BigEndian="false"')
    )
    # tifffile takes white space from the end.
    assert opened(tmp_path / "out.ome.tif")[0] == expected.strip()
    run("export", tmp_path / "in.zarr", tmp_path / "anew.ome.tif", "--no-source-xml", "--quiet")
    assert "Objective" not in opened(tmp_path / "anew.ome.tif")[0]


@pytest.mark.parametrize("xml", [
    b"", b"<OME", b"<a><b></a></b>", b"\0" * 100, b"<OME>" * 100_000, b"<OME " + b"a='b' " * 100_000 + b"/>",
    b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + b"&a;" * 1000 + b'"><!ENTITY c "' + b"&b;" * 1000
    + b'"><!ENTITY d "' + b"&c;" * 1000 + b'">]><o>&d;</o>',
    NOTES.replace('SizeC="2"', 'SizeC="99999999999999999999"').encode(),
    NOTES.replace('SamplesPerPixel="1"', 'SamplesPerPixel="9223372036854775807"').encode(),
], ids=range(9))
def test_damaged_and_hostile_ome_xml_is_written_anew_with_a_warning(xml, tmp_path, run):
    image(tmp_path / "in.zarr", np.zeros((2, 5, 6), "uint8"), "cyx")
    (tmp_path / "in.zarr" / "OME").mkdir()
    (tmp_path / "in.zarr" / "OME" / "source.ome.xml").write_bytes(xml)
    process = run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", timeout=20)
    assert "the OME-XML of the source is not kept but written anew" in process.stderr
    (said,) = images(opened(tmp_path / "out.ome.tif")[0])
    assert said.name == "numbers" and len(said.channels) == 2


def test_a_collection_becomes_one_file_and_a_series_of_it_another(tmp_path, run):
    with tifffile.TiffWriter(tmp_path / "in.ome.tif", ome=True) as file:
        file.write(random_values("uint8", (3, 40, 50), seed=1), metadata={"axes": "ZYX", "Name": "a"})
        file.write(random_values("uint16", (2, 30, 20), seed=2), metadata={"axes": "CYX", "Name": "b"})
    run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--quiet")
    run("export", tmp_path / "in.zarr", tmp_path / "both.ome.tif", "--quiet")
    run("export", tmp_path / "in.zarr", tmp_path / "b.ome.tif", "--series", 1, "--quiet")
    before, both, one = (opened(tmp_path / name)[1] for name in ["in.ome.tif", "both.ome.tif", "b.ome.tif"])
    assert [series.name for series in both] == ["a", "b"] and [series.name for series in one] == ["b"]
    for old, new in zip(before + before[1:], both + one):
        np.testing.assert_array_equal(old.asarray(), new.asarray())


def two_images(path):
    """Two images of the same sizes and type, by their names alone told apart."""
    sizes = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}
    with tifffile.TiffWriter(path, ome=True) as file:
        for seed, name in enumerate("ab"):
            channels = {"Name": [f"{name}{number}" for number in range(3)]}
            file.write(
                random_values("uint16", (3, 30, 20), seed=seed), photometric="minisblack",
                metadata={"axes": "CYX", "Name": name, "Channel": channels, **sizes},
            )
    return path


@pytest.mark.parametrize("arguments, edits, name, channels, size", [
    (["--series", 1], [], "b", "b0 b1 b2", 0.5),
    (["--series", 0, "--c", "1,2,0"], [], "a", "a1 a2 a0", 0.5),
    (["--series", 0, "--channel-names", "x,y,z"], [], "a", "x y z", 0.5),
    (["--series", 0, "--pixel-size", "0.25um"], [], "a", "a0 a1 a2", 0.25),
    (["--series", 0], ["--channel-names", "x,y,z"], "a", "x y z", 0.5),
    (["--series", 0], ["--pixel-size", "0.25um"], "a", "a0 a1 a2", 0.25),
], ids=range(6))
def test_what_was_chosen_and_changed_is_not_undone(arguments, edits, name, channels, size, tmp_path, run):
    run("convert", two_images(tmp_path / "in.ome.tif"), tmp_path / "in.zarr", "--quiet", *arguments)
    if edits:
        run("edit", tmp_path / "in.zarr", *edits)
    process = run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif")
    assert process.stderr.count("the OME-XML of the source is not kept but written anew") == 1
    (said,) = images(opened(tmp_path / "out.ome.tif")[0])
    assert said.name == name and [channel for channel, _, _ in said.channels] == channels.split()
    assert said.spacing["PhysicalSizeX"] == (size, "µm")


def test_an_edit_of_a_whole_image_is_not_undone(tmp_path, run):
    pixels = random_values("uint16", (2, 30, 20), seed=1)
    metadata = {"axes": "CYX", "Channel": {"Name": ["one", "two"]}, "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}
    tifffile.imwrite(tmp_path / "in.ome.tif", pixels, photometric="minisblack", metadata=metadata)
    run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--quiet")
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "kept.ome.tif").stderr
    run("edit", tmp_path / "in.zarr", "--channel-names", "x,y")
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif").stderr
    assert [name for name, _, _ in images(opened(tmp_path / "out.ome.tif")[0])[0].channels] == ["x", "y"]


NAMED = """<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Instrument ID="Instrument:0"/><Image ID="Image:0"
NAME><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="6" SizeY="5" SizeZ="1" SizeC="2" SizeT="1"><Channel
ID="C:0" SamplesPerPixel="1" WAVE/><Channel ID="C:1" SamplesPerPixel="1"/><TiffData/></Pixels></Image></OME>"""


@pytest.mark.parametrize("said", ['Name="old"', ""])
def test_a_new_name_is_exported(said, tmp_path, run):
    xml = NAMED.replace("NAME", said).replace("WAVE", "")
    tifffile.imwrite(tmp_path / "in.ome.tif", np.zeros((2, 5, 6), "uint8"), description=xml, metadata=None)
    run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--quiet")
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "kept.ome.tif").stderr
    assert "Instrument" in opened(tmp_path / "kept.ome.tif")[0]
    run("edit", tmp_path / "in.zarr", "--name", "new")
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif").stderr
    text = opened(tmp_path / "out.ome.tif")[0]
    assert [each.name for each in images(text)] == ["new"] and "Instrument" in text


def test_edits_of_every_kind_change_only_what_they_are_about(tmp_path, run):
    xml = NOTES.replace("PLACE", "<o:TiffData/>").replace("µ &amp; more", "old").replace('Name="two"', "Name='two'")
    tifffile.imwrite(tmp_path / "in.ome.tif", np.zeros((2, 5, 6), "uint8"), description=xml.encode(), metadata=None)
    run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--quiet")
    metadata = tmp_path / "in.zarr/OME/METADATA.ome.xml"
    before = metadata.read_text()
    assert run("edit", tmp_path / "in.zarr", "--window", "0:1:9").stderr == ""
    assert metadata.read_text() == before
    for edit in [["--name", 'a "<&> µ'], ["--channel-names", "one,it's"], ["--channel-colors", "FF0000,00FF00"],
                 ["--pixel-size", "2nm,3nm"]]:
        assert run("edit", tmp_path / "in.zarr", *edit).stderr == ""
    expected = before.replace('Name="old"', 'Name="a &quot;&lt;&amp;&gt; µ"').replace(
        'PhysicalSizeX="0.5" PhysicalSizeY="0.5"',
        'PhysicalSizeX="2.0" PhysicalSizeY="3.0" PhysicalSizeXUnit="nm" PhysicalSizeYUnit="nm"').replace(
        'ID="Channel:0:0" SamplesPerPixel="1"', f'ID="Channel:0:0" SamplesPerPixel="1" Name="one" Color="{0xFF0000FF - (1 << 32)}"').replace(
        "Name='two' Fluor=\"GFP\" SamplesPerPixel=\"1\"", f'Name=\'it&apos;s\' Fluor="GFP" SamplesPerPixel="1" Color="{0x00FF00FF}"')
    assert metadata.read_text() == expected
    run("verify", tmp_path / "in.zarr")
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif").stderr
    text = opened(tmp_path / "out.ome.tif")[0]
    (said,) = images(text)
    assert "LensNA" in text and [name for name, _, _ in said.channels] == ["one", "it's"]
    assert said.spacing["PhysicalSizeX"] == (2, "nm")


def test_one_image_of_a_collection_is_edited_and_the_others_stay(tmp_path, run):
    run("convert", two_images(tmp_path / "in.ome.tif"), tmp_path / "in.zarr", "--quiet")
    metadata = tmp_path / "in.zarr/OME/METADATA.ome.xml"
    before = metadata.read_text()
    run("edit", tmp_path / "in.zarr", "--series", 1, "--channel-names", "x,y,z", "--name", "new")
    expected = before
    for old, new in [("b0", "x"), ("b1", "y"), ("b2", "z"), ("b", "new")]:
        expected = expected.replace(f'Name="{old}"', f'Name="{new}"')
    assert metadata.read_text() == expected != before
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif").stderr
    assert [each.name for each in images(opened(tmp_path / "out.ome.tif")[0])] == ["a", "new"]


def test_a_part_keeps_its_place(tmp_path, run):
    image(tmp_path / "in.zarr", random_values("uint8", (6, 40, 50), seed=1), "zyx")
    run("convert", tmp_path / "in.zarr", tmp_path / "part.zarr", "--z", "2:4", "--region", "0,10,50,20", "--quiet")
    run("export", tmp_path / "part.zarr", tmp_path / "out.ome.tif", "--quiet")
    xml = opened(tmp_path / "out.ome.tif")[0]
    check_schema(xml)
    plane = tifffile.xml2dict(xml)["OME"]["Image"]["Pixels"]["Plane"]
    assert plane == {"TheZ": 0, "TheC": 0, "TheT": 0, "PositionY": 5.0, "PositionYUnit": "µm", "PositionZ": 1.0, "PositionZUnit": "µm"}
    run("export", tmp_path / "in.zarr", tmp_path / "whole.ome.tif", "--quiet")
    assert "Position" not in opened(tmp_path / "whole.ome.tif")[0]


def test_remains_of_killed_exports_are_removed_and_nothing_else(tmp_path, run):
    image(tmp_path / "in.zarr", random_values("uint8", (5, 6), seed=1), "yx")
    gone = subprocess.Popen(["true"])
    gone.wait()
    kept = [f"out.ome.tif.levels-{os.getpid()}", f"out.ome.tif.partial-0{gone.pid}", f"out.ome.tif.levels-{gone.pid}x",
            f"other.ome.tif.partial-{gone.pid}", "out.ome.tif.partial-"]
    for name in [*kept, f"out.ome.tif.partial-{gone.pid}"]:
        (tmp_path / name).write_text("x")
    (tmp_path / f"out.ome.tif.levels-{gone.pid}" / "0").mkdir(parents=True)
    (tmp_path / f"out.ome.tif.levels-{gone.pid}" / "0" / "zarr.json").write_text("x")
    run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--quiet")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "in.zarr", "out.ome.tif"])


def test_nothing_is_written_into_the_input(tmp_path, run):
    image(tmp_path / "in.zarr", random_values("uint8", (5, 6), seed=1), "yx")
    (tmp_path / "link").symlink_to(tmp_path / "in.zarr")
    for output in ["in.zarr/0/x.ome.tif", "in.zarr/x.ome.tif", "link/x.ome.tif"]:
        assert "lies in the input" in run("export", tmp_path / "in.zarr", tmp_path / output, status=1).stderr
        assert not (tmp_path / output).exists()
    for command in ["convert", "copy", "pyramid"]:
        said = run(command, tmp_path / "in.zarr", tmp_path / "in.zarr/0/x.zarr", status=1).stderr
        assert "lie in each other" in said and not (tmp_path / "in.zarr/0/x.zarr").exists()


@pytest.mark.parametrize("command", ["info", "validate", "export", "read", "convert", "pyramid", "edit", "copy"])
def test_an_unfinished_output_is_told_from_nothing(command, tmp_path, run):
    image(tmp_path / "in.zarr", random_values("uint8", (5, 6), seed=1), "yx")
    run("convert", tmp_path / "in.zarr", tmp_path / "out.zarr", "--quiet")
    (tmp_path / "out.zarr/zarr.json").unlink()
    (tmp_path / "out.zarr/.ome-zarr-conversion").write_text("torn")
    further = {"export": ["x.ome.tif"], "read": ["--output", "x.npy"], "convert": ["x.zarr"], "copy": ["x.zarr"]}.get(command, [])
    further = [tmp_path / word if word.startswith("x") else word for word in further]
    further = ["--name", "x"] if command == "edit" else further
    said = run(command, tmp_path / "out.zarr", *further, status=1).stderr
    assert "is unfinished" in said or "is incomplete" in said
    assert "check the path" not in said


@pytest.mark.parametrize("wave, other, kept", [(520, 520, True), (520, 521, False), (520, None, True), (None, 520, False)])
def test_text_that_says_other_wavelengths_is_not_kept(wave, other, kept, tmp_path, run):
    omero = {"channels": [{"emissionWave": other} if other else {}, {}]}
    image(tmp_path / "in.zarr", np.zeros((2, 5, 6), "uint8"), "cyx", name="n", omero=omero)
    (tmp_path / "in.zarr" / "OME").mkdir()
    xml = NAMED.replace("NAME", "").replace("WAVE", f'EmissionWavelength="{wave}"' if wave else "")
    xml = xml.replace("<TiffData/>", "<MetadataOnly/>").replace('SizeT="1"', 'SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5"')
    (tmp_path / "in.zarr" / "OME" / "METADATA.ome.xml").write_text(xml)
    process = run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif")
    assert ("written anew" in process.stderr) != kept
    text = opened(tmp_path / "out.ome.tif")[0]
    assert ("Instrument" in text) == kept and ('EmissionWavelength="521' in text) == (other == 521)


def test_one_image_of_several_keeps_what_the_document_says_of_it(tmp_path, run):
    two_images(tmp_path / "in.ome.tif")
    before = opened(tmp_path / "in.ome.tif")
    assert run("export", tmp_path / "in.ome.tif", tmp_path / "b.ome.tif", "--series", 1).stderr.count("warning") == 0
    xml, (series,) = opened(tmp_path / "b.ome.tif")
    assert images(xml) == images(before[0])[1:] and 'Image ID="Image:1"' in xml
    np.testing.assert_array_equal(series.asarray(), before[1][1].asarray())


def test_a_photograph_is_one_whatever_its_document_says_of_samples(tmp_path, run):
    pixels = random_values("uint8", (30, 20, 3), seed=1)
    sizes = 'SizeX="20" SizeY="30" SizeZ="1" SizeC="3" SizeT="1"'
    channels = "".join(f'<Channel ID="C:{n}" SamplesPerPixel="1"/>' for n in range(3))
    xml = f"""<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="P:0"
    DimensionOrder="XYCZT" Type="uint8" {sizes}>{channels}<TiffData/></Pixels></Image></OME>"""
    tifffile.imwrite(tmp_path / "in.ome.tif", pixels, photometric="rgb", description=xml, metadata=None)
    for source in ["in.ome.tif", "in.zarr"]:
        run("export", tmp_path / source, tmp_path / "out.ome.tif", "--overwrite")
        said, (series,) = opened(tmp_path / "out.ome.tif")
        assert series.keyframe.samplesperpixel == 3 and [n for _, _, n in images(said)[0].channels] == [3]
        np.testing.assert_array_equal(series.asarray(), pixels)
        run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--overwrite", "--quiet")


def test_a_slide_comes_with_its_label_and_overview(tmp_path, run):
    slide, label, macro = (random_values("uint8", (h, w, 3), seed=h) for h, w in [(600, 500), (90, 80), (120, 300)])
    with tifffile.TiffWriter(tmp_path / "in.ome.tif", ome=True) as file:
        file.write(slide, subifds=1, photometric="rgb", tile=(64, 64), metadata={"axes": "YXS", "Name": "slide"})
        file.write(slide[::2, ::2], subfiletype=1, photometric="rgb", tile=(64, 64))
        for name, pixels in [("label image", label), ("macro image", macro)]:
            file.write(pixels, photometric="rgb", metadata={"axes": "YXS", "Name": name})
    run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--quiet")
    for source in ["in.zarr", "in.ome.tif"]:
        run("export", tmp_path / source, tmp_path / "out.ome.tif", "--overwrite", "--quiet")
        _, series = opened(tmp_path / "out.ome.tif")
        assert [one.name for one in series] == ["slide", "label image", "macro image"]
        for one, pixels in zip(series, [slide, label, macro]):
            np.testing.assert_array_equal(one.asarray(), pixels)
    # What the file has is kept: its one level, of every second pixel.
    np.testing.assert_array_equal(series[0].levels[1].asarray(), slide[::2, ::2])
    assert len(series[0].levels) == 2


def test_a_photograph_without_ome_xml_comes_back_as_one(tmp_path, run):
    pixels = random_values("uint8", (30, 20, 3), seed=1)
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="rgb")
    run("convert", tmp_path / "in.tif", tmp_path / "in.zarr", "--quiet")
    assert "anew" not in run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif").stderr
    xml, (series,) = opened(tmp_path / "out.ome.tif")
    assert series.keyframe.samplesperpixel == 3 and [n for _, _, n in images(xml)[0].channels] == [3]
    np.testing.assert_array_equal(series.asarray(), pixels)


def test_any_input_is_exported(tmp_path, run):
    pixels = random_values("uint16", (3, 40, 50), seed=1)
    image(tmp_path / "in.zarr", pixels, "zyx")
    run("convert", tmp_path / "in.zarr", tmp_path / "in.ozx", "--quiet")
    tifffile.imwrite(tmp_path / "in.tif", pixels, metadata={"axes": "ZYX"}, photometric="minisblack")
    for name in ["in.zarr", "in.ozx", "in.tif", "in.zarr/0"]:
        run("export", tmp_path / name, tmp_path / "out.ome.tif", "--overwrite", "--quiet")
        _, (series,) = opened(tmp_path / "out.ome.tif")
        np.testing.assert_array_equal(series.asarray().reshape(pixels.shape), pixels)


def test_an_image_of_more_than_4_gib_is_a_bigtiff_even_if_it_packs_to_almost_nothing(tmp_path, run):
    group = zarr.create_group(tmp_path / "in.zarr")
    # No chunk is stored: all of it is the fill value. Floats are not differenced, and tiles are few, so it is quick.
    group.create_array("0", shape=(33_000, 33_000), dtype="float32", chunks=(4096, 4096), fill_value=0)
    axes = [{"name": name, "type": "space"} for name in "yx"]
    datasets = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1]}]}]
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": axes, "datasets": datasets}]}
    output = tmp_path / "out.ome.tif"
    answer = run("export", tmp_path / "in.zarr", output, "--tile", 4096, "--compression", "zstd:1", "--json", "--no-pyramid")
    assert json.loads(answer.stdout.splitlines()[-1])["bigTIFF"] is True
    file = tifffile.TiffFile(output)
    assert file.is_bigtiff and file.series[0].shape == (33_000, 33_000)
    assert output.stat().st_size < 1 << 24
    page = file.pages[0]
    file.filehandle.seek(page.dataoffsets[-1])
    tile, _, _ = page.decode(file.filehandle.read(page.databytecounts[-1]), len(page.dataoffsets) - 1)
    assert tile.size > 0 and not tile.any()


def halved(pixels: np.ndarray) -> np.ndarray:
    """The mean of blocks of 2 x 2, ties to even; those at the edges are of what there is."""
    rows, columns = (np.arange(0, n, 2) for n in pixels.shape[-2:])
    sums = np.add.reduceat(np.add.reduceat(pixels.astype("float64"), rows, axis=-2), columns, axis=-1)
    counts = [np.minimum(2, n - np.arange(0, n, 2)) for n in pixels.shape[-2:]]
    return np.rint(sums / np.outer(*counts)).astype(pixels.dtype)


@pytest.mark.parametrize("kind", ["tif", "zarr", "volume"])
def test_levels_that_are_missing_are_made(kind, tmp_path, run):
    pixels = random_values("uint16", (3, 515, 270), seed=8)
    source = tmp_path / f"in.{kind}"
    if kind == "tif":
        tifffile.imwrite(source, pixels, metadata={"axes": "ZYX"}, photometric="minisblack")
    else:
        image(source, pixels, "zyx", levels=1 if kind == "zarr" else 3, chunks=(2, 100, 100))
    kept = 1
    if kind == "volume":
        # Level 2 has half the planes, too, as those of volumes do.
        kept = 2
        array = zarr.open_array(source / "2")[:][:2]
        zarr.create_array(source / "2", data=array, chunks=(2, 100, 100), overwrite=True)
    process = run("export", source, tmp_path / "out.ome.tif")
    assert ("made anew" in process.stderr) == (kind == "volume")
    _, (series,) = opened(tmp_path / "out.ome.tif")
    expected = [pixels] if kept == 1 else [pixels, pixels[:, ::2, ::2]]
    while max(expected[-1].shape[1:]) > 256:
        expected.append(halved(expected[-1]))
    assert [level.shape[-2:] for level in series.levels] == [(515, 270), (258, 135), (129, 68)]
    for level, own in enumerate(expected):
        np.testing.assert_array_equal(tczyx(series, level), shaped(own, "zyx"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name, "out.ome.tif"]
    run("export", source, tmp_path / "flat.ome.tif", "--no-pyramid", "--quiet")
    assert len(opened(tmp_path / "flat.ome.tif")[1][0].levels) == 1


def test_levels_of_labels_hold_no_labels_that_level_0_has_not(tmp_path, run):
    pixels = np.kron(random_values("uint16", (60, 60), seed=4), np.ones((5, 7), "uint16"))
    image(tmp_path / "in.zarr", pixels, "yx")
    tifffile.imwrite(tmp_path / "mask.tif", pixels)
    group = zarr.open_group(tmp_path / "in.zarr")
    group.attrs["ome"] = {**group.attrs["ome"], "image-label": {"version": "0.5"}}
    # Noise is no segmentation, unless somebody says so.
    noise = random_values("uint16", (300, 420), seed=4)
    tifffile.imwrite(tmp_path / "noise.tif", noise)
    run("export", tmp_path / "noise.tif", tmp_path / "mean.ome.tif", "--quiet")
    np.testing.assert_array_equal(opened(tmp_path / "mean.ome.tif")[1][0].levels[1].asarray(), halved(noise))
    run("export", tmp_path / "noise.tif", tmp_path / "mode.ome.tif", "--kind", "labels", "--quiet")
    assert set(np.unique(opened(tmp_path / "mode.ome.tif")[1][0].levels[1].asarray())) <= set(np.unique(noise))
    for source in ["in.zarr", "mask.tif"]:
        run("export", tmp_path / source, tmp_path / "out.ome.tif", "--overwrite", "--quiet")
        _, (series,) = opened(tmp_path / "out.ome.tif")
        assert [level.shape for level in series.levels] == [(300, 420), (150, 210)]
        assert set(np.unique(series.levels[1].asarray())) <= set(np.unique(pixels))


def test_levels_that_are_made_are_the_same_whatever_the_threads_and_the_memory(tmp_path, run):
    tifffile.imwrite(tmp_path / "in.tif", random_values("uint8", (700, 900, 3), seed=9), photometric="rgb", tile=(64, 64))
    for number, arguments in enumerate([["--threads", 1], ["--threads", 4], ["--memory", "24MB"]]):
        run("export", tmp_path / "in.tif", tmp_path / f"{number}.ome.tif", "--quiet", *arguments)
    first, *others = ((tmp_path / f"{number}.ome.tif").read_bytes() for number in range(3))
    assert all(other == first for other in others)


def test_steps_that_are_not_whole_are_made_anew(tmp_path, run):
    pixels = random_values("uint8", (600, 600), seed=3)
    image(tmp_path / "in.zarr", pixels, "yx", levels=2)
    zarr.create_array(tmp_path / "in.zarr" / "1", data=pixels[:400, :400], chunks=(100, 100), overwrite=True)
    run("export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--quiet")
    _, (series,) = opened(tmp_path / "out.ome.tif")
    assert [level.shape for level in series.levels] == [(600, 600), (300, 300), (150, 150)]


@pytest.mark.parametrize("threads", [1, 5])
def test_the_bytes_do_not_depend_on_threads(threads, tmp_path, run):
    image(tmp_path / "in.zarr", random_values("uint16", (2, 9, 150, 140), seed=3), "czyx", levels=3)
    for output, count in [("two.ome.tif", 2), ("other.ome.tif", threads)]:
        run("export", tmp_path / "in.zarr", tmp_path / output, "--tile", 32, "--threads", count, "--quiet")
    assert (tmp_path / "two.ome.tif").read_bytes() == (tmp_path / "other.ome.tif").read_bytes()


def test_wrong_calls_are_told_from_failures_and_leave_the_output_alone(tmp_path, run):
    image(tmp_path / "in.zarr", np.zeros((5, 6), "uint16"), "yx")
    image(tmp_path / "long.zarr", np.zeros((5, 6), "uint64"), "yx")
    output = tmp_path / "out.ome.tif"
    output.write_bytes(b"older")

    def said(*arguments, status):
        process = run("export", *arguments, status=status)
        assert process.stdout == "" and process.stderr.count("\n") <= 3
        return process.stderr

    given = [tmp_path / "in.zarr", output]
    assert "exists: add --overwrite" in said(*given, status=1)
    assert "let it end in .ome.tif" in said(tmp_path / "in.zarr", tmp_path / "out.zarr", status=64)
    assert "multiple of 16" in said(*given, "--tile", 100, status=64)
    assert "--quality is for JPEG" in said(*given, "--quality", 80, status=64)
    assert "JPEG holds 8-bit grey and RGB" in said(*given, "--compression", "jpeg", "--overwrite", status=1)
    assert "no pixel type uint64" in said(tmp_path / "long.zarr", output, "--overwrite", status=1)
    assert "no series 3" in said(*given, "--series", 3, status=64)
    assert "allow more" in said(*given, "--memory", "100kB", "--overwrite", status=1)
    assert output.read_bytes() == b"older"
    run("export", *given, "--overwrite", "--quiet")
    assert "is the input" in said(output, output, "--overwrite", status=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.zarr", "long.zarr", "out.ome.tif"]


@pytest.mark.parametrize("levels, chunks", [
    (2, (64, 64, 64)), (2, (1, 512, 512)), (2, (16, 16, 512)), (1, (64, 64, 64)), (1, (16, 16, 512)),
])
def test_memory_stays_below_what_is_allowed(levels, chunks, tmp_path, run):
    # Twice as many pixels as memory, in cubes, planes and bars.
    pixels = np.arange(256 << 18, dtype="float32").reshape(256, 512, 512)
    image(tmp_path / "in.zarr", pixels, "zyx", levels=levels, chunks=chunks)
    arguments = ["export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--compression", "none", "--quiet"]
    assert peak(*arguments, "--memory", "128MB", "--threads", 4) < 128_000_000 + (70 << 20)
    _, (series,) = opened(tmp_path / "out.ome.tif")
    np.testing.assert_array_equal(series.asarray(), pixels)
    # Levels are every second pixel where the image has them; else they are made.
    if levels == 2:
        np.testing.assert_array_equal(series.levels[1].asarray(), pixels[..., ::2, ::2])
    else:
        assert [level.shape for level in series.levels] == [(256, 512, 512), (256, 256, 256)]
        blocks = pixels.reshape(256, 256, 2, 256, 2).astype("float64").mean((2, 4))
        np.testing.assert_allclose(series.levels[1].asarray(), blocks, rtol=1e-6)


@pytest.mark.parametrize("stage", ["partial", "levels"])
def test_a_signal_ends_an_export_and_leaves_nothing(stage, tmp_path, run):
    # Random bytes in small tiles at the slowest level: seconds of work.
    pixels = np.random.default_rng(1).integers(0, 256, (40, 1024, 1024), "uint8")
    image(tmp_path / "in.zarr", pixels, "zyx", chunks=(1, 256, 256))
    arguments = ["export", tmp_path / "in.zarr", tmp_path / "out.ome.tif", "--compression", "deflate:12", "--threads", "1"]
    process = subprocess.Popen([binary(), *arguments], stderr=subprocess.PIPE, text=True)
    while not any(path.name.startswith(f"out.ome.tif.{stage}") for path in tmp_path.iterdir()):
        assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "interrupted" in said
    assert [path.name for path in tmp_path.iterdir()] == ["in.zarr"]
