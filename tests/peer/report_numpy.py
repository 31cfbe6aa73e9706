"""The report against the files that it shows, and those against NumPy.

The page's blocks are read with Python's own parsers; its photographs, class
map and coordinates with GDAL; the statistics of the classes are computed again
from the tile.
"""
import base64
import html.parser
import io
import json
import os
import shutil

import numpy as np
from osgeo import gdal

from lib import oracle
from lib.oracle import check, close, same

VERBATIM = ["classes.csv", "centroids.csv", "deviations.csv",
            "eigenvalues.csv", "components.csv", "sweep.csv"]
BYTES = ["classes.png", "covariance.npy", "pixels.npy"]
HOSTILE = "x</script><img src=x onerror=alert(1)>\"'\udce9.h5"


class Blocks(html.parser.HTMLParser):
    """Contents of the scripts that have an id, and the page's policy."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.found, self.tags, self.open, self.policy = {}, [], None, None
        with open(path, encoding="utf-8") as page:
            self.feed(page.read())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if tag == "script" and "id" in attributes:
            self.open = attributes["id"]
            self.found[self.open] = ""

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open:
            self.found[self.open] += data

    def bytes(self, name):
        return base64.b64decode(self.found[name], validate=True)


def check_blocks(run, small=True):
    blocks = Blocks(run.path("report.html"))
    names = {"run.json", *VERBATIM, *BYTES, "truecolor", "falsecolor",
             "left-out"} - {"sweep.csv"}
    if not small:
        names.remove("pixels.npy")
    return check_page(run, blocks, names)


def check_page(run, blocks, names):
    """The blocks have these names, and hold what the files hold."""
    same(sorted(blocks.found), sorted(names), f"{run.name}: blocks")
    check(json.loads(blocks.found["run.json"]) == run.record,
          f"{run.name}: the record")
    check(json.loads(blocks.found["left-out"]) == [], f"{run.name}: left out")
    for name in names & set(VERBATIM):
        with open(run.path(name), encoding="utf-8", newline="") as text:
            check(blocks.found[name] == text.read(), f"{run.name}: {name}")
    for name in names & set(BYTES):
        with open(run.path(name), "rb") as data:
            check(blocks.bytes(name) == data.read(), f"{run.name}: {name}")
    check("script-src 'sha256-" in blocks.policy
          and "unsafe" not in blocks.policy
          and "default-src 'none'" in blocks.policy, f"{run.name}: policy")
    check(blocks.tags.count("img") == 0, f"{run.name}: no image elements")
    return blocks


def check_photos(run, blocks):
    """JPEG images of the size of the PNG files, and about as bright."""
    for name in ("truecolor", "falsecolor"):
        path = f"/vsimem/{name}.jpg"
        gdal.FileFromMemBuffer(path, blocks.bytes(name))
        ours = gdal.Open(path).ReadAsArray().astype(float)
        png = gdal.Open(run.path(f"{name}.png")).ReadAsArray()
        theirs = png[:3].astype(float)
        if len(png) == 4:  # what is transparent becomes black
            theirs *= png[3] > 0
        gdal.Unlink(path)
        check(ours.shape == theirs.shape, f"{run.name}: size of {name}")
        close(ours.mean(), theirs.mean(), 3, f"{run.name}: light of {name}")


def check_statistics(run, tile):
    """Counts, deviations, NDVI and covariance, from the tile's own DN."""
    kept = np.array(run.record["bands"]) - 1
    scale = run.record["dn_per_reflectance"]
    cube = oracle.read_tile(tile)[0][:, :, kept]
    dn = cube[run.classes > 0]
    label = run.classes[run.classes > 0]
    table = run.table("classes.csv")
    place = run.record["tiles"][0]["georeference"]
    area = np.prod(place["resolution"]) / 1e4
    mean = run.centroids
    away = np.abs(run.wavelengths - np.array([[672], [865]]))
    red, infrared = away.argmin(axis=1)
    has_ndvi = np.all(away.min(axis=1) <= 30)
    same(table.shape[1], 5 if has_ndvi else 4, f"{run.name}: columns")
    if has_ndvi:
        same(run.record["kmeans"]["ndvi_nm"], run.wavelengths[[red, infrared]],
             f"{run.name}: bands of the NDVI")
    for row in table:
        members = dn[label == row[0]].astype(float) / scale
        what = f"{run.name}: class {row[0]:.0f}"
        same(row[1], float(len(members)), f"{what}: pixels")
        close(row[2], len(members) / len(dn), 1e-15, f"{what}: share")
        close(row[3], len(members) * area, 1e-9, f"{what}: hectares")
        if has_ndvi:
            low, high = mean[int(row[0]) - 1, [red, infrared]]
            close(row[4], (high - low) / (high + low), 1e-14, f"{what}: NDVI")
        deviation = run.table("deviations.csv")[:, int(row[0])]
        theirs = members.std(axis=0, ddof=1)
        close(deviation, theirs, 1e-12, f"{what}: deviations")
    same(run.table("deviations.csv")[:, 0], run.wavelengths,
         f"{run.name}: wavelengths")
    close(np.load(run.path("covariance.npy")),
          np.cov(dn.T.astype(float)) / scale ** 2, 1e-13,
          f"{run.name}: covariance")
    if os.path.exists(run.path("pixels.npy")):
        same(np.load(run.path("pixels.npy")), dn.astype("i2"),
             f"{run.name}: pixels")


def check_map(run):
    """Where the record says that the map lies, GDAL does too."""
    place = run.record["pictures"]["map"]
    raster = gdal.Open(run.path("classes.tif"))
    west, width, _, north, _, height = raster.GetGeoTransform()
    same([place["west"], place["north"], *place["resolution"]],
         [west, north, width, -height], f"{run.name}: place")
    same([place["rows"], place["columns"]],
         [raster.RasterYSize, raster.RasterXSize], f"{run.name}: size")


def check_again(run):
    """hyperslab report makes the same page from the folder."""
    before = run.digest("report.html")
    done = oracle.launch(["report", run.folder], 2)
    check(done.returncode == 0, f"{run.name}: report: {done.stderr}")
    check(run.digest("report.html") == before, f"{run.name}: the same again")


def test_small():
    tile = oracle.synth("--rows 30 --cols 40 --bands 120 --nodata-edge 0.1")
    runs = oracle.at_ranks(tile, "-k 4 --bad-bands none")
    for run in runs:
        check_photos(run, check_blocks(run))
        check_statistics(run, tile)
        check_map(run)
        for name in [*VERBATIM[:3], "covariance.npy", "pixels.npy"]:
            check(run.digest(name) == runs[0].digest(name),
                  f"{run.name}: {name} at any rank count")
    check_again(runs[1])


def test_large():
    """Too many spectra for the page; and more cells than dots."""
    tile = oracle.synth("--rows 2100 --cols 30 --bands 60")
    for run in oracle.at_ranks(tile, "-k 3", (2,)):
        blocks = check_blocks(run, small=False)
        check_statistics(run, tile)
        check_map(run)
        same(run.record["pictures"]["pixels_across_a_dot"], 2, "dots")
        check(len(blocks.bytes("classes.png")) > 100, "a map")


def test_sweep():
    """The table of a sweep, whose numbers are those of the record and, but
    for the seconds, the same at any rank count."""
    tile = oracle.synth("--rows 30 --cols 20 --bands 60 --nodata-edge 0.1")
    options = "-k 3,1 --subset 1,2 --pca 0,0.99 --max-iter 5"
    runs = oracle.at_ranks(tile, options, (1, 3), "sweep")
    for run in runs:
        blocks = Blocks(run.path("report.html"))
        check_page(run, blocks, {"run.json", "sweep.csv", "left-out"})
        table = np.genfromtxt(io.StringIO(blocks.found["sweep.csv"]),
                              delimiter=",", names=True)
        for line, row in zip(run.record["sweep"]["lines"], table, strict=True):
            same([row[name] for name in line],
                 [np.nan if value is None else float(value)
                  for value in line.values()], f"{run.name}: a line")
        same(run.table("sweep.csv")[:, :-1], runs[0].table("sweep.csv")[:, :-1],
             f"{run.name}: the table")
        same(sorted(os.listdir(run.folder)),
             ["report.html", "run.json", "sweep.csv"], f"{run.name}: files")
    check_again(runs[1])


def test_names():
    folder = oracle.new_path()
    path = os.path.join(folder, HOSTILE)
    os.makedirs(os.path.dirname(path))
    shutil.copy(oracle.synth("--rows 12 --cols 9 --bands 60"), path)
    for run in oracle.at_ranks(path, "-k 2", (1,)):
        blocks = check_blocks(run)
        said = run.record["tiles"][0]["path"]
        check(said.endswith("x</script><img src=x onerror=alert(1)>\"'?.h5"),
              f"the name in the record: {said}")
        check(blocks.found["run.json"].count("<") == 0, "no '<' in a block")
        check_again(run)


def test_real():
    for tile in oracle.real_tiles():
        for run in oracle.at_ranks(tile, "-k 4 --max-iter 10", (2,)):
            small = os.path.exists(run.path("pixels.npy"))
            check_photos(run, check_blocks(run, small))
            check_statistics(run, tile)


def main():
    test_small()
    test_large()
    test_sweep()
    test_names()
    test_real()
    oracle.finish(at_least=200)


main()
