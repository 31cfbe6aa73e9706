#!/usr/bin/python3
"""Several tiles are one data set: what they give together is what one large
tile gives, bit for bit, whatever their sizes, layouts and order; and GDAL and
rasterio see one map."""
import os

import numpy as np
import rasterio
from osgeo import gdal

from lib import oracle
from lib.oracle import check, same

WEST, NORTH = 412000, 5004000
OPTIONS = "-k 4 --max-iter 40 --bad-bands none --eigen-grid 1x1"


def large_cube():
    """Most of the north-west has no data, so that equal numbers of rows would
    be unequal work."""
    cube = oracle.smooth_cube(47, 39, 30, seed=11)
    cube[:20, :17] = cube[25:28, 8] = cube[40, 38, 7] = -9999
    cube[0, 0] = 77
    return cube


CUBE = large_cube()
# Rows and columns of each tile, and how it is stored.
PARTS = [
    ((0, 21), (0, 18), dict(chunks=(5, 7, 8), compression="gzip")),
    ((0, 21), (18, 39), dict(chunks=(21, 21, 1), compression="gzip")),
    ((21, 47), (0, 18), dict(chunks=(26, 18, 1), compression="gzip",
                             shuffle=True)),
    ((21, 47), (18, 39), dict()),
]


def write_parts(cube=CUBE, **how):
    return [oracle.write_tile(cube[top:bottom, left:right], west=WEST + left,
                              north=NORTH - top, **storage, **how)
            for (top, bottom), (left, right), storage in PARTS]


def folder_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def read(path):
    return gdal.Open(path).ReadAsArray()


def check_run(run, whole, tiles):
    """One mosaic against the run over one large tile."""
    for file in ("centroids.csv", "eigenvalues.csv", "components.csv"):
        check(run.digest(file) == whole.digest(file),
              f"{run.name}: {file} is that of one tile")
    same(run.reassigned, whole.reassigned, f"{run.name}: reassigned")
    same(read(run.path("classes.vrt")), whole.classes, f"{run.name}: classes")
    same(read(run.path("pca.vrt")), whole.scores, f"{run.name}: scores")
    for tile, ((top, bottom), (left, right), _) in tiles:
        part = np.s_[top:bottom, left:right]
        folder = run.path(folder_of(tile))
        same(read(f"{folder}/classes.tif"), whole.classes[part],
             f"{run.name}: classes of a tile")
        same(read(f"{folder}/pca.tif"), whole.scores[:, *part],
             f"{run.name}: scores of a tile")
    same([tile["path"] for tile in run.record["tiles"]],
         [tile for tile, _ in tiles], f"{run.name}: tiles of the record")
    same(list(run.record["pixels"].values()),
         list(whole.record["pixels"].values()), f"{run.name}: pixels")


def check_rasters(run, whole):
    """What GDAL and rasterio say of the VRTs is what they say of one map."""
    for vrt, tif in (("classes.vrt", "classes.tif"), ("pca.vrt", "pca.tif")):
        with rasterio.open(run.path(vrt)) as ours, \
                rasterio.open(whole.path(tif)) as theirs:
            for what in ("crs", "transform", "shape", "dtypes", "descriptions",
                         "bounds"):
                check(getattr(ours, what) == getattr(theirs, what),
                      f"{vrt}: {what}: {getattr(ours, what)} is not "
                      f"{getattr(theirs, what)}")
            same(np.float64(ours.nodatavals), np.float64(theirs.nodatavals),
                 f"{vrt}: nodata")
    files = [gdal.Open(path) for path in (run.path("classes.vrt"),
                                          whole.path("classes.tif"))]
    check(all(file.GetFileList() for file in files), "files")  # GDAL then reads sidecars
    ours, theirs = (file.GetRasterBand(1) for file in files)
    same(ours.GetCategoryNames(), theirs.GetCategoryNames(), "categories")
    table, other = ours.GetDefaultRAT(), theirs.GetDefaultRAT()
    for row in range(other.GetRowCount()):
        for column in range(other.GetColumnCount()):
            check(table.GetValueAsString(row, column)
                  == other.GetValueAsString(row, column),
                  f"attribute table, row {row}, column {column}")
        check(ours.GetColorTable().GetColorEntry(row)
              == theirs.GetColorTable().GetColorEntry(row),
              f"colour of class {row}")


def check_mosaics(whole, tiles):
    """In several orders and at several rank counts."""
    orders = [(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)]
    jobs = [([tiles[i] for i in order], ranks)
            for order, ranks in [(orders[0], n) for n in (1, 2, 3, 4)]
            + [(order, 3) for order in orders[1:]]]
    runs = oracle.run_all([dict(tile=[path for path, _ in listed],
                                options=OPTIONS, ranks=ranks)
                           for listed, ranks in jobs])
    for run, (listed, _) in zip(runs, jobs):
        oracle.must_succeed(run)
        check_run(run, whole, listed)
    check_rasters(runs[0], whole)


def check_shares(tiles):
    """What -v says of the ranks' valid pixels: equal to 2 %, or to the rows
    that meet at their ends."""
    shares = oracle.Run([path for path, _ in tiles], f"{OPTIONS} -v", 3)
    oracle.must_succeed(shares)
    numbers = [int(n) for n in shares.said.split("valid pixels a rank: ")[1]
               .split("\n")[0].split(" to ")]
    check(numbers[1] - numbers[0] <= 2 * 39, f"pixels of the ranks: {numbers}")


def check_ways_to_name(whole, tiles):
    """A folder, and a list of tiles."""
    folder = oracle.new_path()
    os.mkdir(folder)
    for path, _ in tiles:
        os.rename(path, os.path.join(folder, os.path.basename(path)))
    moved = [(os.path.join(folder, os.path.basename(path)), part)
             for path, part in tiles]
    lines = oracle.new_path(".txt")
    with open(lines, "w", encoding="utf-8") as text:
        text.write("# four tiles\n\n" + "\n".join(p for p, _ in moved[::-1]))
    by_name = sorted(moved, key=lambda pair: pair[0])
    for argument, order in ((folder, by_name), (f"@{lines}", moved[::-1])):
        run = oracle.Run(argument, OPTIONS, 2)
        oracle.must_succeed(run)
        check_run(run, whole, order)


def check_many():
    """Tiles that ranks have alone, and share with one or two others: eleven
    small ones and a large one."""
    cube = oracle.smooth_cube(60, 9, 30, seed=3)
    cube[10:14, 2:5] = -9999
    ends = [0, 3, 4, 9, 11, 12, 17, 47, 48, 50, 51, 58, 60]
    tiles = [oracle.write_tile(cube[top:bottom], west=WEST, north=NORTH - top)
             for top, bottom in zip(ends, ends[1:])]
    runs = oracle.at_ranks(tiles, OPTIONS, (1, 3, 4, 5))
    for run in runs[1:]:
        for path in tiles:
            for file in ("classes.tif", "classes.tif.aux.xml", "classes.qml",
                         "pca.tif"):
                name = f"{folder_of(path)}/{file}"
                check(run.digest(name) == runs[0].digest(name),
                      f"{run.name}: {file} of a tile is that of one rank")


def check_wavelengths():
    """Bands that are a little off are the same; others only if asked for."""
    near = oracle.grid(30) + 0.4
    far = oracle.grid(30) + 3
    first = oracle.write_tile(CUBE[:21], west=WEST, north=NORTH)
    second = {name: oracle.write_tile(CUBE[21:], west=WEST, north=NORTH - 21,
                                      wavelength=grid)
              for name, grid in (("near", near), ("far", far))}
    # One band more at the front: the same bands have other numbers.
    shifted = oracle.write_tile(
        np.concatenate((CUBE[21:, :, :1], CUBE[21:]), axis=2),
        west=WEST, north=NORTH - 21,
        wavelength=np.concatenate(([400], oracle.grid(30))))
    whole = oracle.Run(oracle.write_tile(CUBE, west=WEST, north=NORTH), OPTIONS)
    for tile, options in ((second["near"], ""), (shifted, ""),
                          (second["far"], " --match-bands")):
        run = oracle.Run([first, tile], OPTIONS + options, 2)
        oracle.must_succeed(run)
        same(read(run.path("classes.vrt")), whole.classes, run.name)
        check(run.digest("centroids.csv") == whole.digest("centroids.csv"),
              f"{run.name}: centroids")
    oracle.check_refusal(oracle.Run([first, second["far"]], OPTIONS, 2), {65},
                         [first, second["far"], "--match-bands"])


def check_places():
    """Tiles of two CRS have maps but no VRT; of tiles that overlap, the later
    one lies on top."""
    top = oracle.write_tile(CUBE[:30], west=WEST, north=NORTH)
    other = oracle.write_tile(CUBE[30:], west=WEST, north=NORTH - 30,
                              epsg=32617)
    holed = CUBE[21:].copy()
    holed[2:6, 20:25] = -9999
    over = oracle.write_tile(holed, west=WEST, north=NORTH - 21)
    run = oracle.Run([top, other], OPTIONS, 2)
    oracle.must_succeed(run)
    check("no VRTs are written" in run.said, f"{run.name}: says so")
    check(not os.path.exists(run.path("classes.vrt")), f"{run.name}: no VRT")
    run = oracle.Run([top, over], OPTIONS, 2)
    oracle.must_succeed(run)
    check("overlap" in run.said, f"{run.name}: says so")
    below = read(run.path(f"{folder_of(top)}/classes.tif"))
    above = read(run.path(f"{folder_of(over)}/classes.tif"))
    same(read(run.path("classes.vrt"))[:21], below[:21], "above the overlap")
    seen = read(run.path("classes.vrt"))[21:]
    check(np.any((above[:9] == 0) & (below[21:] > 0)), "a hole over data")
    under = np.zeros_like(above)
    under[:9] = below[21:]
    same(seen, np.where(above > 0, above, under),
         "the later tile, and in its holes the earlier one")
    scores = read(run.path("pca.vrt"))
    same(np.isnan(scores[0]), read(run.path("classes.vrt")) == 0,
         "scores where there are classes")


def main():
    tiles = list(zip(write_parts(), PARTS))
    whole = oracle.Run(oracle.write_tile(CUBE, west=WEST, north=NORTH), OPTIONS)
    oracle.must_succeed(whole)
    check_mosaics(whole, tiles)
    check_shares(tiles)
    check_ways_to_name(whole, tiles)
    check_many()
    check_wavelengths()
    check_places()
    oracle.finish(250)


if __name__ == "__main__":
    main()
