"""The machine fails during a conversion: one clear sentence, nothing that looks finished, and once the fault is gone
`--resume` ends with the bytes of a conversion that was never disturbed.

The faults are real where a machine can be made to have them (a full tmpfs, a full ext4, a file system that turns
read-only, a limit of open files, a source that is cut) and injected into single system calls by strace where it cannot.
"""

import contextlib
import dataclasses
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import tifffile
import zarr

from conftest import binary
from test_output_folder import contents

if sys.platform != "linux":
    pytest.skip("mounts a tmpfs and injects faults by strace: only on Linux", allow_module_level=True)

NAME = "out.ome.zarr"
FORMATS = {
    "0.4": ["--ome-version", "0.4"],
    "0.5 sharded": ["--ome-version", "0.5", "--shard", "64,128"],
}


@dataclasses.dataclass(frozen=True)
class Job:
    """A conversion, and the files it makes when nothing fails."""

    source: pathlib.Path
    options: list[str]
    files: dict[str, bytes]

    def command(self, output, *more) -> list[str]:
        return [binary(), "convert", *map(str, (self.source, output)), *self.options, *map(str, more)]

    def size(self) -> int:
        """Bytes of all files in whole pages, as a tmpfs counts them."""
        return sum(-(-len(data) // 4096) * 4096 for data in self.files.values())


def start(command, **options) -> subprocess.Popen:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def assert_one_sentence(process: subprocess.Popen, *reasons: str):
    """The process ends with status 1 and one line that names one of the reasons."""
    out, said = process.communicate(timeout=120)
    assert process.returncode == 1, f"{process.returncode}: {said}"
    assert out == "" and len(said.splitlines()) == 1, said
    assert said.startswith("ome-zarr: error: ")
    assert any(reason.lower() in said.lower() for reason in reasons), said


def assert_not_an_image(output):
    """Nothing a reader would take for a finished image."""
    with contextlib.suppress(FileNotFoundError):
        attributes = zarr.open_group(str(output), mode="r").attrs.asdict()
        assert "multiscales" not in attributes and "multiscales" not in attributes.get("ome", {})


def assert_resumed(job: Job, output):
    """The fault is gone: the rest is done, and no byte differs."""
    ended = subprocess.run(job.command(output, "--resume"), capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")
    files = contents(output)
    assert files.keys() == job.files.keys()
    assert [key for key in files if files[key] != job.files[key]] == []


@pytest.fixture(scope="module", params=FORMATS)
def job(request, tmp_path_factory) -> Job:
    folder = tmp_path_factory.mktemp("faults")
    pixels = np.random.default_rng(6).integers(0, 4000, (3, 300, 257), np.uint16)
    pixels[1, :200, :130] = 0  # whole chunks of nothing, which have no object
    tifffile.imwrite(folder / "in.ome.tif", pixels, ome=True, metadata={"axes": "CYX"}, tile=(64, 64))
    options = [*FORMATS[request.param], "--chunk", "32,32", "--min-size", "40", "--quiet"]
    job = Job(folder / "in.ome.tif", options, {})
    subprocess.run(job.command(folder / NAME), check=True, timeout=120)
    return dataclasses.replace(job, files=contents(folder / NAME))


def own_copy(job: Job, folder) -> Job:
    """The same conversion of a source that may be damaged."""
    return dataclasses.replace(job, source=pathlib.Path(shutil.copy2(job.source, folder)))


@pytest.fixture
def mount(tmp_path):
    """Mounts a file system of so many bytes and returns its folder; unmounted at the end."""
    if os.geteuid() != 0:
        pytest.skip("mounting file systems needs root: run this as root")
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mount(kind: str, *options: str, size: int = 0):
        device = "none"
        if kind == "ext4":
            device = tmp_path / "image"
            with open(device, "wb") as file:
                file.truncate(size)
            subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", device], check=True)
            options = ("loop", *options)
        subprocess.run(["mount", "-t", kind, "-o", ",".join(options), device, folder], check=True)
        return folder

    yield mount
    subprocess.run(["umount", "--lazy", folder], check=False, capture_output=True)


def remount(folder, *options: str):
    subprocess.run(["mount", "-o", ",".join(("remount", *options)), folder], check=True)


def strace(*rules: str, path=None) -> list[str]:
    """The beginning of a command that runs with faults in its system calls."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed: run scripts/install-dependencies --tests")
    calls = ",".join(rule.split(":")[0] for rule in rules)
    injected = [f"--inject={rule}" for rule in rules]
    of_path = ["-P", str(path)] if path else []
    return ["strace", "-f", "-qq", "-o", os.devnull, *of_path, f"--trace={calls}", *injected]


# How slow each rename is made where something has to happen in the middle, in microseconds.
SLOW = "rename:delay_exit=3000"


def wait_for_files(output: pathlib.Path, process: subprocess.Popen, count: int):
    """Until so many chunks or shards of level 0 have their names."""
    while process.poll() is None:
        if sum(file.name.isdigit() for file in (output / "0").rglob("*") if file.is_file()) >= count:
            return
        time.sleep(0.001)
    raise AssertionError(f"the conversion ended before {count} files were there: {process.communicate()}")


@pytest.mark.parametrize("part", [0.0, 0.05, 0.3, 0.7, 0.97])
def test_a_full_disk(part, job, mount):
    """From no room for the first byte to no room for the last document."""
    folder = mount("tmpfs", f"size={max(4096, int(job.size() * part))}")
    if part == 0:
        (folder / "other").write_bytes(bytes(4096))
    assert_one_sentence(start(job.command(folder / NAME)), "the disk is full")
    assert_not_an_image(folder / NAME)
    remount(folder, f"size={job.size() * 4}")
    assert_resumed(job, folder / NAME)


def test_a_full_disk_of_ext4(job, mount):
    folder = mount("ext4", size=8 << 20)
    filler = folder / "other"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_bsize
    filler.write_bytes(os.urandom(free - sum(map(len, job.files.values())) // 2))
    assert_one_sentence(start(job.command(folder / NAME)), "the disk is full")
    assert_not_an_image(folder / NAME)
    filler.unlink()
    assert_resumed(job, folder / NAME)


@pytest.mark.parametrize("inodes", [2, 4, 9, 16])
def test_no_inode_is_left(inodes, job, mount):
    folder = mount("tmpfs", "size=64m", f"nr_inodes={inodes}")
    assert_one_sentence(start(job.command(folder / NAME)), "the disk is full")
    assert_not_an_image(folder / NAME)
    remount(folder, "nr_inodes=100000")
    assert_resumed(job, folder / NAME)


def test_the_file_system_turns_read_only(job, mount):
    """As ext4 does by itself when it meets an error of its disk."""
    folder = mount("ext4", "errors=remount-ro", size=16 << 20)
    process = start([*strace(SLOW), *job.command(folder / NAME)])
    wait_for_files(folder / NAME, process, 4)
    device = subprocess.run(["findmnt", "-no", "SOURCE", folder], capture_output=True, text=True, check=True).stdout
    pathlib.Path(f"/sys/fs/ext4/{pathlib.Path(device.strip()).name}/trigger_fs_error").write_text("injected")
    # Whichever call comes first: files that are open fail otherwise than new ones.
    assert_one_sentence(process, "the file system is read-only", "input/output error")
    assert_not_an_image(folder / NAME)
    subprocess.run(["umount", folder], check=True)
    subprocess.run(["e2fsck", "-fy", folder.parent / "image"], capture_output=True)
    subprocess.run(["mount", "-o", "loop", folder.parent / "image", folder], check=True)
    assert_resumed(job, folder / NAME)


def output_calls(job: Job, call: str, output) -> list[int]:
    """Which of the calls of its thread each call on a file of the output is, counted from 1, in the order of time."""
    log = output.parent / "calls"
    command = ["strace", "-f", "-qq", "-y", "-o", log, f"--trace={call}", *job.command(output, "--threads", 1)]
    subprocess.run(command, check=True, timeout=120)
    shutil.rmtree(output)
    counts, found = {}, []
    for line in log.read_text().splitlines():
        if match := re.match(rf"(\d+) +{call}\(", line):
            counts[match[1]] = counts.get(match[1], 0) + 1
            if str(output) in line:
                found.append(counts[match[1]])
    return found


@pytest.mark.parametrize("part", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(
    "call, error, reason",
    [("write", "EIO", "input/output error"), ("write", "EDQUOT", "disk quota is used up"),
     ("rename", "EIO", "input/output error"), ("mkdir", "EACCES", "permission denied")],
)  # fmt: skip
def test_a_call_that_writes_fails_once(call, error, reason, part, job, tmp_path):
    strace()
    calls = output_calls(job, call, tmp_path / NAME)
    number = calls[int(len(calls) * part)]
    faulty = [*strace(f"{call}:error={error}:when={number}"), *job.command(tmp_path / NAME, "--threads", 1)]
    assert_one_sentence(start(faulty), reason)
    assert_not_an_image(tmp_path / NAME)
    assert_resumed(job, tmp_path / NAME)


def test_a_sync_fails(job, tmp_path):
    """What the disk did not take is not finished, although every write seemed to succeed."""
    strace()
    durable, log = job.command(tmp_path / NAME, "--durable"), tmp_path / "calls"
    subprocess.run(["strace", "-f", "-qq", "-o", log, "--trace=syncfs,fsync,fdatasync", *durable], check=True)
    assert contents(tmp_path / NAME) == job.files
    calls = list(dict.fromkeys(re.findall(r"(\w+)\(", log.read_text())))
    assert calls, "--durable syncs nothing"
    for call in calls:
        shutil.rmtree(tmp_path / NAME)
        assert_one_sentence(start([*strace(f"{call}:error=EIO:when=1"), *durable]), "input/output error")
        # Everything is synced before the root says that it is an image; then the root itself is.
        if call == calls[0]:
            assert_not_an_image(tmp_path / NAME)
        assert_resumed(job, tmp_path / NAME)


@pytest.mark.parametrize("number", [1, 2, 7, 12])
def test_the_source_cannot_be_read(number, job, tmp_path):
    faulty = strace(f"pread64,read:error=EIO:when={number}", path=job.source)
    assert_one_sentence(start([*faulty, *job.command(tmp_path / NAME, "--threads", 1)]), "input/output error")
    assert_not_an_image(tmp_path / NAME)
    if (tmp_path / NAME).exists():
        assert_resumed(job, tmp_path / NAME)


def test_no_file_can_be_opened_any_more(job, tmp_path):
    """With every limit from none left to enough: done, or one sentence."""
    failed = 0
    for limit in range(4, 40):
        output = tmp_path / str(limit) / NAME
        output.parent.mkdir()

        def limited():
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        process = start(job.command(output), preexec_fn=limited)
        if process.wait(timeout=120) == 0:
            assert contents(output) == job.files
            if failed:
                break
            continue
        failed += 1
        assert_one_sentence(process, "too many files are open")
        assert_not_an_image(output)
        if output.exists():
            assert_resumed(job, output)
    assert failed > 0 and limit < 39


def test_the_limit_of_open_files_is_reached_in_the_middle(job, tmp_path):
    process = start([*strace(SLOW), *job.command(tmp_path / NAME)])
    wait_for_files(tmp_path / NAME, process, 3)
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    resource.prlimit(int(children[0]), resource.RLIMIT_NOFILE, (4, 4))
    assert_one_sentence(process, "too many files are open")
    assert_not_an_image(tmp_path / NAME)
    assert_resumed(job, tmp_path / NAME)


@pytest.mark.parametrize("left", [0, 5000, 0.6])
def test_the_source_shrinks_during_the_run(left, job, tmp_path):
    job = own_copy(job, tmp_path)
    whole, times = job.source.read_bytes(), job.source.stat()
    process = start([*strace(SLOW), *job.command(tmp_path / NAME, "--threads", 1)])
    wait_for_files(tmp_path / NAME, process, 2)
    os.truncate(job.source, left if isinstance(left, int) else int(len(whole) * left))
    assert_one_sentence(process, str(job.source), "ends", "truncated")
    assert_not_an_image(tmp_path / NAME)
    # As it is now, it is another source: refused, and nothing of what is there is lost.
    before = contents(tmp_path / NAME)
    assert_one_sentence(start(job.command(tmp_path / NAME, "--resume")), "the input has changed", "the file is empty")
    assert contents(tmp_path / NAME) == before
    job.source.write_bytes(whole)
    os.utime(job.source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert_resumed(job, tmp_path / NAME)
