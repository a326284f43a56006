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
  stale: false,
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
  const old = properties.find(({ name }) => name === item.name);
  return old?.failed && old.state === item.state ? { ...item, failed: old.failed } : item;
}

/** A device after its part of a patch. */
function patchedDevice(device, { properties: news = [], deleted, messages, ...facts }) {
  const items = news.map((item) => renewed(device.properties, item));
  const properties = items.reduce(withItem, without(device.properties, deleted));
  return withMessages({ ...device, ...facts, properties }, messages);
}

/** The state after a patch; what the server itself says goes to the log of every device. */
function patched(state, patch) {
  const { seq, status = state.status, loss = state.loss } = patch;
  const { devices = [], deleted_devices, messages } = patch;
  let known = without(state.devices, deleted_devices);
  for (const news of devices) {
    const device = known.find(({ name }) => name === news.name) ?? NEW_DEVICE;
    known = withItem(known, patchedDevice(device, news));
  }
  return { ...state, seq, status, loss, devices: known.map((one) => withMessages(one, messages)) };
}

function fromSnapshot({ messages, devices, ...facts }) {
  const withServer = (device) => ({ ...device, messages: [...messages, ...device.messages] });
  return { ...facts, devices: devices.map(withServer) };
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
      return { ...one, properties, failed: orphan ? notes.failed : null };
    };
    publish({ ...state, devices: withChange(state.devices, device, annotated) });
  }

  function fail({ device, property, message }) {
    annotate({ device, property }, { sent: false, failed: message });
  }

  /** Send what the user wishes. */
  function ask(message) {
    const property = message.type === "connect" ? "CONNECTION" : message.property;
    const sent = message.type === "set" || message.type === "connect";
    annotate({ device: message.device, property }, { sent, failed: null });
    model.send(message);
  }

  const handlers = { patch: onPatch, failed: fail };
  const load = async () => publish(fromSnapshot(await unpacked(model.get("snapshot"))));
  let loaded = load();
  const onTrait = () => void (loaded = load());
  async function onMessage(message) {
    await loaded; // what comes while a snapshot is unpacked comes after it
    handlers[message.type]?.(message);
  }
  model.on("msg:custom", onMessage);
  model.on("change:snapshot", onTrait);
  await loaded;

  function close() {
    model.off("msg:custom", onMessage);
    model.off("change:snapshot", onTrait);
  }
  function subscribe(update) {
    views.add(update);
    update(state);
    return () => views.delete(update);
  }
  return { ask, fail, subscribe, close };
}
