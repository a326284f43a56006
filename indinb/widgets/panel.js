/**
 * The control panel of INDI devices: the whole of it.
 *
 * The last part of an anywidget module. Python joins elements.js, panel_state.js,
 * panel_editors.js, panel_rows.js, panel_log.js, panel_device.js and this file.
 *
 * For those who look in from outside: `.indinb-panel` > `[data-device]` > `[data-property]` >
 * `[data-element]`, and tabs by their role.
 */

/** One device, or the window of all devices with a tab for each. */
function panelView(store) {
  const tabs = tabsView("indinb-devices", "Devices", choose);
  const devices = create("div", {});
  const empty = create("p", { class: "indinb-empty" });
  const el = div("indinb indinb-panel", tabs.el, devices, empty);
  el.setAttribute("role", "group");
  el.dataset.lmSuppressShortcuts = "true"; // in here, keys do not mean what JupyterLab thinks
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
    tabs.el.hidden = !state.window || names.length === 0;
    tabs.update(state.devices.map(deviceTab), open);
    drawDevices(state, open);
    const none = state.window ? "No devices yet." : `${state.title} is not there at the moment.`;
    setText(empty, names.length ? "" : none);
    el.setAttribute("aria-label", state.title);
  }
  function drawDevices(state, open) {
    const known = state.devices.filter(({ name }) => name === open || views.has(name));
    const items = known.map((device) => ({ state, device, shown: device.name === open }));
    const make = ({ device }) => deviceView(store, device.name);
    reconcile(devices, views, items, ({ device }) => device.name, make);
  }
  return { el, update };
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
      const panel = panelView(store);
      const unsubscribe = store.subscribe(panel.update);
      el.append(panel.el);
      return () => {
        unsubscribe();
        panel.el.remove();
      };
    },
  };
};
