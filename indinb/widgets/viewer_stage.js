/**
 * The picture itself, and what mouse, fingers and keys do on it.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 *
 * The wheel zooms where the picture has the focus, or with Ctrl; else it scrolls the notebook.
 */

const ZOOM_STEP = 1.5; // of keys and buttons
const WHEEL = 0.0016; // of a zoom for each pixel that the wheel turns
const PAN_STEP = 0.1; // of what is visible
const SLACK = 3; // pixels by which a click may move
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STAGE_WORDS =
  "Picture. Arrow keys pan, plus and minus zoom, 0 fits all, 1 shows one to one, " +
  "Shift and arrow keys read out pixels, B boxes what is in view, Escape clears the box.";

/** Make a canvas as large as its place on the screen, and let it count in CSS pixels. */
function fitted(canvas, [across, down], density) {
  const [width, height] = [Math.round(across * density), Math.round(down * density)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(density, 0, 0, density, 0, 0);
  return context;
}

/**
 * Draw what of a layer is visible: pixels of the frame as squares where they are large. All else is
 * blended: squares of means would only look as if they were pixels, and stars like boxes.
 */
function drawLayer(context, place, layer, density) {
  const { canvas } = layer;
  const { left, top, width, height } = onScreen(place, layer);
  const [sx, sy] = [width / canvas.width, height / canvas.height];
  const [across, down] = place.screen;
  const x0 = between(0, Math.floor(-left / sx), canvas.width);
  const y0 = between(0, Math.floor(-top / sy), canvas.height);
  const x1 = between(0, Math.ceil((across - left) / sx), canvas.width);
  const y1 = between(0, Math.ceil((down - top) / sy), canvas.height);
  if (x1 <= x0 || y1 <= y0) return;
  const areMeans = layer.width > canvas.width || layer.height > canvas.height;
  context.imageSmoothingEnabled = areMeans || Math.min(sx, sy) * density < 0.999;
  context.imageSmoothingQuality = "medium";
  const least = 1 / density; // two rows of a spectrum are to be seen, too
  const [w, h] = [Math.max((x1 - x0) * sx, least), Math.max((y1 - y0) * sy, least)];
  const target = [left + x0 * sx, top + y0 * sy, w, h];
  context.drawImage(canvas, x0, y0, x1 - x0, y1 - y0, ...target);
}

/** The stage of a view; `onCursor(pixel, byKeys)` hears what is pointed at. */
function stageView(store, view, onCursor) {
  const image = create("canvas", { class: "indinb-image", "aria-hidden": "true" });
  const marks = create("canvas", { class: "indinb-marks", "aria-hidden": "true" });
  const box = boxView();
  const empty = create("p", { role: "status" });
  const attributes = { class: "indinb-stage", role: "application", tabindex: "0" };
  const el = create("div", { ...attributes, "aria-label": STAGE_WORDS });
  el.append(image, marks, box.el, empty);
  let size = [0, 0];
  let cursor = null; // the pixel that the keyboard points at
  let pointed = null; // where the mouse rests
  let isBoxing = false;

  const density = () => window.devicePixelRatio || 1;
  const scene = () => store.scene();
  const placed = (look) => placement(scene().size, scene().topDown, look, size);
  const place = () => placed(store.get("view"));
  const look = (wish) => store.set({ view: wish.length ? viewOf(placed(wish)) : [] });
  const middle = () => size.map((length) => length / 2);
  const zoom = (factor, anchor = middle()) => look(zoomed(place(), factor, anchor));
  function pinch(factor, from, to) {
    const next = zoomed(place(), factor, from);
    look(next.length ? panned(placed(next), to[0] - from[0], to[1] - from[1]) : []);
  }
  const fit = () => look([]);
  const oneToOne = () => look(scaledTo(place(), 1 / density()));

  function draw() {
    const { layers, error } = scene();
    const here = place();
    setText(empty, error ? sentence(error) : layers.length ? "" : "No picture yet");
    el.dataset.empty = !layers.length;
    if (!size[0]) return;
    if (pointed) onCursor(pixelAt(pointed), false);
    const context = fitted(image, size, density());
    layers.forEach((layer) => drawLayer(context, here, layer, density()));
    drawOver(here);
    store.refine(view, here, density());
  }
  function drawOver(here = place()) {
    const context = fitted(marks, size, density());
    const [isShown, kept] = [scene().layers.length > 0, store.get("box")];
    box.update(here, isShown && kept.length ? boxOf(kept) : null);
    if (!isShown) return;
    const edge = onScreen(here, { x: 0, y: 0, width: scene().size[0], height: scene().size[1] });
    context.save();
    context.beginPath();
    context.rect(edge.left, edge.top, edge.width, edge.height);
    context.clip();
    store.get("markers").forEach((markers) => drawMarkers(context, here, markers));
    context.restore();
    if (cursor) drawCursor(context, here, cursor);
  }

  // ---- What is pointed at ----

  const pixelAt = (point) => {
    const pixel = place().toFrame(point).map(Math.round);
    const inside = pixel.every((at, axis) => at >= 0 && at < scene().size[axis]);
    return inside && scene().layers.length ? pixel : null;
  };
  function point(pixel, byKeys) {
    const before = cursor;
    cursor = byKeys ? pixel : null;
    if (byKeys) pointed = null;
    onCursor(pixel, byKeys);
    if (before || cursor) drawOver(); // markers may be many
  }
  function hover(at) {
    pointed = at;
    point(at && pixelAt(at), false);
  }
  function stepCursor([dx, dy]) {
    const start = cursor ?? place().centre.map(Math.round);
    const up = scene().topDown ? -1 : 1;
    const pixel = [start[0] - dx, start[1] + up * dy];
    point(pixel.map((at, axis) => between(0, at, scene().size[axis] - 1)), true);
    const [x, y] = place().toScreen(cursor);
    const isOut = x < 0 || y < 0 || x > size[0] || y > size[1];
    if (isOut) look([...cursor, fovOf(place())]);
  }

  // ---- The box ----

  function setBoxing(on) {
    isBoxing = on;
    el.dataset.boxing = on;
    el.dispatchEvent(new Event("boxing"));
  }
  function clearBox() {
    setBoxing(false);
    store.set({ box: [] });
  }
  /** What a drag that begins here does; it hears where it began and where it is. */
  function dragOf(event, start) {
    const { size: frame, topDown } = scene();
    const before = store.get("box");
    const side = event.target.dataset?.side;
    const here = place();
    if (isBoxing || event.shiftKey) {
      return (at) => setBox(pixelsBetween(here, frame, start, at) ?? boxOf(before));
    }
    if (side || event.target === box.el) {
      return (at) => {
        const [from, to] = [here.toFrame(start), here.toFrame(at)];
        const delta = to.map((value, axis) => Math.round(value - from[axis]));
        setBox(dragged(boxOf(before), side, delta, topDown, frame));
      };
    }
    return (at) => look(panned(here, at[0] - start[0], at[1] - start[1]));
  }
  function setBox(value) {
    if (value.width) store.set({ box: traitOf(value) });
  }

  const gestures = createGestures(el, {
    begin: dragOf,
    end: () => isBoxing && setBoxing(false),
    hover,
    pinch,
  });

  // ---- Wheel and keys ----

  function onwheel(event) {
    if (!event.ctrlKey && !el.matches(":focus")) return;
    event.preventDefault();
    const turned = event.deltaY * (event.deltaMode === 1 ? 20 : 1);
    zoom(Math.exp(-between(-400, turned, 400) * WHEEL), gestures.at(event));
  }
  const KEYS = { "+": () => zoom(ZOOM_STEP), "-": () => zoom(1 / ZOOM_STEP), 0: fit, 1: oneToOne };
  KEYS["="] = KEYS["+"];
  KEYS.b = () => setBox(pixelsBetween(place(), scene().size, [0, 0], size) ?? {});
  KEYS.Escape = clearBox;

  function onkeydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== el) return;
    const arrow = ARROWS[event.key];
    if (!arrow && !KEYS[event.key]) return;
    event.preventDefault();
    if (!scene().layers.length) return;
    if (!arrow) KEYS[event.key]();
    else if (event.shiftKey) stepCursor(arrow);
    else look(panned(place(), ...arrow.map((way, axis) => way * PAN_STEP * size[axis])));
  }

  const observer = new ResizeObserver(() => {
    size = [el.clientWidth, el.clientHeight];
    draw();
  });
  el.addEventListener("wheel", onwheel, { passive: false });
  el.addEventListener("keydown", onkeydown);
  el.addEventListener("dblclick", fit);
  ["focusin", "pointerenter"].forEach((type) => el.addEventListener(type, () => store.lead(view)));
  observer.observe(el);
  return {
    ...{ el, draw, fit, oneToOne, setBoxing, clearBox },
    isBoxing: () => isBoxing,
    zoomIn: () => zoom(ZOOM_STEP),
    zoomOut: () => zoom(1 / ZOOM_STEP),
    close: () => observer.disconnect(),
  };
}
