/*
 * components.js - scree plot and loadings of the principal components
 */
import { chart, decades, entry, heading, withGaps } from './chart.js';
import { chip } from './chips.js';
import { column } from './data.js';
import { find } from './dom.js';
import { fixed, percent, significant } from './format.js';
import { ink, lineColour, lineStyle } from './theme.js';

const MOST_IN_SCREE = 30;
const SHOWN_AT_FIRST = 3;
const MOST_LINES = 12;

function drawScree(eigenvalues, kept) {
    const number = Math.min(eigenvalues.rows.length, MOST_IN_SCREE,
                            Math.max(kept + 5, 10));
    const rows = eigenvalues.rows.slice(0, number);
    const shares = rows.map((row) => row[2] > 0 ? 100 * row[2] : null);
    const only = (test) => shares.map((s, i) => test(i) ? s : null);
    const points = (fill) => ({ show: true, size: 7, width: 1.5,
                                stroke: () => ink('accent'), fill });

    chart(find('scree-chart'), {
        name: 'Share of the variance of each component',
        height: 280,
        x: { label: 'Component',
             values: (_, ticks) => ticks.map((t) =>
                 Number.isInteger(t) ? t : '') },
        y: { label: 'Share of variance, %',
             filter: decades,
             values: (_, ticks) => ticks.map((t) =>
                 t === null ? '' : significant(t, 1)) },
        y2: { label: 'Cumulated, %',
              values: (_, ticks) => ticks.map((t) => significant(t, 4)) },
        series: [
            { stroke: () => ink('accent'), width: 0,
              paths: () => null, points: points(() => ink('accent')) },
            { stroke: () => ink('accent'), width: 0,
              paths: () => null, points: points(() => ink('paper')) },
            { scale: 'y2', stroke: () => ink('soft'), width: 1.25,
              dash: [4, 3], points: { show: false } },
        ],
        data: [column(eigenvalues, 0).slice(0, number),
               only((i) => i < kept), only((i) => i >= kept),
               rows.map((row) => 100 * row[3])],
        describe: (u, i) => [
            heading(`Component ${rows[i][0]}${i < kept ? '' : ', not kept'}`),
            entry(ink('accent'), 'share', `${percent(rows[i][2])} %`),
            entry(ink('soft'), 'cumulated', `${fixed(100 * rows[i][3], 3)} %`),
            entry('transparent', 'eigenvalue', significant(rows[i][1])),
        ],
        more: { scales: { x: { time: false, range: [0.5, number + 0.5] },
                          y: { distr: 3 },
                          y2: { range: (u, low) => [Math.floor(low / 5) * 5,
                                                    100.5] } } },
    });
}

function drawLoadings(loadings) {
    const all = loadings.columns.map((_, i) => column(loadings, i));
    const gaps = withGaps(all[0]);
    const number = Math.min(all.length - 1, MOST_LINES);
    const dash = (i) => i > 6 ? [5, 3] : [];
    const series = [], data = [gaps.x];

    for (let i = 1; i <= number; i++) {
        series.push({ stroke: () => lineColour(i - 1), width: 1.5,
                      dash: dash(i), show: i <= SHOWN_AT_FIRST,
                      points: { show: false } });
        data.push(gaps.spread(all[i]));
    }
    const u = chart(find('loadings-chart'), {
        name: 'Loadings of the components',
        height: 280,
        x: { label: 'Wavelength, nm' },
        y: { label: 'Coefficient',
             values: (_, ticks) => ticks.map((t) => significant(t)) },
        series,
        data,
        describe: (u, idx) => gaps.from[idx] === null ? null : [
            heading(`${fixed(gaps.x[idx], 1)} nm`),
            ...series.flatMap((_, s) => u.series[s + 1].show
                ? [entry(lineStyle(s), `PC ${s + 1}`,
                         fixed(data[s + 1][idx], 4))] : [])],
        more: { cursor: { y: false, drag: { x: false, y: false },
                          points: { show: false } } },
    });

    for (let i = 1; i <= number; i++) {
        const one = chip(`PC ${i}`, lineStyle(i - 1), () => {
            const show = !u.series[i].show;

            u.setSeries(i, { show });
            one.set(show, lineStyle(i - 1));
        });

        one.set(i <= SHOWN_AT_FIRST, lineStyle(i - 1));
        find('loadings-chips').append(one.button);
    }
}

export function drawComponents(pca, eigenvalues, loadings) {
    drawScree(eigenvalues, pca.components);
    drawLoadings(loadings);
    find('components-caption').textContent =
        `Filled circles: the ${pca.components} of ` +
        `${eigenvalues.rows.length} components that were kept; together they ` +
        `hold ${fixed(100 * pca.share_of_variance, 3)} % of the variance. ` +
        'Loadings are the coefficients of a component, a vector of length 1; ' +
        'gaps are bands that were left out.';
}
