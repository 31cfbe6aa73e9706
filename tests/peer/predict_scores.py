#!/usr/bin/python3
"""predict with classes of scores (--on-pcs): the training's maps for its own
tile, and for others the classes that Spectral Python finds among the scores on
the grid of the training; the same bytes at any rank count, on any instruction
set, and in any company of tiles."""
import os

import h5py
import numpy as np

from lib import oracle
from lib.oracle import check, close, same
from lib.prediction import MAPS, job, predict_all, read, same_maps

TRAINING = "--on-pcs --subset 2 --max-iter 900"


class Model:
    """What a model.h5 says, read by h5py."""

    def __init__(self, path):
        with h5py.File(path) as file:
            centroids = file["kmeans/score_centroids"]
            self.step = centroids.attrs["step"]
            self.centroids = centroids[...]
            self.distance = file["kmeans"].attrs["distance"]
            self.bands = file["bands/index"][...]
            self.mean = file["pca/mean"][...]
            self.components = file["pca/components"][...]


class Expected:
    """What others make of a run's scores, and of its tile, with a model."""

    def __init__(self, model, run, path):
        cube, _, scale = oracle.read_tile(path)
        self.valid = oracle.valid_pixels(cube, model.bands)
        pixels = cube[self.valid][:, model.bands] / scale
        self.scores = (pixels - model.mean) @ model.components.T
        # The numbers themselves are those of pca.tif: float32
        scores = run.scores[:, self.valid].T.astype("f8")
        need = np.abs(scores).max(axis=1) / 32767 / model.step
        own = 2.0 ** np.ceil(np.log2(np.maximum(need, 1)))[:, None]
        self.coarser = np.count_nonzero(own > 1)
        steps = np.rint(scores / model.step / own) * own
        centres = model.centroids / model.step
        labels, _, _ = oracle.spy_kmeans(
            steps, len(centres), 1, start_clusters=centres,
            distance=model.distance.upper())
        self.classes = oracle.class_map(self.valid, labels)
        self.pixels = [np.count_nonzero(labels == j + 1)
                       for j in range(len(centres))]
        off = (steps - centres[labels - 1]) * model.step
        self.distance = (np.abs(off).sum(axis=1) if model.distance == "l1"
                         else np.sqrt(np.square(off).sum(axis=1)))

    def check(self, run):
        same(run.classes, self.classes, f"{run.name}: classes")
        distance = read(run.path("distance.tif"))
        close(distance[self.valid], self.distance,
              2e-7 * self.distance.max(), f"{run.name}: distances")
        for image in (distance, *run.scores):
            same(np.isnan(image), ~self.valid, f"{run.name}: NaN")
        close(run.scores[:, self.valid].T, self.scores,
              1e-5 * np.ptp(self.scores[:, 0]), f"{run.name}: scores")
        found = run.record["predict"]
        same(found["pixels"], self.pixels, f"{run.name}: pixels in the record")
        same(found["scores"]["coarser_pixels"], self.coarser,
             f"{run.name}: coarser pixels")
        check((f"note: {self.coarser} pixels have larger scores" in run.said)
              == (self.coarser > 0), f"{run.name}: a note: {run.said}")
        check(sorted(os.listdir(run.folder)) == sorted(MAPS + ("run.json",)),
              f"{run.name}: wrote {os.listdir(run.folder)}")


def train(tile, options, command="run"):
    trained = oracle.Run(tile, f"{TRAINING} {options}", 2, command)
    oracle.must_succeed(trained)
    check(trained.record["kmeans"]["converged"], f"{trained.name}: converged")
    return trained, Model(trained.path("model.h5"))


def test_training_tile(tile, options, ranks, sets=(), command="run"):
    """The maps of the training come back, byte for byte."""
    trained, model = train(tile, options, command)
    runs = predict_all([job(trained.folder, tile, n) for n in ranks]
                       + [job(trained.folder, tile,
                              environment={"HYP_ISA": isa}) for isa in sets])
    files = ("classes.tif", "classes.tif.aux.xml", "classes.qml") + (
        ("pca.tif",) if command == "run" else ())
    for run in runs:
        for file in files:
            check(run.digest(file) == trained.digest(file),
                  f"{run.name}: {file} is that of the training")
    same(runs[0].record["predict"]["scores"],
         {"step": model.step, "coarser_pixels": 0}, f"{runs[0].name}: scores")
    same(trained.record["kmeans"]["scores"]["step"], model.step, "the step")
    Expected(model, runs[0], tile).check(runs[0])
    same_maps(runs)
    return trained, model


def test_other_tiles(trained, model, tiles):
    """Tiles that the model has not seen, at several rank counts."""
    found = []
    for tile in tiles:
        runs = predict_all([job(trained.folder, tile, n) for n in (1, 3)])
        expected = Expected(model, runs[1], tile)
        expected.check(runs[1])
        same_maps(runs)
        found.append((runs[0], expected))
    return found


def brighter(tile, factor):
    """The tile with other light, and as many steps a unit of reflectance."""
    cube, wavelength, scale = oracle.read_tile(tile)
    lit = np.where(cube == -9999, -9999, np.minimum(cube * factor, 32000))
    return oracle.write_tile(lit.astype("i2"), wavelength, scale=scale)


def half(tile):
    """The tile with half as many steps a unit of reflectance."""
    cube, wavelength, scale = oracle.read_tile(tile)
    return oracle.write_tile(np.where(cube == -9999, -9999, cube // 2)
                             .astype("i2"), wavelength, scale=scale / 2)


def test_company(trained, runs, tiles):
    """Tiles at once give the maps that each gives alone."""
    run, = predict_all([job(trained.folder, tiles, 3)])
    for tile, alone in zip(tiles, runs):
        folder = os.path.splitext(os.path.basename(tile))[0]
        for file in ("classes.tif", "distance.tif", "pca.tif"):
            check(run.digest(os.path.join(folder, file)) == alone.digest(file),
                  f"{run.name}: {file} of {tile}")


def main():
    tiles = oracle.real_tiles()[:2] or [
        oracle.synth(f"--rows 30 --cols 35 --seed {seed}") for seed in (21, 22)]
    trained, model = test_training_tile(tiles[0], "-k 6", oracle.RANKS,
                                        ("portable", "avx2"))
    light = 3 if oracle.real_tiles() else 1.5
    others = [*tiles[1:], brighter(tiles[0], light), half(tiles[0])]
    found = test_other_tiles(trained, model, others)
    bright = found[len(tiles) - 1][1]
    check(bright.coarser > 0, f"no brighter pixels: {bright.coarser}")
    kinds = len(np.unique(bright.classes))
    check(kinds > 2, f"{kinds} classes of brighter pixels")

    part = oracle.synth("--rows 40 --cols 30 --seed 31 --nodata-edge 0.2")
    trained, model = test_training_tile(
        part, "-k 12 --components 3 --distance l1", (1, 3), command="kmeans")
    others = [part, brighter(part, 5)]
    found = test_other_tiles(trained, model, others)
    check(found[1][1].coarser > 0, "no brighter pixels")
    test_company(trained, [run for run, _ in found], others)
    oracle.finish(at_least=100)


main()
