/**
 * What is shown of a frame: layers, each painted once, and what they tell of its pixels.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 *
 * A layer is `{ x, y, width, height, canvas }`, the part of the frame that its canvas shows, the
 * top row of the screen first. One of levels also has `{ serial, factor, shape, planes, pixels,
 * values, exact, topDown }`; a live one has its `bitmap`.
 */

const NOTHING = {
  serial: 0,
  size: [1, 1],
  planes: 1,
  topDown: false,
  unit: "",
  words: "",
  bayer: false,
  grid: null,
  layers: [],
  counted: null,
  live: false,
  error: "",
};

function drawable([width, height]) {
  const canvas = create("canvas", { width, height });
  return [canvas, canvas.getContext("2d", { willReadFrequently: true })];
}

/** A layer of levels, unpacked; `at` is the first of its pixels in the frame. */
async function levelsLayer(told, low, high, [x, y], topDown) {
  const { shape, factor, planes, serial, exact } = told;
  const [canvas, context] = drawable(shape);
  const image = context.createImageData(...shape);
  const pixels = await unpackLevels(low, high);
  return {
    ...{ x, y, width: shape[0] * factor[0], height: shape[1] * factor[1] },
    ...{ serial, factor, shape, planes, pixels, exact, topDown, canvas, context, image },
    values: valueTable(told),
  };
}

/** A layer of a live picture; colour maps are for pictures that are grey. */
function liveLayer({ serial, x, y, width, height, planes = 1 }, bitmap) {
  const [canvas, context] = drawable([bitmap.width, bitmap.height]);
  return { serial, x, y, width, height, planes, bitmap, canvas, context };
}

/** Free what browsers clear away too late, should live pictures be many. */
const letGo = ({ bitmap }) => bitmap?.close();

function paint(layer, settings) {
  if (layer.bitmap) paintLive(layer, settings);
  else paintStill(layer, settings);
}

function paintStill(layer, settings) {
  const shades = shadeTable(layer.values, settings);
  const out = new Uint32Array(layer.image.data.buffer);
  paintLevels(out, layer, shades, colorTable(settings.colors));
  layer.context.putImageData(layer.image, 0, 0);
}

function paintLive({ bitmap, canvas, context, planes }, { colors }) {
  context.drawImage(bitmap, 0, 0);
  if (!colors.length || planes === 3) return;
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const out = new Uint32Array(image.data.buffer);
  const table = colorTable(colors);
  for (let i = 0; i < out.length; i++) out[i] = table[out[i] & 255];
  context.putImageData(image, 0, 0);
}

/** What of a layer's levels a pixel of the frame shows; null where it shows none. */
function valuesIn({ x, y, factor: [fx, fy], shape: [columns, rows], planes, ...layer }, [px, py]) {
  const [column, row] = [Math.floor((px - x) / fx), Math.floor((py - y) / fy)];
  if (column < 0 || row < 0 || column >= columns || row >= rows) return null;
  const at = row * columns + column;
  const plane = (index) => layer.values[layer.pixels[at + index * rows * columns]];
  return Array.from({ length: planes }, (_, index) => plane(index));
}

/** What the layers tell of a pixel: `{ values, exact }`, or null. */
function shownAt({ layers }, point) {
  for (const layer of layers.filter(({ pixels }) => pixels).reverse()) {
    const values = valuesIn(layer, point);
    if (values) return { values, exact: layer.exact };
  }
  return null;
}

/** Counts of a still picture's levels, each spread from half-way to its neighbours. */
function countedLevels({ pixels, values }) {
  const counts = countLevels(pixels);
  const first = Number.isNaN(values[0]) ? 1 : 0;
  return { counts, from: (level) => edge(values, level, first), first, last: LEVELS - 1 };
}

function edge(values, level, first) {
  const at = between(first + 1, level, LEVELS - 1);
  const half = (values[at] - values[at - 1]) / 2;
  return level < at ? values[level] - half : level > at ? values[at] + half : values[at] - half;
}

/** Counts that came with a live picture. */
function countedLive({ low, high }, counts) {
  const step = (high - low) / counts.length;
  return { counts, from: (bin) => low + bin * step, first: 0, last: counts.length - 1 };
}

/** The scene of a widget's model; `changed()` is called when there is something else to draw. */
function createScene(settings, changed) {
  let scene = NOTHING;
  let arrived = 0; // pictures; one that is unpacked late must not hide a newer one

  function show(next) {
    const before = scene.layers;
    scene = { ...scene, ...next };
    before.filter((layer) => !scene.layers.includes(layer)).forEach(letGo);
    changed();
  }
  function painted(layer) {
    paint(layer, settings());
    return layer;
  }
  function repaint() {
    scene.layers.forEach(painted);
    changed();
  }

  async function setPicture(picture) {
    const turn = ++arrived;
    if (!picture.shape) return show({ ...NOTHING, error: picture.error ?? "" });
    const { size, serial, top_down: topDown, unit, words, bayer, low, high } = picture;
    const layer = await levelsLayer(picture, low, high, [0, 0], topDown);
    if (turn !== arrived) return;
    const { planes } = layer;
    const told = { serial, size, planes, topDown, unit, words, bayer };
    const layers = [painted(layer)];
    const counted = countedLevels(layer);
    show({ ...told, layers, counted, grid: skyGrid(picture.grid), live: false, error: "" });
  }

  async function addTile(tile, [low, high]) {
    const isCurrent = () => tile.serial === scene.serial && !scene.live;
    if (!isCurrent()) return;
    const layer = await levelsLayer(tile, low, high, [tile.x, tile.y], scene.topDown);
    if (isCurrent()) show({ layers: [scene.layers[0], painted(layer)] });
  }

  /** Show a live picture, unless a picture has come since `turn`. */
  function setLive(frame, bitmap, histogram, grid, turn) {
    if (turn !== arrived) return bitmap.close();
    const counts = numbersOf(Uint32Array, histogram);
    const { serial, size, planes = 1, top_down: topDown, unit, bayer = false } = frame;
    const layers = [painted(liveLayer(frame, bitmap))];
    const told = { serial, size, planes, topDown, unit, words: "", bayer };
    show({ ...told, layers, counted: countedLive(frame, counts), grid, live: true, error: "" });
  }

  return { now: () => scene, turn: () => arrived, setPicture, addTile, setLive, repaint };
}
