"""What the tests against other programs share.

They run hyperslab, write tiles with h5py, ask Spectral Python (SPy) for the
same answer, and compare.  BUILD and MPIRUN come from tests/run.sh.
"""
import atexit
import functools
import hashlib
import itertools
import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SKIPPED = 77
try:
    import h5py
    import numpy as np
    import spectral
    from osgeo import gdal
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(SKIPPED)

gdal.UseExceptions()

DATA = "../shared/data"  # tiles of real pixels; they may be absent
REAL = ["neonlike_v001.h5", "neonlike_v002.h5", "neon_sjer2017_ex.h5"]
RANKS = (1, 2, 3, 4)
AT_ONCE = 3  # launching is partly waiting, so jobs run side by side
WINDOWS = ((1340, 1445), (1790, 1955))

scratch = tempfile.mkdtemp(prefix="hyperslab-peer-")
atexit.register(shutil.rmtree, scratch, ignore_errors=True)
numbers = itertools.count()
checked = 0
failed = 0


# --- verdicts ---------------------------------------------------------------

def check(holds, what):
    """Count a check; say what does not hold."""
    global checked, failed
    checked += 1
    if not holds:
        failed += 1
        print("not so:", what)
    return bool(holds)


def same(ours, theirs, what):
    """Equal shapes and values; NaN equals NaN."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    floats = ours.dtype.kind == "f"
    return check(ours.shape == theirs.shape
                 and np.array_equal(ours, theirs, equal_nan=floats),
                 f"{what}: {summary(ours)} is not {summary(theirs)}")


def close(ours, theirs, tolerance, what):
    """Equal shapes, and no difference above the tolerance."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if not check(ours.shape == theirs.shape,
                 f"{what}: shape {ours.shape} is not {theirs.shape}"):
        return False
    off = np.abs(ours - theirs)
    return check(np.all(off <= tolerance),
                 f"{what}: off by {off.max()}, above {np.min(tolerance)}")


def summary(array):
    text = np.array2string(array, threshold=12, edgeitems=3, precision=17)
    return f"{array.dtype}{array.shape} {' '.join(text.split())}"


def finish(at_least):
    """End the test; too few checks mean that it looked at nothing."""
    print(f"{checked} checks, {failed} failed")
    if checked < at_least:
        print(f"expected at least {at_least} checks")
    sys.exit(failed > 0 or checked < at_least)


# --- running ----------------------------------------------------------------

def new_path(suffix=""):
    return os.path.join(scratch, f"{next(numbers)}{suffix}")


def launch(arguments, ranks=1, environment=None):
    """Run hyperslab to its end.

    mpirun gets a session folder of its own: several that run at once make and
    remove the common one under each other.
    """
    command = shlex.split(os.environ["MPIRUN"]) + [str(ranks)]
    program = os.path.join(os.environ["BUILD"], "hyperslab")
    with tempfile.TemporaryDirectory() as session:
        own = {"OMPI_MCA_orte_tmpdir_base": session}
        return subprocess.run(command + [program] + arguments, text=True,
                              errors="replace", # names may be no UTF-8
                              capture_output=True, timeout=100,
                              env={**os.environ, **own, **(environment or {})})


class Run:
    """One run over a tile, or over a list of them, and what it wrote."""

    def __init__(self, tile, options="", ranks=1, command="run",
                 environment=None):
        tiles = [tile] if isinstance(tile, str) else tile
        names = " ".join(map(os.path.basename, tiles))
        self.folder = new_path()
        self.name = f"{command} {options} {names} on {ranks}"
        done = launch([command, *shlex.split(options), "-o", self.folder,
                       *tiles], ranks, environment)
        self.status, self.said = done.returncode, done.stderr

    def path(self, file):
        return os.path.join(self.folder, file)

    def digest(self, file):
        with open(self.path(file), "rb") as data:
            return hashlib.sha256(data.read()).hexdigest()

    def table(self, file):
        return np.loadtxt(self.path(file), delimiter=",", skiprows=1, ndmin=2)

    @functools.cached_property
    def record(self):
        with open(self.path("run.json"), encoding="utf-8") as text:
            return json.load(text)

    @functools.cached_property
    def classes(self):
        return gdal.Open(self.path("classes.tif")).ReadAsArray()

    @functools.cached_property
    def scores(self):
        """[components][rows][columns]"""
        image = gdal.Open(self.path("pca.tif")).ReadAsArray()
        return image.reshape(-1, *image.shape[-2:])

    @functools.cached_property
    def centroids(self):
        """[classes][bands]"""
        return self.table("centroids.csv")[:, 1:].T

    @functools.cached_property
    def wavelengths(self):
        return self.table("centroids.csv")[:, 0]

    @functools.cached_property
    def reassigned(self):
        return [step["reassigned"] for step in self.record["kmeans"]["steps"]]

    @functools.cached_property
    def reassigned_said(self):
        lines = re.findall(
            r"^k-means iteration (\d+) - (\d+) pixels reassigned\.$",
            self.said, re.MULTILINE)
        assert [int(i) for i, _ in lines] == list(range(1, len(lines) + 1))
        return [int(count) for _, count in lines]


def run_all(jobs):
    """Runs, each given by the arguments of Run, in the order of the jobs."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda job: Run(**job), jobs))


def at_ranks(tile, options="", ranks=RANKS, command="run"):
    """Runs that succeeded, one for each rank count."""
    runs = run_all([dict(tile=tile, options=options, ranks=n, command=command)
                    for n in ranks])
    for run in runs:
        must_succeed(run)
    return runs


def must_succeed(run):
    if not check(run.status == 0,
                 f"{run.name}: status {run.status}: {run.said.strip()}"):
        finish(0)


def check_refusal(run, statuses, words):
    """One line on stderr that holds the words, a status, and no results."""
    lines = [line for line in run.said.splitlines()
             if line.startswith("hyperslab: ")]
    check(run.status in statuses, f"{run.name}: status {run.status}")
    check(len(lines) == 1, f"{run.name}: one line of error, not {run.said!r}")
    for word in words:
        check(word in "".join(lines), f"{run.name}: no {word!r} in {lines}")
    left = os.listdir(run.folder) if os.path.exists(run.folder) else []
    check(not left, f"{run.name}: left {left}")


# --- tiles ------------------------------------------------------------------

def real_tiles():
    paths = [os.path.join(DATA, name) for name in REAL]
    return [path for path in paths if os.path.exists(path)]


def synth(options):
    """A synthetic tile."""
    path = new_path(".h5")
    done = launch(["synth", "-q", *shlex.split(options), path])
    if done.returncode:
        sys.exit(f"synth {options}: {done.stderr}")
    return path


def smooth_cube(rows, cols, bands, seed=0):
    """Spectra of a few materials, lit and noisy, as int16 DN; some of them
    below 0 and above 10000, none of them -9999."""
    random = np.random.default_rng(seed)
    materials = random.uniform(-300, 9000, (5, bands))
    kind = random.integers(0, 5, (rows, cols))
    light = random.uniform(0.6, 1.4, (rows, cols, 1))
    noise = random.normal(0, 60, (rows, cols, bands))
    return np.rint(materials[kind] * light + noise).astype("i2")


def grid(bands):
    """Wavelengths of a made-up instrument, nm."""
    return 405.5 + 37.25 * np.arange(bands)


def write_tile(cube, wavelength=None, edit=None, nodata=-9999, scale=10000,
               west=368000, north=4307000, epsg=32618, **storage):
    """Write a tile as NEON does; `storage` goes to h5py's create_dataset, and
    `edit` may change the open file before it is closed."""
    path = new_path(".h5")
    rows, cols, bands = cube.shape
    if wavelength is None:
        wavelength = grid(bands)
    with h5py.File(path, "w") as file:
        reflectance = file.create_group("SERC/Reflectance")
        for i, window in enumerate(WINDOWS, 1):
            reflectance.attrs[f"Band_Window_{i}_Nanometers"] = np.int32(window)
        data = reflectance.create_dataset("Reflectance_Data", data=cube,
                                          **storage)
        data.attrs["Scale_Factor"] = float(scale)
        data.attrs["Data_Ignore_Value"] = float(nodata)
        place = reflectance.create_group("Metadata/Coordinate_System")
        place["Map_Info"] = (f"UTM,  1.000,  1.000,       {west:.2f},       "
                             f"{north:.1f},       1.0000000,       1.0000000, "
                             f" {epsg % 100},  North,  WGS-84,  units=Meters, 0")
        place["EPSG Code"] = str(epsg)
        spectral_data = reflectance.create_group("Metadata/Spectral_Data")
        spectral_data["Wavelength"] = np.float64(wavelength)
        spectral_data["FWHM"] = np.full(bands, 5.8)
        if edit:
            edit(file)
    return path


def cube_of(file):
    return file["SERC/Reflectance/Reflectance_Data"]


def read_tile(path):
    """The stored cube, its wavelengths and its scale, of any tile."""
    with h5py.File(path) as file:
        group = file[sorted(file)[0]]["Reflectance"]
        data = group["Reflectance_Data"]
        return (data[...],
                group["Metadata/Spectral_Data/Wavelength"][...].ravel(),
                float(np.ravel(data.attrs["Scale_Factor"])[0]))


# --- what others say --------------------------------------------------------

def tutorial_bands(wavelength, subset=1, windows=WINDOWS):
    """Indices kept by clean_neon_refl_data() of NEON's tutorial."""
    index = np.arange(len(wavelength))
    start = [np.max(np.where(wavelength < low)) for low, _ in windows]
    end = [np.min(np.where(wavelength > high)) for _, high in windows]
    kept = np.concatenate((index[10:start[0]], index[end[0]:start[1]],
                           index[end[1]:-15]))
    return kept[::subset]


def valid_pixels(cube, bands, nodata=-9999):
    """[rows][columns]: no nodata and no NaN in the given bands."""
    kept = cube[:, :, bands]
    return np.all((kept != nodata) & (kept == kept), axis=2)


def spy_kmeans(pixels, classes, iterations, **options):
    """SPy's classes (from 1), centres, and pixels reassigned per iteration,
    of pixels [pixels][bands]."""
    counts = []
    handler = logging.Handler()
    handler.emit = lambda record: counts.extend(
        int(n) for n in re.findall(r"- (\d+) pixels reassigned",
                                   record.getMessage()))
    logger = logging.getLogger("spectral")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    with np.errstate(all="ignore"):  # one class makes SPy divide by zero
        labels, centres = spectral.kmeans(pixels[:, None, :], classes,
                                          iterations, **options)
    return labels[:, 0] + 1, centres, counts


def class_map(valid, labels):
    image = np.zeros(valid.shape, "i8")
    image[valid] = labels
    return image


def exact_means(pixels, labels, classes):
    """Means of integer pixels [pixels][bands] by class, rounded once; NaN
    where a class has none."""
    with np.errstate(invalid="ignore"):
        return np.array([pixels[labels == j].sum(axis=0, dtype="i8")
                         / np.float64(np.count_nonzero(labels == j))
                         for j in range(1, classes + 1)])


# --- one cube in many files -------------------------------------------------

ONE_CUBE = "-k 4 --max-iter 30 --bad-bands none --eigen-grid 1x1"


class Expected:
    """What SPy says of the pixels with data of a cube, run with ONE_CUBE."""

    def __init__(self, cube, nodata=-9999, scale=10000):
        self.valid = valid_pixels(cube, np.arange(cube.shape[2]), nodata)
        pixels = cube[self.valid].astype("f8")
        labels, self.centres, _ = spy_kmeans(pixels / scale, 4, 30)
        self.map = class_map(self.valid, labels)

    def check(self, run):
        same(run.classes, self.map, f"{run.name}: map")
        close(run.centroids, self.centres, 1e-14 * np.abs(self.centres).max(),
              f"{run.name}: centroids")
        missing = np.isnan(run.scores)
        same(missing, np.broadcast_to(~self.valid, missing.shape),
             f"{run.name}: NaN scores where there is no data, and only there")

    def check_tile(self, path, name, ranks=RANKS):
        """At all rank counts; returns the digests of what they wrote."""
        runs = at_ranks(path, ONE_CUBE, ranks)
        for run in runs:
            run.name = f"{name}, {run.name}"
            self.check(run)
        digests = {tuple(run.digest(file) for file in
                         ("classes.tif", "centroids.csv", "pca.tif"))
                   for run in runs}
        check(len(digests) == 1, f"{name}: the same bytes at all rank counts")
        return digests


def holed_cube():
    """A cube whose sizes no chunk divides, with missing data in a corner, at
    the end, and in one band of one pixel."""
    cube = smooth_cube(23, 17, 40)
    cube[:3, 4:9] = cube[22, 16] = cube[11, 2, 20] = -9999
    return cube


def check_storages(cube, stored):
    """The same cube, stored in several ways, gives the same bytes."""
    expected = Expected(cube)
    check(cube.max() > 10000 and cube[expected.valid].min() < 0,
          "the cube has values above 10000 and below 0")
    digests = set()
    for name, storage in stored.items():
        digests |= expected.check_tile(write_tile(cube, **storage), name)
    check(len(digests) == 1, "the same bytes from all storages")
