#!/usr/bin/python3
"""--mask: masked pixels are as if they had no data, for a tile and a mosaic;
masks that do not fit are refused."""
import os

import numpy as np
from osgeo import gdal, osr

from lib import oracle
from lib.oracle import check, same

ROWS, COLS, BANDS = 40, 33, 30
WEST, NORTH = 368000, 4307000
OPTIONS = "--bad-bands none -k 4 --max-iter 30 --eigen-grid 1x1"
KMEANS = "--bad-bands none -k 4 --max-iter 2"
FILES = ("classes.tif", "centroids.csv", "deviations.csv", "eigenvalues.csv",
         "components.csv", "model.h5", "pca.tif", "classes.csv")


def cube_of(seed, rows=ROWS):
    cube = oracle.smooth_cube(rows, COLS, BANDS, seed)
    cube[:, :3] = -9999
    return cube


def write_mask(values, west=WEST, north=NORTH, epsg=32618, pixel=1.0,
               options=(), nodata=None, bands=1):
    """A GeoTIFF by GDAL; without a place if west is None."""
    path = oracle.new_path(".tif")
    kind = {"uint8": gdal.GDT_Byte, "int16": gdal.GDT_Int16,
            "float32": gdal.GDT_Float32}[values.dtype.name]
    out = gdal.GetDriverByName("GTiff").Create(
        path, values.shape[1], values.shape[0], bands, kind, list(options))
    if west is not None:
        out.SetGeoTransform((west, pixel, 0, north, 0, -pixel))
    if epsg:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(epsg)
        out.SetProjection(crs.ExportToWkt())
    for band in range(bands):
        out.GetRasterBand(band + 1).WriteArray(values)
    if nodata is not None:
        out.GetRasterBand(1).SetNoDataValue(nodata)
    out.FlushCache()
    return path


def holes(rows, cols, seed):
    """About a third is 0; what is used has several values."""
    draw = np.random.default_rng(seed).integers(0, 6, (rows, cols))
    return np.where(draw < 2, 0, draw * 40).astype("u1")


def blank(cube, used):
    return np.where(used[..., None] != 0, cube, np.int16(-9999))


def check_equal(masked, wanted, files=FILES, folder=""):
    oracle.must_succeed(masked)
    oracle.must_succeed(wanted)
    for file in files:
        check(masked.digest(folder + file) == wanted.digest(folder + file),
              f"{masked.name}: {folder}{file}")


def test_tile():
    """The mask as large as the tile, larger, without a place, in tiles of its
    own, and with a nodata value; at several rank counts."""
    cube, used = cube_of(3), holes(ROWS, COLS, 4)
    tile = oracle.write_tile(cube)
    blanked = oracle.write_tile(blank(cube, used))
    around = np.zeros((ROWS + 30, COLS + 20), "u1")
    around[7:7 + ROWS, 11:11 + COLS] = used
    signed = np.where(used == 0, -7, used).astype("i2")
    signed[used == 80] = 0
    masks = [write_mask(used), write_mask(used, west=None, epsg=0),
             write_mask(around, WEST - 11 + 0.004, NORTH + 7,
                        options=("TILED=YES", "COMPRESS=DEFLATE")),
             write_mask(around, WEST - 11, NORTH + 7, epsg=0,
                        options=("COMPRESS=LZW",))]
    wanted, *runs = oracle.run_all(
        [dict(tile=blanked, options=OPTIONS)]
        + [dict(tile=tile, options=f"{OPTIONS} --mask {mask}", ranks=ranks)
           for mask, ranks in zip(masks, (1, 2, 3, 4))])
    for run in runs:
        check_equal(run, wanted)
        left_out = int(np.sum((cube[..., 0] != -9999) & (used == 0)))
        same([run.record["pixels"][key]
              for key in ("valid", "nodata", "masked")],
             [np.sum(wanted.classes > 0), 3 * ROWS, left_out],
             f"{run.name}: pixels")
        check(f"{left_out} masked" in run.said, f"{run.name}: {run.said[:300]}")
    twice = oracle.run_all(
        [dict(tile=oracle.write_tile(blank(cube, signed > 0)),
              options=OPTIONS),
         dict(tile=tile, options=f"{OPTIONS} --mask "
              f"{write_mask(signed, nodata=-7)}", ranks=2)])
    check_equal(twice[1], twice[0])
    for command, options, files in (
            ("sweep", "-k 3,4 --subset 1,2", ("sweep.csv",)),
            ("predict", f"-m {wanted.folder}", ("classes.tif", "pca.tif"))):
        bare = "--bad-bands none " if command == "sweep" else ""
        ours, theirs = oracle.run_all(
            [dict(tile=tile, options=f"{bare}{options} --mask {masks[2]}",
                  command=command, ranks=2),
             dict(tile=blanked, options=f"{bare}{options}", command=command)])
        if command == "sweep":
            oracle.must_succeed(ours)
            oracle.must_succeed(theirs)
            same([line["within"] for line in ours.record["sweep"]["lines"]],
                 [line["within"] for line in theirs.record["sweep"]["lines"]],
                 "sweep")
        else:
            check_equal(ours, theirs, files)


def test_mosaic():
    """One mask over two tiles of different heights, which it spans."""
    cubes = [cube_of(5), cube_of(6, rows=25)]
    used = holes(ROWS, 2 * COLS, 8)
    mask = write_mask(used)
    parts = [used[:, :COLS], used[:25, COLS:]]
    places = [dict(west=WEST), dict(west=WEST + COLS)]
    tiles = [oracle.write_tile(c, **p) for c, p in zip(cubes, places)]
    blanked = [oracle.write_tile(blank(c, part), **p)
               for c, part, p in zip(cubes, parts, places)]
    wanted, *runs = oracle.run_all(
        [dict(tile=blanked, options=OPTIONS)]
        + [dict(tile=tiles, options=f"{OPTIONS} --mask {mask}", ranks=ranks)
           for ranks in (1, 3)])
    for run in runs:
        check_equal(run, wanted, ("centroids.csv", "eigenvalues.csv"))
        for ours, theirs in zip(tiles, blanked):
            name, other = (os.path.splitext(os.path.basename(t))[0]
                           for t in (ours, theirs))
            check(run.digest(f"{name}/classes.tif")
                  == wanted.digest(f"{other}/classes.tif"),
                  f"{run.name}: {name}/classes.tif")


def test_again(tile, mask, other):
    """The mask is among the settings in the record."""
    first = oracle.Run(tile, f"{KMEANS} --mask {mask}", command="kmeans")
    oracle.must_succeed(first)
    again = oracle.launch(["kmeans", "--config", first.path("run.json"), "-o",
                           first.folder + "b", tile], ranks=2)
    check(again.returncode == 0, f"--config: {again.stderr}")
    with open(first.folder + "b/classes.tif", "rb") as ours, \
            open(first.path("classes.tif"), "rb") as theirs:
        check(ours.read() == theirs.read(), "--config: the same mask")
    differs = oracle.Run(tile, f"{KMEANS} --mask {other}", command="kmeans")
    check(differs.digest("classes.tif") != first.digest("classes.tif"),
          "another mask")


def test_refused(tile):
    used = np.ones((ROWS, COLS), "u1")
    text = oracle.new_path(".tif")
    with open(text, "w", encoding="utf-8") as out:
        out.write("no TIFF")
    neighbour = oracle.write_tile(cube_of(7), west=WEST + COLS)
    for tiles, mask, status, words in (
            (tile, "absent.tif", 66, "cannot open 'absent.tif'"),
            (tile, text, 65, "'"),
            (tile, write_mask(used, bands=2), 65, "has 2 bands"),
            (tile, write_mask(used.astype("f4")), 65, "holds no integers"),
            (tile, write_mask(used[1:], west=None, epsg=0), 65,
             "has 39 x 33 pixels, but"),
            (tile, write_mask(used, epsg=32617), 65, "EPSG 32617"),
            (tile, write_mask(used, west=WEST + 0.5), 65, "gdalwarp"),
            (tile, write_mask(used, pixel=2.0), 65, "pixels of 2 x 2"),
            (tile, write_mask(used, west=WEST + 1), 65,
             "does not cover all of"),
            (tile, write_mask(used[:-1]), 65, "does not cover all of"),
            (tile, write_mask(0 * used), 65, "no valid pixel"),
            ([tile, neighbour], write_mask(used), 65, os.path.basename(
                neighbour)),
            ([tile, neighbour], write_mask(used, west=None, epsg=0), 65,
             "does not say where it lies")):
        for ranks in (1, 3):
            run = oracle.Run(tiles, f"{OPTIONS} --mask {mask}", ranks)
            check(run.status == status and words in run.said
                  and not os.path.exists(run.path("run.json")),
                  f"{mask} on {ranks}: {run.status}, {run.said}")


def main():
    test_tile()
    test_mosaic()
    tile = oracle.write_tile(cube_of(9))
    test_again(tile, write_mask(holes(ROWS, COLS, 10)),
               write_mask(holes(ROWS, COLS, 11)))
    test_refused(tile)
    oracle.finish(at_least=90)


main()
