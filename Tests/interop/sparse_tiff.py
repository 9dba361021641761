"""TIFFs of any size in no time: their pixels are holes in the file, or one band of rows again and again."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

ASCII, SHORT, LONG, RATIONAL, LONG8 = 2, 3, 4, 5, 16


def _directory(tags: dict, place: int) -> bytes:
    """A BigTIFF directory at a place, with what does not fit into its entries behind it."""
    entries, beyond = b"", b""
    after = place + 8 + 20 * len(tags) + 8
    for tag, value in sorted(tags.items()):
        if isinstance(value, tuple):
            data, kind, count = struct.pack("<II", *value), RATIONAL, 1
        elif isinstance(value, str):
            data, kind, count = value.encode() + b"\0", ASCII, len(value.encode()) + 1
        else:
            values = value if isinstance(value, list) else [value]
            data, kind, count = struct.pack(f"<{len(values)}Q", *values), LONG8, len(values)
        if len(data) > 8:
            data, beyond = struct.pack("<Q", after + len(beyond)), beyond + data + bytes(-len(data) % 8)
        entries += struct.pack("<HHQ", tag, kind, count) + data.ljust(8, b"\0")
    return struct.pack("<Q", len(tags)) + entries + bytes(8) + beyond


def _tags(width, height, dtype, compression=1, samples=1, description=None) -> dict:
    """The tags of a page whose pixels are 1 apart in whatever unit the description gives."""
    tags = {256: width, 257: height, 258: [np.dtype(dtype).itemsize * 8] * samples, 259: compression,
            262: 2 if samples == 3 else 1, 277: samples, 282: (1, 1), 283: (1, 1)}
    return tags | ({270: description} if description else {})


def holes(path, width, height, dtype, *, planes=1, samples=1, tile=None, rows=None, description=None):
    """Uncompressed zeros: one strip, strips of `rows` rows, or tiles; more planes follow without directories."""
    size = width * height * samples * np.dtype(dtype).itemsize
    tags = _tags(width, height, dtype, samples=samples, description=description)
    start = 1 << 26
    if tile:
        blocks = -(-width // tile) * -(-height // tile)
        bytes_each = tile * tile * samples * np.dtype(dtype).itemsize
        tags |= {322: tile, 323: tile, 324: [start + bytes_each * i for i in range(blocks)],
                 325: [bytes_each] * blocks}
        size = bytes_each * blocks
    else:
        rows = rows or height
        row = size // height
        firsts = range(0, height, rows)
        tags |= {273: [start + first * row for first in firsts], 278: rows,
                 279: [min(rows, height - first) * row for first in firsts]}
    with open(path, "wb") as file:
        file.write(b"II" + struct.pack("<HHHQ", 43, 8, 0, 16) + _directory(tags, 16))
        assert file.tell() <= start
        file.truncate(start + planes * size)


def one_strip(path, width, height, band: np.ndarray):
    """One deflate strip of rows of a band, which is repeated down to the last row."""
    rows = band.shape[0]
    packed, sums = {}, zlib.adler32(b"")
    with open(path, "wb") as file:
        file.write(b"II" + struct.pack("<HHHQ", 43, 8, 0, 0))
        file.write(b"\x78\x01")
        for first in range(0, height, rows):
            count = min(rows, height - first)
            data = band[:count].tobytes()
            if count not in packed:
                # A full flush ends on a byte and refers to nothing before: such pieces can follow one another.
                codec = zlib.compressobj(1, zlib.DEFLATED, -15)
                packed[count] = codec.compress(data) + codec.flush(zlib.Z_FULL_FLUSH)
            sums = zlib.adler32(data, sums)
            file.write(packed[count])
        file.write(b"\x03\x00" + struct.pack(">I", sums))
        _finish_strip(file, _tags(width, height, band.dtype, compression=8))


def _parts_of_jpeg(band: np.ndarray, **options) -> tuple[bytes, bytes, int]:
    """Of a JPEG stream all before its scan and the scan, and where in the first the height stands."""
    stream = io.BytesIO()
    Image.fromarray(band).save(stream, "JPEG", **options)
    data = stream.getvalue()
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    pixels = scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")
    return data[:pixels], data[pixels:-2], frame + 5


def one_jpeg_strip(path, width, height, band: np.ndarray):
    """One JPEG strip, grey or RGB, of a band of rows, which is repeated; whole bands, of whole blocks of 16 rows."""
    rows, samples = band.shape[0], 3 if band.ndim == 3 else 1
    assert rows % 16 == 0 and height % rows == 0
    head, scan, place = _parts_of_jpeg(band, subsampling=0)
    # Each band restarts the coder, so that its bits are the same wherever it lies.
    blocks = -(-width // 8) * rows // 8
    assert blocks < 65536
    head = head[:place] + struct.pack(">H", height) + head[place + 2 :]
    restart = head.index(b"\xff\xda")
    head = head[:restart] + b"\xff\xdd" + struct.pack(">HH", 4, blocks) + head[restart:]
    with open(path, "wb") as file:
        file.write(b"II" + struct.pack("<HHHQ", 43, 8, 0, 0) + head)
        for i in range(height // rows):
            file.write((bytes([0xFF, 0xD0 + (i - 1) % 8]) if i else b"") + scan)
        file.write(b"\xff\xd9")
        _finish_strip(file, _tags(width, height, "uint8", compression=7, samples=samples) | {262: 6 if samples == 3 else 1})


def jpeg_of_several_scans(path, pixels: np.ndarray):
    """One strip of progressive JPEG."""
    with open(path, "wb") as file:
        file.write(b"II" + struct.pack("<HHHQ", 43, 8, 0, 0))
        Image.fromarray(pixels).save(file, "JPEG", progressive=True)
        _finish_strip(file, _tags(pixels.shape[1], pixels.shape[0], "uint8", compression=7))


def _finish_strip(file, tags: dict):
    """Writes the directory of a file whose only strip lies between its header and here."""
    length = file.tell() - 16
    file.write(bytes(-file.tell() % 8))
    place = file.tell()
    file.write(_directory(tags | {273: 16, 278: tags[257], 279: length}, place))
    file.seek(8)
    file.write(struct.pack("<Q", place))


def many_pages(path, count, side, dtype, description):
    """So many pages of zeros with a directory each; the first has the description."""
    text = description.encode() + b"\0"
    size = side * side * np.dtype(dtype).itemsize
    entry = np.dtype([("tag", "<u2"), ("kind", "<u2"), ("count", "<u4"), ("value", "<u4")])
    fields = [(256, LONG, side), (257, LONG, side), (258, SHORT, np.dtype(dtype).itemsize * 8), (259, SHORT, 1),
              (262, SHORT, 1), (270, ASCII, 8), (273, LONG, 0), (277, SHORT, 1), (278, LONG, side), (279, LONG, size)]
    pages = np.zeros(count, [("entries", "<u2"), ("fields", entry, len(fields)), ("next", "<u4")])
    pages["entries"] = len(fields)
    for i, (tag, kind, value) in enumerate(fields):
        pages["fields"][:, i] = (tag, kind, 1, value)
    start = 8 + len(text) + len(text) % 2
    data = start + pages.nbytes
    pages["fields"]["value"][:, 6] = data + size * np.arange(count)
    pages["fields"]["count"][1:, 5] = 4
    pages["fields"]["value"][1:, 5] = 0
    pages["fields"][0, 5] = (270, ASCII, len(text), 8)
    pages["next"][:-1] = start + pages.dtype.itemsize * np.arange(1, count)
    assert data + size * count < 1 << 32
    with open(path, "wb") as file:
        file.write(b"II" + struct.pack("<HI", 42, start) + text.ljust(start - 8, b"\0") + pages.tobytes())
        file.truncate(data + size * count)
