#!/usr/bin/python3
"""Predict a site of 400 tiles on a cluster from what one rank does here.

    tests/bench/model.py              after `make bench`: the table
    tests/bench/model.py --simulate   also messages, by SimGrid (libsimgrid-dev)

The tables go to docs/performance.md, which explains the formulas.
"""
import json
import os
import subprocess
import sys
import tempfile
from math import log2

from lib import page

# The site.
TILES = 400
PIXELS = 10 ** 6            # a tile
BANDS, STRIDE = 173, 192    # kept; int16 from pixel to pixel
CLASSES, ITERATIONS = 5, 50
COMPONENTS = 10
# Of the pixels in a later iteration, on the standard tile (K=5): looked at in
# the subspace; looked at in full.
IN_SUBSPACE, IN_FULL = 0.28, 5e-4

# The cluster.
CORES = 64                  # and ranks of a node
MEMORY = 200e9              # bytes/s, a node
NETWORK = 12.5e9            # bytes/s, a node and direction: 100 Gb/s
NETWORK_LATENCY = 2e-6
NODE_LATENCY = 0.5e-6       # between ranks of a node
FILES = 50e9                # bytes/s, all nodes together
SUMS = 8 * (CLASSES * (STRIDE + 1) + 2)  # bytes of an iteration's allreduce
MATRIX = 8 * BANDS ** 2                  # bytes of the products of bands

RANKS = (64, 128, 256, 512, 1024, 2048, 4096)
PHASES = ("read", "summary", "k-means", "covariance", "eigen", "scores",
          "write")


def doubling(ranks, size):
    """Seconds of recursive doubling: log2(ranks) steps of the whole message;
    in steps between nodes, all ranks of a node share its wire."""
    inside = min(ranks, CORES)
    return (log2(inside) * (NODE_LATENCY + size * CORES / MEMORY)
            + log2(ranks / inside) * (NETWORK_LATENCY
                                      + size * CORES / NETWORK))


def predict(ranks, one, stored, written):
    """Seconds of each phase; `one` has those of one rank on one tile."""
    nodes = ranks / CORES
    pixels = TILES * PIXELS

    def work(seconds, touched):
        """Shared out evenly, but no faster than memory is."""
        return max(seconds * TILES / ranks, pixels * touched / nodes / MEMORY)

    def files(size):
        return TILES * size / min(FILES, nodes * NETWORK)

    data = 2 * STRIDE
    later = (work(one["later iteration"],
                  6 + 32 * IN_SUBSPACE + data * IN_FULL)
             + doubling(ranks, SUMS))
    return {
        "read": max(work(one["read"], 3 * data), files(stored)),
        "summary": work(one["summary"], data) + doubling(ranks, 32 * BANDS),
        "k-means": (work(one["first iteration"], data + 2 * 32)
                    + (ITERATIONS - 1) * later + doubling(ranks, SUMS)),
        "covariance": work(one["covariance"], data) + doubling(ranks, MATRIX),
        "eigen": one["eigen"],
        "scores": work(one["scores"], data + 4 * COMPONENTS),
        "write": max(work(one["write classes"] + one["write scores"],
                          8 * COMPONENTS), files(written)),
    }


def prediction(results):
    m = page.Medians(results)
    case = page.ours("bands", ranks=1)
    one = {name: m.of(case, name) for name in
           ("read", "summary", "first iteration", "later iteration",
            "covariance", "eigen", "scores", "write classes", "write scores")}
    stored = m.bound("bounds bands ranks=1 subset=2", "inflate", "stored_bytes")
    written = PIXELS * (4 * COMPONENTS + 1)
    rows, first = [], None
    for ranks in RANKS:
        phase = predict(ranks, one, stored, written)
        whole = sum(phase.values())
        first = first or whole * ranks
        rows.append([ranks, ranks // CORES]
                    + [page.seconds(phase[name]) for name in PHASES]
                    + [page.seconds(whole), f"{100 * first / ranks / whole:.0f} %",
                       f"{TILES * PIXELS * 2 * STRIDE / 1e9 / ranks * CORES:.0f}"])
    return page.table(("ranks", "nodes") + PHASES
                      + ("all, s", "efficiency", "pixels a node, GB"), rows)


def simulated(folder, ranks):
    """Seconds by SimGrid on that cluster, with the algorithms that are named
    in the page, and without the factors it has for Ethernet."""
    nodes = max(1, ranks // CORES)
    with open(f"{folder}/platform.xml", "w", encoding="utf-8") as out:
        out.write(f"""<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
 <cluster id="cluster" prefix="n" suffix="" radical="0-{nodes - 1}"
  speed="50Gf" bw="{NETWORK:.0f}Bps" lat="{NETWORK_LATENCY / 2}s"
  loopback_bw="{MEMORY / CORES:.0f}Bps" loopback_lat="{NODE_LATENCY}s"/>
</platform>
""")
    with open(f"{folder}/hosts", "w", encoding="utf-8") as out:
        out.writelines(f"n{rank // CORES}\n" for rank in range(ranks))
    done = subprocess.run(
        ["smpirun", "-np", str(ranks), "-hostfile", f"{folder}/hosts",
         "-platform", f"{folder}/platform.xml",
         "--cfg=smpi/simulate-computation:0", "--cfg=smpi/allreduce:rdb",
         "--cfg=smpi/reduce_scatter:mpich_rdb", "--cfg=smpi/lat-factor:0:1",
         "--cfg=smpi/bw-factor:0:1", "--log=root.thres:warning",
         f"{folder}/simulate", str(CLASSES), str(BANDS)],
        text=True, capture_output=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def simulation():
    here = os.path.dirname(os.path.abspath(__file__))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["smpicc", "-O2", f"{here}/simulate.c", "-o",
                        f"{folder}/simulate"], check=True)
        for ranks in RANKS:
            if ranks > 1024:
                break
            found = simulated(folder, ranks)
            rows.append([ranks] + [f"{1e6 * s:.0f}" for s in (
                doubling(ranks, SUMS), found["allreduce"],
                doubling(ranks, MATRIX), found["reduce_scatter"])])
    return page.table(("ranks", "allreduce, formula, us", "simulated",
                       "reduce-scatter, formula, us", "simulated"), rows)


def main():
    try:
        with open("build/bench/results.json", encoding="utf-8") as text:
            results = json.load(text)
    except FileNotFoundError:
        sys.exit("model: no build/bench/results.json; run 'make bench' first")
    if results["rows"] * results["cols"] != PIXELS:
        sys.exit("model: the latest run was not on a standard tile")
    text = prediction(results)
    print(text)
    page.put(text, "docs/performance.md", mark="model")
    if "--simulate" in sys.argv:
        text = simulation()
        print(text)
        page.put(text, "docs/performance.md", mark="simulated")


main()
