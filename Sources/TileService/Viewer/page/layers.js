// What lies on the stage, from bottom to top: a layer for each channel, or the picture of a photograph, and labels.
//
// A layer remembers how its tiles were asked for before, because what is here is drawn until what is wanted has come.

import { TileGrid } from "./tile-grid.js";

/** Ways in which a layer's tiles were asked for, the present one included. */
const memory = 3;
/** Milliseconds in which a tile appears. */
const fade = 140;
/** Milliseconds for which other planes are shown rather than a blurred view of those that are wanted. */
const patience = 250;
/** Milliseconds without a change after which tiles are made for a new window. */
const settle = 180;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

/** One layer: where its tiles come from, and how they are drawn. */
class Layer {
    /** The present way first: `{ key, source, query, window }`. */
    ways = [];
    /** When other planes were last asked for. */
    #since = 0;

    constructor(image, kind) {
        this.image = image;
        this.kind = kind;
        this.grid = new TileGrid(image.width, image.height);
    }

    /**
     * Asks for tiles in another way.
     *
     * @param {string} source what tells the pixels; the same with another window shows the same things
     * @param {number[]|null} window the values that are black and white in the tiles
     */
    ask(source, query, window, now) {
        const key = JSON.stringify([this.image.id, query]);
        if (this.ways[0]?.key === key) return;
        if (this.ways[0]?.source !== source) this.#since = now;
        this.ways = [{ key, source, query, window }, ...this.ways.filter((way) => way.key !== key)].slice(0, memory);
    }

    tile(cell, way = this.ways[0]) {
        // Pixels of level 0 are shown as they are; what is made smaller may be packed with loss.
        const isWhole = cell.zoom === this.grid.maxZoom || this.kind === "labels";
        return {
            key: `${way.key}/${cell.zoom}/${cell.x}/${cell.y}`, isMono: this.kind === "channel",
            path: `tiles/${encodeURIComponent(this.image.id)}/${cell.zoom}/${cell.x}/${cell.y}.${isWhole ? "png" : "jpg"}`,
            query: { ...way.query, pad: 0, v: this.image.version, ...(isWhole ? {} : { quality: 90 }) },
        };
    }

    /**
     * What a cell can be drawn from, the best first: `{ tile, way, cell }`, or four of them where the finer tiles are here.
     */
    *sources(cell, store, now) {
        const find = (cell, way) => {
            const tile = store.find(this.tile(cell, way).key);
            return tile && { tile, way, cell };
        };
        const [{ source }] = this.ways;
        const alike = this.ways.filter((way) => way.source === source), others = this.ways.filter((way) => way.source !== source);
        function* sharp(ways, children) {
            for (const way of ways) {
                const found = find(cell, way);
                if (found) yield [found];
                const finer = children.map((child) => find(child, way));
                if (finer.length && finer.every(Boolean)) yield finer;
            }
        }
        function* blurred(ways, ancestors) {
            for (const place of ancestors) {
                for (const way of ways) {
                    const found = find(place, way);
                    if (found) yield [found];
                }
            }
        }
        const children = this.grid.children(cell), ancestors = [...this.grid.ancestors(cell)];
        yield* sharp(alike, children);
        if (now - this.#since < patience) yield* sharp(others, children);
        yield* blurred(alike, ancestors);
        yield* sharp(others, children);
        yield* blurred(others, ancestors);
    }

    /** The parts of tiles that draw a cell, and how much each of them counts; `isFading` where that will change. */
    pieces(cell, store, now) {
        const pieces = [];
        let left = 1, isFading = false;
        for (const found of this.sources(cell, store, now)) {
            const age = Math.min(...found.map(({ tile }) => now - tile.born));
            const part = isCalm.matches || this.kind === "labels" ? 1 : Math.min(1, Math.max(0.05, age / fade));
            for (const one of found) pieces.push({ ...one, within: found.length > 1 ? one.cell : cell, weight: left * part });
            isFading ||= part < 1 || (found[0].way.source !== this.ways[0].source && now - this.#since < patience);
            left *= 1 - part;
            if (left < 0.01) break;
        }
        return { pieces, isFading };
    }
}

/** The layers of an image, kept in step with what is to be shown. */
export class Layers {
    #image;
    #labelImages;
    #mixes;
    #channels;
    #picture;
    #labels = new Map();
    #window = new Map();

    /**
     * @param {object[]} labelImages what the service says of the label images
     * @param {boolean} mixes whether channels are put together here; else tiles come as finished pictures
     */
    constructor(image, labelImages, mixes) {
        this.#image = image;
        this.#labelImages = labelImages;
        this.#mixes = mixes;
        this.#channels = image.channels.map(() => new Layer(image, "channel"));
        this.#picture = new Layer(image, image.kind === "labels" ? "labels" : "picture");
    }

    /** The layers to draw, and when that has to be looked at again. */
    update(state, now) {
        const stack = planes(state), source = JSON.stringify(stack), shown = [];
        let again = Infinity;
        if (this.#image.kind === "labels") {
            this.#picture.ask(source, stack, null, now);
            shown.push({ layer: this.#picture, look: plain });
        } else if (!this.#mixes) {
            const style = { ...stack, ...styles(state, this.#image.isRGB) };
            const settled = this.#settled("all", style, now);
            again = Math.min(again, settled.again);
            this.#picture.ask(source, settled.value, null, now);
            if (state.channels.some((channel) => channel.isActive)) shown.push({ layer: this.#picture, look: plain });
        } else if (this.#image.isRGB) {
            const base = this.#image.channels[0].window ?? { start: 0, end: 255 };
            this.#picture.ask(source, stack, null, now);
            shown.push({
                layer: this.#picture, look: () => look(state.channels[0], [base.start, base.end], [1, 1, 1]),
            });
        } else {
            state.channels.forEach((channel, index) => {
                if (!channel.isActive) return;
                const settled = this.#settled(index, channel.window, now), layer = this.#channels[index];
                again = Math.min(again, settled.again);
                layer.ask(source, {
                    ...stack, channels: index, mode: "gray", [`window.${index}`]: settled.value.join(":"),
                }, settled.value, now);
                shown.push({ layer, look: (way) => look(channel, way.window, rgb(channel.color)) });
            });
        }
        if (state.labels) shown.push(this.#overlay(state, now));
        return { shown, again };
    }

    #overlay(state, now) {
        const image = this.#labelImages.find((image) => image.id === state.labels);
        if (!this.#labels.has(image.id)) this.#labels.set(image.id, new Layer(image, "labels"));
        const layer = this.#labels.get(image.id), depth = image.shape[image.axes.findIndex(({ name }) => name === "z")] ?? 1;
        const times = image.shape[image.axes.findIndex(({ type }) => type === "time")] ?? 1;
        const stack = { z: Math.min(Math.floor(state.z * depth / state.depth), depth - 1), t: Math.min(state.t, times - 1) };
        layer.ask(JSON.stringify(stack), stack, null, now);
        return { layer, look: () => ({ ...plain(), opacity: state.opacity }) };
    }

    /** A value that lags behind while it changes: the first at once, later ones when they rest. */
    #settled(name, value, now) {
        const text = JSON.stringify(value), known = this.#window.get(name);
        if (!known) this.#window.set(name, { value, text, next: text, since: now });
        else if (known.next !== text) Object.assign(known, { next: text, since: now });
        const entry = this.#window.get(name);
        if (entry.text !== text && now - entry.since >= settle) Object.assign(entry, { value: JSON.parse(text), text });
        return { value: entry.value, again: entry.text === text ? Infinity : entry.since + settle };
    }
}

/** The parameters that choose planes. */
export function planes(state) {
    return {
        ...(state.depth > 1 && state.project === "none" ? { z: state.z } : {}),
        ...(state.times > 1 ? { t: state.t } : {}), ...(state.project !== "none" ? { project: state.project } : {}),
    };
}

/** The parameters that say how channels are shown, for pictures that are finished when they come. */
export function styles(state, isRGB) {
    const style = {};
    const shown = state.channels.flatMap(({ isActive }, index) => (isActive ? [index] : [])).slice(0, 10);
    if (!isRGB) style.channels = shown.join(",");
    for (const index of shown) {
        const { window, color, gamma, isInverted } = state.channels[isRGB ? 0 : index];
        style[`window.${index}`] = window.join(":");
        if (!isRGB) style[`color.${index}`] = color;
        if (gamma !== 1) style[`gamma.${index}`] = gamma;
        if (isInverted) style[`invert.${index}`] = 1;
    }
    return style;
}

const plain = () => ({ window: [1, 0], gamma: 1, color: [1, 1, 1], isInverted: false, opacity: 1 });

/** How tiles in which `low` is black and `high` is white look in the window of a channel. */
function look({ window: [start, end], gamma, isInverted }, [low, high], color) {
    const width = Math.max(end - start, Number.MIN_VALUE);
    return { window: [(high - low) / width, (low - start) / width], gamma, color, isInverted, opacity: 1 };
}

const rgb = (hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
