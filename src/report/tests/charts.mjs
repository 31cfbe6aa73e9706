/*
 * charts.mjs - tests of the charts and the matrix
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { dots } from './browser.mjs';
import { test } from './harness.mjs';

function table(folder, file) {
    return readFileSync(`${folder}/${file}`, 'utf8').trim().split('\n')
        .slice(1).map((line) => line.split(',').map(Number));
}

async function testSpectra(open, folder) {
    const mean = table(folder, 'centroids.csv');
    const deviation = table(folder, 'deviations.csv');

    await test('hovering over the spectra tells means and deviations', () =>
        open(async (page) => {
            const over = page.locator('#spectra-chart .u-over');

            await over.scrollIntoViewIfNeeded();
            const box = await over.boundingBox();

            await page.mouse.move(box.x + 60, box.y + box.height / 2);
            const said = await page.locator('#spectra-chart .tooltip')
                .innerText();
            const at = Number(/([\d.]+) nm/.exec(said)[1]);
            const band = mean.findIndex((row) => Math.abs(row[0] - at) < 0.06);

            assert.ok(band >= 0, said);
            for (let j = 1; j < mean[band].length; j++)
                assert.ok(said.replaceAll(/\s+/g, ' ').includes(
                    `Class ${j} ${mean[band][j].toFixed(4)} \u00b1 ` +
                    deviation[band][j].toFixed(4)), `${said}, class ${j}`);
        }));
    await test('chips and keys work on the spectra', () =>
        open(async (page) => {
            const chip = page.getByLabel('Class 2', { exact: true });
            const tip = page.locator('#spectra-chart .tooltip');

            await chip.click();
            assert.ok(!await page.getByLabel('Show class 2').isChecked());
            await page.locator('#spectra-chart').focus();
            await page.keyboard.press('ArrowRight');
            const said = await tip.innerText();

            assert.ok(said.startsWith(`${mean[0][0].toFixed(1)} nm`), said);
            assert.ok(!said.includes('Class 2') && said.includes('Class 1'));
            await page.keyboard.press('Escape');
            assert.ok(await tip.isHidden());
        }));
    await test('the spread can be hidden', () =>
        open(async (page) => {
            const ink = async () => (await dots(
                page.locator('#spectra-chart canvas'))).filter(Boolean).length;
            const before = await ink();

            await page.getByLabel('one standard deviation').uncheck();
            await page.waitForTimeout(100);
            assert.ok(await ink() < 0.8 * before);
        }));
}

async function testOthers(open, folder, run) {
    await test('the charts of iterations read as the record does', () =>
        open(async (page) => {
            await page.locator('#reassigned-chart').focus();
            await page.keyboard.press('ArrowRight');
            const said = (await page.locator('#reassigned-chart .tooltip')
                .innerText()).replaceAll('\u202f', '');

            const [{ reassigned }] = run.kmeans.steps;

            assert.match(said, new RegExp(
                `Iteration 1\\s+reassigned\\s+${reassigned}`));
        }));
    await test('the scree plot reads as eigenvalues.csv does', () =>
        open(async (page) => {
            const [first] = table(folder, 'eigenvalues.csv');

            await page.locator('#scree-chart').focus();
            await page.keyboard.press('ArrowRight');
            assert.match(await page.locator('#scree-chart .tooltip')
                .innerText(), new RegExp((100 * first[2]).toFixed(1)));
        }));
    await test('components are switched on and off', () =>
        open(async (page) => {
            const third = page.getByRole('button', { name: 'PC 3' });

            assert.equal(await third.getAttribute('aria-pressed'), 'true');
            await third.click();
            await page.locator('#loadings-chart').focus();
            await page.keyboard.press('ArrowRight');
            const said = await page.locator('#loadings-chart .tooltip')
                .innerText();

            assert.ok(said.includes('PC 1') && !said.includes('PC 3'), said);
        }));
    await test('the matrix tells correlation and covariance', () =>
        open(async (page) => {
            const frame = page.locator('#matrix .frame');
            const before = await dots(frame.locator('canvas'));

            await frame.focus();
            await page.keyboard.press('ArrowUp');
            await page.keyboard.press('ArrowDown');
            assert.match(await frame.locator('.tooltip').innerText(),
                         /correlation\s+1\.000/);
            await page.locator('#matrix-kind').selectOption('covariance');
            assert.notDeepEqual(await dots(frame.locator('canvas')), before);
        }));
}

export async function testCharts(open, folder, run) {
    await testSpectra(open, folder);
    await testOthers(open, folder, run);
}
