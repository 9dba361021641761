// The cards of the channels: on or off, colour, contrast over a histogram, gamma, inversion.

import { HistogramView, countPixels, suitableWindow } from "./histogram.js";
import { planes } from "./layers.js";
import { short } from "./units.js";

/** Milliseconds without a change of plane after which pixels are counted again. */
const countDelay = 250;
/** Stands for a photograph in place of a channel's colour. */
const neutral = "C8D2DC";

export class ChannelPanel {
    #image;
    #state;
    #cards;
    #timer;
    #counting;
    #counted = "";

    /** @param {HTMLElement} list takes the cards */
    constructor(list, image, state) {
        this.#image = image;
        this.#state = state;
        // The three channels of a photograph are one thing to look at, and labels have colours of their own.
        const channels = image.isRGB ? [{ name: "Brightness" }] : image.kind === "labels" ? [] : image.channels;
        this.#cards = channels.map((channel, index) => this.#card(channel, index));
        list.replaceChildren(...this.#cards.map((card) => card.element));
        state.addEventListener("change", () => this.#update());
        this.#update();
    }

    /** Contrast that suits, for one channel or for all that are shown. */
    auto(only) {
        this.#cards.forEach((card, index) => {
            const isMeant = only === undefined ? this.#state.channels[index].isActive : index === only;
            const window = isMeant && card.histogram.histogram && suitableWindow(card.histogram.histogram);
            if (window) this.#state.setChannel(index, { window: this.#rounded(window) });
        });
    }

    #card(channel, index) {
        const element = document.getElementById("channel").content.firstElementChild.cloneNode(true);
        const find = (name) => element.querySelector(`[data-part=${name}]`);
        const parts = Object.fromEntries(
            ["toggle", "name", "color", "swatch", "auto", "start", "end", "gamma", "power", "invert"]
                .map((name) => [name, find(name)]));
        const card = { element, parts, histogram: new HistogramView(channel.name, this.#isWhole) };
        const change = (changes) => this.#state.setChannel(index, changes);
        parts.name.textContent = channel.name;
        parts.name.title = channel.name;
        parts.toggle.setAttribute("aria-label", `Show ${channel.name}`);
        parts.color.setAttribute("aria-label", `Colour of ${channel.name}`);
        parts.swatch.hidden = parts.toggle.hidden = this.#image.isRGB;
        parts.toggle.addEventListener("click", () => change({ isActive: !this.#state.channels[index].isActive }));
        parts.color.addEventListener("input", () => change({ color: parts.color.value.slice(1).toUpperCase() }));
        parts.auto.addEventListener("click", () => this.auto(index));
        parts.invert.addEventListener("change", () => change({ isInverted: parts.invert.checked }));
        parts.gamma.addEventListener("input", () => change({ gamma: 2 ** Number(parts.gamma.value) }));
        parts.gamma.addEventListener("dblclick", () => change({ gamma: 1 }));
        for (const end of [0, 1]) {
            const input = [parts.start, parts.end][end];
            input.setAttribute("aria-label", `${["Black", "White"][end]} point of ${channel.name}, as a number`);
            input.addEventListener("change", () => this.#typed(index, end, Number(input.value)));
        }
        card.histogram.onWindow = (window) => change({ window: this.#rounded(window) });
        find("histogram").replaceWith(card.histogram.element);
        return card;
    }

    #typed(index, end, value) {
        const window = [...this.#state.channels[index].window];
        window[end] = value;
        // What makes no window is put back.
        if (Number.isFinite(value) && window[0] < window[1]) this.#state.setChannel(index, { window });
        else this.#update();
    }

    get #isWhole() { return /int/.test(this.#image.type); }

    #rounded(window) { return this.#isWhole ? window.map(Math.round) : window; }

    #update() {
        this.#cards.forEach(({ element, parts, histogram }, index) => {
            const { isActive, color, window, gamma, isInverted } = this.#state.channels[index];
            element.classList.toggle("off", !isActive);
            const tint = this.#image.isRGB ? neutral : color;
            element.style.setProperty("--channel", `#${tint}`);
            parts.toggle.setAttribute("aria-pressed", isActive);
            parts.color.value = `#${color.toLowerCase()}`;
            if (document.activeElement !== parts.start) parts.start.value = short(window[0]);
            if (document.activeElement !== parts.end) parts.end.value = short(window[1]);
            parts.gamma.value = Math.log2(gamma);
            parts.power.textContent = gamma.toFixed(2);
            parts.invert.checked = isInverted;
            histogram.update(window, tint);
        });
        this.#count();
    }

    /** Counts the pixels of what is shown, when it has been shown for a while. */
    #count() {
        const shown = planes(this.#state), active = this.#cards.flatMap((_, index) =>
            this.#state.channels[index].isActive ? [index] : []);
        const key = JSON.stringify([shown, active]);
        if (key === this.#counted) return;
        this.#counted = key;
        clearTimeout(this.#timer);
        this.#counting?.abort();
        const counting = this.#counting = new AbortController();
        this.#timer = setTimeout(async () => {
            for (const index of active) {
                try {
                    // Of a photograph green comes nearest to its brightness.
                    this.#cards[index].histogram.histogram = await countPixels(
                        this.#image, this.#image.isRGB ? 1 : index, shown, counting.signal);
                } catch {
                    // Contrast works without; what is wrong with the image, the stage says.
                    if (counting.signal.aborted) return;
                }
            }
        }, countDelay);
    }
}
