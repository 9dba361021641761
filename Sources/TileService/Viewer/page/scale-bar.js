// A bar of a round length.

import { roundLength, short, symbol } from "./units.js";

const widest = 160;

export class ScaleBar {
    #element;
    #text;
    #size;
    #unit;

    constructor(element, image) {
        const axis = image.axes.findIndex(({ name }) => name === "x");
        this.#element = element;
        this.#text = element.querySelector("span");
        this.#size = image.levels[0].scale[axis] ?? 1;
        this.#unit = symbol(image.axes[axis]?.unit);
        if (!this.#unit) [this.#size, this.#unit] = [1, "px"];
    }

    update(camera) {
        const { length, text } = roundLength(widest / camera.scale * this.#size, this.#unit);
        this.#element.style.setProperty("--length", `${length / this.#size * camera.scale}px`);
        const percent = camera.scale * devicePixelRatio * 100;
        this.#text.textContent = text;
        this.#element.dataset.zoom = `${short(Number(percent.toPrecision(percent < 10 ? 2 : 3)))} %`;
    }
}
