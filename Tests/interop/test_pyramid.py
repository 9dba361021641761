"""Every level of every version reads equal in three readers and equals the definition, computed by numpy."""

import ngff_zarr
import numpy as np
import ome_zarr_models.v04
import ome_zarr_models.v05
import pytest
import zarr

import images
import reference
from ome_metadata import multiscale, ome, transform
from zarr_readers import READERS

FORMATS = {
    "0.4": ["--ome-version", "0.4"],
    "0.5": ["--ome-version", "0.5", "--shard", "none"],
    "0.5-sharded": ["--ome-version", "0.5", "--shard", "auto"],
}
NAMES = [*images.SAMPLES, *images.WRITTEN]


@pytest.fixture(scope="session", params=NAMES)
def source(request, tmp_path_factory, run):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param in images.SAMPLES:
        return images.sample(request.param, folder, run)
    return images.written(request.param, folder)


@pytest.fixture(scope="session", params=FORMATS)
def converted(request, source, tmp_path_factory, run):
    """The source, the OME-Zarr made of it with small chunks, and its version."""
    output = tmp_path_factory.mktemp("converted") / "out.ome.zarr"
    # Small chunks and a low floor: many chunks and levels from small images.
    chunk = "16,32,32" if "z" in source.axes else "64,64"
    run("convert", source.path, output, *FORMATS[request.param], "--chunk", chunk, "--min-size", 40, "--quiet",
        "--downsample", source.method)
    return source, output, request.param


def levels(output):
    return [str(output / dataset["path"]) for dataset in multiscale(output)["datasets"]]


@pytest.mark.parametrize("reader", READERS)
def test_all_levels_read_equal_and_follow_the_definition(converted, reader):
    source, output, _ = converted
    names = [axis["name"] for axis in multiscale(output)["axes"]]
    expected = source.pixels.reshape([n for n, a in zip(source.pixels.shape, source.axes) if a in names])
    datasets = multiscale(output)["datasets"]
    scales = [transform(dataset, "scale") for dataset in datasets]
    for index, path in enumerate(levels(output)):
        if index > 0:
            factors = tuple(round(b / a) for a, b in zip(scales[index - 1], scales[index]))
            assert set(factors) <= {1, 2} and max(factors) == 2
            expected = reference.METHODS[source.method](expected, factors)
        actual = READERS[reader](path)
        assert actual.dtype == expected.dtype
        np.testing.assert_array_equal(actual, expected, err_msg=f"level {index} read by {reader}")


def test_the_metadata_satisfies_two_validators(converted):
    _, output, name = converted
    models = ome_zarr_models.v04 if name == "0.4" else ome_zarr_models.v05
    models.Image.from_zarr(zarr.open_group(str(output), mode="r"))
    ngff_zarr.from_ngff_zarr(str(output), validate=True, version=name[:3])


def test_scales_and_half_pixel_translations_are_exact(converted):
    source, output, _ = converted
    image = multiscale(output)
    names = [axis["name"] for axis in image["axes"]]
    datasets = image["datasets"]
    base = transform(datasets[0], "scale")
    if source.scale:
        assert base == [s for s, axis in zip(source.scale, source.axes) if axis in names]
    assert not any(transform(datasets[0], "translation") or [0])
    for dataset in datasets:
        scale = transform(dataset, "scale")
        factors = [s / b for s, b in zip(scale, base)]
        assert all(f == round(f) for f in factors)
        translation = transform(dataset, "translation") or [0.0] * len(base)
        method = "mean" if source.method == "mode" else source.method
        expected = [0 if method == "nearest" else (f - 1) / 2 * b for f, b in zip(factors, base)]
        assert translation == pytest.approx(expected, rel=1e-12, abs=0)


def test_shapes_halve_rounding_up_and_the_last_level_is_small(converted):
    _, output, _ = converted
    shapes = [zarr.open_array(path, mode="r").shape for path in levels(output)]
    for finer, coarser in zip(shapes, shapes[1:]):
        assert all(b in (a, -(-a // 2)) for a, b in zip(finer, coarser))
    assert max(shapes[-1][-2:]) <= 80


def test_windows_hold_the_true_range_and_sane_limits(converted):
    source, output, _ = converted
    channels = ome(output).get("omero", {}).get("channels")
    if source.method == "mode":
        return  # labels are not shown in windows
    axis = source.axes.find("c")
    assert channels and len(channels) == (source.pixels.shape[axis] if axis >= 0 else 1)
    for index, channel in enumerate(channels):
        pixels = source.pixels.take(index, axis) if axis >= 0 else source.pixels
        finite = pixels[np.isfinite(pixels)] if pixels.dtype.kind == "f" else pixels
        window = channel["window"]
        if source.path.endswith("rgb.ome.tif"):
            assert (window["min"], window["max"], window["start"], window["end"]) == (0, 255, 0, 255)
            continue
        assert window["min"] == pytest.approx(float(finite.min()), rel=1e-6)
        assert window["max"] == pytest.approx(float(finite.max()), rel=1e-6)
        if window["min"] == window["max"]:
            # What is shown of a single value has to be wider than it.
            assert (window["start"], window["end"]) == (window["min"], window["min"] + 1)
        else:
            assert window["min"] <= window["start"] < window["end"] <= window["max"]
        assert len(channel["color"]) == 6 and int(channel["color"], 16) >= 0


def test_the_validator_of_the_command_agrees(converted, run):
    _, output, _ = converted
    run("validate", output)


def test_names_and_colours_of_channels_arrive(tmp_path, run):
    source = images.sample("channels", tmp_path, run)
    run("convert", source.path, tmp_path / "out.ome.zarr", "--quiet")
    channels = ome(tmp_path / "out.ome.zarr")["omero"]["channels"]
    assert [c["label"] for c in channels] == ["DAPI", "GFP", "TRITC"]
    assert [c["color"] for c in channels] == ["4060FF", "00FF40", "FF4000"]


@pytest.mark.parametrize("method", ["mean", "mode", "nearest"])
@pytest.mark.parametrize("factors", [(1, 2), (2, 2)])
def test_the_reference_itself_is_right_on_small_cases(method, factors):
    """The definition against plain Python, over every block of three values."""
    import itertools
    import statistics

    for block in itertools.product([0, 1, 2, 3], repeat=4):
        array = np.array(block, np.uint8).reshape(2, 2)[: factors[0], : factors[1]]
        values = array.ravel().tolist()
        if method == "nearest":
            expected = values[0]
        elif method == "mean":
            expected = round(sum(values) / len(values))  # Python rounds half to even
        else:
            expected = min(statistics.multimode(values), key=lambda v: (v == 0, v))
        assert reference.METHODS[method](array, factors).ravel().tolist() == [expected]


@pytest.mark.parametrize("codec", ["none", "blosc:zstd:3", "blosc:lz4:5", "zstd:3", "gzip:6", "zlib:6"])
def test_every_codec_reads_equal_in_every_reader(codec, tmp_path, run):
    version = "0.4" if codec.startswith("zlib") else "0.5"
    source = images.written("signed", tmp_path)
    run("convert", source.path, tmp_path / "out", "--codec", codec, "--ome-version", version, "--quiet")
    for name, read in READERS.items():
        np.testing.assert_array_equal(read(str(tmp_path / "out" / "0")), source.pixels, err_msg=name)
