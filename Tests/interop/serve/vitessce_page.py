"""Vitessce, which draws with Viv and reads with zarrita: the client of the wheel omero-vitessce in a headless Chromium."""

import functools
import http.server
import importlib.metadata
import json
import pathlib
import shutil
import tempfile
import threading

import numpy as np

from browser import Browser

COLORS = [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Page:
    """The application, served by itself, in a browser."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vitessce-")
        self.path = pathlib.Path(self.folder.name)
        # Its Python part is for OMERO and not imported.
        package = pathlib.Path(importlib.metadata.distribution("omero-vitessce").locate_file("omero_vitessce"))
        shutil.copytree(package / "static", self.path / "static")
        shutil.copy(package / "templates/omero_vitessce/index.html", self.path)
        handler = functools.partial(Handler, directory=self.folder.name)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.browser = Browser(1000, 701)

    def close(self):
        self.browser.close()
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def open(self, source: str, size, top: float, channels: int, zoom: int = 0):
        """Shows the channels of an image in red, green and blue, black at 0 and bright at `top`, its middle in the
        middle, at 1 pixel of the screen for `2 ** -zoom` pixels of the image of `size` `(width, height)`."""
        (self.path / "config.json").write_text(json.dumps(config(source, size, top, channels, zoom)))
        self.browser.complaints = []
        self.browser.open(f"{self.url}/index.html?config={self.url}/config.json")
        self.browser.wait("document.querySelector('canvas').getBoundingClientRect().height > 600")

    def picture(self, width: int, height: int) -> np.ndarray:
        """The middle of what is drawn, `[y, x, rgb]`. Waits while the page is still being laid out: pixels of the image
        are pixels of the screen only where the canvas has got its size."""
        rectangle = "document.querySelector('canvas').getBoundingClientRect()"
        corner = f"[r.x + (r.width - {width}) / 2, r.y + (r.height - {height}) / 2]"
        self.browser.wait(f"(r => {corner}.every(Number.isInteger))({rectangle})")
        left, top, across, down = self.browser.run(f"(r => [r.x, r.y, r.width, r.height])({rectangle})")
        left, top = left + (across - width) / 2, top + (down - height) / 2
        return self.browser.shot()[int(top) : int(top) + height, int(left) : int(left) + width]


def config(source: str, size, top: float, channels: int, zoom: int) -> dict:
    """Everything said that Vitessce would guess: by itself it takes channels that an image of two has not."""
    names = [f"channel {number}" for number in range(channels)]
    layer = {
        "fileUid": "image", "spatialLayerVisible": True, "spatialLayerOpacity": 1, "spatialLayerColormap": None,
        "photometricInterpretation": "BlackIsZero",
    }  # fmt: skip
    channel = {
        "spatialTargetC": range(channels), "spatialChannelColor": COLORS[:channels],
        "spatialChannelVisible": [True] * channels, "spatialChannelOpacity": [1] * channels,
        "spatialChannelWindow": [[0, top]] * channels,
    }  # fmt: skip
    view = {"dataset": "A", "spatialZoom": zoom, "spatialTargetX": size[0] / 2, "spatialTargetY": size[1] / 2}
    return {
        "version": "1.0.16", "name": "", "initStrategy": "auto",
        "datasets": [{"uid": "A", "name": "", "files": [
            {"fileType": "image.ome-zarr", "url": source, "coordinationValues": {"fileUid": "image"}}]}],
        "coordinationSpace": {
            **{key: {"A": value} for key, value in view.items()},
            **{key: {"layer": value} for key, value in layer.items()},
            **{key: dict(zip(names, values)) for key, values in channel.items()},
            "imageLayer": {"layer": "__dummy__"}, "imageChannel": {name: "__dummy__" for name in names},
            "metaCoordinationScopes": {"all": {"imageLayer": ["layer"]}},
            "metaCoordinationScopesBy": {"all": {
                "imageLayer": {**{key: {"layer": "layer"} for key in layer}, "imageChannel": {"layer": names}},
                "imageChannel": {key: {name: name for name in names} for key in channel},
            }},
        },
        "layout": [{
            "component": "spatialBeta", "x": 0, "y": 0, "w": 12, "h": 12,
            "coordinationScopes": {
                **{key: "A" for key in view}, "metaCoordinationScopes": ["all"], "metaCoordinationScopesBy": ["all"]},
        }],
    }  # fmt: skip
