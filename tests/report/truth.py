"""What GDAL and h5py say of some pixels of a run, as JSON on stdout.

usage: truth.py RESULTS TILE.h5
"""
import json
import sys

import h5py
import numpy as np
from osgeo import gdal

gdal.UseExceptions()
PIXELS = 6


def main(results, tile):
    dataset = gdal.Open(f"{results}/classes.tif")
    west, width, _, north, _, height = dataset.GetGeoTransform()
    classes = dataset.ReadAsArray()
    with open(f"{results}/run.json", encoding="utf-8") as text:
        record = json.load(text)
    with h5py.File(tile) as file:
        cube = file["SERC/Reflectance/Reflectance_Data"][()]
    spectra = cube[:, :, np.array(record["bands"]) - 1]
    random = np.random.default_rng(1)
    valid = np.argwhere(classes > 0)
    holes = np.argwhere(classes == 0)
    chosen = [*random.choice(valid, PIXELS, replace=False), valid[0],
              valid[-1], *holes[:1]]
    pixels = [{"row": int(row), "column": int(column),
               "east": west + (column + 0.5) * width,
               "north": north + (row + 0.5) * height,
               "class": int(classes[row, column]),
               "spectrum": (spectra[row, column] / record["tiles"][0]["scale"])
               .tolist()} for row, column in chosen]
    json.dump({"west": west, "north": north, "width": width, "height": height,
               "rows": classes.shape[0], "columns": classes.shape[1],
               "classes": classes.ravel().tolist() if classes.size < 1e5
               else None, "pixels": pixels}, sys.stdout)


main(*sys.argv[1:])
