"""Reads the metadata of an image as plain JSON, whatever its version."""

import json
import pathlib


def ome(path) -> dict:
    """The attributes that OME-Zarr defines: of 0.4 the group's, of 0.5 those under "ome"."""
    path = pathlib.Path(path)
    if (path / ".zattrs").exists():
        return json.loads((path / ".zattrs").read_text())
    return json.loads((path / "zarr.json").read_text())["attributes"]["ome"]


def multiscale(path) -> dict:
    (only,) = ome(path)["multiscales"]
    return only


def transform(dataset: dict, kind: str) -> list[float] | None:
    found = [t[kind] for t in dataset["coordinateTransformations"] if t["type"] == kind]
    assert len(found) <= 1
    return found[0] if found else None
