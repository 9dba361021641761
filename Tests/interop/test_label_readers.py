"""An image with labels opens in every reader: the labels as an image of their own, and beside the one they belong to."""

import dataclasses
import itertools
import pathlib

import numpy as np
import ome_zarr_models.v04
import ome_zarr_models.v05
import pytest
import tifffile
import zarr

import image_readers
import reference
from ome_metadata import multiscale, ome, transform

FORMATS = {"0.4": ["--ome-version", "0.4"], "0.5": ["--ome-version", "0.5", "--shard", "none"],
           "0.5 sharded": ["--ome-version", "0.5", "--shard", "64,128"]}  # fmt: skip
VOXEL = {"PhysicalSizeZ": 2.0, "PhysicalSizeY": 0.5, "PhysicalSizeX": 0.5}


@dataclasses.dataclass(frozen=True)
class Labelled:
    """An output with two masks, and the pixels of its parts with the axes of the image."""

    path: pathlib.Path
    version: str
    options: list
    image: np.ndarray
    masks: dict[str, np.ndarray]


def blobs(shape: tuple[int, ...], count: int, seed: int, dtype: str) -> np.ndarray:
    """Boxes of labels 1 to `count` on nothing."""
    random, mask = np.random.default_rng(seed), np.zeros(shape, dtype)
    for label in range(1, count + 1):
        corner = [random.integers(0, n) for n in shape]
        mask[tuple(slice(c, c + random.integers(1, 30)) for c in corner)] = label
    return mask


@pytest.fixture(scope="module", params=FORMATS)
def labelled(request, tmp_path_factory, run) -> Labelled:
    folder = tmp_path_factory.mktemp("labels")
    image = np.random.default_rng(20).integers(0, 4000, (2, 6, 97, 131), np.uint16)
    # One mask for the volume, one for every plane of it alike.
    nuclei, tissue = blobs((6, 97, 131), 40, 21, "u2"), blobs((97, 131), 5, 22, "u1")
    tifffile.imwrite(folder / "in.ome.tif", image, ome=True, metadata={"axes": "CZYX", **VOXEL})
    tifffile.imwrite(folder / "nuclei.ome.tif", nuclei, ome=True, metadata={"axes": "ZYX"})
    tifffile.imwrite(folder / "mask 2.tif", tissue)
    options = [*FORMATS[request.param], "--chunk", "2,32,32", "--min-size", 40]
    run("convert", folder / "in.ome.tif", folder / "out.ome.zarr", *options, "--labels", folder / "nuclei.ome.tif",
        "--labels", f"{folder / 'mask 2.tif'}:tissue", "--quiet")
    masks = {"nuclei": nuclei[None], "tissue": tissue[None, None]}
    return Labelled(folder / "out.ome.zarr", request.param[:3], options, image, masks)


def levels(path, pixels: np.ndarray, method: str) -> list[np.ndarray]:
    """The levels by definition. An axis of one element has nothing to be reduced, whatever its scale."""
    scales = [transform(dataset, "scale") for dataset in multiscale(path)["datasets"]]
    expected = [pixels]
    for finer, coarser in itertools.pairwise(scales):
        factors = [round(b / a) if n > 1 else 1 for a, b, n in zip(finer, coarser, expected[-1].shape)]
        expected.append(reference.METHODS[method](expected[-1], tuple(factors)))
    return expected


def assert_equal(found, expected):
    assert len(found) == len(expected) > 1
    for one, other in zip(found, expected):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(np.asarray(one), other)


@pytest.mark.parametrize("reader", image_readers.READERS)
def test_every_reader_opens_the_labels_as_an_image(labelled, reader):
    for name, mask in labelled.masks.items():
        path = labelled.path / "labels" / name
        assert_equal(image_readers.READERS[reader](str(path)), levels(path, mask, "mode"))


@pytest.mark.parametrize("reader", image_readers.READERS)
def test_every_reader_opens_the_image_as_if_there_were_no_labels(labelled, reader):
    expected = levels(labelled.path, labelled.image, "mean")
    assert_equal(image_readers.READERS[reader](str(labelled.path)), expected)


def test_xarray_opens_each_level_with_named_dimensions(labelled):
    for name, mask in labelled.masks.items():
        path = labelled.path / "labels" / name
        found = image_readers.read_xarray(path)
        assert all(level.dims == ("c", "z", "y", "x") for level in found)
        assert_equal([level.values for level in found], levels(path, mask, "mode"))
    assert_equal([level.values for level in image_readers.read_xarray(labelled.path)],
                 levels(labelled.path, labelled.image, "mean"))  # fmt: skip


def test_netcdf_c_and_gdal_read_the_labels_of_0_4(labelled):
    if labelled.version != "0.4":
        with pytest.raises(OSError):
            image_readers.read_netcdf(labelled.path / "labels" / "nuclei")
        return
    for name, mask in labelled.masks.items():
        path = labelled.path / "labels" / name
        expected = levels(path, mask, "mode")
        assert_equal(image_readers.read_netcdf(path), expected)
        for level, pixels in zip(image_readers.level_names(path), expected, strict=True):
            for z in range(pixels.shape[1]):
                np.testing.assert_array_equal(image_readers.read_gdal(path, level, (0, z)), pixels[0, z])


def test_ome_zarr_py_finds_them_beside_the_image(labelled):
    nodes = {pathlib.Path(node.zarr.path): node for node in image_readers.ome_zarr_py(labelled.path)}
    for name, mask in labelled.masks.items():
        node = nodes[labelled.path / "labels" / name]
        assert not node.visible
        np.testing.assert_array_equal(node.data[0].compute(), mask)
        # Each value that occurs has a colour of its own, and nothing is seen of the background.
        colors = {value: tuple(color) for value, color in node.metadata["color"].items()}
        assert set(colors) | {0} == set(np.unique(mask).tolist()) and colors.get(0, (0, 0, 0, 0))[3] == 0
        assert len(set(colors.values())) == len(colors)


def test_napari_draws_them_as_labels_over_the_image(labelled):
    (_, image, kind), *others = image_readers.napari_layers(labelled.path)
    assert kind == "image" and len(others) == len(labelled.masks)
    for (found, layer, kind), (name, mask) in zip(others, labelled.masks.items()):
        assert kind == "labels" and layer["name"].endswith(name)
        assert_equal(found, levels(labelled.path / "labels" / name, mask, "mode"))
        # A layer of labels keeps its axis of channels.
        assert layer["scale"][1:] == image["scale"]


def test_they_lie_where_the_image_lies(labelled):
    own = multiscale(labelled.path)
    for name in labelled.masks:
        labels = multiscale(labelled.path / "labels" / name)
        assert labels["axes"] == own["axes"]
        assert [d["coordinateTransformations"] for d in labels["datasets"]] == [
            d["coordinateTransformations"] for d in own["datasets"]
        ]


def test_their_metadata_satisfy_the_models(labelled):
    group = zarr.open_group(str(labelled.path), mode="r")
    assert ome(labelled.path / "labels")["labels"] == list(labelled.masks)
    models = ome_zarr_models.v04 if labelled.version == "0.4" else ome_zarr_models.v05
    models.Image.from_zarr(group)
    for name in labelled.masks:
        models.ImageLabel.from_zarr(group[f"labels/{name}"])
        assert ome(labelled.path / "labels" / name)["image-label"]["source"] == {"image": "../../"}


def test_the_validator_of_the_command_agrees(labelled, run):
    run("validate", labelled.path)


def test_labels_that_are_added_later_are_the_same(labelled, tmp_path, run):
    """`add-labels` to a copy without labels gives what `convert --labels` gave; shards may be of another shape."""
    output, folder = tmp_path / "out.ome.zarr", labelled.path.parent
    run("convert", folder / "in.ome.tif", output, *labelled.options, "--quiet")
    assert not (output / "labels").exists()
    run("add-labels", output, folder / "nuclei.ome.tif", "--quiet")
    run("add-labels", output, f"{folder / 'mask 2.tif'}:tissue", "--quiet")
    assert ome(output / "labels") == ome(labelled.path / "labels")
    for name, mask in labelled.masks.items():
        added, expected = output / "labels" / name, labelled.path / "labels" / name
        assert ome(added) == ome(expected)
        assert_equal(image_readers.READERS["zarr-python"](str(added)), levels(expected, mask, "mode"))
