"""GDAL, as rasterio's wheels have it, reads images through the service: it has no driver of DeepZoom or IIIF, but one of
Zarr, which reads over HTTP; of Zarr v3 GDAL 3.10 knows an early draft, so it is shown 0.4. Tiles of web maps are in
test_tiles.py."""

import numpy as np
import pytest
import rasterio


def opened(server, path: str):
    # It may look for files beside the one it is given, which are not there.
    environment = rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_HTTP_TIMEOUT=30)
    return environment, f'ZARR:"/vsicurl/{server.url}/{path}'


@pytest.mark.parametrize("name", ["uint8.tif", "int16.tif", "float32.tif", "labels.zarr"])
def test_gdal_reads_a_plane(server, served_images, name):
    environment, path = opened(server, f'zarr2/{name}/0"')
    with environment, rasterio.open(path) as dataset:
        assert (dataset.read(1) == served_images[1][name]).all()


def test_gdal_reads_every_plane_of_a_stack(server, served_images):
    pixels = served_images[1]["stack.ome.tif"]
    for channel in range(2):
        for z in range(6):
            environment, path = opened(server, f'zarr2/stack.ome.tif/0":/:{channel}:{z}')
            with environment, rasterio.open(path) as dataset:
                assert (dataset.read(1) == pixels[channel, z]).all()
