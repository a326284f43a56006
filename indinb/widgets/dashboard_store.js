/**
 * What the views of a dashboard share: its state, and the way to Python.
 *
 * A part of the dashboard's module; dashboard.js tells how the parts are joined.
 *
 * Python holds the truth. It sends the whole once, then numbered patches, each with the cards that
 * changed. A picture is asked for when the one before has been drawn: however slow the line, one
 * is on its way, and the next is the newest.
 */

const RESYNC_EVERY = 1000; // ms: the answer may be lost as well, so ask again
const PICTURE_PATIENCE = 4000; // ms until a picture that was asked for is thought to be lost

/** What stops instruments, each by its card's name. */
function createStopper(model, current, helpless) {
  const aborter = createAborter(model, {
    isRunning: () => Object.values(current()).some((card) => card?.can?.abort),
    isBlocking: () => current().blocking,
    helpless,
  });
  return { abort: (card) => aborter.abort({ card }), close: aborter.close };
}

/** The newest picture as an address, and what keeps only one on its way. */
function createGallery(model, onPicture) {
  let shown = { serial: 0, url: "" };
  let askedAt = -Infinity;

  function ask({ picture }) {
    const news = picture && !picture.error && picture.serial > shown.serial;
    if (!news || performance.now() - askedAt < PICTURE_PATIENCE) return;
    askedAt = performance.now();
    model.send({ type: "picture" });
  }
  function take({ serial }, [file]) {
    askedAt = -Infinity;
    if (serial <= shown.serial) return;
    URL.revokeObjectURL(shown.url);
    shown = { serial, url: URL.createObjectURL(new Blob([file], { type: "image/jpeg" })) };
    onPicture(shown);
  }
  const close = () => URL.revokeObjectURL(shown.url);
  return { ask, take, close };
}

function createStore(model) {
  const views = new Set();
  const hint = (words) => publish({ ...state, hint: `The kernel does not answer: ${words}` });
  const stopper = createStopper(model, () => state, hint);
  const gallery = createGallery(model, (shown) => publish({ ...state, shown }));
  let state = model.get("desk");
  let resyncedAt = -Infinity;

  function publish(next) {
    state = next;
    views.forEach((update) => update(state));
    gallery.ask(state);
  }
  function onPatch({ seq, news }) {
    if (seq === state.seq + 1) publish({ ...state, ...news, seq });
    else if (seq > state.seq) resync(); // and what is older, the whole had already
  }
  function resync() {
    if (performance.now() - resyncedAt < RESYNC_EVERY) return;
    resyncedAt = performance.now();
    model.send({ type: "resync" });
  }
  const onWhole = () => publish({ ...state, ...model.get("desk") });
  const handlers = { patch: onPatch, picture: gallery.take };
  const onMessage = (message, buffers) => handlers[message.type]?.(message, buffers);
  function onLoss(loss) {
    stopper.close();
    publish({ ...state, status: "closed", loss, hint: "" });
  }
  const unwatch = watchKernel(model, onLoss);
  model.on("msg:custom", onMessage);
  model.on("change:desk", onWhole);
  gallery.ask(state);

  function act(card, action, values = {}) {
    model.send({ type: "act", card, action, values });
  }
  function reconnect() {
    model.send({ type: "reconnect" });
  }
  function abort(card) {
    publish({ ...state, hint: "" });
    stopper.abort(card);
  }
  function subscribe(update) {
    views.add(update);
    update(state);
    return () => views.delete(update);
  }
  function close() {
    unwatch();
    stopper.close();
    gallery.close();
    model.off("msg:custom", onMessage);
    model.off("change:desk", onWhole);
  }
  return { act, abort, reconnect, subscribe, close };
}
