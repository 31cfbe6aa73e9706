#!/usr/bin/python3
"""The bands that are kept: those of NEON's tutorial, index for index."""
import numpy as np

from lib import oracle
from lib.oracle import check, same

GRIDS = [  # first wavelength, step, bands of 426 that the tutorial keeps
    (381.858398, 5.010498, 346),
    (383.5343, 5.00791, 345),
    (382.2587, 5.00866, 345),
]
BANDS = 426
CUBE = oracle.smooth_cube(4, 5, BANDS)


def outside(wavelength, *windows):
    bad = [(low <= wavelength) & (wavelength <= high) for low, high in windows]
    return np.flatnonzero(~np.any(bad, axis=0))


def numbered(*ranges):
    return np.concatenate([np.arange(first - 1, last)
                           for first, last in ranges])


def cases_of(wavelength):
    """Options, and the indices that they keep."""
    neon = oracle.tutorial_bands(wavelength)
    return [
        ("", neon),
        ("--bad-bands neon --subset 2", neon[::2]),
        ("--subset 3", neon[::3]),
        ("--subset 1000", neon[:1]),
        ("--bad-bands none", np.arange(BANDS)),
        ("--bad-bands none --subset 5", np.arange(BANDS)[::5]),
        ("--bad-bands 400-500,1300-1500",
         outside(wavelength, (400, 500), (1300, 1500))),
        (f"--bad-bands {wavelength[7]:.17g}-{wavelength[9]:.17g}",
         np.delete(np.arange(BANDS), [7, 8, 9])),  # both ends included
        ("--bands 1-5,20,30-40", numbered((1, 5), (20, 20), (30, 40))),
        ("--bands 30-40,20,1-5 --subset 2",
         numbered((1, 5), (20, 20), (30, 40))[::2]),
        ("--bands 426", np.array([425])),
    ]


def check_bands(run, wavelength, expected):
    oracle.must_succeed(run)
    same(np.array(run.record["bands"]) - 1, expected, f"{run.name}: bands")
    same(run.wavelengths, wavelength[expected], f"{run.name}: wavelengths")
    values = CUBE[:, :, expected].reshape(-1, len(expected)).astype("i8")
    same(run.centroids[0], values.sum(axis=0) / len(values) / 10000,
         f"{run.name}: the mean spectrum is of these bands")


def test_grid(first, step, count):
    wavelength = first + step * np.arange(BANDS)
    path = oracle.write_tile(CUBE, wavelength, compression="gzip",
                             chunks=(4, 5, 7))
    cases = cases_of(wavelength)
    check(len(cases[0][1]) == count, f"the tutorial keeps {count} bands")
    runs = oracle.run_all([dict(tile=path, command="kmeans", ranks=1 + i % 2,
                                options=f"-k 1 {options}")
                           for i, (options, _) in enumerate(cases)])
    for run, (_, expected) in zip(runs, cases):
        check_bands(run, wavelength, expected)


def test_windows_of_the_file():
    """The file's own windows count, not NEON's usual ones; without any, the
    usual ones."""
    wavelength = GRIDS[0][0] + GRIDS[0][1] * np.arange(BANDS)
    own = ((600, 700), (1340, 1445))

    def replace(file):
        for i, window in enumerate(own, 1):
            attributes = file["SERC/Reflectance"].attrs
            attributes[f"Band_Window_{i}_Nanometers"] = np.int32(window)

    def remove(file):
        for name in list(file["SERC/Reflectance"].attrs):
            del file["SERC/Reflectance"].attrs[name]

    for edit, windows in ((replace, own), (remove, oracle.WINDOWS)):
        path = oracle.write_tile(CUBE, wavelength, edit)
        run = oracle.Run(path, "-k 1", 2, "kmeans")
        check_bands(run, wavelength,
                    oracle.tutorial_bands(wavelength, windows=windows))


def test_refusals():
    path = oracle.write_tile(CUBE, GRIDS[0][0] + GRIDS[0][1] * np.arange(BANDS))
    cases = [("--bands 0-5", 64), ("--bands 5-3", 64), ("--bands 400-427", 64),
             ("--bands 1,,2", 64), ("--bad-bands 500-400", 64),
             ("--bad-bands 0-9999", 65)]
    runs = oracle.run_all([dict(tile=path, options=options, command="kmeans",
                                ranks=1 + 2 * (i % 2))
                           for i, (options, _) in enumerate(cases)])
    for run, (_, status) in zip(runs, cases):
        oracle.check_refusal(run, [status], ["band"])


def main():
    for first, step, count in GRIDS:
        test_grid(first, step, count)
    test_windows_of_the_file()
    test_refusals()
    oracle.finish(at_least=3 * 34 + 8 + 18)


main()
