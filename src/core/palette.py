#!/usr/bin/env python3
"""Print the table of src/core/palette.c.

Classes 1 to 7 are the colours of Okabe and Ito (2008), which the colour-blind
can tell apart.  Each later class takes the colour that is farthest in CIELAB
from all before it and from nodata (black), out of the 16^3 colours of
16 levels whose lightness lies between 30 and 92.
"""

OKABE_ITO = [(0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167),
             (240, 228, 66), (86, 180, 233), (213, 94, 0)]


def cielab(rgb):
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
               for c in (v / 255 for v in rgb))
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
         for t in ((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
                   0.2126 * r + 0.7152 * g + 0.0722 * b,
                   (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b))


levels = range(0, 256, 17)
free = [(r, g, b) for r in levels for g in levels for b in levels]
lab = {rgb: cielab(rgb) for rgb in free}
free = [rgb for rgb in free if 30 <= lab[rgb][0] <= 92]
table = list(OKABE_ITO)
nearest = {rgb: min(distance(lab[rgb], cielab(t)) for t in [(0, 0, 0)] + table)
           for rgb in free}
while len(table) < 255:
    best = max(free, key=nearest.get)
    table.append(best)
    for rgb in free:
        nearest[rgb] = min(nearest[rgb], distance(lab[rgb], lab[best]))
for i in range(0, 255, 7):
    print("    " + " ".join("0x%02x%02x%02x," % rgb for rgb in table[i:i + 7]))
