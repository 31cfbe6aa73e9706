/*
 * pages.mjs - tests of whole pages: of other runs, in both themes, on paper
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync, statSync } from 'node:fs';

import { look } from './browser.mjs';
import { test } from './harness.mjs';

const MOST_BYTES = 8000000;
const axe = readFileSync(createRequire(import.meta.url)
    .resolve('axe-core/axe.min.js'), 'utf8');

export function sections(page) {
    return page.locator('section:visible').evaluateAll((all) =>
        all.map((section) => section.id));
}

/* What axe-core finds that is serious or worse. */
export async function findSerious(page) {
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate(() =>
        globalThis.axe.run({ resultTypes: ['violations'] }));

    assert.ok(passes.length > 20);
    return violations.filter(({ impact }) =>
        ['serious', 'critical'].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html)}`);
}

/* Names of what Tab reaches, from the first to the last; each shows it. */
export async function visit(page) {
    const seen = [];

    for (;;) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(() => document.activeElement === document.body))
            return seen; /* behind the last one */
        const { name, outlined } = await page.evaluate(() => {
            const e = document.activeElement;
            const style = getComputedStyle(e);

            return { name: e.id || e.getAttribute('aria-label') ||
                         e.textContent.trim().slice(0, 40),
                     outlined: style.outlineStyle !== 'none' ||
                         e.className === 'skip' };
        });

        assert.ok(outlined, `${name} has no outline`);
        seen.push(name);
    }
}

export async function testThemes(open) {
    for (const theme of ['light', 'dark'])
        await test(`axe-core finds nothing serious in the ${theme} theme`, () =>
            open(async (page) => {
                await page.locator('#theme').selectOption(theme);
                for (const summary of await page.locator('summary').all())
                    await summary.click();
                await page.locator('#map').focus();
                await page.keyboard.press('Enter');
                assert.deepEqual(await findSerious(page), []);
            }));
    await test('the theme follows the system, and the choice', async () => {
        const paper = (page) => page.evaluate(() =>
            getComputedStyle(document.documentElement).backgroundColor);

        await open(async (page) => {
            assert.equal(await paper(page), 'rgb(21, 24, 27)');
            await page.locator('#theme').selectOption('light');
            assert.equal(await paper(page), 'rgb(255, 255, 255)');
        }, { colorScheme: 'dark' });
    });
    await test('paper is white, and has no controls', () =>
        open(async (page) => {
            await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
            await page.waitForTimeout(200);
            assert.equal(await page.evaluate(() =>
                document.documentElement.dataset.theme), 'light');
            assert.equal(await page.locator('.csv:visible, nav:visible, ' +
                '#opacity:visible, select:visible').count(), 0);
            assert.ok(await page.locator('#map').isVisible());
            const pdf = await page.pdf({ format: 'A4', printBackground: true });

            assert.ok(pdf.length > 50000);
        }));
    await test('the page fits a phone', () =>
        open(async (page) => {
            assert.ok(await page.evaluate(() =>
                document.documentElement.scrollWidth <= innerWidth));
        }, { viewport: { width: 390, height: 800 } }));
}

export async function testPaths(open) {
    await test('Tab reaches every control, in order, and shows it', () =>
        open(async (page) => {
            const seen = await visit(page);
            const order = ['Skip to the results', 'Classes', 'palette', 'theme',
                           'opacity', 'base', 'whole', 'map', 'Zoom in', 'all',
                           'none', 'Show class 1', 'Show class 5', 'Class 1',
                           'spread', 'spectra-chart', 'reassigned-chart',
                           'scree-chart', 'loadings-chart', 'matrix-kind'];

            assert.deepEqual(order.filter((name) => !seen.includes(name)), []);
            assert.deepEqual(seen.filter((name) => order.includes(name))
                .filter((name, i, all) => all.indexOf(name) === i)
                .toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
                seen.filter((name) => order.includes(name))
                    .filter((name, i, all) => all.indexOf(name) === i));
        }));
}

export async function testRuns(browser, top) {
    const open = (name, body) =>
        look(browser, `${top}/${name}/report.html`, {}, body);
    const all = ['classes', 'spectra', 'convergence', 'components', 'bands',
                 'record'];

    await test('a page of k-means alone, with 20 classes', () =>
        open('kmeans', async (page) => {
            assert.deepEqual(await sections(page),
                             all.filter((s) => !/comp|bands/.test(s)));
            assert.equal(await page.locator('.legend tbody tr').count(), 20);
        }));
    await test('a page of principal components alone', () =>
        open('pca', async (page) => {
            assert.deepEqual(await sections(page),
                             ['components', 'bands', 'record']);
        }));
    await test('a page of 300 classes, of which there is no palette', () =>
        open('many', async (page) => {
            assert.deepEqual(await sections(page),
                             all.filter((s) => s !== 'classes'));
        }));
    await test('a page without pictures', () =>
        open('bare', async (page) => {
            assert.deepEqual(await sections(page),
                             all.filter((s) => s !== 'classes'));
        }));
    await test('a page of 2000 x 2000 pixels, in 8 MB', () =>
        open('large', async (page) => {
            assert.deepEqual(await sections(page), all);
            assert.ok(statSync(`${top}/large/report.html`).size <= MOST_BYTES);
            assert.ok(await page.locator('#left-out-note').isHidden());
            assert.deepEqual(await page.locator('#class-map').evaluate(
                (canvas) => [canvas.height, canvas.width]), [2000, 2000]);
        }));
    await test('a page of two tiles', () =>
        open('two', async (page) => {
            assert.deepEqual(await sections(page), all);
            assert.equal(await page.locator('h1').innerText(),
                         '2 tiles of SERC');
            assert.equal(await page.locator('#record-tables .block').first()
                .locator('tbody tr').count(), 2);
        }));
    await test('names that would be code are names', () =>
        open('hostile', async (page) => {
            assert.deepEqual(await sections(page), all);
            assert.equal(await page.locator('img').count(), 0);
            assert.match(await page.locator('h1').innerText(),
                         /^script><img src=x onerror=alert\(1\)>"'\?$/);
        }));
}
