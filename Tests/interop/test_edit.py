"""`edit` changes what it is asked to change, and nothing else."""

import json

import numpy as np
import pytest
import tifffile
import zarr

import ome_zarr_models.v04
import ome_zarr_models.v05
from ome_metadata import multiscale, ome, transform
from ome_tiff import check_schema, images

MODELS = {"0.4": ome_zarr_models.v04, "0.5": ome_zarr_models.v05}


@pytest.fixture(params=["0.4", "0.5"])
def image(request, tmp_path, run):
    pixels = np.random.default_rng(1).integers(0, 4000, (2, 5, 60, 70), "uint16")
    tifffile.imwrite(
        tmp_path / "a.ome.tif", pixels, photometric="minisblack",
        metadata={"axes": "CZYX", "PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.1,
                  "PhysicalSizeYUnit": "µm", "PhysicalSizeZ": 0.3, "PhysicalSizeZUnit": "µm"})
    tifffile.imwrite(tmp_path / "mask.tif", (pixels[0, 0] > 2000).astype("uint8"))
    run("convert", tmp_path / "a.ome.tif", tmp_path / "out", "--labels", f"{tmp_path / 'mask.tif'}:cells", "--min-size", 16,
        "--ome-version", request.param, "--region", "10,10,48,40", "--quiet")
    return tmp_path / "out", request.param


def document(path, version):
    return path / (".zattrs" if version == "0.4" else "zarr.json")


def files(path):
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def changed(before, after):
    assert before.keys() == after.keys()
    return sorted(key for key in before if before[key] != after[key])


def test_names_colours_and_windows(image, run):
    path, version = image
    before, old = files(path), ome(path)
    command = ["edit", path, "--name", "mine", "--channel-names", "DAPI,GFP", "--channel-colors", "0000ff,00FF00",
               "--window", "DAPI:100:9000", "--window", "1:5:6.5"]
    told = run(*command, "--dry-run").stdout
    assert files(path) == before
    assert run(*command).stdout == told
    assert changed(before, files(path)) == sorted(
        ["OME/METADATA.ome.xml", "OME/manifest.txt", document(path, version).name])
    new = ome(path)
    assert multiscale(path)["name"] == new["omero"]["name"] == "mine"
    assert [(c["label"], c["color"]) for c in new["omero"]["channels"]] == [("DAPI", "0000FF"), ("GFP", "00FF00")]
    first, second = (c["window"] for c in new["omero"]["channels"])
    assert (first["start"], first["end"], first["max"]) == (100, 9000, 9000)
    assert (second["start"], second["end"]) == (5, 6.5)
    for key in ("datasets", "axes", "metadata", "type"):
        assert new["multiscales"][0][key] == old["multiscales"][0][key]
    assert 'the name of channel 0: Channel 0 -> DAPI' in told and "the window of channel 1" in told
    assert run(*command).stdout.startswith("nothing changes")
    run("validate", path)
    MODELS[version].Image.from_zarr(zarr.open_group(path, mode="r"))


def test_the_pixel_size_scales_all_levels_and_the_labels(image, run):
    path, version = image
    before, old = files(path), multiscale(path)["datasets"]
    lines = run("edit", path, "--pixel-size", "0.325um,650nm,3um", "--json").stdout.splitlines()
    assert [json.loads(line)["what"] for line in lines] == [f"the spacing of {a}" for a in "xyz"]
    name = document(path, version).name
    assert changed(before, files(path)) == sorted(
        [name, "OME/METADATA.ome.xml", "OME/manifest.txt", f"labels/cells/{name}"])
    for place in (path, path / "labels" / "cells"):
        new = multiscale(place)
        assert [a.get("unit") for a in new["axes"]] == [None, "micrometer", "nanometer", "micrometer"]
        for one, other in zip(new["datasets"], old, strict=True):
            scales, offsets = transform(other, "scale"), transform(other, "translation")
            ratio = np.array([1, 3 / 0.3, 650 / 0.1, 0.325 / 0.1])
            np.testing.assert_allclose(transform(one, "scale"), scales * ratio, rtol=1e-12)
            np.testing.assert_allclose(transform(one, "translation"), offsets * ratio, rtol=1e-12)
        assert transform(new["datasets"][0], "scale") == [1, 3, 650, 0.325]
    run("validate", path)


def test_members_nobody_knows_and_numbers_stay_as_they_were_written(image, run):
    path, version = image
    file = document(path, version)
    text = file.read_text()
    mark = '"extra": {"big": 18446744073709551615, "exact": 1.10, "list": [1e3, null]}, '
    place = text.index('"multiscales"')
    file.write_text(text[:place] + mark + text[place:])
    run("edit", path, "--name", "x")
    written = file.read_text()
    for number in ("18446744073709551615", "1.10", "1e3"):
        assert number in written
    assert ome(path)["extra"]["list"] == [1000, None]
    if version == "0.5":
        whole = json.loads(written)
        assert list(whole) == ["zarr_format", "node_type", "attributes"]


def test_a_transformation_of_the_whole_image_is_kept_in_step(image, run):
    path, version = image
    file = document(path, version)
    whole = json.loads(file.read_text())
    entry = (whole if version == "0.4" else whole["attributes"]["ome"])["multiscales"][0]
    entry["coordinateTransformations"] = [
        {"type": "scale", "scale": [1, 2, 2, 2]}, {"type": "translation", "translation": [0, 1, 1, 1]}]
    file.write_text(json.dumps(whole))

    def placed():
        scale, shift = np.array([1, 2, 2, 2]), None
        entry = multiscale(path)
        shift = np.array(entry["coordinateTransformations"][1]["translation"])
        assert entry["coordinateTransformations"][0]["scale"] == [1, 2, 2, 2]
        return [
            (np.array(transform(d, "scale")) * scale, np.array(transform(d, "translation")) * scale + shift)
            for d in entry["datasets"]
        ]

    before = placed()
    run("edit", path, "--pixel-size", "2um,2um,2um")
    for (scale, shift), (old_scale, old_shift) in zip(placed(), before):
        np.testing.assert_allclose(scale / old_scale, [1, 2 / 0.6, 2 / 0.2, 2 / 0.2], rtol=1e-12)
        np.testing.assert_allclose(shift[1:] / old_shift[1:], [2 / 0.6, 2 / 0.2, 2 / 0.2], rtol=1e-12)


def test_an_image_without_omero_gets_one(image, run):
    path, version = image
    file = document(path, version)
    whole = json.loads(file.read_text())
    del (whole if version == "0.4" else whole["attributes"]["ome"])["omero"]
    file.write_text(json.dumps(whole))
    run("edit", path, "--channel-names", "a,b")
    assert [c["label"] for c in ome(path)["omero"]["channels"]] == ["a", "b"]
    run("validate", path)


def test_one_image_of_a_collection_or_plate(tmp_path, run):
    with tifffile.TiffWriter(tmp_path / "two.tif") as file:
        for shape in ((20, 30), (40, 50)):
            file.write(np.zeros(shape, "uint8"), contiguous=False, metadata=None)
    run("convert", tmp_path / "two.tif", tmp_path / "out", "--quiet")
    before = files(tmp_path / "out")
    assert "--series" in run("edit", tmp_path / "out", "--name", "x", status=64).stderr
    said = run("edit", tmp_path / "out", "--series", 1, "--name", "x").stderr
    assert said == ""
    run("edit", tmp_path / "out/0", "--name", "y")
    assert changed(before, files(tmp_path / "out")) == [
        "0/zarr.json", "1/zarr.json", "OME/METADATA.ome.xml", "OME/manifest.txt"]
    xml = (tmp_path / "out/OME/METADATA.ome.xml").read_text()
    check_schema(xml)
    assert [each.name for each in images(xml)] == ["y", "x"]
    run("verify", tmp_path / "out")
    assert [multiscale(tmp_path / "out" / n)["name"] for n in "01"] == ["y", "x"]
    run("edit", tmp_path / "out", "--series", 2, "--name", "x", status=64)


@pytest.mark.parametrize(
    "options, words",
    [
        ([], "say what to change"),
        (["--channel-names", "a"], "the image has 2 channels"),
        (["--window", "2:1:2"], "the image has 2, counted from 0"),
        (["--window", "0:5:5"], "must rise"),
        (["--window", "0:5"], "invalid"),
        (["--time-increment", "1s"], "cannot set the spacing of the t axis"),
        (["--name", ""], "the name is empty"),
        (["--name", " "], "the name is empty"),
        (["--pixel-size", "1e-320um"], "no distance between pixels"),
        (["--pixel-size", "1e300m"], "no distance between pixels"),
    ],
)
def test_what_cannot_be_is_refused(options, words, image, run):
    path, _ = image
    before = files(path)
    assert words in run("edit", path, *options, status=64).stderr
    assert files(path) == before


def test_what_another_program_says_of_an_image_stays_and_is_told(tmp_path, run):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((20, 30), "uint8"))
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    xml = tmp_path / "out/OME/METADATA.ome.xml"
    xml.write_text(xml.read_text().replace('Creator="ome-zarr ', 'Creator="another '))
    before = xml.read_text()
    assert "METADATA.ome.xml is another program's" in run("edit", tmp_path / "out", "--name", "x").stderr
    assert xml.read_text() == before
    # A folder around that only looks like an output is none of ours.
    (tmp_path / "OME").mkdir()
    (tmp_path / "OME/METADATA.ome.xml").write_text("<OME/>")
    (tmp_path / "out/OME/METADATA.ome.xml").unlink()
    assert run("edit", tmp_path / "out", "--name", "y").stderr == ""


NAMES = ["\x1b]0;title\x07", "\x9b31m", "a\nb\rc", "\u202egnp.exe", "\x7f"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_commands_the_terminal(name, tmp_path, run):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((2, 20, 30), "uint8"), metadata={"axes": "CYX"}, photometric="minisblack")
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    said = [run("edit", tmp_path / "out", "--name", name, "--channel-names", f"{name},b").stdout]
    said += [run("info", tmp_path / "out").stdout, run("convert", tmp_path / "out", tmp_path / "two", "--dry-run").stdout]
    said += [run("edit", tmp_path / "out", "--window", f"{name}!:0:1", status=64).stderr]
    for text in said:
        assert name not in text and not set(text) & (set(name) - {"\n"} - set("title gnp.exeabc0;]31m"))
    assert "\\u{" in said[0] and "\\u{" in said[1]
    # Programs get it as it is.
    answers = [json.loads(line) for line in run("info", tmp_path / "out", "--json").stdout.splitlines()]
    assert name in [answer.get("name") for answer in answers]


def test_an_archive_is_not_edited(tmp_path, run):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((20, 30), "uint8"))
    run("convert", tmp_path / "a.tif", tmp_path / "a.ozx", "--quiet")
    before = (tmp_path / "a.ozx").read_bytes()
    said = run("edit", tmp_path / "a.ozx", "--name", "x", status=1).stderr
    assert "archive" in said and "folder" in said
    assert (tmp_path / "a.ozx").read_bytes() == before
    assert "not the folder" in run("edit", tmp_path / "a.tif", "--name", "x", status=1).stderr
