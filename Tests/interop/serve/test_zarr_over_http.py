"""Readers of other people read every pixel through the server: of what is stored, and of TIFF that is nowhere stored."""

import csv
import pathlib
import shutil
import subprocess

import dask.array
import ngff_zarr
import numpy as np
import ome_zarr.io
import ome_zarr.reader
import pytest
import tensorstore
import tifffile
import zarr

import image_readers
import reference
from conftest import binary
from served import serving


def read_zarr_python(url: str) -> np.ndarray:
    return np.asarray(zarr.open_array(url, mode="r")[...])


def read_zarrs(url: str) -> np.ndarray:
    """zarr-python with the codec pipeline of zarrs, in Rust, which fetches by itself."""
    with zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline"}):
        return read_zarr_python(url)


def read_tensorstore(url: str, driver: str | None = None) -> np.ndarray:
    driver = driver or ("zarr" if "/zarr2/" in url or "old" in url else "zarr3")
    kvstore = {"driver": "http", "base_url": url.split("/zarr")[0], "path": url[len(url.split("/zarr")[0]) :] + "/"}
    return tensorstore.open({"driver": driver, "kvstore": kvstore}, open=True).result().read().result()


def read_dask(url: str) -> np.ndarray:
    return dask.array.from_zarr(url).compute()


READERS = {"zarr-python": read_zarr_python, "zarrs": read_zarrs, "tensorstore": read_tensorstore, "dask": read_dask}
SOURCES = [
    "zarr/old.zarr", "zarr/new.zarr", "zarr/sharded.zarr", "zarr/packed.ozx", "zarr/stack.ome.tif", "zarr2/stack.ome.tif",
    "zarr2/sharded.zarr", "zarr2/packed.ozx",
]  # fmt: skip


@pytest.fixture(scope="module")
def levels():
    """Both levels `[c, z, y, x]` of noise with a hole, whose chunks are not stored."""
    pixels = np.random.default_rng(8).integers(0, 65536, (2, 3, 277, 331), np.uint16)
    pixels[..., 60:140, 50:200] = 0
    return [pixels, reference.mean(pixels, (1, 1, 2, 2))]


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory, levels):
    folder = tmp_path_factory.mktemp("http")
    stack, mask = folder / "stack.ome.tif", folder / "mask.ome.tif"
    sizes = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2}
    tifffile.imwrite(stack, levels[0], tile=(32, 32), photometric="minisblack", metadata={"axes": "CZYX", **sizes})
    tifffile.imwrite(mask, levels[0][0] // 9000, photometric="minisblack", metadata={"axes": "ZYX"})
    for name, options in {
        "old.zarr": ["--ome-version", "0.4"], "new.zarr": ["--shard", "none"], "sharded.zarr": ["--shard", "1,1,64,128"],
        "packed.ozx": [],
    }.items():
        run("convert", stack, folder / name, "--chunk", "32,32", "--quiet", *options)
    run("add-labels", folder / "sharded.zarr", f"{mask}:cells", "--quiet")
    plate = folder.parent / "plate"
    plate.mkdir()
    for well in ("A01", "B02"):
        for channel in (1, 2):
            tifffile.imwrite(plate / f"{well}_s1_w{channel}.tif", levels[0][channel - 1, 0], photometric="minisblack")
    run("convert", plate, folder / "plate.zarr", "--plate", "{well}_s{field}_w{channel}.tif", "--quiet")
    volume = tensorstore.open(
        {"driver": "n5", "kvstore": {"driver": "file", "path": str(folder / "volume.n5/s0")}}, create=True, dtype="uint16",
        shape=levels[0].shape[:0:-1], chunk_layout=tensorstore.ChunkLayout(read_chunk_shape=[64, 64, 2]),
    ).result()
    volume[...] = levels[0][0].T
    (folder / "volume.n5/attributes.json").write_text('{"n5": "2.0.0"}')
    return folder


@pytest.fixture(scope="module")
def service(folder):
    with serving(folder) as server:
        yield server


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("reader", READERS)
def test_every_pixel_of_every_level_is_equal(service, levels, reader, source):
    for level, expected in enumerate(levels):
        pixels = READERS[reader](f"{service.url}/{source}/{level}")
        assert pixels.dtype == expected.dtype
        np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("source", SOURCES)
def test_readers_of_images_find_all_levels_by_themselves(service, levels, source):
    url = f"{service.url}/{source}"
    (node,) = list(ome_zarr.reader.Reader(ome_zarr.io.parse_url(url, mode="r"))())[:1]
    napari = image_readers.napari_layers(url)[0][0]
    opened = zarr.open_group(url, mode="r")
    # It takes what ends with .ozx for an archive on this machine; .zarr may stand behind any name.
    ngff = ngff_zarr.from_ngff_zarr(url + ".zarr" if url.endswith(".ozx") else url)
    for found in (node.data, napari, [opened["0"], opened["1"]], [image.data for image in ngff.images]):
        for pixels, expected in zip(found, levels, strict=True):
            np.testing.assert_array_equal(np.asarray(pixels), expected)


def test_labels_are_read_where_they_lie(service, levels):
    for read in (read_zarr_python, read_tensorstore):
        labels = read(f"{service.url}/zarr/sharded.zarr/labels/cells/0")
        np.testing.assert_array_equal(labels.squeeze(), levels[0][0] // 9000)


def test_fields_of_a_plate_are_read_where_they_lie(service, levels):
    plate = service.json("/zarr/plate.zarr/zarr.json")["attributes"]["ome"]["plate"]
    assert len(plate["wells"]) == 2
    for well in plate["wells"]:
        url = f"{service.url}/zarr/plate.zarr/{well['path']}/0/0"
        for read in (read_zarr_python, read_tensorstore):
            np.testing.assert_array_equal(read(url).squeeze(), levels[0][:, 0])


def test_n5_is_read_as_n5_and_as_zarr(service, levels):
    np.testing.assert_array_equal(read_tensorstore(f"{service.url}/zarr/volume.n5/s0", "n5").T, levels[0][0])
    np.testing.assert_array_equal(read_zarr_python(f"{service.url}/zarr2/volume.n5/0"), levels[0][0])


# Of files beyond this only level 0 is compared, of which slides are the only ones that are compared at all.
SMALL = 1 << 19
SLIDES = (".svs", ".ndpi", ".lsm", ".qptiff")


def corpus_files(shared: pathlib.Path) -> list[pathlib.Path]:
    """Of each flavour, compression, layout and type of the corpus the smallest file: all ways to read that there are."""
    smallest: dict[tuple, tuple[int, str]] = {}
    with open(shared / "corpus/INDEX.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if not row["file"].lower().endswith((".tif", ".tiff", ".stk", *SLIDES)):
                continue
            kind = tuple(row[key] for key in ("flavour", "compression", "photometric", "planar", "dtype", "predictor"))
            kind += (row["layout"].split()[0],)
            smallest[kind] = min(smallest.get(kind, (1 << 62, "")), (int(row["bytes"]), row["file"]))
    return [shared / "corpus" / name for size, name in sorted(smallest.values())
            if size < SMALL or name.endswith(SLIDES)]


def converted_levels(file, output, index, count) -> list[np.ndarray] | None:
    """All levels of one of the images of a file as `convert` makes them, to which is said that pixels are light: the
    service does not look at them to find out. None where the pixels are damaged."""
    if not output.exists():
        command = [binary(), "convert", file, output, "--kind", "intensities", "--quiet"]
        if subprocess.run(command, capture_output=True).returncode:
            return None
    root = output if count == 1 else output / str(index)
    return [read_zarr_python(f"{root}/{level}") for level in image_readers.level_names(root)]


def stored_levels(file, index) -> list[np.ndarray]:
    """The coarser levels that a TIFF has itself, as tifffile decodes them."""
    with tifffile.TiffFile(file) as opened:
        if index >= len(opened.series):
            return []
        series = opened.series[index]
        return [np.moveaxis(level.asarray(), -1, 0) if series.axes[-1] == "S" else level.asarray()
                for level in series.levels[1:]]


def test_a_tiff_of_the_corpus_is_served_as_it_would_be_converted(run, shared, tmp_path):
    """Every level of every image: levels that the file has are those, others those of a conversion."""
    served, compared, refused, damaged = tmp_path / "served", 0, [], []
    served.mkdir()
    names = {f"{number}{file.suffix}": file for number, file in enumerate(corpus_files(shared))}
    for name, file in names.items():
        shutil.copy(file, served / name)
    with serving(served) as server:
        images = {name: [] for name in names}
        for image in server.json("/api/images"):
            images[image["id"].split("~")[0]].append(image["id"])
        for name, ids in images.items():
            if not ids:
                # What nobody can decode is not listed.
                run("convert", served / name, tmp_path / f"{name}.zarr", "--quiet", status=1)
                refused.append(name)
            for index, image in enumerate(ids):
                expected = converted_levels(served / name, tmp_path / f"{name}.zarr", index, len(ids))
                if expected is None:
                    with pytest.raises(Exception, match="500"):
                        read_zarr_python(f"{server.url}/zarr/{image}/0")
                    damaged.append(str(names[name]))
                    break
                stored = stored_levels(served / name, index)
                if stored:
                    expected[1:] = stored
                if (served / name).stat().st_size > SMALL:
                    expected = expected[:1]
                for level, pixels in enumerate(expected):
                    found = read_zarr_python(f"{server.url}/zarr/{image}/{level}")
                    assert found.dtype == pixels.dtype, names[name]
                    np.testing.assert_array_equal(found, pixels, err_msg=f"{names[name]} level {level}")
                    compared += 1
    print(f"{compared} levels of {len(names) - len(refused)} files; refused: {len(refused)}; damaged: {damaged}")
    assert compared > 100 and len(refused) < len(names) / 4
