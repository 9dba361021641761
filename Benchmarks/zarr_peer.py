"""Reads and writes arrays as zarr-bench does, with another library, inside one process.

    zarr_peer.py tensorstore|zarrs THREADS

Takes requests from standard input, each line a JSON array of the words that zarr-bench takes, and answers each with a
line of JSON: seconds, CPU seconds and a checksum of the pixels, which is made off the clock.
"""

import json
import os
import sys
import time

THREADS = int(sys.argv[2])
# Read when the library's threads are started.
os.environ["RAYON_NUM_THREADS"] = str(THREADS)

import google_crc32c
import numpy as np


class TensorStore:
    """tensorstore without a cache of pixels, its threads limited."""

    def __init__(self):
        import tensorstore

        self.library = tensorstore
        limit = {"limit": THREADS}
        self.context = tensorstore.Context(
            {"cache_pool": {"total_bytes_limit": 0}, "data_copy_concurrency": limit, "file_io_concurrency": limit,
             "file_io_sync": False})

    def open(self, path, **options):
        spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": path}, **options}
        return self.library.open(spec, context=self.context).result()

    def create(self, path, like):
        return self.open(path, create=True, metadata=like.spec().to_json()["metadata"])

    def inner_chunk(self, array):
        return array.chunk_layout.read_chunk.shape

    def read(self, array, slices):
        return array[slices].read().result()

    def write(self, array, pixels):
        array.write(pixels).result()


class Zarrs:
    """zarr-python with the codec pipeline of zarrs."""

    def __init__(self):
        import zarr

        self.library = zarr
        zarr.config.set({
            "threading.max_workers": THREADS, "codec_pipeline.path": "zarrs.ZarrsCodecPipeline",
            "codec_pipeline.chunk_concurrent_maximum": THREADS, "codec_pipeline.strict": True,
        })

    def open(self, path):
        return self.library.open_array(path, mode="r")

    def create(self, path, like):
        os.makedirs(path)
        with open(os.path.join(path, "zarr.json"), "w") as file:
            json.dump(like.metadata.to_dict(), file)
        return self.library.open_array(path, mode="r+")

    def inner_chunk(self, array):
        return array.chunks

    def read(self, array, slices):
        return array[slices]

    def write(self, array, pixels):
        array[...] = pixels


class SplitMix64:
    """The numbers of zarr-bench's SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % bound


class Stopwatch:
    def __init__(self):
        self.seconds = self.cpu = 0.0
        self.checksum = 0

    def time(self, body, *arguments):
        start, cpu = time.perf_counter(), time.process_time()
        pixels = body(*arguments)
        self.cpu += time.process_time() - cpu
        self.seconds += time.perf_counter() - start
        if pixels is not None:
            self.checksum = (self.checksum + google_crc32c.value(np.asarray(pixels).tobytes())) & 0xFFFFFFFF


def run(library, sources, work, path, **options):
    array, watch = library.open(path), Stopwatch()
    if work == "read":
        watch.time(library.read, array, (slice(None),) * array.ndim)
    elif work == "write":
        if path not in sources:
            sources.clear()
            sources[path] = np.asarray(library.read(array, (slice(None),) * array.ndim))
        watch.time(lambda: library.write(library.create(options["to"], array), sources[path]))
    else:
        size = [int(part) for part in options["size"].split(",")] if work == "regions" else library.inner_chunk(array)
        step = [1] * array.ndim if work == "regions" else size
        random = SplitMix64(int(options["seed"]))
        for _ in range(int(options["count"])):
            origin = [random.below((extent - s) // by + 1) * by for extent, s, by in zip(array.shape, size, step)]
            watch.time(library.read, array, tuple(slice(o, o + s) for o, s in zip(origin, size)))
    return {"seconds": watch.seconds, "cpu": watch.cpu, "checksum": watch.checksum}


def main():
    library = {"tensorstore": TensorStore, "zarrs": Zarrs}[sys.argv[1]]()
    sources = {}
    for line in sys.stdin:
        work, path, *words = json.loads(line)
        options = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2])}
        print(json.dumps(run(library, sources, work, path, **options)), flush=True)


if __name__ == "__main__":
    main()
