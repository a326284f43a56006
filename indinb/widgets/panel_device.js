/**
 * The panel of one device: header, groups, rows and log.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
 */

const STATES = ["Idle", "Ok", "Busy", "Alert"]; // from best to worst

function worstState(properties) {
  return STATES[Math.max(0, ...properties.map(({ state }) => STATES.indexOf(state)))];
}

/** Whether a property was not heard of over the present link, if there is one. */
function isStale(state, property) {
  return state.status !== "connected" || property.epoch < state.epoch;
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
    setTip(el, connected ? "Click to disconnect" : "Click to connect");
    el.hidden = connected === null;
    el.disabled = !enabled || !device.can_connect;
  }
  return { el, update };
}

/** The button that stops the device; it can be pressed while there is something to stop. */
function abortView(store, name) {
  const el = button("indinb-abort", () => store.abort(name), "Abort");

  function update({ has_abort, can_abort }, enabled) {
    el.hidden = !has_abort;
    el.disabled = !enabled || !can_abort;
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

function inOrder(properties, wanted) {
  const place = ({ name }) => wanted.indexOf(name);
  return [...properties].sort((a, b) => place(a) - place(b));
}

/** The properties by group: in the driver's order, but what is needed most comes first. */
function groupsOf({ properties }, { wanted }) {
  if (wanted) return [{ name: "", label: "Wanted", members: inOrder(properties, wanted) }];
  const names = [...new Set(properties.map(({ group }) => group))];
  names.sort((a, b) => (b === "Main Control") - (a === "Main Control"));
  const membersOf = (name) => properties.filter(({ group }) => group === name);
  return names.map((name) => ({ name, label: name || "Other", members: membersOf(name) }));
}

/** What is said where no row is. */
function absence({ wanted }, query, properties) {
  if (query) return `No property matches “${query}”.`;
  const missing = (wanted ?? []).filter((name) => !properties.some((one) => one.name === name));
  return missing.length ? `Not there at the moment: ${missing.join(", ")}.` : "No properties yet.";
}

/** A device; `corner` stands at the end of its header. */
function deviceView(store, name, corner) {
  const light = lightView();
  const chip = chipView(store, name);
  const filter = filterField(() => update(latest));
  const abort = abortView(store, name);
  const waiting = create("div", { class: "indinb-waiting", role: "status" });
  const notice = create("div", { class: "indinb-notice", role: "alert" });
  const tabs = tabsView("indinb-tabs", `Groups of ${name}`, open);
  const rows = div("indinb-rows");
  const empty = create("p", { class: "indinb-empty" });
  const page = create("div", { class: "indinb-page", role: "tabpanel", tabindex: "0" }, rows, empty);
  const log = logView("Messages");
  const title = span("indinb-name");
  const header = create("header", {}, light.el, title, chip.el, filter, abort.el, ...corner);
  const el = create("section", {}, header, waiting, notice, tabs.el, page, log.el);
  el.dataset.device = name;
  setCut(title, name);
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
    const groups = groupsOf(device, state);
    const group = groups.find((one) => one.name === chosen) ?? groups[0];
    const isShown = (one) =>
      query ? isFound(query, one) : state.wanted || one.group === group.name;
    drawTabs(groups, query ? null : group, isShown);
    drawRows(state, groups, query, isShown);
    drawNotes(state, device, isShown);
    log.update(device.messages);
  }

  function drawHeader(state, device) {
    const { status, read_only, form } = state;
    const connection = device.properties.find((one) => one.name === "CONNECTION");
    const enabled = status === "connected" && !read_only;
    light.update(worstState(device.properties));
    chip.update(device, enabled && !(connection && isStale(state, connection)));
    abort.update(device, enabled);
    abort.el.hidden ||= read_only;
    header.hidden = log.el.hidden = form === "row";
    tabs.el.hidden = Boolean(state.wanted);
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

  function drawRows(state, groups, query, isShown) {
    const items = groups.flatMap(({ name: group, label, members }) => {
      const properties = members.map((property) => ({
        property,
        shown: isShown(property),
        stale: isStale(state, property),
        shared: members.filter((one) => one.label === property.label).length > 1,
      }));
      const some = properties.some(({ shown }) => shown);
      return [{ group, label, shown: Boolean(query) && some }, ...properties];
    });
    const keyOf = ({ group, property }) => group ?? `${state.read_only} ${shapeOf(property)}`;
    const make = (item) =>
      item.property ? rowView(store, name, item, state.read_only) : headingView(item);
    reconcile(rows, views, items, keyOf, make);
    const some = items.some(({ property, shown }) => property && shown);
    setText(empty, some ? "" : absence(state, query && filter.value, latest.device.properties));
  }

  function drawNotes(state, device, isShown) {
    const unseen = device.properties.find((one) => one.failed && !isShown(one));
    const hint = device.can_abort ? state.hint : null;
    setText(notice, device.failed ?? unseen?.failed ?? hint ?? "");
    const late = device.properties.some((one) => one.epoch < state.epoch);
    const isLate = late && state.status === "connected";
    setText(waiting, isLate ? "Grey is what was not heard of since the link came back." : "");
  }
  return { el, update };
}
