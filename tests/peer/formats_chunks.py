#!/usr/bin/python3
"""Chunks that were never written or that left out filters, and cubes of
odd shapes: as Spectral Python, at any rank count."""
import zlib

import numpy as np

from lib import oracle
from lib.oracle import check, same

NODATA = -9999
CUBE = oracle.holed_cube()
ROWS, COLS, BANDS = CUBE.shape
BLOCK = (8, 6, 10)


def in_part(part, fill, **storage):
    """A cube of which only the first chunks along each axis were written."""
    def rewrite(file):
        old = oracle.cube_of(file)
        attributes = dict(old.attrs)
        group = old.parent
        del group["Reflectance_Data"]
        new = group.create_dataset("Reflectance_Data", CUBE.shape, "i2",
                                   fillvalue=fill, **storage)
        new.attrs.update(attributes)
        new[part] = CUBE[part]

    cube = np.full_like(CUBE, fill)
    cube[part] = CUBE[part]
    return oracle.write_tile(CUBE, edit=rewrite), cube


def test_unwritten():
    """Chunks that were never written are fill: nodata, or true zeros."""
    gzip = dict(chunks=BLOCK, compression="gzip")
    bands = dict(chunks=(ROWS, COLS, 1), compression="gzip")
    top, low = np.s_[:16], np.s_[:, :, :25]
    cases = [("nodata, blocks", top, NODATA, gzip),
             ("zero, blocks", top, 0, gzip),
             ("zero, some bands", low, 0, bands),
             ("nodata, no filter", top, NODATA, dict(chunks=BLOCK)),
             ("zero, through HDF5", top, 0, dict(chunks=BLOCK, scaleoffset=0))]
    for name, part, fill, storage in cases:
        path, cube = in_part(part, fill, **storage)
        expected = oracle.Expected(cube)
        check(expected.valid.any() and not expected.valid.all(), name)
        expected.check_tile(path, f"unwritten, {name}")


def with_skipped_filters(shuffle, masks):
    """Rewrite one chunk per mask, leaving out the filters of the mask."""
    def rewrite(file):
        data = oracle.cube_of(file)
        for i, mask in enumerate(masks):
            at = (8, 0, 10 * i)
            block = CUBE[8:16, :6, 10 * i:10 * i + 10].tobytes()
            if shuffle and not mask & 1:
                block = np.frombuffer(block, "u1").reshape(-1, 2).T.tobytes()
            if not mask & (2 if shuffle else 1):
                block = zlib.compress(block)
            data.id.write_direct_chunk(at, block, filter_mask=mask)
            check(data.id.get_chunk_info_by_coord(at).filter_mask == mask,
                  f"filter mask {mask}")

    path = oracle.write_tile(CUBE, edit=rewrite, chunks=BLOCK,
                             compression="gzip", shuffle=shuffle)
    same(oracle.read_tile(path)[0], CUBE, "what h5py reads back")
    return path


def test_shapes():
    """Small shapes, and more ranks than rows."""
    cases = [("one row", (1, 60, BANDS)), ("one column", (60, 1, BANDS)),
             ("two rows", (2, 30, BANDS)), ("one band", (20, 20, 1)),
             ("as many pixels as classes", (2, 2, 3))]
    for name, shape in cases:
        cube = oracle.smooth_cube(*shape, seed=3)
        for layout, chunks in (("blocks", tuple(min(n, 7) for n in shape)),
                               ("bands", (*shape[:2], 1))):
            path = oracle.write_tile(cube, chunks=chunks, compression="gzip")
            oracle.Expected(cube).check_tile(path, f"{name}, {layout}")


def test_skipped_filters():
    digests = set()
    expected = oracle.Expected(CUBE)
    for shuffle, masks in ((False, (1, 0)), (True, (1, 2, 3))):
        path = with_skipped_filters(shuffle, masks)
        digests |= expected.check_tile(path, f"filters skipped, {masks}")
    check(len(digests) == 1, "the same bytes whatever was skipped")


def main():
    test_unwritten()
    test_skipped_filters()
    test_shapes()
    oracle.finish(at_least=17 * 17)


main()
