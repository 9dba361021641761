"""What a library product brings in with it: `import Zarr` must not link TIFF, image or network code."""

import json
import re
import subprocess

import pytest

from conftest import ROOT

# Compression and checksums, which are what a codec needs, and what a store asks of the system.
CODECS = {"CBlosc", "CBZip2", "CCRC32C", "CDeflate", "CLZ4", "CLZMA", "CSystemCalls", "CZstd"}


@pytest.fixture(scope="module")
def targets():
    package = json.loads(subprocess.check_output(["swift", "package", "dump-package"], cwd=ROOT, text=True))
    return {target["name"]: {name for d in target["dependencies"] for name in names(d)} for target in package["targets"]}


def names(dependency):
    """The target or product a dependency names: `{"byName": ["Zarr", null]}`."""
    return [values[0] for values in dependency.values()]


def closure(targets, name):
    found = set()
    waiting = [name]
    while waiting:
        for other in targets.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def test_zarr_brings_in_codecs_only(targets):
    assert closure(targets, "Zarr") <= CODECS


def test_libraries_import_one_way(targets):
    assert "Zarr" in closure(targets, "OMEZarr")
    assert not closure(targets, "OMEZarr") & {"Pyramid", "TiffIngest", "ome-zarr-cli"}
    assert "TiffIngest" not in closure(targets, "Pyramid")
    assert "Pyramid" not in closure(targets, "TiffIngest")


def test_zarr_sources_need_no_foundation():
    imports = set()
    for source in (ROOT / "Sources" / "Zarr").rglob("*.swift"):
        imports |= set(re.findall(r"^\s*(?:public |package |internal )?import (\w+)", source.read_text(), re.M))
    assert imports <= CODECS | {"Glibc", "Darwin", "Synchronization"}
