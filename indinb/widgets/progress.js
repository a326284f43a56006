/**
 * One line for something that takes its time: what, how far, how long, and a way to stop it.
 *
 * Abort goes to Python as a message. While the cell that waits keeps the kernel busy, some kernels
 * read no messages; so without an answer the kernel is interrupted, which ends the waiting cell and
 * so stops the instrument too. Where no cell waits, there is nothing to interrupt.
 */

const PATIENCE = 400; // ms until an unanswered Abort is tried another way
const TRAITS = ["label", "detail", "fraction", "state"];

function create(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Ask for an abort by message, else by interrupt; says `helpless(words)` if neither can be done. */
function createAborter(model, helpless) {
  const waiting = new Map(); // timers of the messages that have no answer yet
  let lastId = 0;

  function abort() {
    const id = ++lastId;
    waiting.set(id, setTimeout(() => interrupt(id), PATIENCE));
    model.send({ type: "abort", id });
  }
  async function interrupt(id) {
    waiting.delete(id);
    if (model.get("state") !== "running") return;
    if (!model.get("blocking")) return helpless("as soon as the kernel is free");
    const stuck = () => helpless("press the stop button");
    const kernel = model.widget_manager?.kernel;
    if (!kernel?.interrupt) return stuck();
    await kernel.interrupt().catch(stuck);
  }
  function onMessage({ type, id }) {
    if (type !== "ack") return;
    clearTimeout(waiting.get(id));
    waiting.delete(id);
  }
  function close() {
    waiting.forEach((timer) => clearTimeout(timer));
    model.off("msg:custom", onMessage);
  }
  model.on("msg:custom", onMessage);
  return { abort, close };
}

function render({ model, el }) {
  const label = create("span", { class: "indinb-progress-label" });
  const fill = create("div", { class: "indinb-progress-fill" });
  const bar = create("div", { class: "indinb-progress-bar", role: "progressbar" }, fill);
  const detail = create("span", { class: "indinb-progress-detail" });
  const button = create("button", { type: "button", class: "indinb-progress-abort" }, "Abort");
  const root = create("div", { class: "indinb-progress" }, label, bar, detail, button);
  const aborter = createAborter(model, (words) => tell(words));
  let hint = "";

  function tell(words) {
    hint = words;
    draw();
  }
  function draw() {
    const state = model.get("state");
    const fraction = state === "done" ? 1 : model.get("fraction");
    const running = state === "running";
    root.dataset.state = state;
    root.dataset.known = fraction !== null;
    label.textContent = model.get("label");
    detail.textContent = running && hint ? hint : model.get("detail");
    fill.style.width = fraction === null ? "" : `${100 * fraction}%`;
    bar.setAttribute("aria-label", model.get("label"));
    bar.setAttribute("aria-valuetext", detail.textContent);
    if (fraction === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", Math.round(100 * fraction));
    button.hidden = !running;
  }

  button.addEventListener("click", () => {
    tell("aborting…");
    aborter.abort();
  });
  TRAITS.forEach((trait) => model.on(`change:${trait}`, draw));
  root.dataset.lmSuppressShortcuts = "true";
  el.append(root);
  draw();
  return () => {
    aborter.close();
    TRAITS.forEach((trait) => model.off(`change:${trait}`, draw));
    root.remove();
  };
}

export default { render };
