// The sliders of planes and times, and playing.

import { short, symbol } from "./units.js";

/** Planes a second, not more than come. */
const speed = 8;

export class PlaneSliders {
    #state;
    #isComplete;
    #rows;
    #playing = null;
    #timer;

    /**
     * @param {HTMLElement} element takes the sliders; hidden where there is one plane at one time
     * @param {() => boolean} isComplete whether what is to be seen is there: playing waits for it
     */
    constructor(element, image, state, isComplete) {
        this.#state = state;
        this.#isComplete = isComplete;
        const axes = [
            { name: "z", title: "Plane", count: state.depth, set: (value) => state.setPlane(value) },
            { name: "t", title: "Time", count: state.times, set: (value) => state.setTime(value) },
        ];
        this.#rows = axes.filter(({ count }) => count > 1).map((axis) => this.#row(axis, image));
        element.replaceChildren(...this.#rows.map((row) => row.element));
        element.hidden = this.#rows.length === 0;
        state.addEventListener("change", () => this.#update());
        this.#update();
    }

    /** Plays times, or planes where there is one time; stops where it plays. */
    play(name = this.#rows.at(-1)?.axis.name) {
        this.#playing = this.#playing ? null : name ?? null;
        clearInterval(this.#timer);
        if (this.#playing) this.#timer = setInterval(() => this.#advance(), 1000 / speed);
        this.#update();
    }

    #advance() {
        const { axis } = this.#rows.find((row) => row.axis.name === this.#playing);
        if (axis.name === "z" && this.#state.project !== "none") return this.play();
        if (this.#isComplete()) axis.set((this.#state[axis.name] + 1) % axis.count);
    }

    #row(axis, image) {
        const element = document.getElementById("slider").content.firstElementChild.cloneNode(true);
        const find = (name) => element.querySelector(`[data-part=${name}]`);
        const row = { axis, element, play: find("play"), slider: find("slider"), output: find("output") };
        find("name").textContent = axis.name;
        row.slider.max = axis.count - 1;
        row.slider.setAttribute("aria-label", axis.title);
        row.slider.addEventListener("input", () => axis.set(Number(row.slider.value)));
        row.play.addEventListener("click", () => this.play(axis.name));
        const index = image.axes.findIndex(({ name, type }) => name === axis.name || (axis.name === "t" && type === "time"));
        row.scale = image.levels[0].scale[index];
        row.unit = symbol(image.axes[index].unit);
        return row;
    }

    #update() {
        for (const { axis, play, slider, output, scale, unit } of this.#rows) {
            const value = this.#state[axis.name], isPlaying = this.#playing === axis.name;
            const isOff = axis.name === "z" && this.#state.project !== "none";
            slider.value = value;
            slider.style.setProperty("--part", `${value / (axis.count - 1) * 100}%`);
            slider.disabled = play.disabled = isOff;
            const length = unit ? `  ${short(Number((value * scale).toPrecision(4)))} ${unit}` : "";
            output.textContent = isOff ? `all ${axis.count}` : `${value + 1} / ${axis.count}${length}`;
            slider.setAttribute("aria-valuetext", output.textContent);
            play.setAttribute("aria-label", `${isPlaying ? "Stop" : "Play"} ${axis.title.toLowerCase()}s`);
            play.setAttribute("aria-pressed", isPlaying);
        }
    }
}
