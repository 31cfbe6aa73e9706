/*
 * build.mjs - build the template of the report: one file that needs no other
 *
 *   node build.mjs [FILE]     src/report/dist/report_template.html, or FILE
 *
 * The program puts the data of a run where the template says <!-- data -->.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, 'dist', 'report_template.html');

function read(...path) {
    return readFileSync(join(here, ...path), 'utf8');
}

/* One file of all that an entry imports. */
async function bundle(entry) {
    const result = await build({
        entryPoints: [join(here, entry)],
        bundle: true,
        write: false,
        minify: true,
        format: 'iife',
        target: 'es2022',
        charset: 'utf8',
        legalComments: 'none', /* the page has the licences in full */
        loader: { '.png': 'dataurl' },
    });
    const text = result.outputFiles[0].text.trim();

    if (/<\/(script|style)|<!--/i.test(text))
        throw new Error(`${entry}: holds text that would end its element`);
    return text;
}

/* A source that allows exactly this text, inline. */
function hash(text) {
    const digest = createHash('sha256').update(text).digest('base64');

    return `'sha256-${digest}'`;
}

function licences() {
    return ['leaflet', 'uplot'].map((name) => {
        const { version } = JSON.parse(
            read('node_modules', name, 'package.json'));
        const text = read('node_modules', name, 'LICENSE').trim();

        return `This page holds ${name} ${version}:\n\n${text}`;
    }).join('\n\n');
}

const script = await bundle('scripts/main.js');
const style = await bundle('style/main.css');
const parts = {
    POLICY: [
        "default-src 'none'",
        `script-src ${hash(script)}`,
        `style-src ${hash(style)}`,
        'img-src data: blob:',
        "base-uri 'none'",
        "form-action 'none'",
    ].join('; '),
    LICENCES: licences(),
    STYLE: style,
    SCRIPT: script,
};

/* Replaced by a function: the scripts hold dollar signs. */
writeFileSync(target, read('page.html').replace(/@([A-Z]+)@/g,
    (marker, name) => parts[name] ?? marker));
