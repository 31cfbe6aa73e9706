#!/usr/bin/python3
"""Which pixels count: those without nodata or NaN in a kept band, whatever
lies in the other bands, and however large or small their values are."""
import numpy as np

from lib import oracle
from lib.oracle import check, same

CUBE = oracle.smooth_cube(19, 21, 30, seed=8)
BANDS = "--bands 3-12,20-28 --subset 2"
KEPT = np.concatenate((np.arange(2, 12), np.arange(19, 28)))[::2]
LEFT_OUT = np.setdiff1d(np.arange(30), KEPT)
BLOCKS = dict(chunks=(7, 5, 8), compression="gzip")
WHOLE_BANDS = dict(chunks=(19, 21, 1), compression="gzip")
RANKS = (1, 3)


def check_run(run, dn, valid, scale=10000):
    """Valid pixels are classed and summed; the others are in nothing."""
    same(np.array(run.record["bands"]) - 1, KEPT, f"{run.name}: bands")
    same(run.classes > 0, valid, f"{run.name}: pixels with a class")
    missing = np.isnan(run.scores)
    same(missing, np.broadcast_to(~valid, missing.shape),
         f"{run.name}: NaN scores")
    same(list(run.record["pixels"].values()), [valid.sum(), (~valid).sum()],
         f"{run.name}: pixels of the record")
    pixels = dn[valid][:, KEPT].astype("i8")
    means = oracle.exact_means(pixels, run.classes[valid], 4) / scale
    filled = ~np.isnan(means[:, 0])
    check(filled.sum() > 1, f"{run.name}: more than one class has pixels")
    same(run.centroids[filled], means[filled], f"{run.name}: centroids")
    oracle.close(run.scores[:, valid].mean(axis=1), np.zeros(len(missing)),
                 1e-6, f"{run.name}: scores are around these pixels' mean")
    labels, _, counts = oracle.spy_kmeans(pixels / scale, 4, 500)
    same(run.classes[valid], labels, f"{run.name}: classes")
    same(run.reassigned, counts, f"{run.name}: reassigned")


def check_tile(values, dn, valid, options="", scale=10000, **how):
    """On both layouts, at several rank counts."""
    for storage in (BLOCKS, WHOLE_BANDS):
        path = oracle.write_tile(values, scale=scale, **how, **storage)
        runs = oracle.at_ranks(path, f"{BANDS} -k 4 {options}", RANKS)
        for run in runs:
            check_run(run, dn, valid)


def holes(value):
    """The cube with a value in some places, and the pixels that stay valid if
    it means nodata: those with it in a band that is left out."""
    cube, valid = CUBE.copy(), np.ones(CUBE.shape[:2], bool)
    for i, band in enumerate(KEPT):
        cube[i, 2 * i, band] = value
        valid[i, 2 * i] = False
    for i, band in enumerate(LEFT_OUT[:16]):
        cube[18 - i, i, band] = value
    cube[12:15, 10:] = value
    valid[12:15, 10:] = False
    return cube, valid


def drop_nodata(file):
    del oracle.cube_of(file).attrs["Data_Ignore_Value"]


def test_file_says():
    for value in (-9999, 0, -100, 32767):
        cube, valid = holes(value)
        check(0 < valid.sum() < valid.size, f"nodata {value}: some are valid")
        valid &= oracle.valid_pixels(cube, KEPT, value)
        check_tile(cube, cube, valid, nodata=value)


def test_command_line_says():
    """--nodata takes the place of what the file says."""
    cube, valid = holes(-100)
    valid &= oracle.valid_pixels(cube, KEPT, -100)
    check_tile(cube, cube, valid, "--nodata -100", nodata=-9999)
    check_tile(cube, cube, valid, "--nodata -100", edit=drop_nodata)


def test_nothing_says():
    """Without a nodata value every pixel counts, and -9999 is a value."""
    cube, _ = holes(-9999)
    check_tile(cube, cube, np.ones(cube.shape[:2], bool), edit=drop_nodata)


def test_extremes():
    """Values above 10000, below 0, and next to nodata are real."""
    cube = CUBE.copy()
    for i, value in enumerate((32767, -32768, 15599, -1, -9998, -10000)):
        cube[i, :, KEPT[i]] = value
    check_tile(cube, cube, np.ones(cube.shape[:2], bool))


def test_floats():
    """NaN and nodata both, in files of floating point numbers."""
    cube, valid = holes(-9999)
    other = np.zeros(cube.shape, bool)
    other[::2] = True
    reflectance = np.where(cube == -9999, np.where(other, np.nan, -9999.0),
                           cube / 10000)
    check(np.isnan(reflectance).any() and (reflectance == -9999).any(),
          "both kinds of missing data")
    check_tile(reflectance.astype("f4"), cube, valid, scale=1)
    check_tile(reflectance, cube, valid, scale=1)


def test_all_missing():
    """No valid pixel, or fewer than classes."""
    none = np.full_like(CUBE, -9999)
    few = none.copy()
    few[7, 3:6] = CUBE[7, 3:6]
    for cube, word in ((none, "valid"), (few, "only 3 valid pixels")):
        path = oracle.write_tile(cube, **BLOCKS)
        for run in oracle.run_all([dict(tile=path, options=f"{BANDS} -k 4",
                                        ranks=n) for n in (1, 3)]):
            oracle.check_refusal(run, [65], [word])


def main():
    test_file_says()
    test_command_line_says()
    test_nothing_says()
    test_extremes()
    test_floats()
    test_all_missing()
    oracle.finish(at_least=10 * 4 * 9)


main()
