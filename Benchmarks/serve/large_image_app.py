"""Tiles of large-image as a WSGI application: gunicorn large_image_app:app, with IMAGE and CACHED in the environment."""

import os

import large_image
from large_image import config

if os.environ["CACHED"] == "0":
    # The smallest part of the memory there is: every tile is made anew.
    config.setConfig("cache_backend", "python")
    config.setConfig("cache_python_memory_portion", 1 << 20)
source = large_image.open(os.environ["IMAGE"], encoding="JPEG", jpegQuality=80, jpegSubsampling=2)


def app(environment, start_response):
    z, x, y = map(int, environment["PATH_INFO"].strip("/").split("/"))
    tile = source.getTile(x, y, z)
    start_response("200 OK", [("Content-Type", "image/jpeg"), ("Content-Length", str(len(tile)))])
    return [tile]
