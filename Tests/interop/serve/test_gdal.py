"""GDAL, as rasterio's wheels have it, reads images through the service. Its driver of Zarr reads over HTTP; of Zarr v3
GDAL 3.10 knows an early draft, so it is shown 0.4. It has no driver of DeepZoom's descriptions, but that of tiled web maps
reads the tiles of the finest level. Tiles of web maps are in test_tiles.py."""

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


def test_gdal_reads_the_tiles_of_deepzoom(server, served_images):
    pixels = served_images[1]["rgb.tif"]
    _, height, width = pixels.shape
    finest = (max(width, height) - 1).bit_length()
    tiles = f"""<GDAL_WMS>
        <Service name="TMS"><ServerUrl>{server.url}/dzi/rgb.tif_files/${{z}}/${{x}}_${{y}}.png</ServerUrl></Service>
        <DataWindow>
            <UpperLeftX>0</UpperLeftX><UpperLeftY>0</UpperLeftY>
            <LowerRightX>{width}</LowerRightX><LowerRightY>{height}</LowerRightY>
            <SizeX>{width}</SizeX><SizeY>{height}</SizeY><TileLevel>{finest}</TileLevel><YOrigin>top</YOrigin>
        </DataWindow>
        <BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount>
    </GDAL_WMS>"""
    with rasterio.open(tiles) as dataset:
        assert (dataset.read() == pixels).all()
