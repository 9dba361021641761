// Fetches tiles and keeps those seen last. Of what is no longer wanted the request is given up.

import { get } from "./service.js";

/** Requests under way: what a browser has connections for. */
const requestLimit = 6;
const byteLimit = 320 << 20;
/** Milliseconds after which a tile that failed is asked for again. */
const retryDelay = 4000;

export class TileStore {
    /** Told when a tile has come. */
    onTile = () => {};
    /** Told with every frame why a tile is missing; null where none is for good. */
    onFailure = () => {};
    #tiles = new Map();
    #loading = new Map();
    #wanted = new Map();
    #bytes = 0;
    #frame = 0;
    #painter;

    constructor(painter) { this.#painter = painter; }

    /** Whether nothing that is wanted is missing. */
    get isComplete() { return [...this.#wanted.keys()].every((key) => this.#tiles.get(key)?.texture); }

    /** A tile that is here, else undefined; what is asked for is kept longest. */
    find(key) {
        const tile = this.#tiles.get(key);
        if (!tile?.texture) return undefined;
        tile.used = this.#frame;
        return tile;
    }

    /**
     * Says which tiles a frame wants, the most urgent first.
     *
     * @param {{key: string, path: string, query: object, isMono: boolean}[]} tiles
     */
    want(tiles) {
        this.#wanted = new Map(tiles.map((tile) => [tile.key, tile]));
        for (const [key, request] of this.#loading) {
            if (!this.#wanted.has(key)) request.abort();
        }
        this.onFailure(tiles.map(({ key }) => this.#tiles.get(key)?.failure).find(Boolean) ?? null);
        this.#start();
        this.#evict();
        this.#frame++;
    }

    /** Forgets everything, because the textures are gone. */
    clear(painter) {
        this.#painter = painter;
        this.#tiles.clear();
        this.#bytes = 0;
    }

    #start() {
        const now = performance.now();
        for (const [key, tile] of this.#wanted) {
            if (this.#loading.size >= requestLimit) return;
            const known = this.#tiles.get(key);
            if (known?.texture || known?.retryAt > now || this.#loading.has(key)) continue;
            this.#load(key, tile);
        }
    }

    async #load(key, { path, query, isMono }) {
        const request = new AbortController();
        this.#loading.set(key, request);
        try {
            const response = await get(path, query, request.signal);
            const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none" });
            if (request.signal.aborted) return bitmap.close();
            const { width, height } = bitmap, bytes = width * height * (isMono ? 1 : 4);
            const texture = this.#painter.upload(bitmap, isMono);
            this.#tiles.set(key, { texture, width, height, bytes, born: performance.now(), used: this.#frame });
            this.#bytes += bytes;
        } catch (error) {
            if (request.signal.aborted) return;
            const delay = error.retryAfter > 0 ? error.retryAfter * 1000 : retryDelay;
            this.#tiles.set(key, { failure: error, retryAt: performance.now() + delay });
            setTimeout(() => this.onTile(), delay + 10);
        } finally {
            this.#loading.delete(key);
            this.#start();
            this.onTile();
        }
    }

    #evict() {
        if (this.#bytes <= byteLimit) return;
        const unused = [...this.#tiles].filter(([, tile]) => tile.texture && tile.used < this.#frame);
        for (const [key, tile] of unused.sort(([, a], [, b]) => a.used - b.used)) {
            if (this.#bytes <= byteLimit * 0.8) return;
            this.#painter.release(tile.texture);
            this.#bytes -= tile.bytes;
            this.#tiles.delete(key);
        }
    }
}
