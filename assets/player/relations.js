/** Which cells belong together, read from the taps that come with the scene; no convolution is computed here. */

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Plane} Plane */
/** @typedef {import("./decode.js").Tap} Tap */
/** The plane and the cell that a person points at. @typedef {{plane: number, cell: number}} Spot */

/** Places of the planes in `scene.planes` and in a tap. */
export const INPUT = 0;
export const KERNEL = 1;
export const OUTPUT = 2;

/**
 * Every tap in which a cell takes part, by plane and cell. An input cell takes part through its copies in the padding too.
 * @param {Tap[][]} taps of each frame; with one frame per product they repeat
 * @param {[number, number][]} copies cells of padding, each with the input cell whose number it shows
 * @returns {Map<number, Tap[]>[]}
 */
export function indexTaps(taps, copies = []) {
  const index = [new Map(), new Map(), new Map()];
  const note = (/** @type {number} */ plane, /** @type {number} */ cell, /** @type {Tap} */ tap) => {
    const known = index[plane].get(cell);
    if (known) known.push(tap);
    else index[plane].set(cell, [tap]);
  };
  const copied = new Map(copies);
  const seen = new Set();
  for (const tap of taps.flat()) {
    const name = tap.join();
    if (seen.has(name)) continue;
    seen.add(name);
    tap.forEach((cell, plane) => note(plane, cell, tap));
    const source = copied.get(tap[INPUT]);
    if (source !== undefined) note(INPUT, source, tap);
  }
  return index;
}

/**
 * The last frame of each step, by the cell that the step is about.
 * @param {Scene} scene
 * @returns {Map<number, number>}
 */
export function indexFrames(scene) {
  const plane = scene.stepPlane === "input" ? INPUT : OUTPUT;
  const frames = new Map();
  scene.taps.forEach((step, frame) => {
    if (step.length) frames.set(step[0][plane], frame);
  });
  return frames;
}

/**
 * The cell under a point of the picture.
 * @param {Plane[]} planes
 * @param {number} x in the picture's own pixels
 * @param {number} y
 * @returns {Spot | null}
 */
export function spotAt(planes, x, y) {
  for (const [plane, { x: left, y: top, cell, rows, columns }] of planes.entries()) {
    const row = Math.floor((y - top) / cell);
    const column = Math.floor((x - left) / cell);
    if (row >= 0 && row < rows && column >= 0 && column < columns) return { plane, cell: row * columns + column };
  }
  return null;
}

/**
 * @param {Spot | null} one
 * @param {Spot | null} other
 */
export function isSame(one, other) {
  return one?.plane === other?.plane && one?.cell === other?.cell;
}

/**
 * Whether the number of a cell is the reader's to change: padding is not.
 * @param {Plane[]} planes
 * @param {Spot} spot
 */
export function isEditable(planes, spot) {
  const { editable, names } = planes[spot.plane];
  return editable && Array.isArray(names[spot.cell]);
}

/**
 * The cell that an arrow key leads to; at the border it stays.
 * @param {Plane} plane
 * @param {number} cell
 * @param {string} key
 */
export function neighbour(plane, cell, key) {
  const row = Math.floor(cell / plane.columns);
  const column = cell % plane.columns;
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const [down, right] = moves[/** @type {keyof typeof moves} */ (key)] ?? [0, 0];
  const inRange = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(Math.max(at, 0), size - 1);
  return inRange(row + down, plane.rows) * plane.columns + inRange(column + right, plane.columns);
}

/**
 * A cell's name in words: `output[0, 2]`, or what it is where the reader's table has no such cell.
 * @param {Plane} plane
 * @param {number} cell
 */
export function nameOf(plane, cell) {
  const name = plane.names[cell];
  return Array.isArray(name) ? `${plane.name}[${name[0]}, ${name[1]}]` : name;
}

/**
 * A spot as links carry it, such as `output:0,2`; the inverse of `readPin`.
 * @param {Plane[]} planes
 * @param {Spot} spot
 */
export function writePin(planes, spot) {
  const name = planes[spot.plane].names[spot.cell];
  return Array.isArray(name) ? `${planes[spot.plane].name}:${name[0]},${name[1]}` : null;
}

/**
 * @param {Plane[]} planes
 * @param {string | null} text
 * @returns {Spot | null}
 */
export function readPin(planes, text) {
  const [, name, row, column] = /^(input|kernel|output):(\d+),(\d+)$/.exec(text ?? "") ?? [];
  const plane = planes.findIndex((each) => each.name === name);
  if (plane < 0) return null;
  const cell = planes[plane].names.findIndex((each) => each[0] === +row && each[1] === +column);
  return cell < 0 ? null : { plane, cell };
}
