#!/usr/bin/python3
"""Principal components: eigenvalues, number kept, scores and covariance of
Spectral Python and NumPy, on any grid of the eigensolver."""
import numpy as np
import spectral

import h5py

from lib import oracle
from lib.oracle import check, close, same

SAME_BYTES = ("components.csv", "eigenvalues.csv", "pca.tif")


class Scene:
    """The cleaned pixels of a tile, and what SPy makes of them."""

    def __init__(self, path):
        cube, wavelength, scale = oracle.read_tile(path)
        self.path = path
        self.bands = oracle.tutorial_bands(wavelength, 2)
        self.wavelengths = wavelength[self.bands]
        self.valid = oracle.valid_pixels(cube, self.bands)
        self.pixels = cube[self.valid][:, self.bands] / scale
        self.spy = spectral.principal_components(self.pixels[:, None, :])
        check(np.isrealobj(self.spy.eigenvalues), f"{path}: SPy gives reals")


def components_of(run):
    """[bands][components]"""
    return run.table("components.csv")[:, 1:]


def check_eigenvalues(scene, run):
    table = run.table("eigenvalues.csv")
    value, largest = table[:, 1], scene.spy.eigenvalues[0]
    same(table[:, 0], np.arange(1, len(value) + 1), f"{run.name}: numbering")
    close(value, scene.spy.eigenvalues, 1e-10 * largest,
          f"{run.name}: eigenvalues")
    close(table[:, 2], value / value.sum(), 1e-14, f"{run.name}: shares")
    close(table[:, 3], np.cumsum(value) / value.sum(), 1e-13,
          f"{run.name}: cumulated shares")


def check_components(scene, run, count):
    vectors = components_of(run)
    same(run.table("components.csv")[:, 0], scene.wavelengths,
         f"{run.name}: wavelengths")
    check(vectors.shape[1] == count == run.record["pca"]["components"],
          f"{run.name}: {vectors.shape[1]} components, expected {count}")
    close(vectors.T @ vectors, np.eye(count), 1e-12, f"{run.name}: orthonormal")
    at = np.argmax(np.abs(vectors), axis=0)
    check(np.all(vectors[at, np.arange(count)] > 0),
          f"{run.name}: the largest coefficient of a component is positive")


def check_scores(scene, run, count):
    """Up to sign, which SPy leaves open, and exactly the sign of our own."""
    theirs = scene.spy.reduce(num=count).transform(scene.pixels)
    ours = run.scores[:, scene.valid].T
    tolerance = 1e-5 * np.ptp(theirs[:, 0])
    check(run.scores.shape[0] == count, f"{run.name}: bands of pca.tif")
    check(run.scores.dtype == np.float32, f"{run.name}: float32")
    check(np.all(np.isnan(run.scores[:, ~scene.valid])),
          f"{run.name}: NaN where there is no data")
    sign = np.sign(np.sum(ours * theirs, axis=0))
    close(ours, theirs * sign, tolerance, f"{run.name}: scores of SPy")
    centred = scene.pixels - scene.pixels.mean(axis=0)
    close(ours, centred @ components_of(run), tolerance,
          f"{run.name}: scores of our own components")


def same_bytes(runs):
    for run in runs[1:]:
        for file in SAME_BYTES:
            check(run.digest(file) == runs[0].digest(file),
                  f"{run.name}: {file} differs from that of {runs[0].name}")


def test_against_spy(scene):
    """The tutorial's 99.9 %, at 1 to 4 ranks and on the grids they allow."""
    count = len(scene.spy.reduce(fraction=0.999).eigenvalues)
    on_one = oracle.at_ranks(scene.path, "--subset 2 --eigen-grid 1x1",
                             command="pca")
    on_grids = oracle.run_all(
        [dict(tile=scene.path, ranks=ranks, command="pca",
              options=f"--subset 2 --eigen-grid {grid}")
         for ranks, grid in ((2, "1x2"), (2, "2x1"), (3, "1x3"), (4, "2x2"),
                             (4, "auto"))])
    for run in on_grids:
        oracle.must_succeed(run)
    for run in (on_one[0], *on_grids):
        check_eigenvalues(scene, run)
        check_components(scene, run, count)
        check_scores(scene, run, count)
        check(run.record["pca"]["residual"] < 1e-12
              and run.record["pca"]["orthogonality"] < 1e-12,
              f"{run.name}: residuals {run.record['pca']}")
    for run, grid in zip(on_grids, ([1, 2], [2, 1], [1, 3], [2, 2])):
        same(run.record["pca"]["eigen_grid"], grid, f"{run.name}: grid")
    same_bytes(on_one)


def test_covariance(scene):
    """All components together give back the covariance, with N - 1."""
    bands = len(scene.bands)
    options = f"--subset 2 --components {bands}"
    covariance = np.cov(scene.pixels, rowvar=False)
    for run in oracle.at_ranks(scene.path, options, (1, 3), "pca"):
        vectors, value = components_of(run), run.table("eigenvalues.csv")[:, 1]
        check_components(scene, run, bands)
        close(vectors * value @ vectors.T, covariance,
              1e-12 * np.abs(covariance).max(), f"{run.name}: covariance")
        with h5py.File(run.path("model.h5")) as model:
            close(model["pca/mean"][...], scene.pixels.mean(axis=0), 1e-13,
                  f"{run.name}: mean")
            same(model["pca/components"][...].T, vectors, f"{run.name}: model")


def test_other_counts(scene):
    """--components, --min-eigenvalue and --variance decide how many."""
    value = scene.spy.eigenvalues
    cases = [("--components 1", 1), ("--components 7", 7),
             (f"--min-eigenvalue {np.sqrt(value[3] * value[4]):.17g}", 4),
             (f"--min-eigenvalue {2 * value[0]:.17g}", 1),  # always one
             ("--variance 1", None)]
    for share in (0.5, 0.99, 0.9999):
        cases.append((f"--variance {share}",
                      len(scene.spy.reduce(fraction=share).eigenvalues)))
    runs = oracle.run_all([dict(tile=scene.path, ranks=2, command="pca",
                                options=f"--subset 2 {options}")
                           for options, _ in cases])
    for run, (_, count) in zip(runs, cases):
        oracle.must_succeed(run)
        if count:  # rounding decides where the last share becomes 1
            check_components(scene, run, count)
            check_scores(scene, run, count)


def rounding(centred, directions):
    """What float32 may lose of scores: sums of 16 bands at a time."""
    steps = 16 + len(directions) / 16 + 6
    return steps * 2.0**-24 * (np.abs(centred) @ np.abs(directions))


def test_whitening(scene):
    """Scores of variance 1; turned back, all of them are what SPy's whitening
    transform gives; predict gives them again."""
    bands = len(scene.bands)
    centred = scene.pixels - scene.pixels.mean(axis=0)
    covariance = np.cov(scene.pixels, rowvar=False)
    for count in (5, bands):
        options = f"--subset 2 --whiten --eigen-grid 1x1 --components {count}"
        runs = oracle.at_ranks(scene.path, options, (1, 3), "pca")
        same_bytes(runs)
        run = runs[1]
        ours, vectors = run.scores[:, scene.valid].T, components_of(run)
        value = run.table("eigenvalues.csv")[:count, 1]
        theirs = centred @ vectors / np.sqrt(value)
        tolerance = rounding(centred, vectors / np.sqrt(value))
        close(ours, theirs, tolerance, f"{run.name}: whitened scores")
        close(np.cov(ours, rowvar=False), np.eye(count),
              np.max(tolerance), f"{run.name}: covariance of whitened scores")
        again = oracle.Run(scene.path, f"-m {run.folder}", 2, "predict")
        oracle.must_succeed(again)
        check(again.digest("pca.tif") == run.digest("pca.tif"),
              f"{again.name}: the scores of the training")
    stats = spectral.GaussianStats(scene.pixels.mean(axis=0), covariance,
                                   len(scene.pixels))
    zca = stats.get_whitening_transform()(scene.pixels)
    close(ours @ vectors.T, zca, tolerance @ np.abs(vectors.T),
          f"{run.name}: SPy's whitening")


def test_refusals(scene):
    for options, word in (("--eigen-grid 2x2", "grid"),
                          ("--components 400", "400 components")):
        for ranks in (1, 3):
            run = oracle.Run(scene.path, f"--subset 2 {options}", ranks, "pca")
            oracle.check_refusal(run, [64], [word])


def main():
    paths = oracle.real_tiles()[:1] + [
        oracle.synth("--rows 40 --cols 50 --seed 5 --nodata-edge 0.2"),
        oracle.synth("--rows 50 --cols 40 --seed 6 --layout bands")]
    scenes = [Scene(path) for path in paths]
    for scene in scenes:
        test_against_spy(scene)
    test_covariance(scenes[-2])
    test_whitening(scenes[-2])
    test_whitening(scenes[0])
    test_other_counts(scenes[0])
    test_refusals(scenes[-1])
    oracle.finish(at_least=150)


main()
