"""A TIFF of several images becomes a collection in the layout of bioformats2raw."""

import xml.etree.ElementTree

import numpy as np
import ome_zarr_models.v04.bioformats2raw
import ome_zarr_models.v05.bioformats2raw
import pytest
import tifffile
import zarr

import images
from ome_metadata import ome
from zarr_readers import READERS

OME_XML = "{http://www.openmicroscopy.org/Schemas/OME/2016-06}"


@pytest.fixture(scope="module", params=["0.4", "0.5"])
def collection(request, tmp_path_factory, run):
    """The pixels of two pages that differ in shape and type, the collection made of them, and its version."""
    folder = tmp_path_factory.mktemp("collection")
    pixels = [images.random_values("uint8", (140, 93), 1), images.random_values("uint16", (51, 203), 2)]
    with tifffile.TiffWriter(folder / "two.tif") as file:
        for page in pixels:
            file.write(page, contiguous=False, metadata=None, photometric="minisblack")
    run("convert", folder / "two.tif", folder / "two.zarr", "--ome-version", request.param, "--min-size", 32, "--quiet")
    return pixels, folder / "two.zarr", request.param


@pytest.mark.parametrize("reader", READERS)
def test_all_images_read_equal(collection, reader):
    pixels, output, _ = collection
    for number, expected in enumerate(pixels):
        actual = READERS[reader](str(output / str(number) / "0"))
        assert actual.dtype == expected.dtype
        np.testing.assert_array_equal(actual, expected)


def test_the_pieces_satisfy_the_models(collection, run):
    pixels, output, version = collection
    models = ome_zarr_models.v04 if version == "0.4" else ome_zarr_models.v05
    for number in range(len(pixels)):
        models.Image.from_zarr(zarr.open_group(str(output / str(number)), mode="r"))
    attributes = ome(output)
    models.bioformats2raw.BioFormats2RawAttrs.model_validate(attributes)
    assert attributes["bioformats2raw.layout"] == 3
    assert ome(output / "OME")["series"] == ["0", "1"]
    run("validate", output)


def test_the_ome_xml_describes_the_images_in_order(collection):
    pixels, output, _ = collection
    root = xml.etree.ElementTree.parse(output / "OME" / "METADATA.ome.xml").getroot()
    assert root.tag == f"{OME_XML}OME"
    found = [image.find(f"{OME_XML}Pixels").attrib for image in root.findall(f"{OME_XML}Image")]
    assert [(int(p["SizeY"]), int(p["SizeX"]), p["Type"]) for p in found] == [
        (*page.shape, str(page.dtype)) for page in pixels
    ]
