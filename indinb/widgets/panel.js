/**
 * The control panel of INDI devices: the whole of it.
 *
 * The last part of an anywidget module. Python joins elements.js, abort.js, night.js,
 * panel_state.js, panel_editors.js, panel_rows.js, panel_log.js, panel_device.js and this file.
 *
 * For those who look in from outside: `.indinb-panel` > `[data-device]` > `[data-property]` >
 * `[data-element]`, and tabs by their role.
 */

const CONDITIONS = {
  connected: { words: "Connected", look: "on" },
  lost: { words: "Lost", look: "changing" },
  closed: { words: "Closed", look: "off" },
};

/** The head of the window of all devices. */
function windowBar(corner) {
  const title = span("indinb-name");
  const status = span("indinb-chip");
  const count = span("indinb-count");
  const el = create("header", { class: "indinb-bar" }, title, status, count, ...corner);

  function update({ address, status: condition, devices }) {
    setCut(title, address);
    setText(status, CONDITIONS[condition].words);
    status.dataset.look = CONDITIONS[condition].look;
    setText(count, devices.length === 1 ? "1 device" : `${devices.length} devices`);
  }
  return { el, update };
}

/** What lies over all while there is no link: why, and what can be done. */
function coverView(store) {
  const words = create("p", { class: "indinb-banner", role: "status" });
  const retry = button("indinb-set", () => store.reconnect(), "Reconnect");
  const el = div("indinb-cover", div("indinb-card", words, retry));

  function update({ status, loss, reconnects }) {
    const gone = status !== "connected";
    const why = loss && `${loss[0].toUpperCase()}${loss.slice(1)}.`;
    el.dataset.on = gone;
    retry.hidden = status !== "lost" || !reconnects;
    setText(words, gone ? `${why} These are the last known values.` : "");
  }
  return { el, update };
}

/** A property, a device, or the window of all devices with a tab for each. */
function panelView(store, { form }) {
  const night = nightView();
  const inWindow = form === "window";
  const bar = windowBar(inWindow ? [night.el] : []);
  const tabs = tabsView("indinb-devices", "Devices", choose);
  const devices = create("div", {});
  const empty = create("p", { class: "indinb-empty" });
  const log = logView("Server");
  const cover = coverView(store);
  const parts = inWindow ? [bar.el, tabs.el, devices, empty, log.el] : [devices, empty];
  const el = div("indinb indinb-panel", ...parts, cover.el);
  el.setAttribute("role", "group");
  el.dataset.form = form;
  keepKeys(el);
  showTips(el);
  const views = new Map(); // of the devices that have been looked at
  let chosen = null;
  let latest = null;

  function choose(name) {
    chosen = name;
    update(latest);
  }
  function update(state) {
    latest = state;
    const names = state.devices.map(({ name }) => name);
    const open = names.includes(chosen) ? chosen : (names[0] ?? null);
    el.dataset.status = state.status;
    bar.update(state);
    tabs.el.hidden = names.length === 0;
    tabs.update(state.devices.map(deviceTab), open);
    drawDevices(state, open);
    const none = inWindow ? "No devices yet." : `${state.title} is not there at the moment.`;
    setText(empty, names.length ? "" : none);
    log.el.hidden = state.messages.length === 0;
    log.update(state.messages);
    cover.update(state);
    el.setAttribute("aria-label", state.title);
  }
  function drawDevices(state, open) {
    const known = state.devices.filter(({ name }) => name === open || views.has(name));
    const items = known.map((device) => ({ state, device, shown: device.name === open }));
    const make = ({ device }) => deviceView(store, device.name, inWindow ? [] : [night.el]);
    reconcile(devices, views, items, ({ device }) => device.name, make);
  }
  return { el, update, close: night.close };
}

function deviceTab({ name, properties }) {
  return { name, label: name, state: worstState(properties) };
}

/** anywidget calls this once per model: the views of a model share its store. */
export default () => {
  let store;
  return {
    async initialize({ model }) {
      store = await createStore(model);
      return store.close;
    },
    render({ el }) {
      const panel = panelView(store, store.facts());
      const unsubscribe = store.subscribe(panel.update);
      el.append(panel.el);
      return () => {
        unsubscribe();
        panel.close();
        panel.el.remove();
      };
    },
  };
};
