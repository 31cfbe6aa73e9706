/*
 * browser.mjs - Chromium, and pages of which every complaint is heard
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--headless', '--disable-gpu',
               '--disable-background-networking', '--disable-component-update',
               '--disable-sync'];
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser',
                '/usr/bin/google-chrome'];

export function startBrowser() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? PLACES.find(existsSync),
        args: FLAGS,
    });
}

function listen(page, complaints) {
    page.on('console', (message) =>
        complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error}`));
    page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    page.on('request', (request) => {
        if (!/^(file|data|blob):/.test(request.url()))
            complaints.push(`request: ${request.url()}`);
    });
}

/*
 * The dots of a canvas, row by row: red, green, blue and opacity.  They are
 * read from a copy, as Chromium complains of a canvas that is read often.
 */
export function dots(canvas) {
    return canvas.evaluate((from) => {
        const copy = new OffscreenCanvas(from.width, from.height);
        const context = copy.getContext('2d');

        context.drawImage(from, 0, 0);
        return Array.from(new Uint32Array(context.getImageData(0, 0,
            from.width, from.height).data.buffer));
    });
}

/*
 * Open a file, let body look at it, and hear no complaint: no message, no
 * error, no request that leaves the page, no violation of its policy.
 */
export async function look(browser, file, options, body) {
    const page = await browser.newPage({
        viewport: { width: 1366, height: 768 }, offline: true, ...options });
    const complaints = [];

    listen(page, complaints);
    await page.addInitScript(() => {
        addEventListener('securitypolicyviolation', (event) =>
            console.error(`policy: ${event.violatedDirective}`));
    });
    try {
        await page.goto(`file://${encodeURI(file)}`);
        await page.waitForSelector('html[data-ready]', { timeout: 20000 });
        await body(page);
        assert.deepEqual(complaints, []);
    } finally {
        await page.close();
    }
}
