/*
 * place.js - cells of the map, pixels of the scene, and where they lie
 */
import { fixed, whole } from './format.js';

/*
 * pictures: of run.json; image: the class map, a cell of which stands for some
 * pixels.  Lengths are on the ground, or in pixels if that is not known.
 */
export function createPlace(pictures, image) {
    const { rows, columns, west, north, resolution, epsg } = pictures.map;
    const cell = pictures.pixels_across_a_dot;
    const known = resolution !== undefined;
    const [stepX, stepY] = resolution ?? [1, 1];

    return {
        known,
        epsg,
        cell,
        cellWidth: cell * stepX,
        /* Cells at the right and lower edges may reach beyond the scene. */
        width: image.width * cell * stepX,
        height: image.height * cell * stepY,

        /* The pixel under a point, x and y from the upper left corner. */
        pixelAt(x, y) {
            const row = Math.floor(y / stepY), col = Math.floor(x / stepX);
            const inside = row >= 0 && row < rows && col >= 0 &&
                col < columns;

            return inside ? { row, col } : null;
        },

        /* The middle of a pixel, from the upper left corner. */
        middle({ row, col }) {
            return { x: (col + 0.5) * stepX, y: (row + 0.5) * stepY };
        },

        /* The same on the ground. */
        coordinates(pixel) {
            const { x, y } = this.middle(pixel);

            return known ? { east: west + x, north: north - y } : null;
        },

        cellOf({ row, col }) {
            return { row: Math.floor(row / cell),
                     col: Math.floor(col / cell) };
        },
    };
}

/* Metres, with a decimal if pixels need one. */
function metres(value) {
    return Number.isInteger(value) ? whole(value)
        : `${whole(Math.trunc(value))}${fixed(value % 1, 1).slice(1)}`;
}

export function sayPlace(place, pixel) {
    const at = place.coordinates(pixel);

    return at ? `E\u00a0${metres(at.east)}  N\u00a0${metres(at.north)}` : '';
}

export function sayPixel({ row, col }) {
    return `row\u00a0${row}, column\u00a0${col}`;
}
