"""Readers of other people that know what an image is, one function each: path of an image -> pixels of its levels."""

import pathlib

import bioio_ome_zarr
import dask.array
import napari_ome_zarr
import netCDF4
import ngff_zarr
import numpy as np
import ome_zarr.io
import ome_zarr.reader
import rasterio
import xarray

import zarr_readers
from ome_metadata import multiscale


def level_names(path) -> list[str]:
    return [dataset["path"] for dataset in multiscale(path)["datasets"]]


def by_array(read):
    """A reader of images from a reader of arrays."""
    return lambda path: [read(f"{path}/{name}") for name in level_names(path)]


def read_dask(path: str) -> np.ndarray:
    return dask.array.from_zarr(path).compute()


def ome_zarr_py(path) -> list[ome_zarr.reader.Node]:
    """What ome-zarr-py finds at a path and below: images, labels, plates."""
    return list(ome_zarr.reader.Reader(ome_zarr.io.parse_url(str(path), mode="r"))())


def read_ome_zarr_py(path: str) -> list[np.ndarray]:
    # Of a label, its image is found first.
    (node,) = [node for node in ome_zarr_py(path) if node.zarr.path == str(path)]
    return [level.compute() for level in node.data]


def read_ngff_zarr(path: str) -> list[np.ndarray]:
    found = ngff_zarr.from_ngff_zarr(str(path), validate=True)
    assert all(list(image.dims) == [axis["name"] for axis in multiscale(path)["axes"]] for image in found.images)
    return [image.data.compute() for image in found.images]


def read_bioio(path: str) -> list[np.ndarray]:
    reader = bioio_ome_zarr.Reader(str(path))
    assert reader.dims.order == "".join(axis["name"].upper() for axis in multiscale(path)["axes"])
    levels = []
    for level in reader.resolution_levels:
        reader.set_resolution_level(level)
        levels.append(np.asarray(reader.data))
    return levels


def napari_layers(path) -> list[tuple[list, dict, str]]:
    """What napari draws of a path: the levels, the properties and the kind of each layer."""
    return napari_ome_zarr.napari_get_reader(str(path))()


def read_napari(path: str) -> list[np.ndarray]:
    layers = napari_layers(path)
    if pathlib.Path(path).parent.name == "labels":
        # It opens the image of the labels, and all its labels.
        name = f"/{pathlib.Path(path).name}"
        layers = [layer for layer in layers if layer[2] == "labels" and layer[1]["name"].endswith(name)]
    return [np.asarray(level) for level in layers[0][0]]


READERS = {
    **{name: by_array(read) for name, read in zarr_readers.READERS.items()},
    "dask": by_array(read_dask),
    "ome-zarr-py": read_ome_zarr_py,
    "ngff-zarr": read_ngff_zarr,
    "bioio-ome-zarr": read_bioio,
    "napari-ome-zarr": read_napari,
}


def read_xarray(path) -> list[xarray.DataArray]:
    """Each level by itself: all have the same names of dimensions, and a Dataset wants one size for a name
    (pydata/xarray#8590). Unmasked, because xarray takes the fill value of Zarr v2 for missing data
    (pydata/xarray#5475)."""
    names = level_names(path)
    # What is not a level is not for xarray either: labels are a group, and other documents no arrays.
    others = [[other for other in names if other != name] for name in names]
    return [
        xarray.open_zarr(str(path), consolidated=False, mask_and_scale=False, drop_variables=drop)[name].load()
        for name, drop in zip(names, others)
    ]


def read_netcdf(path) -> list[np.ndarray]:
    """netCDF-C, of 0.4 only. With `noxarray`, because names of dimensions also have one size in a group there; what it
    costs is the names (Unidata/netcdf-c#2647)."""
    with netCDF4.Dataset(f"file://{path}#mode=zarr,noxarray,file") as group:
        group.set_auto_maskandscale(False)
        return [np.asarray(group.variables[name][...]) for name in level_names(path)]


def read_gdal(path, level: str, plane: tuple[int, ...]) -> np.ndarray:
    """One plane of one level, read by the Zarr driver of GDAL, which knows Zarr v2 and no sharding."""
    with rasterio.open(f'ZARR:"{path}":/{level}{"".join(f":{index}" for index in plane)}') as file:
        return file.read(1)
