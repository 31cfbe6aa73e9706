#!/usr/bin/python3
"""Cubes that cannot be read are refused in one line, with nothing written."""
import numpy as np

from lib import oracle

CUBE = oracle.holed_cube()
REFLECTANCE = np.where(CUBE == -9999, CUBE, CUBE / 10000).astype("f4")
GZIP = dict(chunks=(8, 6, 10), compression="gzip")
BANDS = dict(chunks=(*CUBE.shape[:2], 1), compression="gzip", shuffle=True)


def test_no_fit():
    """The first pixel that does not fit in 16 bits is named, from 1."""
    large = CUBE.astype("i4")
    large[12, 3, 7] = 40000
    bright = REFLECTANCE.copy()
    bright[12, 3, 7] = 3.5
    infinite = REFLECTANCE.copy()
    infinite[12, 3, 7] = np.inf
    paths = [oracle.write_tile(values, scale=scale, **storage)
             for values, scale in ((large, 10000), (bright, 1), (infinite, 1))
             for storage in (GZIP, BANDS)]
    refuse(paths, ["/SERC/Reflectance/Reflectance_Data",
                   "row 13, column 4, band 8"])


def test_other_types():
    """Types that hold no numbers of up to 32 bits are refused."""
    texts = np.full((4, 4, 20), b"1", "S2")
    refuse([oracle.write_tile(CUBE.astype("i8")), oracle.write_tile(texts)],
           ["Reflectance_Data"])


def test_unknown_filter():
    """h5py brings a filter of its own, which other readers do not have."""
    refuse([oracle.write_tile(CUBE, chunks=(8, 6, 10), compression="lzf")],
           ["Reflectance_Data", "chunk ("], [65, 74])


def refuse(paths, words, statuses=(65,)):
    jobs = [dict(tile=path, options=oracle.ONE_CUBE, ranks=ranks)
            for path in paths for ranks in (1, 3)]
    for job, run in zip(jobs, oracle.run_all(jobs)):
        oracle.check_refusal(run, statuses, [job["tile"], *words])


def main():
    test_no_fit()
    test_other_types()
    test_unknown_filter()
    oracle.finish(at_least=12 * 6 + 4 * 5 + 2 * 6)


main()
