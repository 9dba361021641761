"""What the tests of the service share: a server that runs, and images whose pixels are known.

A plugin of conftest.py, because a second conftest.py would stand in the way of `from conftest import …`.
"""

import contextlib
import json
import re
import ssl
import subprocess
import threading
import urllib.error
import urllib.request

import numpy as np
import pytest
import tifffile

from conftest import binary


class Server:
    """A running `ome-zarr serve`."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [binary(), "serve", *map(str, arguments), "--port", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        # Far more than a start takes, so that a hang is told from a slow machine.
        hang = threading.Timer(60, self.process.kill)
        hang.start()
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            if found := re.search(r"serving at (https?://\S+?)/?$", line.strip()):
                self.url = found[1]
                break
        hang.cancel()
        assert hasattr(self, "url"), f"the server did not start: {self.said}"
        # What it says, read on, because it must not wait for a reader. With `--log json` a line is a request.
        self.log = []
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def get(self, path: str, headers: dict | None = None, status: int | None = 200):
        """The body and headers of an answer. Fails where the status differs, unless any will do; follows no redirect."""
        request = urllib.request.Request(self.url + path, headers=headers or {})
        try:
            answer = urllib.request.build_opener(NoRedirect, UNCHECKED).open(request, timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        body = answer.read()
        assert status is None or answer.status == status, f"{path}: {answer.status} {body[:300]}"
        return body, answer.headers

    def json(self, path: str, **options):
        return json.loads(self.get(path, **options)[0])

    def requests(self) -> list[dict]:
        """All requests it answered, of a server with `--log json`, in order."""
        return [json.loads(line) for line in list(self.log) if line.startswith("{")]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


# Certificates of tests are signed by nobody.
UNCHECKED = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@contextlib.contextmanager
def serving(*arguments):
    server = Server(*arguments)
    try:
        yield server
    finally:
        server.stop()


def pattern(*shape: int, top: int = 256) -> np.ndarray:
    """Integers that differ from their neighbours and are smooth enough for JPEG."""
    grid = np.indices(shape)
    return sum(grid[axis] * factor for axis, factor in enumerate((5, 3, 2, 1)[-len(shape):])) % top


@pytest.fixture(scope="session")
def served_images(tmp_path_factory, run):
    """A folder of images, and their pixels in the order of the image's axes."""
    folder = tmp_path_factory.mktemp("served")
    pixels = {}
    pixels["rgb.tif"] = pattern(3, 500, 700).astype("u1")
    tifffile.imwrite(
        folder / "rgb.tif", np.moveaxis(pixels["rgb.tif"], 0, -1), tile=(128, 128), photometric="rgb"
    )
    pixels["stack.ome.tif"] = (pattern(2, 6, 300, 410, top=4000)).astype("u2")
    tifffile.imwrite(
        folder / "stack.ome.tif", pixels["stack.ome.tif"], tile=(64, 64), photometric="minisblack",
        metadata={"axes": "CZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2},
    )
    for dtype in ("uint8", "int16", "uint32", "float32", "float64", "int64"):
        name = f"{dtype}.tif"
        pixels[name] = (pattern(90, 130, top=200) - (100 if dtype[0] in "if" else 0)).astype(dtype)
        tifffile.imwrite(folder / name, pixels[name], photometric="minisblack")
    run("convert", folder / "stack.ome.tif", folder / "stack.zarr", "--quiet")
    pixels["stack.zarr"] = pixels["stack.ome.tif"]
    labels = (pattern(300, 400, top=5000) // 700).astype("u2")
    pixels["labels.zarr"] = labels
    tifffile.imwrite(folder.parent / "labels.tif", labels, photometric="minisblack")
    run("convert", folder.parent / "labels.tif", folder / "labels.zarr", "--kind", "labels", "--quiet")
    return folder, pixels


@pytest.fixture(scope="session")
def server(served_images):
    with serving(served_images[0]) as server:
        yield server
