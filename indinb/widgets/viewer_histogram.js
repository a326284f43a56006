/**
 * How often each value is, and handles for black, mid-grey and white.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

const BINS = 256;
const AROUND = 0.3; // of the width from black to white, on each side of them
const CROWDED = 0.08; // of the range: black and white are too close for fingers
const NUDGE = 0.01; // of the width from black to white, for an arrow key
const MIDTONES = [0.0005, 0.9995];
const ARROW_WAYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const WAYS = { ...ARROW_WAYS, PageDown: -10, PageUp: 10 };

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
}

// ---- Numbers ---------------------------------------------------------------------------------

/** The values that some pixels have. */
function extent({ counts, from, first, last }) {
  let [low, high] = [first, last];
  while (low < high && !counts[low]) low++;
  while (high > low && !counts[high]) high--;
  return [from(low), from(high + 1)];
}

/** Share counts out to bins over a range; each level reaches from its edge to the next one. */
function binned({ counts, from, first, last }, [low, high]) {
  const bins = new Float64Array(BINS);
  const place = (value) => between(0, ((value - low) / (high - low)) * BINS, BINS);
  for (let level = first; level <= last; level++) {
    if (counts[level]) spreadOut(bins, counts[level], place(from(level)), place(from(level + 1)));
  }
  return bins;
}

function spreadOut(bins, count, start, end) {
  for (let bin = Math.floor(start); bin < end; bin++) {
    const shared = (Math.min(bin + 1, end) - Math.max(bin, start)) / (end - start);
    bins[bin] += count * shared;
  }
}

/** The outline of bins in a box of 256 by 100; heights are logarithms. */
function outline(bins) {
  const most = Math.log1p(Math.max(...bins)) || 1;
  const heights = Array.from(bins, (count) => 100 - (96 * Math.log1p(count)) / most);
  const steps = heights.map((height, bin) => `L${bin} ${height.toFixed(1)}H${bin + 1}`);
  return `M0 100${steps.join("")}V100Z`;
}

/** The range that shows black and white best, no wider than there are values. */
function rangeAround({ black, white }, [least, most]) {
  const around = AROUND * (white - black) || Math.max(Math.abs(white) * 0.01, 0.5);
  const low = Math.min(black, Math.max(least, black - around));
  const high = Math.max(white, Math.min(most, white + around));
  return low < high ? [low, high] : [low - around, high + around];
}

function wholeRange({ black, white }, [least, most]) {
  return [Math.min(black, least), Math.max(white, most)];
}

const isGood = ([low, high], { black, white }) =>
  low <= black && white <= high && white - black > CROWDED * (high - low);

/** A value with no more digits than a range can show. */
function neat(value, width) {
  const digits = between(0, Math.ceil(Math.log10(1000 / width)), 100);
  return Number(value.toFixed(digits));
}

/** Where between black and white the stretch comes to the midtone. */
function midtonePlace(settings) {
  const stretch = stretchOf(settings);
  let [low, high] = [0, 1];
  for (let turn = 0; turn < 40; turn++) {
    const middle = (low + high) / 2;
    if (stretch(middle) < settings.midtone) low = middle;
    else high = middle;
  }
  return low;
}

const EXTREME = [1e-4, 1e7]; // numbers beyond them are written with an exponent

/** A number with seven digits at most. */
function formatNumber(value) {
  const size = Math.abs(value);
  const isPlain = !size || (size >= EXTREME[0] && size < EXTREME[1]);
  const rounded = Number(Number(value).toPrecision(7));
  return (isPlain ? String(rounded) : rounded.toExponential()).replace("e+", "e").replaceAll("-", "−");
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const UNCLEAR = /,\d{3}$/; // a decimal comma, or one that parts thousands

/** What is typed, as a number: `{ value }`, or `{ problem }` in words. */
function readNumber(text) {
  const plain = text.trim().replaceAll("−", "-");
  if (UNCLEAR.test(plain)) {
    const [whole, decimal] = ["", "."].map((mark) => plain.replaceAll(",", mark));
    return { problem: `“${plain}” may be ${whole} or ${decimal}: write it without a comma` };
  }
  const value = NUMBER.test(plain.replace(",", ".")) ? Number(plain.replace(",", ".")) : NaN;
  return Number.isFinite(value) ? { value } : { problem: `“${plain}” is not a number` };
}

// ---- Handles ---------------------------------------------------------------------------------

/** A handle that is dragged or moved by keys; `move(value)` and `nudge(steps)` ask for it. */
function handleView(name, { valueAt, move, nudge, hold }) {
  const attributes = { class: "indinb-handle", role: "slider", tabindex: "0", "aria-label": name };
  const el = create("div", { ...attributes, onpointerdown, onpointermove, onkeydown });
  ["pointerup", "pointercancel"].forEach((type) => el.addEventListener(type, () => hold(false)));
  el.dataset.handle = name.toLowerCase();

  function onpointerdown(event) {
    if (event.button) return;
    el.setPointerCapture(event.pointerId);
    hold(true);
  }
  function onpointermove(event) {
    if (el.hasPointerCapture(event.pointerId)) move(valueAt(event.clientX));
  }
  function onkeydown(event) {
    if (!WAYS[event.key]) return;
    event.preventDefault();
    nudge(WAYS[event.key] * (event.shiftKey ? 10 : 1));
  }
  function update(value, [low, high], words) {
    el.style.left = `${100 * between(0, (value - low) / (high - low), 1)}%`;
    const facts = { valuemin: low, valuemax: high, valuenow: value, valuetext: words };
    Object.entries(facts).forEach(([fact, told]) => el.setAttribute(`aria-${fact}`, told));
    setTip(el, `${name}: ${words}`);
  }
  return { el, update };
}

/**
 * A field for a number. What is typed stays while the number changes, and also if it is refused:
 * `problemOf(value)` tells why, and `change(value)` hears of all others.
 */
function numberField(label, problemOf, change) {
  const attributes = { class: "indinb-field", inputmode: "text", autocomplete: "off" };
  const el = create("input", { ...attributes, "aria-label": label, onchange: enter, onkeydown });
  let shown = "";
  let isTyped = false;
  el.addEventListener("input", () => type(true));
  el.addEventListener("blur", enter);
  function type(on, problem = "") {
    isTyped = on;
    el.setAttribute("aria-invalid", Boolean(problem));
    setTip(el, problem);
  }
  function putBack() {
    type(false);
    el.value = shown;
  }
  function enter() {
    if (!isTyped) return;
    if (!el.value.trim()) return putBack();
    const read = readNumber(el.value);
    const problem = read.problem ?? problemOf(read.value);
    if (problem) return type(true, problem);
    putBack();
    change(read.value);
  }
  function onkeydown({ key }) {
    if (key === "Escape") putBack();
    if (key === "Enter") enter();
  }
  function update(value) {
    shown = formatNumber(value);
    if (!isTyped) el.value = shown;
  }
  const isRefused = () => el.getAttribute("aria-invalid") === "true";
  /** Try once more what was refused. */
  function retry() {
    if (isRefused()) enter();
  }
  return { el, update, retry };
}

// ---- The histogram ---------------------------------------------------------------------------

function histogramView(store) {
  const path = svg("path", {});
  const plot = svg("svg", { viewBox: "0 0 256 100", preserveAspectRatio: "none" }, path);
  const bar = create("canvas", { class: "indinb-shades", width: BINS, height: 1 });
  const nudgeBlack = (count) => setBlack(tidy(get("black") + step(count)));
  const nudgeWhite = (count) => setWhite(tidy(get("white") + step(count)));
  const [black, midtone, white] = [
    handleView("Black", { valueAt, hold, move: setBlack, nudge: nudgeBlack }),
    handleView("Midtone", { valueAt, hold, move: setMiddle, nudge: nudgeMidtone }),
    handleView("White", { valueAt, hold, move: setWhite, nudge: nudgeWhite }),
  ];
  const strip = div("indinb-strip", plot, bar, black.el, midtone.el, white.el);
  const fields = [
    numberField("Black", blackProblem, (value) => enter({ black: value })),
    numberField("White", whiteProblem, (value) => enter({ white: value })),
  ];
  const el = div("indinb-histogram", fields[0].el, strip, fields[1].el);
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Histogram");
  plot.dataset.tip = "How often each value is; double click: all values, or those near the limits";
  plot.setAttribute("aria-hidden", "true");
  strip.addEventListener("dblclick", () => draw({ isWhole: !shown.isWhole, counted: null }));
  let shown = { counted: null, interval: "", range: [0, 1], isWhole: false };
  let isHeld = false;

  const get = (name) => store.get(name);
  const limits = () => ({ black: get("black"), white: get("white") });
  const step = (count) => count * NUDGE * (get("white") - get("black") || 1);
  const least = () => (shown.range[1] - shown.range[0]) * 1e-3;
  const tidy = (value) => neat(value, shown.range[1] - shown.range[0]);

  function hold(on) {
    isHeld = on;
    if (!on) draw();
  }
  function valueAt(clientX) {
    const { left, width } = strip.getBoundingClientRect();
    const [low, high] = shown.range;
    return tidy(low + between(0, (clientX - left) / width, 1) * (high - low));
  }
  function setManual(changes) {
    store.set({ ...changes, interval: "manual" });
  }
  function blackProblem(value) {
    const { white: high } = limits();
    return value < high ? "" : `Black must be less than white, ${formatNumber(high)}`;
  }
  function whiteProblem(value) {
    const { black: low } = limits();
    return value > low ? "" : `White must be more than black, ${formatNumber(low)}`;
  }
  /** What was refused beside it may do now: so both can be typed, whichever comes first. */
  function enter(limit) {
    setManual(limit);
    fields.forEach(({ retry }) => retry());
  }
  /** A limit that is moved beyond the other one pushes it. */
  function setBlack(value) {
    const width = isHeld ? least() : get("white") - get("black") || 1;
    setManual({ black: value, white: value < get("white") ? get("white") : value + width });
  }
  function setWhite(value) {
    const width = isHeld ? least() : get("white") - get("black") || 1;
    setManual({ white: value, black: value > get("black") ? get("black") : value - width });
  }
  function setMiddle(value) {
    const share = clip((value - get("black")) / (get("white") - get("black") || 1));
    setMidtone(stretchOf(store.settings())(share));
  }
  function nudgeMidtone(count) {
    const place = clip(midtonePlace(store.settings()) + count * NUDGE);
    setMidtone(stretchOf(store.settings())(place));
  }
  function setMidtone(value) {
    setManual({ midtone: Number(between(MIDTONES[0], value, MIDTONES[1]).toFixed(6)) });
  }

  function chooseRange(counted, isWhole) {
    const range = isWhole ? wholeRange : rangeAround;
    return range(limits(), extent(counted));
  }
  function draw(news = {}) {
    const { counted } = store.scene();
    el.hidden = !counted;
    if (!counted) return;
    const before = shown;
    shown = { ...shown, ...news };
    const isNew = shown.counted !== counted || shown.interval !== get("interval");
    const fits = isGood(shown.range, limits()) || (shown.isWhole && !isNew);
    if (!isHeld && (isNew || !fits)) shown.range = chooseRange(counted, shown.isWhole);
    Object.assign(shown, { counted, interval: get("interval") });
    if (before.counted !== counted || String(before.range) !== String(shown.range)) {
      path.setAttribute("d", outline(binned(counted, shown.range)));
    }
    drawShades();
    drawLimits();
  }
  function drawShades() {
    const settings = store.settings();
    const [shade, colors] = [shader(settings), colorTable(settings.colors)];
    const context = bar.getContext("2d");
    const image = context.createImageData(BINS, 1);
    const [low, high] = shown.range;
    new Uint32Array(image.data.buffer).forEach((_, bin, out) => {
      const value = low + ((bin + 0.5) / BINS) * (high - low);
      out[bin] = colors[Math.floor(255 * shade(value)) || 0];
    });
    context.putImageData(image, 0, 0);
  }
  function drawLimits() {
    const { unit } = store.scene();
    const words = (value) => `${formatNumber(tidy(value))} ${unit}`.trim();
    const { black: low, white: high } = limits();
    const middle = low + midtonePlace(store.settings()) * (high - low);
    black.update(low, shown.range, words(low));
    white.update(high, shown.range, words(high));
    midtone.update(middle, shown.range, `${get("midtone").toFixed(3)} at ${words(middle)}`);
    [low, high].forEach((value, index) => fields[index].update(tidy(value)));
  }
  return { el, draw: () => draw() };
}
