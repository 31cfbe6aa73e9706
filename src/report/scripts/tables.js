/*
 * tables.js - tables, and each of them as CSV
 */
import { download, make } from './dom.js';

/* A field as RFC 4180 has it.  A leading =, +, - or @ of text would be a
   formula to a spreadsheet. */
function field(value) {
    if (typeof value === 'number' || value == null)
        return value == null ? '' : String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;

    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(columns, rows) {
    return [columns, ...rows].map((row) => row.map(field).join(','))
        .join('\n') + '\n';
}

export function csvButton(name, content) {
    return make('button', {
        type: 'button', 'class': 'csv', 'data-csv': name,
        onclick: () => download(name, 'text/csv', content),
    }, 'CSV', make('span', { 'class': 'unseen' }, ` of ${name}`));
}

/* Cells of text or of elements; numbers, right-aligned, where told. */
export function tableOf(heads, rows, { caption, numeric = [] } = {}) {
    const cell = (tag, content, i, more) => make(tag, {
        'class': numeric.includes(i) ? 'number' : null, ...more }, content);

    return make('table', {},
        caption && make('caption', {}, caption),
        make('thead', {}, make('tr', {}, ...heads.map((head, i) =>
            cell('th', head, i, { scope: 'col' })))),
        make('tbody', {}, ...rows.map((row) => make('tr', {},
            ...row.map((content, i) => i === 0
                ? cell('th', content, i, { scope: 'row' })
                : cell('td', content, i))))));
}

/*
 * The same of numbers, in the order of a column whose head is pressed; pressed
 * again, the other way round.  key [rows][columns] is what cells are ordered
 * by; NaN comes last.
 */
export function sortableOf(heads, rows, key) {
    const table = tableOf(heads.map((head, i) => make('button', {
        type: 'button', 'class': 'sort', onclick: () => sort(i) }, head)),
        rows, { numeric: heads.map((_, i) => i) });
    const cells = [...table.tHead.rows[0].cells];
    const lines = [...table.tBodies[0].rows].map((row, i) =>
        ({ row, key: key[i] }));

    function sort(by) {
        const down = cells[by].getAttribute('aria-sort') === 'ascending';
        const lacks = ({ key }) => Number.isNaN(key[by]);

        lines.sort((a, b) => lacks(a) - lacks(b) ||
            (down ? b.key[by] - a.key[by] : a.key[by] - b.key[by]));
        table.tBodies[0].append(...lines.map(({ row }) => row));
        cells.forEach((cell) => cell.removeAttribute('aria-sort'));
        cells[by].setAttribute('aria-sort', down ? 'descending' : 'ascending');
    }

    return table;
}

/* Wide tables scroll in a box, by keyboard too. */
export function scrolling(table, name) {
    return make('div', { 'class': 'scrolls', tabindex: '0', role: 'region',
                         'aria-label': name }, table);
}

/*
 * A table that opens on demand, with its CSV beside it.  fill gives the table
 * when it is first wanted: some have thousands of cells.
 */
export function folded(title, file, content, fill) {
    const details = make('details', {}, make('summary', {}, title));

    details.addEventListener('toggle', () => {
        if (details.open && details.childElementCount === 1)
            details.append(scrolling(fill(), title));
    });
    return make('div', { 'class': 'folded' }, details,
                csvButton(file, content));
}
