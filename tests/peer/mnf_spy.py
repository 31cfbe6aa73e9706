#!/usr/bin/python3
"""Minimum noise fraction: noise, eigenvalues, components, scores and denoised
pixels of Spectral Python, and of NumPy's int64 where Spectral Python's
differences wrap; pixels denoised by principal components."""
import os
import warnings

import h5py
import numpy as np
import spectral
from osgeo import gdal

from lib import oracle
from lib.oracle import check, close, same

warnings.filterwarnings("ignore", ".*NaN")

MAPS = ("mnf.tif", "denoised.tif")
TABLES = ("eigenvalues.csv", "components.csv", "covariance.npy",
          "noise_covariance.npy")
ALL_BANDS = "--bad-bands none --eigen-grid 1x1 --denoise"
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


def pixels_of(scene, run, file):
    """[pixels][bands] of maps of the tiles, and NaN elsewhere."""
    found = []
    for tile, valid in zip(scene.tiles, scene.valid):
        folder = os.path.splitext(os.path.basename(tile))[0]
        path = os.path.join(folder if len(scene.tiles) > 1 else "", file)
        image = gdal.Open(run.path(path)).ReadAsArray()
        image = image.reshape(-1, *valid.shape)
        check(np.all(np.isnan(image[:, ~valid])), f"{run.name}: NaN in {file}")
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
    ours = pixels_of(scene, run, "mnf.tif")
    theirs = scene.spy.reduce(scene.pixels[:, None, :], num=count)
    theirs = theirs.reshape(-1, count)
    theirs = theirs * np.sign(np.sum(ours * theirs, axis=0))
    tolerance = rounding(scene.pixels - scene.pixels.mean(axis=0), components)
    close(ours, theirs, tolerance + 1e-6 * np.abs(theirs).max(),
          f"{run.name}: scores")


def check_denoised(scene, run, theirs):
    """Of sums in double, as theirs, and rounded once."""
    ours = pixels_of(scene, run, "denoised.tif")
    theirs = theirs.reshape(scene.pixels.shape)
    close(ours, theirs, 2.0**-24 * np.abs(theirs) + 1e-8,
          f"{run.name}: denoised")


def check_bands(scene, path):
    """The names of the bands, and nodata, as GDAL reads them."""
    image = gdal.Open(path)
    bands = [image.GetRasterBand(i + 1) for i in range(image.RasterCount)]
    same([band.GetDescription() for band in bands],
         [f"{nm:.7g} nm" for nm in scene.wavelengths], f"{path}: names")
    check(all(np.isnan(band.GetNoDataValue()) for band in bands),
          f"{path}: nodata")


def check_envi(scene, run, map_):
    """The same pixels for Spectral Python; of denoised ones, the bands."""
    name = f"{run.name}: {map_}.hdr"
    image = spectral.envi.open(run.path(f"{map_}.hdr"))
    theirs = gdal.Open(run.path(f"{map_}.tif"))
    same(np.asarray(image.load()), np.moveaxis(theirs.ReadAsArray(), 0, 2),
         f"{name}: pixels")
    same(image.metadata["band names"],
         [theirs.GetRasterBand(i + 1).GetDescription()
          for i in range(theirs.RasterCount)], f"{name}: names")
    if map_ == "denoised":
        same(image.bands.centers, scene.wavelengths, f"{name}: wavelengths")
        check(image.bands.band_unit == "Nanometers", f"{name}: unit")
        check(len(image.bands.bandwidths) == len(scene.wavelengths),
              f"{name}: widths")
    else:
        check(image.bands.centers is None, f"{name}: no wavelengths")


def check_run(scene, run, count):
    oracle.must_succeed(run)
    check(run.record["mnf"]["pairs_of_pixels"] == scene.pairs,
          f"{run.name}: pairs")
    check_covariances(scene, run)
    check_scores(scene, run, check_components(scene, run, count))
    check_denoised(scene, run,
                   scene.spy.denoise(scene.pixels[:, None, :], num=count))


def same_bytes(runs, files=MAPS + TABLES):
    for run in runs[1:]:
        for file in files:
            check(run.digest(file) == runs[0].digest(file),
                  f"{run.name}: {file} differs from that of {runs[0].name}")


def test_whole_tile(tile, ranks):
    """Without nodata, SPy finds the noise itself; on any grid."""
    cube, wavelength, scale = oracle.read_tile(tile)
    bands = oracle.tutorial_bands(wavelength, 2)
    scene = Scene(tile, bands)
    close(spectral.noise_from_diffs(cube[:, :, bands] / scale).cov, scene.noise,
          1e-14, "SPy's noise")
    options = [(f"--eigen-grid 1x1 --components 9", n) for n in ranks]
    options += [("--eigen-grid 2x2 --components 9 --envi", 4), ("--snr 0.1", 2),
                ("--snr 4.5", 2)]
    runs = oracle.run_all([dict(tile=tile, ranks=n, command="mnf",
                                options=f"--subset 2 --denoise {how}")
                           for how, n in options])
    *alike, grid, low, high = runs
    same_bytes(alike)
    check_run(scene, alike[-1], 9)
    check_run(scene, grid, 9)
    check_run(scene, low, scene.spy.num_with_snr(0.1))
    check_run(scene, high, scene.spy.num_with_snr(4.5))
    check_bands(scene, grid.path("denoised.tif"))
    for map_ in ("mnf", "denoised"):
        check_envi(scene, grid, map_)
    check(grid.record["settings"]["denoise"] is True, f"{grid.name}: settings")
    again = oracle.Run(tile, f"-m {alike[0].folder} --envi", 3, "predict")
    oracle.must_succeed(again)
    same_bytes([alike[0], again], ["mnf.tif"])
    check_envi(scene, again, "mnf")
    refused = oracle.Run(tile, f"-m {alike[0].folder} --hdf5", 2, "predict")
    oracle.check_refusal(refused, [64], ["--hdf5 does not hold MNF"])


def made(cube):
    return oracle.write_tile(cube), np.arange(cube.shape[2])


def holed(cube):
    cube = cube.copy()
    cube[3:9, 5:7] = cube[-1, -1] = cube[12, 2, 4] = cube[:, 0, 1] = -9999
    return cube


def test_nodata_and_directions():
    """A pair counts if both of its pixels have data."""
    tile, bands = made(holed(oracle.smooth_cube(23, 31, 20, seed=2)))
    runs = oracle.run_all(
        [dict(tile=tile, ranks=ranks, command="mnf",
              options=f"{ALL_BANDS} --components 8 --noise-from {direction}")
         for direction in STEPS for ranks in (1, 4)])
    for direction, one, four in zip(STEPS, runs[::2], runs[1::2]):
        check_run(Scene(tile, bands, direction), four, 8)
        same_bytes([one, four])


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
    runs = oracle.at_ranks(tile, f"{ALL_BANDS} --components 12", (1, 3), "mnf")
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
    how = f"{ALL_BANDS} --components 7"
    *runs, joined = oracle.run_all(
        [dict(tile=tiles, options=how, ranks=n, command="mnf")
         for n in (1, 2, 4)]
        + [dict(tile=tiles, ranks=3, command="mnf",
                options=f"{how} --mosaic-tif --envi "
                f"--scratch {oracle.scratch}")])
    for run in runs:
        check_run(scene, run, 7)
    same_bytes([*runs, joined], TABLES)
    for file in MAPS:
        vrt = runs[0].path(file.replace(".tif", ".vrt"))
        same(gdal.Open(joined.path(file)).ReadAsArray(),
             gdal.Open(vrt).ReadAsArray(), f"{joined.name}: {file}")
    check_bands(scene, runs[0].path("denoised.vrt"))
    check_bands(scene, joined.path("denoised.tif"))
    check_envi(scene, joined, "denoised")


def test_principal_components():
    """The same for other components, whatever unit their scores have."""
    tile, bands = made(holed(oracle.smooth_cube(21, 18, 24, seed=4)))
    scene = Scene(tile, bands)
    components = spectral.principal_components(scene.signal)
    theirs = components.denoise(scene.pixels[:, None, :], num=6)
    plain, whitened, run = oracle.run_all(
        [dict(tile=tile, options=f"{ALL_BANDS} --components 6 {more}",
              ranks=ranks, command=command)
         for ranks, command, more in ((1, "pca", ""), (3, "pca", "--whiten --envi"),
                                      (2, "run", "--no-pictures"))])
    for ours in (plain, whitened, run):
        oracle.must_succeed(ours)
        check_denoised(scene, ours, theirs)
        check_bands(scene, ours.path("denoised.tif"))
    same_bytes([plain, run], ["denoised.tif"])
    check_envi(scene, whitened, "denoised")


def test_scales():
    """Components are per unit of reflectance; so does predict take them."""
    cube = oracle.smooth_cube(18, 20, 10, seed=8)
    tile, bands = made(cube)
    half = oracle.write_tile((cube // 2).astype("i2"), scale=5000)
    trained = oracle.Run(tile, f"{ALL_BANDS} --components 10", 1, "mnf")
    run, again = oracle.run_all(
        [dict(tile=half, options=f"-m {trained.folder}", ranks=2,
              command="predict"),
         dict(tile=half, options=f"{ALL_BANDS} --components 10", ranks=2,
              command="mnf")])
    oracle.must_succeed(run)
    check_run(Scene(half, bands), again, 10)
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
    tiles = [oracle.write_tile(case) for case in (flat, lonely, cube)]
    *refused, none = oracle.run_all(
        [dict(tile=tile, options=ALL_BANDS, ranks=ranks, command="mnf")
         for tile in tiles[:2] for ranks in (1, 3)]
        + [dict(tile=tiles[2], options=f"{ALL_BANDS} --snr 1e9", ranks=2,
                command="mnf")])
    for run in refused[:2]:
        oracle.check_refusal(run, [65],
                             ["7 independent directions", "8 bands"])
    for run in refused[2:]:
        oracle.check_refusal(run, [65], ["too few neighbouring pixels"])
    oracle.must_succeed(none)
    check(none.record["mnf"]["components"] == 1
          and "the first is kept" in none.said, f"{none.name}: {none.said}")


def main():
    tiles = oracle.real_tiles()[:2] or [
        oracle.synth("--rows 30 --cols 35 --seed 21 --nodata-edge 0")]
    for tile, ranks in zip(tiles, (oracle.RANKS, (1, 3))):
        test_whole_tile(tile, ranks)
    test_nodata_and_directions()
    test_wrapping()
    test_mosaic()
    test_principal_components()
    test_scales()
    test_refusals()
    oracle.finish(at_least=150)


main()
