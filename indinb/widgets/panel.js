/**
 * The control panel of INDI devices: what is on the screen, from a tab to the whole.
 *
 * The last part of an anywidget module. Python joins panel_state.js, panel_editors.js and this
 * file: a widget's module can import nothing from beside it.
 *
 * For those who look in from outside: `.indinb-panel` > `[data-device]` > `[data-property]` >
 * `[data-element]`, and tabs by their role.
 */

const STATES = ["Idle", "Ok", "Busy", "Alert"]; // from best to worst
const BANNERS = {
  lost: "The link to the server is lost",
  closed: "The connection is closed",
  stale: "Not heard of since the link came back",
};

function worstState(properties) {
  return STATES[Math.max(0, ...properties.map(({ state }) => STATES.indexOf(state)))];
}

/** Why the values of a device cannot be trusted: a key of BANNERS, or nothing. */
function troubleOf(state, device) {
  if (state.status !== "connected") return state.status;
  return device.stale ? "stale" : "";
}

/** What is said of it, in Python's own words where there are some. */
function bannerOf(trouble, { loss }) {
  if (!trouble) return "";
  const words = (trouble !== "stale" && loss) || BANNERS[trouble];
  return `${words[0].toUpperCase()}${words.slice(1)}. These are the last known values.`;
}

// ---- Tabs ------------------------------------------------------------------------------------

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** Tabs `{ name, label, count?, state? }`; update(tabs, selected), where null selects none. */
function tabsView(className, label, choose) {
  const views = new Map();
  const el = create("div", { class: className, role: "tablist", "aria-label": label, onkeydown });

  function onkeydown(event) {
    if (!(event.key in STEPS)) return;
    const tabs = [...el.children];
    const index = tabs.indexOf(event.target) + STEPS[event.key];
    const tab = tabs[Math.min(Math.max(index, 0), tabs.length - 1)];
    event.preventDefault();
    tab.focus();
    tab.click();
  }

  function tabView({ name }) {
    const light = lightView();
    const words = span("indinb-tab-label");
    const count = span("indinb-count");
    const tab = button("indinb-tab", () => choose(name), light.el, words, count);
    tab.setAttribute("role", "tab");
    function update(item) {
      light.el.hidden = !item.state;
      light.update(item.state ?? "");
      setText(words, item.label);
      words.title = item.label; // it may be cut
      tab.dataset.count = item.count ?? "";
      setText(count, tab.dataset.count);
      tab.setAttribute("aria-selected", item.name === item.selected);
      tab.tabIndex = item.selected === null || item.name === item.selected ? 0 : -1;
    }
    return { el: tab, update };
  }

  function update(tabs, selected) {
    const items = tabs.map((tab) => ({ ...tab, selected }));
    reconcile(el, views, items, ({ name }) => name, tabView);
  }
  return { el, update };
}

// ---- Rows: one per property ------------------------------------------------------------------

/** What a row is built from: if that changes, the row is built anew. */
function shapeOf({ name, kind, label, group, permission, rule, elements }) {
  const members = elements.map((element) => [element.name, element.label]);
  return JSON.stringify([name, kind, label, group, permission, rule, members]);
}

/** The label of a property: it tells the Python expression, and a click copies that. */
function labelOf({ name, label, expression }) {
  const title = `${expression}\n${name}: click to copy the expression`;
  const el = create("span", { class: "indinb-label", title, onclick, onanimationend }, label);
  async function onclick() {
    if (!navigator.clipboard) return; // as in pages that came over plain HTTP
    await navigator.clipboard.writeText(expression);
    el.classList.add("indinb-copied");
  }
  function onanimationend() {
    el.classList.remove("indinb-copied");
  }
  return el;
}

/** What an editor may know and do. */
function rowFor(store, device, property, readOnly) {
  const address = { device, property: property.name };
  const row = {
    property, // the newest
    readOnly,
    readable: property.permission !== "wo",
    writable: property.permission !== "ro" && !readOnly,
    element: (wanted) => row.property.elements.find(({ name }) => name === wanted),
    set: (values) => store.ask({ type: "set", ...address, values }),
    receive: (on) => store.ask({ type: "blobs", ...address, on }),
    refuse: (message) => store.fail({ ...address, message }),
  };
  return row;
}

function rowView(store, device, first, readOnly) {
  const row = rowFor(store, device, first, readOnly);
  const editor = EDITORS[first.kind](row);
  const light = lightView();
  const message = create("div", { class: "indinb-message", "aria-live": "polite" });
  const elements = div("indinb-elements", ...editor.parts, message);
  const action = div("indinb-action", ...(editor.action ? [editor.action] : []));
  const el = div("indinb-row", light.el, labelOf(first), elements, action);
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", first.label);
  el.dataset.property = first.name;
  el.dataset.kind = first.kind;

  function draw(property) {
    row.property = property;
    light.update(property.sent ? "Sent" : property.state);
    editor.update(property);
    const alert = property.state === "Alert" ? property.message : null;
    setText(message, property.failed ?? alert ?? "");
  }
  function update({ property, shown }) {
    el.hidden = !shown;
    if (property !== row.property) draw(property);
  }
  draw(first);
  return { el, update };
}

function headingView({ label }) {
  const el = create("h4", { class: "indinb-heading" }, label);
  const update = ({ shown }) => {
    el.hidden = !shown;
  };
  return { el, update };
}

// ---- The log ---------------------------------------------------------------------------------

function logLineView(tag) {
  const time = create("time", {});
  const text = span("indinb-log-text");
  const el = create(tag, { class: "indinb-log-line" }, time, text);
  function update(message) {
    setText(time, message.time);
    setText(text, message.text);
    el.dataset.level = /^\[([A-Z]+)\]/.exec(message.text)?.[1] ?? "";
  }
  return { el, update };
}

/** The messages of a device; folded, the last of them and how many have not been read. */
function logView() {
  const last = logLineView("span");
  const unread = span("indinb-unread");
  const title = span("indinb-log-title", "Messages");
  const list = create("ol", { class: "indinb-log-list", role: "log" });
  const summary = create("summary", {}, title, last.el, unread);
  const el = create("details", { class: "indinb-log", ontoggle: draw }, summary, list);
  const lines = new Map();
  let messages = [];
  let seen = null; // the last message that was read

  const isSeen = ({ time, text }) => time === seen.time && text === seen.text;

  function draw() {
    if (el.open || seen === null) seen = messages.at(-1) ?? {};
    const news = messages.length - 1 - messages.findLastIndex(isSeen);
    setText(unread, news > 0 ? `${news} new` : "");
    if (el.open) drawLines();
  }
  function drawLines() {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 4;
    reconcile(list, lines, messages, (_, index) => index, () => logLineView("li"));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
  function update(now) {
    if (now === messages) return;
    messages = now;
    last.update(messages.at(-1) ?? { time: "", text: "No messages yet" });
    draw();
  }
  return { el, update };
}

// ---- Devices ---------------------------------------------------------------------------------

/** The chip that shows whether a device is connected; a click asks for the opposite. */
function chipView(store, name) {
  let connected = false;
  const ask = () => store.ask({ type: "connect", device: name, on: !connected });
  const el = button("indinb-chip", ask);

  function update(device, enabled) {
    const { sent, state } = device.properties.find((one) => one.name === "CONNECTION") ?? {};
    const changing = sent || state === "Busy";
    connected = device.connected;
    const words = connected ? ["Connected", "Disconnecting…"] : ["Disconnected", "Connecting…"];
    setText(el, words[changing ? 1 : 0]);
    el.dataset.look = changing ? "changing" : connected ? "on" : "off";
    el.title = connected ? "Click to disconnect" : "Click to connect";
    el.hidden = connected === null;
    el.disabled = !enabled || !device.can_connect;
  }
  return { el, update };
}

/** The button that stops the device; it can be pressed while something is going on. */
function abortView(store, name) {
  const el = button("indinb-abort", () => store.ask({ type: "abort", device: name }), "Abort");

  function update({ properties }, enabled) {
    const isAbort = (one) => one.kind === "Switch" && one.name.includes("ABORT");
    el.hidden = !properties.some(isAbort);
    el.disabled = !enabled || el.hidden || !properties.some(({ state }) => state === "Busy");
  }
  return { el, update };
}

function filterField(oninput) {
  return create("input", {
    type: "search",
    class: "indinb-filter",
    placeholder: "Filter properties",
    "aria-label": "Filter properties",
    oninput,
  });
}

/** Whether a property is what is looked for, by its words, those of its elements and its group. */
function isFound(query, property) {
  const words = [property, ...property.elements].flatMap(({ name, label }) => [name, label]);
  const text = [...words, property.group].join(" ").toLowerCase();
  return query.split(/\s+/).every((word) => text.includes(word));
}

/** The properties by group, in the driver's order, but what is needed most comes first. */
function groupsOf({ properties }) {
  const names = [...new Set(properties.map(({ group }) => group))];
  names.sort((a, b) => (b === "Main Control") - (a === "Main Control"));
  const membersOf = (name) => properties.filter(({ group }) => group === name);
  return names.map((name) => ({ name, label: name || "Other", members: membersOf(name) }));
}

function deviceView(store, name) {
  const light = lightView();
  const chip = chipView(store, name);
  const filter = filterField(() => update(latest));
  const abort = abortView(store, name);
  const banner = create("div", { class: "indinb-banner", role: "status" });
  const notice = create("div", { class: "indinb-notice", role: "alert" });
  const tabs = tabsView("indinb-tabs", `Groups of ${name}`, open);
  const rows = create("fieldset", { class: "indinb-rows" });
  const empty = create("p", { class: "indinb-empty" });
  const page = create("div", { class: "indinb-page", role: "tabpanel" }, rows, empty);
  const log = logView();
  const title = span("indinb-name", name);
  const header = create("header", {}, light.el, title, chip.el, filter, abort.el);
  const el = create("section", {}, header, banner, notice, tabs.el, page, log.el);
  el.dataset.device = name;
  const views = new Map(); // of headings and properties
  let chosen = null; // the open group
  let latest = null;

  function open(group) {
    chosen = group;
    filter.value = "";
    update(latest);
    page.scrollTop = 0;
  }

  function update({ state, device, shown }) {
    latest = { state, device, shown };
    el.hidden = !shown;
    if (!shown) return;
    drawHeader(state, device);
    const query = filter.value.trim().toLowerCase();
    const groups = groupsOf(device);
    const group = groups.find((one) => one.name === chosen) ?? groups[0];
    const isShown = (one) => (query ? isFound(query, one) : one.group === group.name);
    drawTabs(groups, query ? null : group, isShown);
    drawRows(groups, Boolean(query), isShown, state.read_only);
    const unseen = device.properties.find((one) => one.failed && !isShown(one));
    setText(notice, device.failed ?? unseen?.failed ?? "");
    log.update(device.messages);
  }

  function drawHeader(state, device) {
    const trouble = troubleOf(state, device);
    const enabled = !trouble && !state.read_only;
    light.update(worstState(device.properties));
    chip.update(device, enabled);
    abort.update(device, enabled);
    abort.el.hidden ||= state.read_only;
    setText(banner, bannerOf(trouble, state));
    el.dataset.trouble = trouble;
    rows.disabled = trouble !== "";
  }

  function drawTabs(groups, open, isShown) {
    const items = groups.map(({ name, label, members }) => {
      const worst = worstState(members);
      const count = open ? members.length : members.filter(isShown).length;
      return { name, label, count, state: STATES.indexOf(worst) > 1 ? worst : null };
    });
    tabs.update(items, open?.name ?? null);
    page.setAttribute("aria-label", open?.label ?? "Properties found");
  }

  function drawRows(groups, withHeadings, isShown, readOnly) {
    const items = groups.flatMap(({ name: group, label, members }) => {
      const properties = members.map((property) => ({ property, shown: isShown(property) }));
      const some = properties.some(({ shown }) => shown);
      return [{ group, label, shown: withHeadings && some }, ...properties];
    });
    const keyOf = ({ group, property }) => group ?? `${readOnly} ${shapeOf(property)}`;
    const make = (item) =>
      item.property ? rowView(store, name, item.property, readOnly) : headingView(item);
    reconcile(rows, views, items, keyOf, make);
    const some = items.some(({ property, shown }) => property && shown);
    const none = withHeadings ? `No property matches “${filter.value}”.` : "No properties yet.";
    setText(empty, some ? "" : none);
  }
  return { el, update };
}

// ---- The panel -------------------------------------------------------------------------------

/** One device, or the window of all devices with a tab for each. */
function panelView(store) {
  const tabs = tabsView("indinb-devices", "Devices", choose);
  const devices = create("div", {});
  const empty = create("p", { class: "indinb-empty" });
  const el = div("indinb-panel", tabs.el, devices, empty);
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
