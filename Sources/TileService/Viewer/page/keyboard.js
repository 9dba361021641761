// Keys, and what they do. The help is made of the same list.

/**
 * @param {object} act what keys can do, by name
 * @returns {{keys: string, does: string}[]} the lines of the help
 */
export function listenToKeys(act) {
    const keys = new Map();
    const lines = bindings(act).flatMap(({ shown, does, on, isThere = true }) => {
        if (!isThere) return [];
        for (const [key, run] of Object.entries(on)) keys.set(key, run);
        return [{ keys: shown, does }];
    });
    addEventListener("keydown", (event) => {
        const isTyping = event.target.matches("input:not([type=range], [type=color], [type=checkbox]), textarea, select");
        if (event.ctrlKey || event.metaKey || event.altKey || isTyping || document.querySelector("dialog[open]")) return;
        // Sliders and buttons have keys of their own.
        if (event.target.matches("input[type=range]") && /^(Arrow|Home|End|Page)/.test(event.key)) return;
        if (event.target.matches("button, a, summary, input") && [" ", "Enter"].includes(event.key)) return;
        const run = keys.get(event.key) ?? keys.get(event.key.toLowerCase());
        if (!run) return;
        event.preventDefault();
        run(event.shiftKey);
    });
    return lines;
}

function bindings(act) {
    const step = (isFar) => (isFar ? 400 : 80);
    return [
        {
            shown: "← ↑ → ↓", does: "move, with shift further", on: {
                ArrowLeft: (isFar) => act.pan(step(isFar), 0), ArrowRight: (isFar) => act.pan(-step(isFar), 0),
                ArrowUp: (isFar) => act.pan(0, step(isFar)), ArrowDown: (isFar) => act.pan(0, -step(isFar)),
            },
        },
        {
            shown: "+ −", does: "larger, smaller", on: {
                "+": () => act.zoom(Math.SQRT2), "=": () => act.zoom(Math.SQRT2), "-": () => act.zoom(Math.SQRT1_2),
                "_": () => act.zoom(Math.SQRT1_2),
            },
        },
        { shown: "0", does: "the whole image", on: { 0: act.fit } },
        { shown: "p", does: "one pixel of the image for one of the screen", on: { p: act.actualSize } },
        {
            shown: "[ ]", does: "the plane below, above", isThere: act.hasPlanes,
            on: { "[": () => act.plane(-1), "]": () => act.plane(1) },
        },
        {
            shown: ", .", does: "earlier, later", isThere: act.hasTimes,
            on: { ",": () => act.time(-1), ".": () => act.time(1) },
        },
        { shown: "space", does: "play or stop", isThere: act.hasPlanes || act.hasTimes, on: { " ": act.play } },
        { shown: "m", does: "maximum of all planes, or one plane", isThere: act.hasPlanes, on: { m: act.projectMaximum } },
        {
            shown: "1 … 9", does: "show or hide a channel", isThere: act.channelCount > 1,
            on: Object.fromEntries(
                Array.from({ length: Math.min(9, act.channelCount) }, (_, index) => [index + 1, () => act.channel(index)])),
        },
        { shown: "a", does: "contrast that suits, for all channels", isThere: act.channelCount > 0, on: { a: act.auto } },
        { shown: "l", does: "show or hide labels", isThere: act.hasLabels, on: { l: act.labels } },
        { shown: "h", does: "hide or show everything but the image", on: { h: act.chrome } },
        { shown: "f", does: "full screen", on: { f: act.fullScreen } },
        { shown: "r", does: "everything as it was at first", on: { r: act.reset } },
        { shown: "?", does: "this list", on: { "?": act.help } },
    ];
}
