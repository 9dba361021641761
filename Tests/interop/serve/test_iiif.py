"""IIIF: pictures against numpy, and the validator of the IIIF community at level 2 of both versions."""

import io
import os
import pathlib
import re
import subprocess

import numpy as np
import pytest
from PIL import Image

from conftest import ROOT
from served import serving


def picture(server, path: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(server.get(path)[0])))


def test_regions_rotations_and_qualities_are_those_of_the_pixels(server, served_images):
    rgb = np.moveaxis(served_images[1]["rgb.tif"], 0, -1)
    part = rgb[20:60, 100:180]
    for version in ("3/", "2/", ""):
        base = f"/iiif/{version}rgb.tif/100,20,80,40"
        for turns in range(4):
            turned = np.rot90(part, -turns)
            assert (picture(server, f"{base}/80,40/{90 * turns}/default.png") == turned).all()
            mirrored = np.rot90(part[:, ::-1], -turns)
            assert (picture(server, f"{base}/80,40/!{90 * turns}/color.png") == mirrored).all()
        gray = part @ [0.299, 0.587, 0.114]
        assert np.abs(picture(server, f"{base}/80,40/0/gray.png") - gray).max() < 2.6
        bitonal = picture(server, f"{base}/80,40/0/bitonal.png")
        assert set(np.unique(bitonal)) <= {0, 255}
        assert ((bitonal > 0) == (gray >= 128))[np.abs(gray - 128) > 3].all()


def test_tiles_of_the_description_are_parts_of_levels(server, served_images):
    info = server.json("/iiif/3/rgb.tif/info.json")
    assert info["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2]}]
    assert info["sizes"] == [{"width": 350, "height": 250}, {"width": 700, "height": 500}]
    rgb = served_images[1]["rgb.tif"].astype("f8")
    half = np.moveaxis(np.rint(rgb.reshape(3, 250, 2, 350, 2).mean((2, 4))), 0, -1)
    assert (picture(server, "/iiif/3/rgb.tif/full/350,250/0/default.png") == half).all()
    right = picture(server, "/iiif/3/rgb.tif/512,0,188,500/188,500/0/default.png")
    assert (right == np.moveaxis(rgb[:, :, 512:], 0, -1)).all()


def test_a_style_may_stand_behind_the_image(server, served_images):
    plane = served_images[1]["stack.ome.tif"][1, 2]
    shown = picture(
        server, "/iiif/3/stack.ome.tif;z=2;channels=1;window.1=0:1000;color.1=FFFFFF/full/max/0/gray.png")
    assert np.abs(shown - np.clip(plane / 1000, 0, 1) * 255).max() <= 1
    info = server.json("/iiif/3/stack.ome.tif;z=2/info.json")
    assert info["id"].endswith("/iiif/3/stack.ome.tif%3Bz%3D2")


def test_the_bare_image_leads_to_its_description(server):
    for version in ("3", "2"):
        headers = server.get(f"/iiif/{version}/rgb.tif", status=303)[1]
        assert headers["Location"] == f"{server.url}/iiif/{version}/rgb.tif/info.json"
        body, headers = server.get(f"/iiif/{version}/rgb.tif/info.json", {"Accept": "application/ld+json"})
        assert headers["Content-Type"].startswith("application/ld+json")
        assert f"http://iiif.io/api/image/{version}/level2.json" in headers["Link"]
    headers = server.get("/iiif/3/rgb.tif/0,0,700,500/350,/0/color.jpg")[1]
    assert f'<{server.url}/iiif/3/rgb.tif/full/350,250/0/default.jpg>;rel="canonical"' in headers["Link"]


@pytest.fixture(scope="module")
def validator() -> str:
    """iiif-validator-ng, in an environment of its own."""
    if path := os.environ.get("IIIF_VALIDATOR"):
        return path
    made = subprocess.run([ROOT / "scripts/iiif-validator-environment"], stdout=subprocess.PIPE, text=True, check=True)
    return made.stdout.strip()


@pytest.mark.parametrize("version", ["3", "2"])
def test_the_validator_finds_nothing_wrong(validator, tmp_path, version):
    where = subprocess.run(
        [pathlib.Path(validator).with_name("python"), "-c",
         "import iiif_validator; print(iiif_validator.__path__[0])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()
    name = "67352ccc-d1b0-11e1-89ae-279075081939"
    source = Image.open(f"{where}/validation_image.png").convert("RGB")
    source.save(tmp_path / f"{name}.tif", tiling=False)
    with serving(tmp_path) as server:
        process = subprocess.run(
            [validator, *(["--v2"] if version == "2" else []), "--validation-id", f"{name}.tif",
             f"{server.url}/iiif/{version}"],
            capture_output=True, text=True, timeout=600,
        )
    said = process.stdout + process.stderr
    # It ends with 0 whatever it finds.
    passed, failed = map(int, re.findall(r"[\u2713\u2717] (\d+)", said)[-2:])
    assert process.returncode == 0 and passed >= 100 and failed == 0, said
