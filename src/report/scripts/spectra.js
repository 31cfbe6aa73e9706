/*
 * spectra.js - the mean spectrum of each class, in the colour of the map
 */
import { chart, entry, heading, withGaps } from './chart.js';
import { chips } from './chips.js';
import { contrast, css } from './colour.js';
import { column } from './data.js';
import { find } from './dom.js';
import { fixed, significant } from './format.js';
import { ink, rgb } from './theme.js';

const MOST_LINES = 255;
const LINES_IN_TOOLTIP = 12;
const SPREADS = 8; /* with more classes, bands of spread hide each other */

/* The series of class j: upper and lower edge, halo, and mean. */
const UPPER = 1, LOWER = 2, HALO = 3, MEAN = 4, EACH = 4;

function seriesOf(j, part) {
    return (j - 1) * EACH + part;
}

/* Light lines get a dark edge, others one in the colour of the paper. */
function haloOf(colour) {
    return contrast(colour, rgb('paper')) < 2 ? ink('edge') : ink('paper');
}

function seriesOfClass(view, j) {
    const edge = { width: 0, points: { show: false } };

    return [
        edge, edge,
        { stroke: () => haloOf(view.colours[j]), width: 3.5,
          points: { show: false } },
        { stroke: () => css(view.colours[j]), width: 1.75,
          points: { show: false } },
    ];
}

/* Move labels apart that would lie on each other; y increases down. */
function spreadOut(ends, step, bottom) {
    let limit = -Infinity;

    for (const end of ends)
        limit = end.y = Math.max(end.y, limit + step);
    limit = bottom + step;
    for (const end of ends.toReversed())
        limit = end.y = Math.min(end.y, limit - step);
}

/* Numbers at the right ends of the lines: colour alone is not enough. */
function labelEnds(view, classes) {
    return (u) => {
        const size = devicePixelRatio;
        const x = u.bbox.left + u.bbox.width + 4 * size;
        const last = u.data[0].length - 1;
        const ends = [];

        for (let j = 1; j <= classes; j++)
            if (view.shown[j])
                ends.push({ j, y: u.valToPos(
                    u.data[seriesOf(j, MEAN)][last], 'y', true) });
        ends.sort((a, b) => a.y - b.y);
        u.ctx.save();
        u.ctx.font = `${11 * size}px system-ui, sans-serif`;
        u.ctx.fillStyle = ink('soft');
        u.ctx.textAlign = 'left';
        u.ctx.textBaseline = 'middle';
        spreadOut(ends, 11 * size, u.bbox.top + u.bbox.height);
        for (const { j, y } of ends)
            if (y > 0) /* too many otherwise */
                u.ctx.fillText(String(j), x, y);
        u.ctx.restore();
    };
}

function describe(view, classes, deviation, gaps) {
    return (u, idx) => {
        const band = gaps.from[idx];
        const at = u.posToVal(u.cursor.top, 'y');
        const lines = [];

        if (band === null)
            return null;
        for (let j = 1; j <= classes; j++)
            if (view.shown[j])
                lines.push({ j, mean: u.data[seriesOf(j, MEAN)][idx] });
        if (lines.length === 0)
            return null;
        lines.sort((a, b) => Math.abs(a.mean - at) - Math.abs(b.mean - at));
        const nearest = lines[0].j;
        const said = lines.slice(0, LINES_IN_TOOLTIP)
            .sort((a, b) => b.mean - a.mean);

        return [heading(`${fixed(u.data[0][idx], 1)} nm`),
            ...said.map(({ j, mean }) => entry(css(view.colours[j]),
                `Class ${j}`, deviation
                    ? `${fixed(mean, 4)} \u00b1 ${fixed(deviation[j][band], 4)}`
                    : fixed(mean, 4), j === nearest))];
    };
}

/* [classes + 1][bands], from a table whose first column is the wavelength. */
function byClass(of) {
    return of.columns.map((_, j) => column(of, j));
}

/* centroids, deviations: tables; the latter may be null */
export function drawSpectra(view, centroids, deviations) {
    const mean = byClass(centroids);
    const deviation = deviations && byClass(deviations);
    const classes = Math.min(mean.length - 1, MOST_LINES);
    const gaps = withGaps(mean[0]);
    const data = [gaps.x];
    const series = [], bands = [];

    for (let j = 1; j <= classes; j++) {
        const spread = (sign) => gaps.spread(mean[j].map((m, b) =>
            deviation ? m + sign * deviation[j][b] : m));

        data.push(spread(1), spread(-1), gaps.spread(mean[j]),
                  gaps.spread(mean[j]));
        series.push(...seriesOfClass(view, j));
        bands.push({ series: [seriesOf(j, UPPER), seriesOf(j, LOWER)],
                     fill: () => css(view.colours[j], ink('spread')) });
    }
    const u = chart(find('spectra-chart'), {
        name: 'Mean spectra of the classes',
        height: 380,
        x: { label: 'Wavelength, nm' },
        y: { label: 'Reflectance',
             values: (_, ticks) => ticks.map((t) => significant(t)) },
        series,
        data,
        describe: describe(view, classes, deviation, gaps),
        more: {
            bands,
            padding: [12, 28, null, null],
            cursor: { y: false, drag: { x: false, y: false },
                      points: { show: false } },
            plugins: [{ hooks: { draw: labelEnds(view, classes) } }],
        },
    });

    find('spread').checked = classes <= SPREADS;
    find('spread-choice').hidden = !deviation;
    chips(view, find('spectra-chips'), classes);
    followView(u, view, classes, deviation !== null);
}

function followView(u, view, classes, hasSpread) {
    const spread = find('spread');

    function update() {
        u.batch(() => {
            for (let j = 1; j <= classes; j++)
                for (let part = UPPER; part <= MEAN; part++) {
                    const show = view.shown[j] && (part >= HALO ||
                        (hasSpread && spread.checked));

                    if (u.series[seriesOf(j, part)].show !== show)
                        u.setSeries(seriesOf(j, part), { show });
                }
        });
    }

    spread.addEventListener('change', update);
    view.follow(['shown'], update);
    view.follow(['colours'], () => u.redraw(false, false));
}
