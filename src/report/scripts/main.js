/*
 * main.js - read what the program put into the page, and draw what is there
 */
import { inOrder } from './colour.js';
import { drawComponents } from './components.js';
import { drawConvergence } from './convergence.js';
import { bytes, column, json, table } from './data.js';
import { find, make } from './dom.js';
import { count, fixed, nameOf, significant } from './format.js';
import { drawLegend, drawPicked } from './legend.js';
import { drawMap } from './map.js';
import { drawMatrix } from './matrix.js';
import { matrix } from './npy.js';
import { drawPixel } from './pixel.js';
import { createPlace } from './place.js';
import { decode } from './png.js';
import { drawRecord, drawTables } from './record.js';
import { drawSpectra } from './spectra.js';
import { drawSweep } from './sweep.js';
import { toCsv } from './tables.js';
import { startTheme } from './theme.js';
import { createView } from './view.js';

const data = {
    run: json('run.json'),
    sweep: table('sweep.csv'),
    classes: table('classes.csv'),
    centroids: table('centroids.csv'),
    deviations: table('deviations.csv'),
    eigenvalues: table('eigenvalues.csv'),
    components: table('components.csv'),
    covariance: bytes('covariance.npy'),
    map: bytes('classes.png'),
    pixels: bytes('pixels.npy'),
    leftOut: json('left-out'),
};

function reveal(id) {
    const section = find(id);

    section.hidden = false;
    find('contents').append(make('a', { href: `#${id}` },
                                 section.dataset.name));
}

function number(value, i) {
    return i === 0 ? significant(value, 7) : significant(value, 5);
}

function drawHead(run) {
    const sites = [...new Set(run.tiles.map((tile) => tile.site))].join(', ');
    const title = run.tiles.length === 1 ? nameOf(run.tiles[0].path)
        : `${run.tiles.length} tiles of ${sites}`;
    const [date, time] = run.started.split('T');
    const did = [];

    if (run.kmeans)
        did.push(`k-means found ${count(run.kmeans.pixels.length, 'class',
            'classes')} in ${count(run.kmeans.iterations, 'iteration')}`);
    if (run.pca)
        did.push(`${count(run.pca.components, 'principal component')} hold ` +
            `${fixed(100 * run.pca.share_of_variance, 2)} % of the variance`);
    if (run.sweep)
        did.push(`k-means in ${count(run.sweep.lines.length, 'setting')}`);
    document.title = `${title} \u2013 hyperslab`;
    find('title').textContent = title;
    find('summary').textContent =
        `${run.tiles.length === 1 ? `Site ${sites}. ` : ''}` +
        `${count(run.pixels.valid, 'spectrum', 'spectra')} in ` +
        `${count(run.bands.length, 'band')}: ${did.join('; ')}. ` +
        `Run on ${date.replaceAll('-', '\u2011')} at ` +
        `${time.replace('Z', '\u00a0UTC')}.`;
    find('citation').textContent =
        'The hyperslab authors: hyperslab: exact k-means and PCA for ' +
        'imaging-spectroscopy tiles on MPI, version ' +
        `${run.versions.hyperslab}.`;
}

/* What there was no room for, or was no longer there. */
function drawLeftOut() {
    if (data.leftOut.length === 0)
        return;
    find('left-out-note').hidden = false;
    find('left-out-note').textContent = 'This page was to hold more than ' +
        `8 MB, or files were missing: it shows nothing of ` +
        `${data.leftOut.join(', ')}. Look at the files beside it.`;
}

/* Mean reflectance of each class: what the ordered palette goes by. */
function brightness() {
    return data.centroids.columns.slice(1).map((_, j) => {
        const spectrum = column(data.centroids, j + 1);

        return spectrum.reduce((a, b) => a + b, 0) / spectrum.length;
    });
}

function createClassView(palette) {
    const classes = data.centroids.columns.length - 1;
    const safe = inOrder(brightness());
    const palettes = { map: palette ?? safe, cividis: safe };
    const choice = find('palette');
    const view = createView({
        shown: Array(classes + 1).fill(true),
        colours: palettes[choice.value],
        picked: null,
    });

    choice.addEventListener('change', () =>
        view.change({ colours: palettes[choice.value] }));
    return view;
}

/* Spectra of single pixels, where the page holds them: those with data. */
function pixelReader(image, scale) {
    const dn = matrix(data.pixels);
    const before = new Int32Array(image.value.length + 1);

    for (let i = 0; i < image.value.length; i++)
        before[i + 1] = before[i] + (image.value[i] > 0 ? 1 : 0);
    return ({ index }) => image.value[index] === 0 ? null
        : Array.from({ length: dn.columns }, (_, b) =>
            dn.at(before[index], b) / scale);
}

async function drawMapSection(view, image) {
    const { run } = data;
    const place = createPlace(run.pictures, image);

    reveal('classes');
    const { base } = await drawMap(view, place, image);

    drawLegend(view, data.classes, run.pixels);
    drawPicked(view, place);
    if (data.pixels)
        drawPixel(view, data.centroids,
                  pixelReader(image, run.dn_per_reflectance));
    find('map-caption').textContent =
        `Classes${base ? ` over ${base}` : ''}` +
        (place.cell > 1 ? `, drawn in cells of ${place.cell} \u00d7 ` +
            `${place.cell} pixels by the most frequent class` : '') + '. ' +
        (run.kmeans.ndvi_nm
            ? ' NDVI is that of the mean spectrum of a class, from ' +
              `${run.kmeans.ndvi_nm.map((w) => fixed(w, 0)).join(' and ')} nm.`
            : '') + ' Rows and columns count from 0.';
}

function drawSpectraSection(view) {
    const { centroids, deviations } = data;

    reveal('spectra');
    drawSpectra(view, centroids, deviations);
    find('spectra-caption').textContent =
        'Mean reflectance of the pixels of each class' +
        (deviations ? ', and one standard deviation on either side' : '') +
        '. Gaps are bands that were left out.';
    drawTables('spectra-tables', [
        ['Mean spectra', centroids],
        deviations && ['Standard deviations', deviations],
    ], number);
}

function drawConvergenceSection() {
    const columns = ['iteration', 'reassigned', 'within', 'decided_exactly',
                     'seconds'];
    const rows = data.run.kmeans.steps.map((step) =>
        columns.map((name) => step[name]));

    reveal('convergence');
    drawConvergence(data.run.kmeans);
    drawTables('convergence-tables', [['Iterations', {
        name: 'iterations.csv', columns, rows, text: toCsv(columns, rows),
    }]], (v, i) => significant(v, i === 2 ? 7 : 6));
}

function drawComponentsSection() {
    reveal('components');
    drawComponents(data.run.pca, data.eigenvalues, data.components);
    drawTables('components-tables', [
        ['Eigenvalues', data.eigenvalues],
        ['Loadings', data.components],
    ], number);
}

async function start() {
    const image = data.map && await decode(data.map);

    drawHead(data.run);
    drawLeftOut();
    find('palette-choice').hidden = !data.centroids;
    if (data.sweep) {
        reveal('settings');
        reveal('indices');
        drawSweep(data.sweep);
    }
    if (data.centroids) {
        const view = createClassView(image?.palette);

        if (image && data.classes)
            await drawMapSection(view, image);
        drawSpectraSection(view);
        drawConvergenceSection();
    }
    if (data.components && data.eigenvalues)
        drawComponentsSection();
    if (data.covariance && data.components) {
        reveal('bands');
        drawMatrix(matrix(data.covariance), column(data.components, 0));
    }
    reveal('record');
    drawRecord(data.run, find('run.json').textContent);
    startTheme();
    document.documentElement.dataset.ready = '';
}

start();
