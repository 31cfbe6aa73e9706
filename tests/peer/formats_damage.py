#!/usr/bin/python3
"""A damaged chunk of a band that is not kept is never noticed; one of a kept
band is named, and nothing is written."""
import h5py
import numpy as np

from lib import oracle
from lib.oracle import check, same

CUBE = oracle.holed_cube()
ROWS, COLS, BANDS = CUBE.shape
KEPT = "--bands 1-10,31-40 -k 4 --eigen-grid 1x1"
GZIP = dict(compression="gzip")
STORED = {  # chunk sizes and filters; each has chunks without a kept band
    "whole bands": dict(chunks=(ROWS, COLS, 1), **GZIP),
    "whole bands, shuffle and fletcher32": dict(
        chunks=(ROWS, COLS, 1), shuffle=True, fletcher32=True, **GZIP),
    "blocks": dict(chunks=(8, 6, 10), **GZIP),
    "fletcher32 only, read by HDF5": dict(chunks=(8, 6, 10), fletcher32=True),
}


def damage(path, wanted):
    """Overwrite the chunks that hold a band of the wanted ones with noise;
    returns where they are."""
    places = []
    with h5py.File(path) as file:
        data = oracle.cube_of(file)
        depth = data.chunks[2]
        for i in range(data.id.get_num_chunks()):
            chunk = data.id.get_chunk_info(i)
            first = chunk.chunk_offset[2]
            if any(first <= band < first + depth for band in wanted):
                places.append(chunk)
    noise = np.random.default_rng(1)
    with open(path, "r+b") as file:
        for chunk in places:
            file.seek(chunk.byte_offset)
            file.write(noise.bytes(chunk.size))
    return [chunk.chunk_offset for chunk in places]


def test_not_kept(name, storage):
    """Bands 11 to 30 are not kept: their chunks are not read."""
    whole = oracle.at_ranks(oracle.write_tile(CUBE, **storage), KEPT, (1,))[0]
    path = oracle.write_tile(CUBE, **storage)
    check(len(damage(path, range(10, 30))) >= 18, f"{name}: chunks damaged")
    for run in oracle.at_ranks(path, KEPT):
        for file in ("classes.tif", "centroids.csv", "pca.tif"):
            check(run.digest(file) == whole.digest(file),
                  f"{name}, {run.name}: {file} differs")


def test_kept(name, storage, band):
    """The chunk is named by its first row, column and band, from 0."""
    path = oracle.write_tile(CUBE, **storage)
    places = ["({},{},{})".format(*at) for at in damage(path, [band])]
    check(places, f"{name}: chunks damaged")
    runs = oracle.run_all([dict(tile=path, options=KEPT, ranks=n)
                           for n in oracle.RANKS])
    for run in runs:
        run.name = f"{name}, {run.name}"
        oracle.check_refusal(run, [65, 74],
                             [path, "/SERC/Reflectance/Reflectance_Data"])
        check(any(f"chunk {place}" in run.said for place in places),
              f"{run.name}: no chunk of {places} in {run.said!r}")
    same([run.status for run in runs], [runs[0].status] * len(runs),
         f"{name}: the same status at all rank counts")


def test_cut_short():
    """A file whose end is missing."""
    path = oracle.write_tile(CUBE, chunks=(ROWS, COLS, 1), **GZIP)
    with h5py.File(path) as file:
        data = oracle.cube_of(file)
        middle = data.id.get_chunk_info(BANDS // 2).byte_offset
    with open(path, "r+b") as file:
        file.truncate(middle)
    runs = oracle.run_all([dict(tile=path, options=KEPT, ranks=n)
                           for n in (1, 3)])
    for run in runs:
        oracle.check_refusal(run, [65, 74], [path])


def main():
    for name, storage in STORED.items():
        test_not_kept(name, storage)
    for name, storage in STORED.items():
        test_kept(name, storage, band=35)
    test_kept("whole bands, the first", STORED["whole bands"], band=0)
    test_cut_short()
    oracle.finish(at_least=4 * 17 + 5 * 26 + 6)


main()
