/*
 * npy.js - arrays as NumPy keeps them in a file
 */

const READERS = {
    i2: (view, at, little) => view.getInt16(at, little),
    f8: (view, at, little) => view.getFloat64(at, little),
};

/* { rows, columns, at(row, column) }: nothing is copied. */
export function matrix(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const start = 10 + view.getUint16(8, true);
    const header = String.fromCharCode(...bytes.subarray(10, start));
    const [, order, type] = /'descr': '(.)(..)'/.exec(header);
    const [, rows, columns] = /'shape': \((\d+), (\d+)\)/.exec(header)
        .map(Number);
    const size = Number(type[1]);
    const read = READERS[type];

    return {
        rows,
        columns,
        at: (row, column) => read(view, start +
            (row * columns + column) * size, order === '<'),
    };
}
