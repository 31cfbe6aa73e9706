#!/usr/bin/python3
"""compare: the measures of scikit-learn and SciPy, on maps that GDAL, NumPy and
Spectral Python wrote, the same words at any rank count; and what our maps and
Spectral Python's have in common: all."""
import json
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import rasterio
import spectral
from osgeo import gdal, osr

from lib import oracle
from lib.oracle import check, close, same

try:
    from scipy.optimize import linear_sum_assignment
    from sklearn import metrics
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(oracle.SKIPPED)

WEST, NORTH = 368000, 4307000


# --- maps -------------------------------------------------------------------

def draw(classes, noise, shape=(57, 43), seed=0):
    """Two maps: the second has the first's classes under other numbers, but
    where noise takes their place; in corners of both there are no data."""
    random = np.random.default_rng(seed)
    first = random.integers(1, classes + 1, shape)
    first[:, :10] = first[:, :1]  # runs, as in maps
    second = 3 * ((first * 5) % (classes + 2)) + 2
    at_random = random.random(shape) < noise
    second[at_random] = 3 * random.integers(0, classes + 2, at_random.sum()) + 2
    first[:4, :5] = 0
    second[2:6, 3:9] = 0
    return first, second


def write_tiff(image, options=(), kind=gdal.GDT_Byte, nodata=0, place=True,
               epsg=32618, west=WEST, point=False):
    path = oracle.new_path(".tif")
    file = gdal.GetDriverByName("GTiff").Create(
        path, image.shape[1], image.shape[0], 1, kind, list(options))
    if place:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(epsg)
        file.SetProjection(crs.ExportToWkt())
        file.SetGeoTransform((west, 1, 0, NORTH, 0, -1))
    if point:
        file.SetMetadataItem("AREA_OR_POINT", "Point")
    if nodata is not None:
        file.GetRasterBand(1).SetNoDataValue(nodata)
    file.GetRasterBand(1).WriteArray(image)
    return path


def write_npy(image, kind="i8"):
    path = oracle.new_path(".npy")
    np.save(path, image.astype(kind))
    return path


def write_envi(tiff):
    """By GDAL, with the map info of a TIFF."""
    path = oracle.new_path(".img")
    gdal.Translate(path, tiff, format="ENVI")
    return path


# --- what compare says, and what others say ----------------------------------

def compare(a, b, options="", ranks=1):
    """One rank needs no mpirun, and starts faster without."""
    arguments = ["compare", *options.split(), a, b]
    if ranks == 1:
        program = os.path.join(os.environ["BUILD"], "hyperslab")
        done = subprocess.run([program, *arguments], capture_output=True,
                              text=True, timeout=100, check=False)
    else:
        done = oracle.launch(arguments, ranks)
    return done.returncode, done.stdout, done.stderr


def measure(a, b, options="", ranks=1):
    status, said, errors = compare(a, b, f"--json {options}", ranks)
    if not check(status == 0 and errors == "", f"{a} {b}: {status} {errors}"):
        oracle.finish(0)
    return json.loads(said)


class Expected:
    """Of the pixels that have data in both maps."""

    def __init__(self, first, second, blank=(0, 0)):
        without = [np.zeros(image.shape, bool) if value is None
                   else image == value
                   for image, value in zip((first, second), blank)]
        self.left_out = {"a": np.sum(without[0] & ~without[1]),
                         "b": np.sum(without[1] & ~without[0]),
                         "both": np.sum(without[0] & without[1])}
        both = ~without[0] & ~without[1]
        self.a, self.b = first[both], second[both]
        self.values = [np.unique(self.a), np.unique(self.b)]
        self.table = np.zeros([len(v) for v in self.values], int)
        np.add.at(self.table, (np.searchsorted(self.values[0], self.a),
                               np.searchsorted(self.values[1], self.b)), 1)

    def mapped(self, matching):
        """A with the classes of B, and numbers of their own where none is."""
        to = {pair["a"]: -10**6 - pair["a"] if pair["b"] is None else pair["b"]
              for pair in matching}
        return np.array([to[value] for value in self.a])

    def check_best(self, found, how):
        """The matching is as good as it can be."""
        if how == "one":
            pairs = linear_sum_assignment(self.table, maximize=True)
            taken = [p["b"] for p in found["matching"] if p["b"] is not None]
            check(len(set(taken)) == len(taken), "one to one")
        elif how == "many":
            pairs = np.arange(len(self.table)), self.table.argmax(axis=1)
        else:
            for pair in found["matching"]:
                check(pair["b"] in (None, pair["a"]), f"same: {pair}")
            return
        same(found["pixels_that_agree"], self.table[pairs].sum(), "matching")

    def check(self, found, how, name):
        mapped = self.mapped(found["matching"])
        everything = np.unique(np.concatenate((mapped, self.b)))
        confusion = metrics.confusion_matrix(self.b, mapped, labels=everything)
        same(found["confusion"], self.table, f"{name}: confusion")
        same(found["pixels"], len(self.a), f"{name}: pixels")
        check(found["left_out"] == self.left_out, f"{name}: left out")
        same(found["a"]["classes"], self.values[0], f"{name}: classes")
        same(found["b"]["pixels"], self.table.sum(axis=0), f"{name}: pixels")
        close(found["agreement"], metrics.accuracy_score(self.b, mapped), 1e-15,
              f"{name}: agreement")
        with np.errstate(invalid="ignore"):
            kappa = metrics.cohen_kappa_score(self.b, mapped)
        if np.isnan(kappa):
            check(found["kappa"] is None, f"{name}: no kappa")
        else:
            close(found["kappa"], kappa, 1e-12, f"{name}: kappa")
        close(found["adjusted_rand_index"],
              metrics.adjusted_rand_score(self.a, self.b), 1e-12,
              f"{name}: adjusted Rand index")
        self.check_best(found, how)
        self.check_classes(found, confusion, everything, name)

    def check_classes(self, found, confusion, everything, name):
        for row in found["classes"]:
            i = np.searchsorted(everything, row["class"])
            common = confusion[i, i]
            in_b, in_a = confusion[i].sum(), confusion[:, i].sum()
            same([row["pixels_a"], row["pixels_b"], row["pixels_both"]],
                 [in_a, in_b, common], f"{name}: class {row['class']}")
            close([row["producers"], row["iou"]],
                  [common / in_b, common / (in_a + in_b - common)], 1e-15,
                  f"{name}: class {row['class']}")
            if in_a:
                close(row["users"], common / in_a, 1e-15, f"{name}: user's")
            else:
                check(row["users"] is None, f"{name}: user's of no pixel")


# --- tests ------------------------------------------------------------------

def test_measures():
    """Few and many classes, alike and not, matched in each way."""
    for classes, noise in ((1, 1), (2, 0), (5, 0.1), (5, 1), (12, 0.4),
                           (90, 0.3)):
        first, second = draw(classes, noise, seed=classes)
        paths = write_tiff(first), write_tiff(second, kind=gdal.GDT_UInt16)
        for how in ("one", "many", "same"):
            expected = Expected(first, second)
            found = measure(*paths, f"--match {how}")
            expected.check(found, how, f"{classes} classes, {noise}, {how}")
        turned = measure(*paths[::-1])
        Expected(second, first).check(turned, "one", "turned round")


def test_formats():
    """The same map, however it is stored: the same words."""
    first, second = draw(9, 0.3, shape=(150, 133))
    plain = write_tiff(first)
    said = compare(plain, write_tiff(second))[1]
    a_line = f"A: {plain}, 9 classes, nodata 0\n"
    check(said.startswith(a_line), f"first line: {said[:200]}")
    cases = [write_tiff(second, options, kind)
             for options, kind in (
                 (["TILED=YES", "COMPRESS=LZW", "PREDICTOR=2",
                   "BLOCKXSIZE=64", "BLOCKYSIZE=48"], gdal.GDT_Int32),
                 (["COMPRESS=DEFLATE", "BLOCKYSIZE=7"], gdal.GDT_UInt16),
                 (["COMPRESS=PACKBITS", "BIGTIFF=YES"], gdal.GDT_Int16),
                 (["ENDIANNESS=BIG", "TILED=YES", "BLOCKXSIZE=16",
                   "BLOCKYSIZE=16"], gdal.GDT_UInt32),
                 (["PIXELTYPE=SIGNEDBYTE"], gdal.GDT_Byte))]
    cases.append(write_envi(cases[0]))
    for path in cases:
        check(compare(plain, path)[1].splitlines()[2:]
              == said.splitlines()[2:], f"{path}: other words")
    for kind in ("u1", ">i2", "<u4", "i8"):
        path = write_npy(second, kind)
        check(compare(plain, path, "--nodata-b 0")[1].splitlines()[2:]
              == said.splitlines()[2:], f"{kind}: other words")
    cog = oracle.new_path(".tif")
    gdal.Translate(cog, cases[0], format="COG")
    check(compare(plain, cog)[1].splitlines()[2:] == said.splitlines()[2:],
          "COG: other words")


def test_ranks():
    first, second = draw(30, 0.5, shape=(211, 97))
    paths = (write_tiff(first, ["TILED=YES", "COMPRESS=LZW", "BLOCKXSIZE=32",
                                "BLOCKYSIZE=32"]), write_npy(second))
    said = [compare(*paths, options, ranks)
            for options in ("--json", "") for ranks in oracle.RANKS]
    check(all(status == 0 for status, _, _ in said), "status")
    for four in (said[:4], said[4:]):
        check(len({words for _, words, _ in four}) == 1, "words of the ranks")


def test_nodata():
    """What the file says, another value, or none."""
    first, second = draw(4, 0.2)
    tagged = write_tiff(first, nodata=2)
    bare = write_npy(second)
    for options, blank in (("", (2, None)), ("--nodata-a none", (None, None)),
                           ("--nodata-a 0 --nodata-b 0", (0, 0)),
                           ("--nodata-a -7 --nodata-b 5", (-7, 5))):
        found = measure(tagged, bare, options, 2)
        Expected(first, second, blank).check(found, "one", options)
        same([found["a"]["nodata"], found["b"]["nodata"]], list(blank), options)


def refused(*cases):
    """Maps, the words of the error, and options; at 1 and 3 ranks."""
    jobs = [(a, b, words, " ".join(options), ranks)
            for a, b, words, *options in cases for ranks in (1, 3)]
    with ThreadPoolExecutor(oracle.AT_ONCE) as pool:
        answers = list(pool.map(
            lambda job: compare(job[0], job[1], job[3], job[4]), jobs))
    for (a, b, words, _, ranks), (code, said, errors) in zip(jobs, answers):
        check(code == 65 and said == "" and len(errors.splitlines()) == 1,
              f"{a} {b} on {ranks}: {code} {errors!r}")
        for word in words:
            check(word in errors, f"{a} {b} on {ranks}: no {word!r}: {errors}")


def test_places():
    """Maps of one grid only; a place that one of them does not know is any."""
    first, second = draw(3, 0.2)
    here = write_tiff(first)
    check(measure(here, write_tiff(second, place=False))["pixels"] > 0, "bare")
    middle = write_tiff(second, point=True)
    check(gdal.Open(middle).GetGeoTransform()[0] == WEST, "pixel is a point")
    check(measure(here, middle)["pixels"] > 0, "pixel is a point")
    check(measure(write_envi(here), middle)["pixels"] > 0, "ENVI's place")
    many = np.arange(first.size).reshape(first.shape)
    refused(
        (here, write_tiff(second[:-1]), ["57 x 43", "56 x 43"]),
        (here, write_tiff(second.T), ["57 x 43", "43 x 57"]),
        (here, write_tiff(second, west=WEST + 1), ["368001", "gdalwarp"]),
        (here, write_tiff(second, west=WEST + 500), ["368500", "gdalwarp"]),
        (here, write_tiff(second, epsg=32617), ["32618", "32617"]),
        (write_envi(here), write_tiff(second, epsg=32617), ["32618"]),
        (here, write_tiff(second, kind=gdal.GDT_Float32), ["no integers"]),
        (here, write_npy(second, "f4"), ["<f4", "astype"]),
        (here, write_npy(np.zeros_like(first)), ["no pixel has data"],
         "--nodata-b 0"),
        (here, write_npy(many), ["map B holds", "more than 2048"]))


def save_spy(labels):
    """As NumPy, Spectral Python and rasterio save a map."""
    header = oracle.new_path(".hdr")
    spectral.envi.save_classification(header, labels)
    tiff = oracle.new_path(".tif")
    with warnings.catch_warnings():  # of a map without a place
        warnings.simplefilter("ignore")
        with rasterio.open(tiff, "w", driver="GTiff", height=labels.shape[0],
                           width=labels.shape[1], count=1, dtype="uint8",
                           compress="deflate") as out:
            out.write(labels.astype("uint8"), 1)
    return [write_npy(labels, labels.dtype), header,
            header.replace(".hdr", ".img"), tiff]


def test_agreement_with_spy(path):
    """The tutorial's k-means: all pixels agree, by each of SPy's files."""
    cube, wavelength, scale = oracle.read_tile(path)
    bands = oracle.tutorial_bands(wavelength, 2)
    check(oracle.valid_pixels(cube, bands).all(), "a tile without gaps")
    labels, _ = spectral.kmeans(cube[:, :, bands] / scale, 5, 50)
    run = oracle.Run(path, "--subset 2 -k 5 --max-iter 50", 2, "kmeans")
    oracle.must_succeed(run)
    for theirs in save_spy(labels):
        found = measure(run.folder, theirs, ranks=2)
        same([found["agreement"], found["kappa"], found["adjusted_rand_index"]],
             [1.0, 1.0, 1.0], f"{path}: agreement with {theirs}")
        same(found["pixels_that_agree"], labels.size, f"{path}: pixels")
        check(all(pair["a"] == pair["b"] + 1 for pair in found["matching"]),
              f"{path}: {found['matching']}")
        said = compare(run.folder, theirs)[1]
        check("\nagreement            1.000000\n" in said, said)


def test_folders():
    """Results of several tiles, tile by tile."""
    tiles = [oracle.synth(f"--rows {rows} --cols 30 --seed {rows}")
             for rows in (25, 33)]
    runs = oracle.run_all([dict(tile=tiles, options=f"-k {k}", command="kmeans",
                                ranks=2) for k in (3, 5)])
    for run in runs:
        oracle.must_succeed(run)
    first, second = [np.concatenate([
        gdal.Open(os.path.join(run.path(os.path.basename(tile)[:-3]),
                               "classes.tif")).ReadAsArray().ravel()
        for tile in sorted(tiles)]) for run in runs]
    for ranks in (1, 3):
        found = measure(runs[0].folder, runs[1].folder, ranks=ranks)
        Expected(first, second).check(found, "one", "folders")
    last = runs[1].path(os.path.basename(max(tiles))[:-3])
    refused((runs[0].folder, last, ["maps of 2 tiles", "of 1"]),
            (runs[0].path("classes.vrt"), last, ["is a VRT"]))
    os.rename(last, runs[1].path("zzz"))
    refused((runs[0].folder, runs[1].folder, ["has a tile", "'zzz'"]))


def test_reference_of_polygons():
    """The way of docs/compare.md, from polygons to accuracy."""
    tile = oracle.synth("--rows 40 --cols 50 --seed 3")
    run = oracle.Run(tile, "-k 4", 1, "kmeans")
    oracle.must_succeed(run)
    place = gdal.Open(run.path("classes.tif")).GetGeoTransform()
    west, north = place[0], place[3]

    def square(left, top, right, bottom):
        corners = [(left, top), (right, top), (right, bottom), (left, bottom),
                   (left, top)]
        return [[[west + x, north - y] for x, y in corners]]

    polygons = [(7, square(2, 3, 20, 12)), (9, square(22, 5, 45, 33))]
    field = oracle.new_path(".geojson")
    with open(field, "w", encoding="utf-8") as out:
        json.dump({"type": "FeatureCollection",
                   "crs": {"type": "name", "properties": {
                       "name": "urn:ogc:def:crs:EPSG::32618"}},
                   "features": [{"type": "Feature",
                                 "properties": {"class": value},
                                 "geometry": {"type": "Polygon",
                                              "coordinates": shape}}
                                for value, shape in polygons]}, out)
    reference = oracle.new_path(".tif")
    subprocess.run(["gdal_rasterize", "-q", "-a", "class", "-ot", "Int32",
                    "-init", "0", "-a_nodata", "0", "-tr", "1", "1", "-te",
                    *map(str, (west, north - 40, west + 50, north)), field,
                    reference], check=True)
    truth = np.zeros((40, 50), int)
    truth[3:12, 2:20], truth[5:33, 22:45] = 7, 9
    same(gdal.Open(reference).ReadAsArray(), truth, "rasterised polygons")
    for how in ("one", "many"):
        found = measure(run.folder, reference, f"--match {how}")
        Expected(run.classes, truth).check(found, how, f"polygons, {how}")


def main():
    test_measures()
    test_formats()
    test_ranks()
    test_nodata()
    test_places()
    for path in oracle.real_tiles()[:1] + [oracle.synth(
            "--rows 40 --cols 45 --seed 8")]:
        test_agreement_with_spy(path)
    test_folders()
    test_reference_of_polygons()
    oracle.finish(at_least=800)


main()
