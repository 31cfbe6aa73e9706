"""Runs of predict."""
from osgeo import gdal

from lib import oracle
from lib.oracle import check

MAPS = ("classes.tif", "classes.tif.aux.xml", "classes.qml", "distance.tif",
        "pca.tif")


def read(path):
    return gdal.Open(path).ReadAsArray()


def job(model, tile, ranks=1, options="", **more):
    return dict(tile=tile, options=f"-m {model} {options}", ranks=ranks,
                command="predict", **more)


def predict(*arguments):
    return oracle.Run(**job(*arguments))


def predict_all(jobs):
    """Runs that succeeded."""
    runs = oracle.run_all(jobs)
    for run in runs:
        oracle.must_succeed(run)
    return runs


def same_maps(runs, files=MAPS):
    for run in runs[1:]:
        for file in files:
            check(run.digest(file) == runs[0].digest(file),
                  f"{run.name}: {file} differs from that of {runs[0].name}")
