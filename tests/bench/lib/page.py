"""Turn results into the tables of docs/performance.md."""
from statistics import median

LAYOUTS = ("blocks", "bands")
PHASES = ("open", "read", "summary", "k-means", "covariance", "eigen",
          "write classes", "statistics", "scores", "write scores", "pictures",
          "run", "process")
ALGORITHMS = ("lloyd", "elkan")
MOSAICS = ((1, 1), (2, 1), (2, 2), (4, 2))  # tiles, ranks
PCA = ("covariance", "eigen", "scores")
SPY_PCA = ("principal components", "reduce", "transform")


class Medians:
    """What the samples of a case say at the median."""

    def __init__(self, results):
        self.samples = results["samples"]

    def __contains__(self, case):
        return case in self.samples

    def of(self, case, *keys):
        """Of the sum of some numbers of each sample."""
        return median(sum(s[key] for key in keys) for s in self.samples[case])

    def bound(self, case, name, key="best"):
        return median(s[name][key] for s in self.samples[case])

    def times(self, case):
        return len(self.samples[case])


def ours(layout, ranks=2, classes=5, subset=2):
    return f"{layout} ranks={ranks} k={classes} subset={subset}"


def inflating(m, layout, ranks=2, subset=2):
    return m.bound(f"bounds {layout} ranks={ranks} subset={subset}", "inflate")


def tutorial(m, layout, classes=5):
    """Seconds of all its steps; the cube read from a tile of that layout."""
    spy = f"spy k={classes}"
    reading = spy if layout == "bands" else "spy reading blocks"
    return (m.of(reading, "read", "clean") + m.of(spy, "k-means")
            + m.of(spy, *SPY_PCA))


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |",
             "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |"
              for row in rows]
    return "\n".join(lines) + "\n"


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def bars(m):
    """Rows of: what, here, target, measured, met or not."""
    rows = []

    def bar(what, layout, classes, value, target, at_least, unit="x"):
        good = value >= target if at_least else value <= target
        rows.append((what, layout, classes,
                     f"{'>=' if at_least else '<='} {target} {unit}",
                     f"{value:.3g} {unit}", "met" if good else "**not met**"))

    for classes in (5, 20):
        others = [m.of(case, "k-means") for case in
                  (f"sklearn {a} k={classes}" for a in ALGORITHMS) if case in m]
        spy = f"spy k={classes}"
        for layout in LAYOUTS:
            case = ours(layout, classes=classes)
            inflate = inflating(m, layout)
            kmeans = m.of(case, "k-means")
            if spy in m:
                bar("k-means, against SPy", layout, classes,
                    m.of(spy, "k-means") / kmeans, 400, True)
            if others:
                bar("k-means, against scikit-learn's best", layout, classes,
                    min(others) / kmeans, 15, True)
            bar("read and clean, of inflating alone", layout, classes,
                m.of(case, "read") / inflate, 1.3, False)
            if "spy k=5" in m:
                bar("PCA, against SPy", layout, classes,
                    m.of("spy k=5", *SPY_PCA) / m.of(case, *PCA), 8, True)
            bar("`run`, files written, of inflating alone", layout, classes,
                m.of(case, "run") / inflate, 2 if layout == "blocks" else 3,
                False)
            if spy in m:
                bar("`run`, whole process, against the tutorial", layout,
                    classes, tutorial(m, layout, classes)
                    / m.of(case, "process"), 80, True)
                bar("peak memory, of SPy's", layout, classes,
                    m.of(case, "memory") / m.of(spy, "memory"), 0.1, False)
    for layout in LAYOUTS:
        one, two = ours(layout, 1), ours(layout, 2)
        for what, key in (("k-means", "k-means"), ("read", "read"),
                          ("`run`", "run")):
            bar(f"2 ranks against 1: {what}", layout, 5,
                m.of(one, key) / m.of(two, key), 1.85, True)
    return table(("what", "layout", "K", "target", "measured", ""), rows)


def phases(m):
    cases = [ours(layout, *rest) for rest in
             ((1, 5, 2), (2, 5, 2), (2, 20, 2), (2, 5, 1))
             for layout in LAYOUTS]
    heads = [case.replace("ranks=1", "1 rank").replace("ranks=2", "2 ranks")
             .replace("k=", "K=").replace("subset=", "subset ")
             for case in cases]
    rows = [[name] + [seconds(m.of(case, name)) for case in cases]
            for name in PHASES]
    rows.append(["iterations"] + [int(m.of(c, "iterations")) for c in cases])
    for name in ("first iteration", "later iteration"):
        rows.append([f"{name}, ms"] + [f"{1e3 * m.of(c, name):.2f}"
                                       for c in cases])
    rows.append(["peak memory of all ranks, MB"]
                + [f"{m.of(c, 'memory') / 1e6:.0f}" for c in cases])
    return table(["seconds"] + heads, rows)


def peers(m):
    rows = []
    for classes in (5, 20):
        spy = f"spy k={classes}"
        if spy in m:
            for layout in LAYOUTS:
                reading = spy if layout == "bands" else "spy reading blocks"
                rows.append((f"SPy, {layout}, K={classes}",
                             seconds(m.of(reading, "read")),
                             seconds(m.of(reading, "clean")),
                             seconds(m.of(spy, "k-means")),
                             seconds(m.of(spy, *SPY_PCA)),
                             seconds(tutorial(m, layout, classes)),
                             f"{m.of(spy, 'memory') / 1e9:.2f}",
                             m.times(spy)))
        for algorithm in ALGORITHMS:
            case = f"sklearn {algorithm} k={classes}"
            if case not in m:
                continue
            rows.append((f"scikit-learn {algorithm}, float32, K={classes}",
                         "", "", seconds(m.of(case, "k-means")), "", "",
                         f"{m.of(case, 'memory') / 1e9:.2f}", m.times(case)))
    return table(("seconds", "read", "clean", "k-means", "PCA", "all",
                  "peak memory, GB", "repetitions"), rows)


def limits(m):
    """The bounds, and how far the phases are from them, on 2 ranks."""
    rows = []
    for layout in LAYOUTS:
        for subset in (2, 1):
            case = ours(layout, subset=subset)
            limit = f"bounds {layout} ranks=2 subset={subset}"
            pixels, bands = m.of(case, "pixels"), m.of(case, "bands")
            kept = pixels * -(-bands // 32) * 64  # rows padded to 64 bytes
            once = kept / 1e9 / m.bound(limit, "memory", "gigabytes_per_second")
            dsyrk = (pixels * bands * (bands + 1) / 1e9
                     / m.bound(limit, "dsyrk", "gigaflops"))
            inflate = inflating(m, layout, 2, subset)
            rows.append((
                f"{layout}, subset {subset}", seconds(inflate),
                f"{m.of(case, 'read') / inflate:.2f}",
                seconds(m.bound(limit, "touch")), seconds(once),
                f"{m.of(case, 'k-means') / once:.2f}",
                f"{m.of(case, 'later iteration') / once:.3f}",
                seconds(dsyrk), f"{m.of(case, 'covariance') / dsyrk:.2f}"))
    return table(("2 ranks, K=5", "inflate alone, s", "read, of that",
                  "first touches of the kept data, s",
                  "reading the kept data from memory once, s",
                  "50 iterations, of that", "a later iteration, of that",
                  "DSYRK at its peak, s", "covariance, of that"), rows)


def mosaics(m):
    """Of several tiles as one data set; tiles of both layouts in turn."""
    rows = []
    for tiles, ranks in MOSAICS:
        case = f"mosaic tiles={tiles} ranks={ranks}"
        rows.append([tiles, ranks]
                    + [seconds(m.of(case, name)) for name in
                       ("read", "k-means", "covariance", "scores", "run")]
                    + [seconds(m.of(case, "run") * ranks / tiles),
                       f"{m.of(case, 'memory') / 1e6 / tiles:.0f}"])
    return table(("tiles", "ranks", "read", "k-means", "covariance", "scores",
                  "run", "rank-seconds of `run` a tile",
                  "peak memory a tile, MB"), rows)


def checks(results):
    lines = []
    for name, equal in results["equal"].items():
        lines.append(f"- pixels of the same class, {name}: " + ", ".join(
            f"{'all' if share == 1 else f'{100 * share:.4f} %'} ({layout})"
            for layout, share in zip(LAYOUTS, equal)))
    for classes in (5, 20):
        found = {key: value for key, value in results["digests"].items()
                 if f"k={classes} " in key}
        kernels = sorted({key.rpartition("=")[2] for key in found})
        lines.append(
            f"- K={classes}: {len(set(found.values()))} different "
            f"`classes.tif` (SHA-256) of both layouts, 1 to 4 ranks, and "
            f"kernels {', '.join(kernels)}")
    return "\n".join(lines) + "\n"


def conditions(results, m):
    machine = results["machine"]
    case = ours("bands")
    versions = dict(machine["versions"])
    versions.pop("memory")
    own = results["samples"][case][0]["versions"]
    loads = [" ".join(f"{load:.2f}" for load in results[when])
             for when in ("load_before", "load_after")]
    limit = "bounds bands ranks=2 subset=2"
    faster = " and ".join(
        f"{inflating(m, layout, 1) / inflating(m, layout):.2f} ({layout})"
        for layout in LAYOUTS)
    return f"""\
{results['date']}, commit {machine['commit']}, `{results['command']}`.
{machine['cpu']}, {machine['cores']} cores, {machine['memory_gigabytes']} GB,
{machine['system']}, memory in pages of \
{' and '.join(str(size) for size in machine['pages_kilobytes'])} kB.
Load average before {loads[0]}, after {loads[1]}.
hyperslab {own['hyperslab']} ({own['kernels']} kernels), \
{own['mpi'].partition(',')[0]}, HDF5 {own['hdf5']}, \
{', '.join(f'{k} {v}' for k, v in versions.items())}.
Tiles of {results['rows']} x {results['cols']} x 426, files in the page cache.
Medians of {m.times(case)} runs of hyperslab, and of {m.times(limit)} of each
bound (each the best of three trials). Memory reads at \
{m.bound(limit, 'memory', 'gigabytes_per_second'):.1f} GB/s and DSYRK computes \
{m.bound(limit, 'dsyrk', 'gigaflops'):.1f} Gflop/s on 2 ranks.
Inflating alone, which needs no messages, is {faster} times as fast on 2 ranks
as on 1: what the machine gives the second core.
"""


def tables(results):
    m = Medians(results)
    parts = [conditions(results, m), "### The bars\n", bars(m),
             "### Phases of hyperslab\n", phases(m), "### The others\n",
             peers(m), "### Distance to the bounds\n", limits(m),
             "### Mosaics\n", mosaics(m),
             "### Checks\n", checks(results)]
    return "\n".join(parts)


def put(text, page, copy=None, mark="measured"):
    """Replace what stands between two marks of a page, or of a copy of it."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    with open(page, encoding="utf-8") as source:
        before, _, rest = source.read().partition(begin)
    after = rest.partition(end)[2]
    with open(copy or page, "w", encoding="utf-8") as out:
        out.write(f"{before}{begin}\n\n{text}\n{end}{after}")
