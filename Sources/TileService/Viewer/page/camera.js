// Where one looks: which point of the image is in the middle of the stage, and how large a pixel of it is.

/** Milliseconds in which two thirds of a movement are done. */
const ease = 70;
const largestPixel = 64;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

export class Camera {
    /** The middle, in pixels of level 0. */
    x = 0;
    y = 0;
    /** Pixels of the page that a pixel of level 0 is wide. */
    scale = 1;
    /** The stage, in pixels of the page. */
    width = 1;
    height = 1;
    /** The part of the stage that nothing lies on: what is fitted is fitted into it. */
    inset = { top: 0, right: 0, bottom: 0, left: 0 };
    #goal = { x: 0, y: 0, scale: 1 };
    #last = null;

    constructor(imageWidth, imageHeight) {
        this.imageWidth = imageWidth;
        this.imageHeight = imageHeight;
    }

    /** Where it is moving to. */
    get goal() { return this.#goal; }

    /** The scale at which the whole image can be seen. */
    get fitScale() {
        const width = this.width - this.inset.left - this.inset.right;
        const height = this.height - this.inset.top - this.inset.bottom;
        return Math.min(Math.max(width, 40) / this.imageWidth, Math.max(height, 40) / this.imageHeight);
    }

    /** Shows the whole image. */
    fit(options) {
        const scale = Math.min(this.fitScale, largestPixel);
        const { top, right, bottom, left } = this.inset;
        this.look({
            x: this.imageWidth / 2 + (right - left) / 2 / scale, y: this.imageHeight / 2 + (bottom - top) / 2 / scale, scale,
        }, options);
    }

    /** Looks at a place; moves there unless told to jump. */
    look({ x = this.#goal.x, y = this.#goal.y, scale = this.#goal.scale }, { jump = false } = {}) {
        const smallest = Math.min(this.fitScale / 2, 1);
        scale = Math.min(Math.max(scale, smallest), Math.max(largestPixel, smallest));
        // Half a stage beyond the edge is still a view of the image.
        const slackX = this.width / 2 / scale, slackY = this.height / 2 / scale;
        this.#goal = {
            x: Math.min(Math.max(x, Math.min(0, this.imageWidth - slackX)), Math.max(this.imageWidth, slackX)),
            y: Math.min(Math.max(y, Math.min(0, this.imageHeight - slackY)), Math.max(this.imageHeight, slackY)),
            scale,
        };
        if (jump || isCalm.matches) Object.assign(this, this.#goal);
    }

    /** Moves what is seen by pixels of the page. */
    pan(dx, dy, options) {
        this.look({ x: this.#goal.x - dx / this.#goal.scale, y: this.#goal.y - dy / this.#goal.scale }, options);
    }

    /** Makes everything larger about a point of the stage that stays where it is. */
    zoom(factor, stageX = this.width / 2, stageY = this.height / 2, options) {
        const { x, y, scale } = this.#goal;
        const smallest = Math.min(this.fitScale / 2, 1);
        const next = Math.min(Math.max(scale * factor, smallest), Math.max(largestPixel, smallest));
        const dx = stageX - this.width / 2, dy = stageY - this.height / 2;
        this.look({ x: x + dx / scale - dx / next, y: y + dy / scale - dy / next, scale: next }, options);
    }

    /** Moves on to the time of a frame; says whether there is more to come. */
    step(now) {
        const goal = this.#goal, part = 1 - Math.exp(-(this.#last === null ? 16 : now - this.#last) / ease);
        // The inverse of the scale, because a point that stays under the pointer stays there all the way only so.
        const inverse = 1 / this.scale + (1 / goal.scale - 1 / this.scale) * part;
        this.scale = 1 / inverse;
        this.x += (goal.x - this.x) * part;
        this.y += (goal.y - this.y) * part;
        const isThere = Math.abs(this.scale / goal.scale - 1) < 5e-4
            && Math.max(Math.abs(goal.x - this.x), Math.abs(goal.y - this.y)) * this.scale < 0.1;
        if (isThere) Object.assign(this, goal);
        this.#last = isThere ? null : now;
        return !isThere;
    }

    /** The point of level 0 that a point of the stage shows. */
    toImage(stageX, stageY) {
        return {
            x: this.x + (stageX - this.width / 2) / this.scale, y: this.y + (stageY - this.height / 2) / this.scale,
        };
    }

    /** The part of level 0 that the stage shows. */
    get seen() {
        const { x: left, y: top } = this.toImage(0, 0), { x: right, y: bottom } = this.toImage(this.width, this.height);
        return { left, top, right, bottom };
    }
}
