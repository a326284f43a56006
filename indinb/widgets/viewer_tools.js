/**
 * The line of tools under the picture, and that of live pictures over it.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

const INTERVALS = [
  ["auto", "Auto"],
  ["zscale", "ZScale"],
  ["percentile", "99.5 %"],
  ["minmax", "Min–max"],
];
const CURVES = [
  ["linear", "Linear"],
  ["asinh", "Asinh"],
  ["log", "Log"],
  ["sqrt", "Square root"],
  ["squared", "Squared"],
];
const MAPS = [
  ["gray", "Gray"],
  ["gray_r", "Inverted"],
  ...["viridis", "inferno", "magma", "cividis", "plasma", "hot", "cubehelix"].map((name) => [
    name,
    sentence(name),
  ]),
];

// Drawn in a box of 16 by 16.
const ICONS = {
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  in: "M8 3v10M3 8h10",
  out: "M3 8h10",
  box: "M2.5 4.5v-2h2M7 2.5h2M11.5 2.5h2v2M13.5 7v2M13.5 11.5v2h-2M9 13.5H7M4.5 13.5h-2v-2M2.5 9V7",
  bayer: "M2.5 2.5h11v11h-11zM8 2.5v11M2.5 8h11",
};

function iconButton(icon, label, tip, onclick) {
  const path = svg("path", { d: ICONS[icon] });
  const picture = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
  const el = button("indinb-tool", onclick, picture);
  el.setAttribute("aria-label", label);
  setTip(el, tip);
  return el;
}

/** A dropdown for a trait; what is there but cannot be chosen, as "manual", is added. */
function chooser(label, options, choose) {
  const el = dropdown({ "aria-label": label }, () => choose(el.value));
  function update(value) {
    const isKnown = options.some(([name]) => name === value);
    setOptions(el, isKnown ? options : [...options, [value, sentence(value)]]);
    el.value = value;
  }
  return { el, update };
}

function toolsView(store, stage) {
  const choosers = {
    interval: chooser("Limits", INTERVALS, (interval) => store.set({ interval })),
    stretch: chooser("Stretch", CURVES, (stretch) =>
      store.set({ stretch, parameter: PARAMETERS[stretch] ?? store.get("parameter") }),
    ),
    colormap: chooser("Colours", MAPS, (colormap) => store.set({ colormap })),
  };
  const one = button("indinb-tool", stage.oneToOne, "1:1");
  one.setAttribute("aria-label", "One to one");
  setTip(one, "A pixel of the picture is one of the screen (1)");
  const zooms = [
    iconButton("out", "Zoom out", "Zoom out (−)", stage.zoomOut),
    iconButton("in", "Zoom in", "Zoom in (+, or the wheel after a click)", stage.zoomIn),
    iconButton("fit", "Fit", "All of the picture (0, or a double click)", stage.fit),
    one,
  ];
  const box = iconButton("box", "Box", "Draw a box by dragging (or with Shift)", toggleBox);
  const bayer = iconButton("bayer", "Debayer", "Colours of a one-shot colour camera", () =>
    store.set({ debayer: !store.get("debayer") }),
  );
  const night = nightView();
  const looks = div("indinb-looks", ...Object.values(choosers).map(({ el }) => el));
  const buttons = div("indinb-buttons", ...zooms, box, bayer, night.el);
  const el = create("div", { class: "indinb-tools", role: "group", "aria-label": "Tools" });
  el.append(looks, buttons);

  function toggleBox() {
    stage.setBoxing(!stage.isBoxing());
  }
  function drawBox() {
    box.setAttribute("aria-pressed", stage.isBoxing());
  }
  function draw() {
    Object.entries(choosers).forEach(([name, { update }]) => update(store.get(name)));
    const { layers, bayer: isBayer, planes } = store.scene();
    [...zooms, box].forEach((tool) => (tool.disabled = !layers.length));
    choosers.colormap.el.hidden = planes === 3; // which has colours of its own
    bayer.hidden = !isBayer;
    bayer.setAttribute("aria-pressed", Boolean(store.get("debayer")));
    drawBox();
  }
  stage.el.addEventListener("boxing", drawBox);
  return { el, draw, close: night.close };
}

/** What is told of live pictures, and how to stop them. */
function liveView(store) {
  const light = span("indinb-light");
  const words = span("indinb-live-words");
  const counts = span("indinb-live-counts");
  const message = create("span", { class: "indinb-live-message", role: "status" });
  const subframe = button("indinb-switch", () => store.send("subframe"));
  const stop = button("indinb-abort", () => store.send("stop"), "Stop");
  const el = create("div", { class: "indinb-live", role: "group", "aria-label": "Live" });
  el.append(light, words, counts, message, subframe, stop);

  function draw() {
    const live = store.live();
    const isRunning = live.state === "running";
    el.hidden = !live.state;
    if (el.hidden) return;
    const hasBox = store.get("box").length > 0;
    light.dataset.state = isRunning ? "Busy" : "Idle";
    if (live.message && live.state !== "gone") light.dataset.state = "Alert";
    setText(words, [isRunning && "Live", live.words].filter(Boolean).join(" · "));
    setText(counts, countWords(live));
    setCut(message, live.message ?? "");
    setText(subframe, hasBox ? "Subframe" : "Whole chip");
    setTip(subframe, hasBox ? "Read out only what is in the box" : "Read out all of the chip");
    [subframe, stop].forEach((one) => (one.hidden = !isRunning));
  }
  return { el, draw };
}

function countWords({ state, fps, shown = 0, dropped = 0 }) {
  if (state !== "running") return state === "gone" ? "" : "Stopped";
  const rate = fps != null ? `${fps.toFixed(1)} fps` : "";
  const lost = dropped ? `${dropped} dropped` : "";
  return [rate, `${shown} shown`, lost].filter(Boolean).join(" · ");
}
