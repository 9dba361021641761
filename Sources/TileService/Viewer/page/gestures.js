// Hands on the stage: mouse, pen and touch drag and pinch, the wheel zooms, with shift it goes through the planes.

/** A wheel turn of this many pixels makes everything twice as large. */
const wheelDoubling = 260;
/** Milliseconds of its speed that a view goes on moving when it is let go. */
const glide = 140;
const tap = { time: 300, distance: 24 };

/**
 * @param {HTMLElement} stage
 * @param {object} on `plane(steps)`: go through the planes; `point(place)`: the pointer is there, null where it left
 */
export function listenToHands(stage, camera, redraw, on) {
    const pointers = new Map();
    let pinch = null, lastTap = null, velocity = { x: 0, y: 0, time: 0 }, wheelPlanes = 0;

    const place = (event) => {
        const box = stage.getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    };

    const spread = () => {
        const [a, b] = [...pointers.values()];
        return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
    };

    stage.addEventListener("pointerdown", (event) => {
        if (event.button > 1) return;
        stage.setPointerCapture(event.pointerId);
        stage.focus({ preventScroll: true });
        pointers.set(event.pointerId, { ...place(event), startX: event.clientX, startY: event.clientY });
        pinch = pointers.size === 2 ? spread() : null;
        camera.look({ x: camera.x, y: camera.y, scale: camera.scale }, { jump: true });
        velocity = { x: 0, y: 0, time: event.timeStamp };
        stage.classList.add("dragging");
    });

    stage.addEventListener("pointermove", (event) => {
        const now = place(event), before = pointers.get(event.pointerId);
        if (event.pointerType === "mouse" || before) on.point(now);
        if (!before) return;
        const dx = now.x - before.x, dy = now.y - before.y;
        Object.assign(before, now);
        if (pinch) {
            const next = spread();
            camera.pan(next.x - pinch.x, next.y - pinch.y, { jump: true });
            camera.zoom(next.distance / pinch.distance, next.x, next.y, { jump: true });
            pinch = next;
        } else if (pointers.size === 1) {
            camera.pan(dx, dy, { jump: true });
            const span = Math.max(1, event.timeStamp - velocity.time);
            velocity = {
                x: velocity.x * 0.6 + dx / span * 0.4, y: velocity.y * 0.6 + dy / span * 0.4, time: event.timeStamp,
            };
        }
        redraw();
    });

    const release = (event) => {
        const pointer = pointers.get(event.pointerId);
        if (!pointers.delete(event.pointerId)) return;
        pinch = pointers.size === 2 ? spread() : null;
        if (pointers.size > 0) return;
        stage.classList.remove("dragging");
        const hasMoved = Math.hypot(event.clientX - pointer.startX, event.clientY - pointer.startY) > 4;
        if (event.type === "pointerup" && !hasMoved && event.pointerType !== "mouse") tapped(event);
        else if (hasMoved && event.timeStamp - velocity.time < 60) camera.pan(velocity.x * glide, velocity.y * glide);
        redraw();
    };
    stage.addEventListener("pointerup", release);
    stage.addEventListener("pointercancel", release);
    stage.addEventListener("pointerleave", () => on.point(null));

    function tapped(event) {
        const now = { ...place(event), time: event.timeStamp };
        const isSecond = lastTap && now.time - lastTap.time < tap.time
            && Math.hypot(now.x - lastTap.x, now.y - lastTap.y) < tap.distance;
        if (isSecond) camera.zoom(2, now.x, now.y);
        else on.point(now);
        lastTap = isSecond ? null : now;
    }

    stage.addEventListener("dblclick", (event) => {
        const { x, y } = place(event);
        camera.zoom(event.shiftKey ? 0.5 : 2, x, y);
        redraw();
    });

    stage.addEventListener("wheel", (event) => {
        event.preventDefault();
        // Browsers turn a wheel with shift into a horizontal one; lines are about 16 pixels, pages 400.
        const pixels = (event.deltaY || event.deltaX) * [1, 16, 400][event.deltaMode];
        if (event.shiftKey) {
            wheelPlanes += pixels / 60;
            const steps = Math.trunc(wheelPlanes);
            wheelPlanes -= steps;
            if (steps) on.plane(-steps);
            return;
        }
        const { x, y } = place(event);
        // A pinch on a trackpad comes as a wheel with ctrl, in smaller numbers.
        camera.zoom(2 ** (-pixels * (event.ctrlKey ? 4 : 1) / wheelDoubling), x, y);
        redraw();
    }, { passive: false });
}
