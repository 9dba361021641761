"""Leaflet draws our tiles of web maps: a page elsewhere, as Debian ships it, compared pixel by pixel with the image."""

import functools
import http.server
import pathlib
import threading

import numpy as np
import pytest

from browser import Browser

LEAFLET = pathlib.Path("/usr/share/javascript/leaflet")

PAGE = """<!doctype html>
<meta charset="utf-8"><title>Leaflet</title>
<link rel="stylesheet" href="leaflet.css"><link rel="icon" href="data:,">
<style>html, body, #map { margin: 0; width: 700px; height: 500px; background: #000 }</style>
<div id="map"></div>
<script src="leaflet.js"></script>
<script>
  const query = new URLSearchParams(location.search), address = query.get("tiles");
  fetch(address).then(answer => answer.json()).then(image => {
    const scale = 2 ** image.maxZoom, zoom = image.maxZoom - Number(query.get("out"));
    const map = L.map("map", {
      crs: L.CRS.Simple, fadeAnimation: false, zoomAnimation: false, zoomControl: false, attributionControl: false,
    });
    const layer = L.tileLayer(address + "/{z}/{x}/{y}.png" + (query.get("style") ?? ""), {
      minZoom: image.minZoom, maxZoom: image.maxZoom, noWrap: true, crossOrigin: "anonymous",
      bounds: [[0, 0], [-image.height / scale, image.width / scale]],
    });
    layer.on("load", () => { document.body.dataset.drawn = "true" });
    layer.on("tileerror", () => { document.body.dataset.failed = "true" });
    // The upper left corner of the map is that of the image.
    map.setView([-250 / 2 ** zoom, 350 / 2 ** zoom], zoom);
    layer.addTo(map);
  });
</script>
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A server of pages that is not ours, with Leaflet on it."""
    assert (LEAFLET / "leaflet.js").exists(), "install libjs-leaflet"
    folder = tmp_path_factory.mktemp("leaflet")
    (folder / "index.html").write_text(PAGE)
    for name in ("leaflet.js", "leaflet.css", "images"):
        (folder / name).symlink_to(LEAFLET / name)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    browser = Browser(700, 500)
    yield browser
    browser.close()


def shown(browser, pages, server, image: str, out: int, style: str = "") -> np.ndarray:
    """What Leaflet shows of an image, `out` zooms further away than its own size."""
    browser.complaints = []
    browser.open(f"{pages}/?tiles={server.url}/tiles/{image}&out={out}&style={style}")
    browser.wait("document.body.dataset.drawn === 'true'")
    browser.frame()
    assert browser.run("document.body.dataset.failed") is None
    assert browser.complaints == []
    return browser.shot()


def test_a_photograph_is_drawn_to_the_pixel(browser, pages, server, served_images):
    rgb = np.moveaxis(served_images[1]["rgb.tif"], 0, -1).astype(int)
    assert (shown(browser, pages, server, "rgb.tif", 0) == rgb).all()


def test_a_coarser_zoom_is_the_mean_of_pixels(browser, pages, server, served_images):
    rgb = served_images[1]["rgb.tif"].astype("f8").reshape(3, 250, 2, 350, 2).mean((2, 4))
    shot = shown(browser, pages, server, "rgb.tif", 1)
    assert (shot[:250, :350] == np.moveaxis(np.rint(rgb), 0, -1)).all()
    assert (shot[250:] == 0).all() and (shot[:, 350:] == 0).all(), "beyond the image tiles are transparent"


def test_a_style_goes_with_each_tile(browser, pages, server, served_images):
    plane = served_images[1]["stack.ome.tif"][1, 2].astype("f8")
    style = "%3Fz=2%26channels=1%26window.1=0:1000%26color.1=FF0000"
    shot = shown(browser, pages, server, "stack.ome.tif", 0, style)
    assert np.abs(shot[:300, :410, 0] - np.clip(plane / 1000, 0, 1) * 255).max() <= 1
    assert (shot[:300, :410, 1:] == 0).all()
