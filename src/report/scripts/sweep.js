/*
 * sweep.js - many settings of k-means: their table, and their indices by K
 */
import { chart, entry, heading } from './chart.js';
import { chip } from './chips.js';
import { find, make } from './dom.js';
import { count, fixed, seconds, significant, whole } from './format.js';
import { csvButton, scrolling, sortableOf } from './tables.js';
import { lineColour, lineStyle } from './theme.js';

const MOST_LINES = 64; /* more cannot be told apart */
const SHOWN_AT_FIRST = 12;
const LINES_IN_TOOLTIP = 12;
const DASHES = [[], [8, 4], [2, 3]];
const SAMPLES = ['line', 'line dashed', 'line dotted'];

/* What is said of a column of sweep.csv; better: the greatest or the least. */
const COLUMNS = {
    classes: { head: 'K', say: whole },
    subset: { head: 'Subset', say: whole },
    pca: { head: 'PCA', say: (v) => v > 0 ? `${percentOf(v)} %` : '\u2013' },
    dimensions: { head: 'Dims', say: whole },
    iterations: { head: 'Iterations',
                  say: (v, l) => whole(v) + (l.converged ? '' : '*') },
    within: { head: 'Within', say: (v) => significant(v, 6) },
    calinski_harabasz: { head: 'CH', say: (v) => fixed(v, 1),
                         better: Math.max },
    davies_bouldin: { head: 'DB', say: (v) => fixed(v, 4), better: Math.min },
    silhouette: { head: 'Silhouette', say: (v) => fixed(v, 4),
                  better: Math.max },
    adjusted_rand_index: { head: 'ARI', say: (v) => fixed(v, 4) },
    agreement: { head: 'Agree', say: (v) => fixed(v, 4) },
    adjusted_rand_index_same_k: { head: 'ARI, same K',
                                  say: (v) => fixed(v, 4) },
    agreement_same_k: { head: 'Agree, same K', say: (v) => fixed(v, 4) },
    seconds: { head: 'Time', say: seconds },
};

const CHARTS = [
    ['within', 'Sum of squares within the classes', 'Reflectance\u00b2'],
    ['calinski_harabasz', 'Calinski-Harabasz: greater is better', 'Index'],
    ['davies_bouldin', 'Davies-Bouldin: less is better', 'Index'],
    ['silhouette', 'Simplified silhouette: greater is better', 'Index'],
    ['adjusted_rand_index', 'Likeness to the reference',
     'Adjusted Rand index'],
    ['adjusted_rand_index_same_k', 'Likeness to the first of as many classes',
     'Adjusted Rand index'],
    ['iterations', 'Iterations', 'Iterations'],
    ['seconds', 'Time of k-means', 'Seconds'],
];

function percentOf(share) {
    return Number((100 * share).toPrecision(12));
}

function distinct(values) {
    return [...new Set(values)];
}

/* The lines of the table as objects, by the names of its columns. */
function linesOf({ columns, rows }) {
    return rows.map((row) =>
        Object.fromEntries(columns.map((name, i) => [name, row[i]])));
}

/*
 * Subsets with shares of the variance, each with its lines of the table.  What
 * there are more of has the colours, the other the dashes.
 */
function settingsOf(lines) {
    const subsets = distinct(lines.map((l) => l.subset));
    const shares = distinct(lines.map((l) => l.pca));
    const wide = subsets.length >= shares.length;

    return subsets.flatMap((subset, s) => shares.map((pca, p) => ({
        name: `subset ${subset}, ` +
            (pca > 0 ? `PCA ${percentOf(pca)} %` : 'bands'),
        colour: wide ? s : p,
        dash: (wide ? p : s) % DASHES.length,
        lines: lines.filter((l) => l.subset === subset && l.pca === pca),
        at(k) { return this.lines.find((l) => l.classes === k); },
    })));
}

/* Whether a line is the best of those of its setting, by a column. */
function isBest(line, name, settings) {
    const { better } = COLUMNS[name];
    const values = settings.find((s) => s.lines.includes(line)).lines
        .map((l) => l[name]).filter(Number.isFinite);

    return better !== undefined && values.length > 1 &&
        line[name] === better(...values);
}

function drawTable(table, lines, settings) {
    const names = Object.keys(COLUMNS);
    const cell = (line, name) => {
        const text = COLUMNS[name].say(line[name], line);

        return isBest(line, name, settings) ? make('strong', {}, text) : text;
    };

    find('sweep-table').append(
        make('div', { 'class': 'tools' }, csvButton(table.name, table.text)),
        scrolling(sortableOf(names.map((name) => COLUMNS[name].head),
            lines.map((line) => names.map((name) => cell(line, name))),
            lines.map((line) => names.map((name) => line[name]))),
            'Settings'));
}

function sayTable(lines, [{ name }]) {
    const stopped = lines.some((l) => !l.converged);

    find('sweep-caption').textContent =
        `The reference is the first setting: K = ${lines[0].classes}, ` +
        `${name}. PCA: the share of the variance that the clustered scores ` +
        'hold; \u2013: the bands were clustered. Within: sum of squares ' +
        'within the classes, reflectance\u00b2. CH: Calinski-Harabasz, ' +
        'greater is better; DB: Davies-Bouldin, less is better. Bold: the ' +
        'best K of a subset and PCA. ARI: adjusted Rand index; agree: share ' +
        'of the pixels, after the best matching; both with the reference, ' +
        'and with the first setting of the same K. ' +
        (stopped ? '*: stopped at --max-iter. ' : '') +
        'A heading sorts the table.';
}

/* What lines with k classes say of an index, those near the cursor first. */
function describe(shown, ks, name) {
    const { say } = COLUMNS[name];

    return (u, idx) => {
        const at = u.posToVal(u.cursor.top, 'y');
        const all = shown().map((s) => ({ s, line: s.at(ks[idx]) }))
            .map(({ s, line }) => ({ s, line, value: line[name] }))
            .filter(({ value }) => Number.isFinite(value))
            .sort((a, b) => Math.abs(a.value - at) - Math.abs(b.value - at));

        if (all.length === 0)
            return null;
        const said = all.slice(0, LINES_IN_TOOLTIP)
            .sort((a, b) => b.value - a.value);

        return [heading(count(ks[idx], 'class', 'classes')),
            ...said.map((one) => entry(lineStyle(one.s.colour), one.s.name,
                say(one.value, one.line), one === all[0],
                SAMPLES[one.s.dash]))];
    };
}

function scalesOf(ks, logarithmic) {
    const margin = Math.max(0.5, 0.03 * (ks.at(-1) - ks[0]));

    return { x: { time: false, range: [ks[0] - margin, ks.at(-1) + margin] },
             ...logarithmic && { y: { distr: 3 } } };
}

/* Of a logarithmic axis, what is 1, 2 or 5 times a power of ten. */
function roundOnes(_, splits) {
    return splits.map((s) =>
        /^[125]\.0*e/.test(s.toExponential(3)) ? s : null);
}

function drawChart([name, title, label], settings, ks, shown) {
    const host = make('div', { id: `${name}-by-k` });
    const logarithmic = name === 'within';
    const values = settings.map((s) => ks.map((k) => {
        const value = s.at(k)[name];

        return Number.isFinite(value) && (value > 0 || !logarithmic) ? value
            : null;
    }));

    find('sweep-charts').append(
        make('figure', {}, make('h3', {}, title), host));
    return chart(host, {
        name: title,
        height: 250,
        x: { label: 'Classes',
             values: (_, ticks) => ticks.map((t) =>
                 Number.isInteger(t) ? t : '') },
        y: { label,
             values: (_, ticks) => ticks.map((t) =>
                 t === null ? '' : significant(t)),
             ...logarithmic && { filter: roundOnes } },
        series: settings.map(({ colour, dash, shown: show }) => ({
            stroke: () => lineColour(colour), width: 1.5, dash: DASHES[dash],
            show,
            points: { show: true, size: 6,
                      fill: () => lineColour(colour) } })),
        data: [ks, ...values],
        describe: describe(shown, ks, name),
        more: { scales: scalesOf(ks, logarithmic) },
    });
}

function drawChips(settings, charts) {
    find('sweep-chips').append(...settings.map((s) => {
        const one = chip(s.name, lineStyle(s.colour), () => {
            s.shown = !s.shown;
            one.set(s.shown, lineStyle(s.colour));
            for (const u of charts)
                u.setSeries(s.place + 1, { show: s.shown });
        }, SAMPLES[s.dash]);

        one.set(s.shown, lineStyle(s.colour));
        return one.button;
    }));
}

/* table: sweep.csv */
export function drawSweep(table) {
    const lines = linesOf(table);
    const all = settingsOf(lines);
    const settings = all.slice(0, MOST_LINES).map((s, place) =>
        ({ ...s, place, shown: place < SHOWN_AT_FIRST }));
    const ks = distinct(lines.map((l) => l.classes)).sort((a, b) => a - b);

    drawTable(table, lines, all);
    sayTable(lines, all);
    drawChips(settings, CHARTS.map((one) => drawChart(one, settings, ks,
        () => settings.filter((s) => s.shown))));
    find('indices-caption').textContent =
        'Indices are of the space that was clustered, bands or scores. The ' +
        'sum of squares grows with the bands, so that its axis is ' +
        'logarithmic: lines of equal shape lie apart.' +
        (all.length > MOST_LINES ? ` The first ${MOST_LINES} of ` +
            `${all.length} lines are drawn.` : '');
}
