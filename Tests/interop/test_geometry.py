"""A landmark lies at the same physical place in every level, by the scales and translations that other readers parse.

Two kinds of landmark, both with exact arithmetic. A ramp: its value in the full resolution is the position of the
pixel, so every pixel of every level says where it lies. A point: one bright spot, found again in each level by its
centroid.
"""

import dataclasses

import ngff_zarr
import numpy as np
import pytest
import tifffile

import image_readers
from ome_metadata import multiscale

# In voxels of the full resolution.
TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True)
class Case:
    """An image whose levels are made in one way."""

    shape: tuple[int, ...]
    voxel: tuple[float, ...]
    options: list[str]
    # The factors of the first levels that are expected: without them a test of 3-D would pass on 2-D.
    factors: list[tuple[int, ...]]

    @property
    def is_nearest(self) -> bool:
        return "nearest" in self.options


PLANE, FLAT = (301, 257), [(2, 2), (4, 4), (8, 8)]
CUBE, CUBIC = (37, 66, 51), [(2, 2, 2), (4, 4, 4)]
CASES = {
    "mean": Case(PLANE, (0.325, 0.325), [], FLAT),
    "nearest": Case(PLANE, (0.325, 0.325), ["--downsample", "nearest"], FLAT),
    "mean of oblong pixels": Case((260, 301), (0.3, 0.4), [], FLAT),
    "mean in 3-D": Case(CUBE, (0.5, 0.5, 0.5), [], CUBIC),
    "nearest in 3-D": Case(CUBE, (0.5, 0.5, 0.5), ["--downsample", "nearest"], CUBIC),
    "mean, z joining late": Case((21, 133, 170), (1.3, 0.325, 0.325), [], [(1, 2, 2), (1, 4, 4), (2, 8, 8)]),
    "nearest, z joining late": Case(
        (21, 133, 170), (1.3, 0.325, 0.325), ["--downsample", "nearest"], [(1, 2, 2), (1, 4, 4), (2, 8, 8)]
    ),
}  # fmt: skip
# What --factors asks for, level by level.
CASES |= {
    "factors of three": Case((301, 257), (0.5, 0.5), ["--factors", "3,3"], [(3, 3), (9, 9)]),
    "factors in x first": Case((100, 260), (0.5, 0.5), ["--factors", "1,2", "--factors", "2,2"], [(1, 2), (2, 4)]),
    "nearest, factors of 3 x 2 x 4": Case(
        (37, 50, 120), (0.3, 0.7, 0.2), ["--factors", "3,2,4", "--downsample", "nearest"], [(3, 2, 4), (9, 4, 16)]),
}  # fmt: skip
FORMATS = {"0.4": ["--ome-version", "0.4"], "0.5": ["--ome-version", "0.5"]}


def place_by_ome_zarr_py(path) -> list[tuple[list[float], list[float]]]:
    """Scale and translation of each level, axis by axis, without the channels."""
    (node,) = image_readers.ome_zarr_py(path)
    dimensions = len(multiscale(path)["axes"])
    found = []
    for transforms in node.metadata["coordinateTransformations"]:
        kinds = {transform["type"]: transform[transform["type"]] for transform in transforms}
        found.append((kinds["scale"][1:], kinds.get("translation", [0.0] * dimensions)[1:]))
    return found


def place_by_ngff_zarr(path) -> list[tuple[list[float], list[float]]]:
    images = ngff_zarr.from_ngff_zarr(str(path), validate=True).images
    return [([i.scale[d] for d in i.dims[1:]], [i.translation[d] for d in i.dims[1:]]) for i in images]


PLACES = {"ome-zarr-py": place_by_ome_zarr_py, "ngff-zarr": place_by_ngff_zarr}


def ramps(shape: tuple[int, ...]) -> np.ndarray:
    """One channel for each axis: the index of the pixel along it."""
    return np.stack(np.meshgrid(*(np.arange(n, dtype=np.float64) for n in shape), indexing="ij"))


def points(case: Case) -> tuple[np.ndarray, list[float]]:
    """Two channels with the same bright spot, and where its centroid lies, in pixels.

    The spot is one block of the coarsest expected level, so that no level cuts it; nearest, which looks at the first
    pixel of a block only, gets that pixel alone.
    """
    block = case.factors[-1]
    start = [(n // 2) // size * size for n, size in zip(case.shape, block)]
    pixels = np.zeros(case.shape)
    pixels[tuple(slice(a, a + (1 if case.is_nearest else size)) for a, size in zip(start, block))] = 1000
    return np.stack([pixels, pixels]), [a + (0 if case.is_nearest else (size - 1) / 2) for a, size in zip(start, block)]


def convert(pixels: np.ndarray, case: Case, options: list[str], folder, run):
    metadata = {"axes": "C" + "ZYX"[-len(case.shape) :]}
    metadata |= {f"PhysicalSize{axis}": size for axis, size in zip(metadata["axes"][1:], case.voxel)}
    tifffile.imwrite(folder / "in.ome.tif", pixels, ome=True, metadata=metadata, photometric="minisblack")
    chunk = "8,32,32" if len(case.shape) == 3 else "64,64"
    run("convert", folder / "in.ome.tif", folder / "out.ome.zarr", *options, *case.options, "--chunk", chunk,
        "--min-size", 20, "--quiet")
    return folder / "out.ome.zarr"


@pytest.fixture(scope="module", params=FORMATS)
def options(request):
    return FORMATS[request.param]


@pytest.fixture(scope="module", params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture(scope="module")
def ramp(case, options, tmp_path_factory, run):
    return convert(ramps(case.shape), case, options, tmp_path_factory.mktemp("ramp"), run)


@pytest.fixture(scope="module")
def point(case, options, tmp_path_factory, run):
    pixels, at = points(case)
    return convert(pixels, case, options, tmp_path_factory.mktemp("point"), run), at


@pytest.mark.parametrize("reader", PLACES)
def test_every_pixel_of_a_ramp_lies_where_its_value_says(case, ramp, reader):
    levels, places = image_readers.read_ome_zarr_py(str(ramp)), PLACES[reader](ramp)
    factors = [tuple(round(s / v) for s, v in zip(scale, case.voxel)) for scale, _ in places]
    assert factors[0] == (1,) * len(case.shape) and factors[1 : 1 + len(case.factors)] == case.factors
    for level, (pixels, (scale, translation), factor) in enumerate(zip(levels, places, factors, strict=True)):
        for axis, (voxel, values) in enumerate(zip(case.voxel, pixels)):
            # A last pixel that is cut by the edge is the mean of what exists, which lies elsewhere than its grid says.
            whole = pixels.shape[1 + axis] if case.is_nearest else case.shape[axis] // factor[axis]
            positions = (scale[axis] * np.arange(whole) + translation[axis]) / voxel
            found = np.moveaxis(values, axis, 0)[:whole]
            off = np.abs(np.moveaxis(found, 0, -1) - positions).max()
            assert off < TOLERANCE, f"axis {axis} of level {level} is off by {off} voxels"


@pytest.mark.parametrize("reader", PLACES)
def test_a_point_is_found_at_one_place_in_every_level(case, point, reader):
    output, expected = point
    levels, places = image_readers.read_ngff_zarr(str(output)), PLACES[reader](output)
    assert len(levels) == len(places) > len(case.factors)
    for level in range(len(case.factors) + 1):
        pixels, (scale, translation) = levels[level][0], places[level]
        weights = pixels / pixels.sum()
        for axis, index in enumerate(np.indices(pixels.shape)):
            at = ((weights * index).sum() * scale[axis] + translation[axis]) / case.voxel[axis]
            assert abs(at - expected[axis]) < TOLERANCE, f"axis {axis} of level {level}: {at} instead of {expected}"


def test_the_corners_of_an_image_of_whole_blocks_are_the_same_in_every_level(tmp_path, run):
    """Where no block is cut, all levels cover the same rectangle: half a pixel beyond the centres of the outermost."""
    case = Case((64, 128), (0.3, 0.3), [], [(2, 2)])
    output = convert(ramps(case.shape), case, [], tmp_path, run)
    for places in (read(output) for read in PLACES.values()):
        for pixels, (scale, translation) in zip(image_readers.read_ome_zarr_py(str(output)), places, strict=True):
            for axis, (size, voxel) in enumerate(zip(case.shape, case.voxel)):
                first = translation[axis] - scale[axis] / 2
                last = first + scale[axis] * pixels.shape[axis + 1]
                assert abs(first / voxel + 0.5) < TOLERANCE and abs(last / voxel - size + 0.5) < TOLERANCE
