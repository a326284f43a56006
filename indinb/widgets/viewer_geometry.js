/**
 * How the pixels of a frame lie on the screen.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 *
 * Frame: the centre of the first pixel is (0, 0), which reaches from -0.5 to 0.5. Screen: CSS
 * pixels from the top left corner of the canvas. A view is [] where the whole frame fits, else
 * [x, y, fov]: the centre, and how many pixels of the frame the shorter side of the canvas shows.
 */

const FINEST = 4; // pixels of the frame at least, across the shorter side
const COARSEST = 4; // times the frame at most

const between = (low, value, high) => Math.min(Math.max(value, low), high);

/** Where the frame is on a canvas; its maps take and return pairs of x and y. */
function placement([width, height], topDown, view, [across, down]) {
  const shorter = Math.min(across, down) || 1;
  const fitting = Math.min(across / width, down / height) || 1;
  const [x, y, fov] = view.length
    ? view
    : [(width - 1) / 2, (height - 1) / 2, shorter / fitting];
  const most = Math.max(COARSEST * Math.max(width, height), FINEST);
  const scale = shorter / between(FINEST, fov, most);
  const centre = [between(-0.5, x, width - 0.5), between(-0.5, y, height - 0.5)];
  const up = topDown ? scale : -scale;
  return {
    scale,
    centre,
    fitting,
    screen: [across, down],
    toScreen: ([px, py]) => [
      across / 2 + (px - centre[0]) * scale,
      down / 2 + (py - centre[1]) * up,
    ],
    toFrame: ([sx, sy]) => [
      centre[0] + (sx - across / 2) / scale,
      centre[1] + (sy - down / 2) / up,
    ],
  };
}

const fovOf = ({ screen, scale }) => Math.min(...screen) / scale;

/** The view of a place, within its bounds. */
const viewOf = (place) => [...place.centre, fovOf(place)];

/** The view after the frame has been dragged so far. */
function panned(place, dx, dy) {
  const [across, down] = place.screen;
  const centre = place.toFrame([across / 2 - dx, down / 2 - dy]);
  return [...centre, fovOf(place)];
}

/** The view in which what is at `anchor` stays there; all fits where one would see more. */
function zoomed(place, factor, anchor) {
  const scale = Math.min(place.scale * factor, Math.min(...place.screen) / FINEST);
  if (scale <= place.fitting * 1.001) return [];
  const held = place.toFrame(anchor);
  const left = place.scale / scale;
  const centre = place.centre.map((middle, axis) => held[axis] + (middle - held[axis]) * left);
  return [...centre, fovOf({ ...place, scale })];
}

/** The view at so many CSS pixels for one of the frame. */
const scaledTo = (place, scale) => viewOf({ ...place, scale });

/** A rectangle of the frame on the screen: left, top, width, height. */
function onScreen(place, { x, y, width, height }) {
  const [x0, y0] = place.toScreen([x - 0.5, y - 0.5]);
  const [x1, y1] = place.toScreen([x + width - 0.5, y + height - 0.5]);
  return { left: x0, top: Math.min(y0, y1), width: x1 - x0, height: Math.abs(y1 - y0) };
}

/** The whole pixels of the frame between two points of the screen; null where there are none. */
function pixelsBetween(place, [width, height], one, other) {
  const [a, b] = [place.toFrame(one), place.toFrame(other)];
  const low = [0, 1].map((axis) => Math.round(Math.min(a[axis], b[axis])));
  const high = [0, 1].map((axis) => Math.round(Math.max(a[axis], b[axis])));
  const [x, y] = low.map((value) => Math.max(value, 0));
  const [right, top] = [Math.min(high[0], width - 1), Math.min(high[1], height - 1)];
  if (right < x || top < y) return null;
  return { x, y, width: right - x + 1, height: top - y + 1 };
}

/** The part of the frame that a canvas shows. */
function visiblePart(place, size) {
  return pixelsBetween(place, size, [0, 0], place.screen);
}

/** Whether a layer shows all of a part, but for what is left over at the edge by binning. */
function covers(layer, part) {
  const [columns, rows] = layer.factor;
  return (
    layer.x <= part.x &&
    layer.y <= part.y &&
    layer.x + layer.width + columns > part.x + part.width &&
    layer.y + layer.height + rows > part.y + part.height
  );
}

// ---- Finer pixels ----------------------------------------------------------------------------

const MOST_NUMBERS = 1.2e6; // in one answer
const MARGIN = 0.25; // of what is visible, on each side, so that small steps need no answer

/** The part, and the pixels to bin into one, that would look best; null if `factor` does. */
function finerPart(place, size, planes, factor, density) {
  const seen = visiblePart(place, size);
  if (!seen) return null;
  const wanted = Math.max(1, Math.floor(1 / (place.scale * density) + 1e-6));
  if (wanted >= factor) return null;
  const part = widened(seen, size);
  const affordable = Math.ceil(Math.sqrt((part.width * part.height * planes) / MOST_NUMBERS));
  const chosen = Math.max(wanted, affordable);
  return chosen < factor ? { seen, part, factor: chosen } : null;
}

function widened({ x, y, width, height }, size) {
  const [dx, dy] = [Math.ceil(width * MARGIN), Math.ceil(height * MARGIN)];
  const left = Math.max(0, x - dx);
  const bottom = Math.max(0, y - dy);
  return {
    x: left,
    y: bottom,
    width: Math.min(size[0], x + width + dx) - left,
    height: Math.min(size[1], y + height + dy) - bottom,
  };
}
