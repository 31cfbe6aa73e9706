/*
 * record.js - what was run, on what, with what, and how long it took
 */
import { download, find, make } from './dom.js';
import { bytes, count, nameOf, seconds } from './format.js';
import { csvButton, folded, scrolling, tableOf, toCsv } from './tables.js';

function block(title, file, columns, rows, table) {
    return make('div', { 'class': 'block' },
        make('div', { 'class': 'block-head' }, make('h3', {}, title),
             csvButton(file, toCsv(columns, rows))),
        scrolling(table, title));
}

function storage({ storage, type, chunk, filters }) {
    if (storage !== 'chunked')
        return `${storage}, ${type}`;
    return `${type}, chunks of ${chunk.join(' \u00d7 ')}, ` +
        (filters || 'no filter');
}

function inputs(run) {
    const columns = ['path', 'site', 'rows', 'columns', 'bands', 'storage',
                     'epsg', 'west', 'south', 'east', 'north'];
    const rows = run.tiles.map((tile) => {
        const place = tile.georeference;

        return [tile.path, tile.site, ...tile.shape, storage(tile.storage),
                place?.epsg || null, ...(place?.extent ?? Array(4).fill(null))];
    });
    const shown = run.tiles.map((tile, i) => [
        make('span', { title: tile.path }, nameOf(tile.path)), tile.site,
        tile.shape.join(' \u00d7 '), rows[i][5],
        rows[i][6] ? `EPSG:${rows[i][6]}` : 'unknown']);

    return block(run.tiles.length === 1 ? 'Tile' : 'Tiles', 'inputs.csv',
        columns, rows,
        tableOf(['File', 'Site', 'Rows \u00d7 columns \u00d7 bands',
                 'Stored as', 'CRS'], shown));
}

function pairs(title, file, object) {
    const rows = Object.entries(object).map(([name, value]) =>
        [name, typeof value === 'object' ? JSON.stringify(value) : value]);

    return block(title, file, ['name', 'value'], rows,
        tableOf(['Name', 'Value'], rows.map(([name, value]) =>
            [name, String(value)])));
}

/* Phases, each with a bar of the time that its slowest rank took. */
function timings(run) {
    const { all, ...phases } = run.seconds;
    const rows = Object.entries(phases).map(([phase, { least, most }]) =>
        [phase, least, most]);
    const longest = Math.max(...rows.map((row) => row[2]));
    const bar = (value) => make('span', { 'class': 'bar-cell' },
        make('span', { style: { width: `${100 * value / longest}%` } }));

    return block('Time', 'timings.csv',
        ['phase', 'least_seconds', 'most_seconds'], rows,
        tableOf(['Phase', 'Fastest rank', 'Slowest rank', ''],
            [...rows.map(([phase, least, most]) =>
                [phase, seconds(least), seconds(most), bar(most)]),
             ['all, until run.json', '', seconds(all), '']],
            { numeric: [1, 2] }));
}

export function drawRecord(run, recordText) {
    const host = find('record-tables');

    host.append(
        inputs(run),
        make('div', { 'class': 'halves' },
            pairs('Settings', 'settings.csv', run.settings),
            make('div', {}, timings(run),
                pairs('Versions', 'versions.csv', {
                    ...run.versions, ranks: run.ranks,
                    'peak memory': bytes(run.peak_memory_bytes) }))),
        make('p', {}, make('button', {
            type: 'button',
            onclick: () => download('run.json', 'application/json',
                                    recordText),
        }, 'Save run.json')));
}

/* Tables of what the figures show, under the figures. */
export function drawTables(host, tables, format) {
    find(host).append(...tables.filter(Boolean).map(([title, of]) =>
        folded(`${title}: ${count(of.rows.length, 'row')}`, of.name, of.text,
            () => tableOf(of.columns,
                of.rows.map((row) => row.map((v, i) => format(v, i))),
                { numeric: of.columns.map((_, i) => i) }))));
}
