/*
 * theme.js - light, dark, and paper
 */
import { find } from './dom.js';

const paper = matchMedia('print');
const dark = matchMedia('(prefers-color-scheme: dark)');
const redraws = [], printers = [];
const LINES = 6; /* colours in theme.css */
let printing = false;

/* The value of one of the style sheet's colours, as it is now. */
export function ink(name) {
    return getComputedStyle(document.documentElement)
        .getPropertyValue(`--${name}`).trim();
}

/* The same as [r, g, b]; the style sheet writes them as #rrggbb. */
export function rgb(name) {
    const value = parseInt(ink(name).slice(1), 16);

    return [value >> 16, value >> 8 & 255, value & 255];
}

/* The colour of a line, of six that can be told apart; and as elements take it,
   which follows the theme by itself. */
export function lineColour(number) {
    return ink(`line-${number % LINES + 1}`);
}

export function lineStyle(number) {
    return `var(--line-${number % LINES + 1})`;
}

/* Canvases hold no style: they are drawn again. */
export function onTheme(redraw) {
    redraws.push(redraw);
}

/* What must be done before printing, and after: with true, with false. */
export function onPrint(prepare) {
    printers.push(prepare);
}

function apply() {
    const root = document.documentElement;
    const chosen = find('theme').value || (dark.matches ? 'dark' : 'light');

    root.dataset.theme = printing || paper.matches ? 'light' : chosen;
    for (const redraw of redraws)
        redraw();
}

function print(whether) {
    printing = whether;
    apply();
    for (const prepare of printers)
        prepare(whether);
}

export function startTheme() {
    apply();
    find('theme').addEventListener('change', apply);
    dark.addEventListener('change', apply);
    paper.addEventListener('change', apply);
    addEventListener('beforeprint', () => print(true));
    addEventListener('afterprint', () => print(false));
}
