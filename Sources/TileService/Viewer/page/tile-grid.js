// The squares that an image is cut into at every zoom, as `/tiles/<image>/{z}/{x}/{y}` counts them: at zoom 0 the whole
// image is one, and each zoom doubles its size, until one pixel of a tile is one of level 0.

const side = 256;

export class TileGrid {
    constructor(width, height) {
        this.width = width;
        this.height = height;
        this.maxZoom = Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / side)));
    }

    /** Pixels of level 0 that one of a tile is wide. */
    step(zoom) { return 2 ** (this.maxZoom - zoom); }

    /**
     * The zoom whose pixels are about as large as those of the screen.
     *
     * @param {number} scale pixels of the screen that one of level 0 is wide
     */
    zoom(scale) {
        // A tile may be enlarged by a fifth before the next zoom, with four times the tiles, is worth it.
        return Math.min(this.maxZoom, Math.max(0, Math.ceil(this.maxZoom + Math.log2(scale) - 0.26)));
    }

    /** The cells of a zoom that cover a part of level 0, those in its middle first. */
    cells(zoom, { left, top, right, bottom }) {
        const span = side * this.step(zoom);
        const first = (low) => Math.max(0, Math.floor(low / span));
        const last = (high, size) => Math.min(Math.ceil(size / span), Math.ceil(high / span)) - 1;
        const middleX = (left + right) / 2 / span - 0.5, middleY = (top + bottom) / 2 / span - 0.5;
        const cells = [];
        for (let y = first(top); y <= last(bottom, this.height); y++) {
            for (let x = first(left); x <= last(right, this.width); x++) cells.push({ zoom, x, y });
        }
        return cells.sort((a, b) => Math.hypot(a.x - middleX, a.y - middleY) - Math.hypot(b.x - middleX, b.y - middleY));
    }

    /** The part of level 0 that a cell covers. */
    frame({ zoom, x, y }) {
        const span = side * this.step(zoom);
        return {
            left: x * span, top: y * span,
            right: Math.min((x + 1) * span, this.width), bottom: Math.min((y + 1) * span, this.height),
        };
    }

    /** The four cells of the next zoom that lie in a cell, without those beyond the image. */
    children({ zoom, x, y }) {
        if (zoom >= this.maxZoom) return [];
        const span = side * this.step(zoom + 1);
        return [[0, 0], [1, 0], [0, 1], [1, 1]]
            .map(([dx, dy]) => ({ zoom: zoom + 1, x: 2 * x + dx, y: 2 * y + dy }))
            .filter((cell) => cell.x * span < this.width && cell.y * span < this.height);
    }

    /** The cells that a cell lies in, the nearest first. */
    *ancestors({ zoom, x, y }) {
        while (zoom > 0) yield { zoom: --zoom, x: x >>= 1, y: y >>= 1 };
    }
}
