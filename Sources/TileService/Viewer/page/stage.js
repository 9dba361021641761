// The stage: draws the layers through the camera, and asks for the tiles that are missing.

import { CanvasPainter } from "./painter-canvas.js";
import { GLPainter } from "./painter-gl.js";
import { Layers } from "./layers.js";
import { TileStore } from "./tile-store.js";

const background = [0.043, 0.051, 0.063];
/** Screen pixels a pixel of the image is wide from which on its edges are shown. */
const crispFrom = 2;

export class Stage {
    /** Told after each frame. */
    onFrame = () => {};
    #canvas;
    #painter;
    #state;
    #isAsked = false;
    #timer;

    /** @param {HTMLCanvasElement} canvas fills the stage */
    constructor(canvas, image, labelImages, state, camera, { usesGL = true } = {}) {
        this.#canvas = canvas;
        this.#state = state;
        this.image = image;
        this.camera = camera;
        this.#painter = (usesGL && GLPainter.on(canvas)) || CanvasPainter.on(canvas);
        this.layers = new Layers(image, labelImages, this.#painter.mixesChannels);
        this.store = new TileStore(this.#painter);
        this.store.onTile = () => this.redraw();
        state.addEventListener("change", () => this.redraw());
        canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
        canvas.addEventListener("webglcontextrestored", () => {
            this.#painter = GLPainter.on(canvas);
            this.store.clear(this.#painter);
            this.redraw();
        });
    }

    /** "webgl" or "canvas". */
    get renderer() { return this.#painter.mixesChannels ? "webgl" : "canvas"; }

    /** Draws with the next frame of the screen. */
    redraw() {
        if (this.#isAsked) return;
        this.#isAsked = true;
        requestAnimationFrame((now) => {
            this.#isAsked = false;
            this.#draw(now);
        });
    }

    #draw(now) {
        const canvas = this.#canvas, camera = this.camera, ratio = devicePixelRatio;
        const width = Math.round(camera.width * ratio), height = Math.round(camera.height * ratio);
        if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
        const isMoving = camera.step(now), scale = camera.scale * ratio;
        // Whole pixels, so that at 1:1 every pixel of the image is one of the screen.
        const x = Math.round(width / 2 - camera.x * scale), y = Math.round(height / 2 - camera.y * scale);
        const toCanvas = ({ left, top, right, bottom }) => ({
            left: left * scale + x, top: top * scale + y, right: right * scale + x, bottom: bottom * scale + y,
        });
        const { width: columns, height: rows } = this.image;
        this.#painter.begin(width, height, toCanvas({ left: 0, top: 0, right: columns, bottom: rows }), background);
        const { shown, again } = this.layers.update(this.#state, now);
        const isFading = shown.map((one) => this.#drawLayer(one, toCanvas, scale, now)).some(Boolean);
        this.#painter.end();
        this.store.want(this.#wanted(shown, scale));
        if (isMoving || isFading) this.redraw();
        clearTimeout(this.#timer);
        if (again < Infinity) this.#timer = setTimeout(() => this.redraw(), Math.max(0, again - now) + 1);
        this.isResting = !isMoving && !isFading && again === Infinity && this.store.isComplete;
        this.onFrame();
    }

    #drawLayer({ layer, look }, toCanvas, scale, now) {
        const ratio = this.image.width / layer.image.width, grid = layer.grid, zoom = grid.zoom(scale * ratio);
        let isFading = false;
        for (const cell of grid.cells(zoom, this.#seen(ratio))) {
            const drawn = layer.pieces(cell, this.store, now);
            isFading ||= drawn.isFading;
            // What lies below comes first, because labels and pictures cover it.
            for (const { tile, way, cell: from, within, weight } of drawn.pieces.reverse()) {
                const frame = grid.frame(within), step = grid.step(from.zoom), origin = grid.frame(from);
                const part = {
                    left: (frame.left - origin.left) / step / tile.width,
                    top: (frame.top - origin.top) / step / tile.height,
                    right: Math.min(1, (frame.right - origin.left) / step / tile.width),
                    bottom: Math.min(1, (frame.bottom - origin.top) / step / tile.height),
                };
                const place = toCanvas({
                    left: frame.left * ratio, top: frame.top * ratio, right: frame.right * ratio,
                    bottom: frame.bottom * ratio,
                });
                const isCrisp = layer.kind === "labels" || (from.zoom === grid.maxZoom && scale * ratio >= crispFrom);
                this.#painter.draw(tile.texture, place, part, { kind: layer.kind, isCrisp, ...look(way) }, weight);
            }
        }
        return isFading;
    }

    /** The whole image small, for every layer, then what is seen, nearest to the middle first. */
    #wanted(shown, scale) {
        const small = [], seen = [];
        for (const { layer } of shown) {
            const ratio = this.image.width / layer.image.width, zoom = layer.grid.zoom(scale * ratio);
            small.push(layer.tile({ zoom: 0, x: 0, y: 0 }));
            layer.grid.cells(zoom, this.#seen(ratio)).forEach((cell, rank) => {
                seen.push({ rank, tile: layer.tile(cell) });
            });
        }
        return [...small, ...seen.sort((a, b) => a.rank - b.rank).map(({ tile }) => tile)];
    }

    /** The part of a layer's level 0 that is seen. */
    #seen(ratio) {
        const { left, top, right, bottom } = this.camera.seen;
        return { left: left / ratio, top: top / ratio, right: right / ratio, bottom: bottom / ratio };
    }
}
