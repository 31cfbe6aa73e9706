/*
 * png.js - the values of a PNG with a palette
 *
 * A canvas would give colours, and some browsers alter what is read back from
 * one.  The class map is wanted as it was written: a class a pixel.
 */

const PALETTE = 3; /* of the kinds of colour */

async function inflate(parts) {
    const stream = new Blob(parts).stream()
        .pipeThrough(new DecompressionStream('deflate'));

    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* The chunks of a file: { type, data }. */
function *chunks(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

    for (let at = 8; at + 12 <= bytes.length;) {
        const length = view.getUint32(at);
        const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));

        yield { type, data: bytes.subarray(at + 8, at + 8 + length) };
        at += length + 12;
    }
}

/* The byte that PNG's filter 4 expects from its neighbours. */
function paeth(left, up, corner) {
    const guess = left + up - corner;
    const a = Math.abs(guess - left);
    const b = Math.abs(guess - up);
    const c = Math.abs(guess - corner);

    return a <= b && a <= c ? left : b <= c ? up : corner;
}

/* What each of PNG's filters expects of a byte. */
const expected = [
    () => 0,
    (left) => left,
    (left, up) => up,
    (left, up) => (left + up) >> 1,
    paeth,
];

/* Undo the filters of rows of bytes. */
function unfilter(data, height, stride) {
    const out = new Uint8Array(height * stride);

    for (let y = 0; y < height; y++) {
        const expect = expected[data[y * (stride + 1)]];
        const from = y * (stride + 1) + 1;
        const to = y * stride;

        for (let x = 0; x < stride; x++) {
            const left = x > 0 ? out[to + x - 1] : 0;
            const up = y > 0 ? out[to + x - stride] : 0;
            const corner = x > 0 && y > 0 ? out[to + x - stride - 1] : 0;

            out[to + x] = data[from + x] + expect(left, up, corner);
        }
    }
    return out;
}

/*
 * { width, height, value [height * width], palette [[r, g, b], ...] }; null if
 * the file has no palette, or no byte for each value
 */
export async function decode(bytes) {
    const image = { palette: [] };
    const packed = [];

    for (const { type, data } of chunks(bytes)) {
        if (type === 'IHDR') {
            const view = new DataView(data.buffer, data.byteOffset);

            image.width = view.getUint32(0);
            image.height = view.getUint32(4);
            if (data[8] !== 8 || data[9] !== PALETTE)
                return null;
        } else if (type === 'PLTE') {
            for (let i = 0; i < data.length; i += 3)
                image.palette.push([...data.subarray(i, i + 3)]);
        } else if (type === 'IDAT') {
            packed.push(data);
        }
    }
    image.value = unfilter(await inflate(packed), image.height, image.width);
    return image;
}
