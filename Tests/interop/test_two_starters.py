"""Two conversions that start at once into one output: one goes on, the other says so and harms nothing."""

import random
import signal
import subprocess
import time

import numpy as np
import pytest
import tifffile

from conftest import binary
from test_output_folder import contents

OPTIONS = ["--chunk", "32,32", "--min-size", "32", "--shard", "none", "--codec", "zstd:19", "--quiet"]
# What is there before, and what both are told.
STARTS = {
    "nothing there": (None, []),
    "nothing there, to go on": (None, ["--resume"]),
    "something to go on with": ("killed", ["--resume"]),
    "something to replace": ("whole", ["--overwrite"]),
    "remains to replace": ("killed", ["--overwrite"]),
}
RACES = 4


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starters")
    tifffile.imwrite(folder / "a.tif", np.random.default_rng(1).integers(0, 4000, (160, 192), "uint16"))
    (folder / "whole").mkdir()
    subprocess.run([binary(), "convert", folder / "a.tif", folder / "whole" / "out", *OPTIONS], check=True)
    return folder / "a.tif", contents(folder / "whole" / "out")


def start(source, output, flags):
    return subprocess.Popen([binary(), "convert", source, output, *OPTIONS, *flags], stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", STARTS)
def test_one_of_two_goes_on(name, source, tmp_path):
    (path, expected), (before, flags) = source, STARTS[name]
    losers, moments = 0, random.Random(name)
    for race in range(RACES):
        output = tmp_path / str(race) / "out"
        output.parent.mkdir()
        if before:
            process = start(path, output, [])
            while before == "killed" and not any(output.glob("0/c/*/*")) and process.poll() is None:
                time.sleep(0.001)
            if before == "killed":
                process.kill()
            process.communicate()
        processes = [start(path, output, flags)]
        time.sleep(moments.choice([0, 0, 0.005, 0.02]))
        processes.append(start(path, output, flags))
        said = [process.communicate()[1] for process in processes]
        codes = [process.returncode for process in processes]
        assert 0 in codes and set(codes) <= {0, 1}, said
        for code, text in zip(codes, said):
            if code == 1:
                losers += 1
                assert any(words in text for words in ("in use", "just", "exists")), text
                assert len(text.splitlines()) == 1
        assert contents(output) == expected
    # Both may end well where one comes when the other is done and finds that nothing is left to do, or replaces it.
    assert losers > 0


def test_whoever_was_killed_keeps_nobody_out(source, tmp_path):
    path, expected = source
    output = tmp_path / "out"
    process = start(path, output, [])
    while not (output / ".ome-zarr-conversion").exists():
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    refused = start(path, output, [])
    assert "in use" in refused.communicate()[1] and refused.returncode == 1
    process.kill()
    process.communicate()
    assert start(path, output, ["--resume"]).wait() == 0
    assert contents(output) == expected
