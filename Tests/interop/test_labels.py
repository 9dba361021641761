"""Masks become labels that lie over their image, level by level."""

import json
import shutil

import ngff_zarr
import numpy as np
import ome_zarr_models.v04
import ome_zarr_models.v05
import pytest
import tifffile
import zarr

from ome_metadata import multiscale, ome, transform
from reference import mode
from zarr_readers import READERS

MODELS = {"0.4": ome_zarr_models.v04, "0.5": ome_zarr_models.v05}


def blobs(shape, dtype="uint16", values=(0, 3, 7, 250)):
    """Squares of the values, their sides odd so that blocks of two straddle them."""
    tiles = np.random.default_rng(3).choice(np.array(values, dtype), [-(-n // 5) for n in shape])
    for axis in range(len(shape)):
        tiles = np.repeat(tiles, 5, axis)
    return np.ascontiguousarray(tiles[tuple(slice(0, n) for n in shape)])


def write(path, pixels, axes):
    size = {f"PhysicalSize{a}": s for a, s in zip("XYZ", (0.5, 0.5, 1.0)) if a in axes}
    units = {f"PhysicalSize{a}Unit": "µm" for a in "XYZ" if a in axes}
    tifffile.imwrite(path, pixels, photometric="minisblack", metadata={"axes": axes, **size, **units})
    return path


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    pixels = np.random.default_rng(5).integers(0, 60000, (2, 9, 71, 93), "uint16")
    return write(folder / "cells.ome.tif", pixels, "CZYX"), pixels, folder


def levels(path):
    return [zarr.open_array(path / d["path"], mode="r")[...] for d in multiscale(path)["datasets"]]


def check(image, name, mask, version):
    """The labels fit the image, and are the mode of the mask, level by level."""
    labels = image / "labels" / name
    parts, own = multiscale(image)["datasets"], multiscale(labels)["datasets"]
    for part, label in zip(parts, own, strict=True):
        for kind in ("scale", "translation"):
            assert transform(label, kind) == transform(part, kind)
    assert multiscale(labels)["axes"] == multiscale(image)["axes"]
    assert name in ome(image / "labels")["labels"]
    assert ome(labels)["image-label"]["source"] == {"image": "../../"}
    expected, before = mask, None
    for number, (actual, part) in enumerate(zip(levels(labels), own)):
        scale = transform(part, "scale")
        if before:
            expected = mode(expected, tuple(round(a / b) for a, b in zip(scale, before)))
        before = scale
        np.testing.assert_array_equal(actual, expected, f"level {number}")
    MODELS[version].ImageLabel.from_zarr(zarr.open_group(labels, mode="r"))
    for number in range(len(own)):
        for reader in READERS.values():
            np.testing.assert_array_equal(reader(str(labels / str(number))), levels(labels)[number])


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("axes", ["YX", "ZYX", "CZYX"])
@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_masks_are_converted_with_their_image(version, axes, dtype, volume, tmp_path, run):
    path, pixels, _ = volume
    shape = pixels.shape[-len(axes):]
    mask = blobs(shape, dtype)
    write(tmp_path / "mask.ome.tif", mask, axes)
    out = tmp_path / "out"
    run("convert", path, out, "--labels", f"{tmp_path / 'mask.ome.tif'}:cells", "--labels", tmp_path / "mask.ome.tif",
        "--min-size", 16, "--ome-version", version, "--quiet")
    full = mask.reshape((1,) * (4 - mask.ndim) + mask.shape)
    for name in ("cells", "mask"):
        check(out, name, full, version)
    assert ome(out / "labels")["labels"] == ["cells", "mask"]
    np.testing.assert_array_equal(levels(out)[0], pixels)
    run("validate", out)
    colors = {c["label-value"]: c["rgba"] for c in ome(out / "labels" / "cells")["image-label"]["colors"]}
    assert sorted(colors) == sorted(np.unique(mask).tolist())
    assert colors[0] == [0, 0, 0, 0] and all(rgba[3] == 255 for value, rgba in colors.items() if value)
    assert len({tuple(rgba) for rgba in colors.values()}) == len(colors)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_are_added_to_an_image_and_nothing_else_changes(version, volume, tmp_path, run):
    path, pixels, _ = volume
    out = tmp_path / "out"
    run("convert", path, out, "--min-size", 16, "--ome-version", version, "--quiet")
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    mask = blobs(pixels.shape[1:])
    write(tmp_path / "mask.ome.tif", mask, "ZYX")
    run("add-labels", out, f"{tmp_path / 'mask.ome.tif'}:first", "--quiet")
    run("add-labels", out, tmp_path / "mask.ome.tif", "--name", "second", "--quiet")
    for name in ("first", "second"):
        check(out, name, mask[None], version)
    assert ome(out / "labels")["labels"] == ["first", "second"]
    # The manifest knows of the labels.
    assert {str(p.relative_to(out)) for p in before if p.read_bytes() != before[p]} == {"OME/manifest.txt"}
    run("verify", out)
    said = run("add-labels", out, f"{tmp_path / 'mask.ome.tif'}:first", status=1).stderr
    assert "--overwrite" in said
    other = np.ascontiguousarray(mask[:, ::-1])
    write(tmp_path / "other.ome.tif", other, "ZYX")
    run("add-labels", out, f"{tmp_path / 'other.ome.tif'}:first", "--overwrite", "--quiet")
    check(out, "first", other[None], version)
    assert sorted(p.name for p in (out / "labels").iterdir() if not p.name.startswith(".z")) == sorted(
        ["first", "second"] + (["zarr.json"] if version == "0.5" else []))
    run("validate", out)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_are_added_to_an_image_of_ngff_zarr(version, tmp_path, run):
    """It lies elsewhere than at the origin, and so do the labels."""
    pixels = np.random.default_rng(2).integers(0, 99, (101, 77), "uint8")
    image = ngff_zarr.to_ngff_image(pixels, dims=["y", "x"], scale={"y": 0.5, "x": 0.5}, translation={"y": 3.0, "x": 4.0})
    multiscales = ngff_zarr.to_multiscales(image, scale_factors=[])
    ngff_zarr.to_ngff_zarr(str(tmp_path / "out"), multiscales, version=version)
    mask = blobs((101, 77))
    tifffile.imwrite(tmp_path / "mask.tif", mask)
    run("add-labels", tmp_path / "out", tmp_path / "mask.tif", "--quiet")
    np.testing.assert_array_equal(levels(tmp_path / "out" / "labels" / "mask")[0], mask)
    own = multiscale(tmp_path / "out" / "labels" / "mask")["datasets"]
    assert len(own) == len(multiscale(tmp_path / "out")["datasets"])
    assert transform(own[0], "translation") == [3, 4]
    run("validate", tmp_path / "out")


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_are_added_to_levels_whose_sizes_were_rounded_down(version, tmp_path, run):
    """As bioformats2raw and ome-zarr-py make them: 1023 becomes 511, not 512."""
    shapes = [(103, 63), (51, 31), (25, 15)]
    root = zarr.open_group(tmp_path / "out", mode="w", zarr_format=2 if version == "0.4" else 3)
    for number, shape in enumerate(shapes):
        root.create_array(
            str(number), data=np.zeros(shape, "uint8"), chunks=(32, 32),
            **({"dimension_names": ["y", "x"]} if version == "0.5" else
               {"chunk_key_encoding": {"name": "v2", "separator": "/"}}))
    entry = {
        "axes": [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}],
        "datasets": [
            {"path": str(n), "coordinateTransformations": [{"type": "scale", "scale": [2.0**n, 2.0**n]}]}
            for n in range(3)
        ],
        **({"version": "0.4"} if version == "0.4" else {}),
    }
    root.attrs.update(
        {"multiscales": [entry]} if version == "0.4" else {"ome": {"version": "0.5", "multiscales": [entry]}})
    mask = blobs(shapes[0])
    tifffile.imwrite(tmp_path / "mask.tif", mask)
    run("add-labels", tmp_path / "out", tmp_path / "mask.tif", "--quiet")
    expected = mask
    for actual in levels(tmp_path / "out" / "labels" / "mask"):
        np.testing.assert_array_equal(actual, expected)
        expected = mode(expected, (2, 2))
    assert len(levels(tmp_path / "out" / "labels" / "mask")) == 3
    run("validate", tmp_path / "out")


@pytest.mark.parametrize("before, after", [("0.4", "0.5"), ("0.5", "0.4")])
def test_labels_of_an_ome_zarr_are_converted_with_it(before, after, volume, tmp_path, run):
    path, pixels, _ = volume
    mask = blobs(pixels.shape[-2:])
    tifffile.imwrite(tmp_path / "cells.tif", mask)
    run("convert", path, tmp_path / "in", "--labels", tmp_path / "cells.tif", "--min-size", 16, "--ome-version", before,
        "--quiet")
    told = run("convert", tmp_path / "in", tmp_path / "out", "--min-size", 16, "--ome-version", after).stderr
    assert "warning" not in told
    check(tmp_path / "out", "cells", mask[None, None], after)
    colors = [ome(tmp_path / name / "labels" / "cells")["image-label"]["colors"] for name in ("in", "out")]
    assert colors[0] == colors[1]
    # A part of the image has the part of its labels.
    run("convert", tmp_path / "in", tmp_path / "part", "--region", "11,12,40,41", "--z", "3:5", "--min-size", 16, "--quiet")
    check(tmp_path / "part", "cells", mask[None, None, 12:53, 11:51], "0.5")
    run("validate", tmp_path / "part")


def test_labels_that_do_not_fit_are_left_out_with_a_warning(volume, tmp_path, run):
    path, pixels, _ = volume
    run("convert", path, tmp_path / "in", "--quiet")
    tifffile.imwrite(tmp_path / "small.tif", np.zeros((8, 8), "uint8"))
    run("convert", tmp_path / "small.tif", tmp_path / "in/labels/odd", "--downsample", "mode", "--quiet")
    document = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "labels": ["odd"]}}}
    (tmp_path / "in/labels/zarr.json").write_text(json.dumps(document))
    said = run("convert", tmp_path / "in", tmp_path / "out").stderr
    assert "the labels odd of the input are not converted" in said and "y 71, x 93" in said
    run("validate", tmp_path / "out")


def test_the_mask_of_a_part_fits_the_part_or_the_whole(volume, tmp_path, run):
    path, pixels, _ = volume
    mask = blobs(pixels.shape[-2:])
    tifffile.imwrite(tmp_path / "whole.tif", mask)
    tifffile.imwrite(tmp_path / "part.tif", mask[10:60, 20:80])
    run("convert", path, tmp_path / "out", "--region", "20,10,60,50", "--labels", tmp_path / "whole.tif", "--labels",
        tmp_path / "part.tif", "--quiet")
    for name in ("whole", "part"):
        check(tmp_path / "out", name, mask[None, None, 10:60, 20:80], "0.5")


def test_more_values_than_a_list_should_have_get_no_colours_and_both_say_so(tmp_path, run):
    many, most = (np.arange(n, dtype="uint16").reshape(64, -1) for n in (8256, 8192))
    for name, mask, count in [("many", many, 0), ("most", most, 8192)]:
        tifffile.imwrite(tmp_path / f"{name}.tif", mask)
        for out, options in [("labels", ["--kind", "intensities", "--labels", f"{tmp_path / name}.tif:l"]),
                             ("image", ["--kind", "labels"])]:
            path = tmp_path / name / out
            said = run("convert", tmp_path / f"{name}.tif", path, *options).stderr
            label = ome(path / "labels/l" if out == "labels" else path)["image-label"]
            assert len(label.get("colors", [])) == count
            checked = run("validate", path).stdout
            assert ("gets no colours" in said) == ("(rule 55)" in checked) == (count == 0)


def test_a_mask_that_is_the_image_has_colours(tmp_path, run):
    mask = blobs((120, 140))
    tifffile.imwrite(tmp_path / "a_mask.tif", mask)
    run("convert", tmp_path / "a_mask.tif", tmp_path / "out", "--quiet")
    colors = {c["label-value"]: c["rgba"] for c in ome(tmp_path / "out")["image-label"]["colors"]}
    assert colors.keys() == set(np.unique(mask).tolist()) and len(set(map(tuple, colors.values()))) == len(colors)
    assert "0 warnings" in run("validate", tmp_path / "out").stdout

def test_a_bilevel_mask_is_stored_as_bytes(tmp_path, run):
    mask = blobs((50, 60), "uint8", (0, 1)).astype(bool)
    zarr.save_array(tmp_path / "mask.zarr", mask)
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((50, 60), "uint16"))
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--labels", tmp_path / "mask.zarr", "--min-size", 16, "--quiet")
    check(tmp_path / "out", "mask", mask.astype("uint8"), "0.5")
    assert levels(tmp_path / "out/labels/mask")[0].dtype == np.uint8


def test_what_is_no_mask_of_the_image_is_refused(volume, tmp_path, run):
    path, _, _ = volume
    cases = {
        "size": (np.zeros((71, 92), "uint8"), "y 71, x 92, the image c 2, z 9, y 71, x 93"),
        "float": (np.zeros((71, 93), "float32"), "labels are integers"),
    }
    run("convert", path, tmp_path / "out", "--quiet")
    before = sorted(tmp_path.glob("out/**/*"))
    for name, (pixels, words) in cases.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", pixels)
        for command in (
            ["convert", path, tmp_path / "new", "--labels", tmp_path / f"{name}.tif"],
            ["add-labels", tmp_path / "out", tmp_path / f"{name}.tif"],
        ):
            assert words in run(*command, status=64 if name == "size" else 1).stderr
    assert not (tmp_path / "new").exists() and sorted(tmp_path.glob("out/**/*")) == before
    run("convert", path, tmp_path / "a.ozx", "--quiet")
    said = run("add-labels", tmp_path / "a.ozx", tmp_path / "size.tif", status=1).stderr
    assert "archive" in said and "folder" in said
    for name in ("", "a/b", "..", "__x", "zarr.json", "Zarr.JSON", ".zattrs", ".zgroup", ".zarray", ".zmetadata"):
        run("add-labels", tmp_path / "out", f"{tmp_path / 'size.tif'}:{name}", status=64)


@pytest.mark.parametrize("left", ["labels", "labels/cells"])
def test_what_a_killed_conversion_with_labels_left_is_replaced(left, volume, tmp_path, run):
    path, pixels, _ = volume
    tifffile.imwrite(tmp_path / "cells.tif", blobs(pixels.shape[-2:]))
    command = ["convert", path, tmp_path / "out", "--labels", tmp_path / "cells.tif", "--quiet"]
    run(*command)
    # As it is before the documents of the groups are written.
    (tmp_path / "out/zarr.json").unlink()
    (tmp_path / "out" / left / "zarr.json").unlink()
    (tmp_path / "out/labels/zarr.json").unlink(missing_ok=True)
    shutil.rmtree(tmp_path / "out/0")
    (tmp_path / "out/.ome-zarr-conversion").touch()
    run(*command, "--overwrite")
    run("validate", tmp_path / "out")


def test_names_that_differ_only_in_case_are_refused(tmp_path, run):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((40, 40), "uint8"))
    tifffile.imwrite(tmp_path / "m.tif", blobs((40, 40), "uint8"))
    mask = tmp_path / "m.tif"
    two = ["--labels", f"{mask}:cells", "--labels", f"{mask}:Cells"]
    assert "whatever the case" in run("convert", tmp_path / "a.tif", tmp_path / "two", *two, status=64).stderr
    assert not (tmp_path / "two").exists()
    run("convert", tmp_path / "a.tif", tmp_path / "out", *two[:2], "--quiet")
    for extra in ([], ["--overwrite"]):
        assert "only in case" in run("add-labels", tmp_path / "out", f"{mask}:CELLS", *extra, status=64).stderr
    assert "only in case" in run("convert", tmp_path / "out", tmp_path / "new", *two[2:], status=64).stderr
    # Labels of others: the second is left out, and the user hears of it.
    shutil.copytree(tmp_path / "out/labels/cells", tmp_path / "out/labels/Cells")
    document = json.loads((tmp_path / "out/labels/zarr.json").read_text())
    document["attributes"]["ome"]["labels"] = ["cells", "Cells"]
    (tmp_path / "out/labels/zarr.json").write_text(json.dumps(document))
    assert "but for the case" in run("convert", tmp_path / "out", tmp_path / "new").stderr
    assert ome(tmp_path / "new/labels")["labels"] == ["cells"]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_replaced_labels_come_back_where_the_new_ones_cannot_be_noted(version, tmp_path, run):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((40, 40), "uint8"))
    old, new = blobs((40, 40), "uint8"), blobs((40, 40), "uint8", (1, 2))
    tifffile.imwrite(tmp_path / "cells.tif", old)
    out = tmp_path / "out"
    run("convert", tmp_path / "a.tif", out, "--labels", tmp_path / "cells.tif", "--ome-version", version, "--quiet")
    tifffile.imwrite(tmp_path / "cells.tif", new)
    manifest = (out / "OME/manifest.txt").read_bytes()
    (out / "OME/manifest.txt").write_bytes(b"\xffno manifest\n")
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    run("add-labels", out, tmp_path / "cells.tif", "--overwrite", status=1)
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    assert not [p for p in (out / "labels").iterdir() if p.name.startswith((".unfinished", ".replaced"))]
    np.testing.assert_array_equal(levels(out / "labels/cells")[0].squeeze(), old)
    (out / "OME/manifest.txt").write_bytes(manifest)
    run("verify", out)
    run("add-labels", out, tmp_path / "cells.tif", "--overwrite", "--quiet")
    np.testing.assert_array_equal(levels(out / "labels/cells")[0].squeeze(), new)
    run("verify", out)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("before", [1, 2])
def test_levels_that_are_added_to_an_image_are_added_to_its_labels(before, version, volume, tmp_path, run):
    path, pixels, _ = volume
    mask = blobs(pixels.shape[1:])
    write(tmp_path / "mask.ome.tif", mask, "ZYX")
    out = tmp_path / "out"
    run("convert", path, out, "--labels", f"{tmp_path / 'mask.ome.tif'}:cells", "--levels", before, "--ome-version",
        version, "--quiet")
    run("pyramid", out, "--levels", 4, "--dry-run")
    assert len(levels(out)) == before
    said = run("pyramid", out, "--levels", 4).stderr
    assert f"{out}/labels/cells: added" in said and f"{out}: added" in said
    assert len(levels(out)) == 4
    check(out, "cells", mask[None], version)
    run("validate", out)
    run("verify", out)
    assert "has its levels already" in run("pyramid", out, "--levels", 4).stderr
    # An interrupted run left the labels behind the image: only they are missing.
    run("convert", path, tmp_path / "one", "--labels", f"{tmp_path / 'mask.ome.tif'}:cells", "--levels", 1,
        "--ome-version", version, "--quiet")
    shutil.rmtree(out / "labels")
    shutil.copytree(tmp_path / "one/labels", out / "labels")
    said = run("pyramid", out, "--levels", 4).stderr
    assert f"{out}/labels/cells: added" in said and f"{out}: added" not in said
    check(out, "cells", mask[None], version)
    run("validate", out)
