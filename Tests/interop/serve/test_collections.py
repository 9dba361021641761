"""Plates, series and labels: what the service says of them equals what a conversion of the same files writes."""

import io
import json

import numpy as np
import ome_zarr_models.v04
import pytest
import tifffile
import zarr
from PIL import Image

from served import pattern, serving

WELLS = [("A01", "A", "1"), ("A03", "A", "3"), ("C02", "C", "2")]


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    """A plate and a collection as TIFF, as OME-Zarr 0.5 and 0.4; an image with labels."""
    made = tmp_path_factory.mktemp("collections")
    folder, screen = made / "images", made / "screen"
    folder.mkdir()
    screen.mkdir()
    for number, (well, _, _) in enumerate(WELLS):
        for site in (1, 2):
            for channel in (1, 2):
                pixels = (pattern(40, 53, top=200) + 20 * number + 7 * site + 3 * channel).astype("u2")
                tifffile.imwrite(screen / f"exp_{well}_s{site}_w{channel}.tif", pixels, photometric="minisblack")
    run("convert", screen, folder / "plate.zarr", "--plate", "auto", "--min-size", 16, "--quiet")
    run("export", folder / "plate.zarr", folder / "plate.ome.tif", "--quiet")
    with tifffile.TiffWriter(folder / "series.ome.tif") as file:
        for number in range(3):
            file.write((pattern(60 + number, 50) + number).astype("u1"), photometric="minisblack")
    run("convert", folder / "series.ome.tif", folder / "series.zarr", "--quiet")
    run("sample", "--size", 120, "--out", made / "cells.ome.tif")
    run("sample", "--kind", "labels", "--size", 120, "--out", made / "nuclei.ome.tif")
    run("convert", made / "cells.ome.tif", folder / "cells.zarr", "--quiet")
    run("add-labels", folder / "cells.zarr", f"{made / 'nuclei.ome.tif'}:nuclei", "--quiet")
    return folder


@pytest.fixture(scope="module")
def service(folder):
    with serving(folder) as server:
        yield server


def group(server, path: str, version: int):
    return zarr.open_group(f"{server.url}/{path}", mode="r", zarr_format=version, use_consolidated=False)


def without_versions(attributes):
    if isinstance(attributes, dict):
        return {key: without_versions(value) for key, value in attributes.items() if key != "version"}
    return [without_versions(one) for one in attributes] if isinstance(attributes, list) else attributes


@pytest.mark.parametrize("name", ["plate.zarr", "plate.ome.tif"])
def test_the_list_says_where_each_field_lies(service, name):
    entries = [entry for entry in service.json("/api/images") if entry["id"].startswith(name)]
    places = [(e["id"], e["collection"]["well"], e["collection"]["field"], e["collection"]["index"]) for e in entries]
    assert places == [
        (f"{name}~{row}~{column}~{site}", f"{row}/{column}", site, 2 * number + site)
        for number, (_, row, column) in enumerate(WELLS) for site in (0, 1)
    ]
    for entry in entries:
        assert {key: entry["collection"][key] for key in ("id", "kind", "name")} == {
            "id": name, "kind": "plate", "name": "screen"}
        assert entry["kind"] == "image" and entry["shape"] == [2, 40, 53]
    one = service.json(f"/api/images/{name}~C~2~1")
    assert one["collection"] == entries[-1]["collection"] and one["collection"]["row"] == "C"
    assert np.asarray(Image.open(io.BytesIO(service.get(entries[-1]["thumbnail"])[0]))).shape[:2] == (40, 53)
    assert service.json(f"/api/images/{name}")["collection"]["index"] == 0


@pytest.mark.parametrize("name", ["series.zarr", "series.ome.tif"])
def test_series_are_numbered(service, name):
    entries = [entry for entry in service.json("/api/images") if entry["id"].startswith(name)]
    assert [(e["id"], e["collection"]["index"], e["height"]) for e in entries] == [
        (f"{name}~{number}", number, 60 + number) for number in range(3)]
    assert {entry["collection"]["kind"] for entry in entries} == {"series"}


def test_an_image_that_is_all_of_its_file_is_in_no_collection(service):
    assert "collection" not in service.json("/api/images/cells.zarr")


@pytest.mark.parametrize("place, version", [
    ("zarr/plate.zarr", 3), ("zarr/plate.ome.tif", 3), ("zarr2/plate.zarr", 2), ("zarr2/plate.ome.tif", 2),
])
def test_a_plate_is_a_plate_under_every_address(service, folder, place, version):
    plate, stored = group(service, place, version), zarr.open_group(folder / "plate.zarr", mode="r")
    ome = (lambda node: node.attrs.asdict()["ome"]) if version == 3 else (lambda node: node.attrs.asdict())
    assert without_versions(ome(plate))["plate"] == without_versions(stored.attrs["ome"]["plate"])
    for _, row, column in WELLS:
        well = f"{row}/{column}"
        assert without_versions(ome(plate[well]))["well"] == without_versions(stored[well].attrs["ome"]["well"])
        for site in (0, 1):
            levels = ome(plate[f"{well}/{site}"])["multiscales"][0]["datasets"]
            assert len(levels) == 3
            for level in levels:
                path = f"{well}/{site}/{level['path']}"
                assert (plate[path][...] == stored[path][...]).all()
    if version == 2:
        hcs = ome_zarr_models.v04.HCS.from_zarr(plate)
        assert len(list(hcs.well_groups)) == 3
    assert service.get(f"/{place}/OME/METADATA.ome.xml")[0].count(b"<Image ") == 6
    for absent in ("B/zarr.json", "B/.zgroup", "A/2/.zgroup", "A/1/2/.zgroup", "A/1/0", "A/1"):
        service.get(f"/{place}/{absent}", status=404)


def test_what_a_conversion_of_a_plate_would_write_is_there(service, folder, run, tmp_path):
    run("convert", folder / "plate.ome.tif", tmp_path / "out", "--quiet")
    for document in ("zarr.json", "A/zarr.json", "A/1/zarr.json", "OME/zarr.json", "OME/METADATA.ome.xml"):
        got, written = service.get(f"/zarr/plate.ome.tif/{document}")[0], (tmp_path / "out" / document).read_bytes()
        if document.endswith(".json"):
            got, written = json.loads(got), json.loads(written)
        assert got == written, document


@pytest.mark.parametrize("place, version", [
    ("zarr/series.zarr", 3), ("zarr/series.ome.tif", 3), ("zarr2/series.zarr", 2), ("zarr2/series.ome.tif", 2),
])
def test_series_lie_in_numbered_groups(service, place, version):
    root = group(service, place, version)
    members = root.attrs.asdict() if version == 2 else root.attrs["ome"]
    assert members["bioformats2raw.layout"] == 3
    listed = root["OME"].attrs.asdict() if version == 2 else root["OME"].attrs["ome"]
    assert listed["series"] == ["0", "1", "2"]
    for number in range(3):
        assert (root[f"{number}/0"][...] == pattern(60 + number, 50) + number).all()


def test_labels_are_listed_and_lie_below_their_image_in_0_4_too(service, folder):
    stored = zarr.open_group(folder / "cells.zarr", mode="r")
    image = group(service, "zarr2/cells.zarr", 2)
    assert image["labels"].attrs["labels"] == ["nuclei"]
    assert "image-label" in image["labels/nuclei"].attrs
    assert (image["labels/nuclei/0"][...] == stored["labels/nuclei/0"][...]).all()
    assert (image["0"][...] == stored["0"][...]).all()
    said = service.json("/api/images/cells.zarr")
    assert said["labels"] == ["cells.zarr~labels~nuclei"]
    label = service.json(f"/api/images/{said['labels'][0]}")
    assert label["kind"] == "labels" and (label["width"], label["height"]) == (said["width"], said["height"])
    tile = np.asarray(Image.open(io.BytesIO(service.get("/tiles/cells.zarr~labels~nuclei/0/0/0.png?pad=0")[0])))
    values = stored["labels/nuclei/0"][...].reshape(-1, *tile.shape[:2])[0]
    assert ((tile[..., 3] == 0) == (values == 0)).all()
    # The same by the id of the label image.
    assert service.get("/zarr2/cells.zarr~labels~nuclei/.zattrs")[0] == service.get(
        "/zarr2/cells.zarr/labels/nuclei/.zattrs")[0]
    for absent in ("labels/none/.zattrs", "labels/zarr.json", "labels", "labels/nuclei"):
        service.get(f"/zarr2/cells.zarr/{absent}", status=404)
