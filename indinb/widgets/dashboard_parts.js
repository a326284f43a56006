/**
 * What the cards of a dashboard are built of.
 *
 * A part of the dashboard's module; dashboard.js tells how the parts are joined.
 *
 * A "body" is `{ readouts, controls, update(card) }`: what a card shows of its instrument, what can
 * be asked of it, and how both follow the card. A click asks; only what Python says is shown.
 */

let lastFieldId = 0;

/** Text with an upper-case beginning, as a sentence has it. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

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

function dropdown(attributes, onchange) {
  return create("select", { class: "indinb-select", ...attributes, onchange });
}

/** Give a dropdown these options, unless it has them. */
function setOptions(select, options) {
  const shape = JSON.stringify(options);
  if (select.dataset.shape === shape) return;
  select.dataset.shape = shape;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => create("option", { value }, text)));
  if (options.some(([value]) => String(value) === chosen)) select.value = chosen;
}

/** A button that a form is sent with, by a click or Enter. */
const sender = (text) => create("button", { type: "submit", class: "indinb-set" }, text);
const plainButton = (text, onclick) => button("indinb-switch", onclick, text);

/** Fields that are sent together. */
function form(label, submit, ...children) {
  const onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  return create("form", { class: "indinb-form", "aria-label": label, onsubmit }, ...children);
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

/** How far something is that takes its time. */
function progressView(label) {
  const fill = div("indinb-fill");
  const bar = create("div", { class: "indinb-bar", role: "progressbar", "aria-label": label }, fill);
  const detail = span("indinb-detail");
  const el = div("indinb-progress-line", bar, detail);
  function update(progress) {
    el.dataset.running = Boolean(progress);
    bar.hidden = !progress;
    setText(detail, progress?.detail ?? "");
    const fraction = progress?.fraction ?? null;
    bar.dataset.known = fraction !== null;
    fill.style.width = fraction === null ? "" : `${100 * fraction}%`;
    if (fraction === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", Math.round(100 * fraction));
  }
  return { el, update };
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

/** One instrument: its heading and state, what it tells, and what can be asked of it. */
function cardView(store, name, label, makeBody, { stops = true } = {}) {
  const act = (action, values) => store.act(name, action, values);
  const body = makeBody(act);
  const light = span("indinb-light");
  const device = span("indinb-device");
  const words = create("span", { class: "indinb-words", role: "status" });
  const abort = stopButton(label, () => store.abort(name));
  const title = create("h3", {}, label);
  const header = create("header", {}, light, title, device, words, ...(stops ? [abort] : []));
  const note = noteView(() => act("dismiss"));
  const absence = absenceView(() => act("connect"));
  const progress = progressView(label);
  const controls = create("fieldset", { class: "indinb-controls" }, ...body.controls);
  const alive = div("indinb-alive", ...body.readouts, progress.el, controls);
  const el = create("section", { class: "indinb-card", "aria-label": label });
  el.dataset.card = name;
  el.append(...(body.before ?? []), header, note.el, absence.el, alive);

  function update(state) {
    const card = state[name];
    const ready = card.condition === "ready";
    const linked = state.status === "connected";
    light.dataset.state = card.light ?? "";
    setText(device, card.device ?? "");
    setText(words, ready ? card.words : "");
    note.update(card.note, state.read_only);
    absence.update(card, state.read_only);
    absence.connector.disabled = !linked;
    alive.hidden = !ready;
    abort.hidden = !ready || state.read_only;
    abort.disabled = !linked || !card.can?.abort;
    controls.hidden = state.read_only;
    controls.disabled = !linked;
    if (ready) {
      progress.update(card.progress);
      body.update(card);
    }
    body.updateBefore?.(state);
  }
  return { el, update };
}
