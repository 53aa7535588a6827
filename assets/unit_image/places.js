/** Positions on the chart, in its own pixels, and lines on it. */

/**
 * @typedef {[number, number]} Two a row and a column, or the first and the last cell of an axis
 * @typedef {[Two, Two]} Box rows and columns, with both ends
 * @typedef {{
 *   source: string, words: string, label: string, width: number, height: number, margin: number, view: Box, size: Two,
 *   at: [number[], number[]], ends: [Two[], Two[]] | null, hasCenters: boolean, units: Two[], mostUnits: number,
 *   object: Box | null, usualObject: Box, place: string, answered: number
 * }} Data
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Data} data
 * @param {DOMRect} frame where the chart is in the window
 * @param {MouseEvent} event
 * @returns {Two} row and column in cells, with fractions
 */
function cellsAt({ width, height, margin, view }, frame, event) {
  const x = ((event.clientX - frame.left) / frame.width) * width - margin;
  const y = ((event.clientY - frame.top) / frame.height) * height - margin;
  const [[top, bottom], [left, right]] = view;
  return [top + (y / (height - 2 * margin)) * (bottom - top), left + (x / (width - 2 * margin)) * (right - left)];
}

/**
 * @param {Data} data
 * @param {0 | 1} axis
 * @param {number} cell
 */
function pixelsOf({ width, height, margin, view }, axis, cell) {
  const [first, last] = view[axis];
  return margin + ((cell - first) / (last - first)) * ((axis ? width : height) - 2 * margin);
}

/**
 * @param {Data} data
 * @param {Two} unit
 * @returns {SVGElement[]} its field and its center, as far as they are known
 */
function drawUnit(data, unit) {
  const { at, ends, hasCenters } = data;
  const drawn = ends ? [drawBox(data, "field", [ends[0][unit[0]], ends[1][unit[1]]])] : [];
  if (!hasCenters) return drawn;
  const [y, x] = [pixelsOf(data, 0, at[0][unit[0]]), pixelsOf(data, 1, at[1][unit[1]])];
  return [...drawn, drawLine("cross", `M${x - 5} ${y}h10M${x} ${y - 5}v10`)];
}

/**
 * @param {Data} data
 * @param {string} look
 * @param {Box} box
 */
function drawBox(data, look, [[top, bottom], [left, right]]) {
  const [y, end] = [pixelsOf(data, 0, top - 0.5), pixelsOf(data, 0, bottom + 0.5)];
  const [x, side] = [pixelsOf(data, 1, left - 0.5), pixelsOf(data, 1, right + 0.5)];
  return drawLine(look, `M${x} ${y}H${side}V${end}H${x}Z`);
}

/**
 * A line with a dark edge, to be seen on any photograph.
 * @param {string} look
 * @param {string} path
 * @returns {SVGElement}
 */
function drawLine(look, path) {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", look);
  for (const part of ["edge", "line"]) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("class", part);
    line.setAttribute("d", path);
    group.append(line);
  }
  return group;
}

/**
 * The place of the number nearest to `at`; of equal ones the first from below, the last from above, so that both of two
 * units with one center can be chosen.
 * @param {number[]} all
 * @param {number} at
 */
function nearest(all, at) {
  const distances = all.map((one) => Math.abs(one - at));
  const first = distances.indexOf(Math.min(...distances));
  return at > all[first] ? all.lastIndexOf(all[first]) : first;
}

/**
 * @param {number} place
 * @param {number} length
 */
function clamp(place, length) {
  return Math.min(Math.max(place, 0), length - 1);
}

/**
 * @param {Two} one
 * @param {Two} other
 */
function isSame(one, other) {
  return one[0] === other[0] && one[1] === other[1];
}
