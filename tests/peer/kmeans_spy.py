#!/usr/bin/python3
"""k-means: the classes, centroids and counts of Spectral Python, and the same
bytes at any rank count and on any instruction set."""
import numpy as np

from lib import oracle
from lib.oracle import check, close, same

OPTIONS = "--subset 2 -k 5 --max-iter 50"
SAME_BYTES = ("classes.tif", "centroids.csv")


class Scene:
    """The cleaned pixels of a tile."""

    def __init__(self, path):
        cube, wavelength, self.scale = oracle.read_tile(path)
        self.path = path
        self.bands = oracle.tutorial_bands(wavelength, 2)
        self.valid = oracle.valid_pixels(cube, self.bands)
        self.dn = cube[self.valid][:, self.bands].astype("i8")
        self.reflectance = self.dn / self.scale


def compare(scene, run, classes, iterations, **spy_options):
    """A run against SPy with the same arguments."""
    labels, centres, counts = oracle.spy_kmeans(scene.reflectance, classes,
                                                iterations, **spy_options)
    same(run.classes, oracle.class_map(scene.valid, labels), f"{run.name}: map")
    same(run.reassigned, counts, f"{run.name}: reassigned")
    same(run.reassigned_said, counts, f"{run.name}: reassigned, on stderr")
    close(run.centroids, centres, 1e-14 * np.abs(centres),
          f"{run.name}: centroids")
    compare_with_exact_means(scene, run, labels, classes)
    return counts


def compare_with_exact_means(scene, run, labels, classes):
    """SPy's means are rounded at every addition; ours only at the division."""
    exact = oracle.exact_means(scene.dn, labels, classes) / scene.scale
    filled = ~np.isnan(exact[:, 0])
    same(run.centroids[filled], exact[filled], f"{run.name}: exact means")
    same(run.record["kmeans"]["pixels"],
         [np.count_nonzero(labels == j) for j in range(1, classes + 1)],
         f"{run.name}: pixels by class")


def same_bytes(runs):
    for run in runs[1:]:
        for file in SAME_BYTES:
            check(run.digest(file) == runs[0].digest(file),
                  f"{run.name}: {file} differs from that of {runs[0].name}")


def test_ranks(scene):
    """The tutorial's call, on 1 to 4 ranks."""
    runs = oracle.at_ranks(scene.path, OPTIONS)
    for run in runs:
        same(np.array(run.record["bands"]) - 1, scene.bands,
             f"{run.name}: bands")
        compare(scene, run, 5, 50)
    same_bytes(runs)
    return runs[0]


def test_options(scene, first):
    """Other numbers of classes, distances and starts, each at two ranks."""
    centres = first.centroids
    cases = [  # options, classes, iterations, SPy's options
        ("--distance l1", 5, 50, dict(distance="L1")),
        ("--distance l1", 20, 12, dict(distance="L1")),
        ("", 1, 50, {}),
        ("", 2, 200, {}),
        ("", 5, 3, {}),
        ("", 20, 25, {}),
        (f"--start-clusters {first.path('centroids.csv')}", 5, 20,
         dict(start_clusters=centres)),
        (f"--start-clusters {first.path('model.h5')}", 5, 20,
         dict(start_clusters=centres)),
    ]
    runs = oracle.run_all(
        [dict(tile=scene.path, ranks=ranks, command="kmeans",
              options=f"--subset 2 -k {k} --max-iter {n} {options}")
         for options, k, n, _ in cases for ranks in (1, 3)])
    ended_early = set()
    for i, (_, classes, iterations, spy_options) in enumerate(cases):
        pair = runs[2 * i:2 * i + 2]
        for run in pair:
            oracle.must_succeed(run)
        counts = compare(scene, pair[1], classes, iterations, **spy_options)
        same_bytes(pair)
        ended_early.add(counts[-1] == 0)
        check(pair[0].record["kmeans"]["converged"] == (counts[-1] == 0),
              f"{pair[0].name}: converged")
    check(ended_early == {False, True}, "one case ends by itself, one does not")


def test_many_classes(scene):
    """More than 255 classes need a map of 16 bits; many of them are empty."""
    runs = oracle.run_all([dict(tile=scene.path, ranks=n, command="kmeans",
                                options="--subset 2 -k 300 --max-iter 5")
                           for n in (1, 4)])
    for run in runs:
        oracle.must_succeed(run)
    check(runs[0].classes.dtype == np.uint16, f"{runs[0].name}: uint16")
    compare(scene, runs[1], 300, 5)
    same_bytes(runs)


def test_ties():
    """Pixels that are as near to one centre as to another go to the lower
    class.  One iteration from dyadic centres is exact in SPy, too."""
    random = np.random.default_rng(4)
    cube = random.integers(0, 17, (20, 30, 1)) * np.array([1, 2, 3])
    path = oracle.write_tile(cube.astype("i2"), scale=1)
    pixels = cube.reshape(-1, 3).astype("f8")
    cases = [(k, distance) for k in (2, 3, 5, 9) for distance in ("L1", "L2")]
    runs = oracle.run_all([dict(tile=path, ranks=2, command="kmeans",
                                options=f"--bad-bands none --max-iter 1 -k {k} "
                                f"--distance {distance.lower()}")
                           for k, distance in cases])
    for (classes, distance), run in zip(cases, runs):
        oracle.must_succeed(run)
        labels, _, counts = oracle.spy_kmeans(pixels, classes, 1,
                                              distance=distance)
        same(run.classes.ravel(), labels, f"{run.name}: ties")
        same(run.reassigned, counts, f"{run.name}: reassigned")
        check(count_ties(pixels, classes, distance) > 20,
              f"{run.name}: there are ties")


def count_ties(pixels, classes, distance):
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    step = (high - low) / (classes - 1)
    centres = low + step * np.arange(classes)[:, None]
    off = np.abs(pixels[:, None] - centres)
    far = np.sort((off if distance == "L1" else off ** 2).sum(axis=2))
    return np.count_nonzero(far[:, 0] == far[:, 1])


def test_instruction_sets(scene, first):
    best = first.record["versions"]["kernels"]
    known = ["portable", "avx2", "avx512", "amx"]
    runs = oracle.run_all([dict(tile=scene.path, options=OPTIONS, ranks=2,
                                environment={"HYP_ISA": isa}) for isa in known])
    for isa, run in zip(known, runs):
        oracle.must_succeed(run)
        used = known[min(known.index(isa), known.index(best))]
        check(run.record["versions"]["kernels"] == used,
              f"{run.name}: HYP_ISA={isa} uses {used}")
    same_bytes([first] + runs)


def main():
    paths = oracle.real_tiles() + [
        oracle.synth("--rows 60 --cols 70 --seed 11 --layout blocks"),
        oracle.synth("--rows 60 --cols 70 --seed 12 --layout bands "
                     "--nodata-edge 0.2")]
    scenes = [Scene(path) for path in paths]
    firsts = [test_ranks(scene) for scene in scenes]
    check(scenes[-1].valid.min() < scenes[-1].valid.max(),
          "the last tile has pixels without data")
    for i in {0, len(scenes) - 1}:  # a real one, if there is any, and nodata
        test_options(scenes[i], firsts[i])
        test_instruction_sets(scenes[i], firsts[i])
    test_many_classes(scenes[0])
    test_ties()
    oracle.finish(at_least=300)


main()
