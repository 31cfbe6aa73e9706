/*
 * pixel.js - the spectrum of the pixel that was read, beside the mean of its
 * class
 */
import { chart, entry, heading, withGaps } from './chart.js';
import { css } from './colour.js';
import { column } from './data.js';
import { find } from './dom.js';
import { fixed, significant } from './format.js';
import { ink } from './theme.js';

/* centroids: a table; pixel: (cell) => its spectrum, or null */
export function drawPixel(view, centroids, pixel) {
    const host = find('picked-chart');
    const gaps = withGaps(column(centroids, 0));
    const nothing = gaps.x.map(() => null);
    const line = (stroke, width) => ({ stroke, width,
                                       points: { show: false } });
    const classColour = () => view.picked
        ? css(view.colours[view.picked.class]) : ink('soft');
    let u = null;

    function draw(data) {
        u = chart(host, {
            name: 'Spectrum of the pixel',
            height: 190,
            x: { label: 'Wavelength, nm' },
            y: { label: 'Reflectance',
                 values: (_, ticks) => ticks.map((t) => significant(t)) },
            series: [line(classColour, 2.5), line(() => ink('ink'), 1.25)],
            data,
            describe: (u, i) => gaps.from[i] === null ? null : [
                heading(`${fixed(gaps.x[i], 1)} nm`),
                entry(ink('ink'), 'pixel', fixed(u.data[2][i], 4)),
                entry(classColour(), 'class', fixed(u.data[1][i], 4))],
        });
    }

    view.follow(['picked', 'colours'], () => {
        const spectrum = view.picked && pixel(view.picked);
        const data = [gaps.x, nothing, nothing];

        host.hidden = !spectrum;
        if (!spectrum)
            return;
        data[1] = gaps.spread(column(centroids, view.picked.class));
        data[2] = gaps.spread(spectrum);
        if (u === null)
            draw(data);
        else
            u.setData(data, true);
    });
}
