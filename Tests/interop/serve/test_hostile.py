"""Clients that want to hurt, or do not care: good requests are answered meanwhile, and nothing is lost or grows."""

import asyncio
import contextlib
import resource
import socket
import time

import numpy as np
import pytest
import tifffile

import wire
from served import serving
from sparse_tiff import holes

PATIENCE = 3
CACHE = 64 << 20
# What the process takes beside its caches, with room for what allocators keep.
OVERHEAD = 200 << 20
# A connection takes about this much while it is open.
CONNECTION = 24 << 10


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    noise = np.random.default_rng(1).integers(0, 60000, (3000, 4000), "u2")
    tifffile.imwrite(folder / "noise.tif", noise, tile=(256, 256), compression="zlib")
    # Without levels: a look at the whole of it reads all of it.
    holes(folder / "huge.tif", 32768, 32768, "u1", tile=512)
    (folder.parent / "secret.tif").write_bytes(b"secret")
    return folder, noise


@pytest.fixture(scope="module")
def server(images):
    with serving(images[0], "--timeout", PATIENCE, "--cache", f"{CACHE}B") as server:
        yield server


REGION = "/api/images/noise.tif/region?format=raw"


async def good_answers(server, noise, until: asyncio.Event) -> int:
    """Asks for parts of the noise again and again and compares every byte; how often it was answered."""
    count = 0
    while not until.is_set():
        y, x = (37 * count) % 2500, (61 * count) % 3500
        status, _, body = await wire.ask(server, wire.get(f"{REGION}&x={x}:{x + 400}&y={y}:{y + 300}"))
        assert status == 200
        assert body == noise[y:y + 300, x:x + 400].tobytes()
        count += 1
        await asyncio.sleep(0.02)
    return count


@contextlib.asynccontextmanager
async def served_meanwhile(server, noise, least: int):
    """Runs good requests beside what stands in the block."""
    until = asyncio.Event()
    good = asyncio.create_task(good_answers(server, noise, until))
    try:
        yield
    finally:
        until.set()
    count = await good
    assert count >= least, f"only {count} good requests were answered"


def test_ten_thousand_open_connections(server, images):
    count = 10_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert hard >= count * 4 // 3 + 500, f"this machine allows {hard} open files only"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    async def run():
        before = wire.resident_bytes(server)
        async with served_meanwhile(server, images[1], least=5):
            opened = []
            # Not faster than they are taken, or the test measures the queue of the system.
            for _ in range(count // 250):
                opened += await asyncio.gather(*(wire.connect(server) for _ in range(250)))
            for _, writer in opened:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            await asyncio.sleep(0.5)
            assert wire.resident_bytes(server) < before + CACHE + count * CONNECTION + (32 << 20)
            # A byte now and then is not enough to stay.
            for _ in range(3):
                await asyncio.sleep(PATIENCE / 4)
                for _, writer in opened:
                    writer.write(b"a")
            ends = await asyncio.gather(*(wire.ended(reader, 20) for reader, _ in opened))
            assert all(ends)
            for _, writer in opened:
                writer.transport.abort()
        assert wire.resident_bytes(server) < CACHE + count * CONNECTION + OVERHEAD

    asyncio.run(run())


@pytest.mark.parametrize("start", [
    b"", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
])
def test_a_request_that_does_not_end_is_given_up(server, start):
    async def run():
        reader, writer = await wire.connect(server)
        writer.write(start)
        begin, byte = time.monotonic(), b"a" if start else b"\r\n"
        closing = asyncio.create_task(wire.ended(reader, 6 * PATIENCE))
        while not closing.done():
            await asyncio.wait([closing], timeout=0.5)
            writer.write(byte)
        assert await closing
        assert time.monotonic() - begin < 4 * PATIENCE
        await wire.leave(writer)

    asyncio.run(run())


def small_window(server) -> socket.socket:
    """A connection that takes little before somebody reads."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    one.connect(wire.place(server))
    return one


def test_clients_that_never_read_hold_nobody_up(server, images):
    async def run():
        async with served_meanwhile(server, images[1], least=5):
            before = wire.resident_bytes(server)
            stuck = [small_window(server) for _ in range(20)]
            for one in stuck:
                one.sendall(wire.get(REGION))
            await asyncio.sleep(1)
            # Each holds what was made for it, 24 MB, and nothing that grows.
            assert wire.resident_bytes(server) < before + CACHE + 20 * (noise_bytes + (4 << 20)) + (32 << 20)
            deadline = time.monotonic() + 4 * PATIENCE
            while wire.metrics(server)["omezarr_waiting_requests"] > 1 and time.monotonic() < deadline:
                await asyncio.sleep(0.2)
            await asyncio.sleep(2 * PATIENCE + 0.5)
        for one in stuck:
            # What the system holds still comes, and then the end, too early.
            got, begin = 0, time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                while data := one.recv(1 << 20):
                    got += len(data)
            assert got < noise_bytes and time.monotonic() - begin < 2
            one.close()

    noise_bytes = images[1].nbytes
    asyncio.run(run())


def test_a_slow_client_gets_everything(server, images):
    """Slower than the patience for the whole, but never still for so long."""
    with socket.create_connection(wire.place(server)) as one:
        one.sendall(wire.get(REGION, "Connection: close"))
        got, begin = b"", time.monotonic()
        while data := one.recv(1 << 18):
            got += data
            if time.monotonic() - begin < 2.5 * PATIENCE:
                time.sleep(0.2)
    assert time.monotonic() - begin >= 2.5 * PATIENCE
    assert got.partition(b"\r\n\r\n")[2] == images[1].tobytes()


SLOW = "/api/images/huge.tif/thumbnail?size=64"


def test_work_ends_when_its_client_goes(server, images):
    async def run():
        gone = wire.metrics(server)["omezarr_abandoned_requests_total"]
        clients = [await wire.connect(server) for _ in range(30)]
        for number, (_, writer) in enumerate(clients):
            writer.write(wire.get(f"{SLOW}&quality={number + 1}"))
        await asyncio.sleep(0.4)
        assert wire.metrics(server)["omezarr_waiting_requests"] == 30
        for number, (_, writer) in enumerate(clients):
            writer.transport.abort() if number % 2 else writer.close()
        begin = time.monotonic()
        while wire.metrics(server)["omezarr_waiting_requests"]:
            assert time.monotonic() - begin < 2, "it works for clients that are gone"
            await asyncio.sleep(0.05)
        assert wire.metrics(server)["omezarr_abandoned_requests_total"] == gone + 30
        worked = wire.processor_seconds(server)
        await asyncio.sleep(0.5)
        assert wire.processor_seconds(server) - worked < 0.3

    asyncio.run(run())


def test_who_waits_for_the_same_gets_it_though_the_first_goes(server):
    async def run():
        path = f"{SLOW}&invert.0=1"
        _, first = await wire.connect(server)
        first.write(wire.get(path))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(wire.ask(server, wire.get(path)))
        await asyncio.sleep(0.2)
        first.transport.abort()
        status, headers, body = await second
        assert (status, headers["content-type"]) == (200, "image/jpeg") or (status, body[:4]) == (200, b"\x89PNG")

    asyncio.run(run())


@pytest.mark.parametrize(("header", "parts"), [
    ("bytes=0-0", [(0, 1)]), ("bytes=-5", [(-5, None)]), ("bytes=5-", [(5, None)]),
    ("bytes=0-99999999999999999999999999", [(0, None)]), ("bytes=-99999999999999999999999999", [(0, None)]),
    ("bytes=9223372036854775807-", "unsatisfiable"), ("bytes=99999999999999999999-", "unsatisfiable"),
    ("bytes=-0", "unsatisfiable"), ("bytes=5-4", "whole"), ("bytes=--5", "whole"), ("bytes=-", "whole"),
    ("bytes=", "whole"), ("bytes", "whole"), ("bytes=1-2-3", "whole"), ("bytes=0x0-5", "whole"),
    ("bytes=\u0661-5", "whole"), ("lines=0-5", "whole"), ("bytes=0-1, 4-6 ,-2", [(0, 2), (4, 7), (-2, None)]),
    ("bytes=" + ",".join(["0-"] * 1000), "whole"), ("bytes=" + ",".join(f"{n}-{n}" for n in range(1000)), "whole"),
    ("bytes=" + ",".join(["0-100"] * 20), [(0, 101)] * 20), ("bytes=" + "," * 5000, "whole"),
])
def test_absurd_ranges(server, images, header, parts):
    whole = images[1][:100, :100].tobytes()

    async def run():
        request = f"GET {REGION}&x=0:100&y=0:100 HTTP/1.1\r\nHost: a\r\nRange: {header}\r\n\r\n".encode()
        status, headers, body = await wire.ask(server, request)
        if parts == "whole":
            assert (status, body) == (200, whole)
        elif parts == "unsatisfiable":
            assert (status, headers["content-range"]) == (416, f"bytes */{len(whole)}")
        elif len(parts) == 1:
            assert (status, body) == (206, whole[slice(*parts[0])])
        else:
            boundary = headers["content-type"].partition("boundary=")[2].encode()
            pieces = [part.partition(b"\r\n\r\n")[2][:-2] for part in body.split(b"--" + boundary)[1:-1]]
            assert status == 206 and pieces == [whole[slice(*part)] for part in parts]

    asyncio.run(run())


def test_bad_addresses_leave_nothing_behind(server, images):
    """10^5 addresses, each another, on a few connections that do not wait for answers."""
    kinds = ["/zarr/none-{}/zarr.json", "/zarr/noise.tif/{}/c/0/0", "/zarr/noise.tif/0/c/{}/0", "/nothing/{}",
             "/tiles/noise.tif/0/{}/9.png", "/api/images/a-{}", "/iiif/3/noise.tif;z={}/full/max/0/default.jpg", "/page/{}.js",
             "/zarr2/noise.tif/.x{}", "/api/images/noise.tif/region?level={}9"]

    async def run(clients: int, each: int, salt: int):
        async def client(number: int):
            reader, writer = await wire.connect(server)
            for start in range(0, each, 50):
                for index in range(start, start + 50):
                    path = kinds[index % len(kinds)].format(f"{salt}{number:02}{index:06}")
                    writer.write(wire.get(path))
                for _ in range(50):
                    status, _, _ = await wire.answer(reader)
                    assert status in (400, 404)
            await wire.leave(writer)

        await asyncio.gather(*(client(number) for number in range(clients)))

    async def all_of_it():
        await run(10, 1000, 1)
        before, lines = wire.resident_bytes(server), len(wire.metrics(server))
        async with served_meanwhile(server, images[1], least=5):
            await run(10, 9000, 2)
        assert wire.resident_bytes(server) < before + (24 << 20)
        assert len(wire.metrics(server)) <= lines + 40

    asyncio.run(all_of_it())


@pytest.mark.parametrize(("request_bytes", "status"), [
    (b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz?" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
    (b"GET http://other.example/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", 200),
    (b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 405),
    (b"DELETE /zarr/noise.tif/zarr.json HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), 400),
    (bytes(range(256)) * 4, 400),
])
def test_odd_requests(server, request_bytes, status):
    async def run():
        reader, writer = await wire.connect(server)
        writer.write(request_bytes)
        try:
            got, _, _ = await asyncio.wait_for(wire.answer(reader), 30)
            assert got == status
        except (asyncio.IncompleteReadError, ConnectionError):
            # Whoever floods is cut off, and may miss why.
            assert status == 400
        await wire.leave(writer)

    asyncio.run(run())
    assert server.json("/healthz") == {"status": "ok"}


def test_requests_in_a_row_are_answered_in_their_order(server, images):
    async def run():
        reader, writer = await wire.connect(server)
        for x in range(0, 2000, 10):
            method = "HEAD" if x % 30 == 0 else "GET"
            writer.write(wire.get(f"{REGION}&x={x}:{x + 10}&y=0:1", method=method))
        for x in range(0, 2000, 10):
            status, headers, body = await wire.answer(reader, has_body=x % 30 != 0)
            assert (status, headers["content-length"]) == (200, "20")
            assert body == (b"" if x % 30 == 0 else images[1][0, x:x + 10].tobytes())
        await wire.leave(writer)

    asyncio.run(run())


@pytest.mark.parametrize("path", [
    "/", "/healthz", "/readyz", "/metrics", "/api/images", "/api/images/noise.tif", "/zarr/noise.tif/zarr.json",
    "/zarr/noise.tif/0/c/0/0", "/zarr2/noise.tif/.zattrs", "/tiles/noise.tif/0/0/0.png", "/dzi/noise.tif.dzi",
    "/iiif/3/noise.tif/info.json", "/precomputed/noise.tif/info", "/api/images/noise.tif/histogram", "/nothing",
    "/api/images/none", REGION,
])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_head_says_what_get_says(server, path, coding):
    async def run():
        request = [wire.get(path, f"Accept-Encoding: {coding}", method=method) for method in ("GET", "HEAD")]
        got = await wire.ask(server, request[0])
        head = await wire.ask(server, request[1], has_body=False)
        # The date, and the length of texts that differ from second to second.
        vary = {"date"} | ({"content-length", "etag"} if path in ("/metrics", "/readyz") else set())
        assert head[0] == got[0]
        assert {k: v for k, v in head[1].items() if k not in vary} == {
            k: v for k, v in got[1].items() if k not in vary}

    asyncio.run(run())


TRICKS = [
    "../secret.tif", "%2e%2e/secret.tif", "%2e%2e%2fsecret.tif", "..%2fsecret.tif", "..%5csecret.tif", "..\\secret.tif",
    "%c0%ae%c0%ae/secret.tif", "%c0%ae%c0%ae%c0%afsecret.tif", "%e0%80%ae%e0%80%ae/secret.tif", "\uff0e\uff0e/secret.tif",
    "%ef%bc%8e%ef%bc%8e/secret.tif", "\u2025/secret.tif", "....//secret.tif", "..;/secret.tif", "%00/../secret.tif",
    "..%00/secret.tif", "noise.tif%00.zarr", "%252e%252e/secret.tif", "..~secret.tif", "~..~secret.tif", "!..~secret.tif",
    "a/..%2f..%2fsecret.tif", "//../secret.tif", "/%2e%2e/secret.tif", ".%2e/secret.tif", "..%c0%afsecret.tif",
]


@pytest.mark.parametrize("prefix", ["/zarr/", "/zarr2/", "/zarr/stored.zarr/", "/api/images/", "/page/", "/tiles/", "/"])
def test_no_path_leads_out(server, images, prefix):
    (images[0] / "stored.zarr").mkdir(exist_ok=True)
    (images[0] / "stored.zarr/zarr.json").write_text('{"zarr_format": 3, "node_type": "group"}')

    async def run():
        for trick in TRICKS:
            request = b"GET " + (prefix + trick).encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n"
            status, _, body = await wire.ask(server, request)
            assert status in (400, 404), trick
            assert not body.startswith(b"secret")

    asyncio.run(run())


def test_links_that_lead_out_while_they_are_served(server, images):
    folder = images[0]
    stored = folder / "links.zarr"
    stored.mkdir()
    (stored / "zarr.json").write_text('{"zarr_format": 3, "node_type": "group"}')
    inside, outside = stored / "inside", folder.parent / "outside"
    inside.write_bytes(b"inside")
    outside.write_bytes(b"outside")
    time.sleep(2.1)

    async def run():
        server.json("/api/images")
        until = asyncio.get_running_loop().time() + 2
        link, seen = stored / "link", set()
        while asyncio.get_running_loop().time() < until:
            for target in (inside, outside):
                temporary = stored / "link.new"
                temporary.symlink_to(target)
                temporary.rename(link)
                answers = await asyncio.gather(*(wire.ask(server, wire.get("/zarr/links.zarr/link")) for _ in range(5)))
                seen |= {(status, body if status == 200 else b"") for status, _, body in answers}
        assert seen == {(200, b"inside"), (404, b"")}

    asyncio.run(run())


def test_more_than_the_queue_holds_is_told_to_come_again(images):
    async def run(server):
        clients = [await wire.connect(server) for _ in range(40)]
        for number, (_, writer) in enumerate(clients):
            address = f"10.0.0.{number % 20}"
            writer.write(wire.get(f"{SLOW}&quality={number + 1}", f"X-Forwarded-For: {address}"))
        await asyncio.sleep(0.5)
        # Who watches is answered at once.
        assert wire.metrics(server)["omezarr_waiting_requests"] == 8
        told = await wire.ask(server, wire.get("/api/images"))
        assert (told[0], told[1]["retry-after"]) == (503, "1")
        for _, writer in clients:
            writer.transport.abort()
        await asyncio.sleep(1)
        greedy = [await wire.connect(server) for _ in range(5)]
        for number, (_, writer) in enumerate(greedy):
            writer.write(wire.get(f"{SLOW}&quality={number + 50}"))
        await asyncio.sleep(0.3)
        told = await wire.ask(server, wire.get("/api/images"))
        assert (told[0], told[1]["retry-after"]) == (429, "1")
        other = await wire.ask(server, wire.get("/api/images", "X-Forwarded-For: 10.0.0.1"))
        assert other[0] == 200
        for _, writer in greedy:
            writer.transport.abort()

    with serving(images[0], "--queue", 8, "--threads", 5) as server:
        asyncio.run(run(server))
