/** A line for each thing that takes its time: what, how far, how long; and a way to stop all. */

const OWN = ["label", "detail", "fraction", "state"];
const TRAITS = [...OWN, "parts"];

/** What, how far, how long: update({ label, detail, fraction, state }). */
function lineView() {
  const label = span("indinb-progress-label");
  const fill = div("indinb-progress-fill");
  const bar = create("div", { class: "indinb-progress-bar", role: "progressbar" }, fill);
  const detail = span("indinb-progress-detail");
  const el = div("indinb-progress-line", label, bar, detail);

  function update(line) {
    const fraction = line.state === "done" ? 1 : line.fraction;
    const words = line.detail || (line.state === "running" ? "" : line.state);
    el.dataset.state = line.state;
    el.dataset.known = fraction !== null;
    setText(label, line.label);
    setText(detail, words);
    fill.style.width = fraction === null ? "" : `${100 * fraction}%`;
    bar.setAttribute("aria-label", line.label);
    bar.setAttribute("aria-valuetext", words || line.state);
    if (fraction === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", Math.round(100 * fraction));
  }
  return { el, update };
}

function render({ model, el }) {
  const lines = div("indinb-progress-lines");
  const views = new Map();
  const abort = button("indinb-abort", press, "Abort");
  const root = div("indinb indinb-progress", lines, abort);
  const aborter = createAborter(model, { isRunning, isBlocking, helpless: tell });
  let hint = "";

  function isRunning() {
    return model.get("state") === "running";
  }
  function isBlocking() {
    return model.get("blocking");
  }
  function tell(words) {
    hint = words;
    draw();
  }
  function shown() {
    const parts = model.get("parts") ?? [];
    return parts.length ? parts : [Object.fromEntries(OWN.map((name) => [name, model.get(name)]))];
  }
  function hinted(line) {
    return hint && line.state === "running" ? { ...line, detail: hint } : line;
  }
  function draw() {
    const items = shown().map((line, index) => ({ ...hinted(line), index }));
    root.dataset.state = model.get("state");
    root.dataset.many = items.length > 1;
    reconcile(lines, views, items, ({ index }) => index, lineView);
    abort.textContent = items.length > 1 ? "Abort all" : "Abort";
    abort.hidden = !isRunning();
  }
  function press() {
    tell("aborting…");
    aborter.abort();
  }

  TRAITS.forEach((trait) => model.on(`change:${trait}`, draw));
  restoreNight();
  keepKeys(root);
  el.append(root);
  draw();
  return () => {
    aborter.close();
    TRAITS.forEach((trait) => model.off(`change:${trait}`, draw));
    root.remove();
  };
}

/** Without its kernel nothing is under way any more; the model tells that to all its views. */
function lose(model, loss) {
  const gone = { state: "lost", detail: `${sentence(loss)}.` };
  const ended = (line) => (line.state === "running" ? { ...line, ...gone } : line);
  model.set("parts", (model.get("parts") ?? []).map(ended));
  if (model.get("state") !== "running") return;
  Object.entries(gone).forEach(([name, value]) => model.set(name, value));
}

/** anywidget calls this once per model. */
function initialize({ model }) {
  return watchKernel(model, (loss) => lose(model, loss));
}

export default { initialize, render };
