/**
 * What the views of a control panel share: its state, and the way to Python.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
 *
 * Python holds the truth. It sends one snapshot, then numbered patches; each makes a new state and
 * leaves the old one as it was, so whatever is still the same object needs no drawing. A wish of
 * the user goes back as a message and changes no value here.
 */

const LOG_LENGTH = 100;
const RESYNC_EVERY = 1000; // ms: the answer may be lost as well, so ask again
const NEW_DEVICE = {
  connected: null,
  can_connect: false,
  has_abort: false,
  can_abort: false,
  properties: [],
  messages: [],
};

const without = (list, names = []) => list.filter(({ name }) => !names.includes(name));

/** The list with the item of this name changed, if there is one. */
function withChange(list, name, change) {
  return list.map((item) => (item.name === name ? change(item) : item));
}

/** The list with `item` in the place of its namesake, or at the end. */
function withItem(list, item) {
  const known = list.some(({ name }) => name === item.name);
  return known ? withChange(list, item.name, () => item) : [...list, item];
}

function withMessages(device, messages = []) {
  if (messages.length === 0) return device;
  return { ...device, messages: [...device.messages, ...messages].slice(-LOG_LENGTH) };
}

/** A property anew; that the user's wish has failed stays true until its state changes. */
function renewed(properties, item) {
  const { looks, failed, state } = properties.find(({ name }) => name === item.name) ?? {};
  return { ...item, looks, failed: state === item.state ? failed : null };
}

/** A device after its part of a patch. */
function patchedDevice(device, { properties: news = [], deleted, messages, ...facts }) {
  const items = news.map((item) => renewed(device.properties, item));
  const properties = items.reduce(withItem, without(device.properties, deleted));
  return withMessages({ ...device, ...facts, properties }, messages);
}

/** The state after a patch. */
function patched(state, { devices = [], deleted_devices, messages = [], ...facts }) {
  let known = without(state.devices, deleted_devices);
  for (const news of devices) {
    const device = known.find(({ name }) => name === news.name) ?? NEW_DEVICE;
    known = withItem(known, patchedDevice(device, news));
  }
  return heard({ ...state, ...facts, devices: known }, messages);
}

/** What the server itself says has a log in the window of all devices, else that of the device. */
function heard(state, messages) {
  if (state.form === "window") return withMessages(state, messages);
  return { ...state, devices: state.devices.map((one) => withMessages(one, messages)) };
}

function fromSnapshot({ messages, devices, ...facts }) {
  if (facts.form === "window") return { ...facts, devices, messages };
  const withServer = (device) => ({ ...device, messages: [...messages, ...device.messages] });
  return { ...facts, devices: devices.map(withServer), messages: [] };
}

/** What Python packed: a snapshot is mostly words that recur. */
async function unpacked(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** What the views of a model share: its state, and the way to Python. */
async function createStore(model) {
  const views = new Set();
  let state;
  let askedAt = -Infinity;

  function publish(next) {
    state = next;
    views.forEach((update) => update(state));
  }

  function onPatch(patch) {
    if (patch.seq === state.seq + 1) publish(patched(state, patch));
    else if (patch.seq > state.seq) resync(); // and what is older, the snapshot had already
  }

  function resync() {
    if (performance.now() - askedAt < RESYNC_EVERY) return;
    askedAt = performance.now();
    model.send({ type: "resync" });
  }

  /** Note on a property what its next patch will make obsolete; on the device if it is gone. */
  function annotate({ device, property }, notes) {
    const annotated = (one) => {
      const orphan = !one.properties.some(({ name }) => name === property);
      const properties = withChange(one.properties, property, (old) => ({ ...old, ...notes }));
      return { ...one, properties, failed: (orphan && notes.failed) || null };
    };
    publish({ ...state, devices: withChange(state.devices, device, annotated) });
  }

  function fail({ device, property, message }) {
    annotate({ device, property }, { sent: false, failed: message });
  }

  /** Note something of an element that is looked at. */
  function noteLook({ element, ...address }, look) {
    const { looks } = find(address) ?? {};
    if (looks?.[element]?.url) URL.revokeObjectURL(looks[element].url);
    annotate(address, { looks: { ...looks, [element]: look } });
  }

  function find({ device, property }) {
    const found = state.devices.find(({ name }) => name === device);
    return found?.properties.find(({ name }) => name === property);
  }

  /** Begin or cease to show the pictures of an element. */
  function look(where, on) {
    noteLook(where, on ? {} : null);
    model.send({ type: "look", ...where, on });
  }

  function showPicture({ type, caption, ...where }, [png]) {
    const { device, property, element } = where;
    if (!find({ device, property })?.looks?.[element]) return;
    const url = URL.createObjectURL(new Blob([png], { type: "image/png" }));
    noteLook(where, { url, caption });
  }

  /** Let the next picture come. */
  function seen(where) {
    model.send({ type: "seen", ...where });
  }

  /** Send what the user wishes. */
  function ask(message) {
    const property = message.type === "connect" ? "CONNECTION" : message.property;
    const sent = message.type === "set" || message.type === "connect";
    annotate({ device: message.device, property }, { sent, failed: null });
    model.send(message);
  }

  const handlers = { patch: onPatch, failed: fail, picture: showPicture };
  const aborter = createAborter(model, {
    isRunning: () => state.devices.some(({ can_abort }) => can_abort),
    isBlocking: () => state.blocking,
    helpless: (words) => publish({ ...state, hint: `Abort: ${words}.` }),
  });
  const load = async () => publish(fromSnapshot(await unpacked(model.get("snapshot"))));
  let loaded = load();
  const onTrait = () => void (loaded = load());
  async function onMessage(message, buffers) {
    await loaded; // what comes while a snapshot is unpacked comes after it
    handlers[message.type]?.(message, buffers);
  }
  async function onLoss(loss) {
    aborter.close();
    await loaded;
    publish({ ...state, status: "closed", loss, hint: null });
  }
  const unwatch = watchKernel(model, onLoss);
  model.on("msg:custom", onMessage);
  model.on("change:snapshot", onTrait);
  await loaded;

  function abort(device) {
    publish({ ...state, hint: null });
    aborter.abort({ device });
  }
  function reconnect() {
    model.send({ type: "reconnect" });
  }
  function close() {
    unwatch();
    aborter.close();
    model.off("msg:custom", onMessage);
    model.off("change:snapshot", onTrait);
  }
  function subscribe(update) {
    views.add(update);
    update(state);
    return () => views.delete(update);
  }
  return { facts: () => state, abort, ask, fail, look, reconnect, seen, subscribe, close };
}
