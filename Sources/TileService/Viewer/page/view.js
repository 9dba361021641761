// The page that shows one image: puts its parts together.

import { Camera } from "./camera.js";
import { ChannelPanel } from "./channels.js";
import { listenToHands } from "./gestures.js";
import { listenToKeys } from "./keyboard.js";
import { Minimap } from "./minimap.js";
import { PlaneSliders } from "./planes.js";
import { Readout } from "./readout.js";
import { ScaleBar } from "./scale-bar.js";
import { address, getJSON, namesOf, show } from "./service.js";
import { fillShareDialog } from "./share.js";
import { Stage } from "./stage.js";
import { grouped } from "./units.js";
import { ViewState } from "./view-state.js";

/** Milliseconds without a change after which the address is brought up to date; browsers refuse more than 3 a second. */
const addressDelay = 400;

const element = (id) => document.getElementById(id);
const imageID = decodeURIComponent(location.pathname.replace(/\/$/, "").split("/").at(-1));

try {
    element("back").href = address("");
    document.title = `${imageID} – ome-zarr`;
    const image = await getJSON(`api/images/${encodeURIComponent(imageID)}`);
    const labels = await Promise.allSettled(image.labels.map((id) => getJSON(`api/images/${encodeURIComponent(id)}`)));
    // Labels that cannot be read are no reason not to show the image.
    open(image, labels.flatMap(({ value }) => (value ? [value] : [])));
} catch (error) {
    show(error, element("failure"));
    document.body.classList.add("failed");
}

function open(image, labelImages) {
    image.labels = labelImages.map(({ id }) => id);
    document.title = `${image.name} – ome-zarr`;
    element("name").textContent = image.name;
    element("size").textContent = describe(image);
    const state = new ViewState(image), camera = new Camera(image.width, image.height);
    const usesGL = new URLSearchParams(location.search).get("renderer") !== "canvas";
    const stage = new Stage(element("canvas"), image, labelImages, state, camera, { usesGL });
    const panel = new ChannelPanel(element("channels"), image, state);
    const sliders = new PlaneSliders(element("planes"), image, state, () => stage.store.isComplete);
    const minimap = new Minimap(element("minimap"), image, camera, () => stage.redraw());
    const bar = new ScaleBar(element("scale"), image), readout = new Readout(element("readout"), image, state, camera);
    const layout = { update: () => {} };
    const act = actions({ image, state, camera, stage, panel, sliders, labelImages, layout });

    element("channel-part").hidden = image.kind === "labels";
    openProjection(state);
    openLabels(labelImages, state);
    const isPanelEmpty = !element("panel").querySelector("section:not([hidden])");
    element("panel").hidden = document.querySelector("[data-act=panel]").hidden = isPanelEmpty;
    const lines = listenToKeys(act);
    listenToHands(element("stage"), camera, () => stage.redraw(), { plane: act.plane, point: (place) => readout.point(place) });
    openButtons(act, image, lines);
    layout.update = keepSize(camera, stage, state);
    const noteAddress = keepAddress(state, camera, stage);
    stage.store.onFailure = (failure) => {
        element("notice").textContent = failure?.message ?? "";
        element("notice").hidden = !failure;
    };
    stage.onFrame = () => {
        bar.update(camera);
        minimap.update(camera);
        readout.update();
        noteAddress();
        element("stage").dataset.isResting = stage.isResting;
    };
    element("stage").dataset.renderer = stage.renderer;
    // On a small screen the panel would hide the image.
    document.body.classList.toggle("no-panel", innerWidth <= 720);
    document.body.classList.add("open");
}

function describe(image) {
    const count = (name, word) => {
        const index = image.axes.findIndex((axis) => axis.name === name || axis.type === name);
        const extent = image.shape[index] ?? 1;
        return extent > 1 ? [`${grouped(extent)} ${word}s`] : [];
    };
    return [
        `${grouped(image.width)} × ${grouped(image.height)}`,
        ...(image.isRGB ? ["RGB"] : count("channel", "channel")), ...count("z", "plane"), ...count("time", "time"), image.type,
    ].join("  ·  ");
}

/** What buttons and keys do. */
function actions({ image, state, camera, stage, panel, sliders, labelImages, layout }) {
    const moved = (move) => (...values) => {
        move(...values);
        stage.redraw();
    };
    const toggle = (name) => {
        document.body.classList.toggle(name);
        layout.update();
    };
    return {
        hasPlanes: state.depth > 1, hasTimes: state.times > 1, hasLabels: labelImages.length > 0,
        channelCount: image.kind === "labels" || image.isRGB ? Number(image.isRGB) : image.channels.length,
        pan: moved((dx, dy) => camera.pan(dx, dy)), zoom: moved((factor) => camera.zoom(factor)), fit: moved(() => camera.fit()),
        actualSize: moved(() => camera.look({ scale: 1 / devicePixelRatio })),
        plane: (steps) => state.setPlane(state.z + steps), time: (steps) => state.setTime(state.t + steps),
        play: () => sliders.play(),
        projectMaximum: () => state.set({ project: state.project === "max" ? "none" : "max" }),
        channel: (index) => state.setChannel(index, { isActive: !state.channels[index].isActive }),
        auto: () => panel.auto(),
        labels: () => state.set({ labels: state.labels ? null : labelImages[0].id }),
        chrome: () => toggle("bare"), panel: () => toggle("no-panel"),
        fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())
            .catch(() => {}),
        reset: moved(() => {
            state.reset();
            state.set({});
            camera.fit();
        }),
        help: () => element("help").showModal(),
        share: () => {
            fillShareDialog(element("share"), image);
            element("share").showModal();
        },
    };
}

function openButtons(act, image, lines) {
    for (const button of document.querySelectorAll("[data-act]")) {
        const [name, ...values] = button.dataset.act.split(" ");
        button.addEventListener("click", () => act[name](...values.map(Number)));
    }
    element("keys").replaceChildren(...lines.flatMap(({ keys, does }) => {
        const term = document.createElement("dt");
        term.append(...keys.split(" ").map((key) => Object.assign(document.createElement("kbd"), { textContent: key })));
        return [term, Object.assign(document.createElement("dd"), { textContent: does })];
    }));
    for (const dialog of document.querySelectorAll("dialog")) {
        dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    }
}

function openProjection(state) {
    const buttons = [...document.querySelectorAll("[data-project]")];
    element("projection").hidden = state.depth === 1;
    const update = () => buttons.forEach((button) =>
        button.setAttribute("aria-pressed", button.dataset.project === state.project));
    buttons.forEach((button) => button.addEventListener("click", () => state.set({ project: button.dataset.project })));
    state.addEventListener("change", update);
    update();
}

function openLabels(images, state) {
    const choice = element("labels"), opacity = element("opacity");
    element("label-part").hidden = images.length === 0;
    choice.append(...images.map(({ id, name }) => new Option(namesOf(id).at(-1) || name, id)));
    choice.addEventListener("change", () => state.set({ labels: choice.value || null }));
    opacity.addEventListener("input", () => state.set({ opacity: Number(opacity.value) }));
    const update = () => {
        choice.value = state.labels ?? "";
        opacity.value = state.opacity;
        opacity.disabled = !state.labels;
    };
    state.addEventListener("change", update);
    update();
}

/**
 * Keeps the camera as large as the stage, and the image fitted where it is.
 *
 * @returns {() => void} to be told when something on the stage comes or goes
 */
function keepSize(camera, stage, state) {
    const box = element("stage");
    let isFirst = true;
    const update = () => {
        const isFitted = Math.abs(camera.goal.scale / camera.fitScale - 1) < 0.001;
        [camera.width, camera.height] = [box.clientWidth, box.clientHeight];
        camera.inset = inset();
        if (isFirst && state.place) camera.look(state.place, { jump: true });
        else if (isFirst || isFitted) camera.fit({ jump: isFirst });
        else camera.look({}, { jump: true });
        isFirst = false;
        stage.redraw();
    };
    new ResizeObserver(update).observe(box);
    return update;
}

/** What the bars and the panel take of the stage. */
function inset() {
    if (document.body.matches(".bare")) return { top: 0, right: 0, bottom: 0, left: 0 };
    const panel = element("panel"), isSheet = panel.offsetWidth > innerWidth / 2;
    const bar = (id) => element(id).offsetHeight && innerHeight - element(id).getBoundingClientRect().top - 12;
    const below = isSheet ? panel.offsetHeight : Math.max(...["readout", "planes"].map((id) => bar(id)));
    return { top: 72, right: isSheet || !panel.offsetWidth ? 12 : panel.offsetWidth + 24, bottom: below + 24, left: 12 };
}

/**
 * Keeps the address the link to what is shown, and shows what an address says that somebody pasted.
 *
 * @returns {() => void} to be told of every frame
 */
function keepAddress(state, camera, stage) {
    state.restore(location.hash);
    let timer, goal;
    const write = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
            const fragment = `#${state.fragment(camera)}`;
            if (fragment !== location.hash) history.replaceState(null, "", fragment);
        }, addressDelay);
    };
    state.addEventListener("change", write);
    addEventListener("hashchange", () => {
        state.restore(location.hash);
        if (state.place) camera.look(state.place);
        else camera.fit();
        stage.redraw();
    });
    return () => {
        if (camera.goal !== goal) write();
        goal = camera.goal;
    };
}
