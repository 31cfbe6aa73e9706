/*
 * legend.js - the table of the classes, which is the legend of the map, and
 * what is known of the pixel that was read
 */
import { css } from './colour.js';
import { find, make, swatch } from './dom.js';
import { fixed, percent, whole } from './format.js';
import { sayPixel, sayPlace } from './place.js';
import { csvButton, scrolling } from './tables.js';

const COLUMNS = {
    pixels: ['Pixels', whole],
    share: ['Per cent', percent],
    hectares: ['Hectares', (v) => fixed(v, v < 1 ? 3 : v < 100 ? 2 : 1)],
    ndvi_of_mean: ['NDVI', (v) => fixed(v, 2)],
};

function rowOf(view, classes, row, columns) {
    const id = row[0];
    const box = make('input', {
        type: 'checkbox', 'aria-label': `Show class ${id}`,
        onchange: () => view.show(id, box.checked),
    });
    const square = swatch(css(view.colours[id]));

    view.follow(['shown'], () => { box.checked = view.shown[id]; });
    view.follow(['colours'], () => {
        square.style.backgroundColor = css(view.colours[id]);
    });
    const element = make('tr', {},
        make('td', {}, box),
        make('th', { scope: 'row' }, square, `Class ${id}`),
        ...columns.map(([index, , format]) =>
            make('td', { 'class': 'number' }, format(row[index]))));

    view.follow(['picked'], () =>
        element.classList.toggle('current', view.picked?.class === id));
    return element;
}

function buttons(view) {
    const button = (name, whether) => make('button', {
        type: 'button', onclick: () => view.showAll(whether) }, name);

    return make('div', { 'class': 'tools' },
        make('span', {}, 'Show'), button('all', true), button('none', false));
}

export function drawLegend(view, classes, { nodata }) {
    const columns = Object.entries(COLUMNS).flatMap(([name, [head, format]]) =>
        classes.columns.includes(name)
            ? [[classes.columns.indexOf(name), head, format]] : []);
    const table = make('table', { 'class': 'legend' },
        make('thead', {}, make('tr', {},
            make('td', {}),
            make('th', { scope: 'col' }, 'Class'),
            ...columns.map(([, head]) =>
                make('th', { scope: 'col', 'class': 'number' }, head)))),
        make('tbody', {}, ...classes.rows.map((row) =>
            rowOf(view, classes, row, columns))));

    if (nodata > 0)
        table.append(make('tfoot', {}, make('tr', {},
            make('td', {}),
            make('th', { scope: 'row' }, swatch('transparent'), 'No data'),
            make('td', { 'class': 'number' }, whole(nodata)),
            ...columns.slice(1).map(() => make('td')))));
    const tools = buttons(view);

    tools.append(csvButton('classes.csv', classes.text));
    find('legend').append(tools, scrolling(table, 'Classes'));
}

/* Beside the map: the class and the place of the pixel that was read. */
export function drawPicked(view, place) {
    const line = (name, value) => value &&
        make('div', {}, make('dt', {}, name), make('dd', {}, value));
    const { cell } = place;

    view.follow(['picked', 'colours'], () => {
        const pixel = view.picked;

        if (!pixel)
            return find('picked').replaceChildren(make('p', { 'class': 'hint' },
                'Click the map to read a pixel.'));
        const name = pixel.class === 0 ? 'No data' : `Class ${pixel.class}`;
        const colour = pixel.class === 0 ? 'transparent'
            : css(view.colours[pixel.class]);

        find('picked').replaceChildren(
            make('h3', {}, swatch(colour), name),
            make('dl', {}, ...[
                line('Place', sayPlace(place, pixel)),
                line('CRS', place.epsg ? `EPSG:${place.epsg}` : ''),
                line('Pixel', sayPixel(pixel)),
                line('Cell', cell > 1 ? `the most frequent class of ${cell} ` +
                    `\u00d7 ${cell} pixels` : ''),
            ].filter(Boolean)));
    });
}
