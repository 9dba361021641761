"""`info` and `validate` say what is there, for people and for programs."""

import json

import pytest
import tifffile

import images


def objects(process):
    return [json.loads(line) for line in process.stdout.splitlines()]


@pytest.fixture(scope="module")
def cells(tmp_path_factory, run):
    folder = tmp_path_factory.mktemp("cells")
    source = images.sample("channels", folder, run)
    run("convert", source.path, folder / "cells.ome.zarr", "--chunk", "128,128", "--quiet")
    return folder


def test_info_of_a_tiff(cells, run):
    found = objects(run("info", cells / "channels.ome.tif", "--json"))
    assert all(found[i]["type"] for i in range(len(found)))
    (image,) = [o for o in found if o["type"] == "image"]
    assert image["shape"] == [3, 600, 700] and image["pixelType"] == "uint16"
    assert [a["name"] for a in image["axes"]] == ["c", "y", "x"]
    assert [o["name"] for o in found if o["type"] == "channel"] == ["DAPI", "GFP", "TRITC"]
    text = run("info", cells / "channels.ome.tif").stdout
    for word in ["OME-TIFF", "700", "600", "uint16", "DAPI", "0.325"]:
        assert word in text


def test_info_of_an_image(cells, run):
    found = objects(run("info", cells / "cells.ome.zarr", "--json"))
    levels = [o for o in found if o["type"] == "level"]
    assert levels[0]["shape"] == [3, 600, 700] and levels[1]["shape"] == [3, 300, 350]
    assert levels[0]["chunk"][-2:] == [128, 128]
    text = run("info", cells / "cells.ome.zarr").stdout
    for word in ["0.5", "uint16", "GFP", "blosc", "128"]:
        assert word in text
    assert all(len(line) <= 140 for line in text.splitlines())


def test_a_clean_image_has_no_findings(cells, run):
    assert objects(run("validate", cells / "cells.ome.zarr", "--json"))[-1]["errors"] == 0


def test_a_broken_image_ends_with_status_2(cells, tmp_path, run):
    import shutil

    shutil.copytree(cells / "cells.ome.zarr", tmp_path / "broken.ome.zarr")
    document = json.loads((tmp_path / "broken.ome.zarr" / "zarr.json").read_text())
    document["attributes"]["ome"]["multiscales"][0]["axes"].reverse()
    (tmp_path / "broken.ome.zarr" / "zarr.json").write_text(json.dumps(document))
    found = objects(run("validate", tmp_path / "broken.ome.zarr", "--json", status=2))
    assert found[-1]["errors"] >= 1 and any(o["type"] == "finding" and o["severity"] == "error" for o in found)


def test_plain_output_has_no_colour_codes(cells, run):
    assert "\x1b" not in run("info", cells / "cells.ome.zarr").stdout


@pytest.mark.parametrize("command", ["info", "validate"])
def test_what_is_not_there_fails_in_one_sentence(command, tmp_path, run):
    said = run(command, tmp_path / "nothing", status=1).stderr
    assert said.startswith("ome-zarr: error: ") and "nothing" in said and len(said.splitlines()) == 1


def test_info_tells_labels_from_intensities(cells, tmp_path, run):
    mask = images.sample("labels", tmp_path, run)
    run("convert", mask.path, tmp_path / "mask.ome.zarr", "--downsample", "mode", "--quiet")
    for path, labels in [(tmp_path / "mask.ome.zarr", True), (cells / "cells.ome.zarr", False)]:
        (image,) = [o for o in objects(run("info", path, "--json")) if o["type"] == "image"]
        assert image["labels"] is labels


def test_what_is_taken_for_labels_is_said_unless_a_name_or_an_option_says_so(tmp_path, run):
    mask = images.sample("labels", tmp_path, run)
    tifffile.imwrite(tmp_path / "cells.tif", tifffile.imread(mask.path))
    arguments = [tmp_path / "a.zarr", "--dry-run"]
    assert "--kind intensities" in run("convert", tmp_path / "cells.tif", *arguments).stderr
    assert run("convert", tmp_path / "cells.tif", *arguments, "--kind", "labels").stderr == ""
    assert run("convert", tmp_path / "cells.tif", *arguments, "--downsample", "mean").stderr == ""
    assert run("convert", mask.path, *arguments).stderr == ""


def group(folder, attributes):
    folder.mkdir(parents=True)
    (folder / ".zgroup").write_text(json.dumps({"zarr_format": 2}))
    (folder / ".zattrs").write_text(json.dumps(attributes))
    return folder


def test_a_version_that_is_not_checked_is_never_valid(tmp_path, run):
    old = group(tmp_path / "old.zarr", {"multiscales": [{"version": "0.2", "datasets": []}]})
    summary = objects(run("validate", old, "--json", status=2))[-1]
    assert summary["verdict"] == "unchecked" and summary["valid"] is False and summary["unchecked"] == 1
    assert "not checked" in run("validate", old, status=2).stdout


def test_a_plate_without_one_of_its_wells_shows_the_others(tmp_path, run):
    plate = group(tmp_path / "plate.zarr", {"plate": {"wells": [{"path": "A/1"}, {"path": "A/2"}]}})
    group(plate / "A" / "2", {"well": {"images": []}})
    found = objects(run("info", plate, "--json"))
    assert [o["type"] for o in found] == ["input", "warning"] and "A/1" in found[1]["message"]


def test_a_link_that_leads_to_itself_is_a_finding(cells, tmp_path, run):
    import shutil

    shutil.copytree(cells / "cells.ome.zarr", tmp_path / "loop.ome.zarr")
    (tmp_path / "loop.ome.zarr" / "labels").symlink_to("labels")
    summary = objects(run("validate", tmp_path / "loop.ome.zarr", "--json", status=2))[-1]
    assert summary["verdict"] == "invalid" and summary["errors"] == 1
