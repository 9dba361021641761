"""`ome-zarr copy` of a part: exactly that part, where it lay, with everything that is still true of it."""

import json
import pathlib

import numcodecs
import numpy as np
import pytest
import tensorstore as ts
import tifffile
import zarr

import reference
from ome_metadata import multiscale, ome, transform

SHAPE = (3, 4, 61, 83)
AXES = [
    {"name": "c", "type": "channel"}, {"name": "z", "type": "space", "unit": "micrometer"},
    {"name": "y", "type": "space", "unit": "micrometer"}, {"name": "x", "type": "space", "unit": "micrometer"},
]  # fmt: skip
SCALE, START = [1.0, 2.0, 0.5, 0.25], [0.0, 10.0, 3.0, 7.0]
NAMES = ["DAPI", "GFP", "Cy3"]


def pixels() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 60000, SHAPE, "u2")


def entry(method: str, steps, axes=AXES, scale=SCALE, start=START) -> dict:
    """An entry of multiscales whose levels are reduced by these steps, one after the other."""
    datasets, factors = [], np.ones(len(scale))
    for level, step in enumerate([np.ones(len(scale)), *map(np.array, steps)]):
        factors = factors * step
        translation = [b + (f - 1) / 2 * s for b, f, s in zip(start, factors, scale)]
        datasets.append({"path": f"s{level}", "coordinateTransformations": [
            {"type": "scale", "scale": [s * f for s, f in zip(scale, factors)]},
            {"type": "translation", "translation": translation}]})  # fmt: skip
    return {"axes": axes, "datasets": datasets, "name": "cells", "type": method}


def put(group: zarr.Group, version: str, members: dict, values: np.ndarray, steps, method, **options) -> None:
    if version == "0.4":
        members["multiscales"][0]["version"] = "0.4"
        options |= {"chunk_key_encoding": {"name": "v2", "separator": "/"}}
    group.attrs.update({"ome": {"version": "0.5", **members}} if version == "0.5" else members)
    for level, step in enumerate([(1,) * values.ndim, *steps]):
        values = reference.METHODS[method](values, step) if level else values
        array = group.create_array(f"s{level}", shape=values.shape, dtype=values.dtype, **options)
        array[...] = values


STEPS = [(1, 1, 2, 2), (1, 2, 2, 2)]


def image(path: pathlib.Path, version="0.5", method="mean", labels=None, **options) -> pathlib.Path:
    """An image of three levels as another writer has it, with labels, channels and attributes of somebody's own."""
    group = zarr.open_group(path, mode="w", zarr_format=3 if version == "0.5" else 2)
    options = {"chunks": (1, 2, 20, 20), **options}
    windows = [{"label": name, "color": "00FF0" + str(index), "active": index != 1,
                "window": {"min": 0, "max": 65535, "start": 10 + index, "end": 5000}}
               for index, name in enumerate(NAMES)]  # fmt: skip
    members = {"multiscales": [entry(method, STEPS)], "omero": {"channels": windows}}
    put(group, version, members, pixels(), STEPS, method, **options)
    group.attrs["lab"] = {"room": 12}
    if labels is not None:
        listed = group.create_group("labels")
        listed.attrs.update({"ome": {"version": "0.5", "labels": ["cells"]}} if version == "0.5" else {"labels": ["cells"]})
        own = listed.create_group("cells")
        members = {"multiscales": [entry("mode", [s[1:] for s in STEPS], AXES[1:], SCALE[1:], START[1:])],
                   "image-label": {"colors": [{"label-value": 1, "rgba": [255, 0, 0, 255]}]}}  # fmt: skip
        put(own, version, members, labels, [s[1:] for s in STEPS], "mode", chunks=(1, 16, 16))
        own.attrs["drawn by"] = "someone"
    return path


def masks() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 3, SHAPE[1:], "u4")


def level(path, number=0):
    return zarr.open_array(path / str(number), mode="r")[...]


# The options, the slices of c, z, y and x, and what becomes of the steps.
CROPS = [
    (["--region", "0,0,83,61"], np.s_[:, :, :, :], STEPS),
    (["--region", "32,16,40,32"], np.s_[:, :, 16:48, 32:72], STEPS),
    (["--region", "31,17,41,33"], np.s_[:, :, 17:50, 31:72], STEPS),
    (["--region", "1,1,21,16"], np.s_[:, :, 1:17, 1:22], [(1, 1, 2, 2), (1, 2, 2, 2)]),
    (["--region", "82,60,1,1"], np.s_[:, :, 60:, 82:], [(1, 2, 1, 1)]),
    (["--z", "1"], np.s_[:, 1:2], [(1, 1, 2, 2), (1, 1, 2, 2)]),
    (["--z", "1:4"], np.s_[:, 1:4], STEPS),
    (["--c", "2"], np.s_[2:3], STEPS),
    (["--c", "Cy3,DAPI", "--z", ":3", "--region", "5,3,40,50"], np.s_[[2, 0], :3, 3:53, 5:45], STEPS),
]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("options, part, steps", CROPS, ids=[" ".join(options) for options, _, _ in CROPS])
def test_a_part_equals_the_slice_of_numpy_and_lies_where_it_lay(options, part, steps, version, tmp_path, run):
    source = image(tmp_path / "in.zarr", version, labels=masks())
    run("copy", source, tmp_path / "out", *options, "--quiet")
    run("validate", tmp_path / "out", "--pixels")
    run("verify", tmp_path / "out")
    run("verify", tmp_path / "out", "--against", source)
    cut, cutlabels = pixels()[part], masks()[part[1:] if isinstance(part, tuple) else np.s_[:]]
    datasets = multiscale(tmp_path / "out")["datasets"]
    origin = [s.start or 0 if isinstance(s, slice) else 0 for s in (part if isinstance(part, tuple) else (part,))]
    origin = np.array(([0] + origin[1:] + [0] * 4)[:4])
    assert len(datasets) == len(steps) + 1
    factors = np.ones(4)
    for number, step in enumerate([(1,) * 4, *steps]):
        factors = factors * step
        if number:
            cut = reference.METHODS["mean"](cut, step)
            cutlabels = reference.METHODS["mode"](cutlabels, step[1:])
        np.testing.assert_array_equal(level(tmp_path / "out", number), cut, err_msg=f"level {number}")
        np.testing.assert_array_equal(level(tmp_path / "out/labels/cells", number)[0], cutlabels)
        assert transform(datasets[number], "scale") == [s * f for s, f in zip(SCALE, factors)]
        expected = [b + (o + (f - 1) / 2) * s for b, o, f, s in zip(START, origin, factors, SCALE)]
        assert transform(datasets[number], "translation") == pytest.approx(expected, rel=1e-12)
    driver = "zarr3" if version == "0.5" else "zarr"
    store = {"driver": driver, "kvstore": {"driver": "file", "path": str(tmp_path / "out/0")}}
    np.testing.assert_array_equal(ts.open(store).result().read().result(), pixels()[part])


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_what_is_still_true_is_kept(version, tmp_path, run):
    """Chunks, codecs, the way of reducing, the name, channels with their windows, and attributes of somebody's own."""
    options = {"shards": (1, 4, 40, 40)} if version == "0.5" else {}
    gzip = {"compressors": zarr.codecs.GzipCodec(level=4)} if version == "0.5" else {}
    source = image(tmp_path / "in.zarr", version, "nearest", masks(), **options, **gzip)
    run("copy", source, tmp_path / "out", "--c", "GFP,Cy3", "--region", "4,4,64,48", "--quiet")
    out = zarr.open_group(tmp_path / "out", mode="r")
    assert out.attrs["lab"] == {"room": 12}
    assert out["labels/cells"].attrs["drawn by"] == "someone"
    assert out["0"].chunks == (1, 2, 20, 20) and out["labels/cells/0"].chunks == (1, 1, 16, 16)
    if version == "0.5":
        assert out["0"].shards == (1, 4, 40, 40)
        assert out["0"].compressors[0] == zarr.codecs.GzipCodec(level=4)
    described = multiscale(tmp_path / "out")
    assert described["type"] == "nearest" and described["name"] == "cells"
    np.testing.assert_array_equal(level(tmp_path / "out", 1), pixels()[1:, :, 4:52:2, 4:68:2])
    channels = ome(tmp_path / "out")["omero"]["channels"]
    assert [c["label"] for c in channels] == ["GFP", "Cy3"] and [c["active"] for c in channels] == [False, True]
    assert [(c["window"]["start"], c["window"]["end"]) for c in channels] == [(11, 5000), (12, 5000)]
    colors = ome(tmp_path / "out/labels/cells")["image-label"]["colors"]
    assert colors == [{"label-value": 1, "rgba": [255, 0, 0, 255]}]


WAYS = {
    "0.4": (["--ome-version", "0.4"], "out.zarr"),
    "0.5": (["--ome-version", "0.5"], "out.zarr"),
    "chunk": (["--chunk", "2,9,13"], "out.zarr"),
    "shard": (["--ome-version", "0.5", "--shard", "auto"], "out.zarr"),
    "codec": (["--codec", "zstd:5"], "out.zarr"),
    "archive": ([], "out.ozx"),
}


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("way", WAYS)
def test_a_part_may_be_stored_otherwise(way, version, tmp_path, run):
    source = image(tmp_path / "in.zarr", version)
    options, name = WAYS[way]
    run("copy", source, tmp_path / name, "--region", "7,9,60,40", *options, "--quiet")
    run("validate", tmp_path / name, "--pixels")
    run("verify", tmp_path / name, "--against", source)
    store = zarr.storage.ZipStore(tmp_path / name, mode="r") if way == "archive" else tmp_path / name
    array = zarr.open_group(store, mode="r")["0"]
    np.testing.assert_array_equal(array[...], pixels()[:, :, 9:49, 7:67])
    assert array.chunks == ((1, 2, 9, 13) if way == "chunk" else (1, 2, 20, 20))
    expected = 2 if way == "0.4" or (version == "0.4" and way in ["chunk", "codec"]) else 3
    assert array.metadata.zarr_format == expected


def test_the_same_part_of_every_image_of_a_collection(tmp_path, run):
    root = zarr.open_group(tmp_path / "in.zarr", mode="w")
    root.attrs["operator"] = "someone"
    root.attrs["ome"] = {"version": "0.5", "bioformats2raw.layout": 3}
    image(tmp_path / "in.zarr/0")
    image(tmp_path / "in.zarr/1", method="nearest")
    said = run("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", "--region", "8,4,40,30").stderr
    assert "the attributes operator of / are left out" in said
    run("validate", tmp_path / "out.zarr", "--pixels")
    for number, method in enumerate(["mean", "nearest"]):
        np.testing.assert_array_equal(level(tmp_path / f"out.zarr/{number}"), pixels()[:, :, 4:34, 8:48])
        assert multiscale(tmp_path / f"out.zarr/{number}")["type"] == method


def test_n5_is_cropped_into_an_image(tmp_path, run):
    source, values = tmp_path / "in.n5", pixels()[0]
    source.mkdir()
    group = {"n5": "4.0.0", "axes": ["x", "y", "z"], "units": ["um"] * 3, "resolution": [0.5, 0.5, 2.0],
             "mine": {"x": 1}, "affine": [1, 0, 0]}  # fmt: skip
    (source / "attributes.json").write_text(json.dumps(group))
    for number, factor in enumerate([1, 3]):
        data = values[:, ::factor, ::factor]
        metadata = {"dataType": "uint16", "dimensions": list(data.shape[::-1]), "blockSize": [16, 9, 4],
                    "compression": {"type": "gzip"}}  # fmt: skip
        store = {"driver": "file", "path": str(source / f"s{number}")}
        ts.open({"driver": "n5", "kvstore": store, "metadata": metadata, "create": True}).result()[...] = data.T
        described = json.loads((source / f"s{number}/attributes.json").read_text())
        described["downsamplingFactors"] = [factor, factor, 1]
        described["note"] = "of the array"
        (source / f"s{number}/attributes.json").write_text(json.dumps(described))
    said = run("copy", source, tmp_path / "out.zarr", "--region", "10,20,60,41", "--z", "1:3").stderr
    assert "the attributes of the arrays of / (note) are left out" in said
    run("pyramid", source, tmp_path / "levels.zarr", "--quiet")
    for name in ["out.zarr", "levels.zarr"]:
        attributes = dict(zarr.open_group(tmp_path / name, mode="r").attrs)
        assert attributes.pop("mine") == {"x": 1} and attributes.pop("affine") == [1, 0, 0]
        assert attributes.keys() <= {"ome", "ome-zarr"}
    run("validate", tmp_path / "out.zarr", "--pixels")
    cut = values[1:3, 20:, 10:70]
    np.testing.assert_array_equal(level(tmp_path / "out.zarr"), cut)
    np.testing.assert_array_equal(level(tmp_path / "out.zarr", 1), reference.METHODS["mean"](cut, (1, 3, 3)))
    fine = multiscale(tmp_path / "out.zarr")["datasets"][0]
    assert transform(fine, "scale") == [2, 0.5, 0.5] and transform(fine, "translation") == [2, 10, 5]


STORED = {
    "order F": ({"order": "F"}, "without transpose"),
    "a filter": ({"filters": [numcodecs.Delta(dtype="<u2")]}, "without numcodecs.delta"),
    "both": ({"order": "F", "filters": [numcodecs.Delta(dtype="<u2")]}, "without transpose, numcodecs.delta"),
    "neither": ({}, None),
}  # fmt: skip


@pytest.mark.parametrize("stored", STORED)
def test_what_compresses_stays_whatever_stands_in_front_of_it(stored, tmp_path, run):
    options, words = STORED[stored]
    source = image(tmp_path / "in.zarr", "0.4", compressors=numcodecs.Zlib(6), **options)
    crop = run("copy", source, tmp_path / "crop.zarr", "--region", "10,20,60,41").stderr
    new = run("pyramid", source, tmp_path / "new.zarr").stderr
    for said, name in [(crop, "crop.zarr"), (new, "new.zarr")]:
        document = json.loads((tmp_path / name / "0/.zarray").read_text())
        assert document["compressor"] == {"id": "zlib", "level": 6}
        assert document["order"] == "C" and document["filters"] is None
        assert (words in said) if words else ("warning" not in said)
    np.testing.assert_array_equal(level(tmp_path / "crop.zarr"), pixels()[:, :, 20:, 10:70])
    # Of 0.5 nobody expects zlib.
    said = run("copy", source, tmp_path / "new5.zarr", "--region", "10,20,60,41", "--ome-version", "0.5").stderr
    assert "zlib is encoded anew" in said


def test_shards_of_a_transposed_array_keep_what_compresses(tmp_path, run):
    codecs = {"shards": (1, 2, 40, 40), "compressors": zarr.codecs.GzipCodec(level=7)}
    source = image(tmp_path / "in.zarr", "0.5", **codecs)
    for number in range(3):
        path = source / f"s{number}/zarr.json"
        values, document = zarr.open_array(source / f"s{number}", mode="r")[...], json.loads(path.read_text())
        (sharding,) = document["codecs"]
        document["codecs"] = [{"name": "transpose", "configuration": {"order": [0, 1, 3, 2]}}, sharding]
        path.write_text(json.dumps(document))
        zarr.open_array(source / f"s{number}", mode="r+")[...] = values
    assert "without transpose" in run("copy", source, tmp_path / "out.zarr", "--region", "10,20,60,41").stderr
    (sharding,) = json.loads((tmp_path / "out.zarr/0/zarr.json").read_text())["codecs"]
    assert {"name": "gzip", "configuration": {"level": 7}} in sharding["configuration"]["codecs"]
    np.testing.assert_array_equal(level(tmp_path / "out.zarr"), pixels()[:, :, 20:, 10:70])


def test_documents_and_provenance_of_a_conversion_stay(tmp_path, run):
    """The OME-XML of the source byte for byte, one that says what was cut, and what is known of the file."""
    metadata = {"axes": "ZCYX", "Plane": {"PositionX": [1.0] * 6, "DeltaT": [0.5] * 6}}
    tifffile.imwrite(tmp_path / "in.ome.tif", pixels()[:2, :3].swapaxes(0, 1), photometric="minisblack", metadata=metadata)
    run("convert", tmp_path / "in.ome.tif", tmp_path / "in.zarr", "--min-size", 32, "--quiet")
    run("copy", tmp_path / "in.zarr", tmp_path / "box.ozx", "--region", "3,5,60,50", "--quiet")
    said = run("copy", tmp_path / "box.ozx", tmp_path / "plane.zarr", "--z", "1").stderr
    assert "times and positions of single planes are not kept" in said
    run("validate", tmp_path / "plane.zarr", "--pixels")
    np.testing.assert_array_equal(level(tmp_path / "plane.zarr"), pixels()[:2, 1:2, 5:55, 3:63])
    own = (tmp_path / "in.zarr/OME/source.ome.xml").read_bytes()
    assert (tmp_path / "plane.zarr/OME/source.ome.xml").read_bytes() == own
    assert b'SizeX="60"' in (tmp_path / "plane.zarr/OME/METADATA.ome.xml").read_bytes()
    before = zarr.open_group(tmp_path / "in.zarr", mode="r").attrs["ome-zarr"]["source"]
    after = zarr.open_group(tmp_path / "plane.zarr", mode="r").attrs["ome-zarr"]["source"]
    assert "planes" in before and after == {name: value for name, value in before.items() if name != "planes"}


def test_what_is_left_out_is_said(tmp_path, run):
    source = image(tmp_path / "in.zarr")
    zarr.open_group(source, mode="a").create_group("tables")
    said = run("copy", source, tmp_path / "out.zarr", "--z", "0").stderr
    assert "tables in / belong to no image and are left out" in said
    assert not (tmp_path / "out.zarr/tables").exists()


def test_labels_out_of_step_are_not_lost_in_silence(tmp_path, run):
    source = image(tmp_path / "in.zarr", labels=masks()[:, :30, :41])
    said = run("copy", source, tmp_path / "out.zarr", "--z", "0", status=1).stderr
    assert "the labels cells" in said and "not in step" in said and "ome-zarr convert" in said
    assert not (tmp_path / "out.zarr").exists()


@pytest.mark.parametrize(
    "options, words, status",
    [
        (["--region", "80,0,4,10"], "leaves the x axis, which has 83", 64),
        (["--z", "4"], "leaves the z axis, which has 4", 64),
        (["--t", "1"], "the image has none, only c, z, y, x", 64),
        (["--c", "RFP"], 'called "DAPI", "GFP", "Cy3"', 64),
        (["--region", "1,2,3"], "invalid", 64),
        (["--z", "0", "--shard", "7,7"], "the nearest that is", 64),
        (["--z", "0", "--memory", "1kB"], "--memory", 1),
    ],
)
def test_what_cannot_be_is_refused(options, words, status, tmp_path, run):
    said = run("copy", image(tmp_path / "in.zarr"), tmp_path / "out.zarr", *options, status=status).stderr
    assert words in said
    assert not (tmp_path / "out.zarr").exists()


def test_plates_wells_and_groups_have_no_parts(tmp_path, run):
    group = zarr.open_group(tmp_path / "in.zarr", mode="w")
    group.attrs["ome"] = {"version": "0.5", "plate": {"wells": [{"path": "A/1"}]}}
    said = run("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", "--z", "0", status=64).stderr
    assert "a plate of 1 wells" in said and "in.zarr/A/1" in said


def test_a_crop_is_gone_on_with(tmp_path, run):
    """What is finished is known as such, and other options are refused."""
    source = image(tmp_path / "in.zarr")
    run("copy", source, tmp_path / "out.zarr", "--z", "0", "--quiet")
    assert "finished already" in run("copy", source, tmp_path / "out.zarr", "--z", "0", "--resume").stderr
    assert "options have changed" in run("copy", source, tmp_path / "out.zarr", "--z", "1", "--resume", status=1).stderr


ARRAYS = [
    (["--region", "3,4,40,30"], np.s_[:, :, 4:34, 3:43]),
    (["--z", "2"], np.s_[:, 2:3]),
    (["--c", "1,2", "--region", "63,41,20,20"], np.s_[1:, :, 41:, 63:]),
    (["--region", "20,20,20,20", "--chunk", "1,1,7,9"], np.s_[:, :, 20:40, 20:40]),
    (["--region", "20,20,60,40", "--shard", "auto", "--ome-version", "0.5"], np.s_[:, :, 20:60, 20:80]),
]


@pytest.mark.parametrize("format", [2, 3])
@pytest.mark.parametrize("options, part", ARRAYS, ids=[" ".join(options) for options, _ in ARRAYS])
def test_a_plain_array_stays_an_array(options, part, format, tmp_path, run):
    """Type, chunks, fill value, attributes and what is not stored stay; no group is made of it."""
    values = pixels()
    values[0, :2] = 5
    names = {"dimension_names": "czyx"} if format == 3 else {}
    array = zarr.create_array(
        tmp_path / "in.zarr", shape=SHAPE, dtype=">u2" if format == 2 else "u2", chunks=(1, 2, 20, 20), fill_value=5,
        zarr_format=format, **names)
    array[...] = values
    array.attrs["lab"] = 7
    if format == 2:
        # Without names the axes of four are those of c, z, y, x.
        assert "_ARRAY_DIMENSIONS" not in array.attrs
    run("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", *options, "--quiet")
    copy = zarr.open_array(tmp_path / "out.zarr", mode="r")
    np.testing.assert_array_equal(copy[...], values[part])
    assert copy.fill_value == 5 and copy.attrs["lab"] == 7
    assert copy.chunks == ((1, 1, 7, 9) if "--chunk" in options else (1, 2, 20, 20))
    assert ("--shard" in options) == (copy.shards is not None)
    driver = "zarr3" if copy.metadata.zarr_format == 3 else "zarr"
    store = {"driver": driver, "kvstore": {"driver": "file", "path": str(tmp_path / "out.zarr")}}
    np.testing.assert_array_equal(ts.open(store).result().read().result(), values[part])


def test_channels_of_an_array_keep_their_order(tmp_path, run):
    zarr.create_array(tmp_path / "in.zarr", data=pixels(), chunks=(1, 2, 20, 20))
    said = run("copy", tmp_path / "in.zarr", tmp_path / "out.zarr", "--c", "2,0", status=64).stderr
    assert "follow one another" in said


def test_convert_keeps_what_it_is_told_to(tmp_path, run):
    source = image(tmp_path / "in.zarr", method="nearest")
    run("convert", source, tmp_path / "out.zarr", "--keep", "chunk,levels", "--quiet")
    out = zarr.open_group(tmp_path / "out.zarr", mode="r")
    assert out["0"].chunks == (1, 2, 20, 20) and sorted(out.array_keys()) == ["0", "1", "2"]
    assert "lab" not in out.attrs and multiscale(tmp_path / "out.zarr")["type"] == "nearest"
    tifffile.imwrite(tmp_path / "in.tif", pixels()[0, 0])
    assert "the input is none" in run("convert", tmp_path / "in.tif", tmp_path / "x", "--keep", "chunk", status=64).stderr
    assert "--keep" in run("convert", source, tmp_path / "x", "--keep", "chunks", status=64).stderr
    assert "plain arrays" in run("convert", source, tmp_path / "x", "--axes", "czyx", status=64).stderr
