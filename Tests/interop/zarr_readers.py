"""Three readers of other people, behind one function each: path of an array, version -> all its pixels."""

import numpy as np
import tensorstore
import zarr


def read_zarr_python(path: str) -> np.ndarray:
    return np.asarray(zarr.open_array(path, mode="r")[...])


def read_zarrs(path: str) -> np.ndarray:
    """zarr-python with the codec pipeline of zarrs, in Rust."""
    with zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline"}):
        return np.asarray(zarr.open_array(path, mode="r")[...])


def read_tensorstore(path: str) -> np.ndarray:
    import os

    driver = "zarr3" if os.path.exists(f"{path}/zarr.json") else "zarr"
    store = tensorstore.open({"driver": driver, "kvstore": {"driver": "file", "path": path}}, open=True).result()
    return store.read().result()


READERS = {"zarr-python": read_zarr_python, "zarrs": read_zarrs, "tensorstore": read_tensorstore}
