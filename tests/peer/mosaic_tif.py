#!/usr/bin/python3
"""--mosaic-tif: one GeoTIFF of all tiles holds what GDAL makes of the VRT that
the same run writes without it; the same bytes at any rank count."""
import os
import xml.etree.ElementTree as xml

import numpy as np
from osgeo import gdal

from lib import oracle
from lib.oracle import check, same

WEST, NORTH = 412000, 5004000
OPTIONS = "-k 4 --max-iter 20 --bad-bands none --eigen-grid 1x1"
MAPS = ("classes", "pca")
FILES = {"classes.tif", "classes.tif.aux.xml", "classes.qml", "pca.tif",
         "centroids.csv", "eigenvalues.csv", "components.csv", "model.h5",
         "run.json"}


def tile(cube, top, left, **how):
    return oracle.write_tile(cube, west=WEST + left, north=NORTH - top, **how)


def side_by_side():
    """Five tiles of several sizes and layouts, in two rows, with a gap."""
    cube = oracle.smooth_cube(50, 60, 30, seed=4)
    cube[5:9, 3:20] = cube[30:, 55] = -9999
    places = [((0, 20), (0, 18)), ((0, 25), (18, 39)), ((3, 20), (41, 60)),
              ((26, 50), (0, 30)), ((20, 50), (39, 60))]
    stored = [dict(chunks=(5, 7, 8), compression="gzip"),
              dict(chunks=(25, 21, 1), compression="gzip"), {}, {},
              dict(chunks=(30, 21, 1), compression="gzip", shuffle=True)]
    return [tile(cube[top:bottom, left:right], top, left, **how)
            for ((top, bottom), (left, right)), how in zip(places, stored)]


def overlapping():
    """The later tile has holes over data of the earlier one, and over a hole
    of it."""
    first = oracle.smooth_cube(30, 25, 30, seed=5)
    second = oracle.smooth_cube(28, 31, 30, seed=6)
    first[20:24, 15:20] = -9999
    second[3:9, 2:11] = second[20:, 4] = -9999
    return [tile(first, 0, 0), tile(second, 12, 10)]


def run_all(jobs):
    """Runs over (tiles, options, ranks) that succeed."""
    runs = oracle.run_all([dict(tile=tiles, options=f"{OPTIONS} {options}",
                                ranks=ranks) for tiles, options, ranks in jobs])
    for run in runs:
        oracle.must_succeed(run)
    return runs


def check_against_gdal(run, apart):
    """Pixels, place, names, nodata and colours of gdal_translate's GeoTIFF."""
    for name in MAPS:
        translated = oracle.new_path(".tif")
        gdal.Translate(translated, apart.path(f"{name}.vrt"))
        ours, theirs = gdal.Open(run.path(f"{name}.tif")), gdal.Open(translated)
        same(ours.ReadAsArray(), theirs.ReadAsArray(), f"{run.name}: {name}")
        for what in ("GetGeoTransform", "GetProjection"):
            check(getattr(ours, what)() == getattr(theirs, what)(),
                  f"{run.name}: {name}: {what}")
        for band in range(1, theirs.RasterCount + 1):
            a, b = ours.GetRasterBand(band), theirs.GetRasterBand(band)
            check(a.DataType == b.DataType
                  and a.GetDescription() == b.GetDescription()
                  and str(a.GetNoDataValue()) == str(b.GetNoDataValue()),
                  f"{run.name}: {name}: band {band}")
    files = os.listdir(run.folder)
    check(FILES <= set(files) and sorted(files) == sorted(run.record["files"])
          and not any(name.endswith(".vrt") for name in files),
          f"{run.name}: files {files}")


def check_sidecar(run, classes):
    """It counts the pixels of the map, and names and colours its classes."""
    root = xml.parse(run.path("classes.tif.aux.xml")).getroot()
    counts = [int(row.findall("F")[1].text) for row in root.iter("Row")]
    same(counts, np.bincount(run.classes.ravel(), minlength=classes + 1),
         f"{run.name}: counts of the sidecar")
    file = gdal.Open(run.path("classes.tif"))  # owns its band
    colours = file.GetRasterBand(1).GetColorTable()
    check(classes > 255 or colours.GetCount() >= classes + 1,
          f"{run.name}: palette")


def check_scene(tiles, options="", classes=4):
    """At several rank counts, against the VRTs of one."""
    apart, *runs = run_all([(tiles, options, 2)] + [
        (tiles, f"{options} --mosaic-tif", ranks) for ranks in oracle.RANKS])
    check_against_gdal(runs[0], apart)
    check_sidecar(runs[0], classes)
    for file in ("classes.tif", "classes.tif.aux.xml", "classes.qml",
                 "pca.tif"):
        digests = {run.digest(file) for run in runs}
        check(len(digests) == 1, f"{file}: the same bytes at any rank count")
    for file in ("centroids.csv", "components.csv", "eigenvalues.csv"):
        check(runs[0].digest(file) == apart.digest(file), f"{file} is the same")
    return runs[0]


def check_order(tiles, run):
    for other in run_all([(order, "--mosaic-tif", 3) for order in
                          (tiles[::-1], tiles[2:] + tiles[:2])]):
        for file in ("classes.tif", "pca.tif"):
            check(other.digest(file) == run.digest(file),
                  f"{file}: the same bytes in another order of the tiles")


def check_one_tile(only):
    """With one tile, it changes nothing."""
    plain, run = run_all([(only, option, 2) for option in ("", "--mosaic-tif")])
    for file in ("classes.tif", "classes.tif.aux.xml", "pca.tif"):
        check(plain.digest(file) == run.digest(file), f"one tile: {file}")


def check_same_name(tiles):
    """Files of the same name are no trouble: no folder is named after them."""
    again = oracle.new_path()
    os.mkdir(again)
    other = os.path.join(again, os.path.basename(tiles[0]))
    os.rename(tiles[1], other)
    run_all([([tiles[0], other], "--mosaic-tif", 2)])


def no_place(file):
    del file["SERC/Reflectance/Metadata/Coordinate_System/Map_Info"]


def coarse(file):
    place = file["SERC/Reflectance/Metadata/Coordinate_System"]
    text = place["Map_Info"][()].decode()
    del place["Map_Info"]
    place["Map_Info"] = text.replace("1.0000000,", "2.0000000,")


def check_refusals():
    """Before anything is read, and with nothing left behind."""
    cube = oracle.smooth_cube(20, 18, 30)
    first = tile(cube, 0, 0)
    cases = [
        (tile(cube, 20, 0, epsg=32617), "have different CRS"),
        (tile(cube, 20, 0, edit=coarse), "have pixels of different sizes"),
        (tile(cube, 20, 0.5), "are not whole pixels apart"),
        (tile(cube, 20.25, 0), "are not whole pixels apart"),
        (tile(cube, 20, 0, edit=no_place), "does not say where it lies")]
    runs = oracle.run_all([dict(tile=[first, other], ranks=3,
                                options=f"{OPTIONS} --mosaic-tif")
                           for other, _ in cases])
    for run, (other, words) in zip(runs, cases):
        oracle.check_refusal(run, {65}, [other, words, "--mosaic-tif"])
        check("reading" not in run.said, f"{run.name}: read nothing")


def main():
    tiles = side_by_side()
    run = check_scene(tiles)
    check(np.any(run.classes[20:26, 3:17] == 0), "there is a gap")
    check_order(tiles, run)
    check_scene(overlapping())
    check_scene(overlapping()[::-1])
    check_scene(tiles[:3], "-k 300 --max-iter 3", classes=300)
    check_one_tile(tiles[0])
    check_same_name(tiles)
    check_refusals()
    oracle.finish(150)


if __name__ == "__main__":
    main()
