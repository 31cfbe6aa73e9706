#!/usr/bin/python3
"""sweep: every line is what kmeans makes of its setting, with --on-pcs if it is
of scores, to the last bit; quality and likeness are as scikit-learn, SciPy and
NumPy measure them."""
import json
import sys

import numpy as np

from lib import oracle
from lib.oracle import check, close, same

try:
    from scipy.optimize import linear_sum_assignment
    from sklearn import metrics
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(oracle.SKIPPED)

CLASSES, SUBSETS, SHARE = (3, 5, 8), (2, 1, 3), 0.99
LISTS = "-k 3,5,8 --subset 2,1,3"


def sweep(path, options, ranks=2):
    """The lines of a table, from what is printed; files hold the same."""
    folder = oracle.new_path()
    done = oracle.launch(["sweep", "-q", "--json", *options.split(), "-o",
                          folder, path], ranks)
    if not check(done.returncode == 0, f"sweep {options}: {done.stderr}"):
        oracle.finish(0)
    printed = json.loads(done.stdout)
    with open(f"{folder}/run.json", encoding="utf-8") as text:
        same(json.load(text)["sweep"], printed, "run.json holds the table")
    table = np.genfromtxt(f"{folder}/sweep.csv", delimiter=",", names=True)
    for name in table.dtype.names:
        same(np.atleast_1d(table[name]), [float("nan") if line[name] is None
                           else float(line[name])
                           for line in printed["lines"]], f"column {name}")
    return printed["lines"], printed["pixels"]


def simplified_silhouette(x, labels):
    """Over the classes that have pixels."""
    names, own, count = np.unique(labels, return_inverse=True,
                                  return_counts=True)
    centres = np.array([x[labels == j].mean(axis=0) for j in names])
    away = np.sqrt(np.square(x[:, None] - centres).sum(axis=2))
    a = away[np.arange(len(x)), own].copy()
    away[np.arange(len(x)), own] = np.inf
    b = away.min(axis=1)
    return np.where(count[own] == 1, 0, (b - a) / np.maximum(a, b)).mean()


def check_quality(line, x, labels, name):
    wanted = {"calinski_harabasz": metrics.calinski_harabasz_score(x, labels),
              "davies_bouldin": metrics.davies_bouldin_score(x, labels),
              "silhouette": simplified_silhouette(x, labels)}
    for key, value in wanted.items():
        close(line[key], value, 1e-5 * abs(value), f"{name}: {key}")


def check_likeness(line, labels, first, same_k, name):
    for other, end in ((first, ""), (same_k, "_same_k")):
        table = metrics.cluster.contingency_matrix(labels, other)
        pairs = linear_sum_assignment(table, maximize=True)
        close(line["adjusted_rand_index" + end],
              metrics.adjusted_rand_score(other, labels), 1e-12,
              f"{name}: Rand index{end}")
        close(line["agreement" + end], table[pairs].sum() / table.sum(),
              1e-12, f"{name}: agreement{end}")


class Bands:
    """What a line without --pca clusters, as reflectance."""
    command, options = "kmeans", ""

    def __init__(self, run, tile, subset):
        cube, wavelength, scale = oracle.read_tile(tile)
        bands = oracle.tutorial_bands(wavelength, subset)
        self.valid = oracle.valid_pixels(cube, bands)
        self.points = cube[self.valid][:, bands] / scale
        self.step = 1 / scale


class Scores:
    """What a line with --pca clusters: the scores of pca.tif, on their grid."""
    command, options = "run", f"--on-pcs --variance {SHARE}"

    def __init__(self, run, tile, subset):
        scores = run.scores
        self.valid = ~np.isnan(scores[0])
        flat = scores[:, self.valid].T.astype("f8")
        self.step = 2.0 ** np.ceil(np.log2(np.abs(flat).max() / 32767))
        self.points = np.rint(flat / self.step) * self.step


def check_lines(kind, tile, lines, pixels, options):
    """Lines, in the order of the settings, against runs with theirs."""
    settings = [(n, k) for n in SUBSETS for k in CLASSES]
    same([(line["subset"], line["classes"]) for line in lines], settings,
         f"{options}: the order of the lines")
    runs = oracle.run_all([dict(tile=tile, command=kind.command,
                                options=f"-k {k} --subset {n} {options} "
                                f"{kind.options} --no-report --no-pictures")
                           for n, k in settings])
    labels = []
    for line, run in zip(lines, runs):
        oracle.must_succeed(run)
        data = kind(run, tile, line["subset"])
        found = run.record["kmeans"]
        labels.append(run.classes[data.valid])
        same(pixels, len(data.points), f"{run.name}: pixels")
        for key in ("iterations", "converged", "within"):
            same(line[key], found[key], f"{run.name}: {key}")
        same(line["dimensions"], data.points.shape[1], f"{run.name}: dims")
        same(line["step"], data.step, f"{run.name}: step")
        check_quality(line, data.points, labels[-1], run.name)
    return labels


def check_sweep(tile, options, ranks):
    lines, pixels = sweep(tile, f"{LISTS} --pca 0,{SHARE} {options}", ranks)
    labels, number = {}, len(CLASSES)
    for share, kind in ((0, Bands), (SHARE, Scores)):
        chosen = [line for line in lines if line["pca"] == share]
        found = check_lines(kind, tile, chosen, pixels, options)
        labels.update({(share, i): each for i, each in enumerate(found)})
    same([line["pca"] for line in lines],
         ([0] * number + [SHARE] * number) * len(SUBSETS), "order of shares")
    for share in (0, SHARE):
        chosen = [line for line in lines if line["pca"] == share]
        for i, line in enumerate(chosen):
            check_likeness(line, labels[share, i], labels[0, 0],
                           labels[0, i % number], f"{options} {share} {i}")


def check_partial():
    """Pixels without data in some bands only are in no setting, and a note
    says how many; with one subset, all is as in kmeans."""
    cube = oracle.smooth_cube(20, 25, 40)
    cube[:2] = cube[5, 3, 1] = cube[6, 4, 2] = cube[7, 5, 3] = -9999
    path = oracle.write_tile(cube)
    options = "--bad-bands none -k 4 --max-iter 30"
    done = oracle.launch(["sweep", *options.split(), "--subset", "2,3",
                          "--json", "-o", oracle.new_path(), path], 3)
    # Band 1 is in neither; 2 is in the first, 3 in the second
    same(json.loads(done.stdout)["pixels"], 20 * 25 - 50 - 2, "pixels of both")
    check("note: 2 pixels have data in some of the bands only" in done.stderr,
          f"a note on them: {done.stderr}")
    lines, pixels = sweep(path, f"{options} --subset 3")
    run, = oracle.at_ranks(path, f"{options} --subset 3", [1], "kmeans")
    same(pixels, run.record["pixels"]["valid"], "pixels of one")
    same(lines[0]["within"], run.record["kmeans"]["within"], "within of one")


def main():
    path = (oracle.real_tiles() or [oracle.synth("--rows 40 --cols 45")])[0]
    check_sweep(path, "--max-iter 40", 2)
    check_sweep(path, "--init kmeans++ --seed 7 --max-iter 9", 3)
    check_sweep(oracle.synth("--rows 37 --cols 30 --nodata-edge 0.2 --seed 4"),
                "--distance l1 --max-iter 12 --min-change 2", 4)
    check_partial()
    oracle.finish(at_least=300)


main()
