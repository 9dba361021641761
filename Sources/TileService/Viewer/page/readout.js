// Where the pointer is, in pixels and in the image's units, and the values there.

import { get } from "./service.js";
import { short, symbol } from "./units.js";

/** Milliseconds the pointer rests before values are asked for. */
const rest = 50;

const readers = {
    uint8: ["getUint8", 1], int8: ["getInt8", 1], uint16: ["getUint16", 2], int16: ["getInt16", 2],
    uint32: ["getUint32", 4], int32: ["getInt32", 4], uint64: ["getBigUint64", 8], int64: ["getBigInt64", 8],
    float32: ["getFloat32", 4], float64: ["getFloat64", 8], bool: ["getUint8", 1],
};

export class Readout {
    #image;
    #state;
    #camera;
    #place;
    #values;
    #point = null;
    #timer;
    #request;
    #shown = "";

    constructor(element, image, state, camera) {
        [this.#image, this.#state, this.#camera] = [image, state, camera];
        [this.#place, this.#values] = ["place", "values"].map((name) => element.querySelector(`[data-part=${name}]`));
        state.addEventListener("change", () => this.update());
    }

    /** The pointer is at a place on the stage; null where it left. */
    point(place) {
        this.#point = place;
        this.update();
    }

    /** Says anew what is under the pointer. */
    update() {
        const image = this.#image, at = this.#point && this.#camera.toImage(this.#point.x, this.#point.y);
        const x = at && Math.floor(at.x), y = at && Math.floor(at.y);
        const isInside = at && x >= 0 && y >= 0 && x < image.width && y < image.height;
        this.#place.textContent = isInside ? `x ${x}  y ${y}${this.#physical(x, y)}` : "";
        if (!isInside) return this.#show([]);
        const key = [x, y, this.#state.z, this.#state.t, this.#state.project].join();
        if (key === this.#shown) return;
        this.#shown = key;
        clearTimeout(this.#timer);
        this.#request?.abort();
        this.#timer = setTimeout(() => this.#ask(x, y), rest);
    }

    #physical(x, y) {
        const [level] = this.#image.levels;
        const of = (name, value) => {
            const axis = this.#image.axes.findIndex((axis) => axis.name === name);
            const unit = symbol(this.#image.axes[axis]?.unit);
            return unit && `${short(Number((value * level.scale[axis] + level.translation[axis]).toPrecision(5)))} ${unit}`;
        };
        const both = [of("x", x), of("y", y)];
        return both.every(Boolean) ? `  ·  ${both.join(", ")}` : "";
    }

    async #ask(x, y) {
        // A value of many planes at once is no value of a pixel.
        if (this.#state.project !== "none") return this.#show([]);
        const request = this.#request = new AbortController(), { z, t, depth, times } = this.#state;
        const query = {
            level: 0, x: `${x}:${x + 1}`, y: `${y}:${y + 1}`, format: "raw", ...(depth > 1 ? { z: `${z}:${z + 1}` } : {}),
            ...(times > 1 ? { t: `${t}:${t + 1}` } : {}),
        };
        try {
            const answer = await get(`api/images/${encodeURIComponent(this.#image.id)}/region`, query, request.signal);
            this.#show(this.#decode(await answer.arrayBuffer()));
        } catch {
            if (!request.signal.aborted) this.#show([]);
        }
    }

    #decode(buffer) {
        const [read, size] = readers[this.#image.type] ?? [];
        if (!read) return [];
        const view = new DataView(buffer);
        return Array.from({ length: Math.floor(buffer.byteLength / size) }, (_, index) => view[read](index * size, true));
    }

    #show(values) {
        if (values.length === 0) this.#shown = "";
        const { channels, isRGB } = this.#image;
        this.#values.replaceChildren(...values.slice(0, 12).flatMap((value, index) => {
            if (!isRGB && channels.length > 1 && !this.#state.channels[index]?.isActive) return [];
            const element = document.createElement("b");
            element.textContent = typeof value === "bigint" ? String(value) : short(value);
            element.title = channels[index]?.name ?? "";
            const color = isRGB ? ["FF7B72", "7EE787", "79B8FF"][index] : this.#state.channels[index]?.color;
            if (color) element.style.setProperty("--channel", `#${color}`);
            return [element];
        }));
    }
}
