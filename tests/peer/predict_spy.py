#!/usr/bin/python3
"""predict: Spectral Python's nearest centres, NumPy's distances and scores, the
maps of the training where that converged, and the same bytes at any rank
count and on any instruction set."""
import os

import h5py
import numpy as np

from lib import oracle
from lib.oracle import check, close, same
from lib.prediction import MAPS, job, predict, predict_all, read, same_maps

TRAINING = "--subset 2 -k 6 --max-iter 900 --eigen-grid 1x1"


class Model:
    """What a model.h5 says, read by h5py."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.scale = file.attrs["dn_per_reflectance"]
            self.bands = file["bands/index"][...]
            self.wavelength = file["bands/wavelength"][...]
            self.distance = file["kmeans"].attrs["distance"]
            self.centroids = file["kmeans/centroids"][...]
            self.sum = file["kmeans/sum"][...]
            self.count = file["kmeans/count"][...]
            self.mean = file["pca/mean"][...]
            self.components = file["pca/components"][...]


class Expected:
    """What others make of a tile with a model."""

    def __init__(self, model, path, bands=None):
        cube, _, scale = oracle.read_tile(path)
        bands = model.bands if bands is None else bands
        self.valid = oracle.valid_pixels(cube, bands)
        pixels = cube[self.valid][:, bands] / scale
        classes = len(model.centroids)
        labels, _, _ = oracle.spy_kmeans(
            pixels, classes, 1, start_clusters=model.centroids,
            distance=model.distance.upper())
        self.classes = oracle.class_map(self.valid, labels)
        self.pixels = [np.count_nonzero(labels == j + 1)
                       for j in range(classes)]
        off = pixels - model.centroids[labels - 1]
        self.distance = (np.abs(off).sum(axis=1) if model.distance == "l1"
                         else np.sqrt(np.square(off).sum(axis=1)))
        self.scores = (pixels - model.mean) @ model.components.T

    def check(self, run):
        same(run.classes, self.classes, f"{run.name}: classes")
        distance = read(run.path("distance.tif"))
        check(distance.dtype == np.float32, f"{run.name}: float32")
        close(distance[self.valid], self.distance,
              2e-7 * self.distance.max(), f"{run.name}: distances")
        for image in (distance, *run.scores):
            same(np.isnan(image), ~self.valid, f"{run.name}: NaN")
        close(run.scores[:, self.valid].T, self.scores,
              1e-5 * np.ptp(self.scores[:, 0]), f"{run.name}: scores")
        same(run.record["predict"]["pixels"], self.pixels,
             f"{run.name}: pixels in the record")
        check(sorted(os.listdir(run.folder)) == sorted(MAPS + ("run.json",)),
              f"{run.name}: wrote {os.listdir(run.folder)}")


def check_model(model, trained):
    """The centres in DN are the means of integers, rounded once."""
    with h5py.File(trained.path("model.h5")) as file:
        centres = file["kmeans/centroids_dn"][...]
        same(file["pca/mean_dn"][...] / model.scale, model.mean, "mean in DN")
    filled = model.count > 0
    same(centres[filled], model.sum[filled] / model.count[filled, None],
         f"{trained.name}: centres in DN")
    same(centres / model.scale, model.centroids, f"{trained.name}: centroids")


def test_training_tile(tile, options, ranks, sets=()):
    """The maps of the training come back, byte for byte."""
    trained = oracle.Run(tile, f"{TRAINING} {options}", 2)
    oracle.must_succeed(trained)
    check(trained.record["kmeans"]["converged"], f"{trained.name}: converged")
    runs = predict_all(
        [job(trained.folder, tile, n) for n in ranks]
        + [job(trained.path("model.h5"), tile, environment={"HYP_ISA": isa})
           for isa in sets])
    model = Model(trained.path("model.h5"))
    check_model(model, trained)
    for run in runs:
        for file in ("classes.tif", "classes.tif.aux.xml", "classes.qml",
                     "pca.tif"):
            check(run.digest(file) == trained.digest(file),
                  f"{run.name}: {file} is that of the training")
    Expected(model, tile).check(runs[0])
    same_maps(runs)
    return trained, model


def test_other_tiles(trained, model, tiles):
    """Tiles that the model has not seen, at several rank counts."""
    for tile in tiles:
        runs = predict_all([job(trained.folder, tile, n) for n in (1, 3)])
        Expected(model, tile).check(runs[1])
        same_maps(runs)


def test_mosaic(trained, model, tiles):
    """Two tiles at once give the maps that each gives alone, and VRTs."""
    run, *apart = predict_all([job(trained.folder, tiles, 3)]
                              + [job(trained.folder, tile)
                                 for tile in tiles])
    for tile, alone in zip(tiles, apart):
        folder = os.path.splitext(os.path.basename(tile))[0]
        for file in ("classes.tif", "distance.tif", "pca.tif"):
            check(run.digest(os.path.join(folder, file)) == alone.digest(file),
                  f"{run.name}: {file} of {tile}")
    check({"classes.vrt", "distance.vrt", "pca.vrt", "run.json"}
          <= set(os.listdir(run.folder)), f"{run.name}: VRTs")
    joined = read(run.path("distance.vrt"))
    expected = [Expected(model, tile).distance.max() for tile in tiles]
    close(np.nanmax(joined), max(expected), 1e-6, f"{run.name}: joined")


# --- one model, tiles of other bands, scales and types ----------------------

CUBE = oracle.smooth_cube(21, 18, 24, seed=3)
CUBE[4, :5] = -9999


def train_small(options=""):
    trained = oracle.Run(
        oracle.write_tile(CUBE),
        f"-k 4 --max-iter 300 --bad-bands none --components 3 {options}")
    oracle.must_succeed(trained)
    return trained


def test_bands_elsewhere(trained):
    """Bands are found by their wavelengths; others only if asked for."""
    model = Model(trained.path("model.h5"))
    grid = oracle.grid(24)
    more = np.concatenate((CUBE[:, :, :2], CUBE, CUBE[:, :, :1]), axis=2)
    wider = np.concatenate(([390.5, 400], grid + 0.3, [2000]))
    moved = oracle.write_tile(more, wavelength=wider)
    far = oracle.write_tile(CUBE, wavelength=grid + 2)
    cases = ((moved, np.arange(24) + 2, ""),
             (far, np.arange(24), "--match-bands"))
    runs = predict_all([job(trained.folder, tile, 2, options)
                        for tile, _, options in cases])
    for run, (tile, bands, _) in zip(runs, cases):
        Expected(model, tile, bands).check(run)
        same(run.record["bands"], bands + 1, f"{run.name}: bands")
        check(("up to 2 nm apart" in run.said) == (tile == far),
              f"{run.name}: {run.said}")
    few = oracle.write_tile(CUBE[:, :, :20])
    for ranks in (1, 3):
        oracle.check_refusal(predict(trained.folder, far, ranks), [65],
                             [far, "405.5 nm", "407.5 nm", "--match-bands",
                              trained.path("model.h5")])
        oracle.check_refusal(predict(trained.folder, few, ranks), [65],
                             [few, "1262.25 nm", "model.h5"])


def test_scales_and_types(trained):
    """Centroids are reflectance: other steps and types make no difference."""
    model = Model(trained.path("model.h5"))
    half = np.where(CUBE == -9999, -9999, CUBE // 2).astype("i2")
    real = np.where(CUBE == -9999, -9999, CUBE / 10000).astype("f4")
    tiles = [oracle.write_tile(CUBE), oracle.write_tile(half, scale=5000),
             oracle.write_tile(real, scale=1)]
    runs = predict_all([job(trained.folder, tile, 2) for tile in tiles])
    plain, _, floats = runs
    for tile, run in zip(tiles[:2], runs):
        Expected(model, tile).check(run)
    same_maps([plain, floats])
    large = oracle.write_tile(CUBE, scale=100000)
    oracle.check_refusal(predict(trained.folder, large, 2), [65],
                         ["model.h5", "out of range"])


def test_quantum():
    """Floats are rounded as they were in the training."""
    tile = oracle.write_tile(np.where(CUBE == -9999, np.nan,
                                      CUBE / 10000).astype("f4"), scale=1)
    trained = oracle.Run(tile, "-k 4 --max-iter 300 --bad-bands none "
                         "--quantum 0.0007 --components 2 --eigen-grid 1x1")
    run = predict(trained.folder, tile, 3)
    for one in (trained, run):
        oracle.must_succeed(one)
    check("multiples of 0.0007" in run.said, f"{run.name}: {run.said}")
    for file in ("classes.tif", "pca.tif"):
        check(run.digest(file) == trained.digest(file), f"{run.name}: {file}")


def test_parts():
    """A model of classes alone, of components alone, of many classes."""
    tile = oracle.write_tile(CUBE)
    for command, options, files in (
            ("kmeans", "-k 4", {"classes.tif", "classes.tif.aux.xml",
                                "classes.qml", "distance.tif", "run.json"}),
            ("kmeans", "-k 300", {"classes.tif", "classes.tif.aux.xml",
                                  "classes.qml", "distance.tif", "run.json"}),
            ("pca", "--components 2", {"pca.tif", "run.json"})):
        trained = oracle.Run(tile, f"--bad-bands none {options}", 1, command)
        run = predict(trained.folder, tile, 2)
        for one in (trained, run):
            oracle.must_succeed(one)
        check(set(os.listdir(run.folder)) == files,
              f"{run.name}: {os.listdir(run.folder)}")
        for file in files & {"classes.tif", "pca.tif"}:
            check(run.digest(file) == trained.digest(file),
                  f"{run.name}: {file}")


def test_formats():
    """The copies of the maps are those of the training, byte for byte."""
    tile = oracle.write_tile(CUBE)
    options = "--envi --hdf5"
    trained = oracle.Run(tile, f"--bad-bands none -k 4 --components 2 {options}")
    runs = predict_all([job(trained.folder, tile, ranks, options)
                        for ranks in (1, 3)])
    copies = {"classes.img", "classes.hdr", "pca.img", "pca.hdr", "maps.nc"}
    for run in runs:
        check(set(os.listdir(run.folder)) == {*MAPS, *copies, "run.json"},
              f"{run.name}: {os.listdir(run.folder)}")
        for file in copies:
            check(run.digest(file) == trained.digest(file),
                  f"{run.name}: {file} is that of the training")


def main():
    tiles = oracle.real_tiles()[:2] or [
        oracle.synth(f"--rows 30 --cols 35 --seed {seed}") for seed in (21, 22)]
    trained, model = test_training_tile(tiles[0], "", oracle.RANKS,
                                        ("portable", "avx2"))
    test_other_tiles(trained, model, tiles[1:])
    parts = [oracle.synth(f"--rows 40 --cols 30 --seed {seed} --layout {layout}"
                          " --nodata-edge 0.2")
             for seed, layout in ((31, "blocks"), (32, "bands"))]
    trained, model = test_training_tile(parts[0], "--distance l1", (3,))
    test_other_tiles(trained, model, parts[1:])
    test_mosaic(trained, model, parts)
    small = train_small()
    test_bands_elsewhere(small)
    test_scales_and_types(small)
    test_quantum()
    test_parts()
    test_formats()
    oracle.finish(at_least=200)


main()
