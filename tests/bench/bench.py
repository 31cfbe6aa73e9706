#!/usr/bin/python3
"""Measure hyperslab, Spectral Python and scikit-learn in one sitting.

    make bench                      all of it: a quarter of an hour or more
    make bench BENCH=--long         also Spectral Python with 20 classes
    make bench BENCH=--alone        hyperslab and the bounds only: 3 minutes
    make bench BENCH=--quick        a small tile, to see that it works

Programs take turns, so that a slow moment of the machine meets all of them.
Raw numbers go to build/bench/results.json, tables to docs/performance.md (of
parts, and of other sizes: to build/bench/performance.md).
"""
import argparse
import datetime
import glob
import json
import os
import subprocess
import sys

from lib import page, programs

STANDARD = 1000
LAYOUTS = ("blocks", "bands")


def options():
    parser = argparse.ArgumentParser(prog="make bench BENCH=...")
    parser.add_argument("--quick", action="store_true",
                        help="300 x 300 pixels, 2 repetitions")
    parser.add_argument("--long", action="store_true",
                        help="Spectral Python with 20 classes, too")
    parser.add_argument("--alone", action="store_true",
                        help="without Spectral Python and scikit-learn")
    parser.add_argument("--rows", type=int, default=STANDARD)
    parser.add_argument("--cols", type=int, default=STANDARD)
    parser.add_argument("--repeat", type=int, default=5,
                        help="runs of hyperslab; 5 is the default")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rows, chosen.cols, chosen.repeat = 300, 300, 2
    return chosen


def mosaic(chosen, count):
    """Tiles of both layouts in turn, each of its own scene."""
    return [programs.make_tile(LAYOUTS[i % 2], chosen.rows, chosen.cols, i)
            for i in range(count)]


def plan(tiles, chosen):
    """Of each case: a name, how often to run it, and how."""
    few, once = min(3, chosen.repeat), 1
    cases = []

    def add(name, times, function, *arguments):
        cases.append((name, times, lambda: function(*arguments)))

    def run(layout, ranks, classes, subset):
        sample = programs.hyperslab([tiles[layout]], ranks, classes, subset)
        if subset == 2:
            programs.keep_map(f"{layout}-k{classes}.tif")
        return sample

    for layout in LAYOUTS:
        for ranks in (2, 1):
            add(f"{layout} ranks={ranks} k=5 subset=2", chosen.repeat,
                run, layout, ranks, 5, 2)
            add(f"bounds {layout} ranks={ranks} subset=2", few,
                programs.bounds, tiles[layout], ranks, 2)
        add(f"{layout} ranks=2 k=20 subset=2", chosen.repeat,
            run, layout, 2, 20, 2)
        add(f"{layout} ranks=2 k=5 subset=1", chosen.repeat,
            run, layout, 2, 5, 1)
        add(f"bounds {layout} ranks=2 subset=1", few,
            programs.bounds, tiles[layout], 2, 1)
    for count, ranks in page.MOSAICS:
        add(f"mosaic tiles={count} ranks={ranks}", few, programs.hyperslab,
            mosaic(chosen, count), ranks, 5, 2)
    if chosen.alone:
        return cases
    for classes in (5, 20):
        for algorithm in ("lloyd", "elkan"):
            add(f"sklearn {algorithm} k={classes}",
                min(2, chosen.repeat) if classes == 5 else once, programs.peer,
                "sklearn", tiles["bands"], classes, algorithm,
                f"{programs.FOLDER}/sklearn-{algorithm}-k{classes}.npy")
        if classes == 5 or chosen.long:
            add(f"spy k={classes}", once, programs.peer, "spy", tiles["bands"],
                classes, f"{programs.FOLDER}/spy-k{classes}.npy")
    add("spy reading blocks", once, programs.peer, "read", tiles["blocks"])
    return cases


def take_turns(cases):
    samples = {name: [] for name, _, _ in cases}
    for turn in range(max(times for _, times, _ in cases)):
        for name, times, function in cases:
            if turn < times:
                print(f"bench: {name}, {turn + 1} of {times}", file=sys.stderr)
                samples[name].append(function())
    return samples


def digests(tiles):
    """Of the maps at 1 to 4 ranks, and of every instruction set; not timed."""
    ways = [(n, None) for n in (1, 2, 3, 4)]
    ways += [(2, isa) for isa in ("portable", "avx2", "avx512", "amx")]
    found = {}
    for layout in LAYOUTS:
        for classes in (5, 20):
            for ranks, isa in ways:
                sample = programs.hyperslab(
                    [tiles[layout]], ranks, classes, 2, "kmeans",
                    {"HYP_ISA": isa} if isa else None)
                found[f"{layout} k={classes} ranks={ranks} "
                      f"kernels={sample['kernels']}"] = programs.digest()
    return found


def agreement(samples):
    """Shares of the pixels that have the class another program gives them."""
    equal = {}
    for name in samples:
        labels = f"{programs.FOLDER}/{name.replace(' ', '-').replace('=', '')}"
        classes = name.rpartition("=")[2]
        if os.path.exists(labels + ".npy"):
            equal[name] = [
                programs.peer("compare",
                              f"{programs.FOLDER}/{layout}-k{classes}.tif",
                              labels + ".npy")["equal"] for layout in LAYOUTS]
    return equal


def output_of(*command):
    """Empty if there is no such program."""
    return subprocess.run(["env", *command], text=True, capture_output=True,
                          check=False).stdout.strip()


def larger_pages():
    """Sizes in kB that the kernel gives to all programs, beside its own."""
    return sorted(int(path.rpartition("-")[2][:-2]) for path in glob.glob(
        "/sys/kernel/mm/transparent_hugepage/hugepages-*kB")
                  if "[always]" in output_of("cat", f"{path}/enabled"))


def machine():
    cpu = json.loads(output_of("lscpu", "--json"))["lscpu"]
    model = next(e["data"] for e in cpu if e["field"] == "Model name:")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cpu": model, "cores": programs.CORES,
            "memory_gigabytes": round(pages / 1e9),
            "system": output_of("uname", "-sr"),
            "pages_kilobytes": [os.sysconf("SC_PAGE_SIZE") // 1024,
                                *larger_pages()],
            "commit": output_of("git", "describe", "--always", "--dirty")
            or "unknown",
            "versions": programs.peer("versions")}


def main():
    chosen = options()
    os.makedirs(programs.FOLDER, exist_ok=True)
    tiles = {layout: programs.make_tile(layout, chosen.rows, chosen.cols)
             for layout in LAYOUTS}
    results = {"date": datetime.date.today().isoformat(),
               "command": " ".join(["make bench"] + (
                   [f"BENCH='{' '.join(sys.argv[1:])}'"] if sys.argv[1:]
                   else [])),
               "rows": chosen.rows, "cols": chosen.cols,
               "machine": machine(), "load_before": os.getloadavg()}
    results["samples"] = take_turns(plan(tiles, chosen))
    results["load_after"] = os.getloadavg()
    results["equal"] = agreement(results["samples"])
    results["digests"] = digests(tiles)
    with open(f"{programs.FOLDER}/results.json", "w",
              encoding="utf-8") as out:
        json.dump(results, out, indent=1)
    text = page.tables(results)
    standard = ((chosen.rows, chosen.cols) == (STANDARD, STANDARD)
                and not chosen.alone)
    page.put(text, "docs/performance.md",
             None if standard else f"{programs.FOLDER}/performance.md")
    print(text)


main()
