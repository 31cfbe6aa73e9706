/*
 * matrix.js - the covariance of the bands, and their correlation
 */
import { entry, heading } from './chart.js';
import { cividis, diverging } from './colour.js';
import { find, make } from './dom.js';
import { fixed, significant } from './format.js';

function unpack(of) {
    const value = new Float64Array(of.rows * of.columns);

    for (let i = 0; i < of.rows; i++)
        for (let j = 0; j < of.columns; j++)
            value[i * of.columns + j] = of.at(i, j);
    return value;
}

function correlate(covariance, bands) {
    const deviation = Array.from({ length: bands },
        (_, b) => Math.sqrt(covariance[b * bands + b]));

    return covariance.map((c, i) => {
        const scale = deviation[Math.floor(i / bands)] * deviation[i % bands];

        return scale > 0 ? c / scale : 0;
    });
}

/* Colours run from -1 to 1, or over the range of the covariance. */
function scaleOf(kind, value) {
    if (kind === 'correlation')
        return { low: -1, high: 1, colour: diverging };
    let low = 0, high = 0;

    for (const v of value) {
        low = Math.min(low, v);
        high = Math.max(high, v);
    }
    return { low, high,
             colour: (v) => cividis((v - low) / (high - low || 1)) };
}

function paint(canvas, value, bands, { colour }) {
    const context = canvas.getContext('2d');
    const image = context.createImageData(bands, bands);

    for (let i = 0; i < value.length; i++)
        image.data.set([...colour(value[i]), 255], 4 * i);
    context.putImageData(image, 0, 0);
}

/* Wavelengths beside the picture, at round numbers of nm. */
function ticks(wavelength) {
    const bands = wavelength.length;
    const out = [];

    for (let w = 500; w <= wavelength[bands - 1]; w += 500) {
        const b = wavelength.findIndex((have) => have >= w);

        out.push({ w, share: (b + 0.5) / bands });
    }
    return out;
}

function axes(wavelength) {
    return ticks(wavelength).flatMap(({ w, share }) => [
        make('span', { 'class': 'tick below',
                       style: { left: `${100 * share}%` } }, String(w)),
        make('span', { 'class': 'tick beside',
                       style: { top: `${100 * share}%` } }, String(w)),
    ]);
}

function key({ low, high, colour }) {
    const stops = Array.from({ length: 11 }, (_, i) =>
        `rgb(${colour(low + i / 10 * (high - low)).join()})`);

    return [make('span', {}, significant(low, 2)),
            make('span', { 'class': 'ramp', style: {
                background: `linear-gradient(to right, ${stops.join()})` } }),
            make('span', {}, significant(high, 2))];
}

/* The box beside the pointer, which arrow keys move as well. */
function addReading(frame, wavelength, say) {
    const bands = wavelength.length;
    const box = make('div', { 'class': 'tooltip', 'aria-live': 'polite',
                              hidden: true });
    const clamp = (b) => Math.max(0, Math.min(bands - 1, b));
    let at = { row: bands >> 1, col: bands >> 1 };

    function show(row, col) {
        const side = frame.clientWidth;
        const x = (col + 0.5) / bands * side, y = (row + 0.5) / bands * side;

        at = { row, col };
        box.hidden = false;
        box.replaceChildren(...say(row, col));
        box.style.left = x + 16 + box.offsetWidth < side ? `${x + 16}px`
            : `${x - 16 - box.offsetWidth}px`;
        box.style.top = `${Math.min(y, side - box.offsetHeight)}px`;
    }

    const hide = () => { box.hidden = true; };

    frame.append(box);
    frame.addEventListener('pointermove', (event) => {
        const { left, top, width } = frame.getBoundingClientRect();
        const index = (from) => clamp(Math.floor(from / width * bands));

        show(index(event.clientY - top), index(event.clientX - left));
    });
    frame.addEventListener('pointerleave', hide);
    frame.addEventListener('blur', hide);
    frame.addEventListener('keydown', (event) => {
        const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0],
            ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];

        if (event.key === 'Escape')
            hide();
        if (!down && !right)
            return;
        event.preventDefault();
        show(clamp(at.row + down), clamp(at.col + right));
    });
}

/* of: the covariance, as npy.js gives it */
export function drawMatrix(of, wavelength) {
    const bands = wavelength.length;
    const covariance = unpack(of);
    const correlation = correlate(covariance, bands);
    const canvas = make('canvas', { width: bands, height: bands,
                                    'class': 'cells' });
    const frame = make('div', { 'class': 'frame', tabindex: '0', role: 'group',
        'aria-label': 'Correlation and covariance of bands. Arrow keys read ' +
                      'values.' }, canvas, ...axes(wavelength));
    const ramp = make('div', { 'class': 'key' });
    const kind = find('matrix-kind');

    function draw() {
        const value = kind.value === 'correlation' ? correlation : covariance;
        const scale = scaleOf(kind.value, value);

        paint(canvas, value, bands, scale);
        ramp.replaceChildren(...key(scale));
    }

    find('matrix').append(frame, ramp);
    addReading(frame, wavelength, (row, col) => [
        heading(`${fixed(wavelength[row], 1)} and ` +
                `${fixed(wavelength[col], 1)} nm`),
        entry('transparent', 'correlation',
              fixed(correlation[row * bands + col], 3)),
        entry('transparent', 'covariance',
              significant(covariance[row * bands + col])),
    ]);
    kind.addEventListener('change', draw);
    draw();
}
