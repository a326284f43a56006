/**
 * The rows of a device's panel: one per property, and headings between groups.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
 */

/** What a row is built from: if that changes, the row is built anew. */
function shapeOf({ name, kind, label, group, permission, rule, elements }) {
  const members = elements.map((element) => [element.name, element.label]);
  return JSON.stringify([name, kind, label, group, permission, rule, members]);
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
    look: (element, on) => store.look({ ...address, element }, on),
    seen: (element) => store.seen({ ...address, element }),
    refuse: (message) => store.fail({ ...address, message }),
  };
  return row;
}

function rowView(store, device, { property: first }, readOnly) {
  const row = rowFor(store, device, first, readOnly);
  const editor = EDITORS[first.kind](row);
  const light = lightView();
  const message = create("div", { class: "indinb-message", "aria-live": "polite" });
  const elements = div("indinb-elements", ...editor.parts, message);
  const action = div("indinb-action", ...(editor.action ? [editor.action] : []));
  const title = create("span", {}, first.label);
  const label = copierOf("indinb-label", first.name, title, first.expression);
  const which = span("indinb-which");
  label.append(which);
  const fields = create("fieldset", { class: "indinb-fields", role: "none" }, elements, action);
  const el = div("indinb-row", light.el, label, fields);
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
  function update({ property, shown, stale, shared }) {
    el.hidden = !shown;
    setText(which, shared ? first.name : ""); // the label alone does not tell which one it is
    el.dataset.stale = stale;
    fields.disabled = stale;
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
