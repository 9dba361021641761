"""TIFF -> OME-Zarr -> OME-TIFF: every OME-TIFF of the corpus comes back with its pixels and its OME-XML."""

import csv
import logging

import numpy as np
import pytest
import tifffile

from conftest import SHARED
from ome_tiff import canonical, images, opened, tczyx

# tifffile warns of what is missing in the files with holes, which is what they are for.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

# One of five files of an image, all of which open it whole: the first and the companion are enough.
SAME_IMAGE = {f"ome/multifile-companion/multifile-Z{number}.ome.tiff" for number in [2, 3, 4, 5]}


def ome_files() -> list[str]:
    """Every OME-TIFF of the corpus and of what was derived from it, as its index tells; none where it is absent."""
    if not SHARED.is_dir():
        return []
    with open(SHARED / "corpus" / "INDEX.tsv", newline="") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    found = [f"corpus/{row['file']}" for row in rows if row["flavour"].lower().startswith(("ome", "ome-tiff"))]
    derived = [f"corpus-derived/{path.name}" for path in sorted((SHARED / "corpus-derived").glob("*.ome.tif"))]
    return [name for name in found + derived if name.removeprefix("corpus/") not in SAME_IMAGE]


FILES = ome_files()


def described(path) -> str:
    """The OME-XML of a file, wherever it stands."""
    if path.suffix == ".ome":
        return path.read_text()
    xml = tifffile.TiffFile(path).pages[0].description
    return (path.parent / "multifile.companion.ome").read_text() if "BinaryOnly" in xml else xml


def series(path) -> list:
    """The pixels of the series of a file as tifffile sees them; of a companion, those of the files it names."""
    if path.suffix == ".ome" or "multifile-Z" in path.name:
        planes = sorted(path.parent.glob("multifile-Z*.ome.tiff"))
        return [np.stack([tifffile.imread(plane, is_ome=False) for plane in planes])]
    return [tczyx(one) for one in tifffile.TiffFile(path).series]


def test_the_corpus_holds_what_it_should(shared):
    assert len(FILES) >= 17


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("road", ["zarr", "straight"])
def test_pixels_and_metadata_come_back(name, road, tmp_path, run):
    source, output = SHARED / name, tmp_path / "out.ome.tif"
    if road == "zarr":
        run("convert", source, tmp_path / "between.zarr", "--quiet")
        assert (tmp_path / "between.zarr" / "OME" / "source.ome.xml").read_bytes().strip() == described(
            source
        ).encode().strip()
        run("export", tmp_path / "between.zarr", output)
    else:
        run("export", source, output)
    xml, after = opened(output)
    before = series(source)
    assert len(after) == len(before)
    for old, new in zip(before, after):
        pixels = tczyx(new)
        assert pixels.dtype == old.dtype.newbyteorder("=")
        np.testing.assert_array_equal(pixels, old.reshape(pixels.shape))
    source_xml = described(source)
    assert canonical(xml) == canonical(source_xml)
    for old, new in zip(images(source_xml), images(xml), strict=True):
        assert old == new
