/*
 * sweep.mjs - tests of the page of a sweep
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { look } from './browser.mjs';
import { test } from './harness.mjs';
import { findSerious, sections, visit } from './pages.mjs';
import { save } from './tables.mjs';

const INDICES = ['within', 'calinski_harabasz', 'davies_bouldin', 'silhouette',
                 'adjusted_rand_index', 'adjusted_rand_index_same_k',
                 'iterations', 'seconds'];
const COLUMNS = ['classes', 'subset', 'pca', 'dimensions', 'iterations',
                 'within', 'calinski_harabasz', 'davies_bouldin', 'silhouette',
                 'adjusted_rand_index', 'agreement',
                 'adjusted_rand_index_same_k', 'agreement_same_k', 'seconds'];
const FOUR = ['davies_bouldin', 'silhouette', 'adjusted_rand_index',
              'agreement', 'adjusted_rand_index_same_k', 'agreement_same_k'];
const BAR = '\u2013';

/* The lines of sweep.csv, as objects. */
function linesOf(text) {
    const [head, ...rows] = text.trim().split('\n')
        .map((line) => line.split(','));

    return rows.map((row) =>
        Object.fromEntries(head.map((name, i) => [name, Number(row[i])])));
}

/* What the table is to say of a line. */
function saidOf(line) {
    const fixed = (name, digits) => Number.isNaN(line[name]) ? BAR
        : line[name].toFixed(digits);
    const { seconds } = line;

    return [String(line.classes), String(line.subset),
            line.pca > 0 ? `${line.pca * 100} %` : BAR,
            String(line.dimensions),
            `${line.iterations}${line.converged ? '' : '*'}`,
            String(Number(line.within.toPrecision(6))),
            fixed('calinski_harabasz', 1),
            ...FOUR.map((name) => fixed(name, 4)),
            `${seconds.toFixed(seconds < 10 ? 3 : 1)} s`];
}

function cellsOf(page) {
    return page.locator('#sweep-table tbody tr').evaluateAll((rows) =>
        rows.map((row) => [...row.cells].map((cell) => cell.innerText)));
}

/* The name of a line in the charts. */
function settingOf(line) {
    return `subset ${line.subset}, ` +
        (line.pca > 0 ? `PCA ${line.pca * 100} %` : 'bands');
}

async function testTable(open, text) {
    const lines = linesOf(text);

    await test('the table says what sweep.csv says', () =>
        open(async (page) => {
            assert.deepEqual(await cellsOf(page), lines.map(saidOf));
            assert.match(await page.locator('#sweep-caption').innerText(),
                         /K = 3, subset 2, bands.*stopped at --max-iter/s);
        }));
    await test('sweep.csv is saved as it was written', () =>
        open(async (page) => {
            const saved = await save(page,
                page.locator('[data-csv="sweep.csv"]'));

            assert.deepEqual(saved, { name: 'sweep.csv', text });
        }));
    await test('headings sort the table, up and down', () =>
        open(async (page) => {
            const head = page.getByRole('columnheader', { name: 'DB' });
            const values = lines.map((l) => l.davies_bouldin)
                .filter((v) => !Number.isNaN(v)).sort((a, b) => a - b)
                .map((v) => v.toFixed(4));
            const bars = lines.slice(values.length).map(() => BAR);
            const shown = async () =>
                (await cellsOf(page)).map((row) => row[7]);

            assert.ok(bars.length > 0);
            await head.getByRole('button').press('Enter');
            assert.equal(await head.getAttribute('aria-sort'), 'ascending');
            assert.deepEqual(await shown(), [...values, ...bars]);
            await head.getByRole('button').press('Enter');
            assert.equal(await head.getAttribute('aria-sort'), 'descending');
            assert.deepEqual(await shown(), [...values.toReversed(), ...bars]);
            await page.getByRole('button', { name: 'K', exact: true }).click();
            assert.equal(await page.locator('[aria-sort]').count(), 1);
        }));
    await test('the best K of a setting is told', () =>
        open(async (page) => {
            const bold = await page.locator('#sweep-table strong')
                .allInnerTexts();
            const wanted = lines.flatMap((line) => [
                ['calinski_harabasz', Math.max, 1],
                ['davies_bouldin', Math.min, 4],
                ['silhouette', Math.max, 4],
            ].flatMap(([name, best, digits]) => {
                const values = lines.filter((l) =>
                    l.subset === line.subset && l.pca === line.pca)
                    .map((l) => l[name]).filter((v) => !Number.isNaN(v));

                return line[name] === best(...values)
                    ? [line[name].toFixed(digits)] : [];
            }));

            assert.deepEqual(bold, wanted);
        }));
}

async function testIndices(open, text) {
    const lines = linesOf(text);
    const ks = [...new Set(lines.map((l) => l.classes))].sort((a, b) => a - b);

    for (const name of INDICES)
        await test(`the chart of ${name} tells every line at every K`, () =>
            open(async (page) => {
                const tip = page.locator(`#${name}-by-k .tooltip`);

                await page.locator(`#${name}-by-k`).focus();
                for (const k of ks) {
                    const wanted = lines.filter((l) => l.classes === k &&
                        !Number.isNaN(l[name]));

                    await page.keyboard.press('ArrowRight');
                    assert.equal(await tip.isVisible(), wanted.length > 0);
                    if (wanted.length === 0)
                        continue; /* one class has no quality */
                    const said = await tip.locator('.entry').evaluateAll(
                        (all) => Object.fromEntries(all.map((entry) =>
                            [entry.children[1].innerText,
                             entry.children[2].innerText])));

                    assert.deepEqual(said, Object.fromEntries(wanted.map((l) =>
                        [settingOf(l), saidOf(l)[COLUMNS.indexOf(name)]])));
                }
            }));
    await test('chips switch a line off in every chart', () =>
        open(async (page) => {
            const chip = page.getByRole('button', { name: 'subset 2, bands' });

            assert.equal(await chip.getAttribute('aria-pressed'), 'true');
            await chip.press('Enter');
            assert.equal(await chip.getAttribute('aria-pressed'), 'false');
            for (const name of INDICES) {
                await page.locator(`#${name}-by-k`).focus();
                await page.keyboard.press('ArrowLeft');
                const said = await page.locator(`#${name}-by-k .tooltip`)
                    .innerText();

                assert.ok(said.includes('subset 3, bands') &&
                          !said.includes('subset 2, bands'), said);
            }
        }));
}

async function testPage(open) {
    await test('the page of a sweep has a table, charts and the record', () =>
        open(async (page) => {
            assert.deepEqual(await sections(page),
                             ['settings', 'indices', 'record']);
            assert.ok(await page.locator('#palette').isHidden());
            assert.match(await page.locator('#summary').innerText(),
                         /in 12 settings/);
            assert.ok(await page.locator('#left-out-note').isHidden());
        }));
    for (const theme of ['light', 'dark'])
        await test(`axe-core finds nothing in a sweep, ${theme}`, () =>
            open(async (page) => {
                await page.locator('#theme').selectOption(theme);
                await page.locator('#within-by-k').focus();
                await page.keyboard.press('ArrowRight');
                assert.deepEqual(await findSerious(page), []);
            }));
    await test('Tab reaches what a sweep has, and shows it', () =>
        open(async (page) => {
            const wanted = ['Skip to the results', 'Settings', 'Indices',
                            'Record', 'theme', 'CSV of sweep.csv', 'Settings',
                            'K', 'Time', 'subset 2, bands',
                            ...INDICES.map((name) => `${name}-by-k`)];
            let from = 0;
            const seen = await visit(page);

            for (const name of wanted) {
                from = seen.indexOf(name, from) + 1;
                assert.ok(from > 0, `${name} after others of ${seen}`);
            }
        }));
    await test('the page of a sweep fits a phone', () =>
        open(async (page) => {
            assert.ok(await page.evaluate(() =>
                document.documentElement.scrollWidth <= innerWidth));
        }, { viewport: { width: 390, height: 800 } }));
}

export async function testSweeps(browser, top) {
    const open = (name) => (body, options = {}) =>
        look(browser, `${top}/${name}/report.html`, options, body);
    const text = readFileSync(`${top}/sweep/sweep.csv`, 'utf8');

    await testPage(open('sweep'));
    await testTable(open('sweep'), text);
    await testIndices(open('sweep'), text);
    await test('a sweep of one setting is a page of points', () =>
        open('lone')(async (page) => {
            assert.equal((await cellsOf(page)).length, 1);
            await page.locator('#silhouette-by-k').focus();
            await page.keyboard.press('ArrowRight');
            assert.match(await page.locator('#silhouette-by-k .tooltip')
                .innerText(), /^4 classes\s+subset 2, bands/);
        }));
    await test('of many lines, some are drawn, and few at first', () =>
        open('broad')(async (page) => {
            const chips = page.locator('#sweep-chips button');

            assert.equal((await cellsOf(page)).length, 66);
            assert.equal(await chips.count(), 64);
            assert.equal(await page.locator(
                '#sweep-chips [aria-pressed="true"]').count(), 12);
            assert.match(await page.locator('#indices-caption').innerText(),
                         /The first 64 of 66 lines/);
        }));
}
