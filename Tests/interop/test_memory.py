"""Memory stays below what was promised, however large the image."""

import os
import re
import subprocess
import time

import numpy as np
import pytest
import tifffile
import zarr

import sparse_tiff
from conftest import binary
from measured import measured
from ome_metadata import multiscale, transform
from zarr_readers import read_tensorstore

MIB = 1 << 20
# Reading holes that no page of memory stands for yet takes 3 s a gigabyte on a small machine, and the full sizes a
# quarter of an hour: who has the time sets OME_ZARR_LONG=1.
LONG = os.environ.get("OME_ZARR_LONG") == "1"


def peak(*arguments) -> int:
    """Runs the command and returns the largest number of resident bytes it had."""
    result = measured(*arguments)
    assert result.status == 0, result.said
    return result.peak


def test_two_gibibytes_convert_within_their_memory(tmp_path):
    drawn = peak("sample", "--size", 32768, "--channels", 1, "--compression", "none", "--quiet",
                 "--out", tmp_path / "a.tif")
    assert os.path.getsize(tmp_path / "a.tif") >= 2 << 30
    used = peak("convert", tmp_path / "a.tif", tmp_path / "out", "--memory", "256MB", "--quiet")
    assert read_tensorstore(str(tmp_path / "out" / "3")).shape[-2:] == (4096, 4096)
    read = peak("read", tmp_path / "out", "--level", 0, "-o", tmp_path / "a.raw", "--quiet")
    assert os.path.getsize(tmp_path / "a.raw") == 2 << 30
    print(f"\npeak memory: sample {drawn // MIB} MiB, convert --memory 256MB {used // MIB} MiB, read {read // MIB} MiB")
    assert used <= (256 + 150) * MIB
    assert drawn <= 150 * MIB
    assert read <= 450 * MIB
    raw = np.memmap(tmp_path / "a.raw", np.uint16, "r", shape=(32768, 32768))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        page = file.pages[0]
        # The file is not compressed: its last tile can be read without the two gibibytes before it.
        corner = np.fromfile(tmp_path / "a.tif", page.dtype, page.tilewidth * page.tilelength, offset=page.dataoffsets[-1])
    corner = corner.reshape(page.tilelength, page.tilewidth)
    np.testing.assert_array_equal(raw[-page.tilelength :, -page.tilewidth :], corner)


def test_huge_shards_wait_on_disk_and_not_in_memory(tmp_path):
    peak("sample", "--size", 16384, "--channels", 1, "--compression", "none", "--quiet", "--out", tmp_path / "a.tif")
    used = peak("convert", tmp_path / "a.tif", tmp_path / "out", "--memory", "256MB", "--shard", "2GB", "--quiet")
    (shard,) = [path for path in (tmp_path / "out" / "0" / "c").rglob("*") if path.is_file()]
    assert shard.stat().st_size > 100 * MIB
    print(f"\nshards of 2 GB: {used // MIB} MiB")
    assert used <= (256 + 150) * MIB


def imagej(**counts) -> str:
    return "ImageJ=1.54\n" + "".join(f"{key}={value}\n" for key, value in counts.items())


def ome(times: int, side: int) -> str:
    planes = "".join(
        f'<Plane TheZ="0" TheC="0" TheT="{t}" DeltaT="{t / 10:.1f}" ExposureTime="0.05" PositionX="{t}.5"/>'
        for t in range(times)
    )
    return (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        f'<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="{side}" SizeY="{side}" SizeZ="1" SizeC="1" '
        f'SizeT="{times}"><Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData/>{planes}</Pixels></Image></OME>'
    )


def dots(rows: int, width: int, dtype) -> np.ndarray:
    band = np.zeros((rows, width), dtype)
    band[::64, ::50] = 7
    return band


SIDE = 65535
DEPTH = 4000 if LONG else 512
SHAPES = {
    "one strip as it is": lambda path: sparse_tiff.holes(path, SIDE, SIDE, "uint8"),
    "one strip of deflate": lambda path: sparse_tiff.one_strip(path, SIDE, SIDE, dots(512, SIDE, "uint16")),
    "one strip of JPEG": lambda path: sparse_tiff.one_jpeg_strip(
        path, 30000, 30080, dots(128, 30000, "uint8")),
    "strips": lambda path: sparse_tiff.holes(path, 30000, 30000, "uint16", rows=8),
    "tiles": lambda path: sparse_tiff.holes(path, 30000, 30000, "uint16", tile=512),
    "red, green and blue": lambda path: sparse_tiff.holes(path, 20000, 20000, "uint8", samples=3),
    "300 channels": lambda path: sparse_tiff.holes(
        path, 1024, 1024, "uint16", planes=300, description=imagej(images=300, channels=300)),
    "a volume": lambda path: sparse_tiff.holes(
        path, 2000, 2000, "uint16", planes=DEPTH,
        description=imagej(images=DEPTH, slices=DEPTH, unit="um", spacing=1.0)),
    "a hundred thousand planes": lambda path: sparse_tiff.many_pages(path, 100_000, 64, "uint8", ome(100_000, 64)),
}
if LONG:
    SHAPES["one wide strip as it is"] = lambda path: sparse_tiff.holes(path, SIDE, SIDE, "uint16")
    SHAPES["one strip of JPEG as large as can be"] = lambda path: sparse_tiff.one_jpeg_strip(
        path, 65500, 65472, np.repeat(dots(48, 65500, "uint8")[:, :, None], 3, 2))
    SHAPES["one small strip of deflate"] = lambda path: sparse_tiff.one_strip(
        path, SIDE, SIDE, dots(1024, SIDE, "uint8"))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ceiling_is_kept_for_every_shape(shape, tmp_path):
    SHAPES[shape](tmp_path / "a.tif")
    used = peak("convert", tmp_path / "a.tif", tmp_path / "out", "--memory", "256MB", "--quiet")
    print(f"\n{shape}: {os.path.getsize(tmp_path / 'a.tif') / 1e9:.1f} GB, {used // MIB} MiB")
    assert used <= (256 + 150) * MIB
    if shape == "a volume":
        # Factors are those of a volume: z is halved as y and x are.
        assert transform(multiscale(tmp_path / "out")["datasets"][1], "scale") == [2, 2, 2]
    if shape == "one strip of deflate":
        first = SIDE - 600
        rows = zarr.open_array(str(tmp_path / "out" / "0"), mode="r")[first:]
        expected = np.concatenate([dots(512, SIDE, "uint16")] * 2)[first % 512 :][:600]
        np.testing.assert_array_equal(rows, expected)


def written(codec: str):
    """Writes one strip of a codec that is only decoded whole."""
    def write(path):
        values = np.random.default_rng(5).integers(0, 40, (4500, 4500), dtype=np.uint8)
        if codec == "progressive JPEG":
            sparse_tiff.jpeg_of_several_scans(path, np.tile(values, (2, 2)))
        elif codec == "WebP":
            tifffile.imwrite(path, np.stack([values] * 3, -1), photometric="rgb", compression="webp",
                             compressionargs={"level": 50, "method": 0}, rowsperstrip=4500, metadata=None)
        else:
            tifffile.imwrite(path, values.astype(np.float32), compression="lerc", rowsperstrip=4500, metadata=None)
    return write


@pytest.mark.parametrize("codec", ["progressive JPEG", "WebP", "LERC"])
def test_what_must_be_decoded_whole_is_refused_with_what_would_do(codec, tmp_path):
    written(codec)(tmp_path / "a.tif")
    for option in ["--dry-run", "--quiet"]:
        refused = measured("convert", tmp_path / "a.tif", tmp_path / "out", "--memory", "128MB", option)
        assert refused.status == 1 and not (tmp_path / "out").exists()
        assert "because a block of the source takes" in refused.said
        assert "the same image saved with smaller tiles" in refused.said
    megabytes = int(re.search(r"--memory (\d+)MB would do", refused.said)[1])
    used = peak("convert", tmp_path / "a.tif", tmp_path / "out", "--memory", f"{megabytes}MB", "--quiet")
    print(f"\n{codec}: --memory {megabytes}MB, {used // MIB} MiB")
    assert 128 < megabytes and used <= megabytes * 1_000_000 + 150 * MIB


def test_the_default_ceiling_is_kept_however_large_the_input(tmp_path):
    # 100 GB, or 12 GB of as wide rows.
    sparse_tiff.holes(tmp_path / "a.tif", 250_000, 200_000 if LONG else 24_000, "uint16")
    used = peak("convert", tmp_path / "a.tif", tmp_path / "out", "--quiet")
    print(f"\n{os.path.getsize(tmp_path / 'a.tif') / 1e9:.0f} GB, by default {used // MIB} MiB")
    assert used <= 2_200_000_000


def test_the_ceiling_is_kept_when_going_on_checking_and_repairing(tmp_path):
    """What is stored already is read back, level by level, beside what a conversion takes anyway."""
    source, output = tmp_path / "a.tif", tmp_path / "out"
    peak("sample", "--size", 16384, "--channels", 1, "--compression", "none", "--quiet", "--out", source)
    process = subprocess.Popen([binary(), "convert", source, output, "--shard", "4MB", "--quiet"])
    while sum(1 for _ in output.glob("0/c/**/[0-9]*")) < 60 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    limit = ["--memory", "64MB", "--quiet"]
    used = {"convert --resume": peak("convert", source, output, "--shard", "4MB", "--resume", *limit)}
    used["verify"] = peak("verify", output, *limit)
    used["verify --against"] = peak("verify", output, "--against", source, *limit)
    for number in range(5):
        (output / "0" / "c" / "0" / "0" / str(number)).unlink()
    used["repair"] = peak("repair", output, "--from", source, *limit)
    print("\n--memory 64MB: " + ", ".join(f"{name} {bytes // MIB} MiB" for name, bytes in used.items()))
    assert max(used.values()) <= 64_000_000 + (70 << 20)
