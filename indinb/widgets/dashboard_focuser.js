/**
 * The cards of the focuser and the filter wheel.
 *
 * A part of the dashboard's module; dashboard.js tells how the parts are joined.
 */

const MOST_BUTTONS = 5; // filters beyond which a dropdown is clearer

/** A button that moves by a step, whose size is the user's. */
function stepButton(act, sign, size) {
  const el = plainButton("", () => act("step", { steps: sign * size() }));
  function draw() {
    const words = size().toLocaleString("en").replaceAll(",", "\u2009");
    setText(el, `${sign < 0 ? "−" : "+"}${words}`);
    el.setAttribute("aria-label", `Move ${sign < 0 ? "in" : "out"} by ${size()} steps`);
  }
  return { el, draw };
}

/** An entry field for the size of a step. */
function stepField(value, draw) {
  const field = textField({ inputmode: "numeric", value, oninput: draw });
  const size = () => Math.max(1, Math.round(Number(field.value.replace(/\s/g, ""))) || value);
  return { field, size };
}

function focuserBody(act) {
  const readouts = readoutsView("indinb-large");
  const small = stepField(100, draw);
  const large = stepField(1000, draw);
  const sizes = [[-1, large], [-1, small], [1, small], [1, large]];
  const steps = sizes.map(([sign, { size }]) => stepButton(act, sign, size));
  const row = create("div", { class: "indinb-segments", role: "group", "aria-label": "Steps" });
  row.append(...steps.map(({ el }) => el));
  const field = textField({ inputmode: "numeric" });
  const go = sender("Go");
  function move() {
    if (go.disabled) return; // Enter asks nobody
    if (field.value.trim()) act("go", { position: field.value });
    else field.focus();
  }
  const goTo = form(move, labelled("Go to", field), go);
  const fields = [labelled("Small step", small.field), labelled("Large step", large.field)];
  const sizing = div("indinb-line indinb-sizes", ...fields);
  const line = div("indinb-line", goTo, sizing);

  function draw() {
    steps.forEach((step) => step.draw());
  }
  function update(card) {
    readouts.update([
      ["Position", card.position],
      ["Air", card.temperature],
    ]);
    field.placeholder = card.limits;
    goTo.hidden = !card.can.go;
    row.hidden = sizing.hidden = !card.can.step;
    const moving = card.light === "Busy";
    steps.forEach(({ el }) => {
      el.disabled = moving;
    });
    go.disabled = moving;
  }
  draw();
  return { readouts: [readouts.el], controls: [row, line], update };
}

/** The filters as buttons. */
function filterButtons(select) {
  const el = create("div", { class: "indinb-segments", role: "group", "aria-label": "Filters" });
  const views = new Map();
  function filterView({ slot }) {
    const one = plainButton("", () => select(slot));
    const update = ({ name, on, busy }) => {
      setText(one, name);
      one.setAttribute("aria-pressed", on);
      one.disabled = busy;
    };
    return { el: one, update };
  }
  function update(filters) {
    reconcile(el, views, filters, ({ slot }) => slot, filterView);
  }
  return { el, update };
}

/** The filters as a dropdown, which shows the one in the light. */
function filterDropdown(select) {
  const list = dropdown({ "aria-label": "Filter" }, () => {
    const chosen = Number(list.value);
    show();
    select(chosen);
  });
  let current = "";
  function show() {
    list.value = current;
  }
  function update(filters) {
    setOptions(list, filters.map(({ slot, name }) => [slot, name]));
    current = filters.find(({ on }) => on)?.slot ?? "";
    list.disabled = filters.some(({ busy }) => busy);
    show();
  }
  return { el: list, update };
}

function wheelBody(act) {
  const readouts = readoutsView("indinb-large");
  const select = (slot) => act("select", { slot });
  const buttons = filterButtons(select);
  const list = filterDropdown(select);
  const empty = create("p", {}, "The wheel tells no filters yet.");

  function update({ filters, slot, light, can }, { read_only: readOnly }) {
    const busy = light === "Busy";
    const items = filters.map((name, index) => ({
      slot: index + 1,
      name,
      on: index + 1 === slot,
      busy,
    }));
    const many = items.length > MOST_BUTTONS;
    readouts.update([["Filter", filters[slot - 1]]]);
    readouts.el.hidden = can.select && !readOnly; // the controls tell the same
    buttons.el.hidden = many || !can.select;
    list.el.hidden = !many || !can.select;
    empty.hidden = items.length > 0;
    if (many) list.update(items);
    else buttons.update(items);
  }
  return { readouts: [readouts.el], controls: [buttons.el, list.el, empty], update };
}
