#!/usr/bin/python3
"""What terra, R's package for rasters, sees in the maps of a run."""
import shutil
import subprocess
import sys

import numpy as np

from lib import oracle
from lib.oracle import check, same

CUBE = oracle.smooth_cube(20, 17, 30, seed=3)
CUBE[:, :4] = -9999
SCRIPT = """
library(terra)
args <- commandArgs(trailingOnly = TRUE)
for (name in args[-1]) {
    r <- rast(file.path(args[1], name))
    e <- as.vector(ext(r))
    v <- as.matrix(r[[1]], wide = TRUE)
    v <- matrix(suppressWarnings(as.numeric(v)), nrow(r))
    cat(name, crs(r, describe = TRUE)$code, dim(r), e,
        format(ifelse(is.na(v), -1, v), digits = 9), "\\n", sep = "\\t")
    if (is.factor(r[[1]])) cat(paste(name, "names"), levels(r)[[1]][, 2], "\\n", sep = "\\t")
}
"""


def ask_terra(folder, names):
    """Lines of words about each file."""
    script = oracle.new_path(".R")
    with open(script, "w", encoding="utf-8") as text:
        text.write(SCRIPT)
    done = subprocess.run(["Rscript", "--vanilla", script, folder, *names],
                          capture_output=True, text=True, timeout=100)
    if done.returncode:
        if "there is no package called" in done.stderr:
            print("skipped: R has no package terra")
            sys.exit(oracle.SKIPPED)
        sys.exit(done.stderr)
    return [line.strip().split("\t") for line in done.stdout.splitlines()]


def check_map(run, words, layers, pixels):
    name = f"{run.name}: {words[0]}"
    rows, cols = pixels.shape
    check(words[1] == "32618", f"{name}: EPSG {words[1]}")
    check(words[2:5] == [str(rows), str(cols), str(layers)],
          f"{name}: shape {words[2:5]}")
    same(np.float64(words[5:9]), [368000, 368000 + cols, 4307000 - rows, 4307000],
         f"{name}: extent")
    # R's matrices go down the columns.
    found = np.float64(words[9:]).reshape(cols, rows).T
    same(found.astype("f4"), np.where(np.isnan(pixels), -1, pixels).astype("f4"),
         f"{name}: pixels")


def main():
    if not shutil.which("Rscript"):
        print("skipped: no Rscript")
        sys.exit(oracle.SKIPPED)
    path = oracle.write_tile(CUBE)
    run, = oracle.at_ranks(path, "-k 4 --bad-bands none --components 2 --envi "
                                 "--hdf5", (2,))
    classes = np.where(run.classes > 0, run.classes, np.nan)
    lines = ask_terra(run.folder, ["classes.tif", "pca.tif", "classes.img",
                                   "pca.img"])
    maps = {words[0]: words for words in lines}
    for file, layers, pixels in (("classes.tif", 1, classes),
                                 ("classes.img", 1, classes),
                                 ("pca.tif", 2, run.scores[0]),
                                 ("pca.img", 2, run.scores[0])):
        check_map(run, maps[file], layers, pixels)
    for file in ("classes.tif", "classes.img"):
        found = [name.split(" (")[0] for name in maps[f"{file} names"][1:]]
        check(found == ["no data", "Class 1", "Class 2", "Class 3", "Class 4"],
              f"{run.name}: {file}: names {found}")
    oracle.finish(at_least=18)


main()
