"""What all interop tests share: the command under test, and a rule about skipping."""

import json
import os
import pathlib
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"

pytest_plugins = ("served",)


def binary(name: str = "ome-zarr") -> str:
    """A command under test: $OME_ZARR for ome-zarr, or what a release build left."""
    variable = name.upper().replace("-", "_")
    path = os.environ.get(variable) or str(ROOT / ".build" / "release" / name)
    if not os.access(path, os.X_OK):
        pytest.exit(f"there is no {name} at {path}: build it, or set {variable}", returncode=1)
    return path


@pytest.fixture(scope="session")
def run():
    """Runs the command and returns the finished process, whose output is text. Fails where the status differs."""

    def run(*arguments, status=0, timeout=600, **options):
        process = subprocess.run(
            [binary(), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **options
        )
        said = f"{process.stdout}{process.stderr}"
        assert process.returncode == status, f"ome-zarr {' '.join(map(str, arguments))}: {process.returncode}\n{said}"
        return process

    return run


class Exchange:
    """One long-lived zarr-exchange, which writes and reads arrays when asked."""

    def __init__(self):
        self.process = subprocess.Popen(
            [binary("zarr-exchange")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, **request) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        # Far more than any answer takes, so that a hang is told from a slow machine.
        hang = threading.Timer(60, self.process.kill)
        hang.start()
        answer = self.process.stdout.readline()
        hang.cancel()
        assert answer, f"zarr-exchange ended with status {self.process.wait()} at {request}"
        return json.loads(answer)

    def peak_bytes(self) -> int:
        """The most memory the process ever held."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.fixture
def exchange():
    """Asks a zarr-exchange to write or read an array and returns its answer."""
    exchange = Exchange()
    yield exchange
    exchange.process.stdin.close()
    exchange.process.wait()


@pytest.fixture
def convert(run, tmp_path):
    """Converts pixels: see written.Converter."""
    from written import Converter

    return Converter(run, tmp_path)


@pytest.fixture(scope="session")
def shared() -> pathlib.Path:
    """The folder of fixtures beside the package."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: the corpus is not part of the package")
    return SHARED


def pytest_terminal_summary(terminalreporter):
    """In CI a skipped test is a failed one: say so."""
    skipped = terminalreporter.stats.get("skipped", [])
    if os.environ.get("CI") and skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped tests are failures in CI", red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = 1
