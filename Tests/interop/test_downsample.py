"""Every way to reduce pixels, by any factors: against the definition in numpy and against tensorstore's downsampling."""

import itertools
import json

import numpy as np
import pytest
import tensorstore
import tifffile
import zarr

import reference
from ome_metadata import multiscale, transform

TYPES = ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"]
METHODS = ["mean", "median", "mode", "min", "max", "nearest"]
# tensorstore strides for what is called nearest here.
TENSORSTORE = {"nearest": "stride"}


def pixels(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    random = np.random.default_rng(len(shape))
    if np.dtype(dtype).kind == "f":
        # Whole numbers, so that no sum depends on its order.
        return random.integers(-1000, 1000, shape).astype(dtype)
    info = np.iinfo(dtype)
    some = random.integers(max(info.min, -3), 4, shape)
    any_value = random.integers(info.min, info.max, shape, endpoint=True)
    return np.where(random.random(shape) < 0.5, any_value, some).astype(dtype)


def unique_modes(array: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """Where one value is more frequent than all others: only there is its choice not a matter of taste."""
    values, exists = reference.blocks(array, factors)
    counts = np.stack([((values == value) & exists).sum(0) * there for value, there in zip(values, exists)])
    best = reference.mode(array, factors)
    rivals = np.where(values == best, 0, counts).max(0)
    return counts.max(0) > rivals


def convert(run, path, output, array, method, factors, **options):
    tifffile.imwrite(path, array, photometric="minisblack", **options)
    arguments = [part for step in factors for part in ("--factors", ",".join(map(str, step)))]
    run("convert", path, output, "--downsample", method, "--min-size", 3, "--chunk", "16", "--quiet", *arguments)
    return [zarr.open_array(str(output / entry["path"]), mode="r") for entry in multiscale(output)["datasets"]]


CASES = [
    ((67, 45), [(2, 2)]),
    ((50, 61), [(3, 5), (4, 1), (1, 2)]),
    ((11, 30, 29), [(1, 2, 2), (2, 2, 2)]),
    ((13, 20, 35), [(3, 2, 4)]),
]


@pytest.mark.parametrize("method, dtype", itertools.product(METHODS, TYPES))
def test_levels_equal_the_definition_and_tensorstore(method, dtype, tmp_path, run):
    if method == "mode" and dtype.startswith("float"):
        run("convert", written(tmp_path, dtype), tmp_path / "out", "--downsample", "mode", status=64)
        return
    for number, (shape, steps) in enumerate(CASES):
        array = pixels(dtype, shape)
        levels = convert(
            run, tmp_path / f"{number}.tif", tmp_path / f"{number}.ome.zarr", array, method, steps,
            metadata={"axes": "ZYX"[-len(shape):]})
        assert len(levels) >= 3
        expected = array
        for index, level in enumerate(levels):
            if index:
                step = tuple(f if n > 1 else 1 for f, n in zip(steps[min(index, len(steps)) - 1], expected.shape))
                other = tensorstore.downsample(
                    tensorstore.array(np.ascontiguousarray(expected)), list(step), TENSORSTORE.get(method, method)
                ).read().result()
                unique = unique_modes(expected, step) if method == "mode" else np.ones(other.shape, bool)
                expected = reference.METHODS[method](expected, step)
                # tensorstore sums floats in their own precision.
                rounding = 16 * np.finfo(dtype).eps if method == "mean" and array.dtype.kind == "f" else 0
                np.testing.assert_allclose(
                    expected[unique], other[unique], rtol=rounding, atol=1000 * rounding, err_msg=f"level {index}, tensorstore")
            np.testing.assert_array_equal(level[...], expected, err_msg=f"{method} {dtype} {shape}, level {index}")


def written(folder, dtype):
    tifffile.imwrite(folder / "in.tif", pixels(dtype, (20, 20)))
    return folder / "in.tif"


@pytest.mark.parametrize("method", ["mean", "median", "min", "max"])
def test_nan_does_not_count_and_blocks_of_nothing_else_are_nan(method, tmp_path, run):
    array = pixels("float32", (40, 42))
    array[::3, 1::2] = np.nan
    array[:6, :6] = np.nan
    for number, step in enumerate([(2, 2), (3, 3)]):
        levels = convert(run, tmp_path / f"{number}.tif", tmp_path / f"{number}", array, method, [step])
        expected = array
        for level in levels[1:]:
            expected = reference.METHODS[method](expected, step)
            np.testing.assert_array_equal(level[...], expected)
        assert np.isnan(levels[1][0, 0])


def test_scales_and_offsets_follow_the_factors(tmp_path, run):
    array = pixels("uint8", (50, 61))
    for method in METHODS:
        output = tmp_path / method
        convert(run, tmp_path / "in.tif", output, array, method, [(3, 5), (4, 1)])
        for entry, factors in zip(multiscale(output)["datasets"], [(1, 1), (3, 5), (12, 5)]):
            assert transform(entry, "scale") == list(factors)
            offset = [0, 0] if method == "nearest" else [(f - 1) / 2 for f in factors]
            assert (transform(entry, "translation") or [0, 0]) == offset


@pytest.mark.parametrize(
    "factors, said", [("0,2", "--factors"), ("17", "from 1 to 16"), ("1,1", "reduce nothing"), ("2,2,2,2,2,2", "axes"),
                      ("2,1,2,2", "1,1,2,2"), ("2.5", "--factors")])
def test_factors_that_cannot_be_are_refused_with_what_can(factors, said, tmp_path, run):
    tifffile.imwrite(tmp_path / "in.tif", pixels("uint8", (2, 3, 30, 30)), imagej=True, metadata={"axes": "ZCYX"})
    process = run("convert", tmp_path / "in.tif", tmp_path / "out", "--factors", factors, status=64)
    assert said in process.stderr and not (tmp_path / "out").exists()


def test_labels_are_recognised_told_and_denied(tmp_path, run):
    y, x = np.mgrid[:300, :300]
    inside = ((y % 40 - 20) ** 2 + (x % 40 - 20) ** 2) < 200
    labels = np.where(inside, (y // 40 * 8 + x // 40 + 1) * 100, 0).astype(np.uint16)
    tifffile.imwrite(tmp_path / "cells.tif", labels)
    plans = {}
    for kind in ["auto", "labels", "intensities"]:
        out = tmp_path / kind
        run("convert", tmp_path / "cells.tif", out, "--kind", kind, "--min-size", 50)
        plan = run("convert", tmp_path / "cells.tif", tmp_path / "x", "--kind", kind, "--dry-run", "--json")
        plans[kind] = json.loads(plan.stdout.splitlines()[0])
        attributes = json.loads((out / "zarr.json").read_text())["attributes"]["ome"]
        assert ("image-label" in attributes) == (kind != "intensities")
        levels = [zarr.open_array(str(out / entry["path"]), mode="r")[...] for entry in multiscale(out)["datasets"]]
        names = set(np.concatenate([level.ravel() for level in levels]))
        assert (names == set(np.unique(labels))) == (kind != "intensities")
        assert ("--kind intensities" in plan.stderr) == (kind == "auto")
    assert [plans[kind]["method"] for kind in plans] == ["mode", "mode", "mean"]
    assert plans["auto"]["labels"] and "flat regions" in " ".join(plans["auto"]["reasons"])


def test_a_dry_run_estimates_the_same_bytes_every_time_and_nearly_those_that_are_written(tmp_path, run):
    random = np.random.default_rng(1)
    tifffile.imwrite(tmp_path / "in.tif", random.normal(1000, 30, (1500, 1600)).astype(np.uint16), tile=(256, 256))
    plans = [run("convert", tmp_path / "in.tif", tmp_path / "out", "--dry-run", "--json") for _ in range(2)]
    first, second = (json.loads(plan.stdout.splitlines()[0]) for plan in plans)
    for plan in first, second:
        assert plan["estimate"].pop("seconds") > 0 and plan.pop("freeBytes") > 0
    assert first == second
    done = run("convert", tmp_path / "in.tif", tmp_path / "out", "--json").stdout.splitlines()[-1]
    assert 0.9 < first["estimate"]["bytes"] / json.loads(done)["bytesWritten"] < 1.1
    assert sum(level["storedBytes"] for level in first["levels"]) == first["estimate"]["bytes"]
    text = run("convert", tmp_path / "in.tif", tmp_path / "none", "--dry-run").stdout
    assert "on disk" in text and "free" in text and "stored" in text


def test_an_image_of_zeros_is_planned_with_no_files_and_has_none(tmp_path, run):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((600, 700), "uint16"))
    said = run("convert", tmp_path / "a.tif", tmp_path / "out", "--dry-run").stdout
    assert "0 shard files" in said and "samples hold nothing but zeros, for which no file is written" in said
    said = run("convert", tmp_path / "a.tif", tmp_path / "out", "--dry-run", "--json").stdout
    estimate = json.loads(said.splitlines()[0])["estimate"]
    assert estimate["objects"] == 0 and estimate["bytes"] == 0
    run("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    assert not list((tmp_path / "out").glob("*/c"))
