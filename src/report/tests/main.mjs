/*
 * main.mjs - test pages in Chromium; see tests/report/run.sh
 *
 *   node main.mjs FOLDER     of results, and of what others say of them
 */
import { readFileSync } from 'node:fs';

import { look, startBrowser } from './browser.mjs';
import { testCharts } from './charts.mjs';
import { finish } from './harness.mjs';
import { testLong, testMap } from './map.mjs';
import { testPaths, testRuns, testThemes } from './pages.mjs';
import { testSweeps } from './sweep.mjs';
import { testTables } from './tables.mjs';

const top = process.argv[2];
const json = (name) => JSON.parse(readFileSync(`${top}/${name}`, 'utf8'));
const browser = await startBrowser();
const open = (body, options = {}) =>
    look(browser, `${top}/small/report.html`, options, body);
const run = json('small/run.json');

try {
    await testMap(open, json('small.json'));
    await testLong((body) => look(browser, `${top}/long/report.html`, {}, body),
                   json('long.json'));
    await testCharts(open, `${top}/small`, run);
    await testTables(open, `${top}/small`, run);
    await testThemes(open);
    await testPaths(open);
    await testRuns(browser, top);
    await testSweeps(browser, top);
} finally {
    await browser.close();
}
finish();
