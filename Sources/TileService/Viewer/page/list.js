// The page that lists the images.

import { address, getJSON, namesOf, show } from "./service.js";
import { grouped } from "./units.js";

/** Cards made at once; more when one comes near the end. */
const portion = 240;

const element = (id) => document.getElementById(id);
const search = element("search"), groups = element("groups");
let images = [], known = "", more = null;

search.value = new URLSearchParams(location.hash.slice(1)).get("q") ?? "";
search.addEventListener("input", () => {
    history.replaceState(null, "", search.value ? `#q=${encodeURIComponent(search.value)}` : location.pathname + location.search);
    list();
});
addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
        event.preventDefault();
        search.focus();
    }
    if (event.key === "Escape" && search.value) {
        search.value = "";
        search.dispatchEvent(new Event("input"));
    }
});
// What came in the meantime is shown to who comes back.
addEventListener("visibilitychange", () => document.hidden || load());
load();

async function load() {
    try {
        const all = await getJSON("api/images"), text = JSON.stringify(all);
        element("failure").hidden = true;
        if (text === known) return;
        [images, known] = [all, text];
        list();
    } catch (error) {
        groups.replaceChildren();
        known = "";
        show(error, element("failure"));
    } finally {
        groups.setAttribute("aria-busy", "false");
    }
}

/** Shows the images that have all the words of the search. */
function list() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = images.filter((image) => {
        const text = [image.id, image.name, image.kind, image.type, image.axes.join("")].join(" ").toLowerCase();
        return words.every((word) => text.includes(word));
    });
    element("count").textContent = words.length ? `${grouped(found.length)} of ${grouped(images.length)}` : grouped(images.length);
    more?.disconnect();
    groups.replaceChildren();
    if (found.length === 0) return sayNothing(words.length > 0);
    const parts = [...Map.groupBy(found, (image) => place(image.id).group)];
    const cards = parts.flatMap(([group, members]) => {
        const shell = element("group").content.firstElementChild.cloneNode(true);
        shell.querySelector("h2").textContent = group || "Images";
        shell.querySelector("span").textContent = about(members);
        shell.classList.toggle("only", parts.length === 1 && group === "");
        shell.classList.toggle("plate", areAlikeWells(members));
        return members.map((image) => ({ image, shell }));
    });
    grow(cards);
}

/** Adds cards while one can see their end. */
function grow(cards) {
    for (const { image, shell } of cards.splice(0, portion)) {
        if (!shell.isConnected) groups.append(shell);
        shell.querySelector("ul").append(card(image));
    }
    if (cards.length === 0) return;
    more = new IntersectionObserver(([entry]) => {
        if (!entry.isIntersecting) return;
        more.disconnect();
        grow(cards);
    }, { rootMargin: "800px" });
    more.observe(groups.lastElementChild.querySelector("li:last-child"));
}

function card(image) {
    const item = element("card").content.firstElementChild.cloneNode(true);
    const picture = item.querySelector("img"), frame = item.querySelector(".picture");
    item.querySelector("a").href = address(image.view);
    item.querySelector("strong").textContent = item.title = title(image);
    item.querySelector("small").textContent = facts(image);
    picture.addEventListener("load", () => picture.classList.add("here"));
    picture.addEventListener("error", () => {
        picture.remove();
        frame.dataset.text = "There is no picture of this image.";
    });
    picture.src = address(image.thumbnail, { size: 320 });
    return item;
}

function title(image) {
    const { name, inside, isWell } = place(image.id);
    if (isWell) return `${inside[0]}${inside[1]}${inside.length > 2 ? ` · field ${inside[2]}` : ""}`;
    // Of several images in a file the names tell them apart, else it is the files that people know.
    return inside.length ? `${inside.join(" / ")} · ${image.name}` : name;
}

function facts(image) {
    const count = (axis, word) => {
        const extent = image.shape[image.axes.indexOf(axis)] ?? 1;
        return extent > 1 ? [`${grouped(extent)} ${word}`] : [];
    };
    return [
        `${grouped(image.width)} × ${grouped(image.height)}`, ...(image.isRGB ? ["RGB"] : count("c", "channels")),
        ...count("z", "planes"), ...count("t", "times"), image.kind === "labels" ? "labels" : image.type,
    ].join(" · ");
}

function about(members) {
    const wells = new Set(members.filter(({ id }) => place(id).isWell).map(({ id }) => place(id).inside.slice(0, 2).join()));
    const count = wells.size ? `plate, ${grouped(wells.size)} wells` : grouped(members.length);
    return areAlikeWells(members) ? `${count} · ${facts(members[0])}` : count;
}

/** Whether what is said of one image of a plate need not be said of each. */
function areAlikeWells(members) {
    return members.every((image) => place(image.id).isWell && facts(image) === facts(members[0]));
}

/**
 * Where an image stands: in its folder, or where a file or plate holds several, in that.
 *
 * @returns {{group: string, name: string, inside: string[], isWell: boolean}}
 */
function place(id) {
    const names = namesOf(id);
    const item = names.findIndex((name) => /\.(zarr|ozx|zip|tiff?|btf|tf[28]|svs|ndpi|scn|bif|qptiff|lsm|stk)$/i.test(name));
    const isSeveral = item >= 0 && item < names.length - 1;
    const inside = isSeveral ? names.slice(item + 1) : [];
    return {
        group: names.slice(0, isSeveral ? item + 1 : -1).join(" / "), name: names.at(-1), inside,
        isWell: inside.length >= 2 && /^[A-Z]{1,2}$/.test(inside[0]) && /^\d+$/.test(inside[1]),
    };
}

function sayNothing(isSearch) {
    const text = isSearch ? "No image has all these words." : "There are no images in the folders that are served.";
    const message = Object.assign(document.createElement("p"), { textContent: text, className: "message" });
    groups.replaceChildren(message);
}
