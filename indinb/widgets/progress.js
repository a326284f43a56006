/** One line for something that takes its time: what, how far, how long, and a way to stop it. */

const TRAITS = ["label", "detail", "fraction", "state"];

function render({ model, el }) {
  const label = span("indinb-progress-label");
  const fill = div("indinb-progress-fill");
  const bar = create("div", { class: "indinb-progress-bar", role: "progressbar" }, fill);
  const detail = span("indinb-progress-detail");
  const abort = button("indinb-abort", press, "Abort");
  const root = div("indinb indinb-progress", label, bar, detail, abort);
  const aborter = createAborter(model, {
    isRunning: () => model.get("state") === "running",
    isBlocking: () => model.get("blocking"),
    helpless: tell,
  });
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
    abort.hidden = !running;
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

export default { render };
