/*
 * colour.js - palettes of the classes, and of the matrix
 */

export function css([r, g, b], alpha = 1) {
    return alpha === 1 ? `rgb(${r}, ${g}, ${b})`
                       : `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

function clamp(value) {
    return Math.max(0, Math.min(255, Math.round(value)));
}

/*
 * Cividis (Nuñez, Anderton and Renslow, PLOS ONE 2018): dark blue to yellow,
 * seen alike with and without colour vision.  The polynomials are those of
 * d3-scale-chromatic (ISC licence).
 */
export function cividis(t) {
    return [
        clamp(-4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 -
            t * (7024.72 - t * 2710.57))))),
        clamp(32.49 + t * (170.73 + t * (52.82 - t * (131.46 -
            t * (176.58 - t * 67.37))))),
        clamp(81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 -
            t * (6614.94 - t * 2475.67))))),
    ];
}

/* Blue, white, red for -1, 0, 1; of equal lightness on both sides. */
export function diverging(t) {
    const end = t < 0 ? [33, 102, 172] : [178, 24, 43];
    const share = Math.min(1, Math.abs(t));

    return end.map((value) => clamp(247 + share * (value - 247)));
}

/* Colours of classes 0..K, from dark to bright in the order of their values. */
export function inOrder(value) {
    const order = value.map((v, j) => [v, j]).sort((a, b) => a[0] - b[0]);
    const colours = [[0, 0, 0]];

    order.forEach(([, j], place) => {
        colours[j + 1] =
            cividis(order.length > 1 ? place / (order.length - 1) : 0.5);
    });
    return colours;
}

/* Relative luminance, as WCAG 2 defines it. */
function luminance(rgb) {
    const [r, g, b] = rgb.map((value) => {
        const v = value / 255;

        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });

    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)]
        .sort((a, b) => a - b);

    return (high + 0.05) / (low + 0.05);
}
