// How often each intensity of a channel occurs, and the two values between which it is shown.

import { getJSON } from "./service.js";
import { short } from "./units.js";

const bins = 512;

/**
 * Counts the pixels of a plane of a channel by their values.
 *
 * @returns {Promise<{start: number, end: number, counts: number[], percentiles: Object<string, number>}>}
 */
export async function countPixels(image, channel, { z, t }, signal) {
    const query = { channel, bins, ...(z === undefined ? {} : { z }), ...(t === undefined ? {} : { t }) };
    const counted = await getJSON(`api/images/${encodeURIComponent(image.id)}/histogram`, query, signal);
    return /int/.test(image.type) ? withoutGaps(counted) : counted;
}

/** Of whole numbers fewer than bins every second bin or so is empty: one bin for each number. */
function withoutGaps(counted) {
    const { start, end, counts } = counted, numbers = end - start + 1;
    if (numbers >= counts.length) return counted;
    const merged = Array(numbers).fill(0);
    counts.forEach((count, bin) => { merged[Math.round((bin + 0.5) / counts.length * (numbers - 1))] += count; });
    return { ...counted, counts: merged };
}

/** The window that shows most pixels of a histogram; null where all are alike. */
export function suitableWindow({ percentiles }) {
    const start = percentiles["1"], end = percentiles["99.9"];
    return end > start ? [start, end] : null;
}

/** A histogram with two handles. */
export class HistogramView {
    /** Told the window when a handle moves. */
    onWindow = () => {};
    #canvas = document.createElement("canvas");
    #handles;
    #counts = null;
    #domain = [0, 1];
    #window = [0, 1];
    #color = "FFFFFF";

    /** @param {string} name of the channel, for who cannot see the handles */
    constructor(name, isWhole) {
        this.isWhole = isWhole;
        this.element = document.createElement("div");
        this.element.className = "histogram";
        this.#handles = ["Black", "White"].map((end, index) => {
            const handle = Object.assign(document.createElement("input"), { type: "range", className: "handle" });
            handle.setAttribute("aria-label", `${end} point of ${name}`);
            handle.addEventListener("input", () => this.#moved(index));
            return handle;
        });
        this.#canvas.setAttribute("aria-hidden", "true");
        this.element.append(this.#canvas, ...this.#handles);
        new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    }

    get histogram() { return this.#counts; }

    set histogram(counts) {
        this.#counts = counts;
        this.#fit();
    }

    update(window, color) {
        if (`${window}` === `${this.#window}` && color === this.#color) return;
        this.#window = window;
        this.#color = color;
        this.#fit();
    }

    /** The handles go as far as pixels do, but for a few that are very bright, and as far as the window does. */
    #fit() {
        let [low, high] = this.#window;
        if (this.#counts?.counts.length) {
            const { start, end, percentiles } = this.#counts, bright = percentiles["99.9"] ?? end;
            low = Math.min(low, start);
            high = Math.max(high, Math.min(end, bright + (bright - start) * 0.4));
        }
        this.#domain = [low, high];
        const step = this.isWhole ? 1 : (this.#domain[1] - this.#domain[0]) / 1000 || 1;
        this.#handles.forEach((handle, index) => {
            [handle.min, handle.max, handle.step] = [this.#domain[0], this.#domain[1], this.isWhole ? step : "any"];
            handle.value = this.#window[index];
            handle.setAttribute("aria-valuetext", short(this.#window[index]));
        });
        this.#draw();
    }

    #moved(index) {
        const values = this.#handles.map((handle) => Number(handle.value));
        const gap = this.isWhole ? 1 : (this.#domain[1] - this.#domain[0]) / 1000;
        if (index === 0) values[0] = Math.min(values[0], this.#window[1] - gap);
        else values[1] = Math.max(values[1], this.#window[0] + gap);
        this.onWindow(values);
    }

    #draw() {
        const canvas = this.#canvas, context = canvas.getContext("2d");
        const width = canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
        const height = canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
        if (!width || !height) return;
        const [low, high] = this.#domain, place = (value) => (value - low) / (high - low || 1) * width;
        const [start, end] = this.#window.map(place);
        context.fillStyle = "rgb(255 255 255 / 5%)";
        context.fillRect(start, 0, end - start, height);
        if (this.#counts) {
            const { start: min, end: max, counts } = this.#counts, top = Math.log1p(Math.max(...counts));
            const bars = (style) => {
                context.fillStyle = style;
                counts.forEach((count, index) => {
                    const left = Math.floor(place(min + index / counts.length * (max - min)));
                    const right = Math.floor(place(min + (index + 1) / counts.length * (max - min)));
                    const tall = Math.log1p(count) / top * (height - 4);
                    context.fillRect(left, height - tall, Math.max(1, right - left), tall);
                });
            };
            // Opaque, because bars of less than a pixel lie on top of one another.
            bars("#343a42");
            context.save();
            context.beginPath();
            context.rect(start, 0, end - start, height);
            context.clip();
            bars(`#${this.#color}`);
            context.restore();
        }
        const line = Math.max(1, Math.round(devicePixelRatio));
        context.fillStyle = "rgb(255 255 255 / 85%)";
        for (const x of [start, end]) context.fillRect(Math.min(Math.max(0, x - line / 2), width - line), 0, line, height);
    }
}
