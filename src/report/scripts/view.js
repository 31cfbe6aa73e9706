/*
 * view.js - what the controls say, and who wants to know
 */

/*
 * The view holds: shown [classes + 1], whether a class is shown; palette, the
 * name of one; colours [classes + 1], of that palette; picked, a cell of the
 * map or null.
 */
export function createView(initial) {
    const followers = [];

    return {
        ...initial,

        /* Call a function now, and whenever one of the values changes. */
        follow(names, follower) {
            followers.push({ names, follower });
            follower();
        },

        change(values) {
            Object.assign(this, values);
            for (const { names, follower } of followers)
                if (names.some((name) => name in values))
                    follower();
        },

        show(id, whether) {
            const shown = [...this.shown];

            shown[id] = whether;
            this.change({ shown });
        },

        showAll(whether) {
            this.change({ shown: this.shown.map(() => whether) });
        },
    };
}
