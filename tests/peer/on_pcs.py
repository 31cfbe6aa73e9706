#!/usr/bin/python3
"""k-means on scores: the classes that Spectral Python and scikit-learn find in
the scores of pca.tif, rounded to the grid; the same bytes at any rank count."""
import sys

import numpy as np

from lib import oracle
from lib.oracle import check, close, same

try:
    from sklearn.cluster import KMeans
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(oracle.SKIPPED)

SAME_BYTES = ("classes.tif", "centroids.csv", "score_centroids.csv",
              "classes.csv", "deviations.csv", "eigenvalues.csv", "pca.tif")


class Points:
    """The scores of a run as NumPy has them, on the grid that it names."""

    def __init__(self, run):
        self.step = run.record["kmeans"]["scores"]["step"]
        scores = run.scores
        self.valid = ~np.isnan(scores[0])
        flat = scores[:, self.valid].T.astype("f8")
        self.steps = np.rint(flat / self.step)
        least = np.abs(flat).max() / 32767
        check(least <= self.step < 2 * least and
              np.log2(self.step) == np.rint(np.log2(self.step)),
              f"{run.name}: step {self.step} for {least}")


def compare_with_spy(run, points, classes, iterations, **spy_options):
    labels, centres, counts = oracle.spy_kmeans(points.steps, classes,
                                                iterations, **spy_options)
    same(run.classes, oracle.class_map(points.valid, labels),
         f"{run.name}: map")
    same(run.reassigned, counts, f"{run.name}: reassigned")
    ours = run.table("score_centroids.csv")
    same(ours[:, 0], np.arange(1, len(ours) + 1), f"{run.name}: components")
    exact = oracle.exact_means(points.steps.astype("i8"), labels, classes)
    filled = ~np.isnan(exact[:, 0])
    same(ours[:, 1:].T[filled], exact[filled] * points.step,
         f"{run.name}: centroids of scores")
    close(ours[:, 1:].T, centres * points.step,
          1e-13 * np.abs(centres * points.step).max(),
          f"{run.name}: centroids of scores, as SPy's")
    within = sum(((points.steps[labels == j + 1] - exact[j]) ** 2).sum()
                 for j in np.flatnonzero(filled)) * points.step ** 2
    close(run.record["kmeans"]["within"], within, 1e-12 * within,
          f"{run.name}: within")
    return labels


def compare_spectra(run, tile, labels, classes):
    """centroids.csv and deviations.csv are of the spectra of the classes."""
    cube, _, scale = oracle.read_tile(tile)
    bands = np.array(run.record["bands"]) - 1
    dn = cube[~np.isnan(run.scores[0])][:, bands].astype("i8")
    exact = oracle.exact_means(dn, labels, classes) / scale
    filled = ~np.isnan(exact[:, 0])
    same(run.centroids[filled], exact[filled], f"{run.name}: mean spectra")
    deviation = np.array([dn[labels == j + 1].std(axis=0, ddof=1)
                          for j in np.flatnonzero(filled)]) / scale
    close(run.table("deviations.csv")[:, 1:].T[filled], deviation,
          1e-12 * deviation.max(), f"{run.name}: deviations")


def compare_with_sklearn(run, points, classes):
    """Lloyd from the same start, to the end.  Classes without pixels, which
    scikit-learn would move, must not occur."""
    low, high = points.steps.min(axis=0), points.steps.max(axis=0)
    start = low + (high - low) / (classes - 1) * np.arange(classes)[:, None]
    fit = KMeans(classes, init=start, n_init=1, max_iter=500, tol=0,
                 algorithm="lloyd").fit(points.steps)
    check(run.record["kmeans"]["converged"], f"{run.name}: converged")
    same(run.classes, oracle.class_map(points.valid, fit.labels_ + 1),
         f"{run.name}: map of scikit-learn")
    within = fit.inertia_ * points.step ** 2
    close(run.record["kmeans"]["within"], within, 1e-10 * within,
          f"{run.name}: inertia")


def same_bytes(runs, files=SAME_BYTES):
    for run in runs[1:]:
        for file in files:
            check(run.digest(file) == runs[0].digest(file),
                  f"{run.name}: {file} differs from that of {runs[0].name}")


def test_ranks(tile):
    runs = oracle.at_ranks(tile, "--on-pcs --subset 2 -k 5 --max-iter 50")
    points = Points(runs[0])
    labels = compare_with_spy(runs[0], points, 5, 50)
    compare_spectra(runs[0], tile, labels, 5)
    same_bytes(runs)
    return runs[0]


def test_options(tile, first):
    """Other numbers of classes and components, distances and starts."""
    centres = first.table("score_centroids.csv")[:, 1:].T
    cases = [  # options, classes, iterations, SPy's options
        ("--components 1", 4, 30, {}),
        ("--components 20", 7, 25, {}),
        ("--components 40 --distance l1", 3, 20, dict(distance="L1")),
        ("--variance 0.99", 40, 8, {}),
    ]
    jobs = [dict(tile=tile, ranks=3, options=f"--on-pcs --subset 2 -k {k} "
                 f"--max-iter {n} {options}") for options, k, n, _ in cases]
    for (_, k, n, spy), run in zip(cases, oracle.run_all(jobs)):
        oracle.must_succeed(run)
        compare_with_spy(run, Points(run), k, n, **spy)
    again = "--on-pcs --subset 2 -k 5 --max-iter 500"
    runs = oracle.run_all([dict(tile=tile, options=options, ranks=2,
                                command=command) for options, command in (
        (again, "run"), (again, "kmeans"),
        (again.replace("-k 5", "-k 3"), "run"),
        (f"{again} --start-clusters {first.path('centroids.csv')}", "run"),
        (f"{again} --start-clusters {first.path('model.h5')}", "run"))])
    for run in runs:
        oracle.must_succeed(run)
    compare_with_sklearn(runs[2], Points(runs[2]), 3)
    same_bytes(runs[:2], SAME_BYTES[:5])  # kmeans writes no components
    # Mean spectra have the scores' means, but for the rounding to the grid
    step = runs[0].record["kmeans"]["scores"]["step"]
    spy = dict(start_clusters=centres / step)
    for run in runs[3:]:
        points = Points(run)
        labels, _, _ = oracle.spy_kmeans(points.steps, 5, 500, **spy)
        same(run.classes, oracle.class_map(points.valid, labels),
             f"{run.name}: from the centroids of another run")


def main():
    tiles = oracle.real_tiles()[:1] + [
        oracle.synth("--rows 50 --cols 60 --seed 21 --nodata-edge 0.2")]
    firsts = [test_ranks(tile) for tile in tiles]
    test_options(tiles[-1], firsts[-1])
    oracle.finish(at_least=60)


main()
