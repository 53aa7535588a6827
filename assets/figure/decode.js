/**
 * From the JSON that Python writes (convviz/render/player.py) to frames that can be painted at random.
 *
 * Everything is interned: a frame is a list of item numbers, an item is a look at a place, a look is a list of marks, a
 * color is the number of a role. Only what changes from one frame to the next is in the data.
 */

/** @typedef {{kind: "rect", x: number, y: number, width: number, height: number, fill: number, stroke: number,
 *   strokeWidth: number, dash: number}} Rect */
/** @typedef {{kind: "line", x1: number, y1: number, x2: number, y2: number, color: number, width: number}} Line */
/** A cubic Bezier curve: its ends and between them the points that it is drawn to.
 * @typedef {{kind: "curve", points: number[], color: number, width: number}} Curve */
/** @typedef {{kind: "text", x: number, y: number, text: string, size: number, color: number,
 *   anchor: CanvasTextAlign, bold: boolean}} TextMark */
/** @typedef {Rect | Line | Curve | TextMark} Mark */
/** @typedef {{width: number, height: number, marks: Mark[]}} Look */
/** A look at a place. The key is the same for the same thing in every frame and every scene, and empty where that does not
 * matter, or where it covers a thing of the backdrop. @typedef {{x: number, y: number, look: Look, key: string}} Item */

/**
 * A grid of cells as the picture shows it. Several may show parts of one table, whose name they then share; `title` is what
 * each is called aloud. `names[k]` is the place that cell k has in the reader's table, such as [row, column] or [channel,
 * row, column], or a word for what else it is, such as "padding". `first` is the number of its first cell among all cells;
 * `stepped` is false where no frame is about a cell; cells of a `bare` grid have larger numbers, and no notes.
 * @typedef {{name: string, title: string, first: number, x: number, y: number, cell: number, tall: number, rows: number,
 *   columns: number, texts: string[], names: (number[] | string)[], editable: boolean, stepped: boolean,
 *   bare?: boolean, copies: [number, number][]}} Plane
 */

/** A cell by its plane, and its number there. @typedef {{plane: number, cell: number}} Spot */

/**
 * What belongs together: an input, the kernel's cell that it meets (-1 where there is none), the output, and more cells
 * that show the same numbers. Cells are numbered through all planes.
 * @typedef {number[]} Tap
 */

/**
 * How to play, and where to begin: a frame counted from 1, a pinned cell such as `output:0,2`. A question does not play.
 * @typedef {{secondsPerStep: number, theme: string, step: number | null, pin: string | null, isAsked: boolean}} Options
 */

/**
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {string} description
 * @property {string[]} roles
 * @property {Record<string, string[]>} themes colors by theme, in the order of the roles
 * @property {Item[]} items
 * @property {number[]} backdrop items that every frame shows
 * @property {number[]} rest items of the finished picture, without a window
 * @property {number[][]} frames items of each frame, in painting order
 * @property {string[]} captions
 * @property {string[]} descriptions
 * @property {string[]} details what of the descriptions the picture does not say
 * @property {number[]} beats
 * @property {Tap[][]} taps of each frame
 * @property {Plane[]} planes
 * @property {Spot[]} spots of all cells, by the numbers that taps have for them
 * @property {"input" | "output"} stepSide which cells of its taps a frame is about
 * @property {number} productsPerTerm how many products make one of a frame's terms
 * @property {[number, number][]} parts how many of a frame's last items are its title, and after it its terms
 * @property {string[][]} sums after each product of each frame
 * @property {string[][]} undone what the output shows while a product is not there yet, where that changes
 * @property {Options} options
 */

const VERSION = 3;
const ANCHORS = /** @type {CanvasTextAlign[]} */ (["left", "center", "right"]);

/**
 * @param {any} data the parsed JSON
 * @param {Options} options
 * @returns {Scene}
 */
export function decode(data, options) {
  if (data.version !== VERSION) {
    throw new Error(`The player reads version ${VERSION}; got ${data.version}.`);
  }
  const marks = data.marks.map(decodeMark);
  const looks = data.looks.map((/** @type {number[]} */ [width, height, ...numbers]) => ({
    width,
    height,
    marks: numbers.map((number) => marks[number]),
  }));
  const captions = fillPatterns(data.captions);
  const planes = numberPlanes(data.planes);
  const { items, backdrop, rest, frames } = joinKeys(data, unrollItems(data.items, looks));
  return {
    width: data.width,
    height: data.height,
    description: data.description,
    roles: data.roles,
    themes: data.themes,
    items,
    backdrop,
    rest,
    frames,
    captions,
    descriptions: fillPatterns(data.descriptions).map((text, frame) => captions[frame] + text),
    details: fillPatterns(data.details),
    beats: data.beats,
    taps: data.taps.steps.map((step) => unrollTaps(step, data.taps.patterns)),
    planes,
    spots: planes.flatMap(({ texts }, plane) => texts.map((_, cell) => ({ plane, cell }))),
    stepSide: data.step_side,
    productsPerTerm: data.products_per_term,
    parts: data.parts,
    sums: data.sums.map((/** @type {string} */ texts) => (texts ? texts.split(" ") : [])),
    undone: data.undone.map((/** @type {string} */ texts) => (texts ? texts.split("|") : [])),
    options,
  };
}

/**
 * Items from three columns (x, y, look), each holding differences.
 * @param {[number[], number[], number[]]} columns
 * @param {Look[]} looks
 * @returns {Omit<Item, "key">[]}
 */
export function unrollItems([xs, ys, numbers], looks) {
  let [x, y, look] = [0, 0, 0];
  return numbers.map((difference, item) => {
    x += xs[item];
    y += ys[item];
    look += difference;
    return { x, y, look: looks[look] };
  });
}

/**
 * Items with their keys: the same look at the same place may have several, and is an item for each.
 * @param {any} data
 * @param {Omit<Item, "key">[]} looks
 */
export function joinKeys({ keys, backdrop, rest, frames }, looks) {
  const items = /** @type {Item[]} */ ([]);
  const known = /** @type {Map<number, number>} */ (new Map());
  const patterns = /** @type {number[][]} */ (keys.patterns.map(unrollRuns));
  const join = (/** @type {number[]} */ numbers, /** @type {number} */ pattern) =>
    numbers.map((number, at) => {
      const key = patterns[pattern][at];
      const name = number * keys.names.length + key;
      let item = known.get(name);
      if (item === undefined) {
        item = items.push({ ...looks[number], key: keys.names[key] }) - 1;
        known.set(name, item);
      }
      return item;
    });
  let shown = /** @type {number[]} */ ([]);
  let come = /** @type {number[]} */ ([]);
  return {
    frames: frames.map((/** @type {number[]} */ [stay, ...steps], /** @type {number} */ frame) => {
      come = steps.map((step, at) => step + (come[at] ?? 0));
      shown = shown.slice(0, stay).concat(join(come, keys.frames[frame]));
      return shown;
    }),
    backdrop: join(unrollRuns(backdrop), keys.backdrop),
    rest: join(unrollRuns(rest), keys.rest),
    items,
  };
}

/**
 * Numbers from runs: [first, length, first, length, ...].
 * @param {number[]} runs
 * @returns {number[]}
 */
export function unrollRuns(runs) {
  const numbers = [];
  for (let at = 0; at < runs.length; at += 2) {
    for (let away = 0; away < runs[at + 1]; away += 1) numbers.push(runs[at] + away);
  }
  return numbers;
}

/**
 * Texts that differ in their numbers only: patterns with gaps, and for each text [pattern, ...fillings].
 * @param {{patterns: string[][], texts: [number, ...string[]][]}} coded
 * @returns {string[]}
 */
export function fillPatterns(coded) {
  return coded.texts.map(([pattern, ...fillings]) =>
    coded.patterns[pattern].map((piece, at) => piece + (fillings[at] ?? "")).join(""),
  );
}

/**
 * Planes with the number of each one's first cell.
 * @param {Plane[]} planes
 * @returns {Plane[]}
 */
function numberPlanes(planes) {
  let first = 0;
  return planes.map((plane) => {
    const numbered = { tall: plane.cell, ...plane, first };
    first += plane.texts.length;
    return numbered;
  });
}

/**
 * The taps of a step: of inputs, kernel cells, outputs and more cells the first, and a pattern of distances from it.
 * @param {number[]} step
 * @param {number[][]} patterns
 * @returns {Tap[]}
 */
export function unrollTaps(step, patterns) {
  return patterns[step[1]].map((_, tap) => step.flatMap((first, k) => (k % 2 ? [] : first + patterns[step[k + 1]][tap])));
}

/**
 * @param {any[]} mark
 * @returns {Mark}
 */
function decodeMark(mark) {
  switch (mark[0]) {
    case "r": {
      const [, x, y, width, height, fill, stroke, strokeWidth, dash] = mark;
      return { kind: "rect", x, y, width, height, fill, stroke, strokeWidth, dash };
    }
    case "l": {
      const [, x1, y1, x2, y2, color, width] = mark;
      return { kind: "line", x1, y1, x2, y2, color, width };
    }
    case "c": {
      return { kind: "curve", points: mark.slice(1, 9), color: mark[9], width: mark[10] };
    }
    default: {
      const [, x, y, text, size, color, anchor, bold] = mark;
      return { kind: "text", x, y, text, size, color, anchor: ANCHORS[anchor], bold: bold === 1 };
    }
  }
}
