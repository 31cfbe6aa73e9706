#!/usr/bin/python3
"""What GDAL and rasterio see in classes.tif and pca.tif."""
import re

import numpy as np
import rasterio
from osgeo import gdal

from lib import oracle
from lib.oracle import check, close, same

WEST, NORTH = 368000, 4307000  # of the tiles that oracle.write_tile() writes
CUBE = oracle.smooth_cube(40, 33, 30, seed=2)
CUBE[:, :6] = -9999
VALID = np.all(CUBE != -9999, axis=2)
OPTIONS = "--bad-bands none --max-iter 20"


def check_place(run, file, epsg=32618, pixel=(1, 1), west=WEST, north=NORTH):
    """CRS, corner, pixel size and extent, as both readers tell them."""
    name = f"{run.name}: {file}"
    raster = gdal.Open(run.path(file))
    reference = raster.GetSpatialRef()
    if epsg:
        check(reference.GetAuthorityCode(None) == str(epsg), f"{name}: EPSG")
        check(reference.IsProjected(), f"{name}: projected")
    else:
        check(reference is None, f"{name}: {reference} is no CRS")
    close(raster.GetGeoTransform(), (west, pixel[0], 0, north, 0, -pixel[1]), 0,
          f"{name}: geotransform")
    check(raster.GetMetadataItem("AREA_OR_POINT") in ("Area", None),
          f"{name}: pixels are areas")
    with rasterio.open(run.path(file)) as image:
        check((image.crs.to_epsg() if image.crs else 0) == epsg,
              f"{name}: rasterio's CRS is {image.crs}")
        rows, cols = CUBE.shape[:2]
        close(image.bounds, (west, north - rows * pixel[1],
                             west + cols * pixel[0], north), 0,
              f"{name}: rasterio's bounds")


def check_nowhere(run, file):
    """No CRS and no geotransform but the one that GDAL makes up."""
    raster = gdal.Open(run.path(file))
    check(raster.GetSpatialRef() is None, f"{run.name}: {file}: no CRS")
    check(raster.GetGeoTransform(can_return_null=True) is None,
          f"{run.name}: {file}: no geotransform")


def check_pixels(run, file, kind):
    """Both readers read the same, as a whole and in windows."""
    name = f"{run.name}: {file}"
    theirs = gdal.Open(run.path(file)).ReadAsArray()
    check(theirs.dtype == kind, f"{name}: {theirs.dtype}")
    with rasterio.open(run.path(file)) as image:
        ours = image.read()
        same(ours, theirs.reshape(ours.shape), f"{name}: rasterio and GDAL")
        window = rasterio.windows.Window(5, 11, 20, 13)
        same(image.read(window=window), ours[:, 11:24, 5:25],
             f"{name}: a window")
        check(image.dtypes[0] == kind, f"{name}: {image.dtypes[0]}")


def check_band_facts(run, file, count, nodata, description):
    name = f"{run.name}: {file}"
    raster = gdal.Open(run.path(file))
    check(raster.RasterCount == count, f"{name}: {raster.RasterCount} bands")
    for i in range(1, count + 1):
        band = raster.GetRasterBand(i)
        same(np.float64(band.GetNoDataValue()), nodata, f"{name}: nodata")
        check(re.fullmatch(description.format(i), band.GetDescription()),
              f"{name}: band {i} is {band.GetDescription()!r}")
    with rasterio.open(run.path(file)) as image:
        mask = image.read_masks(1) > 0
        same(mask, VALID, f"{name}: rasterio's mask is the valid pixels")


def categories_of(run):
    """GDAL 3.6 reads the sidecar only once the files were asked for."""
    raster = gdal.Open(run.path("classes.tif"))
    check(run.path("classes.tif.aux.xml") in raster.GetFileList(),
          f"{run.name}: the sidecar belongs to the map")
    return raster.GetRasterBand(1).GetCategoryNames()


def check_classes(run, classes):
    """Names with shares, an attribute table with counts, and colours."""
    count = np.bincount(run.classes.ravel(), minlength=classes + 1)
    share = 100 * count[1:] / count[1:].sum()
    names = ["no data"] + [f"Class {j} ({share[j - 1]:.1f} %)"
                           for j in range(1, classes + 1)]
    check(categories_of(run) == names, f"{run.name}: {categories_of(run)[:9]}")
    raster = gdal.Open(run.path("classes.tif"))
    table = raster.GetRasterBand(1).GetDefaultRAT()
    check(table.GetRowCount() == classes + 1, f"{run.name}: rows of the table")
    column = {table.GetNameOfCol(i): table.ReadAsArray(i)
              for i in range(table.GetColumnCount())}
    same(column["Value"], np.arange(classes + 1), f"{run.name}: values")
    same(column["Count"], count.astype("f8"), f"{run.name}: counts")
    rgb = np.stack([column[c] for c in ("Red", "Green", "Blue")], axis=1)
    same(rgb[0], [0, 0, 0], f"{run.name}: no data is black")
    check(len(np.unique(rgb[:256], axis=0)) == min(classes + 1, 256),
          f"{run.name}: each class has a colour of its own")
    return rgb


def check_palette(run, rgb):
    """The colours of the table, in the map itself."""
    raster = gdal.Open(run.path("classes.tif"))  # a band does not keep it open
    band = raster.GetRasterBand(1)
    colours = band.GetColorTable()
    check(colours is not None and colours.GetCount() >= len(rgb),
          f"{run.name}: a palette")
    check(band.GetColorInterpretation() == gdal.GCI_PaletteIndex,
          f"{run.name}: palette interpretation")
    same([colours.GetColorEntry(i)[:3] for i in range(len(rgb))], rgb,
         f"{run.name}: palette")
    with rasterio.open(run.path("classes.tif")) as image:
        same([image.colormap(1)[i][:3] for i in range(len(rgb))], rgb,
             f"{run.name}: rasterio's palette")


def test_run():
    """A tile with an edge without data, its CRS and its place."""
    path = oracle.write_tile(CUBE, chunks=(9, 9, 9), compression="gzip")
    for run in oracle.at_ranks(path, f"-k 6 {OPTIONS}", (1, 3)):
        same(run.classes > 0, VALID, f"{run.name}: valid pixels")
        components = run.record["pca"]["components"]
        check(components > 1, f"{run.name}: several components")
        share = [f"{100 * row[2]:.4g}" for row in run.table("eigenvalues.csv")]
        for file, count, kind, nodata, description in (
                ("classes.tif", 1, "uint8", 0.0, "k-means class"),
                ("pca.tif", components, "float32", np.nan, r"PC{} \(.* %\)")):
            check_place(run, file)
            check_pixels(run, file, kind)
            check_band_facts(run, file, count, nodata, description)
        check_palette(run, check_classes(run, 6))
        names = gdal.Open(run.path("pca.tif"))
        for i in range(1, components + 1):
            check(names.GetRasterBand(i).GetDescription()
                  == f"PC{i} ({share[i - 1]} %)", f"{run.name}: name of PC{i}")


def test_many_classes():
    """255 classes fit in a byte; 300 do not, and have no palette.  Ever
    brighter pixels fill all of them."""
    cube = CUBE.copy()
    cube[VALID] = 15 * np.arange(VALID.sum())[:, None]
    path = oracle.write_tile(cube, chunks=(9, 9, 9), compression="gzip")
    for classes, kind in ((255, "uint8"), (300, "uint16")):
        for run in oracle.at_ranks(path, f"-k {classes} {OPTIONS}", (1, 2),
                                   "kmeans"):
            same(np.unique(run.classes), np.arange(classes + 1),
                 f"{run.name}: all classes")
            check_place(run, "classes.tif")
            check_pixels(run, "classes.tif", kind)
            check_band_facts(run, "classes.tif", 1, 0.0, "k-means class")
            rgb = check_classes(run, classes)
            if kind == "uint8":
                check_palette(run, rgb)


def map_info(text):
    def edit(file):
        place = file["SERC/Reflectance/Metadata/Coordinate_System"]
        for name in list(place):
            del place[name]
        if text:
            place["Map_Info"] = text
    return edit


def test_places():
    """Other pixel sizes and zones; no map information; a rotated grid."""
    utm = "UTM, 1, 1, 300000, 6200000, {}, {}, {}, {}, WGS-84, units=Meters"
    plain = None
    cases = [
        (utm.format(1, 1, 11, "North"), dict(epsg=32611), ""),
        (utm.format(2.5, 5, 56, "South"), dict(epsg=32756, pixel=(2.5, 5)), ""),
        ("Arbitrary, 1, 1, 300000, 6200000, 1, 1", dict(epsg=0), "no CRS"),
        (None, plain, "no CRS"),
        (utm.format(1, 1, 11, "North") + ", rotation=12.5", plain, "no CRS"),
    ]
    for text, place, said in cases:
        path = oracle.write_tile(CUBE, edit=map_info(text))
        if place:
            place = {**dict(west=300000, north=6200000), **place}
        for run in oracle.at_ranks(path, f"-k 3 {OPTIONS}", (2,)):
            run.name = f"{run.name}, {text}"
            for file, kind in (("classes.tif", "uint8"),
                               ("pca.tif", "float32")):
                check_pixels(run, file, kind)
                if place:
                    check_place(run, file, **place)
                else:
                    check_nowhere(run, file)
            check(("no CRS" in run.said) == bool(said),
                  f"{run.name}: {run.said!r}")


def main():
    test_run()
    test_many_classes()
    test_places()
    oracle.finish(at_least=330)


main()
