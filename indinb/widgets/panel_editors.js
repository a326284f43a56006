/**
 * How the properties of a device are shown and edited: one editor per kind, in EDITORS.
 *
 * A part of the panel's module; panel.js tells how the parts are joined.
 *
 * An "editor" is `{ parts, action?, update(property) }`: the elements of a property, what stands in
 * the last column, and how to follow the property. It is made for a row (see `rowView`), which
 * tells what may be done and takes the user's wishes.
 *
 * No control has two writers: a readout is written by the model, an entry field by the user. A
 * switch looks as the model says; a click on it merely asks.
 */

// ---- Building blocks of editors --------------------------------------------------------------

/** An editor with one view per element; with a class, they share a box. */
function eachElement(row, make, boxClass) {
  const views = row.property.elements.map(make);
  const els = views.map(({ el }) => el);
  const update = ({ elements }) => elements.forEach((element, i) => views[i].update(element));
  return { views, parts: boxClass ? [div(boxClass, ...els)] : els, update };
}

/** Words that tell a Python expression, which a click copies. */
function copierOf(className, name, label, expression) {
  const el = button(className, copy, label);
  el.addEventListener("animationend", () => el.classList.remove("indinb-copied"));
  setTip(el, `${expression}\n${name}: click to copy the expression`);
  async function copy() {
    if (!navigator.clipboard) return; // as in pages that came over plain HTTP
    await navigator.clipboard.writeText(expression);
    el.classList.add("indinb-copied");
  }
  return el;
}

/** The line of one element: its label, and whatever shows the value. */
function lineOf(row, { name, label }, ...parts) {
  const expression = `${row.property.expression}[${JSON.stringify(name)}]`;
  const title = copierOf("indinb-element-label", name, label, expression);
  title.tabIndex = -1; // from row to row is far enough
  return create("div", { class: "indinb-element", "data-element": name }, title, ...parts);
}

/** A check box that the model ticks; a click only asks. */
function checkbox(label, ask, attributes = {}) {
  const onclick = (event) => {
    event.preventDefault();
    ask();
  };
  const box = create("input", { type: "checkbox", onclick });
  return { box, el: create("label", { class: "indinb-check", ...attributes }, box, label) };
}

// ---- Numbers and texts -----------------------------------------------------------------------

const PLAIN_NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/;

/** What is wrong with a typed number, as far as a browser can tell: Python reads "12:34:56". */
function rangeError({ label, min, max }, text) {
  const checkable = min < max && PLAIN_NUMBER.test(text);
  const outside = checkable && (Number(text) < min || Number(text) > max);
  return outside ? `${label} must be between ${min} and ${max}.` : null;
}

/** An entry field and its phase: "empty", "typed" by the user, or "sent" and not yet answered. */
function entryField(label, onEdit, submit) {
  const input = create("input", {
    class: "indinb-field",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": label,
    oninput: () => enter(input.value === "" ? "empty" : "typed"),
    onkeydown: ({ key, isComposing }) => {
      if (key === "Enter" && !isComposing) submit();
      if (key === "Escape") clear();
    },
  });
  function enter(phase) {
    input.dataset.phase = phase;
    onEdit();
  }
  function clear() {
    input.value = "";
    enter("empty");
  }
  const isIn = (phase) => input.dataset.phase === phase;
  return { input, enter, clear, isIn };
}

/** A live value beside its entry field. */
function fieldView(row, element, onEdit, submit) {
  const value = span("indinb-value");
  const field = entryField(`${row.property.label} ${element.label}`, onEdit, submit);
  const el = lineOf(row, element, value, ...(row.writable ? [field.input] : []));

  function update({ text, min, max }) {
    setCut(value, row.readable ? text : "");
    field.input.placeholder = value.textContent;
    setTip(field.input, min < max ? `${min} … ${max}` : "");
    const { sent, failed, state } = row.property;
    if (field.isIn("sent") && !sent) answer(failed || state === "Alert");
  }
  /** What is refused stays, and goes out again with whatever is corrected beside it. */
  function answer(refused) {
    if (refused) field.enter("typed");
    else field.clear();
  }
  return { el, update, field, name: element.name };
}

function fieldsEditor(row) {
  const action = button("indinb-set", submit, "Set");
  const editor = eachElement(row, (element) => fieldView(row, element, refresh, submit));
  const typed = () => editor.views.filter(({ field }) => field.isIn("typed"));

  function refresh() {
    action.disabled = typed().length === 0;
  }
  function submit() {
    const lines = typed();
    const error = lines
      .map(({ name, field }) => rangeError(row.element(name), field.input.value))
      .find((one) => one !== null);
    if (error) return row.refuse(error);
    if (lines.length === 0) return;
    lines.forEach(({ field }) => field.enter("sent"));
    row.set(Object.fromEntries(lines.map(({ name, field }) => [name, field.input.value])));
  }
  refresh();
  return { ...editor, action: row.writable ? action : null };
}

// ---- Switches --------------------------------------------------------------------------------

/** Buttons, each of which asks for `wish(element)`. */
function buttonsEditor(row, boxClass, wish) {
  function buttonView({ name, label }) {
    const el = button("indinb-switch", () => row.set({ [name]: wish(row.element(name)) }), label);
    el.dataset.element = name;
    setTip(el, name);
    const update = ({ value }) => row.readable && el.setAttribute("aria-pressed", value);
    return { el, update };
  }
  return eachElement(row, buttonView, boxClass);
}

function dropdownEditor(row) {
  const none = create("option", { value: "", hidden: "" }, "choose…");
  const options = row.property.elements.map(({ name, label }) =>
    create("option", { value: name, "data-element": name }, label),
  );
  const listeners = { onchange, onwheel };
  const attributes = { class: "indinb-select", "aria-label": row.property.label, ...listeners };
  const select = create("select", attributes, none, ...options);

  function onchange() {
    const chosen = select.value;
    update(row.property);
    row.set({ [chosen]: true });
  }
  function onwheel(event) {
    if (document.activeElement === select) event.preventDefault(); // Firefox would choose
  }
  function update({ elements }) {
    const on = row.readable ? elements.find(({ value }) => value) : null;
    select.value = on?.name ?? "";
  }
  return { parts: [select], update };
}

function checkboxesEditor(row) {
  function boxView({ name, label }) {
    const ask = () => row.set({ [name]: !row.element(name).value });
    const { box, el } = checkbox(label, ask, { "data-element": name, "data-tip": name });
    const update = ({ value }) => {
      box.checked = row.readable && value;
    };
    return { el, update };
  }
  return eachElement(row, boxView, "indinb-choices");
}

/** Switches that can only be looked at; of many, only those that are on. */
function badgesEditor(row) {
  const many = row.property.elements.length > 4;
  function badgeView({ name, label }) {
    const word = span("indinb-hidden");
    const attributes = { class: "indinb-badge", "data-element": name, "data-tip": name };
    const el = create("span", attributes, label, word);
    function update({ value }) {
      const on = row.readable && value;
      el.dataset.on = on;
      el.hidden = many && !on;
      setText(word, on ? " (on)" : " (off)");
    }
    return { el, update };
  }
  return eachElement(row, badgeView, "indinb-choices");
}

function switchEditor(row) {
  const { rule, elements } = row.property;
  if (!row.writable) return badgesEditor(row);
  if (rule === "AnyOfMany") return checkboxesEditor(row);
  if (elements.length === 1) return buttonsEditor(row, "indinb-choices", () => true);
  if (rule === "AtMostOne") return buttonsEditor(row, "indinb-choices", ({ value }) => !value);
  if (elements.length <= 4) return buttonsEditor(row, "indinb-segments", () => true);
  return dropdownEditor(row);
}

// ---- Lights and BLOBs ------------------------------------------------------------------------

function lightsEditor(row) {
  return eachElement(row, (element) => {
    const light = lightView();
    const word = create("span", { "aria-hidden": "true" });
    function update({ value }) {
      light.update(value);
      setText(word, value);
    }
    return { el: lineOf(row, element, span("indinb-state", light.el, word)), update };
  });
}

/** What came last, and whoever wants sees it: the picture follows what comes. */
function blobView(row, { name }) {
  const value = span("indinb-value");
  const look = button("indinb-switch", toggle, "View");
  const image = create("img", { alt: "", onload: () => row.seen(name) });
  const caption = create("figcaption", {});
  const figure = create("figure", { class: "indinb-picture" }, image, caption);
  const line = lineOf(row, row.element(name), value, ...(row.readable ? [look] : []));
  const looks = () => row.property.looks?.[name];

  function toggle() {
    const { receiving } = row.property;
    row.look(name, !looks());
    if (looks() && !receiving) row.receive(true); // or one would wait for ever
  }
  function update({ value: size, text }) {
    const { time } = row.property;
    setCut(value, size ? [text, time].filter(Boolean).join(" · ") : "nothing yet");
    look.setAttribute("aria-pressed", Boolean(looks()));
    figure.hidden = !looks();
    drawPicture(looks() ?? {});
  }
  function drawPicture({ url, caption: words = "Waiting for a picture…" }) {
    image.hidden = !url;
    if (url && image.src !== url) image.src = url;
    image.alt = words;
    setText(caption, words);
  }
  return { el: div("indinb-blob", line, figure), update };
}

function blobEditor(row) {
  const editor = eachElement(row, (element) => blobView(row, element));
  const { box, el } = checkbox("Receive", () => row.receive(!row.property.receiving));
  box.disabled = row.readOnly;
  function update(property) {
    editor.update(property);
    box.checked = property.receiving;
  }
  return { parts: editor.parts, action: row.readable ? el : null, update };
}

const EDITORS = {
  Text: fieldsEditor,
  Number: fieldsEditor,
  Switch: switchEditor,
  Light: lightsEditor,
  BLOB: blobEditor,
};
