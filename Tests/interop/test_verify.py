"""`verify` finds every kind of damage and names the object and nothing in good output; `repair` makes it whole."""

import json
import pathlib
import shutil
import zlib

import google_crc32c
import numpy as np
import pytest
import tensorstore
import tifffile
import zarr

from ome_metadata import multiscale
from test_output_folder import contents
from zarr_readers import read_tensorstore, read_zarr_python

NAME, MANIFEST = "out.ome.zarr", "OME/manifest.txt"
FORMATS = {
    "0.4": ["--ome-version", "0.4"],
    "0.5": ["--ome-version", "0.5", "--shard", "none"],
    "0.5 sharded": ["--ome-version", "0.5", "--shard", "64,128"],
}


class Output:
    """An output that may be damaged, and how it was before."""

    def __init__(self, pristine: pathlib.Path, source: pathlib.Path, folder: pathlib.Path, run):
        self.source, self.run, self.path = source, run, folder / NAME
        shutil.copytree(pristine, self.path)
        self.before = contents(self.path)
        self.is_sharded = any(b"sharding_indexed" in data for key, data in self.before.items() if key == "0/zarr.json")
        self.root = "zarr.json" if (self.path / "zarr.json").exists() else ".zattrs"

    def objects(self, level: int) -> list[str]:
        """The keys of the chunks or shards of a level."""
        return sorted(key for key in self.before if key.startswith(f"{level}/") and key.rsplit("/", 1)[1].isdigit())

    def findings(self, *more) -> set[str]:
        """Which keys `verify` names; the status says whether it names any."""
        said = self.run("verify", self.path, *more, "--json", status=2).stdout
        # Where a document is missing or says something else, the image as a whole cannot be opened either.
        found = {line["key"] for line in map(json.loads, said.splitlines()) if line["type"] == "finding"} - {""}
        assert found
        text = self.run("verify", self.path, *more, status=2).stdout
        assert all(key in text for key in found)
        return found

    def assert_good(self):
        self.run("verify", self.path)
        self.run("verify", self.path, "--against", self.source)

    def forge_manifest(self):
        """Makes the manifest agree with the files as they are: what is wrong now is wrong in the pixels only."""
        lines = []
        for line in (self.path / MANIFEST).read_text().splitlines():
            key = line.split(" ", 2)[2] if line.count(" ") > 1 else ""
            file = self.path / key
            if key and file.is_file():
                data = file.read_bytes()
                line = f"{zlib.crc32(data):08x}{google_crc32c.value(data):08x} {len(data)} {key}"
            lines.append(line)
        (self.path / MANIFEST).write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module", params=FORMATS)
def pristine(request, tmp_path_factory, run):
    folder = tmp_path_factory.mktemp("verify")
    pixels = np.random.default_rng(12).integers(1, 4000, (2, 300, 257), np.uint16)
    pixels[1, :200, :130] = 0  # whole chunks and shards of nothing, which have no object
    metadata = {"axes": "CYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}
    tifffile.imwrite(folder / "in.ome.tif", pixels, ome=True, metadata=metadata, tile=(64, 64))
    run("convert", folder / "in.ome.tif", folder / NAME, *FORMATS[request.param], "--chunk", "32,32", "--min-size", 40,
        "--quiet")
    return folder / NAME, folder / "in.ome.tif"


@pytest.fixture
def output(pristine, tmp_path, run) -> Output:
    return Output(*pristine, tmp_path, run)


def missing(output: Output) -> set[str]:
    key = output.objects(0)[3]
    (output.path / key).unlink()
    return {key}


def truncated(output: Output) -> set[str]:
    key = output.objects(0)[-1]
    (output.path / key).write_bytes(output.before[key][:-7])
    return {key}


def emptied(output: Output) -> set[str]:
    key = output.objects(1)[0]
    (output.path / key).write_bytes(b"")
    return {key}


def longer(output: Output) -> set[str]:
    key = output.objects(1)[-1]
    (output.path / key).write_bytes(output.before[key] + b"\0")
    return {key}


def flip(output: Output, key: str, at: int) -> set[str]:
    data = bytearray(output.before[key])
    data[at] ^= 4
    (output.path / key).write_bytes(data)
    return {key}


def flipped_in_a_chunk(output: Output) -> set[str]:
    return flip(output, output.objects(0)[1], 100)


def flipped_in_an_index(output: Output) -> set[str]:
    """Of a shard; a chunk of its own has no index, but a last byte."""
    return flip(output, output.objects(0)[1], -9)


def swapped(output: Output) -> set[str]:
    """Both decode, and each is right by itself."""
    keys = output.objects(0)[:2]
    for key, other in zip(keys, reversed(keys)):
        (output.path / key).write_bytes(output.before[other])
    return set(keys)


def edited_metadata(output: Output) -> set[str]:
    text = (output.path / output.root).read_text()
    assert "1.0, 0.5, 0.5" in text
    (output.path / output.root).write_text(text.replace("1.0, 0.5, 0.5", "1.0, 0.6, 0.5", 1))
    return {output.root}


def edited_array(output: Output) -> set[str]:
    """A fill value of 1 turns what is not stored, and only that, into something else."""
    key = f"0/{'zarr.json' if output.root == 'zarr.json' else '.zarray'}"
    text = (output.path / key).read_text()
    assert '"fill_value": 0' in text
    (output.path / key).write_text(text.replace('"fill_value": 0', '"fill_value": 1'))
    return {key}


def lost_metadata(output: Output) -> set[str]:
    key = f"2/{'zarr.json' if output.root == 'zarr.json' else '.zarray'}"
    (output.path / key).unlink()
    return {key}


def several_at_once(output: Output) -> set[str]:
    return missing(output) | truncated(output) | emptied(output) | edited_metadata(output)


DAMAGE = [missing, truncated, emptied, longer, flipped_in_a_chunk, flipped_in_an_index, swapped, edited_metadata,
          edited_array, lost_metadata, several_at_once]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damage_is_found_and_named_and_repaired(damage, output):
    damaged = damage(output)
    assert output.findings() == damaged
    assert damaged <= output.findings("--against", output.source)
    sound = {key: (output.path / key).stat().st_ino for key in output.before if key not in damaged}
    # While it is repaired it is no image: its root is written again, last.
    sound = {key: file for key, file in sound.items() if key not in (output.root, ".zgroup") and not key.startswith("OME/")}
    output.run("repair", output.path, "--from", output.source)
    assert contents(output.path) == output.before
    # Only what was damaged was written again.
    assert {key: (output.path / key).stat().st_ino for key in sound} == sound
    output.assert_good()


def test_good_output_has_no_findings_and_nothing_to_repair(output):
    output.assert_good()
    before = {key: (output.path / key).stat().st_ino for key in output.before}
    output.run("repair", output.path, "--from", output.source)
    assert contents(output.path) == output.before
    assert {key: (output.path / key).stat().st_ino for key in before} == before


@pytest.mark.parametrize("writer", ["zarr-python", "tensorstore"])
def test_a_level_made_from_the_wrong_parent_is_found(writer, output):
    """Level 2 as the mean of every second pixel of level 0: the right shape, and nothing a checksum could find once the
    manifest says the same."""
    path = str(output.path / multiscale(output.path)["datasets"][2]["path"])
    base = read_zarr_python(str(output.path / "0")).astype(np.uint32)[:, ::2, ::2]
    base = np.pad(base, [(0, 0), *((0, n % 2) for n in base.shape[1:])], mode="edge")
    wrong = (base[:, ::2, ::2] + base[:, 1::2, ::2] + base[:, ::2, 1::2] + base[:, 1::2, 1::2]) // 4
    write(writer, path, wrong.astype(np.uint16))
    np.testing.assert_array_equal(read_zarr_python(path), wrong)
    found = output.findings("--against", output.source)
    assert found & set(output.objects(2)) and found <= set(output.objects(2))
    output.forge_manifest()
    found = output.findings("--against", output.source)
    assert found & set(output.objects(2)) and found <= {*output.objects(2), MANIFEST}
    output.run("repair", output.path, "--from", output.source)
    assert contents(output.path) == output.before


def test_a_single_changed_pixel_of_level_0_is_found_against_the_source(output):
    array = zarr.open_array(str(output.path / "0"), mode="r+")
    array[0, 150, 200] += 1
    output.forge_manifest()
    found = output.findings("--against", output.source)
    key = {"0.4": "0/0/4/6", "0.5": "0/c/0/4/6"}.get(multiscale_format(output), "0/c/0/2/1")
    assert key in found
    # Of the levels above, those that show the pixel may be named as well, as they do not follow any more.
    assert all(int(other.split("/")[0]) > 0 for other in found - {key, MANIFEST})
    output.run("repair", output.path, "--from", output.source)
    assert contents(output.path) == output.before


def multiscale_format(output: Output) -> str:
    return "0.4" if output.root == ".zattrs" else "0.5 sharded" if output.is_sharded else "0.5"


def write(writer: str, path: str, pixels: np.ndarray):
    """Fills an array that is there, in the format it has."""
    if writer == "zarr-python":
        zarr.open_array(path, mode="r+")[...] = pixels
        return
    driver = "zarr3" if pathlib.Path(path, "zarr.json").exists() else "zarr"
    store = tensorstore.open({"driver": driver, "kvstore": {"driver": "file", "path": path}}, open=True).result()
    store.write(pixels).result()


def test_trap_03_a_missing_chunk_reads_as_nothing_but_does_not_pass_for_it(output):
    """Readers give the fill value for what is lost and for what never was; the manifest tells them apart."""
    (key,) = missing(output)
    for read in read_zarr_python, read_tensorstore:
        assert (read(str(output.path / "0")) == 0).sum() > 200 * 130  # no error, and more zeros than before
    assert output.findings() == {key}


def test_a_manifest_that_is_cut_is_a_finding(output):
    """With half of it nothing may be promised of the rest."""
    (output.path / MANIFEST).write_bytes(output.before[MANIFEST][: len(output.before[MANIFEST]) // 2])
    assert "manifest" in output.run("verify", output.path, status=2).stdout


def test_without_a_manifest_chunks_and_levels_are_checked_and_it_is_said(output):
    """As of an OME-Zarr of another program: what was never stored cannot be told from what is lost."""
    (output.path / MANIFEST).unlink()
    assert "manifest" in output.run("verify", output.path, status=2).stdout
    (key,) = flipped_in_a_chunk(output)
    assert key in output.run("verify", output.path, "--against", output.source, status=2).stdout
    # Against the source even that is found.
    (output.path / key).unlink()
    assert key in output.run("verify", output.path, "--against", output.source, status=2).stdout


def test_another_source_is_not_what_it_was_made_of(output, tmp_path):
    pixels = tifffile.imread(output.source)
    pixels[0, 10, 10] += 1
    metadata = {"axes": "CYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}
    tifffile.imwrite(tmp_path / "other.ome.tif", pixels, ome=True, metadata=metadata, tile=(64, 64))
    process = output.run("verify", output.path, "--against", tmp_path / "other.ome.tif", status=2)
    assert output.objects(0)[0] in process.stdout


def test_what_is_not_there_is_an_error_and_not_a_finding(tmp_path, run):
    said = run("verify", tmp_path / "nothing.zarr", status=1).stderr
    assert len(said.splitlines()) == 1 and "nothing.zarr" in said


def test_objects_that_end_in_their_own_checksum_are_told_apart(tmp_path, run):
    """The CRC-32 of a file of gzip that could not be compressed is the same whatever it holds."""
    pixels = np.random.default_rng(5).integers(0, 256, (64, 64), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", pixels, tile=(16, 16))
    output = tmp_path / "out"
    run("convert", tmp_path / "a.tif", output, "--ome-version", "0.4", "--codec", "gzip:1", "--chunk", "16,16", "--levels", 1,
        "--kind", "intensities", "--quiet")
    first, second = output / "0/0/0", output / "0/3/2"
    assert zlib.crc32(first.read_bytes()) == zlib.crc32(second.read_bytes())
    shutil.copyfile(first, second)
    assert "0/3/2" in run("verify", output, status=2).stdout
    run("repair", output, "--from", tmp_path / "a.tif", "--quiet")
    np.testing.assert_array_equal(read_zarr_python(str(output / "0")), pixels)
