"""Write tiles that are right, odd or wrong, each as FOLDER/name.h5.

    tiles.py FOLDER

Every tile has 20 rows, 16 columns and 60 bands unless its name says otherwise.
The values are a pattern of three materials, far enough apart for k-means.
"""
import sys

import h5py
import numpy as np

ROWS, COLS, BANDS = 20, 16, 60
NODATA = -9999


def pattern(rows=ROWS, cols=COLS, bands=BANDS):
    row, col, band = np.indices((rows, cols, bands))
    material = (row // 4 + col // 4) % 3
    return (500 + 2000 * material + 10 * band * material
            + (7 * row + 13 * col + 3 * band) % 50)


def write(name, cube, wavelengths=BANDS, site="SERC", **kind):
    """A tile; kind: named, metadata, dtype, chunks, ..."""
    with h5py.File(f"{sys.argv[1]}/{name}.h5", "w") as f:
        reflectance = f.create_group(f"{site}/Reflectance")
        if cube is not None:
            data = reflectance.create_dataset(
                kind.get("named", "Reflectance_Data"), data=cube,
                dtype=kind.get("dtype"), chunks=kind.get("chunks"),
                compression=kind.get("compression"))
            data.attrs["Scale_Factor"] = kind.get("scale", 10000.0)
            data.attrs["Data_Ignore_Value"] = float(NODATA)
        if not kind.get("metadata", True):
            return
        metadata = reflectance.create_group("Metadata")
        metadata["Coordinate_System/Map_Info"] = (
            "UTM, 1.000, 1.000, 368000.00, 4307000.0, 1.0, 1.0, 18, North, "
            "WGS-84, units=Meters, 0")
        metadata["Coordinate_System/EPSG Code"] = "32618"
        spectral = metadata.create_group("Spectral_Data")
        if wavelengths:
            spectral["Wavelength"] = 381.0 + 5.0 * np.arange(wavelengths)


def main():
    good = pattern().astype("i2")
    write("good", good, chunks=(8, 8, 27), compression=3)
    write("contiguous", good)

    write("double-scale", good, scale=20000.0)

    write("no-cube", None)
    write("other-cube", good, named="Radiance_Data")
    with h5py.File(f"{sys.argv[1]}/empty.h5", "w"):
        pass
    with h5py.File(f"{sys.argv[1]}/flat.h5", "w") as f:
        f["Reflectance"] = good
    with h5py.File(f"{sys.argv[1]}/group-cube.h5", "w") as f:
        f.create_group("SERC/Reflectance/Reflectance_Data")
    write("rank-0", np.int16(5))
    write("rank-2", good[0])
    write("rank-4", good[..., None])
    write("no-rows", good[:0])
    write("no-bands", good[..., :0])
    write("string", np.full((4, 4, 60), b"abc", dtype="S3"))
    write("compound", np.zeros((4, 4, 60), dtype=[("a", "i2"), ("b", "i2")]))
    write("int64", good.astype("i8"))

    write("no-metadata", good, metadata=False)
    write("no-wavelengths", good, wavelengths=0)
    write("few-wavelengths", good, wavelengths=59)
    write("many-wavelengths", good, wavelengths=61)
    write("few-bands", good[..., :25], wavelengths=25)

    nodata = np.full_like(good, NODATA)
    write("all-nodata", nodata, chunks=(8, 8, 27), compression=3)
    few = nodata.copy()
    few[3, 2:6] = good[3, 2:6]
    write("four-pixels", few)
    hole = good.copy()
    hole[5:9, 3:12, 20] = NODATA
    write("hole", hole)

    wide = good.astype("i4")
    write("int32", wide, chunks=(20, 16, 60))
    wide[13, 4, 29] = 40000
    write("int32-large", wide)
    wide[13, 4, 29] = -2000000000
    write("int32-small", wide, chunks=(8, 8, 27), compression=3)
    wide[13, 4, 29] = 500
    wide[13, 4, 2] = 40000  # in a band that is not kept
    write("int32-unused", wide)
    real = (good / 10000).astype("f4")
    write("float", real, scale=1.0)
    real[13, 4, 29] = 3.5
    write("float-large", real, scale=1.0)
    real[13, 4, 29] = np.inf
    write("float-inf", real, scale=1.0, chunks=(8, 8, 27), compression=3)
    real[...] = np.nan
    write("float-nan", real, scale=1.0)

    write("flat-scene", np.full_like(good, 1234))
    write("three-rows", good[:3])
    write("one-pixel", good[:1, :1])


main()
