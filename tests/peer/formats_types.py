#!/usr/bin/python3
"""The same values in other number types give the same classes and centroids,
those of Spectral Python, at any rank count."""
import numpy as np

from lib import oracle
from lib.oracle import check

NODATA = -9999
CUBE = oracle.holed_cube()
HOLES = CUBE == NODATA
GZIP = dict(chunks=(8, 6, 10), compression="gzip")
BANDS = dict(chunks=(*CUBE.shape[:2], 1), compression="gzip", shuffle=True)


def reflectance(kind, missing=NODATA):
    return np.where(HOLES, missing, CUBE / 10000).astype(kind)


def without(name):
    def edit(file):
        del oracle.cube_of(file).attrs[name]
    return edit


def test_same_values():
    """As int16, whatever the type; the scale says what a value is worth."""
    cases = {
        "big-endian int16": (CUBE.astype(">i2"), 10000, None, GZIP),
        "big-endian int16, contiguous": (CUBE.astype(">i2"), 10000, None, {}),
        "int32": (CUBE.astype("i4"), 10000, None, GZIP),
        "int32, whole bands": (CUBE.astype("i4"), 10000, None, BANDS),
        "big-endian int32": (CUBE.astype(">i4"), 10000, None, BANDS),
        "float32 reflectance": (reflectance("f4"), 1, None, GZIP),
        "float32, whole bands": (reflectance("f4"), 1, None, BANDS),
        "float32, no scale": (reflectance("f4"), 1, without("Scale_Factor"),
                              GZIP),
        "float32, NaN": (reflectance("f4", np.nan), 1, None, GZIP),
        "float32, NaN, no nodata": (reflectance("f4", np.nan), 1,
                                    without("Data_Ignore_Value"), {}),
        "float32 DN": (CUBE.astype("f4"), 10000, None, GZIP),
        "float64": (reflectance("f8"), 1, None, GZIP),
        "float64, NaN, big-endian": (reflectance(">f8", np.nan), 1, None,
                                     BANDS),
    }
    expected = oracle.Expected(CUBE)
    digests = set()
    for name, (values, scale, edit, storage) in cases.items():
        path = oracle.write_tile(values, edit=edit, scale=scale, **storage)
        digests |= expected.check_tile(path, name)
    check(len(digests) == 1, "the same bytes from all types")


def test_unsigned():
    """Values of their own, within the types' ranges."""
    positive = np.clip(CUBE, 0, None)
    cases = [("uint8", positive // 64, 255, 100),
             ("uint16", positive, 65535, 10000),
             ("uint32", positive, 65535, 10000)]
    for kind, values, nodata, scale in cases:
        values = np.where(HOLES, nodata, values).astype(kind)
        expected = oracle.Expected(values, nodata, scale)
        check(not expected.valid.all(), f"{kind}: has missing data")
        for storage in (GZIP, BANDS):
            path = oracle.write_tile(values, nodata=nodata, scale=scale,
                                     **storage)
            expected.check_tile(path, kind)


def main():
    test_same_values()
    test_unsigned()
    oracle.finish(at_least=13 * 17 + 6 * 17)


main()
