/*
 * convergence.js - what each iteration of k-means changed
 */
import { chart, decades, entry, heading } from './chart.js';
import { find } from './dom.js';
import { count, significant, superscript, whole } from './format.js';
import { ink } from './theme.js';

function powers(_, ticks) {
    return ticks.map((t) => t === null ? ''
        : t < 10000 ? whole(t) : `10${superscript(Math.log10(t))}`);
}

const line = { stroke: () => ink('accent'), width: 1.5,
               points: { show: true, size: 5, fill: () => ink('accent'),
                         stroke: () => ink('accent') } };

function draw(host, name, label, steps, value, y, scales, says) {
    chart(find(host), {
        name,
        height: 250,
        x: { label: 'Iteration',
             values: (_, ticks) => ticks.map((t) =>
                 Number.isInteger(t) ? t : '') },
        y: { label, ...y },
        series: [line],
        data: [steps.map((s) => s.iteration), steps.map(value)],
        describe: (u, i) => [heading(`Iteration ${steps[i].iteration}`),
                             entry(ink('accent'), ...says(steps[i]))],
        more: { scales, cursor: { y: false, drag: { x: false, y: false },
                                  sync: { key: 'iterations' } } },
    });
}

export function drawConvergence(kmeans) {
    const { steps } = kmeans;
    const last = steps[steps.length - 1];

    /* A logarithmic axis has no place for the 0 of the last iteration. */
    draw('reassigned-chart', 'Pixels reassigned in each iteration',
         'Pixels', steps, (s) => s.reassigned > 0 ? s.reassigned : null,
         { values: powers, filter: decades }, { y: { distr: 3 } },
         (s) => ['reassigned', whole(s.reassigned)]);
    draw('within-chart', 'Sum of squares within classes in each iteration',
         'Reflectance\u00b2', steps, (s) => s.within,
         { values: (_, ticks) => ticks.map((t) =>
             t >= 1000 ? whole(t) : significant(t, 3)) }, {},
         (s) => ['within', significant(s.within, 6)]);
    find('convergence-caption').textContent =
        (kmeans.converged
            ? `Converged after ${count(kmeans.iterations, 'iteration')}: the ` +
              `last one changed ${count(last.reassigned, 'pixel')}. `
            : `Stopped after ${count(kmeans.iterations, 'iteration')}, the ` +
              `last of which changed ${count(last.reassigned, 'pixel')}. `) +
        'The sum of squares is that of the distances of all pixels from the ' +
        'means of their classes.';
}
