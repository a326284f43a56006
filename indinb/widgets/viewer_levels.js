/**
 * Pictures in numbers of 16 bits: unpacked, and shaded by tables that have an entry for each level.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

const LEVELS = 65536;

const bytesOf = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Numbers of 32 bits, which may begin anywhere in a message. */
function numbersOf(Type, { buffer, byteOffset, byteLength }) {
  return new Type(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Unpack; without a Blob, for which the browser would ask another of its processes. */
async function inflate(packed) {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const unpacked = new Response(stream.readable).arrayBuffer();
  await Promise.all([writer.write(packed), writer.close()]);
  return new Uint8Array(await unpacked);
}

/** Join levels that came as low bytes, and high bytes that are packed. */
async function unpackLevels(low, high) {
  const highs = await inflate(high);
  const lows = bytesOf(low);
  const pixels = new Uint16Array(lows.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = lows[i] | (highs[i] << 8);
  return pixels;
}

/** What levels stand for; where they are roots, level 0 is a pixel without a value. */
function valueTable({ offset, scale, root }) {
  const values = new Float64Array(LEVELS);
  for (let level = 0; level < LEVELS; level++) {
    values[level] = root ? offset + ((level - 1) * scale) ** 2 : offset + level * scale;
  }
  if (root) values[0] = NaN;
  return values;
}

/** How many pixels have each level. */
function countLevels(pixels) {
  const counts = new Uint32Array(LEVELS);
  for (let i = 0; i < pixels.length; i++) counts[pixels[i]]++;
  return counts;
}

// ---- Stretches: from 0 to 1, by the formulas of astropy.visualization ------------------------

const STRETCHES = {
  linear: () => (x) => x,
  sqrt: () => Math.sqrt,
  squared: () => (x) => x * x,
  asinh: (a) => (x) => Math.asinh(x / a) / Math.asinh(1 / a),
  log: (a) => (x) => Math.log(a * x + 1) / Math.log(a + 1),
  power: (a) => (x) => x ** a,
  custom: (_, curve) => (x) => interpolate(curve, x ** 0.25),
};

/** What each stretch takes when it is chosen by name. */
const PARAMETERS = { asinh: 0.1, log: 1000, power: 2 };

/** Read a table, evenly spaced from 0 to 1. */
function interpolate(table, x) {
  const place = x * (table.length - 1);
  const index = Math.min(Math.floor(place), table.length - 2);
  return table[index] + (place - index) * (table[index + 1] - table[index]);
}

const clip = (x) => Math.min(Math.max(x, 0), 1);

function stretchOf({ stretch, parameter, curve }) {
  const make = STRETCHES[stretch === "custom" && curve.length < 2 ? "linear" : stretch];
  return (make ?? STRETCHES.linear)(parameter, curve);
}

/** The midtones transfer function. */
const midtoneOf = (m) => (x) => ((m - 1) * x) / ((2 * m - 1) * x - m);

/** From values to 0, black, up to 1, white; all is black where nothing is between them. */
function shader(settings) {
  const { black, white, midtone } = settings;
  if (black >= white) return () => 0;
  const stretch = stretchOf(settings);
  const lift = midtoneOf(midtone);
  return (value) => lift(clip(stretch(clip((value - black) / (white - black)))));
}

/** The shade of each level; what has no value is black. */
function shadeTable(values, settings) {
  const shade = shader(settings);
  const shades = new Uint8Array(LEVELS);
  for (let level = 0; level < LEVELS; level++) shades[level] = 255 * shade(values[level]); // cut
  return shades;
}

/** The colours of shades, as four bytes in one number. */
function colorTable(colors) {
  const table = new Uint32Array(256);
  const part = (shade, plane) => (colors.length ? colors[3 * shade + plane] : shade);
  for (let shade = 0; shade < 256; shade++) {
    table[shade] = packColor(part(shade, 0), part(shade, 1), part(shade, 2));
  }
  return table;
}

const packColor = (red, green, blue) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

/** Fill `out` with the colours of levels, the top row of the screen first. */
function paintLevels(out, { pixels, planes, shape: [columns, rows], topDown }, shades, colors) {
  const paintRow = planes === 3 ? colorRow : grayRow;
  const table = planes === 3 ? shades : Uint32Array.from(shades, (s) => colors[s]);
  for (let row = 0; row < rows; row++) {
    const from = (topDown ? row : rows - 1 - row) * columns;
    paintRow(out, row * columns, pixels, from, columns, table, rows * columns);
  }
}

function grayRow(out, to, pixels, from, columns, table) {
  for (let i = 0; i < columns; i++) out[to + i] = table[pixels[from + i]];
}

function colorRow(out, to, pixels, from, columns, table, plane) {
  for (let i = 0; i < columns; i++) {
    const at = from + i;
    const [red, green, blue] = [pixels[at], pixels[at + plane], pixels[at + 2 * plane]];
    out[to + i] = packColor(table[red], table[green], table[blue]);
  }
}
