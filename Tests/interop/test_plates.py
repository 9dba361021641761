"""Plates: from the OME-XML of an OME-TIFF, and from folders whose file names tell the wells."""

import json

import ngff_zarr
import numpy as np
import ome_zarr_models.v04
import ome_zarr_models.v05
import pytest
import tifffile
import zarr

from ome_metadata import ome
from ome_tiff import check_schema

MODELS = {"0.4": ome_zarr_models.v04, "0.5": ome_zarr_models.v05}


def pixels(seed, shape=(40, 53), dtype="uint16"):
    return np.random.default_rng(seed).integers(0, 250, shape, dtype)


def folder_of(path, names):
    path.mkdir(parents=True)
    found = {}
    for number, name in enumerate(names):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        found[name] = pixels(number)
        tifffile.imwrite(path / name, found[name], photometric="minisblack")
    return found


def field(plate, path):
    return zarr.open_array(plate / path / "0", mode="r")[...]


def check_models(plate, version):
    models = MODELS[version]
    hcs = models.HCS.from_zarr(zarr.open_group(plate, mode="r"))
    wells = list(hcs.well_groups)
    assert len(wells) == len(ome(plate)["plate"]["wells"])
    for well in ome(plate)["plate"]["wells"]:
        group = zarr.open_group(plate / well["path"], mode="r")
        models.Well.from_zarr(group)
        for image in ome(plate / well["path"])["well"]["images"]:
            models.Image.from_zarr(zarr.open_group(plate / well["path"] / image["path"], mode="r"))


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_folder_becomes_a_plate(version, tmp_path, run):
    names = [f"exp_{w}_s{s}_w{c}.tif" for w in ("A01", "A03", "C02") for s in (1, 2) for c in (1, 2)]
    files = folder_of(tmp_path / "screen", names)
    out = tmp_path / "out"
    run("convert", tmp_path / "screen", out, "--plate", "auto", "--ome-version", version, "--min-size", 16, "--quiet")
    for well, path in (("A01", "A/1"), ("A03", "A/3"), ("C02", "C/2")):
        for site in (1, 2):
            expected = np.stack([files[f"exp_{well}_s{site}_w{c}.tif"] for c in (1, 2)])
            np.testing.assert_array_equal(field(out, f"{path}/{site - 1}"), expected)
    plate = ome(out)["plate"]
    assert [r["name"] for r in plate["rows"]] == ["A", "B", "C"]
    assert [c["name"] for c in plate["columns"]] == ["1", "2", "3"]
    assert plate["field_count"] == 2 and plate["name"] == "screen"
    assert [(w["path"], w["rowIndex"], w["columnIndex"]) for w in plate["wells"]] == [
        ("A/1", 0, 0), ("A/3", 0, 2), ("C/2", 2, 1),
    ]
    assert not (out / "B").exists() and not (out / "A" / "2").exists()
    run("validate", out)
    check_models(out, version)
    read = ngff_zarr.from_hcs_zarr(str(out))
    image = read.get_well("A", "3").get_image(1).images[0].data
    expected = np.stack([files[f"exp_A03_s2_w{c}.tif"] for c in (1, 2)])
    np.testing.assert_array_equal(np.asarray(image), expected)


CONVENTIONS = {
    # Opera Phenix and Operetta.
    "r01c01f01p01-ch1sk1fk1fl1.tiff": "A/1/0", "r02c12f01p01-ch1sk1fk1fl1.tiff": "B/12/0",
    # CellVoyager.
    "W1_B02_T0001F001L01A01Z01C01.tif": "B/2/0",
    # InCell.
    "A - 1(fld 1 wv DAPI - DAPI).tif": "A/1/0", "H - 12(fld 03 wv FITC - FITC).tif": "H/12/0",
    # MetaXpress, and plain ones.
    "plate7_c05_s1_w1.TIF": "C/5/0", "run_AF48_w2.tif": "AF/48/0", "b3.tif": "B/3/0", "A01_f2.tif": "A/1/0",
    "A01_2.tif": "A/1/0", "D4.ome.tif": "D/4/0",
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_common_names_are_recognised(name, tmp_path, run):
    files = folder_of(tmp_path / "screen", [name])
    run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--quiet")
    np.testing.assert_array_equal(field(tmp_path / "out", CONVENTIONS[name]).squeeze(), files[name])


FOLDERS = {
    "sites and wavelengths": (["A01_s1_w1.tif", "A01_s2_w1.tif", "A01_s1_w2.tif", "A01_s2_w2.tif"], "A/1/1", [1, 3]),
    # An overview that fits another pattern, and would once have decided for all.
    "most files": (["B02.tif", *(f"x_A01_s{s}_w{w}.tif" for s in (1, 2) for w in (1, 2))], "A/1/1", [3, 4]),
    "sites": (["A01_s1.tif", "A01_s2.tif", "exp_A01_w1.tif"], "A/1/1", [1]),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_the_pattern_that_fits_most_files_is_taken(case, tmp_path, run):
    names, path, members = FOLDERS[case]
    files = folder_of(tmp_path / "screen", names)
    run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--quiet")
    assert [w["path"] for w in ome(tmp_path / "out")["plate"]["wells"]] == ["A/1"]
    expected = np.stack([files[names[m]] for m in members]).squeeze()
    np.testing.assert_array_equal(field(tmp_path / "out", path).squeeze(), expected)


def test_a_pattern_tells_rows_columns_fields_channels_planes_times_and_runs(tmp_path, run):
    names = [
        f"run{a}/{r}{c:02}/f{f}_t{t}_z{z:02}_{channel}.tif"
        for a in (1, 2) for r, c in (("A", 1), ("B", 11)) for f in (2, 10) for t in (0, 1) for z in (9, 10)
        for channel in ("DAPI", "Cy3")
    ]
    files = folder_of(tmp_path / "screen", names)
    (tmp_path / "screen/run1/readme.txt").write_text("not a plane")
    pattern = "run{acquisition}/{row}{column}/f{field}_t{t}_z{z}_{channel}.tif"
    said = run("convert", tmp_path / "screen", tmp_path / "out", "--plate", pattern, "--name", "mine", "--pixel-size",
               "0.5um,0.5um,2um", "--min-size", 16).stderr
    assert "warning" not in said
    plate = ome(tmp_path / "out")["plate"]
    assert plate["name"] == "mine"
    assert [(a["id"], a["name"], a["maximumfieldcount"]) for a in plate["acquisitions"]] == [(0, "1", 2), (1, "2", 2)]
    for r, c, well in (("A", 1, "A/1"), ("B", 11, "B/11")):
        images = ome(tmp_path / "out" / well)["well"]["images"]
        assert images == [{"path": str(n), "acquisition": n // 2} for n in range(4)]
        for number, (a, f) in enumerate([(1, 2), (1, 10), (2, 2), (2, 10)]):
            expected = np.array([[[
                files[f"run{a}/{r}{c:02}/f{f}_t{t}_z{z:02}_{channel}.tif"] for z in (9, 10)]
                for channel in ("Cy3", "DAPI")] for t in (0, 1)])
            np.testing.assert_array_equal(field(tmp_path / "out", f"{well}/{number}"), expected)
        assert [x["label"] for x in ome(tmp_path / "out" / well / "0")["omero"]["channels"]] == ["Cy3", "DAPI"]
    run("validate", tmp_path / "out")
    check_models(tmp_path / "out", "0.5")


def test_the_plan_says_which_file_became_which_field(tmp_path, run):
    folder_of(tmp_path / "screen", ["A1_s1.tif", "A1_s2.tif", "B2_s1.tif"])
    command = ["convert", tmp_path / "screen", tmp_path / "out", "--plate", "{well}_s{field}.tif", "--dry-run"]
    said = run(*command).stdout
    for key, name in (("A/1/0", "A1_s1"), ("A/1/1", "A1_s2"), ("B/2/0", "B2_s1")):
        assert f"{key} from {tmp_path}/screen/{name}.tif" in said
    plans = [json.loads(line) for line in run(*command, "--json").stdout.splitlines()]
    assert [p["key"] for p in plans if p["type"] == "plan"] == ["A/1/0", "A/1/1", "B/2/0"]
    assert not (tmp_path / "out").exists()


def test_missing_planes_are_zeros_and_are_told(tmp_path, run):
    files = folder_of(tmp_path / "screen", ["A1_w1.tif", "A1_w2.tif", "A2_w2.tif"])
    said = run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto").stderr
    assert "1 planes of A2 field 0 are missing" in said
    np.testing.assert_array_equal(
        field(tmp_path / "out", "A/2/0"), np.stack([np.zeros((40, 53), "uint16"), files["A2_w2.tif"]]))


def test_what_is_no_plate_is_refused(tmp_path, run):
    folder_of(tmp_path / "screen", ["A1_w1.tif", "A1_w2.tif"])
    for pattern, words in [
        ("{well}_s{field}.tif", "no file fits the pattern"),
        ("{well}*.tif", "same plane"),
        ("{field}.tif", "must have either {well}"),
        ("{row}_w{channel}.tif", "must have either {well}"),
        ("{well}_{well}.tif", "twice"),
        ("{well}_{wavelength}.tif", "{wavelength} is no placeholder"),
        ("{well", "without a }"),
        ("*" + "a*" * 9 + "{well}", "more than 8"),
    ]:
        said = run("convert", tmp_path / "screen", tmp_path / "out", "--plate", pattern, status=64).stderr
        assert words in said
    run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--series", 0, status=64)
    run("convert", tmp_path / "nowhere", tmp_path / "out", "--plate", "auto", status=1)
    tifffile.imwrite(tmp_path / "screen/A1_w2.tif", pixels(1, (8, 8)))
    said = run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", status=1).stderr
    assert "must be alike" in said and "A1_w2.tif" in said
    tifffile.imwrite(tmp_path / "screen/A1_w1.tif", pixels(1, (2, 8, 8)), metadata={"axes": "CYX"},
                     photometric="minisblack", ome=True)
    said = run("convert", tmp_path / "screen", tmp_path / "out2", "--plate", "auto", status=1).stderr
    assert "c axis of 2 itself" in said


def test_labels_of_a_plate_are_refused_with_what_would_work(tmp_path, run):
    folder_of(tmp_path / "screen", ["A1_w1.tif", "A2_w1.tif"])
    said = run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--labels",
               tmp_path / "screen/A1_w1.tif", status=64).stderr
    assert "the plate has 2" in said and "add-labels plate.ome.zarr/A/1/0 mask.tif" in said
    run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--quiet")
    run("add-labels", tmp_path / "out/A/1/0", tmp_path / "screen/A1_w1.tif", "--quiet")
    assert (tmp_path / "out/A/1/0/labels/A1_w1").is_dir()


@pytest.mark.parametrize("files, words", [
    (["A1_w1.tif", "A1_w2.tif"], ["A1_w1.tif, A1_w2.tif", "named as those of a plate, {well}_w{channel}.tif",
                                  "--plate auto", "one file, such as"]),
    (["A1.tif", "B1.tif", "notes.tiff"], ["2 are named as those of a plate, {well}.tif"]),
    (["cell.tif", "nuclei.tif", "x.tif", "y.tif"], ["cell.tif, nuclei.tif, x.tif and 1 more", "such as",
                                                   "say how they are named, as in --plate '"]),
    (["cells.ome.zarr", "b.txt"], ["holds cells.ome.zarr, and no Zarr itself: name"]),
    (["b.txt", ".hidden"], ["a folder that holds b.txt: name an image"]),
    ([], ["a folder that holds nothing"]),
])
def test_a_folder_that_is_no_zarr_is_refused_with_what_is_in_it(files, words, tmp_path, run):
    (tmp_path / "in").mkdir()
    for name in files:
        (tmp_path / "in" / name).write_bytes(b"")
    said = run("convert", tmp_path / "in", tmp_path / "out", status=1).stderr
    assert len(said.splitlines()) == 1 and all(word in said for word in words), said


def ome_tiff(path, plate, count, shape=(31, 45)):
    """An OME-TIFF of so many images whose XML also has a plate, as tifffile does not write it."""
    images = [pixels(n, shape, "uint8") for n in range(count)]
    with tifffile.TiffWriter(path, ome=True) as file:
        for number, image in enumerate(images):
            file.write(image, metadata={"axes": "YX", "Name": f"image {number}"}, photometric="minisblack")
    with tifffile.TiffFile(path) as file:
        xml = file.ome_metadata
    tifffile.tiffcomment(path, xml.replace("</OME>", plate + "</OME>").encode())
    return images


PLATE = """<Plate ID="Plate:1" Name="P 1" Rows="3" Columns="4">
<Well ID="Well:0" Row="0" Column="1"><WellSample ID="S:0" Index="0"><ImageRef ID="Image:3"/></WellSample>
<WellSample ID="S:1" Index="1"><ImageRef ID="Image:0"/></WellSample></Well>
<Well ID="Well:1" Row="1" Column="0"/>
<Well ID="Well:2" Row="2" Column="3"><WellSample ID="S:2" Index="2"><ImageRef ID="Image:1"/></WellSample>
<WellSample ID="S:3" Index="3"/></Well>
{runs}</Plate>"""
RUNS = """<PlateAcquisition ID="R:0" Name="monday"><WellSampleRef ID="S:0"/><WellSampleRef ID="S:2"/></PlateAcquisition>
<PlateAcquisition ID="R:1"><WellSampleRef ID="S:1"/></PlateAcquisition>"""


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("runs", ["", RUNS], ids=["plain", "runs"])
def test_the_plate_of_an_ome_tiff(version, runs, tmp_path, run):
    images = ome_tiff(tmp_path / "p.ome.tif", PLATE.format(runs=runs), 5)
    out = tmp_path / "out"
    said = run("convert", tmp_path / "p.ome.tif", out, "--ome-version", version, "--min-size", 16).stderr
    assert "2 images are in no well" in said
    for path, number in (("A/2/0", 3), ("A/2/1", 0), ("C/4/0", 1)):
        np.testing.assert_array_equal(field(out, path), images[number])
    plate = ome(out)["plate"]
    assert (len(plate["rows"]), len(plate["columns"]), plate["name"]) == (3, 4, "P 1")
    assert [w["path"] for w in plate["wells"]] == ["A/2", "C/4"]
    assert not (out / "B").exists()
    wells = {p: ome(out / p)["well"]["images"] for p in ("A/2", "C/4")}
    if runs:
        assert [(a["id"], a["name"]) for a in plate["acquisitions"]] == [(0, "monday"), (1, "Acquisition 1")]
        assert wells == {"A/2": [{"path": "0", "acquisition": 0}, {"path": "1", "acquisition": 1}],
                         "C/4": [{"path": "0", "acquisition": 0}]}
    else:
        assert wells == {"A/2": [{"path": "0"}, {"path": "1"}], "C/4": [{"path": "0"}]}
    run("validate", out)
    check_models(out, version)


def test_the_xml_of_a_whole_plate_is_kept(tmp_path, run):
    ome_tiff(tmp_path / "p.ome.tif", PLATE.replace("Image:3", "Image:2").format(runs=RUNS), 3)
    run("convert", tmp_path / "p.ome.tif", tmp_path / "out", "--quiet")
    xml = (tmp_path / "out/OME/METADATA.ome.xml").read_text()
    assert "<MetadataOnly" in xml and "TiffData" not in xml and '<WellSampleRef ID="S:2"/>' in xml
    assert ome(tmp_path / "out/OME")["series"] == ["A/2/1", "C/4/0", "A/2/0"]
    run("validate", tmp_path / "out")


@pytest.mark.parametrize("text", ["kept", "anew"])
def test_a_plate_survives_an_ome_tiff(text, tmp_path, run):
    ome_tiff(tmp_path / "p.ome.tif", PLATE.replace("Image:3", "Image:2").format(runs=RUNS), 3)
    run("convert", tmp_path / "p.ome.tif", tmp_path / "one", "--quiet")
    arguments = [] if text == "kept" else ["--no-source-xml"]
    said = run("export", tmp_path / "one", tmp_path / "back.ome.tif", *arguments).stderr
    assert "warning" not in said
    if text == "anew":
        check_schema(tifffile.TiffFile(tmp_path / "back.ome.tif").ome_metadata)
    run("convert", tmp_path / "back.ome.tif", tmp_path / "two", "--quiet")
    for path in ["", "A", "A/2", "C/4", "OME"]:
        assert (tmp_path / "one" / path / "zarr.json").read_text() == (tmp_path / "two" / path / "zarr.json").read_text()
    for path in ["A/2/0", "A/2/1", "C/4/0"]:
        np.testing.assert_array_equal(field(tmp_path / "one", path), field(tmp_path / "two", path))
        assert ome(tmp_path / "one" / path)["multiscales"] == ome(tmp_path / "two" / path)["multiscales"]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_plate_of_a_folder_becomes_one_ome_tiff(version, tmp_path, run):
    names = [f"{run}/{w}_s{s}_w{c}.tif" for run in "ab" for w in ("B02", "AA11") for s in (1, 2) for c in (1, 2)]
    files = folder_of(tmp_path / "screen", names)
    pattern = "{acquisition}/{well}_s{field}_w{channel}.tif"
    run("convert", tmp_path / "screen", tmp_path / "one", "--plate", pattern, "--ome-version", version, "--quiet")
    # A field without a name, as other writers leave it, gets one.
    nameless = tmp_path / "one/B/2/3" / (".zattrs" if version == "0.4" else "zarr.json")
    nameless.write_text(nameless.read_text().replace('"name": "B2 field 2",', ""))
    run("export", tmp_path / "one", tmp_path / "plate.ome.tif", "--quiet")
    check_schema(tifffile.TiffFile(tmp_path / "plate.ome.tif").ome_metadata)
    series = tifffile.TiffFile(tmp_path / "plate.ome.tif").series
    paths = [f"{well}/{number}" for well in ["B/2", "AA/11"] for number in range(4)]
    names = [f"{well} field {number}" for well in ["B2", "AA11"] for number in [1, 2, 1, 2]]
    names[3] = "B/2/3"
    assert [one.name for one in series] == names
    for one, path in zip(series, paths, strict=True):
        np.testing.assert_array_equal(one.asarray(), field(tmp_path / "one", path))
    run("convert", tmp_path / "plate.ome.tif", tmp_path / "two", "--ome-version", version, "--quiet")
    for path in ["", "B/2", "AA/11"]:
        one, two = ome(tmp_path / "one" / path), ome(tmp_path / "two" / path)
        # Rows that hold nothing are listed, because OME-XML counts them all.
        for each in [one, two]:
            each.get("plate", {}).pop("rows", None), each.get("plate", {}).pop("columns", None)
            for well in each.get("plate", {}).get("wells", []):
                del well["rowIndex"], well["columnIndex"]
        assert one == two
    # A well, and a field of it, are exported by their path.
    run("export", tmp_path / "one" / "AA" / "11", tmp_path / "well.ome.tif", "--quiet")
    assert [one.name for one in tifffile.TiffFile(tmp_path / "well.ome.tif").series] == names[4:]
    run("export", tmp_path / "one" / "B" / "2" / "1", tmp_path / "field.ome.tif", "--quiet")
    assert [one.name for one in tifffile.TiffFile(tmp_path / "field.ome.tif").series] == names[1:2]
    run("export", tmp_path / "one", tmp_path / "fifth.ome.tif", "--series", 5, "--quiet")
    assert [one.name for one in tifffile.TiffFile(tmp_path / "fifth.ome.tif").series] == names[5:6]


def test_a_plate_that_contradicts_itself_is_refused(tmp_path, run):
    folder_of(tmp_path / "screen", ["A01_s1.tif"])
    run("convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--ome-version", "0.4", "--quiet")
    attributes = json.loads((tmp_path / "out/.zattrs").read_text())
    attributes["plate"]["rows"] = [{"name": "Q"}]
    (tmp_path / "out/.zattrs").write_text(json.dumps(attributes))
    said = run("export", tmp_path / "out", tmp_path / "out.ome.tif", status=1).stderr
    assert "lies in no row and column" in said


def test_the_images_of_a_plate_can_be_taken_as_series(tmp_path, run):
    images = ome_tiff(tmp_path / "p.ome.tif", PLATE.format(runs=""), 5)
    run("convert", tmp_path / "p.ome.tif", tmp_path / "all", "--bioformats2raw", "--quiet")
    run("convert", tmp_path / "p.ome.tif", tmp_path / "one", "--series", 4, "--quiet")
    np.testing.assert_array_equal(field(tmp_path / "all", "2"), images[2])
    np.testing.assert_array_equal(field(tmp_path, "one"), images[4])


def test_a_plate_that_cannot_be_is_read_as_series(tmp_path, run):
    plate = PLATE.replace('Row="0"', 'Row="-1"').replace('Row="2"', 'Row="2000000000"').format(runs="")
    images = ome_tiff(tmp_path / "p.ome.tif", plate, 4)
    said = run("convert", tmp_path / "p.ome.tif", tmp_path / "out").stderr
    assert "row -1" in said and "row 2000000000" in said
    np.testing.assert_array_equal(field(tmp_path / "out", "3"), images[3])


def test_what_a_killed_conversion_of_a_plate_left_is_replaced(tmp_path, run):
    folder_of(tmp_path / "screen", ["A1_s1.tif", "AB2_s1.tif"])
    command = ["convert", tmp_path / "screen", tmp_path / "out", "--plate", "auto", "--quiet"]
    run(*command)
    for document in ("zarr.json", "A/zarr.json", "A/1/zarr.json", "AB/zarr.json", "AB/2/zarr.json", "AB/2/0/zarr.json"):
        (tmp_path / "out" / document).unlink()
    (tmp_path / "out/.ome-zarr-conversion").touch()
    run(*command, "--overwrite")
    run("validate", tmp_path / "out")
