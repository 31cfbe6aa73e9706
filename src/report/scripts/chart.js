/*
 * chart.js - charts with one look: axes, size, colours, tooltip, keys
 */
import uPlot from 'uplot';

import { make } from './dom.js';
import { ink, onTheme } from './theme.js';

const plain = (_, splits) => splits.map((s) => s === null ? '' : String(s));
const all = (_, splits) => splits;
const FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';

function axis({ label, values = plain, filter = all }, place) {
    return {
        label,
        values,
        font: FONT,
        labelFont: FONT,
        labelSize: 22,
        labelGap: 2,
        gap: 6,
        size: 32,
        stroke: () => ink('soft'),
        grid: { stroke: () => ink('grid'), width: 1, filter },
        ticks: { stroke: () => ink('grid'), width: 1, size: 5, filter },
        filter,
        ...place,
    };
}

/* Of a logarithmic axis, what lies at powers of ten. */
export function decades(_, splits) {
    return splits.map((s) => Number.isInteger(Math.log10(s)) ? s : null);
}

/* A box beside the cursor that a function fills; aloud for readers. */
function tooltip(describe) {
    const box = make('div', { 'class': 'tooltip', 'aria-live': 'polite',
                              hidden: true });

    function place(u) {
        const { left, top, idx } = u.cursor;
        const content = idx == null || left < 0 ? null : describe(u, idx);

        box.hidden = content === null;
        if (content === null)
            return;
        box.replaceChildren(...content);
        const right = left + 16 + box.offsetWidth < u.over.clientWidth;

        box.style.left = right ? `${left + 16}px`
            : `${Math.max(0, left - 16 - box.offsetWidth)}px`;
        box.style.top = `${Math.max(0, Math.min(top - 12,
            u.over.clientHeight - box.offsetHeight))}px`;
    }

    return {
        hooks: { init: (u) => u.over.append(box), setCursor: place },
    };
}

/* Left and right move the cursor from value to value. */
function listenToKeys(host, u) {
    host.addEventListener('keydown', (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10,
                       PageDown: 10 }[event.key];
        const last = u.data[0].length - 1;

        if (event.key === 'Escape')
            u.setCursor({ left: -10, top: -10 });
        if (!step)
            return;
        const from = u.cursor.left >= 0 ? u.cursor.idx
            : step > 0 ? -1 : last + 1;
        const idx = Math.max(0, Math.min(last, from + step));

        event.preventDefault();
        u.setCursor({ left: u.valToPos(u.data[0][idx], 'x'),
                      top: u.over.clientHeight / 3 });
    });
    host.addEventListener('blur', () =>
        u.setCursor({ left: -10, top: -10 }));
}

/*
 * Draw a chart into host.
 *
 *   name      for those who cannot see it
 *   x, y      { label, values, filter }: axes; y2 likewise, on the right
 *   series    of uPlot, after that of x; data, one list for x and for each
 *   describe  (u, index) => elements of the tooltip, or null
 *   more      options of uPlot
 */
export function chart(host, { name, height = 320, x, y, y2, series, data,
                              describe, more = {} }) {
    const { scales, plugins = [], ...others } = more;
    const axes = [axis(x), axis(y, { size: 62 })];

    if (y2)
        axes.push(axis(y2, { scale: 'y2', side: 1, size: 52,
                             grid: { show: false } }));
    host.classList.add('chart');
    host.tabIndex = 0;
    host.setAttribute('role', 'group');
    host.setAttribute('aria-label',
        `${name}. Left and right arrow keys read values.`);
    const u = new uPlot({
        width: host.clientWidth || 600,
        height,
        axes,
        series: [{}, ...series],
        scales: { x: { time: false }, ...scales },
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        plugins: [tooltip(describe), ...plugins],
        ...others,
    }, data, host);

    listenToKeys(host, u);
    new ResizeObserver(() =>
        u.setSize({ width: host.clientWidth, height })).observe(host);
    onTheme(() => u.redraw(false, true));
    return u;
}

/* A line of a tooltip: a swatch, as a sample of a line if told, a name, a
   value. */
export function entry(colour, name, value, strong = false, sample = '') {
    return make('div', { 'class': strong ? 'entry strong' : 'entry' },
        make('span', { 'class': `swatch ${sample}`,
                       style: { backgroundColor: colour } }),
        make('span', {}, name),
        make('span', { 'class': 'number' }, value));
}

export function heading(text) {
    return make('div', { 'class': 'entry-heading' }, text);
}

/*
 * Wavelengths with a gap where bands were left out: { x, spread }, spread
 * giving a list of values the same gaps.
 */
export function withGaps(wavelength) {
    const step = wavelength.slice(1).map((w, i) => w - wavelength[i]);
    const usual = [...step].sort((a, b) => a - b)[step.length >> 1];
    const x = [], from = [];

    wavelength.forEach((w, b) => {
        if (b > 0 && step[b - 1] > 2.5 * usual) {
            x.push((w + wavelength[b - 1]) / 2);
            from.push(null);
        }
        x.push(w);
        from.push(b);
    });
    return {
        x,
        from,
        spread: (values) => from.map((b) => b === null ? null : values[b]),
    };
}
