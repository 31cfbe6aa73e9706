/*
 * tables.mjs - tests of tables, and of what they are saved as
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { test } from './harness.mjs';

export async function save(page, button) {
    const [download] = await Promise.all([
        page.waitForEvent('download'), button.click()]);

    return { name: download.suggestedFilename(),
             text: readFileSync(await download.path(), 'utf8') };
}

export async function testTables(open, folder, run) {
    const file = (name) => readFileSync(`${folder}/${name}`, 'utf8');

    await test('tables of files are saved as those files', () =>
        open(async (page) => {
            for (const name of ['classes.csv', 'centroids.csv',
                                'deviations.csv', 'eigenvalues.csv',
                                'components.csv']) {
                const saved = await save(page,
                    page.locator(`[data-csv="${name}"]`));

                assert.equal(saved.name, name);
                assert.equal(saved.text, file(name));
            }
        }));
    await test('run.json is saved as it was written', () =>
        open(async (page) => {
            const saved = await save(page,
                page.getByRole('button', { name: 'Save run.json' }));

            assert.deepEqual(JSON.parse(saved.text), run);
        }));
    await test('every table can be saved, and has as many rows', () =>
        open(async (page) => {
            const buttons = await page.locator('[data-csv]').all();
            const names = [];

            for (const button of buttons) {
                const { name, text } = await save(page, button);
                const lines = text.trim().split('\n');

                names.push(name);
                assert.ok(lines.length > 1 && lines[0].includes(','), name);
            }
            assert.deepEqual(names, [
                'classes.csv', 'centroids.csv', 'deviations.csv',
                'iterations.csv', 'eigenvalues.csv', 'components.csv',
                'inputs.csv', 'settings.csv', 'timings.csv', 'versions.csv']);
        }));
    await test('iterations are those of the record', () =>
        open(async (page) => {
            const { text } = await save(page,
                page.locator('[data-csv="iterations.csv"]'));
            const [head, ...rows] = text.trim().split('\n')
                .map((line) => line.split(','));

            assert.deepEqual(rows.map((row) => Object.fromEntries(
                head.map((name, i) => [name, Number(row[i])]))),
                run.kmeans.steps);
        }));
    await test('folded tables open, and hold what the file holds', () =>
        open(async (page) => {
            await page.getByText('Mean spectra: ').click();
            const rows = page.locator('#spectra-tables tbody tr');

            await rows.last().waitFor();
            assert.equal(await rows.count(),
                         file('centroids.csv').trim().split('\n').length - 1);
        }));
    await test('the legend tells what classes.csv tells', () =>
        open(async (page) => {
            const rows = file('classes.csv').trim().split('\n').slice(1)
                .map((line) => line.split(',').map(Number));
            const shown = await page.locator('.legend tbody tr').all();

            assert.equal(shown.length, rows.length);
            for (const [i, row] of rows.entries()) {
                const texts = await shown[i].locator('td.number')
                    .allInnerTexts();
                const cells = texts.map((text) =>
                    Number(text.replaceAll('\u202f', '')));
                const [, pixels, share, hectares, ndvi] = row;

                assert.deepEqual(cells, [pixels,
                    Number((100 * share).toFixed(1)),
                    Number(hectares.toFixed(3)), Number(ndvi.toFixed(2))]);
            }
        }));
}
