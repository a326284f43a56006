/**
 * Drags, pinches and what is merely pointed at, of mouse, pen and fingers.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

/**
 * `begin(event, at)` returns what hears where a drag is, `end()` hears of its end, `hover(at)` of
 * the mouse, null when it leaves, and `pinch(factor, from, to)` of two fingers.
 */
function createGestures(el, { begin, end, hover, pinch }) {
  const fingers = new Map();
  let drag = null;
  let start = null;

  function at({ clientX, clientY }) {
    const { left, top } = el.getBoundingClientRect();
    return [clientX - left - el.clientLeft, clientY - top - el.clientTop];
  }
  function onpointerdown(event) {
    if (event.button) return;
    el.focus({ preventScroll: true });
    fingers.set(event.pointerId, at(event));
    el.setPointerCapture(event.pointerId);
    start = at(event);
    drag = fingers.size === 1 ? { move: begin(event, start), isMoving: false } : null;
  }
  function onpointermove(event) {
    const here = at(event);
    if (!fingers.has(event.pointerId)) return hover(here);
    const before = [...fingers.values()];
    fingers.set(event.pointerId, here);
    if (fingers.size === 2) return spread(before, [...fingers.values()]);
    if (!drag) return;
    const [dx, dy] = [here[0] - start[0], here[1] - start[1]];
    drag.isMoving ||= Math.hypot(dx, dy) > SLACK;
    if (drag.isMoving) drag.move(here);
    hover(here);
  }
  function spread(before, after) {
    const [was, is] = [before, after].map(([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]));
    const [from, to] = [before, after].map(([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    if (was > 0 && is > 0) pinch(is / was, from, to);
  }
  function onpointerup(event) {
    if (!fingers.delete(event.pointerId)) return;
    if (drag?.isMoving) end();
    drag = null;
  }
  el.addEventListener("pointerdown", onpointerdown);
  el.addEventListener("pointermove", onpointermove);
  ["pointerup", "pointercancel"].forEach((type) => el.addEventListener(type, onpointerup));
  el.addEventListener("pointerleave", () => hover(null));
  return { at };
}
