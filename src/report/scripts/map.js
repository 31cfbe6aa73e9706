/*
 * map.js - the class map over a composite: pan, zoom, read
 */
import {
    CRS, CircleMarker, Map as LeafletMap, SVGOverlay, control,
} from 'leaflet/dist/leaflet-src.esm.js';

import { photo } from './data.js';
import { find, make } from './dom.js';
import { sayPixel, sayPlace } from './place.js';
import { onPrint } from './theme.js';

const BASES = [
    ['truecolor', 'true colour'],
    ['falsecolor', 'colour infrared'],
];
const LARGEST_CELL = 48; /* screen pixels, at the greatest zoom */

/* Paint the classes that are shown; the others are left clear. */
function paint(canvas, image, view) {
    const context = canvas.getContext('2d');
    const out = context.createImageData(image.width, image.height);
    const packed = new Uint32Array(out.data.buffer);
    const colour = new Uint32Array(view.shown.length);
    const bytes = new Uint8Array(colour.buffer);

    for (let j = 1; j < colour.length; j++)
        if (view.shown[j])
            bytes.set([...view.colours[j], 255], 4 * j);
    for (let i = 0; i < packed.length; i++)
        packed[i] = colour[image.value[i]];
    context.putImageData(out, 0, 0);
}

/* A canvas of one dot a cell, over all of the map. */
function addCanvas(map, bounds, image, zIndex) {
    const canvas = make('canvas', { width: image.width, height: image.height,
                                    'class': 'cells' });

    /* It takes any element, of which a canvas is one. */
    return { canvas,
             layer: new SVGOverlay(canvas, bounds, { zIndex }).addTo(map) };
}

function addClasses(map, bounds, image, view) {
    const { canvas, layer } = addCanvas(map, bounds, image, 2);

    canvas.id = 'class-map';
    view.follow(['shown', 'colours'], () => paint(canvas, image, view));
    return layer;
}

/* An image that is opaque where there are no data. */
function maskOf(image) {
    const mask = make('canvas', { width: image.width, height: image.height });
    const context = mask.getContext('2d');
    const out = context.createImageData(image.width, image.height);

    for (let i = 0; i < image.value.length; i++)
        out.data[4 * i + 3] = image.value[i] === 0 ? 255 : 0;
    context.putImageData(out, 0, 0);
    return mask;
}

/* A JPEG image has no holes: cut them out. */
async function drawPhoto(canvas, address, mask) {
    const context = canvas.getContext('2d');
    const image = new Image();

    if (address) {
        image.src = address;
        await image.decode();
    }
    context.globalCompositeOperation = 'source-over';
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!address)
        return;
    context.drawImage(image, 0, 0);
    context.globalCompositeOperation = 'destination-out';
    context.drawImage(mask, 0, 0);
}

/* What lies below the classes, and the list to choose it from. */
async function addBases(map, bounds, image) {
    const choice = find('base');
    const there = BASES.filter(([id]) => photo(id) !== null);
    const { canvas } = addCanvas(map, bounds, image, 1);
    const mask = maskOf(image);
    const update = () =>
        drawPhoto(canvas, choice.value && photo(choice.value), mask);

    for (const [id, name] of there)
        choice.append(make('option', { value: id }, name));
    choice.append(make('option', { value: '' }, 'nothing'));
    find('base-choice').hidden = there.length === 0;
    choice.addEventListener('change', update);
    await update();
    return there[0]?.[1] ?? null;
}

function addOpacity(layer) {
    const slider = find('opacity');

    function update() {
        layer.setOpacity(slider.value / 100);
        find('opacity-value').textContent = `${slider.value} %`;
    }

    slider.addEventListener('input', update);
    update();
}

/* A ring around the pixel that was read. */
function addMark(map, place, view) {
    const rings = [['#000000', 5], ['#ffffff', 2]].map(([color, weight]) =>
        new CircleMarker([0, 0], { radius: 8, color, weight, fill: false,
                                   interactive: false }));

    view.follow(['picked'], () => rings.forEach((ring) => {
        if (!view.picked)
            return ring.remove();
        const { x, y } = place.middle(view.picked);

        ring.setLatLng([-y, x]).addTo(map);
    }));
}

/* On paper the map has another shape, and shows what it showed. */
function fitPaper(map) {
    let centre, zoom;

    onPrint((printing) => {
        const bounds = map.getBounds();

        if (printing)
            [centre, zoom] = [map.getCenter(), map.getZoom()];
        map.getContainer().classList.toggle('on-paper', printing);
        map.invalidateSize({ animate: false });
        if (printing)
            map.fitBounds(bounds, { animate: false });
        else
            map.setView(centre, zoom, { animate: false });
    });
}

function listen(map, place, image, view) {
    const at = (latlng) => place.pixelAt(latlng.lng, -latlng.lat);

    function pick(pixel) {
        if (!pixel)
            return view.change({ picked: null });
        const cell = place.cellOf(pixel);
        const index = cell.row * image.width + cell.col;

        view.change({ picked: { ...pixel, index,
                                class: image.value[index] } });
    }

    map.on('click', (event) => pick(at(event.latlng)));
    map.on('mousemove', (event) => {
        const pixel = at(event.latlng);

        find('pointer').textContent = pixel
            ? `${sayPlace(place, pixel)}  ${sayPixel(pixel)}`.trim()
            : '\u00a0';
    });
    map.on('mouseout', () => { find('pointer').textContent = '\u00a0'; });
    const container = map.getContainer();

    container.addEventListener('mousedown', () =>
        container.classList.remove('by-keys'));
    container.addEventListener('keydown', (event) => {
        if (event.target !== container)
            return;
        container.classList.add('by-keys');
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            pick(at(map.getCenter()));
        } else if (event.key === 'Escape') {
            pick(null);
        }
    });
}

/* From half of the whole scene's zoom, to cells as large as buttons. */
function setLimits(map, { width, height, cellWidth }) {
    const closest = Math.log2(LARGEST_CELL / cellWidth);

    map.setMinZoom(map.getZoom() - 1);
    map.setMaxZoom(Math.max(map.getZoom(), closest));
    map.setMaxBounds([[-1.25 * height, -0.25 * width],
                      [0.25 * height, 1.25 * width]]);
}

/* image: the class of each cell; place: where they lie */
export async function drawMap(view, place, image) {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const bounds = [[-place.height, 0], [0, place.width]];
    const map = new LeafletMap(find('map'), {
        crs: CRS.Simple,
        attributionControl: false,
        zoomSnap: 0, /* the whole scene fills the room that there is */
        zoomDelta: 1,
        minZoom: -20,
        maxBoundsViscosity: 0.8,
        zoomAnimation: !still,
        fadeAnimation: false,
    });
    const whole = () => map.fitBounds(bounds, { animate: false });

    /* Dots stay square where they are larger than the screen's, else blur. */
    map.on('zoomend', () => map.getContainer().classList.toggle('crisp',
        place.cellWidth * map.getZoomScale(map.getZoom(), 0) >= 1));
    whole();
    setLimits(map, place);
    if (place.known)
        control.scale({ imperial: false }).addTo(map);
    const base = await addBases(map, bounds, image);

    addOpacity(addClasses(map, bounds, image, view));
    addMark(map, place, view);
    listen(map, place, image, view);
    fitPaper(map);
    find('whole').addEventListener('click', whole);
    return { base };
}
