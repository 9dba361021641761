"""Starts the servers that are compared, each with and without a memory of what it made."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
WORKERS = 2
NGINX = """
worker_processes {workers}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
user {user};
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=20000 inactive=60s;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream iipsrv {{ {upstream} }}
  server {{
    listen 127.0.0.1:{port}; root {root};
    location /iip {{
      fastcgi_pass iipsrv; fastcgi_buffers 64 64k; fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param SERVER_PROTOCOL HTTP/1.1;
      fastcgi_param REQUEST_URI $request_uri; fastcgi_param HTTP_HOST $host;
    }}
  }}
}}
"""


class Server:
    """A server that runs: its address, and its processes."""

    def __init__(self, name: str, port: int, processes: list[subprocess.Popen]):
        self.name, self.address, self.processes = name, f"http://127.0.0.1:{port}", processes

    def tree(self) -> list[int]:
        """The processes and those they started."""
        children: dict[int, list[int]] = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(path.parent.name))
        found, left = [], [process.pid for process in self.processes]
        while left:
            found.append(left.pop())
            left += children.get(found[-1], [])
        return found

    def cpu_seconds(self) -> float:
        ticks = 0
        for process in self.tree():
            with contextlib.suppress(OSError):
                fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def peak_mb(self) -> float:
        """The largest resident memory so far, of all processes together."""
        kib = 0
        for process in self.tree():
            with contextlib.suppress(OSError):
                for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
                    kib += int(line.split()[1]) if line.startswith("VmHWM") else 0
        return kib * 1024 / 1e6

    def wait(self, path: str):
        """Until it answers."""
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.address + path, timeout=5).read()
                return
            time.sleep(0.1)
        raise SystemExit(f"{self.name} does not answer at {self.address}{path}")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def running(name: str, port: int, commands: list[tuple[list, dict]], ready: str, log: pathlib.Path):
    """A server made of commands, each with variables of its environment; ended with the block."""
    with log.open("wb") as output:
        processes = [
            subprocess.Popen(
                list(map(str, command)), env={**os.environ, **variables}, stdout=output, stderr=output,
                start_new_session=True)
            for command, variables in commands
        ]
    server = Server(name, port, processes)
    try:
        server.wait(ready)
        yield server
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def ours(folder: pathlib.Path, data: pathlib.Path, cache: str):
    port = free_port()
    command = [os.environ["OME_ZARR"], "serve", data, "--port", port, "--cache", cache]
    return running("ome-zarr", port, [(command, {})], "/healthz", folder / "ome-zarr.log")


def nginx(folder: pathlib.Path, data: pathlib.Path, cache_mb: int = 0):
    """nginx with files, and behind it as many iipsrv as there are workers, which share a cache of so many megabytes."""
    folder.mkdir(exist_ok=True)
    port, inner = free_port(), [free_port() for _ in range(WORKERS)]
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX.format(
            workers=WORKERS, folder=folder, user=os.environ.get("USER", "root"), port=port, root=data,
            upstream=" ".join(f"server 127.0.0.1:{one};" for one in inner)))
    settings = {
        "MAX_IMAGE_CACHE_SIZE": str(cache_mb // WORKERS), "JPEG_QUALITY": "80", "VERBOSITY": "0",
        "FILESYSTEM_PREFIX": f"{data}/", "LOGFILE": str(folder / "iipsrv.log"),
    }
    program = "/usr/lib/iipimage-server/iipsrv.fcgi"
    commands = [([program, "--bind", f"127.0.0.1:{one}"], settings) for one in inner]
    commands.append(([shutil.which("nginx") or "/usr/sbin/nginx", "-c", configuration], {}))
    return running("nginx", port, commands, "/raw.tif", folder / "output.log")


def large_image(folder: pathlib.Path, image: pathlib.Path, is_cached: bool):
    port = free_port()
    command = [
        os.environ["LARGE_IMAGE_PYTHON"], "-m", "gunicorn", "-w", WORKERS, "-b", f"127.0.0.1:{port}", "--chdir", HERE,
        "large_image_app:app",
    ]
    variables = {"IMAGE": str(image), "CACHED": str(int(is_cached))}
    return running("large-image", port, [(command, variables)], "/0/0/0", folder / "large-image.log")
