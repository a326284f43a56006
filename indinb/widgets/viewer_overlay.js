/**
 * What lies over the picture: markers, the cursor of the keyboard, and the box.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

const HALO = "rgb(0 0 0 / 55%)"; // behind lines and words, as pictures may be bright
const CURSOR = "#ffd54a";
const BOX_SIDES = ["nw", "ne", "sw", "se"];

// ---- Markers, in CSS pixels ------------------------------------------------------------------

const SHAPES = {
  circle: (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
  square: (c, x, y, r) => c.rect(x - r, y - r, 2 * r, 2 * r),
  plus: (c, x, y, r) => cross(c, x, y, r, 0),
  crosshair: (c, x, y, r) => cross(c, x, y, r, r / 3),
  diamond(c, x, y, r) {
    c.moveTo(x, y - r);
    [[r, 0], [0, r], [-r, 0]].forEach(([dx, dy]) => c.lineTo(x + dx, y + dy));
    c.closePath();
  },
};

/** Four arms that leave a gap at the middle. */
function cross(c, x, y, r, gap) {
  for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
    c.moveTo(x + dx * gap, y + dy * gap);
    c.lineTo(x + dx * r, y + dy * r);
  }
}

/** Draw a shape at many places, with a dark edge. */
function drawShapes(context, points, shape, color, radius) {
  context.beginPath();
  for (const [x, y] of points) {
    context.moveTo(x + radius, y);
    (SHAPES[shape] ?? SHAPES.circle)(context, x, y, radius);
  }
  for (const [style, width] of [[HALO, 3.5], [color, 1.8]]) {
    Object.assign(context, { strokeStyle: style, lineWidth: width });
    context.stroke();
  }
}

function drawTexts(context, points, texts, color, radius) {
  Object.assign(context, { font: "600 12px system-ui, sans-serif", textBaseline: "middle" });
  Object.assign(context, { strokeStyle: HALO, lineWidth: 2.5, lineJoin: "round" });
  context.fillStyle = color;
  points.forEach(([x, y], index) => {
    if (!texts[index]) return;
    context.strokeText(texts[index], x + radius + 4, y);
    context.fillText(texts[index], x + radius + 4, y);
  });
}

function drawMarkers(context, place, { shape, color, size, xs, ys, texts }) {
  const [columns, rows] = [xs, ys].map((numbers) => numbersOf(Float32Array, numbers));
  const [across, down] = place.screen;
  const seen = [];
  columns.forEach((x, index) => {
    const [sx, sy] = place.toScreen([x, rows[index]]);
    const isNear = sx > -200 && sx < across + size && sy > -size && sy < down + size;
    if (isNear) seen.push({ point: [sx, sy], text: texts[index] });
  });
  const points = seen.map(({ point }) => point);
  drawShapes(context, points, shape, color, size / 2);
  drawTexts(context, points, seen.map(({ text }) => text), color, size / 2);
}

/** The pixel under the cursor, where it is large enough, and arms around it. */
function drawCursor(context, place, point) {
  const [x, y] = place.toScreen(point);
  const half = Math.max(place.scale / 2, 3);
  drawShapes(context, [[x, y]], "square", CURSOR, half);
  context.beginPath();
  cross(context, x, y, half + 10, half + 3);
  context.stroke();
}

// ---- The box ---------------------------------------------------------------------------------

const boxOf = ([x, y, width, height]) => ({ x, y, width, height });
const traitOf = ({ x, y, width, height }) => [x, y, width, height];
const boxWords = ({ x, y, width, height }) => `${x}, ${y}   ${width} × ${height}`;

/** A rectangle with a handle at each corner; stage.js drags them. */
function boxView() {
  const words = span("indinb-box-words");
  const handles = BOX_SIDES.map((side) => {
    const handle = span("indinb-box-handle");
    handle.dataset.side = side;
    return handle;
  });
  const el = div("indinb-box", words, ...handles);

  function update(place, box) {
    el.hidden = !box;
    if (!box) return;
    for (const [side, length] of Object.entries(onScreen(place, box))) {
      el.style[side] = `${length}px`;
    }
    setText(words, boxWords(box));
  }
  return { el, update };
}

/** The box after its corner, or all of it, has been dragged over the frame. */
function dragged(box, side, [dx, dy], topDown, [width, height]) {
  if (!side) {
    const x = between(0, box.x + dx, Math.max(0, width - box.width));
    const y = between(0, box.y + dy, Math.max(0, height - box.height));
    return { ...box, x, y };
  }
  const isHigh = (side[0] === "n") !== topDown;
  const [x, w] = pulled(box.x, box.width, dx, side[1] === "e", width);
  const [y, h] = pulled(box.y, box.height, dy, isHigh, height);
  return { x, y, width: w, height: h };
}

/** One end of a stretch of pixels moves, the other one stays. */
function pulled(start, length, delta, isEnd, most) {
  const end = start + length;
  if (isEnd) return [start, between(start + 1, end + delta, most) - start];
  const moved = between(0, start + delta, end - 1);
  return [moved, end - moved];
}
