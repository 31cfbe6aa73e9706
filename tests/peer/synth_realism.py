#!/usr/bin/python3
"""Does a synthetic tile behave like a real one?  Three figures decide.

usage: synth_realism.py [TILE.h5 ...]

Without arguments: make small tiles with $BUILD/hyperslab synth, and fail if a
figure lies outside of its range.  With arguments: print the figures of tiles.

1. deflate: raw bytes of the cube over stored bytes.  Published NEON tiles are
   652 to 661 MB of 852 MB: 1.29 to 1.31.
2. components that hold 99.9 % of the variance of the 173 bands of NEON's
   tutorial.  The tutorial finds 9 and 10.
3. pixels that k-means with K = 5 moves, iteration by iteration, from SPy's
   starting centres.  The tutorial logs 490k, 90k, 30k, 25k ... 14.8k (20th),
   2.3k (31st), 8.8k (50th) of a million.
"""
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
    from spectral import principal_components
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)


def tutorial_bands(wavelength):
    """The bands that clean_neon_refl_data keeps, with subset_factor 2."""
    below = lambda w: np.where(wavelength < w)[0].max()
    above = lambda w: np.where(wavelength > w)[0].min()
    keep = np.r_[10:below(1340), above(1445):below(1790),
                 above(1955):len(wavelength) - 15]
    return keep[::2]


def read(path):
    """The deflate ratio, and the tutorial's bands [rows][cols][173]."""
    with h5py.File(path, "r") as tile:
        top = tile[list(tile)[0]]["Reflectance"]
        cube = top["Reflectance_Data"]
        raw = cube.size * cube.dtype.itemsize
        wavelength = top["Metadata/Spectral_Data/Wavelength"][...]
        bands = tutorial_bands(wavelength)
        pixels = np.empty(cube.shape[:2] + (len(bands),), "i2")
        step = cube.chunks[0]
        for row in range(0, cube.shape[0], step):
            pixels[row:row + step] = cube[row:row + step][:, :, bands]
        return raw / cube.id.get_storage_size(), pixels


def components(pixels):
    """How many principal components hold 99.9 % of the variance."""
    thin = pixels[::3] if pixels.size > 1e8 else pixels
    return len(principal_components(thin.astype("f4"))
               .reduce(fraction=0.999).eigenvalues)




def moved(pixels, iterations=50, count=5):
    """Lloyd's iteration from SPy's start, fast enough for whole tiles."""
    x = pixels.reshape(-1, pixels.shape[-1]).astype("f4")
    low, high = x.min(0).astype("f8"), x.max(0).astype("f8")
    centres = np.array([low + i * (high - low) / (count - 1)
                        for i in range(count)])
    label = np.zeros(len(x), "i8")
    history = []
    for _ in range(iterations):
        distance = x @ (-2 * centres.T.astype("f4"))
        distance += (centres ** 2).sum(1).astype("f4")
        new = distance.argmin(1)
        history.append(int((new != label).sum()))
        label = new
        if history[-1] == 0:
            break
        for j in range(count):
            if (label == j).any():
                centres[j] = x[label == j].mean(0, dtype="f8")
    return history


def measure(path):
    ratio, pixels = read(path)
    count, history = components(pixels), moved(pixels)
    print(f"{path}: deflate {ratio:.3f}, {count} components, moved pixels:",
          " ".join(map(str, history)))
    return ratio, count, history


def make(path, layout):
    """Return whether the program could make a small tile."""
    program = os.path.join(os.environ["BUILD"], "hyperslab")
    mpirun = os.environ["MPIRUN"].split()
    return subprocess.run(
        mpirun + ["2", program, "synth", "--rows", "300", "--cols", "300",
                  "--seed", "1", "--layout", layout, path]).returncode == 0


def check(layout, folder):
    """The figures of 300 x 300 pixels, 9 % of a tile.

    The scene's widest patterns do not fit in, hence fewer materials and fewer
    components than in a whole tile; and fewer pixels settle sooner.
    """
    path = os.path.join(folder, layout + ".h5")
    if not make(path, layout):
        print("FAIL: hyperslab synth")
        return False
    ratio, count, history = measure(path)
    good = (1.22 <= ratio <= 1.42 and 6 <= count <= 16
            and len(history) >= 30 and history[19] >= 90)
    if not good:
        print(f"FAIL: {layout}")
    return good


def main():
    if len(sys.argv) > 1:
        for path in sys.argv[1:]:
            measure(path)
        return 0
    if not os.path.exists(os.path.join(os.environ["BUILD"], "hyperslab")):
        print("skipped: no program")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        results = [check(layout, folder) for layout in ("blocks", "bands")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
