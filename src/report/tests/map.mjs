/*
 * map.mjs - tests of the map, its legend, and what is read from it
 */
import assert from 'node:assert/strict';

import { dots } from './browser.mjs';
import { test } from './harness.mjs';

/* Numbers as the page writes them, with their thin spaces. */
function numberOf(text) {
    return Number(text.replaceAll(/[\u202f\u00a0 ]/g, ''));
}

/* What the page says of the pixel that was read. */
export async function picked(page) {
    const text = await page.locator('#picked').innerText();
    const find = (pattern) => {
        const found = pattern.exec(text);

        return found && found.slice(1).map(numberOf);
    };

    return {
        class: text.startsWith('No data') ? 0 : find(/Class (\d+)/)?.[0],
        place: find(/E\s([\d\u202f.]+)\s+N\s([\d\u202f.]+)/),
        pixel: find(/row\s(\d+), column\s(\d+)/),
        crs: find(/EPSG:(\d+)/)?.[0],
    };
}

/* Where the middle of a pixel is on the screen. */
async function onScreen(page, { rows, columns }, { row, column }) {
    const box = await page.locator('#class-map').boundingBox();

    return { x: box.x + (column + 0.5) / columns * box.width,
             y: box.y + (row + 0.5) / rows * box.height };
}

/* How many opaque dots of each colour the canvas holds. */
async function inspect(page) {
    const counts = {};

    for (const dot of await dots(page.locator('#class-map')))
        if (dot >>> 24 === 255) {
            const colour = [dot & 255, dot >> 8 & 255, dot >> 16 & 255].join();

            counts[colour] = (counts[colour] ?? 0) + 1;
        }
    return counts;
}

function sum(counts) {
    return Object.values(counts).reduce((a, b) => a + b, 0);
}

async function testOpacity(open) {
    await test('the slider sets the opacity of the classes', () =>
        open(async (page) => {
            await page.locator('#opacity').fill('25');
            assert.equal(await page.locator('#class-map').evaluate(
                (canvas) => getComputedStyle(canvas).opacity), '0.25');
            assert.equal(await page.locator('#opacity-value').innerText(),
                         '25 %');
        }));
}

async function testClasses(open, truth) {
    const pixels = (wanted) =>
        truth.classes.filter((c) => c === wanted).length;

    await test('each class has its pixels on the canvas', () =>
        open(async (page) => {
            const counts = await inspect(page);

            assert.deepEqual(Object.values(counts).sort(),
                             [1, 2, 3, 4, 5].map(pixels).sort());
        }));
    await test('a class that is switched off leaves the canvas', () =>
        open(async (page) => {
            const before = sum(await inspect(page));
            const box = page.getByLabel('Show class 3');

            await box.uncheck();
            assert.equal(sum(await inspect(page)),
                         before - pixels(3));
            assert.equal(await page.getByLabel('Class 3', { exact: true })
                .getAttribute('aria-pressed'), 'false');
            await box.check();
            assert.equal(sum(await inspect(page)), before);
        }));
    await test('all and none switch all classes', () =>
        open(async (page) => {
            await page.getByRole('button', { name: 'none' }).click();
            assert.equal(sum(await inspect(page)), 0);
            await page.getByRole('button', { name: 'all' }).click();
            assert.equal(sum(await inspect(page)),
                         truth.classes.length - pixels(0));
        }));
    await test('the safe palette colours the map and the legend', () =>
        open(async (page) => {
            const before = await inspect(page);

            await page.locator('#palette').selectOption('cividis');
            const after = await inspect(page);

            assert.deepEqual(Object.values(after).sort(),
                             Object.values(before).sort());
            for (const colour of Object.keys(before))
                assert.ok(!(colour in after));
            const swatch = await page.locator('.legend .swatch').first()
                .evaluate((e) => getComputedStyle(e).backgroundColor);

            assert.ok(swatch.replaceAll(/rgb\(|\)| /g, '') in after);
        }));
}

async function testReading(open, truth) {
    await test('a click shows the class and the place that GDAL has', () =>
        open(async (page) => {
            for (const pixel of truth.pixels) {
                const { x, y } = await onScreen(page, truth, pixel);

                await page.mouse.move(x, y);
                assert.match(await page.locator('#pointer').innerText(),
                    new RegExp(`row\\s${pixel.row}, column\\s${pixel.column}`));
                await page.mouse.click(x, y);
                assert.deepEqual(await picked(page), {
                    class: pixel.class, place: [pixel.east, pixel.north],
                    pixel: [pixel.row, pixel.column], crs: 32618 });
                await page.waitForTimeout(350); /* no double click */
            }
        }));
}

async function testSpectrum(open, truth) {
    await test('a click shows the spectrum that the tile holds', () =>
        open(async (page) => {
            const pixel = truth.pixels[0];
            const chart = page.locator('#picked-chart');
            const { x, y } = await onScreen(page, truth, pixel);

            await page.mouse.click(x, y);
            await chart.focus();
            for (const value of pixel.spectrum.slice(0, 5)) {
                await page.keyboard.press('ArrowRight');
                const text = await chart.locator('.tooltip').innerText();

                assert.match(text, new RegExp(`pixel\\s+${value.toFixed(4)}`));
            }
        }));
    await test('a pixel without data has no spectrum', () =>
        open(async (page) => {
            const hole = truth.pixels.find((pixel) => pixel.class === 0);
            const { x, y } = await onScreen(page, truth, hole);

            await page.mouse.click(x, y);
            assert.equal((await picked(page)).class, 0);
            assert.ok(await page.locator('#picked-chart').isHidden());
        }));
}

async function testKeys(open) {
    await test('keys move, zoom and read the map', () =>
        open(async (page) => {
            const width = async () =>
                (await page.locator('#class-map').boundingBox()).width;
            const before = await width();

            await page.locator('#map').focus();
            await page.keyboard.press('Enter');
            const middle = await picked(page);

            assert.deepEqual(middle.pixel, [30, 25]);
            await page.keyboard.press('+');
            await page.waitForTimeout(500);
            assert.ok(await width() > 1.9 * before);
            await page.keyboard.press('ArrowRight');
            await page.waitForTimeout(600);
            await page.keyboard.press('Enter');
            assert.ok((await picked(page)).pixel[1] > middle.pixel[1]);
            await page.getByRole('button', { name: 'Whole scene' }).click();
            await page.waitForTimeout(300);
            assert.ok(Math.abs(await width() - before) < 1);
        }));
}

/* open: (body) => look at the small scene's page */
export async function testMap(open, truth) {
    await testOpacity(open);
    await testClasses(open, truth);
    await testReading(open, truth);
    await testSpectrum(open, truth);
    await testKeys(open);
    await test('what lies below the classes can be chosen', () =>
        open(async (page) => {
            const base = page.locator('#map canvas').first();
            const choose = async (name) => {
                await page.locator('#base').selectOption(name);
                await page.waitForTimeout(200);
                return dots(base);
            };
            const seen = (all) => all.filter((dot) => dot >>> 24).length;
            const first = await dots(base);
            const other = await choose('falsecolor');

            assert.equal(seen(first),
                         truth.classes.filter((c) => c > 0).length);
            assert.equal(seen(other), seen(first));
            assert.notDeepEqual(other, first);
            assert.equal(seen(await choose('')), 0);
            assert.deepEqual(await choose('truecolor'), first);
        }));
}

/* The class of most of a dot's pixels; of equally many, the lowest. */
function classOfDot({ classes, columns }, cell, [row, column]) {
    const count = [];

    for (let r = row - row % cell; r < row - row % cell + cell; r++)
        for (let c = column - column % cell; c < Math.min(columns,
            column - column % cell + cell); c++) {
            const found = classes[r * columns + c];

            if (found > 0)
                count[found] = (count[found] ?? 0) + 1;
        }
    return count.indexOf(Math.max(...count.filter(Boolean)));
}

/* A scene of which a dot stands for several pixels. */
export async function testLong(open, truth) {
    await test('a click reads pixels where a dot holds several', () =>
        open(async (page) => {
            const canvas = page.locator('#class-map');

            assert.deepEqual(await canvas.evaluate((c) => [c.height, c.width]),
                             [1250, 17]);
            await page.locator('#map').focus();
            for (const key of ['Enter', 'ArrowDown', '+', '+', '+', '+',
                               'ArrowLeft', 'ArrowUp']) {
                await page.keyboard.press(key);
                await page.waitForTimeout(400);
                await page.keyboard.press('Enter');
                const { pixel, place, class: found } = await picked(page);

                assert.deepEqual(place, [
                    truth.west + (pixel[1] + 0.5) * truth.width,
                    truth.north + (pixel[0] + 0.5) * truth.height]);
                assert.equal(found, classOfDot(truth, 2, pixel));
            }
        }));
}
