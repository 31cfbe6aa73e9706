#!/usr/bin/python3
"""What Spectral Python, GDAL and rasterio see in the files of --envi."""
import warnings

import numpy as np
import rasterio
import spectral.io.envi as envi
from osgeo import gdal

from lib import oracle
from lib.oracle import check, close, same

warnings.filterwarnings("ignore", ".*(NaN|no geotransform)")

CUBE = oracle.smooth_cube(40, 33, 30, seed=5)
CUBE[:, :6] = -9999
OPTIONS = "--envi --bad-bands none --max-iter 20"
FILES = ("classes.img", "classes.hdr", "pca.img", "pca.hdr", "centroids.sli",
         "centroids.hdr")


def check_place(run, file, epsg):
    """The same ground as the GeoTIFF's, to both readers."""
    name = f"{run.name}: {file}"
    ours = gdal.Open(run.path(file + ".img"))
    theirs = gdal.Open(run.path(file + ".tif"))
    check(ours.GetDriver().ShortName == "ENVI", f"{name}: GDAL's driver")
    same(ours.GetGeoTransform(), theirs.GetGeoTransform(), f"{name}: place")
    with rasterio.open(run.path(file + ".img")) as image:
        found = image.crs.to_epsg() if image.crs else 0
        check(found == epsg, f"{name}: rasterio's CRS is {image.crs}")
        with rasterio.open(run.path(file + ".tif")) as map_:
            same(image.bounds, map_.bounds, f"{name}: rasterio's bounds")
            same(image.read_masks(1), map_.read_masks(1), f"{name}: mask")


def check_classes(run, classes, folder=""):
    name = f"{run.name}: {folder}classes"
    image = envi.open(run.path(folder + "classes.hdr"))
    map_ = gdal.Open(run.path(folder + "classes.tif"))
    facts = image.metadata
    same(image.read_band(0), map_.ReadAsArray(), f"{name}: SPy's pixels")
    check(facts["file type"] == "ENVI Classification", f"{name}: file type")
    check(facts["classes"] == str(classes + 1), f"{name}: count")
    names = ["no data"] + [f"Class {j}" for j in range(1, classes + 1)]
    check(facts["class names"] == names, f"{name}: SPy's names")
    lookup = np.int64(facts["class lookup"]).reshape(-1, 3)
    theirs = gdal.Open(run.path(folder + "classes.img"))
    band = theirs.GetRasterBand(1)
    check(band.GetCategoryNames() == names, f"{name}: GDAL's names")
    check(band.GetNoDataValue() == 0, f"{name}: nodata")
    check(band.GetDescription() == "k-means class", f"{name}: description")
    same(theirs.ReadAsArray(), map_.ReadAsArray(), f"{name}: GDAL's pixels")
    colours = map_.GetRasterBand(1).GetColorTable()
    if colours:
        wanted = [colours.GetColorEntry(i)[:3] for i in range(classes + 1)]
        same(lookup, wanted, f"{name}: SPy's colours")
        table = band.GetColorTable()
        same([table.GetColorEntry(i)[:3] for i in range(classes + 1)], wanted,
             f"{name}: GDAL's colours")
    else:
        check(len(lookup) == classes + 1, f"{name}: colours")


def check_scores(run, folder=""):
    name = f"{run.name}: {folder}pca"
    image = envi.open(run.path(folder + "pca.hdr"))
    map_ = gdal.Open(run.path(folder + "pca.tif"))
    scores = map_.ReadAsArray().reshape(-1, map_.RasterYSize, map_.RasterXSize)
    check(image.metadata["interleave"] == "bil", f"{name}: interleave")
    same(np.asarray(image.load()), np.moveaxis(scores, 0, 2),
         f"{name}: SPy's pixels")
    theirs = gdal.Open(run.path(folder + "pca.img"))
    same(theirs.ReadAsArray().reshape(scores.shape), scores,
         f"{name}: GDAL's pixels")
    for i in range(1, len(scores) + 1):
        band = theirs.GetRasterBand(i)
        check(np.isnan(band.GetNoDataValue()), f"{name}: nodata of band {i}")
        wanted = map_.GetRasterBand(i).GetDescription()
        check(band.GetDescription() == wanted == image.metadata["band names"][i - 1],
              f"{name}: name of band {i}")


def check_library(run, classes, fwhm):
    name = f"{run.name}: library"
    library = envi.open(run.path("centroids.hdr"))
    check(isinstance(library, envi.SpectralLibrary), f"{name}: kind")
    same(library.spectra, run.centroids, f"{name}: spectra")
    check(library.names == [f"Class {j}" for j in range(1, classes + 1)],
          f"{name}: names {library.names}")
    same(library.bands.centers, run.wavelengths, f"{name}: wavelengths")
    check(library.bands.band_unit == "Nanometers", f"{name}: unit")
    if fwhm:
        same(library.bands.bandwidths, np.full(len(run.wavelengths), fwhm),
             f"{name}: widths")
    else:
        check(library.bands.bandwidths is None, f"{name}: no widths")


def test_run():
    path = oracle.write_tile(CUBE, chunks=(9, 9, 9), compression="gzip")
    runs = oracle.at_ranks(path, f"-k 6 {OPTIONS}", (1, 3))
    for run in runs:
        for file in ("classes", "pca"):
            check_place(run, file, 32618)
        check_classes(run, 6)
        check_scores(run)
        check_library(run, 6, 5.8)
        check(set(FILES) <= set(run.record["files"]), f"{run.name}: record")
    for file in FILES:
        check(len({run.digest(file) for run in runs}) == 1,
              f"{file}: the same bytes at all rank counts")


def test_commands():
    """Each command writes its part, and nothing without the option."""
    path = oracle.write_tile(CUBE)
    kmeans, pca, plain = oracle.run_all([
        dict(tile=path, options=f"-k 3 {OPTIONS}", command="kmeans"),
        dict(tile=path, options="--envi --bad-bands none", command="pca"),
        dict(tile=path, options="-k 3 --bad-bands none")])
    check_classes(kmeans, 3)
    check_library(kmeans, 3, 5.8)
    check_scores(pca)
    for run, wanted in ((kmeans, {"classes", "centroids"}), (pca, {"pca"}),
                        (plain, set())):
        found = {file.split(".")[0] for file in FILES
                 if file in run.record["files"]}
        check(found == wanted, f"{run.name}: {found} is not {wanted}")


def test_many_classes():
    """300 classes take two bytes."""
    cube = CUBE.copy()
    cube[:, 6:] = 15 * np.arange(40 * 27).reshape(40, 27, 1)
    path = oracle.write_tile(cube)
    for run in oracle.at_ranks(path, f"-k 300 {OPTIONS}", (2,), "kmeans"):
        check_classes(run, 300)


def test_mosaics():
    """Two tiles: in folders of their own, and as one map."""
    west = oracle.write_tile(CUBE)
    east = oracle.write_tile(CUBE[:, :20] + np.int16(9), west=368033)
    for run in oracle.at_ranks([west, east], f"-k 4 {OPTIONS}", (3,)):
        for tile in (west, east):
            folder = tile.split("/")[-1][:-3] + "/"
            check_classes(run, 4, folder)
            check_scores(run, folder)
            check_place(run, folder + "classes", 32618)
        check_library(run, 4, 5.8)
    for run in oracle.at_ranks([west, east], f"-k 4 --mosaic-tif {OPTIONS}",
                               (3,)):
        check_classes(run, 4)
        check_scores(run)
        check_place(run, "pca", 32618)


def test_other_systems():
    """A zone of the south, a system that is not UTM, and none."""
    def albers(file):
        place = file["SERC/Reflectance/Metadata/Coordinate_System"]
        del place["Map_Info"], place["EPSG Code"]
        place["Map_Info"] = "Albers, 1, 1, 1600000, 1900000, 2, 2"
        place["EPSG Code"] = "5070"

    def nowhere(file):
        del file["SERC/Reflectance/Metadata/Coordinate_System"]
        del file["SERC/Reflectance/Metadata/Spectral_Data/FWHM"]

    def unknown(file):
        place = file["SERC/Reflectance/Metadata/Coordinate_System"]
        del place["EPSG Code"]
        place["EPSG Code"] = "99999"

    for edit, epsg in ((None, 32755), (albers, 5070), (nowhere, 0)):
        path = oracle.write_tile(CUBE, edit=edit, epsg=epsg or 32618)
        for run in oracle.at_ranks(path, f"-k 3 {OPTIONS}", (2,)):
            check_place(run, "classes", epsg)
            check_place(run, "pca", epsg)
            check_library(run, 3, 5.8 if epsg else None)
    path = oracle.write_tile(CUBE, edit=unknown)
    for run in oracle.run_all([dict(tile=path, options=OPTIONS, ranks=n)
                               for n in (1, 3)]):
        oracle.check_refusal(run, (65,), [path, "EPSG:99999", "PROJ"])
        check("reading" not in run.said, f"{run.name}: refused before reading")


def main():
    test_run()
    test_commands()
    test_many_classes()
    test_mosaics()
    test_other_systems()
    oracle.finish(at_least=280)


main()
