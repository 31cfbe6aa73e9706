/*
 * data.js - what the program put into the page (docs/report.md)
 *
 * Each block is a script element that is no script.  Its id is the name of the
 * file in the output folder that it holds, or of what was made from one.
 */

function text(id) {
    return document.getElementById(id)?.textContent ?? null;
}

export function json(id) {
    const found = text(id);

    return found === null ? null : JSON.parse(found);
}

/* A table of numbers: its columns' names, and its rows. */
export function table(id) {
    const found = text(id);

    if (found === null)
        return null;
    const lines = found.trim().split('\n').map((line) => line.split(','));

    return {
        name: id,
        text: found,
        columns: lines[0],
        rows: lines.slice(1).map((line) => line.map(Number)),
    };
}

/* The values of one column. */
export function column(of, index) {
    return of.rows.map((row) => row[index]);
}

export function bytes(id) {
    const found = text(id);

    if (found === null)
        return null;
    const binary = atob(found.trim());
    const out = new Uint8Array(binary.length);

    for (let i = 0; i < out.length; i++)
        out[i] = binary.charCodeAt(i);
    return out;
}

/* A photograph, as an address that an image element takes. */
export function photo(id) {
    const found = text(id);

    return found === null ? null : `data:image/jpeg;base64,${found.trim()}`;
}
