"""Whatever is done to an output and in whatever order, interrupted or not, it ends whole and keeps what was meant to change."""

import os
import random
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import tifffile

from conftest import binary
from ome_metadata import multiscale, ome
from test_output_folder import contents

OPTIONS = ["--chunk", "32,32", "--min-size", "32", "--quiet"]
FORMATS = {
    "0.4": ["--ome-version", "0.4"],
    "0.5 sharded": ["--shard", "64,64"],
}
MARKER = ".ome-zarr-conversion"


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder, random = tmp_path_factory.mktemp("sequences"), np.random.default_rng(1)
    pixels = random.integers(1, 4000, (200, 240), "uint16")
    pixels[:64, :128] = 0  # chunks and shards of nothing, which have no object
    tifffile.imwrite(folder / "a.tif", pixels, photometric="minisblack")
    tifffile.imwrite(folder / "b.tif", pixels[::-1], photometric="minisblack")
    for name in ("mask", "other"):
        blocks = np.kron(random.integers(0, 9, (20, 24), "uint8"), np.ones((10, 10), "uint8"))
        tifffile.imwrite(folder / f"{name}.tif", blocks, photometric="minisblack")
    return folder


class Output:
    """An output, and what it should be."""

    def __init__(self, path, sources, flags, run):
        self.path, self.sources, self.run = path, sources, run
        run("convert", sources / "a.tif", path, *OPTIONS, *flags)
        self.flags, self.name, self.labels = flags, multiscale(path)["name"], {}
        self.pixels = {key: data for key, data in contents(path).items() if key[0].isdigit()}

    @property
    def is_unfinished(self):
        return (self.path / MARKER).exists()

    def edit(self, random):
        name = f"name {random.random()}"
        if self.is_unfinished:
            assert "repair" in self.run("edit", self.path, "--name", name, status=1).stderr
        else:
            self.run("edit", self.path, "--name", name)
            self.name = name

    def add_labels(self, random):
        mask, name = random.choice(["mask", "other"]), random.choice(["cells", "nuclei"])
        command = ["add-labels", self.path, f"{self.sources / mask}.tif:{name}", "--overwrite", "--quiet"]
        if self.is_unfinished:
            assert "repair" in self.run(*command, status=1).stderr
            return
        self.run(*command)
        self.labels[name] = {k: d for k, d in contents(self.path).items() if k.startswith(f"labels/{name}/")}

    def damage(self, random):
        # Not its documents: of what is not understood nothing can be changed.
        for key in random.sample(sorted(k for k in self.pixels if k.rsplit("/", 1)[1].isdigit()), 2):
            path = self.path / key
            if path.exists() and random.random() < 0.6:
                data = bytearray(path.read_bytes())
                data[random.randrange(len(data))] ^= 4
                path.write_bytes(data)
            else:
                path.unlink(missing_ok=True)

    def repair(self, random):
        self.run("repair", self.path, "--from", self.sources / "a.tif", "--quiet")

    def repair_from_another(self, random):
        said = self.run("repair", self.path, "--from", self.sources / "b.tif", "--quiet", status=1).stderr
        assert "is not what" in said

    def repair_killed(self, random):
        command = [binary(), "repair", self.path, "--from", self.sources / "a.tif"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Often it is killed as soon as it writes: that is when there is something to lose.
        if random.random() < 0.7:
            while not self.is_unfinished and process.poll() is None:
                time.sleep(0.0005)
            time.sleep(random.choice([0, 0, 0.002, 0.01]))
        else:
            time.sleep(random.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()

    def resume(self, random):
        command = ["convert", self.sources / "a.tif", self.path, *OPTIONS, *self.flags, "--resume"]
        if self.is_unfinished:
            assert "repair" in self.run(*command, status=1).stderr
        else:
            self.run(*command)

    def lose_manifest(self, random):
        # Without it nothing tells other labels from those of the input, or an edit from damage that can be read.
        (self.path / "OME" / "manifest.txt").unlink()

    def verify(self, random):
        status = subprocess.run([binary(), "verify", self.path, "--quiet"], capture_output=True).returncode
        assert status == 1 if self.is_unfinished else status in (0, 2)

    def check(self):
        self.run("repair", self.path, "--from", self.sources / "a.tif", "--quiet")
        assert not self.is_unfinished
        found = contents(self.path)
        assert {key: data for key, data in found.items() if key in self.pixels} == self.pixels
        assert {key for key in found if key[0].isdigit()} == set(self.pixels)
        assert multiscale(self.path)["name"] == self.name
        for name, files in self.labels.items():
            assert {k: d for k, d in found.items() if k.startswith(f"labels/{name}/")} == files
            assert name in ome(self.path / "labels")["labels"]
        said = self.run("verify", self.path)
        assert said.stdout.endswith("nothing wrong\n") and not said.stderr
        self.run("verify", self.path, "--against", self.sources / "a.tif", "--quiet")


STEPS = [Output.edit, Output.add_labels, Output.damage, Output.damage, Output.repair, Output.repair_killed,
         Output.repair_killed, Output.resume, Output.verify]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("format", FORMATS)
def test_any_sequence_ends_well(format, seed, sources, tmp_path, run):
    output, moments = Output(tmp_path / "out", sources, FORMATS[format], run), random.Random(f"{format} {seed}")
    for _ in range(8):
        moments.choice(STEPS)(output, moments)
    output.check()


@pytest.mark.parametrize("format", FORMATS)
def test_edits_and_added_labels_outlive_a_repair(format, sources, tmp_path, run):
    output, moments = Output(tmp_path / "out", sources, FORMATS[format], run), random.Random(format)
    for step in (Output.add_labels, Output.edit, Output.damage, Output.repair_killed, Output.resume, Output.edit,
                 Output.repair_killed, Output.repair):  # fmt: skip
        step(output, moments)
    output.check()


@pytest.mark.parametrize("format", FORMATS)
def test_labels_of_the_conversion_that_were_replaced_stay(format, sources, tmp_path, run):
    flags = [*FORMATS[format], "--labels", f"{sources / 'mask.tif'}:cells"]
    output = Output(tmp_path / "out", sources, flags, run)
    run("add-labels", output.path, f"{sources / 'other.tif'}:cells", "--overwrite", "--quiet")
    output.labels["cells"] = {k: d for k, d in contents(output.path).items() if k.startswith("labels/cells/")}
    output.damage(random.Random(1))
    output.check()


@pytest.mark.parametrize("format", FORMATS)
def test_a_lost_manifest_is_made_up_for_by_the_input(format, sources, tmp_path, run):
    output, moments = Output(tmp_path / "out", sources, FORMATS[format], run), random.Random(format)
    before = contents(output.path)
    output.edit(moments)
    output.add_labels(moments)
    for damage in (output.lose_manifest, output.damage):
        damage(moments)
    said = run("verify", output.path, "--against", sources / "a.tif", status=2).stdout
    assert "OME/manifest.txt" in said
    output.check()
    # Of a sound output the manifest comes back as it was.
    other = Output(tmp_path / "other" / "out", sources, FORMATS[format], run)
    other.lose_manifest(moments)
    other.check()
    assert contents(other.path) == before


def test_where_nothing_says_how_it_was_made_it_is_said_what_to_do(sources, tmp_path, run):
    output = Output(tmp_path / "out", sources, [], run)
    shutil.rmtree(output.path / "OME")
    said = run("repair", output.path, "--from", sources / "a.tif", status=1).stderr
    assert "convert the input again" in said and "--overwrite" in said


def test_an_interrupted_overwriting_is_told_from_other_remains(sources, tmp_path, run):
    output = Output(tmp_path / "out", sources, [], run)
    command = [binary(), "convert", sources / "b.tif", output.path, *OPTIONS, "--overwrite"]
    said = set()
    for delay in [0, 0, 0, 0, 0.001, 0.002, 0.005, 0.01, 0.02]:
        process = subprocess.Popen(command)
        while not output.is_unfinished and process.poll() is None:
            time.sleep(0.0002)
        time.sleep(delay)
        process.kill()
        process.wait()
        if output.is_unfinished:
            said.add(run("verify", output.path, status=1).stderr)
            again = run("repair", output.path, "--from", sources / "a.tif", status=1).stderr
            assert "unfinished" in again and "--resume" in again and "--overwrite" in again
    assert said and all("--resume" in text for text in said)
    run("convert", sources / "b.tif", output.path, *OPTIONS, "--resume" if output.is_unfinished else "--overwrite")
    run("verify", output.path, "--against", sources / "b.tif")


def test_an_edit_whose_document_is_damaged_is_said_to_be_lost(sources, tmp_path, run):
    output = Output(tmp_path / "out", sources, [], run)
    run("edit", output.path, "--name", "mine")
    os.truncate(output.path / "zarr.json", 100)
    said = run("repair", output.path, "--from", sources / "a.tif").stderr
    assert "zarr.json is as it was first written" in said and "lost" in said
    output.check()
