/*
 * dom.js - elements, made in one expression
 */

/* Text is never parsed as HTML: names of files may hold anything. */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);

    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith('on'))
            element.addEventListener(name.slice(2), value);
        else if (name === 'style')
            Object.assign(element.style, value);
        else if (value === true)
            element.setAttribute(name, '');
        else if (value !== false && value != null)
            element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
}

export function find(id) {
    return document.getElementById(id);
}

/* A square in a colour that the view may change, or a sample of a line. */
export function swatch(colour, sample = '') {
    return make('span', { 'class': `swatch ${sample}`, 'aria-hidden': 'true',
                          style: { backgroundColor: colour } });
}

/* Offer text as a file. */
export function download(name, type, content) {
    const address = URL.createObjectURL(new Blob([content], { type }));

    make('a', { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
}
