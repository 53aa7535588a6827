/** Which cells belong together, read from the taps that come with the scene; no convolution is computed here. */

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Plane} Plane */
/** @typedef {import("./decode.js").Tap} Tap */
/** @typedef {import("./decode.js").Spot} Spot */
/** The taps of each cell, by its side of the tap and its number among all cells. @typedef {Map<number, Tap[]>[]} Index */

/** The sides of a tap. */
export const INPUT = 0;
export const KERNEL = 1;
export const OUTPUT = 2;
/** And the cells that show the same numbers elsewhere: from here on. */
export const MORE = 3;

/**
 * Every tap in which a cell takes part. An input cell takes part through its copies in the padding too.
 * @param {Pick<Scene, "taps" | "planes">} scene with one frame per product, taps repeat
 * @returns {Index}
 */
export function indexTaps({ taps, planes }) {
  const index = [new Map(), new Map(), new Map(), new Map()];
  const note = (/** @type {number} */ side, /** @type {number} */ cell, /** @type {Tap} */ tap) => {
    const known = index[side].get(cell);
    if (known) known.push(tap);
    else index[side].set(cell, [tap]);
  };
  const copied = new Map(planes.flatMap(({ copies, first }) => copies.map(([copy, source]) => [first + copy, first + source])));
  const seen = new Set();
  for (const tap of taps.flat()) {
    const name = tap.join();
    if (seen.has(name)) continue;
    seen.add(name);
    tap.forEach((cell, side) => cell >= 0 && note(Math.min(side, MORE), cell, tap));
    const source = copied.get(tap[INPUT]);
    if (source !== undefined) note(INPUT, source, tap);
  }
  return index;
}

/**
 * The last frame that is about a cell, by the cell's number among all.
 * @param {Pick<Scene, "taps" | "stepSide" | "planes" | "spots">} scene
 * @returns {Map<number, number>}
 */
export function indexFrames({ taps, stepSide, planes, spots }) {
  const side = stepSide === "input" ? INPUT : OUTPUT;
  const isStepped = (/** @type {number} */ cell) => planes[spots[cell].plane].stepped;
  return new Map(taps.flatMap((step, frame) => step.flatMap((tap) => (isStepped(tap[side]) ? [[tap[side], frame]] : []))));
}

/**
 * The one cell that a frame is about, if there is one.
 * @param {Pick<Scene, "taps" | "stepSide" | "planes" | "spots">} scene
 * @param {number} frame
 * @returns {Spot | null}
 */
export function cellOf({ taps, stepSide, planes, spots }, frame) {
  const [cell, ...others] = new Set(taps[frame].map((tap) => tap[stepSide === "input" ? INPUT : OUTPUT]));
  const spot = spots[cell];
  return spot && !others.length && planes[spot.plane].stepped ? spot : null;
}

/**
 * The cell of another scene with the same place in its table, or the nearest place that this table has.
 * @param {Plane[]} planes
 * @param {Plane} from
 * @param {number} cell
 * @returns {Spot | null}
 */
export function nearest(planes, from, cell) {
  const place = from.names[cell];
  let [best, least] = [/** @type {Spot | null} */ (null), Infinity];
  for (const [plane, { name, names }] of planes.entries()) {
    if (name !== from.name) continue;
    for (const [at, other] of names.entries()) {
      if (!Array.isArray(place) || !Array.isArray(other) || place.length !== other.length) continue;
      const away = place.reduce((sum, index, axis) => sum + Math.abs(index - other[axis]), 0);
      if (away < least) [best, least] = [{ plane, cell: at }, away];
    }
  }
  return best;
}

/**
 * The number that a cell has among all: the one that taps know it by.
 * @param {Plane[]} planes
 * @param {Spot} spot
 */
export function numberOf(planes, { plane, cell }) {
  return planes[plane].first + cell;
}

/**
 * The cell under a point of the picture.
 * @param {Plane[]} planes
 * @param {number} x in the picture's own pixels
 * @param {number} y
 * @returns {Spot | null}
 */
export function spotAt(planes, x, y) {
  for (const [plane, { x: left, y: top, cell, tall, rows, columns }] of planes.entries()) {
    const row = Math.floor((y - top) / tall);
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
 * The next cell that the reader may edit, on the way of a key: Tab goes through the rows, Enter down, both back with Shift.
 * @param {Plane} plane
 * @param {number} cell
 * @param {string} key
 * @param {boolean} isBack
 * @returns {number | null} null at the end
 */
export function editableFrom(plane, cell, key, isBack) {
  const { columns, names } = plane;
  const way = isBack ? -1 : 1;
  const steps = { Tab: way, Enter: way * columns, ArrowUp: -columns, ArrowDown: columns, ArrowLeft: -1, ArrowRight: 1 };
  const step = steps[/** @type {keyof typeof steps} */ (key)];
  const row = Math.floor(cell / columns);
  const isAcross = key === "ArrowLeft" || key === "ArrowRight";
  for (let next = cell + step; next >= 0 && next < names.length; next += step) {
    if (isAcross && Math.floor(next / columns) !== row) return null;
    if (Array.isArray(names[next])) return next;
  }
  return null;
}

/** The side of a comparison, before the name of a table. */
const SIDE = /^(left|right)(?=.)/;

/**
 * The table whose numbers a plane shows, whichever side of a comparison it is on.
 * @param {Plane} plane
 */
export function tableOf({ name }) {
  return name.replace(SIDE, "");
}

/**
 * A cell's name in words: `output[0, 2]`, `left input[1, 0, 2]`, or what it is where the reader's table has no such cell.
 * @param {Plane} plane
 * @param {number} cell
 */
export function nameOf(plane, cell) {
  const name = plane.names[cell];
  return Array.isArray(name) ? `${plane.name.replace(SIDE, "$1 ")}[${name.join(", ")}]` : name;
}

/**
 * A spot as links carry it, such as `output:0,2`; the inverse of `readPin`.
 * @param {Plane[]} planes
 * @param {Spot} spot
 */
export function writePin(planes, spot) {
  const name = planes[spot.plane].names[spot.cell];
  return Array.isArray(name) ? `${planes[spot.plane].name}:${name.join()}` : null;
}

/**
 * @param {Plane[]} planes
 * @param {string | null} text
 * @returns {Spot | null}
 */
export function readPin(planes, text) {
  const [, name, indices] = /^([a-z]+):(\d+(?:,\d+)*)$/.exec(text ?? "") ?? [];
  const place = indices?.split(",").map(Number).join();
  for (const [plane, each] of planes.entries()) {
    if (each.name !== name) continue;
    const cell = each.names.findIndex((of) => Array.isArray(of) && of.join() === place);
    if (cell >= 0) return { plane, cell };
  }
  return null;
}
