/**
 * The line that tells of the pixel that is pointed at, and of the picture.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

/** A number as the picture has it: what is whole in full, other ones with six digits. */
function valueWords(value) {
  if (value === null || Number.isNaN(value)) return "no value";
  if (Number.isInteger(value)) return String(value).replace("-", "−");
  return formatNumber(Number(value).toPrecision(6));
}

function readoutView(store, view) {
  const place = span("indinb-place");
  const value = span("indinb-value");
  const sky = span("indinb-sky");
  const words = span("indinb-words");
  const spoken = create("span", { class: "indinb-hidden", role: "status" });
  const el = div("indinb-readout", place, value, sky, words, spoken);
  setTip(place, "Column and row; the first pixel is 0, 0");
  let [pixel, byKeys] = [null, false];

  function point(next, isByKeys) {
    [pixel, byKeys] = [next, isByKeys];
    draw();
  }
  /** What the pixel has; what is not yet known to be exact, is so said. */
  function valueText() {
    const known = store.valuesAt(view, pixel);
    if (!known) return "…";
    const { unit } = store.scene();
    const numbers = known.values.map(valueWords).join(" / ");
    const isNumber = known.values.some((one) => Number.isFinite(one));
    return `${known.exact ? "" : "≈ "}${numbers}${isNumber && unit ? ` ${unit}` : ""}`;
  }
  function skyText() {
    const { grid, size } = store.scene();
    const at = grid && skyAt(grid, size, pixel);
    return at ? skyWords(at) : "";
  }
  function draw() {
    const { size, layers, words: facts, grid } = store.scene();
    if (pixel && !(pixel[0] < size[0] && pixel[1] < size[1] && layers.length)) pixel = null;
    setText(place, pixel ? `x ${pixel[0]}  y ${pixel[1]}` : "");
    setText(value, pixel ? valueText() : "");
    setText(sky, pixel ? skyText() : "");
    setText(words, facts);
    el.dataset.pointed = Boolean(pixel);
    el.dataset.sky = Boolean(grid);
    const told = [place, value, sky].map(({ textContent }) => textContent);
    setText(spoken, pixel && byKeys ? told.filter(Boolean).join(", ") : "");
  }
  return { el, draw, point };
}
