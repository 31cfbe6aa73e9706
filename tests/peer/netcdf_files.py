#!/usr/bin/python3
"""What xarray, netCDF4, GDAL, rasterio and h5py see in the files of --hdf5."""
import sys

import h5py
import numpy as np
import rasterio
from osgeo import gdal, osr

from lib import oracle
from lib.oracle import check, close, same

try:
    import netCDF4
    import xarray
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(oracle.SKIPPED)

CUBE = oracle.smooth_cube(40, 33, 30, seed=8)
CUBE[:, :6] = -9999
OPTIONS = "--hdf5 --bad-bands none --max-iter 20"
FILE = "maps.nc"


def whole(path):
    """A GeoTIFF as [bands][rows][columns], and its geotransform."""
    image = gdal.Open(path)
    pixels = image.ReadAsArray()
    return (pixels.reshape(-1, *pixels.shape[-2:]),
            image.GetGeoTransform(can_return_null=True))


def check_class(data, name, pixels, classes):
    """The class map as xarray decodes it, and CF's attributes of it."""
    same(np.asarray(data.fillna(0).values, "i8"), pixels.astype("i8"),
         f"{name}: classes")
    check(data.dims == ("y", "x"), f"{name}: dimensions {data.dims}")
    values = np.atleast_1d(data.attrs["flag_values"])
    same(values.astype(f"u{values.dtype.itemsize}"),
         np.arange(1, classes + 1, dtype=f"u{values.dtype.itemsize}"),
         f"{name}: flag_values")
    check(data.attrs["flag_meanings"].split()
          == [f"class_{j}" for j in range(1, classes + 1)],
          f"{name}: flag_meanings")
    check(data.encoding["_FillValue"] == 0, f"{name}: _FillValue")


def check_score(data, name, scores):
    same(data.values, scores, f"{name}: scores")
    check(data.dims == ("component", "y", "x"), f"{name}: {data.dims}")
    check(data.attrs["units"] == "1", f"{name}: unit")
    same(data.component.values, np.arange(1.0, len(scores) + 1),
         f"{name}: components")


def check_axes(file, name, place, shape):
    """Coordinates are those of the centres of the pixels."""
    west, step, _, north, _, down = place
    same(file.x.values, west + (np.arange(shape[1]) + 0.5) * step, f"{name}: x")
    same(file.y.values, north + (np.arange(shape[0]) + 0.5) * down,
         f"{name}: y")
    for axis in "xy":
        check(file[axis].attrs["standard_name"]
              == f"projection_{axis}_coordinate", f"{name}: name of {axis}")
        check(file[axis].attrs["units"] == "m", f"{name}: unit of {axis}")


def check_crs(file, name, epsg):
    """The WKT says what the EPSG registry does, and so do the parameters."""
    facts = file["crs"].attrs
    wanted = osr.SpatialReference()
    wanted.ImportFromEPSG(epsg)
    for key in ("crs_wkt", "spatial_ref"):
        found = osr.SpatialReference()
        found.ImportFromWkt(facts[key])
        check(found.IsSame(wanted), f"{name}: {key}")
    if "UTM" not in wanted.GetName():
        check("grid_mapping_name" not in facts, f"{name}: another projection")
        return
    check(facts["grid_mapping_name"] == "transverse_mercator",
          f"{name}: grid_mapping_name")
    for key, parameter in (
            ("longitude_of_central_meridian", osr.SRS_PP_CENTRAL_MERIDIAN),
            ("latitude_of_projection_origin", osr.SRS_PP_LATITUDE_OF_ORIGIN),
            ("scale_factor_at_central_meridian", osr.SRS_PP_SCALE_FACTOR),
            ("false_easting", osr.SRS_PP_FALSE_EASTING),
            ("false_northing", osr.SRS_PP_FALSE_NORTHING)):
        check(facts[key] == wanted.GetProjParm(parameter), f"{name}: {key}")
    check(facts["semi_major_axis"] == wanted.GetSemiMajor(), f"{name}: axis")
    close(facts["inverse_flattening"], wanted.GetInvFlattening(), 1e-9,
          f"{name}: flattening")


def check_file(run, classes, epsg=32618, folder="", scores=True):
    """All that xarray says of a file, against the GeoTIFFs."""
    name = f"{run.name}: {folder}{FILE}"
    with xarray.open_dataset(run.path(folder + FILE)) as file:
        check(file.attrs["Conventions"] == "CF-1.8", f"{name}: conventions")
        variables = set()
        if classes:
            pixels, place = whole(run.path(folder + "classes.tif"))
            check_class(file["class"], name, pixels[0], classes)
            variables.add("class")
        if scores:
            pixels, place = whole(run.path(folder + "pca.tif"))
            check_score(file["score"], name, pixels)
            close(file["variance_share"].values,
                  run.table("eigenvalues.csv")[:len(pixels), 2], 1e-15,
                  f"{name}: shares")
            variables |= {"score", "variance_share"}
        if epsg:
            check_axes(file, name, place, pixels.shape[1:])
            check_crs(file, name, epsg)
            for variable in variables - {"variance_share"}:
                mapping = {**file[variable].attrs, **file[variable].encoding}
                check(mapping["grid_mapping"] == "crs", f"{name}: mapping")
            variables.add("crs")
        else:
            same(file.x.values, np.arange(pixels.shape[2]) + 0.5, f"{name}: x")
            check(file.x.attrs["units"] == "1", f"{name}: unit of x")
        check(set(file.data_vars) == variables,
              f"{name}: {set(file.data_vars)} is not {variables}")


def check_gdal(run, variable, tif, epsg=32618):
    """GDAL and rasterio: pixels, place, CRS and nodata, as of the GeoTIFF."""
    name = f"{run.name}: {variable}"
    place = f'NETCDF:"{run.path(FILE)}":{variable}'
    ours, theirs = gdal.Open(place), gdal.Open(run.path(tif))
    same(ours.ReadAsArray(), theirs.ReadAsArray(), f"{name}: pixels")
    same(ours.GetGeoTransform(), theirs.GetGeoTransform(), f"{name}: place")
    check(ours.GetSpatialRef().GetAuthorityCode(None) == str(epsg),
          f"{name}: EPSG")
    same(ours.GetRasterBand(1).GetNoDataValue(),
         theirs.GetRasterBand(1).GetNoDataValue(), f"{name}: nodata")
    with rasterio.open(place) as image, rasterio.open(run.path(tif)) as map_:
        check(image.crs.to_epsg() == epsg, f"{name}: rasterio's CRS")
        same(image.bounds, map_.bounds, f"{name}: bounds")
        same(image.read_masks(1), map_.read_masks(1), f"{name}: mask")


def check_others(run):
    """netCDF4 and h5py: names of dimensions, unsigned values, one piece."""
    name = f"{run.name}: {FILE}"
    pixels, _ = whole(run.path("classes.tif"))
    with netCDF4.Dataset(run.path(FILE)) as file:
        check(set(file.dimensions) == {"component", "y", "x"},
              f"{name}: dimensions {set(file.dimensions)}")
        same(file["class"][:].filled(0).astype("u1"), pixels[0],
             f"{name}: netCDF4's classes")
    with h5py.File(run.path(FILE)) as file:
        check([d[0].name for d in file["score"].dims]
              == ["/component", "/y", "/x"], f"{name}: scales")
        check(file["score"].chunks is None and file["class"].chunks is None,
              f"{name}: contiguous")


def test_run():
    path = oracle.write_tile(CUBE, chunks=(9, 9, 9), compression="gzip")
    runs = oracle.at_ranks(path, f"-k 6 {OPTIONS}", (1, 3))
    for run in runs:
        check_file(run, 6)
        check_gdal(run, "class", "classes.tif")
        check_gdal(run, "score", "pca.tif")
        check_others(run)
        check(FILE in run.record["files"], f"{run.name}: record")
    check(len({run.digest(FILE) for run in runs}) == 1,
          "the same bytes at all rank counts")


def test_commands():
    """A part is there if its command makes it; ENVI's files go with them."""
    path = oracle.write_tile(CUBE)
    kmeans, pca, plain = oracle.run_all([
        dict(tile=path, options=f"-k 3 {OPTIONS} --envi", command="kmeans"),
        dict(tile=path, options="--hdf5 --bad-bands none", command="pca"),
        dict(tile=path, options="-k 3 --bad-bands none")])
    check_file(kmeans, 3, scores=False)
    same(gdal.Open(kmeans.path("classes.img")).ReadAsArray(),
         whole(kmeans.path("classes.tif"))[0][0], "both formats at once")
    check_file(pca, 0)
    check(FILE not in plain.record["files"], "no file without the option")


def test_many_classes():
    """More than 127 classes need the unsigned byte, 300 need two bytes."""
    cube = np.full((70, 60, 20), -9999, "i2")
    cube[:, 2:] = 7 * np.arange(70 * 58).reshape(70, 58, 1)
    path = oracle.write_tile(cube)
    for classes in (200, 300):
        for run in oracle.at_ranks(path, f"-k {classes} {OPTIONS}", (2,),
                                   "kmeans"):
            check_file(run, classes, scores=False)


def test_mosaics():
    """Two tiles: in folders of their own, and as one map."""
    west = oracle.write_tile(CUBE)
    east = oracle.write_tile(CUBE[:, :20] + np.int16(9), west=368033)
    for run in oracle.at_ranks([west, east], f"-k 4 {OPTIONS}", (3,)):
        for tile in (west, east):
            check_file(run, 4, folder=tile.split("/")[-1][:-3] + "/")
    for run in oracle.at_ranks([west, east], f"-k 4 --mosaic-tif {OPTIONS}",
                               (3,)):
        check_file(run, 4)
        check_gdal(run, "score", "pca.tif")


def test_other_systems():
    """A zone of the south, a system that is not UTM, and none."""
    def albers(file):
        place = file["SERC/Reflectance/Metadata/Coordinate_System"]
        del place["Map_Info"], place["EPSG Code"]
        place["Map_Info"] = "Albers, 1, 1, 1600000, 1900000, 2, 2"
        place["EPSG Code"] = "5070"

    def nowhere(file):
        del file["SERC/Reflectance/Metadata/Coordinate_System"]

    for edit, epsg in ((None, 32755), (albers, 5070), (nowhere, 0)):
        path = oracle.write_tile(CUBE, edit=edit, epsg=epsg or 32618)
        for run in oracle.at_ranks(path, f"-k 3 {OPTIONS}", (2,)):
            check_file(run, 3, epsg)
            if epsg:
                check_gdal(run, "class", "classes.tif", epsg)


def main():
    test_run()
    test_commands()
    test_many_classes()
    test_mosaics()
    test_other_systems()
    oracle.finish(at_least=380)


main()
