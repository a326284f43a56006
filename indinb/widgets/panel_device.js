/**
 * The panel of one device: header, groups, rows and log.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
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
