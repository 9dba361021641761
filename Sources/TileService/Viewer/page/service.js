// Talks to the service: its addresses, the token it may ask for, and what it says when something is wrong.

/** The address everything of the service is below, also where a proxy puts it into a folder. */
const root = new URL("..", import.meta.url);

const token = new URLSearchParams(location.search).get("token");

/** Whether this page was opened with a token. */
export const hasToken = Boolean(token);

/**
 * An address of the service.
 *
 * @param {string} path as the service gives it, with or without a leading slash
 * @param {Object<string, string|number>} query what stands behind the "?"
 * @param {{withToken?: boolean}} options links for others leave the token out
 */
export function address(path, query = {}, { withToken = true } = {}) {
    const url = new URL(path.replace(/^\//, ""), root);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (token && withToken) url.searchParams.set("token", token);
    return url.href;
}

/** The names of the path that an id stands for: "~" is "/", and "!" takes the meaning from what follows it. */
export function namesOf(id) {
    const names = [""];
    for (const [part] of id.matchAll(/!.|~|[^!~]+/gsu)) {
        if (part === "~") names.push("");
        else names[names.length - 1] += part.startsWith("!") ? part.slice(1) : part;
    }
    return names;
}

/** Why the service did not answer as asked, in a sentence. */
export class ServiceFailure extends Error {
    constructor(message, status, retryAfter) {
        super(message.charAt(0).toUpperCase() + message.slice(1) + (/[.!?]$/.test(message) ? "" : "."));
        this.status = status;
        /** Seconds after which asking again may help; NaN where it does not say. */
        this.retryAfter = retryAfter;
    }
}

/**
 * Asks for something.
 *
 * @returns {Promise<Response>} always with a status of success
 * @throws {ServiceFailure}
 */
export async function get(path, query, signal) {
    let response;
    try {
        response = await fetch(address(path, query), { signal });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new ServiceFailure("The service does not answer. Is it still running, and is the network there?", 0, 2);
    }
    if (response.ok) return response;
    const said = await response.json().then((body) => body.error.message, () => null);
    throw new ServiceFailure(
        said ?? `the service answered with status ${response.status}`, response.status,
        parseFloat(response.headers.get("Retry-After")));
}

/** Asks for a JSON document. */
export async function getJSON(path, query, signal) {
    return (await get(path, query, signal)).json();
}

/** Says what is wrong in an element; where a token is what is missing, asks for one. */
export function show(failure, element) {
    element.replaceChildren(Object.assign(document.createElement("p"), { textContent: failure.message }));
    if (failure.status === 401) element.append(tokenForm());
    element.hidden = false;
}

function tokenForm() {
    const form = document.createElement("form");
    const input = Object.assign(document.createElement("input"), {
        type: "password", name: "token", required: true, autocomplete: "current-password", placeholder: "Token",
    });
    input.setAttribute("aria-label", "Token");
    form.append(input, Object.assign(document.createElement("button"), { textContent: "Open" }));
    form.className = "token";
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        const url = new URL(location.href);
        url.searchParams.set("token", input.value);
        location.replace(url);
    });
    return form;
}
