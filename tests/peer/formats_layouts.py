#!/usr/bin/python3
"""The same cube cut up in any way gives the same classes and centroids, those
of Spectral Python, at any rank count."""
from lib import oracle

CUBE = oracle.holed_cube()
ROWS, COLS, BANDS = CUBE.shape
BLOCK = (8, 6, 10)

STORED = {
    "contiguous": dict(),
    "gzip, own choice of chunks": dict(chunks=True, compression="gzip"),
    "one chunk": dict(chunks=(ROWS, COLS, BANDS), compression="gzip"),
    "unlimited": dict(chunks=BLOCK, maxshape=(None, None, None),
                      compression="gzip"),
    "unlimited, chunks larger than the cube": dict(
        chunks=(32, 20, 64), maxshape=(None, None, None), compression="gzip"),
    "13 x 13 x 13": dict(chunks=(13, 13, 13), compression="gzip",
                         maxshape=(None, None, None)),
    "whole bands": dict(chunks=(ROWS, COLS, 1), compression="gzip"),
    "bands in parts": dict(chunks=(9, 9, 1), compression="gzip"),
    "single rows": dict(chunks=(1, COLS, BANDS), compression="gzip"),
    "single columns": dict(chunks=(ROWS, 1, 3), compression="gzip"),
    "more rows than a rank owns": dict(chunks=(20, 5, 7), compression="gzip"),
}


def main():
    oracle.check_storages(CUBE, STORED)
    oracle.finish(at_least=len(STORED) * 17)


main()
