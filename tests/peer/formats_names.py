#!/usr/bin/python3
"""Names and types of attributes and metadata that differ between writers say
the same: the same classes and centroids, in the same place."""
import h5py
import numpy as np

from lib import oracle
from lib.oracle import check, close

CUBE = oracle.holed_cube()
BANDS = CUBE.shape[2]
VARIABLE = h5py.string_dtype()
MAP_INFO = ("UTM,  1.000,  1.000,       368000.00,       4307000.0,       "
            "1.0000000,       1.0000000,  18,  North,  WGS-84,  units=Meters, "
            "0")
OTHER_MAP_INFO = ("UTM, 3, 5, 368002, 4306996, 1.000000e+00, 1.000000e+00, 18, "
                  "North, WGS-84, units=Meters, 0")


def attribute(old, new, value):
    """Replace an attribute of the cube by another."""
    def edit(file):
        attributes = oracle.cube_of(file).attrs
        del attributes[old]
        attributes[new] = value
    return edit


def dataset(old, new=None, value=None, **create):
    """Replace a dataset of the metadata, or leave it out."""
    def edit(file):
        metadata = file["SERC/Reflectance/Metadata"]
        del metadata[old]
        if new:
            metadata.create_dataset(new, data=value, **create)
    return edit


def other_site(file):
    file.move("SERC", "ABBY")


def float_windows(file):
    for i, window in enumerate(oracle.WINDOWS, 1):
        attributes = file["SERC/Reflectance"].attrs
        attributes[f"Band_Window_{i}_Nanometers"] = np.float64(window)


def one_element_arrays(file):
    attributes = oracle.cube_of(file).attrs
    attributes["Scale_Factor"] = np.array([10000.0])
    attributes["Data_Ignore_Value"] = np.array([-9999], "i4")


SCALE, IGNORE = "Scale_Factor", "Data_Ignore_Value"
EPSG, PLACE = "Coordinate_System/EPSG Code", "Coordinate_System/Map_Info"
WAVELENGTH, FWHM = "Spectral_Data/Wavelength", "Spectral_Data/FWHM"
NANOMETRES = oracle.grid(BANDS)

VARIANTS = {
    "another site": other_site,
    "scale, a text": attribute(SCALE, SCALE, "10000.0"),
    "scale, fixed-length text": attribute(SCALE, SCALE, np.bytes_("10000")),
    "scale, array of one text": attribute(SCALE, SCALE,
                                          np.array([b"10000.0"])),
    "scale, an integer": attribute(SCALE, SCALE, np.int32(10000)),
    "Scale Factor": attribute(SCALE, "Scale Factor", np.float32(10000)),
    "scale_factor": attribute(SCALE, "scale_factor", 10000.0),
    "arrays of one number": one_element_arrays,
    "ignore, a text": attribute(IGNORE, IGNORE, "-9999"),
    "Data Ignore Value": attribute(IGNORE, "Data Ignore Value", -9999.0),
    "data ignore value": attribute(IGNORE, "data ignore value", "-9999.0"),
    "_FillValue": attribute(IGNORE, "_FillValue", np.int16(-9999)),
    "NoData": attribute(IGNORE, "NoData", np.array([-9999.0])),
    "no_data": attribute(IGNORE, "no_data", -9999),
    "EPSG, a number": dataset(EPSG, EPSG, np.int32(32618)),
    "EPSG, fixed-length text": dataset(EPSG, EPSG, np.bytes_("32618")),
    "EPSG, array of one text": dataset(EPSG, EPSG, ["32618"], dtype=VARIABLE),
    "EPSG_Code": dataset(EPSG, "Coordinate_System/EPSG_Code", "32618"),
    "EPSG_Code, a number": dataset(EPSG, "Coordinate_System/EPSG_Code",
                                   np.array([32618.0])),
    "no EPSG: the zone tells": dataset(EPSG),
    "Map_Info, fixed-length text": dataset(PLACE, PLACE, np.bytes_(MAP_INFO)),
    "Map_Info, array of one text": dataset(PLACE, PLACE, [MAP_INFO],
                                           dtype=VARIABLE),
    "Map_Info, array of fields": dataset(PLACE, PLACE, MAP_INFO.split(","),
                                         dtype=VARIABLE),
    "Map_Info, fixed-length fields": dataset(
        PLACE, PLACE, np.array(MAP_INFO.split(","), "S16")),
    "Map_Info, another tie point": dataset(PLACE, PLACE, OTHER_MAP_INFO),
    "wavelength, (n, 1)": dataset(WAVELENGTH, WAVELENGTH, NANOMETRES[:, None]),
    "wavelength, small letters": dataset(
        WAVELENGTH, "Spectral_Data/wavelength", NANOMETRES),
    "wavelength, float32": dataset(WAVELENGTH, WAVELENGTH,
                                   NANOMETRES.astype("f4")),
    "wavelength, big-endian": dataset(WAVELENGTH, WAVELENGTH,
                                      NANOMETRES.astype(">f8")),
    "wavelength, micrometres": dataset(WAVELENGTH, WAVELENGTH,
                                       NANOMETRES / 1000),
    "fwhm": dataset(FWHM, "Spectral_Data/fwhm", np.full(BANDS, 5.8)),
    "no FWHM": dataset(FWHM),
    "FWHM of another length": dataset(FWHM, FWHM, np.full(BANDS - 5, 5.8)),
    "windows, float64": float_windows,
}


def check_place(run):
    place = run.record["tiles"][0]["georeference"]
    rows, cols, _ = CUBE.shape
    check(place["epsg"] == 32618, f"{run.name}: {place}")
    close(place["extent"], [368000, 4307000 - rows, 368000 + cols, 4307000],
          0, f"{run.name}: extent")
    close(run.wavelengths, NANOMETRES, 1e-4, f"{run.name}: wavelengths")


def main():
    expected = oracle.Expected(CUBE)
    jobs = []
    for name, edit in VARIANTS.items():
        path = oracle.write_tile(CUBE, edit=edit, compression="gzip",
                                 chunks=(8, 6, 10))
        jobs += [(name, dict(tile=path, options=oracle.ONE_CUBE, ranks=ranks))
                 for ranks in (1, 3)]
    runs = oracle.run_all([job for _, job in jobs])
    for (name, _), run in zip(jobs, runs):
        run.name = f"{name}, {run.name}"
        oracle.must_succeed(run)
        expected.check(run)
        check_place(run)
        check("the tile has no" not in run.said, f"{run.name}: {run.said}")
    check(len({run.digest("classes.tif") for run in runs}) == 1,
          "the same map from all variants")
    oracle.finish(at_least=len(jobs) * 9)


main()
