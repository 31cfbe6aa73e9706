"""Run hyperslab, the lower bounds and the peers; each call gives one sample.

BUILD and MPIRUN come from make.  This process stays small: the children that
hold a cube report their own peak memory.
"""
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("BUILD", "build/release")
MPIRUN = os.environ.get("MPIRUN", "mpirun --oversubscribe -q -np")
FOLDER = "build/bench"
CORES = len(os.sched_getaffinity(0))

# One thread a rank; ranks are not pinned, and wait without burning the core.
OURS = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}
# The peers may use every core.
THEIRS = {"OMP_NUM_THREADS": str(CORES), "OPENBLAS_NUM_THREADS": str(CORES)}


def finished(command, environment):
    done = subprocess.run(command, text=True, capture_output=True,
                          env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)}: status {done.returncode}\n"
                 f"{done.stderr}")
    return done


def on_ranks(ranks, program, arguments, environment=None):
    command = shlex.split(MPIRUN) + [str(ranks), program] + arguments
    return finished(command, {**OURS, **(environment or {})})


def make_tile(layout, rows, cols, seed=0):
    """A standard tile, kept for the next time; its bytes are now cached."""
    number = f"-{seed}" if seed else ""
    path = f"{FOLDER}/{layout}-{rows}x{cols}{number}.h5"
    if not os.path.exists(path):
        print(f"bench: writing {path}", file=sys.stderr)
        # Under another name first, so that half a tile is never used.
        on_ranks(CORES, f"{BUILD}/hyperslab",
                 ["synth", "-q", "--overwrite", "--layout", layout, "--rows",
                  str(rows), "--cols", str(cols), "--seed", str(seed),
                  path + ".part.h5"])
        os.rename(path + ".part.h5", path)
    with open(path, "rb") as tile:
        while tile.read(1 << 24):
            pass
    return path


def hyperslab(tiles, ranks, classes, subset, command="run", environment=None):
    """Times of one run, as run.json and the clock around the process say."""
    out = f"{FOLDER}/out"
    begin = time.perf_counter()
    done = on_ranks(ranks, f"{BUILD}/hyperslab",
                    [command, "--overwrite", "--subset", str(subset), "-k",
                     str(classes), "--max-iter", "50", "-o", out, *tiles],
                    environment)
    process = time.perf_counter() - begin
    with open(f"{out}/run.json", encoding="utf-8") as text:
        record = json.load(text)
    sample = {name: phase["most"] for name, phase in record["seconds"].items()
              if name != "all"}
    moments = [step["seconds"] for step in record["kmeans"]["steps"]]
    sample["first iteration"] = sample["k-means"] - (moments[-1] - moments[0])
    if len(moments) > 1:
        sample["later iteration"] = ((moments[-1] - moments[0])
                                     / (len(moments) - 1))
    sample["run"] = float(re.search(r" in ([0-9.]+) s$", done.stderr.strip())[1])
    sample["process"] = process
    sample["memory"] = record["peak_memory_bytes"]
    sample["iterations"] = len(moments)
    sample["bands"] = len(record["bands"])
    sample["pixels"] = record["pixels"]["valid"]
    sample["kernels"] = record["versions"]["kernels"]
    sample["versions"] = record["versions"]
    return sample


def digest():
    """Of the map that the latest run wrote."""
    with open(f"{FOLDER}/out/classes.tif", "rb") as data:
        return hashlib.sha256(data.read()).hexdigest()


def keep_map(name):
    os.replace(f"{FOLDER}/out/classes.tif", f"{FOLDER}/{name}")


def bounds(tile, ranks, subset):
    """The best this machine can do: each bound, the best of three trials."""
    done = on_ranks(ranks, f"{BUILD}/bench/bounds", [tile, str(subset), "3"])
    return json.loads(done.stdout)


def peer(*arguments):
    """A step of peers.py, in a process of its own."""
    command = [sys.executable, f"{HERE}/peers.py", *map(str, arguments)]
    return json.loads(finished(command, THEIRS).stdout.splitlines()[-1])
