#!/usr/bin/python3
"""The styles beside class maps: what they say, after QGIS's format, and, where
python3-qgis is installed, how QGIS shows the maps by them."""
import os
from xml.etree import ElementTree

import numpy as np
from osgeo import gdal

from lib import oracle
from lib.oracle import check, same

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("XDG_RUNTIME_DIR", oracle.scratch)
try:
    from qgis.core import (QgsApplication, QgsPalettedRasterRenderer,
                           QgsRasterLayer)
except ImportError:
    QgsApplication = None  # it is large, and most machines lack it

OPTIONS = "--bad-bands none --max-iter 20"
ROWS, COLS = 40, 33


def tile(west, seed):
    cube = oracle.smooth_cube(ROWS, COLS, 30, seed)
    cube[:, :6] = -9999
    return oracle.write_tile(cube, west=west)


def legend_of(path):
    """Names and colours [classes] of the names and attributes that GDAL reads
    from the sidecar, or the VRT: without class 0."""
    raster = gdal.Open(path)
    raster.GetFileList()  # GDAL 3.6 reads the sidecar once this was asked for
    band = raster.GetRasterBand(1)
    table = band.GetDefaultRAT()
    column = {table.GetNameOfCol(i): table.ReadAsArray(i)
              for i in range(table.GetColumnCount())}
    rgb = np.stack([column[c] for c in ("Red", "Green", "Blue")], axis=1)
    return band.GetCategoryNames()[1:], rgb[1:]


def check_said(path, name, names, rgb):
    """What QgsMapLayer::importNamedStyle and QgsPalettedRasterRenderer::create
    look for: the document type, the version, one renderer, its entries."""
    with open(path, encoding="utf-8") as file:
        check(file.readline().startswith("<!DOCTYPE qgis "),
              f"{name}: document type")
    root = ElementTree.parse(path).getroot()
    check(root.tag == "qgis" and root.get("version").startswith("3."),
          f"{name}: {root.tag} of version {root.get('version')}")
    check(root.get("styleCategories") == "Symbology",
          f"{name}: only the symbols are styled")
    renderers = root.findall("./pipe/rasterrenderer")
    check([(r.get("type"), r.get("band"), r.get("opacity"))
           for r in renderers] == [("paletted", "1", "1")],
          f"{name}: one paletted renderer")
    found = [(e.tag, e.get("value"), e.get("label"), e.get("color"),
              e.get("alpha"))
             for e in root.findall("./pipe/rasterrenderer/colorPalette/*")]
    check(found == [("paletteEntry", str(j), text, "#%02x%02x%02x" % tuple(c),
                     "255")
                    for j, (text, c) in enumerate(zip(names, rgb), 1)],
          f"{name}: entries {found[:9]}")


def check_painted(layer, name, classes, rgb):
    """Pixels as QGIS paints them: nodata is transparent."""
    provider = layer.dataProvider()
    rows, cols = classes.shape
    block = layer.renderer().block(1, provider.extent(), cols, rows)
    argb = np.array([[block.color(r, c) for c in range(cols)]
                     for r in range(rows)])
    found = argb[..., None] >> [16, 8, 0, 24] & 255
    wanted = np.full((rows, cols, 4), 255)
    wanted[..., :3] = np.vstack(([[0, 0, 0]], rgb))[classes]
    wanted[classes == 0] = 0
    same(found, wanted, f"{name}: pixels")


def check_shown(path, name, names, rgb):
    """The map as QGIS opens it, with the style that it finds by itself."""
    layer = QgsRasterLayer(path, "classes")
    check(layer.isValid() and layer.crs().authid() == "EPSG:32618",
          f"{name}: opens, {layer.crs().authid()}")
    renderer = layer.renderer()
    if not check(isinstance(renderer, QgsPalettedRasterRenderer),
                 f"{name}: {type(renderer)}"):
        return
    classes = renderer.classes()
    same([c.value for c in classes], 1.0 + np.arange(len(names)),
         f"{name}: values")
    check([c.label for c in classes] == names, f"{name}: names")
    same([c.color.getRgb()[:3] for c in classes], rgb, f"{name}: colours")
    said, worked = layer.loadNamedStyle(layer.styleURI())
    check(worked, f"{name}: the style is refused: {said}")
    check_painted(layer, name, gdal.Open(path).ReadAsArray(), rgb)


def check_map(run, file):
    name = f"{run.name}: {file}"
    path = run.path(file)
    names, rgb = legend_of(path.replace(".img", ".tif"))
    check_said(os.path.splitext(path)[0] + ".qml", name, names, rgb)
    if QgsApplication:
        check_shown(path, name, names, rgb)


def runs_and_maps():
    tiles = [tile(368000, 5), tile(368000 + COLS, 6)]
    one, many, joined, two = oracle.run_all([
        dict(tile=tiles[0], options=f"{OPTIONS} -k 4 --envi",
             command="kmeans"),
        dict(tile=tiles[0], options=f"{OPTIONS} -k 300", command="kmeans"),
        dict(tile=tiles, options=f"{OPTIONS} --mosaic-tif", command="kmeans"),
        dict(tile=tiles, options=OPTIONS, command="kmeans", ranks=2)])
    applied = oracle.Run(tiles, f"-m {one.folder}", 3, "predict")
    folders = [os.path.basename(path)[:-len(".h5")] for path in tiles]
    several = ["classes.vrt"] + [f"{f}/classes.tif" for f in folders]
    return ((one, ["classes.tif", "classes.img"]), (many, ["classes.tif"]),
            (joined, ["classes.tif"]), (two, several), (applied, several))


def main():
    if QgsApplication:
        application = QgsApplication([], False)
        application.initQgis()
    for run, files in runs_and_maps():
        oracle.must_succeed(run)
        for file in files:
            check_map(run, file)
    if QgsApplication:
        application.exitQgis()
    oracle.finish(at_least=125 if QgsApplication else 55)


main()
