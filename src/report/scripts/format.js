/*
 * format.js - numbers and words for people
 */

const THIN = '\u202f'; /* no line breaks within a number */

export function whole(value) {
    return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, THIN);
}

export function fixed(value, digits) {
    return Number.isFinite(value) ? value.toFixed(digits) : '\u2013';
}

/* A share as a percentage; small ones keep a digit that is not zero. */
export function percent(share) {
    const value = 100 * share;

    if (!Number.isFinite(value))
        return '\u2013';
    return value === 0 || value >= 0.05 ? value.toFixed(1)
                                        : value.toPrecision(1);
}

/* So many significant digits; powers of ten as people write them. */
export function significant(value, digits = 4) {
    if (!Number.isFinite(value))
        return '\u2013';
    const size = Math.abs(value);

    if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
        const [mantissa, power] = value.toExponential(digits - 1).split('e');

        return `${mantissa}\u00a0\u00d7\u00a010${superscript(Number(power))}`;
    }
    return String(Number(value.toPrecision(digits)));
}

export function superscript(number) {
    return [...String(number)].map((c) => c === '-' ? '\u207b'
        : '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'[c])
        .join('');
}

export function seconds(value) {
    return value < 10 ? `${value.toFixed(3)} s` : `${value.toFixed(1)} s`;
}

export function bytes(value) {
    return value < 1e9 ? `${(value / 1e6).toFixed(0)} MB`
                       : `${(value / 1e9).toFixed(2)} GB`;
}

/* "1 class", "2 classes". */
export function count(number, one, many = `${one}s`) {
    return `${whole(number)} ${number === 1 ? one : many}`;
}

/* The last part of a path, without .h5. */
export function nameOf(path) {
    return path.replace(/^.*\//, '').replace(/\.h5$/, '');
}
