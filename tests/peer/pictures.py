#!/usr/bin/python3
"""The PNG files, as GDAL reads them, against the maps and tables beside them:
Spectral Python stretches the colours, NumPy shrinks large images."""
import os

import numpy as np
import spectral
from osgeo import gdal
from spectral.algorithms.spymath import get_histogram_cdf_points

from lib import oracle
from lib.oracle import check, close, same

OF_CLASSES = ["classes.png", "overlay.png", "spectra.png"]
OF_COMPONENTS = ["covariance.png", "pca_rgb.png", "scree.png"]
OF_BOTH = ["falsecolor.png", "truecolor.png"]
ALL = OF_CLASSES + OF_COMPONENTS + OF_BOTH
TRUE, FALSE = (672, 552, 472), (865, 672, 552)  # nm
WEST, NORTH = 412000, 5004000
KMEANS = "-k 4 --max-iter 20 --bad-bands none"
PLAIN = f"{KMEANS} --eigen-grid 1x1"


def read(run, file):
    """[rows][columns], or with colours last."""
    image = gdal.Open(run.path(file)).ReadAsArray()
    return np.moveaxis(image, 0, -1) if image.ndim == 3 else image


def text_of(run, file):
    return gdal.Open(run.path(file)).GetMetadata()


def palette(classes):
    """The colours of the class map's palette, by class."""
    band = classes.GetRasterBand(1)
    table = band.GetColorTable()
    return np.array([table.GetColorEntry(i)
                     for i in range(table.GetCount())])


def nearest(wavelengths, wanted):
    return [int(np.argmin(np.abs(wavelengths - nm))) for nm in wanted]


def stretched(channels, valid, tail):
    """What SPy makes of the channels [rows][columns][3], in 0..1, and 0 where
    there is no data; and its limits by integer arithmetic, exactly."""
    there = channels[valid]
    rgb = spectral.get_rgb(there[:, None, :], bands=(0, 1, 2), stretch=tail)
    by_spy = np.zeros(channels.shape)
    by_spy[valid] = rgb[:, 0, :]
    exact = np.zeros(channels.shape, "i8")
    for i in range(3):
        low, high = (int(v) for v in get_histogram_cdf_points(
            there[:, i], (tail, 1 - tail)))
        level = (255 * (np.clip(channels[..., i].astype("i8"), low, high) - low)
                 // max(high - low, 1))
        exact[..., i] = np.where(valid, level, 0)
    return by_spy, exact


def check_colours(run, file, channels, valid, tail):
    """Returns the colours."""
    image = read(run, file)
    by_spy, exact = stretched(channels, valid, tail)
    name = f"{run.name}: {file}"
    if valid.all():
        check(image.shape[2] == 3, f"{name}: no opacity is needed")
    else:
        same(image[..., 3], np.where(valid, 255, 0), f"{name}: opacity")
    same(image[..., :3].astype("i8"), exact, f"{name}: colours")
    close(image[..., :3], 255 * by_spy, 1 + 1e-9, f"{name}: SPy's colours")
    check(len(np.unique(image[valid])) > 50 or valid.sum() < 100,
          f"{name}: many colours")
    return exact


def check_classes_and_overlay(run, classes, true_colour):
    """Of a run with a palette, whose classes [rows][columns] are shown."""
    same(read(run, "classes.png"), classes, f"{run.name}: classes.png")
    shown = palette(gdal.Open(run.path("classes.png")))
    same(shown[0], [0, 0, 0, 0], f"{run.name}: class 0 is transparent")
    same(shown[1:, 3], np.full(len(shown) - 1, 255), f"{run.name}: others are not")
    mixed = (shown[classes][..., :3] + true_colour + 1) // 2
    image = read(run, "overlay.png")
    same(image[classes > 0][:, :3].astype("i8"), mixed[classes > 0],
         f"{run.name}: overlay.png")
    if (classes == 0).any():
        same(image[..., 3], np.where(classes > 0, 255, 0),
             f"{run.name}: opacity of overlay.png")
    return shown


def check_composite(run, valid):
    """The scores, in 1/1024 of a standard deviation, are stretched."""
    deviation = np.sqrt(run.table("eigenvalues.csv")[:3, 1])
    kept = len(run.scores)
    which = [min(i, kept - 1) for i in range(3)]
    scores = np.stack([run.scores[i] for i in which], axis=2).astype("f8")
    scores[~valid] = 0
    rgb, _ = stretched(scores, valid, 0.02)
    image = read(run, "pca_rgb.png")
    close(image[valid][:, :3], 255 * rgb[valid], 2, f"{run.name}: SPy's scores")
    steps = np.rint(scores * (1024 / deviation[which]))
    _, exact = stretched(steps, valid, 0.02)
    close(image[valid][:, :3].astype("i8"), exact[valid], 1,
          f"{run.name}: scores")
    check(text_of(run, "pca_rgb.png")["Description"].startswith(
        "red: PC{}, green: PC{}, blue: PC{};".format(*(i + 1 for i in which))),
        f"{run.name}: {text_of(run, 'pca_rgb.png')}")


def check_views(run, dn, valid, wavelengths):
    """All views of a run over one tile that is not shrunk; dn: of the kept
    bands."""
    colour = {}
    for file, wanted, tail, key in (("truecolor.png", TRUE, 0.03, "truecolor_nm"),
                                    ("falsecolor.png", FALSE, 0.01,
                                     "falsecolor_nm")):
        bands = nearest(wavelengths, wanted)
        colour[file] = check_colours(run, file, dn[:, :, bands], valid, tail)
        same(run.record["pictures"][key], list(wavelengths[bands]),
             f"{run.name}: {key}")
        said = text_of(run, file)["Description"]
        check(said.startswith(f"red: {wavelengths[bands[0]]:g} nm, green: "),
              f"{run.name}: {file}: {said}")
    check(run.record["pictures"]["pixels_across_a_dot"] == 1,
          f"{run.name}: nothing is shrunk")
    check_classes_and_overlay(run, run.classes, colour["truecolor.png"])
    check_composite(run, valid)


def same_pictures(runs, files=ALL):
    for file in files:
        check(len({run.digest(file) for run in runs}) == 1,
              f"{file}: the same bytes at all rank counts")


def test_tutorial():
    """The tutorial's bands, by its own numbers, and its stretches."""
    path = oracle.synth("--rows 60 --cols 50 --layout bands --nodata-edge 0.15 "
                        "--seed 4")
    cube, wavelengths, _ = oracle.read_tile(path)
    kept = oracle.tutorial_bands(wavelengths, 2)
    valid = oracle.valid_pixels(cube, kept)
    check(0 < valid.sum() < valid.size, "some of the tile has no data")
    same(nearest(wavelengths[kept], TRUE), [24, 12, 4], "the tutorial's bands")
    runs = oracle.at_ranks(path, "--subset 2 --max-iter 50 --eigen-grid 1x1")
    for run in runs:
        check_views(run, cube[:, :, kept], valid, wavelengths[kept])
    same_pictures(runs)
    check_spectra(runs[0])
    check_scree(runs[0])
    check_covariance(runs[0], cube[valid][:, kept] / 1e4, wavelengths[kept])


# --- charts -----------------------------------------------------------------

class Chart:
    """A chart, and the places that its description gives to values."""

    def __init__(self, run, file):
        self.image = read(run, file).astype("i8")
        said = text_of(run, file)["Description"]
        self.axis = []
        for part, word in zip(said.split("; "), ("column", "row")):
            label, ends = part.split(": ")
            self.axis.append([float(number) for end in ends.split(", ")
                              for number in end.split(f" at {word} ")])
        self.labels = [part.split(": ")[0] for part in said.split("; ")]

    def place(self, which, value):
        first, at_first, last, at_last = self.axis[which]
        return (at_first + (value - first) / (last - first)
                * (at_last - at_first))

    def near(self, x, y, colour, reach=2):
        """Whether the colour is at a place, or next to it."""
        col = int(np.floor(self.place(0, x)))
        row = int(np.floor(self.place(1, y)))
        window = self.image[row - reach:row + reach + 1,
                            col - reach:col + reach + 1]
        return (window == colour).all(axis=2).any()


def gaps(wavelengths):
    step = np.diff(wavelengths)
    return [(wavelengths[i], wavelengths[i + 1])
            for i in np.flatnonzero(step > 3 * np.median(step))]


def check_spectra(run):
    """Every line goes where the centroids are; nothing is in the gaps."""
    chart = Chart(run, "spectra.png")
    colours = palette(gdal.Open(run.path("classes.tif")))[:, :3]
    check(chart.labels == ["wavelength (nm)", "reflectance"],
          f"labels {chart.labels}")
    found = looked = 0
    for j, spectrum in enumerate(run.centroids):
        others = np.delete(run.centroids, j, axis=0)
        for b in range(0, len(spectrum), 7):
            around = slice(max(b - 1, 0), b + 2)
            high = chart.place(1, spectrum[around].max()) - 6
            low = chart.place(1, spectrum[around].min()) + 6
            ends = (chart.place(1, others[:, around].max(axis=1)),
                    chart.place(1, others[:, around].min(axis=1)))
            if np.all((ends[0] > low) | (ends[1] < high)):  # a line by itself
                looked += 1
                found += chart.near(run.wavelengths[b], spectrum[b],
                                    colours[j + 1])
        legend = chart.image[:, int(chart.axis[0][3]) + 5:]
        check((legend == colours[j + 1]).all(axis=2).sum() > 20,
              f"class {j + 1} in the legend")
    check(looked > 50 and found == looked,
          f"{found} of {looked} points of spectra are drawn")
    windows = gaps(run.wavelengths)
    check(len(windows) == 2, f"gaps {windows}")
    for low, high in windows:
        left, right = (int(chart.place(0, w)) for w in (low, high))
        inside = chart.image[int(chart.axis[1][3]):int(chart.axis[1][1]),
                             left + 4:right - 4]
        check((np.ptp(inside, axis=2) == 0).all(), "only greys in a gap")


def check_scree(run):
    chart = Chart(run, "scree.png")
    share = 100 * run.table("eigenvalues.csv")[:, 2]
    kept = run.record["pca"]["components"]
    blue, orange = np.array([0, 0x72, 0xb2]), np.array([0xd5, 0x5e, 0])
    pale = np.array([0xb3, 0xd4, 0xe8])
    for i in range(10):
        column = chart.image[:, int(chart.place(0, i + 1.3))]
        bar = (column == (blue if i < kept else pale)).all(axis=1).sum()
        expected = chart.place(1, 0) - chart.place(1, share[i])
        check(abs(bar - expected) <= 2, f"bar {i + 1}: {bar}, not {expected}")
        check(chart.near(i + 1, share[:i + 1].sum(), orange),
              f"cumulated share {i + 1}")


# ColorBrewer's RdBu, from blue to red.
RDBU = np.array([[5, 48, 97], [33, 102, 172], [67, 147, 195], [146, 197, 222],
                 [209, 229, 240], [247, 247, 247], [253, 219, 199],
                 [244, 165, 130], [214, 96, 77], [178, 24, 43], [103, 0, 31]])


def check_covariance(run, pixels, wavelengths):
    chart = Chart(run, "covariance.png")
    covariance = np.cov(pixels.T)
    level = covariance / np.abs(covariance).max()
    expected = np.stack([np.interp(level, np.linspace(-1, 1, 11), RDBU[:, i])
                         for i in range(3)], axis=2)
    places = [int(chart.place(0, w)) for w in wavelengths]
    rows = [int(chart.place(1, w)) for w in wavelengths]
    drawn = chart.image[np.ix_(rows, places)]
    close(drawn, expected, 2, "colours of the covariance")
    for low, high in gaps(wavelengths):
        middle = (low + high) / 2
        line = chart.image[int(chart.place(1, middle)), places]
        check((line == 0xbd).all(), "grey where no band is kept")


# --- shrunk, and mosaics ----------------------------------------------------

def shrink(classes, dn, factor):
    """Classes by majority, ties to the lowest, and means of valid pixels."""
    rows, cols = (-(-n // factor) for n in classes.shape)
    room = np.zeros((rows * factor, cols * factor), "i8")
    room[:classes.shape[0], :classes.shape[1]] = classes
    block = room.reshape(rows, factor, cols, factor).swapaxes(1, 2)
    block = block.reshape(rows, cols, -1)
    times = np.stack([(block == k).sum(axis=2)
                      for k in range(1, classes.max() + 1)], axis=2)
    best = np.where(times.any(axis=2), times.argmax(axis=2) + 1, 0)
    count = np.maximum((block > 0).sum(axis=2), 1)
    mean = np.zeros((rows, cols, dn.shape[2]), "i8")
    for i in range(dn.shape[2]):
        room[:] = 0
        room[:classes.shape[0], :classes.shape[1]] = dn[:, :, i]
        values = room.reshape(rows, factor, cols, factor).swapaxes(1, 2)
        total = (values.reshape(rows, cols, -1) * (block > 0)).sum(axis=2)
        mean[..., i] = (2 * total + count) // (2 * count)
    return best, mean


def test_shrunk():
    """Over 2048 pixels down: 2 x 2 pixels are a dot."""
    cube = oracle.smooth_cube(2051, 13, 20, seed=3)
    cube[5:90, 2:9] = cube[2050, 12] = cube[777, 4] = -9999
    path = oracle.write_tile(cube, chunks=(64, 13, 20), compression="gzip")
    bands = nearest(oracle.grid(20), TRUE)
    runs = oracle.at_ranks(path, PLAIN, (1, 2, 3, 4))
    for run in runs:
        check(run.record["pictures"]["pixels_across_a_dot"] == 2,
              f"{run.name}: shrunk")
        classes, mean = shrink(run.classes, cube[:, :, bands], 2)
        check(0 < (classes == 0).sum(), f"{run.name}: dots without data")
        colours = check_colours(run, "truecolor.png", mean, classes > 0, 0.03)
        check_classes_and_overlay(run, classes, colours)
    same_pictures(runs)


def paste(parts, rows, cols):
    """Later images over earlier ones, where they have data."""
    whole = np.zeros((rows, cols), "i8")
    for image, row, col in parts:
        into = whole[row:row + image.shape[0], col:col + image.shape[1]]
        into[image > 0] = image[image > 0]
    return whole


def test_mosaics():
    """By place, with an overlap and a hole in it; and side by side."""
    cube = oracle.smooth_cube(40, 30, 20, seed=9)
    cube[24:27, 3:8] = -9999
    parts = [(np.s_[:28, :], 0, 0), (np.s_[22:, :17], 22, 0)]
    by_place = [oracle.write_tile(cube[where], west=WEST + col,
                                  north=NORTH - row)
                for where, row, col in parts]
    apart = [oracle.write_tile(cube[where], west=WEST + col, north=NORTH - row,
                               epsg=32611 + i)
             for i, (where, row, col) in enumerate(parts)]
    for tiles, size, corners in ((by_place, (40, 30), ((0, 0), (22, 0))),
                                 (apart, (28, 47), ((0, 0), (0, 30)))):
        runs = oracle.run_all([dict(tile=tiles, options=PLAIN, ranks=n)
                               for n in (1, 2, 3, 4)])
        for run in runs:
            oracle.must_succeed(run)
            maps = [gdal.Open(run.path(os.path.join(
                os.path.splitext(os.path.basename(tile))[0], "classes.tif")))
                .ReadAsArray() for tile in tiles]
            whole = paste([(image, *corner) for image, corner
                           in zip(maps, corners)], *size)
            same(read(run, "classes.png"), whole, f"{run.name}: classes.png")
            check(read(run, "pca_rgb.png").shape[:2] == size,
                  f"{run.name}: size of pca_rgb.png")
        same_pictures(runs)


# --- edges ------------------------------------------------------------------

def test_few_and_many():
    """One class, 300 classes, one component, two, one pixel, one band."""
    cube = oracle.smooth_cube(21, 19, 20, seed=1)
    cube[4:6] = -9999
    valid = np.all(cube != -9999, axis=2)
    cube[valid] = 15 * np.arange(valid.sum())[:, None]
    path = oracle.write_tile(cube)
    for options, command in (("-k 1 --components 1", "run"),
                             ("-k 2 --components 2", "run")):
        for run in oracle.at_ranks(path, f"{PLAIN} {options}", (1, 3), command):
            check_views(run, cube, valid, oracle.grid(20))
    bands = nearest(oracle.grid(20), TRUE)
    for run in oracle.at_ranks(path, f"{KMEANS} -k 300", (1, 3), "kmeans"):
        colours = check_colours(run, "truecolor.png", cube[:, :, bands], valid,
                                0.03)
        table = np.zeros((301, 3), "i8")
        table[1:256] = palette(gdal.Open(many_classes(path)))[1:, :3]
        table[256:] = table[1:46]  # the colours of the first ones again
        image = read(run, "classes.png")
        same(image[valid][:, :3], table[run.classes[valid]],
             f"{run.name}: colours of many classes")
        same(image[..., 3], np.where(valid, 255, 0), f"{run.name}: opacity")
        same(read(run, "overlay.png")[valid][:, :3],
             ((table[run.classes] + colours + 1) // 2)[valid],
             f"{run.name}: overlay of many classes")
    pixel = oracle.write_tile(cube[:1, :1])
    for run in oracle.at_ranks(pixel, f"{KMEANS} -k 1", (1, 3), "kmeans"):
        same(read(run, "classes.png"), [[1]], f"{run.name}: one pixel")
        same(read(run, "truecolor.png"), [[[0, 0, 0]]], f"{run.name}: no span")
    for run in oracle.at_ranks(path, f"{PLAIN} --bands 3", (1, 2)):
        check("truecolor.png shows 480, 480 and 480 nm, the kept bands that are "
              "nearest to 672, 552 and 472 nm" in run.said,
              f"{run.name}: says what is shown: {run.said!r}")
        grey = read(run, "truecolor.png")
        check((grey[..., 0] == grey[..., 2]).all(), f"{run.name}: grey")


def many_classes(path):
    """A class map with a whole palette."""
    run, = oracle.at_ranks(path, f"{KMEANS} -k 255 --no-pictures", (1,),
                           "kmeans")
    return run.path("classes.tif")


def pictures_in(run):
    return sorted(name for name in os.listdir(run.folder)
                  if name.endswith(".png"))


def test_which():
    """Each command makes those of what it finds, or none if so told; the
    other files are the same, but for the spectra behind the report's map."""
    path = oracle.write_tile(oracle.smooth_cube(11, 12, 20))
    for command, files in (("run", ALL), ("kmeans", OF_CLASSES + OF_BOTH),
                           ("pca", OF_COMPONENTS + OF_BOTH)):
        options = "--bad-bands none" if command == "pca" else KMEANS
        with_them, = oracle.at_ranks(path, options, (2,), command)
        same(pictures_in(with_them), sorted(files), f"{command}: pictures")
        without, = oracle.at_ranks(path, f"{options} --no-pictures", (2,),
                                   command)
        same(pictures_in(without), [], f"{command}: no pictures")
        check("pictures" not in without.record, f"{command}: nor in the record")
        same(sorted(os.listdir(without.folder) + files),
             sorted(set(os.listdir(with_them.folder)) - {"pixels.npy"}),
             f"{command}: other files")


def main():
    test_tutorial()
    test_shrunk()
    test_mosaics()
    test_few_and_many()
    test_which()
    oracle.finish(at_least=300)


if __name__ == "__main__":
    main()
