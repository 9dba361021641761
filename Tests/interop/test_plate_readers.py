"""A plate opens in every reader: each field as an image, and the whole as a plate in those that know plates."""

import dataclasses
import pathlib
import xml.sax.saxutils

import ngff_zarr
import numpy as np
import ome_zarr_models.v04
import ome_zarr_models.v05
import pytest
import tifffile
import zarr

import image_readers
import reference
from ome_metadata import multiscale, ome, transform

FORMATS = {"0.4": ["--ome-version", "0.4"], "0.5": ["--ome-version", "0.5", "--shard", "none"],
           "0.5 sharded": ["--ome-version", "0.5", "--shard", "64,128"]}  # fmt: skip
# Row, column and number of fields of each well that was imaged, of a plate of 3 x 4.
WELLS = {(0, 0): 2, (0, 2): 1, (2, 1): 2}
SHAPE = (2, 97, 131)


@dataclasses.dataclass(frozen=True)
class Converted:
    """A plate, and the pixels of its fields by their paths."""

    path: pathlib.Path
    version: str
    fields: dict[str, np.ndarray]


def well_name(row: int, column: int) -> str:
    return f"{'ABC'[row]}/{column + 1}"


def pixels() -> dict[tuple[int, int, int], np.ndarray]:
    """The pixels of each row, column and field."""
    random = np.random.default_rng(30)
    return {
        (row, column, field): random.integers(0, 4000, SHAPE, np.uint16)
        for (row, column), count in WELLS.items() for field in range(count)
    }  # fmt: skip


def write_ome_tiff(path: pathlib.Path):
    """One OME-TIFF of all fields, whose OME-XML says where on the plate they lie; one well has no image."""
    images, wells, ifd = [], [], 0
    for number, (row, column, field) in enumerate(pixels()):
        planes = "".join(f'<TiffData FirstC="{c}" IFD="{ifd + c}" PlaneCount="1"/>' for c in (0, 1))
        channels = "".join(f'<Channel ID="Channel:{number}:{c}" Name="{name}" SamplesPerPixel="1"/>'
                           for c, name in enumerate(["DAPI", "GFP"]))  # fmt: skip
        images.append(
            f'<Image ID="Image:{number}" Name="{well_name(row, column)} {field}"><Pixels ID="Pixels:{number}" '
            f'DimensionOrder="XYCZT" Type="uint16" SizeX="{SHAPE[2]}" SizeY="{SHAPE[1]}" SizeZ="1" SizeC="2" SizeT="1" '
            f'PhysicalSizeX="0.5" PhysicalSizeY="0.5">{channels}{planes}</Pixels></Image>'
        )
        ifd += 2
    numbers = {key: number for number, key in enumerate(pixels())}
    for row, column in [*WELLS, (1, 1)]:
        samples = "".join(
            f'<WellSample ID="WellSample:{number}" Index="{number}"><ImageRef ID="Image:{number}"/></WellSample>'
            for (r, c, _), number in numbers.items() if (r, c) == (row, column)
        )  # fmt: skip
        wells.append(f'<Well ID="Well:{row}:{column}" Row="{row}" Column="{column}">{samples}</Well>')
    taken = "".join(f'<WellSampleRef ID="WellSample:{number}"/>' for number in numbers.values())
    plate = (
        '<Plate ID="Plate:0" Name="screen" Rows="3" Columns="4" RowNamingConvention="letter" '
        f'ColumnNamingConvention="number">{"".join(wells)}'
        f'<PlateAcquisition ID="PlateAcquisition:0" Name={xml.sax.saxutils.quoteattr("first & only")}>{taken}'
        "</PlateAcquisition></Plate>"
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        f'{plate}{"".join(images)}</OME>'
    )
    with tifffile.TiffWriter(path) as file:
        for number, plane in enumerate(plane for field in pixels().values() for plane in field):
            file.write(plane, description=document if number == 0 else None, metadata=None, contiguous=False)


def write_folder(path: pathlib.Path):
    """A file for each well, field and channel, as microscopes name them."""
    path.mkdir()
    for (row, column, field), planes in pixels().items():
        for channel, plane in enumerate(planes):
            name = f"{'ABC'[row]}{column + 1:02}_s{field + 1}_w{channel + 1}.tif"
            tifffile.imwrite(path / name, plane, metadata=None)


@pytest.fixture(scope="module", params=[*((kind, name) for kind in ("ome-tiff", "folder") for name in FORMATS)],
                ids="-".join)
def plate(request, tmp_path_factory, run) -> Converted:
    kind, name = request.param
    folder = tmp_path_factory.mktemp("plate")
    if kind == "ome-tiff":
        write_ome_tiff(folder / "in.ome.tif")
        arguments = [folder / "in.ome.tif", folder / "out.ome.zarr"]
    else:
        write_folder(folder / "in")
        arguments = [folder / "in", folder / "out.ome.zarr", "--plate", "{well}_s{field}_w{channel}.tif"]
    run("convert", *arguments, *FORMATS[name], "--chunk", "32,32", "--min-size", 40, "--quiet")
    fields = {f"{well_name(row, column)}/{field}": planes for (row, column, field), planes in pixels().items()}
    return Converted(folder / "out.ome.zarr", name[:3], fields)


def levels(path, planes: np.ndarray) -> list[np.ndarray]:
    return reference.pyramid(planes, [transform(dataset, "scale") for dataset in multiscale(path)["datasets"]])


def mosaics(plate: Converted) -> list[np.ndarray]:
    """The first field of each well at its place, and zeros where there is none, for each level."""
    rows, columns = [len(ome(plate.path)["plate"][side]) for side in ("rows", "columns")]
    tiles = {path: levels(plate.path / path, planes) for path, planes in plate.fields.items() if path.endswith("/0")}
    found = []
    for level in range(len(next(iter(tiles.values())))):
        nothing = np.zeros_like(next(iter(tiles.values()))[level])
        found.append(np.concatenate(
            [np.concatenate([tiles[f"{well_name(r, c)}/0"][level] if (r, c) in WELLS else nothing
                             for c in range(columns)], axis=-1) for r in range(rows)], axis=-2))  # fmt: skip
    return found


@pytest.mark.parametrize("reader", image_readers.READERS)
def test_every_reader_opens_every_field(plate, reader):
    for path, planes in plate.fields.items():
        found, expected = image_readers.READERS[reader](str(plate.path / path)), levels(plate.path / path, planes)
        assert len(found) == len(expected) > 1
        for one, other in zip(found, expected):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def test_xarray_opens_each_level_of_a_field_with_named_dimensions(plate):
    for path, planes in plate.fields.items():
        found = image_readers.read_xarray(plate.path / path)
        for level, expected in zip(found, levels(plate.path / path, planes), strict=True):
            assert level.dims == ("c", "y", "x")
            np.testing.assert_array_equal(level.values, expected)


def test_netcdf_c_and_gdal_read_the_fields_of_0_4(plate):
    for path, planes in plate.fields.items():
        if plate.version != "0.4":
            with pytest.raises(OSError):
                image_readers.read_netcdf(plate.path / path)
            continue
        expected = levels(plate.path / path, planes)
        for found, level in zip(image_readers.read_netcdf(plate.path / path), expected, strict=True):
            np.testing.assert_array_equal(found, level)
        for channel in range(2):
            np.testing.assert_array_equal(image_readers.read_gdal(plate.path / path, "0", (channel,)), planes[channel])


def test_ome_zarr_py_lays_the_wells_side_by_side(plate):
    (node,) = image_readers.ome_zarr_py(plate.path)
    for found, expected in zip(node.data, mosaics(plate), strict=True):
        np.testing.assert_array_equal(found.compute(), expected)
    assert node.metadata["metadata"]["plate"] == ome(plate.path)["plate"]


def test_napari_draws_the_plate_as_one_image(plate):
    ((found, layer, kind),) = image_readers.napari_layers(plate.path)
    assert kind == "image" and layer["channel_axis"] == 0
    for level, expected in zip(found, mosaics(plate), strict=True):
        np.testing.assert_array_equal(level.compute(), expected)


def test_ngff_zarr_finds_each_field_by_its_well(plate):
    found = ngff_zarr.from_hcs_zarr(str(plate.path), validate=True)
    assert [row.name for row in found.rows][:3] == ["A", "B", "C"]
    for (row, column), count in WELLS.items():
        well = found.get_well("ABC"[row], str(column + 1))
        assert len(well.images) == count
        for field in range(count):
            path = f"{well_name(row, column)}/{field}"
            for image, expected in zip(well.get_image(field).images, levels(plate.path / path, plate.fields[path])):
                np.testing.assert_array_equal(image.data.compute(), expected)
    assert found.get_well("B", "2") is None


def test_the_metadata_satisfy_the_models(plate):
    models = ome_zarr_models.v04 if plate.version == "0.4" else ome_zarr_models.v05
    group = zarr.open_group(str(plate.path), mode="r")
    models.HCS.from_zarr(group)
    for row, column in WELLS:
        models.Well.from_zarr(group[well_name(row, column)])


def test_wells_without_an_image_are_not_created(plate):
    described = ome(plate.path)["plate"]
    assert [well["path"] for well in described["wells"]] == [well_name(*well) for well in WELLS]
    assert [(well["rowIndex"], well["columnIndex"]) for well in described["wells"]] == list(WELLS)
    assert described["field_count"] == max(WELLS.values())
    groups = {str(path.relative_to(plate.path)) for path in plate.path.glob("[A-Z]/[0-9]*")}
    assert groups == {well_name(*well) for well in WELLS}
    assert not (plate.path / "B").exists()


def test_acquisitions_are_kept(plate):
    described = ome(plate.path)["plate"]
    if not (plate.path.parent / "in.ome.tif").exists():
        assert "acquisitions" not in described  # names of files that say nothing of it
        return
    assert [(a["id"], a["name"], a["maximumfieldcount"]) for a in described["acquisitions"]] == [(0, "first & only", 2)]
    for row, column in WELLS:
        images = ome(plate.path / well_name(row, column))["well"]["images"]
        assert [image["acquisition"] for image in images] == [0] * WELLS[row, column]


def test_the_validator_of_the_command_agrees(plate, run):
    run("validate", plate.path)
