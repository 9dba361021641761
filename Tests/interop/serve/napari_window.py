"""Opens addresses in a window of napari, one after the other, and keeps what it holds and what it shows.

napari_window.py FOLDER WIDTH HEIGHT ADDRESS...

Of each address FOLDER gets `0.npz`, `1.npz` and so on: all levels of all layers as `layer_level`, and `shot`, the middle
of the canvas `[y, x, rgba]` at one pixel of the screen for one of level 0. It needs a display: see xvfb-run.
"""

import sys
import time

import napari
import numpy as np


def shows(viewer, width, height) -> np.ndarray:
    """The middle of the canvas, when everything is drawn."""
    application = napari.qt.get_qapp()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        application.processEvents()
    shot = viewer.screenshot(canvas_only=True, flash=False)
    top, left = (shot.shape[0] - height) // 2, (shot.shape[1] - width) // 2
    return shot[top : top + height, left : left + width]


def main(folder, width, height, *addresses):
    viewer = napari.Viewer(show=True)
    for number, address in enumerate(addresses):
        viewer.layers.clear()
        layers = viewer.open(address, plugin="napari-ome-zarr")
        kept = {}
        for index, layer in enumerate(layers):
            for level, pixels in enumerate(layer.data):
                kept[f"{index}_{level}"] = np.asarray(pixels)
            layer.colormap, layer.blending, layer.interpolation2d = "gray", "opaque", "nearest"
            layer.contrast_limits_range = layer.contrast_limits = (0, np.iinfo(layer.dtype).max)
        # The canvas has an even number of pixels each way: a middle between pixels of the image is one of the screen's.
        viewer.window.resize(int(width) * 2, int(height) * 2)
        size = layers[0].scale[-1]
        viewer.camera.center = (0, (int(height) - 1) / 2 * size, (int(width) - 1) / 2 * size)
        viewer.camera.zoom = 1 / size
        shot = shows(viewer, int(width), int(height))
        np.savez(f"{folder}/{number}.npz", shot=shot, scale=layers[0].scale, **kept)
    viewer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
