#!/usr/bin/python3
"""The same cube behind every filter gives the same classes and centroids, those
of Spectral Python, at any rank count."""
from lib import oracle

CUBE = oracle.holed_cube()
ROWS, COLS, BANDS = CUBE.shape
BLOCK = (8, 6, 10)

STORED = {
    "chunked, no filter": dict(chunks=BLOCK),
    "gzip": dict(chunks=BLOCK, compression="gzip", compression_opts=3),
    "gzip, shuffle": dict(chunks=BLOCK, compression="gzip", shuffle=True),
    "gzip, fletcher32": dict(chunks=BLOCK, compression="gzip",
                             fletcher32=True),
    "shuffle, gzip, fletcher32": dict(chunks=BLOCK, compression="gzip",
                                      shuffle=True, fletcher32=True),
    "shuffle only": dict(chunks=BLOCK, shuffle=True),
    "fletcher32 only": dict(chunks=BLOCK, fletcher32=True),
    "scaleoffset, left to HDF5": dict(chunks=BLOCK, scaleoffset=0),
    "scaleoffset and gzip": dict(chunks=(5, 17, 1), scaleoffset=0,
                                 compression="gzip"),
    "whole bands, no filter": dict(chunks=(ROWS, COLS, 1)),
    "whole bands, shuffle": dict(chunks=(ROWS, COLS, 1), shuffle=True,
                                 compression="gzip", fletcher32=True),
}


def main():
    oracle.check_storages(CUBE, STORED)
    oracle.finish(at_least=len(STORED) * 17)


main()
