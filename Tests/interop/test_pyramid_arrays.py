"""`ome-zarr pyramid ARRAY OUT`: any order of axes, any factors, what N5 says of distances, and a manifest."""

import json

import numpy as np
import pytest
import tensorstore as ts
import zarr

import reference
from ome_metadata import multiscale, transform

SHAPE = (2, 5, 40, 51)


def pixels() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 4000, SHAPE, "u2")


def level(path, number=0):
    return zarr.open_array(path / str(number), mode="r")[...]


@pytest.mark.parametrize("named", ["option", "array"])
@pytest.mark.parametrize("order", ["czyx", "xyzc", "zcyx", "yxcz", "zyxc"])
def test_any_order_of_axes_becomes_that_of_ome_zarr(order, named, tmp_path, run):
    values = pixels().transpose(["czyx".index(name) for name in order])
    names = {"dimension_names": list(order)} if named == "array" else {}
    chunks = tuple({"c": 1, "z": 2, "y": 16, "x": 20}[name] for name in order)
    zarr.create_array(tmp_path / "in.zarr", data=np.ascontiguousarray(values), chunks=chunks, **names)
    run("pyramid", tmp_path / "in.zarr", tmp_path / "out.zarr", *(["--axes", order] if named == "option" else []),
        "--factors", "2,2", "--levels", "2", "--quiet")  # fmt: skip
    run("validate", tmp_path / "out.zarr", "--pixels")
    assert [axis["name"] for axis in multiscale(tmp_path / "out.zarr")["axes"]] == ["c", "z", "y", "x"]
    np.testing.assert_array_equal(level(tmp_path / "out.zarr"), pixels())
    np.testing.assert_array_equal(level(tmp_path / "out.zarr", 1), reference.mean(pixels(), (1, 1, 2, 2)))
    assert zarr.open_array(tmp_path / "out.zarr/1", mode="r").chunks == (1, 2, 16, 20)
    run("verify", tmp_path / "out.zarr", "--against", tmp_path / "in.zarr")


@pytest.mark.parametrize(
    "factors, steps",
    [(["3,3"], [(1, 1, 3, 3)] * 2), (["1,2,2", "2,2,4"], [(1, 1, 2, 2), (1, 2, 2, 4)]), (["1,5,1"], [(1, 1, 5, 1)] * 2)],
)
@pytest.mark.parametrize("format", [2, 3])
def test_factors_are_those_asked_for(factors, steps, format, tmp_path, run):
    zarr.create_array(tmp_path / "in.zarr", data=pixels(), chunks=(1, 3, 16, 16), zarr_format=format)
    given = [word for text in factors for word in ("--factors", text)]
    run("pyramid", tmp_path / "in.zarr", tmp_path / "out.zarr", "--axes", "czyx", "--levels", "3", *given, "--quiet")
    run("verify", tmp_path / "out.zarr")
    expected = pixels()
    for number, step in enumerate(steps, 1):
        expected = reference.mean(expected, step)
        np.testing.assert_array_equal(level(tmp_path / "out.zarr", number), expected)


def test_factors_of_levels_that_are_added(tmp_path, run):
    zarr.create_array(tmp_path / "in.zarr", data=pixels(), chunks=(1, 3, 16, 16))
    run("pyramid", tmp_path / "in.zarr", tmp_path / "out.zarr", "--axes", "czyx", "--levels", "1", "--quiet")
    run("pyramid", tmp_path / "out.zarr", "--levels", "2", "--factors", "4,4", "--quiet")
    np.testing.assert_array_equal(level(tmp_path / "out.zarr", 1), reference.mean(pixels(), (1, 1, 4, 4)))
    run("verify", tmp_path / "out.zarr")


def n5(folder, values, group: dict, datasets: dict[str, dict]):
    """A group of N5 with datasets of their attributes."""
    folder.mkdir()
    (folder / "attributes.json").write_text(json.dumps({"n5": "4.0.0", **group}))
    for name, attributes in datasets.items():
        metadata = {"dataType": "uint16", "dimensions": list(values.shape[::-1]), "blockSize": [16, 9, 4],
                    "compression": {"type": "gzip"}}  # fmt: skip
        store = {"driver": "file", "path": str(folder / name)}
        ts.open({"driver": "n5", "kvstore": store, "metadata": metadata, "create": True}).result()[...] = values.T
        described = json.loads((folder / name / "attributes.json").read_text())
        (folder / name / "attributes.json").write_text(json.dumps({**described, **attributes}))
    return folder


GROUPS = {
    "resolution of the group": ({"resolution": [0.5, 0.25, 2.0], "units": ["um"] * 3}, {}, "micrometer"),
    "pixelResolution of the group": ({"pixelResolution": {"dimensions": [0.5, 0.25, 2.0], "unit": "nm"}}, {}, "nanometer"),
    "resolution of the dataset": ({}, {"resolution": [0.5, 0.25, 2.0], "units": ["mm"] * 3}, "millimeter"),
    "pixelResolution of the dataset": ({}, {"pixelResolution": {"dimensions": [0.5, 0.25, 2], "unit": "um"}}, "micrometer"),
}  # fmt: skip


@pytest.mark.parametrize("said", GROUPS)
def test_distances_and_units_of_n5_reach_the_metadata(said, tmp_path, run):
    group, dataset, unit = GROUPS[said]
    values = pixels()[0]
    source = n5(tmp_path / "in.n5", values, group, {"s0": dataset})
    run("pyramid", source / "s0", tmp_path / "out.zarr", "--levels", "2", "--quiet")
    run("validate", tmp_path / "out.zarr", "--pixels")
    np.testing.assert_array_equal(level(tmp_path / "out.zarr"), values)
    entry = multiscale(tmp_path / "out.zarr")
    assert [(axis["name"], axis["unit"]) for axis in entry["axes"]] == [("z", unit), ("y", unit), ("x", unit)]
    assert transform(entry["datasets"][0], "scale") == [2, 0.25, 0.5]


def test_a_coarser_dataset_of_n5_lies_where_it_lay(tmp_path, run):
    values = pixels()[0]
    source = n5(tmp_path / "in.n5", values, {"resolution": [0.5, 0.5, 2.0], "units": ["um"] * 3},
                {"s0": {}, "s1": {"downsamplingFactors": [4, 2, 1]}})  # fmt: skip
    run("pyramid", source / "s1", tmp_path / "out.zarr", "--levels", "1", "--quiet")
    fine = multiscale(tmp_path / "out.zarr")["datasets"][0]
    assert transform(fine, "scale") == [2, 1, 2] and transform(fine, "translation") == [0, 0.25, 0.75]
    run("pyramid", source / "s1", tmp_path / "named.zarr", "--levels", "1", "--pixel-size", "3nm", "--quiet")
    assert transform(multiscale(tmp_path / "named.zarr")["datasets"][0], "scale") == [2, 3, 3]


@pytest.mark.parametrize(
    "options, words, status",
    [
        (["--axes", "zyx"], "the array has 4 axes", 64),
        (["--axes", "abyx"], "needs time, channel, then two or three axes of space", 1),
        (["--factors", "0,2"], "--factors", 64),
        (["--factors", "2,2,2,2"], "only axes of space", 64),
        (["--axes", "czyy"], "--axes", 64),
    ],
)
def test_what_cannot_be_is_said(options, words, status, tmp_path, run):
    zarr.create_array(tmp_path / "in.zarr", data=pixels(), chunks=(1, 3, 16, 16))
    assert words in run("pyramid", tmp_path / "in.zarr", tmp_path / "out.zarr", *options, status=status).stderr
    assert not (tmp_path / "out.zarr").exists()
