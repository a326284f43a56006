/**
 * What the cards of a dashboard are built of.
 *
 * A part of the dashboard's module; dashboard.js tells how the parts are joined.
 *
 * A "body" is `{ readouts, controls, update(card) }`: what a card shows of its instrument, what
 * can be asked of it, and how both follow the card. A click asks; only what Python says is shown.
 */

let lastFieldId = 0;

/** A label and the entry field or dropdown that it names. */
function labelled(text, control, unit = "") {
  control.id = `indinb-dashboard-${++lastFieldId}`;
  const label = create("label", { for: control.id }, text);
  return div("indinb-labelled", label, control, ...(unit ? [span("indinb-unit", unit)] : []));
}

function textField(attributes = {}) {
  const plain = { class: "indinb-field", autocomplete: "off", spellcheck: "false" };
  return create("input", { ...plain, ...attributes });
}

/** A button that a form is sent with, by a click or Enter. */
const sender = (text) => create("button", { type: "submit", class: "indinb-set" }, text);
const plainButton = (text, onclick) => button("indinb-switch", onclick, text);

/** Fields that are sent together; JupyterLab keeps Enter from doing that by itself. */
function form(submit, ...children) {
  const onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  const onkeydown = (event) => {
    const { key, isComposing, target } = event;
    if (key === "Enter" && !isComposing && target.tagName === "INPUT") onsubmit(event);
  };
  return create("form", { class: "indinb-form", onsubmit, onkeydown }, ...children);
}

/** Values with their names; update([[name, value]…]) leaves out those that nobody tells. */
function readoutsView(className) {
  const el = create("dl", { class: `indinb-readouts ${className}` });
  const views = new Map();
  function readoutView([name]) {
    const value = create("dd", {});
    const pair = create("div", {}, create("dt", {}, name), value);
    return { el: pair, update: ([, text]) => setText(value, text) };
  }
  function update(values) {
    const told = values.filter(([, text]) => text);
    reconcile(el, views, told, ([name]) => name, readoutView);
  }
  return { el, update };
}

/** A switch that shows what is; a click asks for the opposite. */
function toggleView(text, ask) {
  const el = plainButton(text, () => ask(el.getAttribute("aria-pressed") !== "true"));
  const update = (on) => el.setAttribute("aria-pressed", Boolean(on));
  return { el, update };
}

/** How far something is that takes its time: a line, and a word beside it. */
function progressView(label) {
  const fill = div("indinb-fill");
  const attributes = { class: "indinb-bar", role: "progressbar", "aria-label": label };
  const el = create("div", attributes, fill);
  const detail = span("indinb-detail");
  function update(progress) {
    const fraction = progress?.fraction ?? null;
    el.dataset.running = Boolean(progress);
    el.dataset.known = fraction !== null;
    setText(detail, progress?.detail ?? "");
    fill.style.width = fraction === null ? "" : `${100 * fraction}%`;
    el.setAttribute("aria-valuetext", progress?.detail ?? "nothing is under way");
    if (fraction === null) el.removeAttribute("aria-valuenow");
    else el.setAttribute("aria-valuenow", Math.round(100 * fraction));
  }
  return { el, detail, update };
}

/** What went wrong, until it is dismissed or something else is asked. */
function noteView(dismiss) {
  const text = create("p", { role: "alert" });
  const away = button("indinb-dismiss", dismiss, "✕");
  away.setAttribute("aria-label", "Dismiss the message");
  const el = div("indinb-note", text, away);
  function update(note, readOnly) {
    setText(text, note ? sentence(note.text) : "");
    el.dataset.level = note?.level ?? "";
    away.hidden = !note || readOnly;
  }
  return { el, update };
}

/** What stands in a card whose instrument is not there, or not connected. */
function absenceView(connect) {
  const words = create("p", {});
  const connector = button("indinb-set", connect, "Connect");
  const el = div("indinb-absence", words, connector);
  const hints = {
    missing: ({ hint }) => sentence(hint),
    odd: ({ hint }) => `Its driver tells what cannot be understood: ${hint}`,
    gone: ({ device }) => `${device} is gone: the server no longer announces it.`,
    disconnected: ({ device }) => `${device} is not connected to its hardware.`,
    connecting: ({ device }) => `${device} is being connected…`,
  };
  function update(card, readOnly) {
    el.hidden = card.condition === "ready";
    setText(words, hints[card.condition]?.(card) ?? "");
    connector.hidden = card.condition !== "disconnected" || readOnly;
  }
  return { el, update, connector };
}

/** The button that stops an instrument. */
function stopButton(label, stop) {
  const el = button("indinb-abort", stop, "Abort");
  el.setAttribute("aria-label", `Abort: stop the ${label.toLowerCase()}`);
  return el;
}

/** What stands at the head of a card: which instrument, what it does, and how to stop it. */
function headerView(label, aside, buttons) {
  const light = span("indinb-light");
  const device = span("indinb-device");
  const words = create("span", { class: "indinb-words", role: "status" });
  const progress = progressView(label);
  const title = create("h3", {}, label);
  const names = div("indinb-names", title, device, progress.detail);
  const el = create("header", {}, light, names, ...aside, words, ...buttons, progress.el);
  function update(card, linked) {
    const ready = card.condition === "ready";
    light.dataset.state = card.light ?? "";
    setText(device, card.device ?? "");
    setText(words, ready ? card.words : "");
    progress.update(ready && linked ? card.progress : null);
    device.hidden = Boolean(progress.detail.textContent); // there is room for one of them
  }
  return { el, update };
}

/**
 * One instrument: its heading and state, what it tells, and what can be asked of it.
 *
 * A body may also have `above` and `aside`, elements over the heading and within it, and
 * `updateAbove(state)`, which follows the whole state.
 */
function cardView(store, name, label, makeBody, { stops = true, corner = [] } = {}) {
  const act = (action, values) => store.act(name, action, values);
  const body = makeBody(act);
  const abort = stopButton(label, () => store.abort(name));
  const header = headerView(label, body.aside ?? [], [...(stops ? [abort] : []), ...corner]);
  const note = noteView(() => act("dismiss"));
  const absence = absenceView(() => act("connect"));
  const controls = create("fieldset", { class: "indinb-controls" }, ...body.controls);
  const alive = div("indinb-alive", ...body.readouts, controls);
  const parts = [...(body.above ?? []), header.el, note.el, absence.el, alive];
  const el = create("section", { class: "indinb-card", "aria-label": label }, ...parts);
  el.dataset.card = name;

  function update(state) {
    const card = state[name];
    const ready = card.condition === "ready";
    const linked = state.status === "connected";
    header.update(card, linked);
    note.update(card.note, state.read_only || state.status === "closed");
    absence.update(card, state.read_only);
    absence.connector.disabled = !linked;
    alive.hidden = !ready;
    abort.hidden = !ready || state.read_only;
    abort.disabled = !linked || !card.can?.abort;
    controls.hidden = state.read_only;
    controls.disabled = !linked;
    if (ready) body.update(card, state);
    body.updateAbove?.(state);
  }
  return { el, update };
}
