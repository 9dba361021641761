// The whole image, small, and the part of it that is seen.

import { address } from "./service.js";

export class Minimap {
    #element;
    #frame;
    #image;

    constructor(element, image, camera, redraw) {
        this.#element = element;
        this.#image = image;
        this.#frame = element.querySelector("span");
        const picture = element.querySelector("img");
        const longest = 168, scale = longest / Math.max(image.width, image.height);
        element.style.width = `${Math.max(24, image.width * scale)}px`;
        element.style.height = `${Math.max(24, image.height * scale)}px`;
        picture.addEventListener("error", () => { picture.hidden = true; });
        picture.src = address(`api/images/${encodeURIComponent(image.id)}/thumbnail`, { size: 336, v: image.version });
        const go = (event) => {
            const box = element.getBoundingClientRect();
            camera.look({
                x: (event.clientX - box.left) / box.width * image.width,
                y: (event.clientY - box.top) / box.height * image.height,
            });
            redraw();
        };
        element.addEventListener("pointerdown", (event) => {
            element.setPointerCapture(event.pointerId);
            go(event);
        });
        element.addEventListener("pointermove", (event) => {
            if (element.hasPointerCapture(event.pointerId)) go(event);
        });
    }

    update(camera) {
        const { left, top, right, bottom } = camera.seen, { width, height } = this.#image;
        const clip = (value, size) => Math.min(Math.max(value / size, 0), 1) * 100;
        // Where everything is seen there is nothing to find.
        const isWhole = left <= 0 && top <= 0 && right >= width && bottom >= height;
        this.#element.classList.toggle("gone", isWhole);
        Object.assign(this.#frame.style, {
            left: `${clip(left, width)}%`, top: `${clip(top, height)}%`,
            width: `${clip(right, width) - clip(left, width)}%`, height: `${clip(bottom, height) - clip(top, height)}%`,
        });
    }
}
