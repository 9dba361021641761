"""HTTP as bytes, for clients that no library would be: what is sent is what a test says, what comes back is taken apart."""

import asyncio
import contextlib
import pathlib
import re
import urllib.parse


def place(server) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(server.url)
    return parts.hostname, parts.port


async def connect(server, **options):
    return await asyncio.open_connection(*place(server), **options)


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", *headers, "", ""]).encode()


async def answer(reader, has_body: bool = True) -> tuple[int, dict, bytes]:
    """The next answer of a connection: status, headers by small names, body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split()[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
    if status < 200:
        return await answer(reader, has_body)
    count = int(headers.get("content-length", 0)) if has_body and status not in (204, 304) else 0
    return status, headers, await reader.readexactly(count)


async def ask(server, request: bytes, has_body: bool = True, **options):
    """The answer to one request on a connection of its own."""
    reader, writer = await connect(server, **options)
    try:
        writer.write(request)
        return await asyncio.wait_for(answer(reader, has_body), 60)
    finally:
        await leave(writer)


async def leave(writer):
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def ended(reader, seconds: float) -> bool:
    """Whether the other side closes within a time; what it still says is dropped."""
    try:
        async with asyncio.timeout(seconds):
            while await reader.read(1 << 16):
                pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def metrics(server) -> dict[str, float]:
    """All numbers of /metrics by name and labels; fails where a line is not of the Prometheus text format 0.0.4."""
    text = server.get("/metrics")[0].decode()
    label = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"'
    values, kinds = {}, {}
    for line in text.splitlines():
        if found := re.fullmatch(r"# (HELP|TYPE) ([a-z_]+) (.+)", line):
            if found[1] == "TYPE":
                assert found[2] not in kinds and found[3] in ("counter", "gauge", "histogram"), line
                kinds[found[2]] = found[3]
            continue
        found = re.fullmatch(rf"([a-zA-Z_:]\w*)(\{{{label}(?:,{label})*\}})? ([-+.e0-9]+|NaN|[+-]Inf)", line)
        assert found, line
        family = re.sub(r"_(bucket|sum|count)$", "", found[1])
        assert found[1] in kinds or kinds.get(family) == "histogram", line
        assert found[1].endswith("_total") == (kinds.get(found[1]) == "counter"), line
        assert line.rpartition(" ")[0] not in values, line
        values[line.rpartition(" ")[0]] = float(found[3])
    return values


def resident_bytes(server) -> int:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) << 10


def processor_seconds(server) -> float:
    """Time that all threads of the server have worked."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
