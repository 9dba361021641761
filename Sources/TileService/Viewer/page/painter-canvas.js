// Draws tiles on a plain canvas, where there is no WebGL 2. Tiles come as finished pictures.

export class CanvasPainter {
    mixesChannels = false;
    #context;

    static on(canvas) {
        const context = canvas.getContext("2d", { alpha: false });
        return context && new CanvasPainter(context);
    }

    constructor(context) { this.#context = context; }

    upload(bitmap) { return bitmap; }

    release(bitmap) { bitmap.close(); }

    begin(width, height, image, background) {
        const context = this.#context;
        context.globalAlpha = 1;
        context.fillStyle = `rgb(${background.map((value) => value * 255).join(" ")})`;
        context.fillRect(0, 0, width, height);
        context.fillStyle = "black";
        context.fillRect(image.left, image.top, image.right - image.left, image.bottom - image.top);
    }

    draw(bitmap, place, part, look, weight) {
        const context = this.#context;
        context.globalAlpha = weight * look.opacity;
        context.imageSmoothingEnabled = !look.isCrisp;
        // Whole pixels, else seams show between tiles.
        const left = Math.round(place.left), top = Math.round(place.top);
        context.drawImage(
            bitmap, part.left * bitmap.width, part.top * bitmap.height, (part.right - part.left) * bitmap.width,
            (part.bottom - part.top) * bitmap.height, left, top, Math.round(place.right) - left,
            Math.round(place.bottom) - top);
    }

    end() {}
}
