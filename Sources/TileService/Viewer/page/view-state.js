// What is shown and how, and its text: all of it stands behind the "#" of the address, so that a link shows another the
// same. The words are those of the service's queries, see StyleQuery.swift.

import { short } from "./units.js";

const defaultOpacity = 0.5;

export class ViewState extends EventTarget {
    #image;

    /** @param image what `/api/images/<image>` says */
    constructor(image) {
        super();
        this.#image = image;
        this.depth = extent(image, "z");
        this.times = extent(image, "t");
        this.reset();
    }

    /** Everything as the image says. */
    reset() {
        const channels = this.#image.channels, areActive = channels.some((channel) => channel.active);
        this.z = Math.floor(this.depth / 2);
        this.t = 0;
        /** "none", "max" or "mean": how planes are put on top of one another. */
        this.project = "none";
        this.channels = channels.map((channel, index) => ({
            isActive: areActive ? channel.active && index < 10 : index === 0, color: channel.color,
            window: channel.window ? [channel.window.start, channel.window.end] : [0, 1], gamma: 1, isInverted: false,
        }));
        /** The id of the label image that lies on top; null: none. */
        this.labels = null;
        this.opacity = defaultOpacity;
        /** Where one looks, as the fragment says; null: the whole image. */
        this.place = null;
    }

    /** Changes something and tells who listens. */
    set(changes) {
        Object.assign(this, changes);
        this.dispatchEvent(new Event("change"));
    }

    setChannel(index, changes) {
        Object.assign(this.channels[index], changes);
        this.dispatchEvent(new Event("change"));
    }

    setPlane(z) { this.set({ z: Math.min(Math.max(z, 0), this.depth - 1) }); }

    setTime(t) { this.set({ t: Math.min(Math.max(t, 0), this.times - 1) }); }

    /** The text of everything that is not as the image says. */
    fragment(camera) {
        const first = new ViewState(this.#image), parts = [];
        const add = (name, value) => parts.push(`${name}=${value}`);
        const { x, y, scale } = camera.goal;
        add("at", [x.toFixed(1), y.toFixed(1), Number(scale.toPrecision(4))].join(","));
        if (this.depth > 1) add("z", this.z);
        if (this.times > 1) add("t", this.t);
        if (this.project !== "none") add("project", this.project);
        const shown = (state) => state.channels.flatMap(({ isActive }, index) => (isActive ? [index] : [])).join(",");
        if (shown(this) !== shown(first)) add("channels", shown(this) || "none");
        this.channels.forEach((channel, index) => {
            const other = first.channels[index];
            if (`${channel.window}` !== `${other.window}`) add(`window.${index}`, channel.window.map(short).join(":"));
            if (channel.color !== other.color) add(`color.${index}`, channel.color);
            if (channel.gamma !== 1) add(`gamma.${index}`, short(channel.gamma));
            if (channel.isInverted) add(`invert.${index}`, 1);
        });
        if (this.labels) {
            add("labels", encodeURIComponent(this.labels));
            if (this.opacity !== defaultOpacity) add("opacity", short(this.opacity));
        }
        return parts.join("&");
    }

    /** Takes over what a fragment says, as far as the image has it. */
    restore(text) {
        const query = new URLSearchParams(text.replace(/^#/, ""));
        this.reset();
        this.z = index(query.get("z"), this.depth) ?? this.z;
        this.t = index(query.get("t"), this.times) ?? this.t;
        if (["max", "mean"].includes(query.get("project")) && this.depth > 1) this.project = query.get("project");
        const shown = query.get("channels")?.split(",").map(Number);
        this.channels.forEach((channel, number) => {
            if (shown) channel.isActive = shown.includes(number);
            const window = query.get(`window.${number}`)?.split(":").map(Number);
            if (window?.length === 2 && window.every(Number.isFinite) && window[0] < window[1]) channel.window = window;
            const color = query.get(`color.${number}`);
            if (/^[0-9a-f]{6}$/i.test(color ?? "")) channel.color = color.toUpperCase();
            const gamma = Number(query.get(`gamma.${number}`));
            if (gamma >= 0.1 && gamma <= 10) channel.gamma = gamma;
            channel.isInverted = query.get(`invert.${number}`) === "1";
        });
        if (this.#image.labels.includes(query.get("labels"))) this.labels = query.get("labels");
        const opacity = Number(query.get("opacity"));
        if (opacity > 0 && opacity <= 1) this.opacity = opacity;
        const [x, y, scale] = (query.get("at") ?? "").split(",").map(Number);
        if (scale > 0 && Number.isFinite(x + y + scale)) this.place = { x, y, scale };
        this.dispatchEvent(new Event("change"));
    }
}

/** How many there are on an axis; 1 where there is no such axis. */
export function extent(image, name) {
    const index = image.axes.findIndex((axis) => axis.name === name || (name === "t" && axis.type === "time"));
    return index < 0 ? 1 : image.shape[index];
}

function index(text, count) {
    const value = /^\d+$/.test(text ?? "") ? Number(text) : NaN;
    return value < count ? value : undefined;
}
