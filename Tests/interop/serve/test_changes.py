"""What comes, changes and goes in a folder while it is served."""

import io
import time

import numpy as np
import tifffile

from served import serving


def eventually(what, is_so, seconds=20):
    """A folder is looked at again after some time: waits until what is said of it is so."""
    end = time.monotonic() + seconds
    while not is_so(said := what()):
        assert time.monotonic() < end, said
        time.sleep(0.2)


def test_the_list_follows_the_folder(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    tifffile.imwrite(folder / "a.tif", np.zeros((20, 30), "u1"), photometric="minisblack")
    with serving(folder) as server:

        def sizes():
            return {image["id"]: (image["width"], image["isRGB"]) for image in server.json("/api/images")}

        assert sizes() == {"a.tif": (30, False)}
        tifffile.imwrite(folder / "b.tif", np.zeros((20, 40, 3), "u1"), photometric="rgb")
        eventually(sizes, lambda said: said == {"a.tif": (30, False), "b.tif": (40, True)})
        tifffile.imwrite(folder / "a.tif", np.zeros((20, 50), "u1"), photometric="minisblack")
        eventually(sizes, lambda said: said == {"a.tif": (50, False), "b.tif": (40, True)})
        # A file that is no image any more is not listed, and not shown as it was.
        (folder / "a.tif").write_bytes(b"II*\0 nothing")
        eventually(sizes, lambda said: said == {"b.tif": (40, True)})
        (folder / "b.tif").unlink()
        eventually(sizes, lambda said: said == {})


def test_a_file_that_is_replaced_is_shown_anew(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    before, after = np.full((300, 300), 7, "u1"), np.full((300, 300), 9, "u1")
    tifffile.imwrite(folder / "a.tif", before, photometric="minisblack")
    region, chunk = "/api/images/a.tif/region?level=1", "/zarr/a.tif/1/c/0/0"
    with serving(folder) as server:
        assert (np.load(io.BytesIO(server.get(region)[0])) == 7).all()
        body, headers = server.get(chunk)
        server.get(chunk, {"If-None-Match": headers["ETag"]}, status=304)
        # The same size, within the same second, and in the place of the other at once.
        tifffile.imwrite(tmp_path / "other.tif", after, photometric="minisblack")
        (tmp_path / "other.tif").replace(folder / "a.tif")
        assert (np.load(io.BytesIO(server.get(region)[0])) == 9).all()
        other = server.get(chunk, {"If-None-Match": headers["ETag"]})
        assert other[0] != body and other[1]["ETag"] != headers["ETag"]



def test_files_outside_are_not_shown_whatever_leads_to_them(tmp_path):
    folder, outside = tmp_path / "served", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    tifffile.imwrite(outside / "secret.tif", np.full((20, 30), 77, "u1"), photometric="minisblack")
    tifffile.imwrite(folder / "a.tif", np.zeros((20, 30), "u1"), photometric="minisblack")
    tifffile.imwrite(
        folder / "multi.ome.tif", np.zeros((2, 20, 30), "u1"), photometric="minisblack", metadata={"axes": "TYX"}
    )
    xml = tifffile.tiffcomment(folder / "multi.ome.tif")
    uuid = "urn:uuid:00000000-0000-0000-0000-000000000001"
    data = (
        '<TiffData IFD="0" FirstT="0" PlaneCount="1"/><TiffData IFD="0" FirstT="1" PlaneCount="1">'
        f'<UUID FileName="link.tif">{uuid}</UUID></TiffData>'
    )
    start, end = xml.index("<TiffData"), xml.index("</Pixels>")
    tifffile.tiffcomment(folder / "multi.ome.tif", (xml[:start] + data + xml[end:]).encode())
    (folder / "link.tif").symlink_to(outside / "secret.tif")
    with serving(folder) as server:
        assert not np.load(io.BytesIO(server.get("/api/images/a.tif/region")[0])).any()
        body = server.get("/api/images/multi.ome.tif/region?t=1", status=None)[0]
        assert b"\x4d" * 30 not in body
        (folder / "a.tif").unlink()
        (folder / "a.tif").symlink_to(outside / "secret.tif")
        server.get("/api/images/a.tif/region", status=404)
