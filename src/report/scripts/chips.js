/*
 * chips.js - buttons that switch classes on and off, where there is no table
 */
import { css } from './colour.js';
import { make, swatch } from './dom.js';

/* One button of a row: pressed or not; with a sample of a line if told. */
export function chip(name, colour, toggle, sample = '') {
    const square = swatch(colour, sample);
    const button = make('button', { type: 'button', 'class': 'chip',
                                    onclick: toggle }, square, name);

    return {
        button,
        set(pressed, colour) {
            button.setAttribute('aria-pressed', String(pressed));
            square.style.backgroundColor = colour;
        },
    };
}

export function chips(view, host, classes) {
    const all = [];

    for (let j = 1; j <= classes; j++)
        all.push(chip(String(j), css(view.colours[j]),
                      () => view.show(j, !view.shown[j])));
    all.forEach(({ button }, i) =>
        button.setAttribute('aria-label', `Class ${i + 1}`));
    host.append(...all.map(({ button }) => button));
    view.follow(['shown', 'colours'], () => all.forEach((c, i) =>
        c.set(view.shown[i + 1], css(view.colours[i + 1]))));
}
