"""Chunk files that the system has in memory are answered without a thread in between: by the same rules as any other."""

import os

import numpy as np
import pytest
import zarr

from served import serving


@pytest.fixture
def image(tmp_path):
    """An OME-Zarr whose only level has chunks of 600,000 bytes, and a server of its folder."""
    group = zarr.open_group(tmp_path / "root" / "a.zarr", mode="w", zarr_format=3)
    axes = [{"name": name, "type": "space"} for name in "yx"]
    scale = [{"type": "scale", "scale": [1.0, 1.0]}]
    group.attrs["ome"] = {
        "version": "0.5",
        "multiscales": [{"axes": axes, "datasets": [{"path": "0", "coordinateTransformations": scale}]}],
    }
    pixels = np.random.default_rng(1).integers(0, 255, (1200, 1000)).astype("u1")
    group.create_array("0", data=pixels, chunks=(600, 1000), compressors=None)
    (tmp_path / "outside").mkdir()
    with serving(tmp_path / "root") as server:
        yield tmp_path / "root" / "a.zarr", server


def chunk(folder, name: str):
    path = folder / "0" / "c" / name
    return path, path.read_bytes(), f"/zarr/a.zarr/0/c/{name}"


def small(folder):
    """A chunk that is answered at once; those of the array are too large."""
    path = folder / "0" / "c" / "0" / "small"
    path.write_bytes(bytes(range(256)) * 20)
    return chunk(folder, "0/small")


def test_bytes_ranges_and_conditions(image):
    folder, server = image
    for path, stored, address in (small(folder), chunk(folder, "0/0"), chunk(folder, "1/0")):
        # Once from the disk, where the system forgets it, then from memory.
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for _ in range(3):
            body, headers = server.get(address)
            assert body == stored and headers["Content-Type"] == "application/octet-stream"
        tag = headers["ETag"]
        assert server.get(address, {"Range": "bytes=100-199"}, status=206)[0] == stored[100:200]
        body, headers = server.get(address, {"Range": "bytes=-7"}, status=206)
        assert body == stored[-7:]
        assert headers["Content-Range"] == f"bytes {len(stored) - 7}-{len(stored) - 1}/{len(stored)}"
        body, headers = server.get(address, {"Range": "bytes=0-4,10-14"}, status=206)
        assert stored[:5] in body and stored[10:15] in body
        server.get(address, {"Range": f"bytes={len(stored)}-"}, status=416)
        assert server.get(address, {"If-None-Match": tag}, status=304)[0] == b""
        server.get(address, {"If-Match": '"other"'}, status=412)


def test_a_chunk_that_changes_is_another_at_once(image):
    folder, server = image
    path, stored, address = small(folder)
    tags = set()
    for length in (10, 5000, 0, 1):
        path.write_bytes(stored[:length])
        body, headers = server.get(address)
        assert body == stored[:length]
        tags.add(headers["ETag"])
    assert len(tags) == 4
    path.unlink()
    server.get(address, status=404)


def test_links_and_folders_lead_nowhere(image):
    folder, server = image
    secret = folder.parent.parent / "outside" / "secret"
    secret.write_bytes(b"secret")
    inside, _, _ = small(folder)
    (folder / "0" / "c" / "0" / "out").symlink_to(secret)
    (folder / "0" / "c" / "2").symlink_to(secret.parent)
    (folder / "0" / "c" / "0" / "in").symlink_to(inside)
    os.mkfifo(folder / "0" / "c" / "0" / "pipe")
    for _ in range(2):
        for name in ("0/out", "2/secret", "0/none", "0/pipe", "0"):
            server.get(f"/zarr/a.zarr/0/c/{name}", status=404)
        assert server.get("/zarr/a.zarr/0/c/0/in")[0] == inside.read_bytes()
