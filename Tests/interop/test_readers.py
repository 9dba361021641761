"""Every layout that is written opens in whatever people open OME-Zarr with, and every pixel of every level is equal."""

import itertools

import bioio_base.exceptions
import bioio_ome_zarr
import ngff_zarr
import numpy as np
import pytest
import rasterio.errors
import tifffile

import image_readers
import reference
from ome_metadata import multiscale, ome, transform

OLD, NEW = ["--ome-version", "0.4"], ["--ome-version", "0.5"]
# Which TIFF, and with which options it is converted.
LAYOUTS = {
    "0.4": ("five axes", OLD),
    "0.5": ("five axes", [*NEW, "--shard", "none"]),
    "0.5 sharded": ("five axes", [*NEW, "--shard", "1,1,4,64,128"]),
    "0.4 RGB": ("rgb", OLD),
    "0.5 RGB": ("rgb", [*NEW, "--shard", "auto"]),
    "0.4 bioformats2raw": ("two images", OLD),
    "0.5 bioformats2raw": ("two images", NEW),
}
PIXELS = {
    "five axes": [np.random.default_rng(8).integers(0, 60000, (2, 2, 5, 97, 131), np.uint16)],
    "rgb": [np.random.default_rng(9).integers(0, 256, (3, 97, 131), np.uint8)],
    "two images": [
        np.random.default_rng(10).integers(0, 60000, (2, 97, 71), np.uint16),
        np.random.default_rng(11).integers(0, 256, (44, 131), np.uint8),
    ],
}
METADATA = {
    "five axes": [{"axes": "TCZYX", "PhysicalSizeZ": 1.5, "PhysicalSizeY": 0.5, "PhysicalSizeX": 0.5,
                   "Channel": {"Name": ["DAPI", "GFP"]}}],
    "rgb": [{"axes": "YXS", "PhysicalSizeY": 0.5, "PhysicalSizeX": 0.5}],
    "two images": [{"axes": "CYX"}, {"axes": "YX"}],
}  # fmt: skip


def only(is_meant):
    """Runs a test of the fixture `converted` on some layouts."""
    return pytest.mark.parametrize("converted", [name for name in LAYOUTS if is_meant(name)], indirect=True)


def write_tiff(path, name: str):
    with tifffile.TiffWriter(path, ome=True) as file:
        for pixels, metadata in zip(PIXELS[name], METADATA[name]):
            is_rgb = metadata["axes"] == "YXS"
            file.write(
                np.moveaxis(pixels, 0, -1) if is_rgb else pixels, metadata=metadata,
                photometric="rgb" if is_rgb else "minisblack",
            )  # fmt: skip


@pytest.fixture(scope="module", params=LAYOUTS)
def converted(request, tmp_path_factory, run):
    """The name of a layout, and the output in it."""
    source, options = LAYOUTS[request.param]
    folder = tmp_path_factory.mktemp("readers")
    write_tiff(folder / "in.ome.tif", source)
    chunk = "2,32,32" if source == "five axes" else "32,32"
    run("convert", folder / "in.ome.tif", folder / "out.ome.zarr", *options, "--chunk", chunk, "--min-size", 40,
        "--quiet")
    return request.param, folder / "out.ome.zarr"


def expected_images(layout: str, output) -> list[tuple[str, list[np.ndarray]]]:
    """The path of each image of an output, and its levels by definition."""
    images = PIXELS[LAYOUTS[layout][0]]
    paths = [output / name for name in ome(output / "OME")["series"]] if len(images) > 1 else [output]
    assert len(paths) == len(images)
    scales = [[transform(dataset, "scale") for dataset in multiscale(path)["datasets"]] for path in paths]
    return [(str(path), reference.pyramid(*of)) for path, of in zip(paths, zip(images, scales))]


def assert_equal(levels: list[np.ndarray], expected: list[np.ndarray]):
    assert len(levels) == len(expected) > 1
    for level, (one, other) in enumerate(zip(levels, expected)):
        assert one.dtype == other.dtype, f"level {level}"
        np.testing.assert_array_equal(one, other, err_msg=f"level {level}")


@pytest.mark.parametrize("reader", image_readers.READERS)
def test_every_pixel_of_every_level_is_equal(converted, reader):
    for path, expected in expected_images(*converted):
        assert_equal(image_readers.READERS[reader](path), expected)


def test_xarray_opens_each_level_with_named_dimensions(converted):
    for path, expected in expected_images(*converted):
        levels = image_readers.read_xarray(path)
        names = tuple(axis["name"] for axis in multiscale(path)["axes"])
        assert all(level.dims == names for level in levels)
        assert_equal([level.values for level in levels], expected)


@only(lambda layout: layout.startswith("0.4"))
def test_netcdf_c_reads_every_level_of_0_4(converted):
    for path, expected in expected_images(*converted):
        assert_equal(image_readers.read_netcdf(path), expected)


@only(lambda layout: layout.startswith("0.4"))
def test_gdal_reads_every_plane_of_0_4(converted):
    for path, expected in expected_images(*converted):
        for name, pixels in zip(image_readers.level_names(path), expected, strict=True):
            for plane in itertools.product(*map(range, pixels.shape[:-2])):
                np.testing.assert_array_equal(image_readers.read_gdal(path, name, plane), pixels[plane])


@only(lambda layout: layout.startswith("0.5"))
def test_neither_netcdf_c_nor_gdal_takes_0_5_for_something_else(converted):
    """They do not know the codecs of 0.5 as it is written here: an error is right, wrong pixels would not be."""
    path, _ = expected_images(*converted)[0]
    with pytest.raises(OSError):
        image_readers.read_netcdf(path)
    with pytest.raises(rasterio.errors.RasterioIOError):
        image_readers.read_gdal(path, "0", (0,) * (len(multiscale(path)["axes"]) - 2))


def test_names_colours_and_windows_arrive(converted):
    names = {"five axes": ["DAPI", "GFP"], "rgb": ["Red", "Green", "Blue"]}.get(LAYOUTS[converted[0]][0])
    for path, _ in expected_images(*converted):
        channels = ome(path)["omero"]["channels"]
        shown = [[channel["window"]["start"], channel["window"]["end"]] for channel in channels]
        colours = [[int(channel["color"][at : at + 2], 16) / 255 for at in (0, 2, 4)] for channel in channels]
        (node,) = image_readers.ome_zarr_py(path)
        assert node.metadata["contrast_limits"] == shown
        assert [end for _, end in node.metadata["colormap"]] == colours
        omero = ngff_zarr.from_ngff_zarr(path).metadata.omero.channels
        assert [[channel.window.start, channel.window.end] for channel in omero] == shown
        assert [channel.color for channel in omero] == [channel["color"] for channel in channels]
        ((_, layer, kind),) = image_readers.napari_layers(path)
        assert kind == "image"
        if "channel_axis" in layer:
            assert layer["contrast_limits"] == shown
            np.testing.assert_allclose([map.colors[-1, :3] for map in layer["colormap"]], colours, atol=1e-7)
        if names:
            assert names == bioio_ome_zarr.Reader(path).channel_names == node.metadata["channel_names"]
            assert names == [channel.label for channel in omero]
            assert names == [name.split(": ")[-1] for name in layer["name"]]


@only(lambda layout: "bioformats2raw" not in layout)
def test_physical_sizes_and_units_arrive(converted):
    layout, output = converted
    sizes = {"y": 0.5, "x": 0.5} if "RGB" in layout else {"z": 1.5, "y": 0.5, "x": 0.5}
    bioio = bioio_ome_zarr.Reader(str(output)).physical_pixel_sizes
    assert (bioio.Z, bioio.Y, bioio.X) == (sizes.get("z"), 0.5, 0.5)
    image = ngff_zarr.from_ngff_zarr(str(output)).images[0]
    assert {axis: image.scale[axis] for axis in sizes} == sizes
    assert {image.axes_units[axis] for axis in sizes} == {"micrometer"}
    ((_, layer, _),) = image_readers.napari_layers(output)
    assert layer["axis_labels"][-len(sizes) :] == tuple(sizes)
    assert layer["scale"][-len(sizes) :] == list(sizes.values())
    assert layer["units"][-len(sizes) :] == ("micrometer",) * len(sizes)


@only(lambda layout: "bioformats2raw" in layout)
class TestTheRootOfACollection:
    """Readers differ in what they make of a bioformats2raw layout opened at its root: this is what each does."""

    @pytest.fixture
    def images(self, converted):
        return converted[1], [levels for _, levels in expected_images(*converted)]

    def test_napari_ome_zarr_shows_all_images_by_the_ome_xml(self, images):
        output, expected = images
        layers = image_readers.napari_layers(output)
        assert len(layers) == len(expected)
        for (levels, _, _), pixels in zip(layers, expected):
            assert_equal([np.asarray(level) for level in levels], pixels)

    def test_ngff_zarr_names_the_images(self, images):
        """It opens a collection of one image as that image, and asks which one of several is meant."""
        with pytest.raises(ValueError) as refusal:
            ngff_zarr.from_ngff_zarr(str(images[0]), validate=True)
        assert all(f"{images[0]}/{number}'" in str(refusal.value) for number in range(len(images[1])))

    def test_ome_zarr_py_finds_nothing(self, images):
        """It knows no collections (ome/ome-zarr-py#421): each image is opened by its own path."""
        assert image_readers.ome_zarr_py(images[0]) == []

    def test_bioio_refuses_and_says_why(self, images):
        with pytest.raises(bioio_base.exceptions.UnsupportedFileFormatError) as refusal:
            bioio_ome_zarr.Reader(str(images[0]))
        assert "bioformats2raw.layout" in str(refusal.value)
