"""What whoever runs the service sees: how it starts and ends, what it logs, counts, compresses and refuses."""

import asyncio
import gzip
import json
import signal
import socket
import ssl
import subprocess
import time

import numpy as np
import pytest
import tifffile

import wire
from conftest import binary
from served import serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("operated")
    pixels = np.random.default_rng(2).integers(0, 255, (4000, 4000), "u1")
    tifffile.imwrite(folder / "a.tif", pixels, tile=(256, 256))
    return folder


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    for name in ("one", "two"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "1", "-subj", "/CN=localhost", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
            check=True, capture_output=True,
        )
    return folder


def refusal(*arguments, status: int) -> str:
    """What a server says that does not start."""
    done = subprocess.run(
        [binary(), "serve", *map(str, arguments)], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL
    )
    assert done.returncode == status, done.stderr
    assert not done.stdout
    return done.stderr


@pytest.mark.parametrize(("arguments", "says"), [
    (["--port", "65536"], "--port"), (["--port", "-1"], "port"), (["--threads", "0"], "--threads"),
    (["--queue", "0"], "--queue"), (["--timeout", "0"], "--timeout"), (["--stop-timeout", "0"], "--stop-timeout"),
    (["--connections", "0"], "--connections"), (["--token", ""], "--token"), (["--cache", "none"], "--cache"),
    (["--tls-key", "a"], "--tls-key"), (["--log", "loud"], "--log"),
])
def test_a_wrong_option_is_named(folder, arguments, says):
    assert says in refusal(folder, *arguments, status=64)


def test_what_keeps_it_from_starting_is_one_sentence(folder, certificate):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = [refusal(folder, "--port", taken.getsockname()[1], status=1)]
    assert "something else listens there already" in said[0]
    one, two = certificate / "one", certificate / "two"
    (certificate / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for cert, key, says in [
        (certificate / "none.pem", one.with_suffix(".key"), "No such file"),
        (one.with_suffix(".pem"), certificate / "none.key", "No such file"),
        (certificate / "broken.pem", one.with_suffix(".key"), "cannot read certificates"),
        (one.with_suffix(".pem"), certificate / "broken.pem", "cannot read a private key"),
        (one.with_suffix(".pem"), two.with_suffix(".key"), "does not belong to the certificate"),
    ]:
        said.append(refusal(folder, "--port", "0", "--tls-cert", cert, "--tls-key", key, status=1))
        assert says in said[-1]
    said.append(refusal(folder / "nowhere", status=1))
    said.append(refusal(folder, "--host", "192.0.2.1", "--port", "0", status=1))
    assert all(len(text.strip().splitlines()) == 1 for text in said), said


REGION = "/api/images/a.tif/region?format=raw"


def slow_download(server) -> socket.socket:
    """A download of 16 MB that waits to be read."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    one.connect(wire.place(server))
    one.sendall(wire.get(REGION))
    assert one.recv(1)
    return one


def test_what_has_begun_is_finished_when_it_is_told_to_stop(folder):
    with serving(folder) as server:
        idle, half = socket.create_connection(wire.place(server)), socket.create_connection(wire.place(server))
        idle.sendall(wire.get("/healthz"))
        assert b"200 OK" in idle.recv(1000)
        half.sendall(b"GET /healthz HTTP/1.1\r\nHo")
        download = slow_download(server)
        server.process.send_signal(signal.SIGTERM)
        idle.settimeout(2)
        assert idle.recv(1000) == b"" or idle.recv(1000) == b""
        with pytest.raises(OSError):
            socket.create_connection(wire.place(server), timeout=1).recv(1)
        time.sleep(1)
        got = b""
        while data := download.recv(1 << 20):
            got += data
        assert got.partition(b"\r\n\r\n")[2] == tifffile.imread(folder / "a.tif").tobytes()
        assert server.process.wait(timeout=5) == 0


@pytest.mark.parametrize("again", [True, False])
def test_who_holds_it_up_is_cut_off(folder, again):
    """By a second signal at once, or after --stop-timeout."""
    with serving(folder, "--stop-timeout", 30 if again else 1) as server:
        download = slow_download(server)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None
        if again:
            server.process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        server.process.wait(timeout=10)
        assert time.monotonic() - begin < 4
        download.close()


def test_idle_connections_do_not_hold_it_up(folder):
    with serving(folder) as server:
        idle = [socket.create_connection(wire.place(server)) for _ in range(200)]
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=5) == 0
        assert time.monotonic() - begin < 2
        for one in idle:
            one.close()


def test_documents_are_compressed_and_nothing_else(folder):
    with serving(folder) as server:
        plain, headers = server.get("/page/view.js")
        assert headers["Vary"] == "Accept-Encoding" and "Content-Encoding" not in headers
        tags = {headers["ETag"]}
        for accepted in ("gzip", "br, gzip;q=0.5", "*", "deflate, x-gzip"):
            packed, headers = server.get("/page/view.js", {"Accept-Encoding": accepted})
            assert headers["Content-Encoding"] == "gzip" and len(packed) < len(plain) / 2
            assert gzip.decompress(packed) == plain
            assert int(headers["Content-Length"]) == len(packed)
            tags.add(headers["ETag"])
        assert len(tags) == 2
        for refused in ("identity", "gzip;q=0", "br", "*;q=0", "gzip;q=0, *"):
            body, headers = server.get("/page/view.js", {"Accept-Encoding": refused})
            assert body == plain and "Content-Encoding" not in headers
        for tag in tags:
            _, headers = server.get(
                "/page/view.js", {"Accept-Encoding": "gzip", "If-None-Match": tag}, status=304)
            assert headers["ETag"] == tag
        part, headers = server.get("/page/view.js", {"Accept-Encoding": "gzip", "Range": "bytes=10-19"}, status=206)
        assert part == plain[10:20] and "Content-Encoding" not in headers
        for path in ("/healthz", "/zarr/a.tif/0/c/0/0", "/tiles/a.tif/0/0/0.png", f"{REGION}&x=0:64",
                     "/zarr/a.tif/0/none.json"):
            status = 404 if path.endswith("none.json") else 200
            _, headers = server.get(path, {"Accept-Encoding": "gzip"}, status=status)
            assert "Content-Encoding" not in headers, path
        described, _ = server.get("/zarr/a.tif/zarr.json")
        packed, headers = server.get("/zarr/a.tif/zarr.json", {"Accept-Encoding": "gzip"})
        assert (gzip.decompress(packed) if "Content-Encoding" in headers else packed) == described


def test_metrics_count_what_happened(folder):
    with serving(folder) as server:
        before = wire.metrics(server)
        for _ in range(3):
            server.get("/tiles/a.tif/4/0/0.png")
        server.get("/tiles/a.tif/99/0/0.png", status=404)
        server.get("/nothing/%22%0a", status=400)
        after = wire.metrics(server)
        assert after['omezarr_requests_total{endpoint="tiles",status="200"}'] == 3
        assert after['omezarr_requests_total{endpoint="tiles",status="404"}'] == 1
        assert after['omezarr_request_seconds_count{endpoint="tiles"}'] == 4
        assert after['omezarr_request_seconds_bucket{endpoint="tiles",le="+Inf"}'] == 4
        assert after['omezarr_cache_misses_total{cache="pictures"}'] == 1
        assert after['omezarr_cache_hits_total{cache="pictures"}'] == 2
        assert after['omezarr_cache_bytes{cache="blocks"}'] >= 65536
        assert after["omezarr_decode_seconds_total"] > before["omezarr_decode_seconds_total"]


def test_the_log_is_for_programs_and_never_says_the_token(folder):
    token = "s3cret+/=&"
    quoted = "s3cret%2B%2F%3D%26"
    with serving(folder, "--token", token, "--log", "json") as server:
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": token}):
            body, _ = server.get("/api/images", header, status=401)
            assert b"s3cret" not in body
        server.get("/api/images?token=s3cret", status=401)
        server.get("/api/images", {"Authorization": f"bearer {token}"})
        asked = [f"/api/images?token={quoted}", f"/api/images?a=1&token={quoted}&b=2", f"/api/images?%74oken={quoted}"]
        for path in asked:
            server.get(path)
        for path in (f"/none?token={quoted}", f"/zarr/{quoted}?token={quoted}"):
            body, _ = server.get(path, status=404 if "none" in path else 400)
        server.get(f"/api/images/a.tif/region?level=9&token={quoted}", status=400)
        deadline = time.monotonic() + 5
        while len(server.log) < 11 and time.monotonic() < deadline:
            time.sleep(0.05)
        entries = [json.loads(line) for line in server.log]
    assert [set(entry) for entry in entries] == [{"time", "method", "path", "status", "bytes", "seconds"}] * 11
    assert [entry["status"] for entry in entries] == [401] * 4 + [200] * 4 + [404, 400, 400]
    said = [entry["path"] for entry in entries if not entry["path"].startswith("/zarr/")]
    assert not any("s3cret" in path for path in said), said


# HTTP/2, as bytes: RFC 9113, and of RFC 7541 the static table only.

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, GOAWAY, WINDOW = 0, 1, 3, 4, 7, 8


def frame(kind: int, flags: int, stream: int, body: bytes = b"") -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


def request(stream: int, path: str) -> bytes:
    """A GET without a body."""
    return frame(HEADERS, 0x5, stream, b"\x82\x87\x04" + bytes([len(path)]) + path.encode() + b"\x01\x01a")


async def http2(server):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    reader, writer = await wire.connect(server, ssl=context, server_hostname="localhost")
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
    writer.write(PREFACE + frame(SETTINGS, 0, 0))
    return reader, writer


async def read_frame(reader):
    head = await reader.readexactly(9)
    return head[3], head[4], int.from_bytes(head[5:], "big"), await reader.readexactly(int.from_bytes(head[:3], "big"))


def test_http2_many_streams_and_resets(folder, certificate):
    pixels = tifffile.imread(folder / "a.tif")
    path = f"{REGION}&x=0:50&y=0:50"

    async def many(server):
        reader, writer = await http2(server)
        writer.write(b"".join(request(1 + 2 * number, path) for number in range(90)))
        bodies, ended = {}, 0
        while ended < 90:
            kind, flags, stream, body = await asyncio.wait_for(read_frame(reader), 20)
            assert kind not in (RESET, GOAWAY)
            if kind == DATA:
                bodies[stream] = bodies.get(stream, b"") + body
                if body:
                    size = len(body).to_bytes(4, "big")
                    writer.write(frame(WINDOW, 0, 0, size))
                ended += flags & 1
        assert len(bodies) == 90 and set(bodies.values()) == {pixels[:50, :50].tobytes()}
        await wire.leave(writer)

    async def resets(server):
        reader, writer = await http2(server)
        # Each asks for much and takes it back at once; the server ends it after some hundreds.
        for number in range(20_000):
            stream = 1 + 2 * number
            writer.write(request(stream, f"{REGION}&x=0:{number % 3000 + 1}") + frame(RESET, 0, stream, bytes(4)))
            if number % 500 == 0:
                try:
                    await writer.drain()
                except OSError:
                    break
        assert await wire.ended(reader, 40)
        writer.transport.abort()

    async def leaves(server):
        gone = wire.metrics(server)["omezarr_abandoned_requests_total"]
        reader, writer = await http2(server)
        writer.write(b"".join(request(1 + 2 * n, f"{REGION}&x=0:{n + 3000}") for n in range(80)))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
        await asyncio.sleep(1.5)
        assert wire.metrics(server)["omezarr_waiting_requests"] == 0
        assert wire.metrics(server)["omezarr_abandoned_requests_total"] > gone

    async def run(server):
        await many(server)
        before = wire.resident_bytes(server)
        await asyncio.gather(*(resets(server) for _ in range(5)), many(server))
        assert wire.resident_bytes(server) < before + (200 << 20)
        await leaves(server)
        await many(server)

    with serving_tls(folder, certificate) as server:
        asyncio.run(run(server))


def test_http2_streams_may_take_longer_than_the_patience(folder, certificate):
    """Somebody who takes a little at a time, for longer than `--timeout`, gets all of it."""
    pixels = tifffile.imread(folder / "a.tif")[:120].tobytes()

    async def run(server):
        reader, writer = await http2(server)
        writer.write(request(1, f"{REGION}&y=0:120"))
        body, is_ended = b"", False
        while not is_ended:
            kind, flags, stream, part = await asyncio.wait_for(read_frame(reader), 20)
            assert kind not in (RESET, GOAWAY)
            if kind != DATA:
                continue
            body, is_ended = body + part, bool(flags & 1)
            if part:
                await asyncio.sleep(0.1)
                size = len(part).to_bytes(4, "big")
                writer.write(frame(WINDOW, 0, 0, size) + frame(WINDOW, 0, 1, size))
        assert body == pixels
        await wire.leave(writer)

    with serving_tls(folder, certificate, "--timeout", "1") as server:
        start = time.monotonic()
        asyncio.run(run(server))
        assert time.monotonic() - start > 2
        server.process.poll()
        assert server.process.returncode is None


def test_tls_that_never_comes_about_is_given_up(folder, certificate):
    async def run(server):
        silent, dribbling = await wire.connect(server), await wire.connect(server)
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
        ends = [asyncio.create_task(wire.ended(one[0], 10)) for one in (silent, dribbling)]
        for byte in hello * 2:
            dribbling[1].write(bytes([byte]))
            await asyncio.sleep(0.15)
        assert all([await end for end in ends])

    with serving_tls(folder, certificate, "--timeout", 2) as server:
        asyncio.run(run(server))


def serving_tls(folder, certificate, *options):
    one = certificate / "one"
    return serving(folder, "--tls-cert", one.with_suffix(".pem"), "--tls-key", one.with_suffix(".key"), *options)


THUMBNAIL = "/api/images/a.tif/thumbnail?size=200"


def test_levels_that_were_made_are_kept_in_a_folder(folder, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "notes.txt").write_text("not ours")
    (kept / f"{'0' * 32}.block").write_bytes(b"not a block")

    def look(*options):
        with serving(folder, "--cache-dir", kept, *options) as server:
            return server.get(THUMBNAIL)[0], wire.metrics(server), server.log

    first, made, _ = look()
    files = sorted(kept.glob("*.block"))
    assert made["omezarr_cache_folder_hits_total"] == 0
    assert made["omezarr_cache_folder_bytes"] == sum(file.stat().st_size for file in files) > 10_000
    again, found, _ = look()
    assert again == first
    assert found["omezarr_cache_folder_hits_total"] > 0
    assert found["omezarr_decode_seconds_total"] < made["omezarr_decode_seconds_total"]
    # Whatever becomes of the files, what is shown stays the same.
    flipped = lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:] if len(data) > 9 else data
    for damage in (lambda data: data[:-1], lambda data: b"", flipped, lambda data: data[::-1]):
        for file in kept.glob("*.block"):
            file.write_bytes(damage(file.read_bytes()))
        assert look()[0] == first
    blocks = {file.name: file.read_bytes() for file in kept.glob("*.block") if file.name[0:2] != "00"}
    for name, other in zip(blocks, list(blocks.values())[1:], strict=False):
        (kept / name).write_bytes(other)
    assert look()[0] == first
    # Under a ceiling, and of another version of the file nothing is used.
    assert look("--cache-dir-size", "1MB")[1]["omezarr_cache_folder_bytes"] <= 1_000_000
    assert sum(file.stat().st_size for file in kept.glob("*.block")) <= 1_000_000
    assert (kept / "notes.txt").read_text() == "not ours"


def test_a_folder_that_cannot_be_used_is_said_once(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with serving(folder, "--cache-dir", tmp_path / "file" / "below") as server:
        assert "not kept" in server.said
        assert len(server.get(THUMBNAIL)[0]) > 1000
    with serving(folder, "--cache-dir", tmp_path / "goes") as server:
        (tmp_path / "goes").rmdir()
        (tmp_path / "goes").write_text("")
        for size in (100, 200, 300):
            server.get(f"/api/images/a.tif/thumbnail?size={size}")
        time.sleep(0.2)
        assert len([line for line in server.log if "cache folder" in line]) == 1
