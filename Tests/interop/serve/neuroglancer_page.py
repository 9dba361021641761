"""Neuroglancer, the client of the PyPI wheel in a headless Chromium: what it draws of a source, pixel by pixel."""

import concurrent.futures
import io
import time

import neuroglancer
import numpy as np
from PIL import Image

from browser import Browser

# Grey, from black at 0 to white at the value that is told: what is drawn are the pixels and nothing else.
GREY = "void main() {{ emitGrayscale(float(toRaw(getDataValue())) / float({top})); }}"
# Three channels of 8 bits, of a source that has them as one.
RGB = "void main() { emitRGB(vec3(toNormalized(getDataValue(0)), toNormalized(getDataValue(1)),"
RGB += " toNormalized(getDataValue(2)))); }"


class Page:
    """A viewer in a browser. `complaints` are those of the browser, but for those that the viewer's own server causes."""

    def __init__(self):
        neuroglancer.set_server_bind_address("127.0.0.1", 0)
        self.viewer = neuroglancer.Viewer()
        self.browser = Browser(900, 700)
        self.browser.open(self.viewer.get_viewer_url())

    def close(self):
        self.browser.close()
        neuroglancer.stop()

    @property
    def complaints(self) -> list[str]:
        own = neuroglancer.server.get_server_url()
        return [said for said in self.browser.complaints if own not in said]

    def draw(self, source, size, shader, axes=("x", "y"), corner=None, zoom=1, channel=None, unit=(5e-7, "m")):
        """The picture `[y, x, rgb]` of a source, at 1 pixel of the screen for `zoom` pixels of the image.

        - size: width and height of the picture.
        - axes: all axes but channels; the first is drawn from left to right, the second from top to bottom.
        - corner: the pixel of level 0 along each axis that is in the upper left corner.
        - channel: which one is drawn, of a source whose channels are apart.
        - unit: what a pixel of level 0 measures, along each axis or along all.
        """
        units = [unit] * len(axes) if isinstance(unit[0], float) else unit
        # In an OME-Zarr, pixel 0 has its middle at 0; elsewhere its edge.
        middle = 0 if source.startswith(("zarr", "http")) else 0.5
        corner = corner or [0] * len(axes)
        place = [
            start + (size[axis] * zoom / 2 + middle - 0.5 if axis < 2 else middle) for axis, start in enumerate(corner)
        ]
        layer = neuroglancer.ImageLayer(source=source, shader=shader)
        if channel is not None:
            layer.local_dimensions = neuroglancer.CoordinateSpace(names=["c'"], units=[""], scales=[1])
            layer.local_position = [channel + middle]
        with self.viewer.txn() as state:
            state.layers.clear()
            state.dimensions = neuroglancer.CoordinateSpace(
                names=list(axes), units=[unit for _, unit in units], scales=[scale for scale, _ in units])
            state.display_dimensions = list(axes[:2])
            state.position = place
            state.cross_section_scale = zoom
            state.layers["image"] = layer
            state.layout = "xy"
            state.show_axis_lines = state.show_default_annotations = state.show_scale_bar = False
        # The viewer answers when every chunk that is to be seen is drawn; meanwhile somebody must hear the browser.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            shot = thread.submit(self.viewer.screenshot, size=list(size))
            end = time.monotonic() + 60
            while not shot.done():
                assert time.monotonic() < end, f"nothing was drawn of {source}; the page says {self.complaints}"
                self.browser.run("0")
                time.sleep(0.02)
        return np.asarray(Image.open(io.BytesIO(shot.result().screenshot.image)).convert("RGB")).astype(int)
