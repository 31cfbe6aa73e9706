#!/usr/bin/python3
"""item.json: what STAC 1.0.0 and its extensions projection and classification
ask of an item, against rasterio's transforms, and opened by GDAL's STACIT."""
import json
import os

import numpy as np
from osgeo import gdal

from lib import oracle
from lib.oracle import check, same

try:
    import rasterio
    from rasterio import warp
except ImportError as missing:
    print("skipped:", missing)
    raise SystemExit(oracle.SKIPPED) from None

OPTIONS = "--bad-bands none --max-iter 20"
ROWS, COLS = 40, 33
DAYS = (20230811, 20230813)


def tile(west, days=None):
    cube = oracle.smooth_cube(ROWS, COLS, 30, west)
    cube[:, :6] = -9999

    def fly(file):
        day = np.full((ROWS, COLS), days[0])
        day[:9], day[:, :6] = days[1], -9999
        file["SERC/Reflectance/Metadata/Ancillary_Imagery/Acquisition_Date"] = \
            day.astype("i4")

    return oracle.write_tile(cube, west=west, edit=fly if days else None)


def check_time(properties, name, first, last):
    check([properties[key] for key in ("start_datetime", "end_datetime")]
          == [f"{first}T00:00:00Z", f"{last}T23:59:59Z"], f"{name}: days")
    check(properties["datetime"] ==
          (f"{first}T00:00:00Z" if first == last else None),
          f"{name}: {properties['datetime']}")


def check_place(item, name, raster):
    """GeoJSON (RFC 7946): longitude and latitude, counter-clockwise, closed."""
    with rasterio.open(raster) as opened:
        west, south, east, north = opened.bounds
        crs, shape, transform = opened.crs, opened.shape, opened.transform
    corners = np.transpose(warp.transform(crs, "EPSG:4326",
                                          [west, east, east, west, west],
                                          [south, south, north, north, south]))
    ring, = item["geometry"]["coordinates"]
    check(item["geometry"]["type"] == "Polygon", f"{name}: geometry")
    oracle.close(ring, corners, 1e-9, f"{name}: corners")
    oracle.close(item["bbox"], [*corners.min(axis=0), *corners.max(axis=0)],
                 1e-9, f"{name}: box")
    properties = item["properties"]
    check(properties["proj:epsg"] == crs.to_epsg(), f"{name}: EPSG")
    same(properties["proj:shape"], shape, f"{name}: shape")
    same(properties["proj:transform"], transform[:6], f"{name}: transform")


def check_assets(item, name, folder):
    """Each file of the folder once, as its kind."""
    files = {f"./{file}" for file in os.listdir(folder)
             if os.path.isfile(os.path.join(folder, file))}
    assets = item["assets"]
    check({a["href"] for a in assets.values()} == files - {"./item.json"}
          and len(assets) == len(files) - 1, f"{name}: assets")
    for key, asset in assets.items():
        check("/" in asset["type"] and asset["roles"] in
              (["data"], ["overview"], ["metadata"]), f"{name}: {key}")


def check_classes(asset, name, raster):
    """Names without spaces, as the extension wants them, and hex colours."""
    opened = gdal.Open(raster)
    band = opened.GetRasterBand(1)
    colours = band.GetColorTable()
    found = [(c["value"], c["name"], c["color_hint"])
             for c in asset["classification:classes"]]
    check(found[1:] == [
        (j, f"class_{j}", "%02X%02X%02X" % colours.GetColorEntry(j)[:3])
        for j in range(1, len(found))] and found[0][:2] == (0, "no_data"),
          f"{name}: classes {found}")


def check_opened(folder, name, raster):
    """GDAL reads what a search returns: a collection, and where files lie."""
    with open(os.path.join(folder, "item.json"), encoding="utf-8") as text:
        item = json.load(text)
    for asset in item["assets"].values():
        asset["href"] = os.path.join(folder, asset["href"])
    features = {"type": "FeatureCollection", "features": [item]}
    found = os.path.join(folder, "found.json")
    with open(found, "w", encoding="utf-8") as out:
        json.dump(features, out)
    asset = os.path.splitext(os.path.basename(raster))[0]
    opened = gdal.Open(f'STACIT:"{found}":asset={asset}')
    same(opened.ReadAsArray(), gdal.Open(raster).ReadAsArray(),
         f"{name}: pixels")
    check(opened.GetGeoTransform() == gdal.Open(raster).GetGeoTransform(),
          f"{name}: placed")
    os.remove(found)


def check_item(run, folder, map_name, days, identity):
    path = os.path.join(run.folder, folder)
    name = f"{run.name}: {folder}item.json"
    raster = os.path.join(path, map_name)
    with open(os.path.join(path, "item.json"), encoding="utf-8") as text:
        item = json.load(text)
    check([item[key] for key in ("type", "stac_version", "id", "links")]
          == ["Feature", "1.0.0", identity, []], f"{name}: {item['id']}")
    check(len(item["stac_extensions"])
          == (2 if "classes" in item["assets"] else 1), f"{name}: extensions")
    check_time(item["properties"], name, *days)
    check_place(item, name, raster)
    check_assets(item, name, path)
    if "classes" in item["assets"]:
        check_classes(item["assets"]["classes"], name, raster)
    if map_name.endswith(".tif"): # GDAL takes no VRTs here
        check_opened(path, name, raster)


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def test_one(dated, undated):
    said, given, other, mnf = oracle.run_all([
        dict(tile=dated, options=f"{OPTIONS} --stac --envi --hdf5"),
        dict(tile=undated, options=f"{OPTIONS} --stac=2024-02-29", ranks=3,
             command="kmeans"),
        dict(tile=dated, options=f"{OPTIONS} --stac=2024-06-01/2024-06-03",
             command="kmeans"),
        dict(tile=dated, options="--bad-bands none --stac --denoise",
             command="mnf")])
    check_item(said, "", "classes.tif", ("2023-08-11", "2023-08-13"),
               name_of(dated))
    check_item(given, "", "classes.tif", ("2024-02-29",) * 2, name_of(undated))
    check_item(mnf, "", "mnf.tif", ("2023-08-11", "2023-08-13"),
               name_of(dated))
    check_item(other, "", "classes.tif", ("2024-06-01", "2024-06-03"),
               name_of(dated))
    predicted = oracle.Run(undated, f"-m {said.folder} --stac=2020-01-01", 1,
                           "predict")
    check_item(predicted, "", "classes.tif", ("2020-01-01",) * 2,
               name_of(undated))


def test_several(tiles):
    days = ("2023-08-11", "2023-08-14")
    apart, joined = oracle.run_all([
        dict(tile=tiles, options=f"{OPTIONS} --stac", command="kmeans"),
        dict(tile=tiles, options=f"{OPTIONS} --stac --mosaic-tif", ranks=2,
             command="kmeans")])
    check_item(apart, "", "classes.vrt", days, os.path.basename(apart.folder))
    check_item(apart, name_of(tiles[1]) + "/", "classes.tif",
               ("2023-08-14",) * 2, name_of(tiles[1]))
    check_item(joined, "", "classes.tif", days,
               os.path.basename(joined.folder))


def unplaced(*names):
    """A tile that lacks these of its Coordinate_System."""
    def forget(file):
        for name in names:
            del file[f"SERC/Reflectance/Metadata/Coordinate_System/{name}"]

    cube = oracle.smooth_cube(ROWS, COLS, 30, seed=2)
    return oracle.write_tile(cube, edit=forget)


def test_nowhere():
    """An item without a place has no box, and says so of its geometry."""
    run = oracle.Run(unplaced("Map_Info", "EPSG Code"),
                     f"{OPTIONS} --stac=2024-02-29", 2, "kmeans")
    oracle.must_succeed(run)
    with open(run.path("item.json"), encoding="utf-8") as text:
        item = json.load(text)
    check(item["geometry"] is None and "bbox" not in item,
          f"{run.name}: geometry {item['geometry']}")
    properties = item["properties"]
    check(properties["proj:epsg"] is None and properties["proj:shape"]
          == [ROWS, COLS] and "proj:transform" not in properties
          and "gsd" not in properties, f"{run.name}: {properties}")
    check_assets(item, run.name, run.folder)
    strange = oracle.write_tile(oracle.smooth_cube(ROWS, COLS, 30, seed=2),
                                epsg=99918)
    for ranks in (1, 3):
        oracle.check_refusal(
            oracle.Run(strange, "--stac=2024-02-29", ranks, "kmeans"), [65],
            [strange, "EPSG:99918"])


def test_refused(undated):
    for options, status, words in (
            ("--stac", 65, "does not say when it was flown"),
            ("--stac=2023-02-29", 64, "a day such as 2025-06-12"),
            ("--stac=2024-02-29/2024-02-28", 64, "the first and the last"),
            ("--stac=2024-02-29x", 64, "a day such as 2025-06-12")):
        run = oracle.Run(undated, options, 2)
        check(run.status == status and words in run.said
              and not os.path.exists(run.folder),
              f"{options}: {run.status}, {run.said}")


def main():
    dated = tile(368000, DAYS)
    undated = tile(368000 + COLS)
    test_one(dated, undated)
    test_several([dated, tile(368000 + COLS, (20230814, 20230814))])
    test_nowhere()
    test_refused(undated)
    oracle.finish(at_least=240)


main()
