"""napari with napari-ome-zarr opens what is served, in a window: the pixels that it holds, and those that it shows."""

import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tifffile

import image_readers
import reference
from served import serving

WIDTH, HEIGHT = 410, 300
# napari-ome-zarr opens only addresses with ".zarr", which therefore may stand behind the id of any image.
ADDRESSES = [
    "zarr/old.zarr", "zarr/sharded.zarr", "zarr/cells.ome.tif.zarr", "zarr2/cells.ome.tif.zarr", "zarr/two.tif~1.zarr",
]  # fmt: skip


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(7).integers(0, 65536, (2, HEIGHT, WIDTH), np.uint16)


@pytest.fixture(scope="module")
def service(run, tmp_path_factory, pixels):
    folder = tmp_path_factory.mktemp("napari")
    tiff = folder / "cells.ome.tif"
    sizes = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}
    tifffile.imwrite(tiff, pixels, tile=(64, 64), photometric="minisblack", metadata={"axes": "CYX", **sizes})
    with tifffile.TiffWriter(folder / "two.ome.tif", ome=True) as file:
        file.write(pixels[0, :9, :9], photometric="minisblack", metadata={"axes": "YX", **sizes})
        file.write(pixels, photometric="minisblack", metadata={"axes": "CYX", **sizes})
    (folder / "two.ome.tif").rename(folder / "two.tif")
    run("convert", tiff, folder / "old.zarr", "--ome-version", "0.4", "--chunk", "64,64", "--quiet")
    run("convert", tiff, folder / "sharded.zarr", "--chunk", "64,64", "--shard", "1,128,256", "--quiet")
    with serving(folder) as server:
        yield server


@pytest.fixture(scope="module")
def seen(service, tmp_path_factory):
    """What one window held and showed of each address."""
    if not shutil.which("xvfb-run"):
        pytest.skip("there is no xvfb-run: scripts/install-dependencies --tests installs it on Debian")
    folder = tmp_path_factory.mktemp("seen")
    script = pathlib.Path(__file__).with_name("napari_window.py")
    process = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x900x24", sys.executable, script, folder, str(WIDTH), str(HEIGHT),
         *(f"{service.url}/{address}/" for address in ADDRESSES)],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1", "NAPARI_ASYNC": "0",
             "NAPARI_CONFIG": str(folder / "settings.yaml")},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert process.returncode == 0, process.stdout + process.stderr
    return dict(zip(ADDRESSES, (np.load(folder / f"{number}.npz") for number in range(len(ADDRESSES)))))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_window_holds_and_shows_every_pixel(seen, pixels, address):
    window = seen[address]
    assert window["scale"].tolist() == [0.5, 0.5]
    for channel, plane in enumerate(pixels):
        np.testing.assert_array_equal(window[f"{channel}_0"], plane)
        np.testing.assert_array_equal(window[f"{channel}_1"], reference.mean(plane, (2, 2)))
    # The last channel lies on top.
    distance = np.abs(window["shot"][..., :3] - pixels[-1][..., None] / 65535 * 255)
    assert distance.max() <= 1


def test_the_plain_id_of_a_tiff_is_not_for_napari_but_for_others(service):
    assert image_readers.napari_layers(f"{service.url}/zarr2/cells.ome.tif/") is not None
    for name in ("cells.ome.tif", "cells.ome.tif.zarr", "two.tif~1", "two.tif~1.zarr"):
        assert service.json(f"/zarr2/{name}/.zgroup") == {"zarr_format": 2}
    for name in ("absent.zarr", "cells.ome.tif.zarr.zarr", "old.zarr.zarr.zarr", "two.tif~2.zarr", ".zarr"):
        service.get(f"/zarr/{name}/zarr.json", status=404)
