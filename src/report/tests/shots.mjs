/*
 * shots.mjs - pictures of a report, for the documentation
 *
 *   node src/report/tests/shots.mjs RUN/report.html SWEEP/report.html FOLDER
 */
import { resolve } from 'node:path';

import { look, startBrowser } from './browser.mjs';

const [file, sweep, folder] = process.argv.slice(2);
const browser = await startBrowser();
const open = (options, body, page = file) => look(browser, resolve(page),
    { viewport: { width: 1220, height: 770 }, ...options }, body);

/* Look closer, and read a pixel, so that what a click shows is shown. */
async function click(page) {
    const box = await page.locator('#map').boundingBox();

    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForTimeout(500);
    await page.mouse.click(box.x + 0.45 * box.width, box.y + 0.45 * box.height);
}

try {
    await open({}, async (page) => {
        await click(page);
        await page.screenshot({ path: `${folder}/report.png` });
    });
    await open({ colorScheme: 'dark' }, async (page) => {
        await page.locator('#spectra').evaluate((e) => e.scrollIntoView());
        await page.locator('#spectra-chart').hover({
            position: { x: 420, y: 160 } });
        await page.screenshot({ path: `${folder}/report-dark.png` });
    });
    await open({}, async (page) => {
        await page.locator('#indices').evaluate((e) => e.scrollIntoView());
        await page.locator('#silhouette-by-k').hover({
            position: { x: 300, y: 60 } });
        await page.screenshot({ path: `${folder}/report-sweep.png` });
    }, sweep);
} finally {
    await browser.close();
}
