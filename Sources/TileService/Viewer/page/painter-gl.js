// Draws tiles with WebGL 2. A tile of a channel holds intensities; window, gamma and colour are applied here, so that
// contrast follows the hand without a request.

const vertexSource = `#version 300 es
uniform vec4 place, part;
out vec2 point;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    point = mix(part.xy, part.zw, corner);
    gl_Position = vec4(mix(place.xy, place.zw, corner), 0, 1);
}`;

const fragmentSource = `#version 300 es
precision highp float;
uniform sampler2D tile;
uniform vec2 window;
uniform vec3 color;
uniform float gamma, weight;
uniform bool isMono, isInverted, isLabels;
in vec2 point;
out vec4 light;
void main() {
    vec4 texel = texture(tile, point);
    if (isLabels) { light = texel * weight; return; }
    vec3 value = clamp((isMono ? texel.rrr : texel.rgb) * window.x + window.y, 0.0, 1.0);
    value = pow(value, vec3(gamma));
    light = vec4((isInverted ? 1.0 - value : value) * color * weight, 0);
}`;

export class GLPainter {
    /** Whether channels can be put together here; else each tile comes as a finished picture. */
    mixesChannels = true;
    #gl;
    #at;

    /** @returns {GLPainter|null} null where the browser has no WebGL 2 */
    static on(canvas) {
        const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, powerPreference: "high-performance" });
        return gl && new GLPainter(gl);
    }

    constructor(gl) {
        this.#gl = gl;
        const program = gl.createProgram();
        for (const [type, source] of [[gl.VERTEX_SHADER, vertexSource], [gl.FRAGMENT_SHADER, fragmentSource]]) {
            const shader = gl.createShader(type);
            gl.shaderSource(shader, source);
            gl.compileShader(shader);
            gl.attachShader(program, shader);
        }
        gl.linkProgram(program);
        gl.useProgram(program);
        this.#at = Object.fromEntries(
            ["place", "part", "window", "color", "gamma", "weight", "isMono", "isInverted", "isLabels"]
                .map((name) => [name, gl.getUniformLocation(program, name)]));
        gl.enable(gl.BLEND);
        gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    }

    upload(bitmap, isMono) {
        const gl = this.#gl, texture = gl.createTexture();
        gl.bindTexture(gl.TEXTURE_2D, texture);
        const [stored, format] = isMono ? [gl.R8, gl.RED] : [gl.RGBA8, gl.RGBA];
        gl.texImage2D(gl.TEXTURE_2D, 0, stored, format, gl.UNSIGNED_BYTE, bitmap);
        for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
        bitmap.close();
        return texture;
    }

    release(texture) { this.#gl.deleteTexture(texture); }

    /**
     * Begins a frame.
     *
     * @param {{left: number, top: number, right: number, bottom: number}} image where the image lies, in pixels of the canvas
     */
    begin(width, height, image, background) {
        const gl = this.#gl;
        gl.viewport(0, 0, width, height);
        gl.clearColor(...background, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        const left = Math.max(0, image.left), right = Math.min(width, image.right);
        const top = Math.max(0, image.top), bottom = Math.min(height, image.bottom);
        if (right <= left || bottom <= top) return;
        // Channels add up like light, on black.
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(left, height - bottom, right - left, bottom - top);
        gl.clearColor(0, 0, 0, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        this.size = [width, height];
    }

    /**
     * Draws a part of a tile.
     *
     * @param {{left, top, right, bottom}} place in pixels of the canvas
     * @param {{left, top, right, bottom}} part of the tile, from 0 to 1
     * @param {object} look of the layer: kind, window, gamma, color, isInverted, isCrisp
     */
    draw(texture, place, part, look, weight) {
        const gl = this.#gl, at = this.#at, [width, height] = this.size;
        gl.bindTexture(gl.TEXTURE_2D, texture);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, look.isCrisp ? gl.NEAREST : gl.LINEAR);
        gl.blendFunc(gl.ONE, look.kind === "labels" ? gl.ONE_MINUS_SRC_ALPHA : gl.ONE);
        gl.uniform4f(
            at.place, place.left / width * 2 - 1, 1 - place.top / height * 2, place.right / width * 2 - 1,
            1 - place.bottom / height * 2);
        gl.uniform4f(at.part, part.left, part.top, part.right, part.bottom);
        gl.uniform2f(at.window, look.window[0], look.window[1]);
        gl.uniform3f(at.color, ...look.color);
        gl.uniform1f(at.gamma, look.gamma);
        gl.uniform1f(at.weight, weight * look.opacity);
        gl.uniform1i(at.isMono, look.kind === "channel");
        gl.uniform1i(at.isInverted, look.isInverted);
        gl.uniform1i(at.isLabels, look.kind === "labels");
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }

    end() { this.#gl.disable(this.#gl.SCISSOR_TEST); }
}
