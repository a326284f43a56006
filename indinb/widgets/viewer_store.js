/**
 * What the views of a viewer share: its settings, its scene, and the way to Python.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

const SHADING = ["black", "white", "midtone", "stretch", "parameter", "curve", "colors"];
const PLAIN = ["interval", "colormap", "debayer", "view", "box", "markers", "live"];
const PATIENCE = 4000; // ms until an answer is thought to be lost
const SETTLING = 120; // ms in which nothing moves, before finer pixels are asked for
const SAVING = 50; // ms between the values of something that is dragged

/**
 * Ask Python one thing at a time; while it is on its way, only the newest wish waits. The same is
 * not asked twice, unless the answer is lost; it is another if it is `about` something else.
 */
function createAsker(model, type, delay) {
  let asked = { id: 0, key: "", since: -Infinity, isFlying: false };
  let wish = null;
  let timer = 0;

  const patience = () => asked.since + PATIENCE - performance.now();

  function ask(content, about) {
    const key = JSON.stringify([content, about]);
    if (wish?.key === key) return;
    const isKnown = asked.key === key && (!asked.isFlying || patience() > 0);
    wish = isKnown ? null : { key, content };
    plan(delay);
  }
  function plan(after) {
    clearTimeout(timer);
    timer = setTimeout(send, after);
  }
  function send() {
    if (!wish) return;
    if (asked.isFlying && patience() > 0) return plan(patience());
    asked = { id: asked.id + 1, key: wish.key, since: performance.now(), isFlying: true };
    model.send({ type, id: asked.id, ...wish.content });
    wish = null;
  }
  function answered(message) {
    if (message.id !== asked.id) return;
    asked.isFlying = false;
    if (wish) plan(0);
  }
  return { ask, answered, close: () => clearTimeout(timer) };
}

/** Traits to Python: at once in the browser, and now and then on the wire. */
function createSaver(model) {
  let timer = 0;
  function flush() {
    clearTimeout(timer);
    timer = 0;
    model.save_changes();
  }
  function set(changes) {
    Object.entries(changes).forEach(([name, value]) => model.set(name, value));
    timer ||= setTimeout(flush, SAVING);
  }
  return { set, close: () => timer && flush() };
}

/**
 * Draw live pictures one after the other, and tell Python of each, so that it makes the next while
 * the screen shows this one.
 */
function createProjector(model, scene, isWatched) {
  let next = null;
  let isBusy = false;
  let grid = null; // the last one, also if it came with a picture that was passed over

  async function take(frame, [jpeg, histogram, vectors]) {
    if (frame.grid !== undefined) grid = skyGrid(frame.grid, vectors);
    next = { frame, jpeg, histogram, grid, turn: scene.turn(), came: performance.now() };
    if (isBusy) return;
    isBusy = true;
    while (next && isWatched()) await project(next);
    isBusy = false;
  }
  async function project({ frame, jpeg, histogram, grid: place, turn, came }) {
    next = null;
    const bitmap = await decoded(jpeg);
    if (bitmap) scene.setLive(frame, bitmap, histogram, place, turn);
    model.send({ type: "seen", serial: frame.serial, took_ms: performance.now() - came });
    await new Promise(requestAnimationFrame);
  }
  return take;
}

/** A picture from a JPEG; null if it is damaged. */
async function decoded(jpeg) {
  try {
    return await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  } catch {
    return null;
  }
}

function createStore(model) {
  const views = new Set();
  const saver = createSaver(model);
  const tiles = createAsker(model, "need", SETTLING);
  const values = createAsker(model, "value", 0);
  const scene = createScene(settings, publish);
  const project = createProjector(model, scene, () => views.size > 0);
  let leader = null; // the view for which finer pixels are asked
  let answer = null; // the newest exact values
  let loss = ""; // why Python is gone

  function settings() {
    const told = Object.fromEntries(SHADING.map((name) => [name, model.get(name)]));
    const curve = told.stretch === "custom" ? numbersOf(Float32Array, told.curve) : [];
    return { ...told, curve, colors: bytesOf(told.colors) };
  }
  function publish() {
    views.forEach(({ draw }) => draw());
  }
  function onTile(message, buffers) {
    tiles.answered(message);
    if (buffers.length === 2) scene.addTile(message, buffers);
  }
  function onValue(message) {
    values.answered(message);
    answer = message;
    publish();
  }
  const handlers = { tile: onTile, value: onValue, frame: project };
  const onMessage = (message, buffers) => handlers[message.type]?.(message, buffers);
  const onPicture = () => scene.setPicture(model.get("picture") ?? {});

  /** What is known of a pixel: `{ values, exact }` or null; asks for what is not exact. */
  function valuesAt(view, [x, y]) {
    const { serial } = scene.now();
    const isAnswer = answer?.x === x && answer?.y === y;
    if (isAnswer && answer.serial === serial) return { values: answer.values, exact: true };
    const shown = shownAt(scene.now(), [x, y]);
    if (shown?.exact) return shown;
    if (leader === view) values.ask({ x, y }, serial);
    return isAnswer && scene.now().live ? { values: answer.values, exact: false } : shown;
  }

  /** Ask for the pixels that a view lacks, if it is the one that is looked at. */
  function refine(view, place, density) {
    const { layers, size, live, serial } = scene.now();
    if (live || !layers.length || leader !== view) return;
    const [overview, tile] = layers;
    const lack = finerPart(place, size, overview.planes, Math.max(...overview.factor), density);
    if (!lack) return;
    const has = tile && Math.max(...tile.factor) <= lack.factor && covers(tile, lack.seen);
    if (!has) tiles.ask({ ...lack.part, factor: lack.factor }, serial);
  }

  /** What is told of live pictures. */
  function live() {
    const told = model.get("live") ?? {};
    return loss ? { state: "gone", message: `${sentence(loss)}.` } : told;
  }
  function onLoss(words) {
    loss = words;
    publish();
  }
  const unwatch = watchKernel(model, onLoss);

  /** Let live pictures come, now that somebody looks. */
  function begin() {
    if (live().state === "running") model.send({ type: "seen", serial: 0, took_ms: 0 });
  }
  function lead(view) {
    leader = view;
  }
  function subscribe(view) {
    if (!views.size) begin();
    views.add(view);
    leader ??= view;
    view.draw();
    return () => {
      views.delete(view);
      if (leader === view) leader = [...views][0] ?? null;
    };
  }
  function close() {
    unwatch();
    [saver, tiles, values].forEach((one) => one.close());
    listeners.forEach(([name, call]) => model.off(name, call));
  }

  const listeners = [
    ["msg:custom", onMessage],
    ["change:picture", onPicture],
    ...SHADING.map((name) => [`change:${name}`, repaintSoon]),
    ...PLAIN.map((name) => [`change:${name}`, publish]),
  ];
  let painting = 0;
  /** Several of them change at once; paint once. */
  function repaintSoon() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      scene.repaint();
    });
  }
  listeners.forEach(([name, call]) => model.on(name, call));
  onPicture();

  return {
    get: (name) => model.get(name),
    set: saver.set,
    send: (type) => model.send({ type }),
    scene: scene.now,
    ...{ live, settings, valuesAt, refine, lead, subscribe, close },
  };
}
