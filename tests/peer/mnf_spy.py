#!/usr/bin/python3
"""Minimum noise fraction: noise, eigenvalues, components and scores of Spectral
Python, and of NumPy's int64 where Spectral Python's differences wrap."""
import os

import h5py
import numpy as np
import spectral
from osgeo import gdal

from lib import oracle
from lib.oracle import check, close, same

SAME_BYTES = ("mnf.tif", "eigenvalues.csv", "components.csv",
              "covariance.npy", "noise_covariance.npy")
STEPS = {"lowerright": (1, 1), "lowerleft": (1, -1), "right": (0, 1),
         "lower": (1, 0)}


def differences(cube, valid, direction):
    """Of neighbours that are both valid, [pairs][bands] int64."""
    down, right = STEPS[direction]
    rows, cols = valid.shape
    pixel = np.s_[:rows - down, max(0, -right):cols - max(0, right)]
    other = np.s_[down:, max(0, right):cols - max(0, -right)]
    both = valid[pixel] & valid[other]
    return (cube[pixel].astype("i8") - cube[other].astype("i8"))[both]


class Scene:
    """The kept bands of some tiles, and what NumPy and SPy make of them."""

    def __init__(self, tiles, bands, direction="lowerright"):
        self.tiles = [tiles] if isinstance(tiles, str) else tiles
        cubes = []
        for tile in self.tiles:
            cube, wavelength, self.scale = oracle.read_tile(tile)
            cubes.append(cube[:, :, bands])
        self.wavelengths = wavelength[bands]
        self.valid = [oracle.valid_pixels(cube, np.arange(len(bands)))
                      for cube in cubes]
        pixels = [cube[valid] / self.scale
                  for cube, valid in zip(cubes, self.valid)]
        self.pixels = np.concatenate(pixels)
        pairs = np.concatenate([differences(cube, valid, direction) for
                                cube, valid in zip(cubes, self.valid)])
        self.pairs = len(pairs)
        self.noise = np.cov(pairs / self.scale, rowvar=False) / 2
        self.signal = spectral.calc_stats(self.pixels[:, None, :])
        noise = spectral.GaussianStats(pairs.mean(axis=0), self.noise,
                                       self.pairs)
        self.spy = spectral.mnf(self.signal, noise)
        check(np.isrealobj(self.spy.napc.eigenvalues), "SPy gives reals")


def rounding(centred, directions):
    """What float32 may lose of scores: sums of 16 bands at a time."""
    steps = 16 + len(directions) / 16 + 6
    return steps * 2.0**-24 * (np.abs(centred) @ np.abs(directions))


def scores_of(scene, run):
    """[pixels][components], and NaN elsewhere."""
    found = []
    for tile, valid in zip(scene.tiles, scene.valid):
        folder = os.path.splitext(os.path.basename(tile))[0]
        path = os.path.join(folder if len(scene.tiles) > 1 else "", "mnf.tif")
        image = gdal.Open(run.path(path)).ReadAsArray()
        image = image.reshape(-1, *valid.shape)
        check(np.all(np.isnan(image[:, ~valid])), f"{run.name}: NaN")
        found.append(image[:, valid].T)
    return np.concatenate(found)


def check_covariances(scene, run):
    """Formed of integers: ours are rounded once, NumPy's many times."""
    for file, theirs in (("covariance.npy", scene.signal.cov),
                         ("noise_covariance.npy", scene.noise)):
        close(np.load(run.path(file)), theirs, 1e-13 * np.abs(theirs).max(),
              f"{run.name}: {file}")


def check_components(scene, run, count):
    table, value = run.table("eigenvalues.csv"), scene.spy.napc.eigenvalues
    close(table[:, 1], value, 1e-9 * value[0], f"{run.name}: eigenvalues")
    same(table[:, 2], table[:, 1] - 1, f"{run.name}: SNR")
    columns = run.table("components.csv")
    same(columns[:, 0], scene.wavelengths, f"{run.name}: wavelengths")
    ours = columns[:, 1:]
    check(ours.shape[1] == count == run.record["mnf"]["components"],
          f"{run.name}: {ours.shape[1]} components, expected {count}")
    at = np.argmax(np.abs(ours), axis=0)
    check(np.all(ours[at, np.arange(count)] > 0), f"{run.name}: signs")
    close(ours.T @ scene.noise @ ours, np.eye(count), 1e-9,
          f"{run.name}: the noise of the scores is white")
    transform = scene.spy.get_reduction_transform(num=count)
    theirs = transform._A.T
    theirs = theirs * np.sign(np.sum(ours * theirs, axis=0))
    close(ours, theirs, 1e-6 * np.abs(theirs).max(), f"{run.name}: components")
    return ours


def check_scores(scene, run, components):
    count = components.shape[1]
    ours = scores_of(scene, run)
    theirs = scene.spy.reduce(scene.pixels[:, None, :], num=count)
    theirs = theirs.reshape(-1, count)
    theirs = theirs * np.sign(np.sum(ours * theirs, axis=0))
    tolerance = rounding(scene.pixels - scene.pixels.mean(axis=0), components)
    close(ours, theirs, tolerance + 1e-6 * np.abs(theirs).max(),
          f"{run.name}: scores")


def check_run(scene, run, count):
    oracle.must_succeed(run)
    check(run.record["mnf"]["pairs_of_pixels"] == scene.pairs,
          f"{run.name}: pairs")
    check_covariances(scene, run)
    check_scores(scene, run, check_components(scene, run, count))


def same_bytes(runs, files=SAME_BYTES):
    for run in runs[1:]:
        for file in files:
            check(run.digest(file) == runs[0].digest(file),
                  f"{run.name}: {file} differs from that of {runs[0].name}")


def test_whole_tile(tile):
    """Without nodata, SPy finds the noise itself; on any grid."""
    cube, wavelength, scale = oracle.read_tile(tile)
    bands = oracle.tutorial_bands(wavelength, 2)
    scene = Scene(tile, bands)
    close(spectral.noise_from_diffs(cube[:, :, bands] / scale).cov, scene.noise,
          1e-14, "SPy's noise")
    runs = oracle.at_ranks(tile, "--subset 2 --eigen-grid 1x1 --components 9",
                           command="mnf")
    same_bytes(runs)
    check_run(scene, runs[3], 9)
    grid = oracle.Run(tile, "--subset 2 --eigen-grid 2x2 --components 9", 4,
                      "mnf")
    check_run(scene, grid, 9)
    for snr in (0.1, 1, 4.5):
        run = oracle.Run(tile, f"--subset 2 --snr {snr}", 2, "mnf")
        check_run(scene, run, scene.spy.num_with_snr(snr))
    again = oracle.Run(tile, f"-m {runs[0].folder}", 3, "predict")
    oracle.must_succeed(again)
    check(again.digest("mnf.tif") == runs[0].digest("mnf.tif"),
          f"{again.name}: the scores of the training")


def made(cube):
    return oracle.write_tile(cube), np.arange(cube.shape[2])


def holed(cube):
    cube = cube.copy()
    cube[3:9, 5:7] = cube[-1, -1] = cube[12, 2, 4] = cube[:, 0, 1] = -9999
    return cube


def test_nodata_and_directions():
    """A pair counts if both of its pixels have data."""
    tile, bands = made(holed(oracle.smooth_cube(23, 31, 20, seed=2)))
    for direction in STEPS:
        scene = Scene(tile, bands, direction)
        runs = oracle.at_ranks(
            tile, f"--bad-bands none --eigen-grid 1x1 --components 20 "
            f"--noise-from {direction}", (1, 4), "mnf")
        same_bytes(runs)
        check_run(scene, runs[1], 20)


def test_wrapping():
    """Differences beyond 16 bits: SPy's wrap, unless it is given doubles."""
    cube = oracle.smooth_cube(20, 25, 12, seed=5).astype("i8")
    cube = np.clip(cube * 6 - 25000, -32000, 32000).astype("i2")
    tile, bands = made(cube)
    wrapped = spectral.noise_from_diffs(cube).cov / 1e8
    scene = Scene(tile, bands)
    check(np.abs(wrapped - scene.noise).max() > 0.1 * np.abs(scene.noise).max(),
          "SPy's differences wrap")
    close(spectral.noise_from_diffs(cube.astype("f8")).cov / 1e8, scene.noise,
          1e-12, "SPy's noise in double")
    runs = oracle.at_ranks(tile, "--bad-bands none --eigen-grid 1x1 "
                           "--components 12", (1, 3), "mnf")
    same_bytes(runs)
    check_run(scene, runs[1], 12)


def test_mosaic():
    """Tiles do not border on each other, whatever ranks have them."""
    cubes = [oracle.smooth_cube(rows, cols, 16, seed=rows)
             for rows, cols in ((9, 30), (1, 12), (14, 22))]
    tiles = [oracle.write_tile(holed(cube) if len(cube) > 12 else cube,
                               west=368000 + 100 * i)
             for i, cube in enumerate(cubes)]
    scene = Scene(tiles, np.arange(16))
    runs = oracle.at_ranks(tiles, "--bad-bands none --eigen-grid 1x1 "
                           "--components 16", (1, 2, 4), "mnf")
    same_bytes(runs, SAME_BYTES[1:])
    for run in runs:
        check_run(scene, run, 16)
        check(os.path.exists(run.path("mnf.vrt")), f"{run.name}: VRT")
    joined = oracle.Run(tiles, "--bad-bands none --mosaic-tif", 2, "mnf")
    oracle.must_succeed(joined)
    check(os.path.exists(joined.path("mnf.tif")), f"{joined.name}: one map")


def test_scales():
    """Components are per unit of reflectance; so does predict take them."""
    cube = oracle.smooth_cube(18, 20, 10, seed=8)
    tile, bands = made(cube)
    half = oracle.write_tile((cube // 2).astype("i2"), scale=5000)
    trained = oracle.Run(tile, "--bad-bands none --components 10", 1, "mnf")
    run = oracle.Run(half, f"-m {trained.folder}", 2, "predict")
    oracle.must_succeed(run)
    with h5py.File(trained.path("model.h5")) as model:
        mean, vectors = model["mnf/mean"][...], model["mnf/components"][...]
    same(vectors.T, trained.table("components.csv")[:, 1:], "model")
    centred = (cube // 2).reshape(-1, 10) / 5000 - mean
    ours = gdal.Open(run.path("mnf.tif")).ReadAsArray().reshape(10, -1).T
    close(ours, centred @ vectors.T, rounding(centred, vectors.T) + 1e-9,
          f"{run.name}: scores")


def test_refusals():
    cube = oracle.smooth_cube(12, 12, 8, seed=1)
    flat = cube.copy()
    flat[:, :, 3] = 777
    lonely = np.full_like(cube, -9999)
    lonely[::3, ::3] = cube[::3, ::3]
    for case, words in ((flat, ["7 independent directions", "8 bands"]),
                        (lonely, ["too few neighbouring pixels"])):
        for ranks in (1, 3):
            run = oracle.Run(oracle.write_tile(case), "--bad-bands none",
                             ranks, "mnf")
            oracle.check_refusal(run, [65], words)
    none = oracle.Run(oracle.write_tile(cube), "--bad-bands none --snr 1e9", 2,
                      "mnf")
    oracle.must_succeed(none)
    check(none.record["mnf"]["components"] == 1
          and "the first is kept" in none.said, f"{none.name}: {none.said}")


def main():
    tiles = oracle.real_tiles()[:2] or [
        oracle.synth("--rows 30 --cols 35 --seed 21 --nodata-edge 0")]
    for tile in tiles:
        test_whole_tile(tile)
    test_nodata_and_directions()
    test_wrapping()
    test_mosaic()
    test_scales()
    test_refusals()
    oracle.finish(at_least=150)


main()
