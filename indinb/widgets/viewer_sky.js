/**
 * Where on the sky a pixel is: between the directions that Python has computed for a grid of them.
 *
 * A part of the viewer's module; viewer.js tells how the parts are joined.
 */

/** A grid { shape: [nx, ny], vectors } of unit vectors, ICRS, that spans a frame; null: none. */
function skyGrid(grid, vectors = grid?.vectors) {
  return grid ? { shape: grid.shape, vectors: numbersOf(Float32Array, vectors) } : null;
}

/** Right ascension and declination of a pixel in degrees; null off the sky. */
function skyAt({ shape: [nx, ny], vectors }, [width, height], [x, y]) {
  const [column, u] = cellOf((x + 0.5) / width, nx);
  const [row, v] = cellOf((y + 0.5) / height, ny);
  const at = (i, j, axis) => vectors[3 * ((row + j) * nx + column + i) + axis];
  const blend = (axis) =>
    (1 - v) * ((1 - u) * at(0, 0, axis) + u * at(1, 0, axis)) +
    v * ((1 - u) * at(0, 1, axis) + u * at(1, 1, axis));
  const [a, b, c] = [0, 1, 2].map(blend);
  if (Number.isNaN(a + b + c)) return null;
  const degrees = 180 / Math.PI;
  const ra = (Math.atan2(b, a) * degrees + 360) % 360;
  return [ra, Math.atan2(c, Math.hypot(a, b)) * degrees];
}

/** The grid's cell, and how far within it. */
function cellOf(share, count) {
  const place = share * (count - 1);
  const cell = between(0, Math.floor(place), count - 2);
  return [cell, place - cell];
}

/** Whole sixtieths, as `[sign, first, minutes, seconds]`. */
function sexagesimal(value, digits) {
  const unit = 10 ** digits;
  const steps = Math.round(Math.abs(value) * 3600 * unit);
  const seconds = (steps / unit) % 60;
  const minutes = Math.floor(steps / unit / 60);
  const two = (number) => String(number).padStart(2, "0");
  const width = digits ? digits + 3 : 2;
  const last = seconds.toFixed(digits).padStart(width, "0");
  return [value < 0 ? "−" : "+", two(Math.floor(minutes / 60)), two(minutes % 60), last];
}

function skyWords([ra, dec]) {
  const [, hours, minutes, seconds] = sexagesimal((ra / 15) % 24, 1);
  const [sign, degrees, arcminutes, arcseconds] = sexagesimal(dec, 0);
  const h = String(hours % 24).padStart(2, "0"); // 23h 59m 59.96s becomes 24 hours
  return `${h}h ${minutes}m ${seconds}s  ${sign}${degrees}° ${arcminutes}′ ${arcseconds}″`;
}
