"""Memory stays below what was promised, however large the image."""

import os
import subprocess
import sys

import numpy as np
import tifffile

from conftest import binary
from zarr_readers import read_tensorstore

MIB = 1 << 20


# A process starts with the peak of the one that forked it: one this large must not fork the command itself.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak(*arguments) -> int:
    """Runs the command and returns the largest number of resident bytes it had."""
    command = [sys.executable, "-S", "-c", MEASURE, binary(), *map(str, arguments)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    # Kilobytes on Linux, bytes on macOS.
    return int(said) * (1 if sys.platform == "darwin" else 1024)


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
