"""OME-TIFF as other software sees it: pixels by tifffile, what the OME-XML says by an XML parser."""

import dataclasses
import pathlib
import xml.etree.ElementTree as ElementTree

import lxml.etree
import numpy as np
import ome_types
import tifffile

TYPES = {"float": "float32", "double": "float64", "bit": "uint8"}
# Where the pixels lie, and how: what an export has to write anew.
PLACEMENT = {"TiffData", "BinData", "MetadataOnly"}
PLACED = {"DimensionOrder", "BigEndian", "Interleaved"}


def local(name: str) -> str:
    return name.split("}")[-1]


@dataclasses.dataclass(frozen=True)
class Image:
    """What OME-XML says about an image, as far as a converter must keep it."""

    name: str | None
    sizes: dict[str, int]
    dtype: str
    spacing: dict[str, tuple[float, str]]
    channels: list[tuple[str | None, str | None, int]]


def images(xml: str) -> list[Image]:
    """The images of a document, in its order."""
    return [image(element) for element in root(xml).iter() if local(element.tag) == "Image"]


def image(element) -> Image:
    pixels = next(child for child in element if local(child.tag) == "Pixels")
    said = pixels.attrib
    spacing = {
        axis: (float(said[axis]), said.get(axis + "Unit", "s" if axis == "TimeIncrement" else "µm"))
        for axis in ["PhysicalSizeX", "PhysicalSizeY", "PhysicalSizeZ", "TimeIncrement"]
        if axis in said
    }
    channels = [
        (child.get("Name"), child.get("Color"), int(child.get("SamplesPerPixel", 1)))
        for child in pixels
        if local(child.tag) == "Channel"
    ]
    kind = said.get("Type") or said["PixelType"]
    return Image(
        element.get("Name"), {axis: int(said["Size" + axis]) for axis in "XYZCT"}, TYPES.get(kind, kind), spacing,
        channels,
    )


def check_schema(xml: str) -> None:
    """The document obeys the schema of 2016-06, which ome-types brings along."""
    schema = lxml.etree.XMLSchema(file=pathlib.Path(ome_types.__file__).parent / "ome-2016-06.xsd")
    schema.assertValid(lxml.etree.fromstring(xml.encode()))


def root(xml: str):
    # A declaration names the encoding of a file, which a str no longer has.
    return ElementTree.fromstring(xml.encode())


def canonical(xml: str) -> str:
    """The document without the placement of its pixels: white space, prefixes and the order of attributes do not count."""
    tree = root(xml)
    tree.attrib.pop("UUID", None)
    for parent in list(tree.iter()):
        for child in list(parent):
            if local(parent.tag) == "Pixels" and local(child.tag) in PLACEMENT or local(child.tag) == "BinaryOnly":
                parent.remove(child)
        if local(parent.tag) == "Pixels":
            for name in PLACED:
                parent.attrib.pop(name, None)
    return ElementTree.canonicalize(ElementTree.tostring(tree, encoding="unicode"), strip_text=True, rewrite_prefixes=True)


def tczyx(series, level: int = 0) -> np.ndarray:
    """The pixels of a series of tifffile in the order of OME-Zarr: samples are the inner part of c, axes tifffile alone
    knows are depths."""
    level = series.levels[level]
    axes, pixels = level.axes, level.asarray()
    place = {"T": 0, "C": 1, "S": 1, "Y": 3, "X": 4}
    order = sorted(range(len(axes)), key=lambda i: (place.get(axes[i], 2), axes[i] == "S", i))
    shape = [1] * 5
    for letter, extent in zip(axes, level.shape):
        shape[place.get(letter, 2)] *= extent
    return pixels.transpose(order).reshape(shape)


def opened(path) -> tuple[str, list]:
    """The OME-XML of a file and its series as tifffile sees them."""
    file = tifffile.TiffFile(path)
    return file.ome_metadata, list(file.series)
