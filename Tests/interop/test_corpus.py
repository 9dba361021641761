"""Every file of the corpus that is in scope converts, and its level 0 is what other software decodes.

The scope is that of CorpusTests.swift, which reads the same files through the library.
"""

import collections
import csv
import hashlib
import subprocess

import numpy as np

from conftest import binary
from zarr_readers import read_tensorstore, read_zarr_python

COMPRESSIONS = {1, 5, 7, 8, 32773, 32946, 34887, 34925, 50000, 50001}
FLAVOURS = {
    "plain", "imagej", "ome", "OME-TIFF BinaryOnly", "shaped", "geotiff", "gdal", "gdal,geotiff", "BigTIFF plain",
    "BigTIFF geotiff",
}


def out_of_scope(row) -> str | None:
    """Why a row is none of the converter's business yet; None where it is."""
    flavour = row["flavour"].removesuffix(",file-series")
    if flavour not in FLAVOURS:
        return f"flavour {row['flavour']}"
    if int(row["compression"].split(":")[0]) not in COMPRESSIONS:
        return f"compression {row['compression']}"
    if row["dtype"].startswith("complex"):
        return "complex pixels"
    if row["bits"] not in {"8", "16", "32", "64"}:
        return f"{row['bits']} bits"
    if row["sha256"].startswith("ERR:"):
        return "refused by tifffile too"
    # libjpeg-turbo reads them from version 3 on; Debian 12 has 2.1.
    if "SOF type 0xc3" in row["libtiff450_ifd0"]:
        return "lossless JPEG"
    if flavour == "OME-TIFF BinaryOnly":
        return "one plane of a stack of five files, see below"
    return None


def in_order_of(row, pixels: np.ndarray) -> np.ndarray:
    """Level 0 `[t, c, z, y, x]` in the axes of the index: samples are the last part of c, unknown axes are z."""
    axes, shape = row["axes"], [int(n) for n in row["shape"].split("x")]
    place = {"T": 0, "C": 1, "S": 1, "Y": 3, "X": 4}
    order = sorted(range(len(axes)), key=lambda i: (place.get(axes[i], 2), axes[i] == "S", i))
    pixels = pixels.reshape([shape[i] for i in order])
    return pixels.transpose(np.argsort(order))


def digest(pixels: np.ndarray) -> str:
    """The SHA-256 of the pixels in C order, least significant byte first."""
    data = np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder("<"), copy=False))
    return hashlib.sha256(data.tobytes()).hexdigest()


def test_level_0_of_the_corpus(shared, tmp_path):
    matched, skipped, wrong = 0, collections.Counter(), []
    with open(shared / "corpus" / "INDEX.tsv", newline="") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    for number, row in enumerate(rows):
        if reason := out_of_scope(row):
            skipped[reason] += 1
            continue
        output = tmp_path / f"{number}"
        process = subprocess.run(
            [binary(), "convert", shared / "corpus" / row["file"], output, "--quiet", "--series", "0"],
            capture_output=True, text=True, timeout=300,
        )
        if process.returncode != 0:
            wrong.append(f"{row['file']}: {process.stderr.strip()}")
            continue
        # Both readers, in turn: each reads every other file.
        read = [read_zarr_python, read_tensorstore][number % 2]
        try:
            pixels = in_order_of(row, read(str(output / "0")))
        except ValueError as error:
            wrong.append(f"{row['file']}: {error}")
            continue
        if pixels.dtype == row["dtype"] and digest(pixels) == row["sha256"]:
            matched += 1
        else:
            wrong.append(f"{row['file']}: pixels differ")
    reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.most_common())
    print(f"\ncorpus: {matched} equal, {len(wrong)} different, {skipped.total()} out of scope ({reasons})")
    assert not wrong, "\n".join(wrong)
    assert matched > 400


def test_an_image_in_five_files_converts_whole_from_any_of_them(shared, tmp_path, run):
    with open(shared / "corpus" / "MULTIFILE.tsv", newline="") as index:
        (row,) = [row for row in csv.DictReader(index, delimiter="\t") if row["dir"] == "ome/multifile-companion"]
    for name in ["multifile-Z1.ome.tiff", "multifile-Z5.ome.tiff", "multifile.companion.ome"]:
        run("convert", shared / "corpus" / row["dir"] / name, tmp_path / name, "--quiet")
        pixels = read_zarr_python(str(tmp_path / name / "0")).reshape([int(n) for n in row["shape"].split("x")])
        assert digest(pixels) == row["sha256_le_corder"]
