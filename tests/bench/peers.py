#!/usr/bin/python3
"""What a user has today, timed step by step; prints one line of JSON.

    peers.py spy TILE K LABELS.npy      NEON's tutorial, with Spectral Python
    peers.py read TILE                  its first two steps alone
    peers.py sklearn TILE K ALGORITHM LABELS.npy
    peers.py compare CLASSES.tif LABELS.npy
    peers.py versions
"""
import json
import resource
import sys
import time
import warnings

import h5py
import numpy as np

ITERATIONS = 50
SUBSET = 2
seconds = {}


def timed(name, function, *arguments, **options):
    begin = time.perf_counter()
    result = function(*arguments, **options)
    seconds[name] = time.perf_counter() - begin
    return result


def read(path):
    """The whole cube and what cleaning it needs, as the tutorial reads it."""
    with h5py.File(path) as file:
        group = file[sorted(file)[0]]["Reflectance"]
        data = group["Reflectance_Data"]
        about = {"windows": [group.attrs[f"Band_Window_{i}_Nanometers"]
                             for i in (1, 2)],
                 "nodata": float(np.ravel(data.attrs["Data_Ignore_Value"])[0]),
                 "scale": float(np.ravel(data.attrs["Scale_Factor"])[0])}
        wavelength = group["Metadata/Spectral_Data/Wavelength"][...].ravel()
        return data[...], wavelength, about


def kept_bands(wavelength, about):
    edges = [10]
    for low, high in about["windows"]:
        edges += [np.flatnonzero(wavelength < low)[-1],
                  np.flatnonzero(wavelength > high)[0]]
    edges.append(len(wavelength) - 15)
    index = np.arange(len(wavelength))
    return np.concatenate([index[a:b] for a, b in zip(edges[::2], edges[1::2])]
                          )[::SUBSET]


def clean(cube, wavelength, about):
    """The tutorial's order: all bands to double, NaN, scale, then subset."""
    data = cube.copy().astype(float)
    if about["nodata"] in cube:
        data[data == about["nodata"]] = np.nan
    data = data / about["scale"]
    return data[:, :, kept_bands(wavelength, about)]


def tutorial(path, classes, labels_path):
    import spectral

    cube, wavelength, about = timed("read", read, path)
    x = timed("clean", clean, cube, wavelength, about)
    labels, _ = timed("k-means", spectral.kmeans, x, classes, ITERATIONS)
    pca = timed("principal components", spectral.principal_components, x)
    reduced = timed("reduce", pca.reduce, fraction=0.999)
    timed("transform", reduced.transform, x)
    np.save(labels_path, labels.astype("u2"))


def read_only(path):
    cube, wavelength, about = timed("read", read, path)
    timed("clean", clean, cube, wavelength, about)


def sklearn(path, classes, algorithm, labels_path):
    from sklearn.cluster import KMeans

    warnings.simplefilter("ignore")
    cube, wavelength, about = read(path)
    x = cube[:, :, kept_bands(wavelength, about)]
    x = x.reshape(-1, x.shape[2]).astype("f4") / np.float32(about["scale"])
    del cube
    low, high = x.min(axis=0), x.max(axis=0)
    start = low + np.linspace(0, 1, classes, dtype="f4")[:, None] * (high - low)
    model = KMeans(classes, init=start, n_init=1, max_iter=ITERATIONS, tol=0,
                   algorithm=algorithm)
    timed("k-means", model.fit, x)
    seconds["iterations"] = model.n_iter_
    np.save(labels_path, model.labels_.astype("u2"))


def compare(map_path, labels_path):
    """The share of pixels of the same class."""
    from osgeo import gdal

    gdal.UseExceptions()
    ours = gdal.Open(map_path).ReadAsArray().ravel()
    seconds["equal"] = float(np.mean(ours == np.load(labels_path).ravel() + 1))


def versions():
    import platform

    import sklearn as scikit_learn
    import spectral

    seconds.update({"Python": platform.python_version(),
                    "NumPy": np.__version__, "h5py": h5py.__version__,
                    "Spectral Python": spectral.__version__,
                    "scikit-learn": scikit_learn.__version__})


def main(what, *arguments):
    if what == "spy":
        tutorial(arguments[0], int(arguments[1]), arguments[2])
    elif what == "sklearn":
        sklearn(arguments[0], int(arguments[1]), *arguments[2:])
    else:
        {"read": read_only, "compare": compare, "versions": versions
         }[what](*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**seconds, "memory": peak}))


main(*sys.argv[1:])
