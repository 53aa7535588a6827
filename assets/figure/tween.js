/** Pictures between two pictures: what has one key in both moves, the rest comes or goes. No browser is needed here. */

/** @typedef {import("./decode.js").Scene} Scene */
/** A mark at its place in the picture, its colors as `#rrggbb`, null for none. @typedef {any} Drawn */
/**
 * Marks that move together. A cell is two pieces: its box, which may move, and its number, which stays in its place of
 * the table whatever is painted there. `layer` is the order of painting: the backdrop, what the frame shows, numbers,
 * flights. The empty id is that of words, which change at once.
 * @typedef {{id: string, layer: number, alpha: number, marks: Drawn[]}} Piece
 */
/**
 * A piece on its way: from where and to where, when in milliseconds, and how it comes and goes. `grow` is the part of
 * its size that it has where there is no other. What has a path is there only on its way.
 * @typedef {{from: Piece | null, to: Piece | null, begin: number, end: number, grow: number,
 *   ease: (part: number) => number, pairs: MarkPair[], path?: (part: number) => Piece}} Tween
 */
/** @typedef {{from: Drawn | null, to: Drawn | null}} MarkPair */

export const [BACKDROP, FRAME, NUMBER, FLIGHT] = [0, 1, 2, 3];

/** The numbers of each kind of mark that change little by little, and its colors. */
const NUMBERS = /** @type {Record<string, string[]>} */ ({
  rect: ["x", "y", "width", "height", "strokeWidth"], line: ["x1", "y1", "x2", "y2", "width"], curve: ["width"],
  text: ["x", "y", "size"],
});
const COLORS = /** @type {Record<string, string[]>} */ ({
  rect: ["fill", "stroke"], line: ["color"], curve: ["color"], text: ["color"],
});

/** Where a mark is across and down, and what else grows with it. */
const [ACROSS, DOWN, SIZES] = [["x", "x1", "x2"], ["y", "y1", "y2"], ["width", "height", "size"]];

// Pieces of a picture at rest ----------------------------------------------------------------------------------------

export class Pieces {
  /**
   * @param {Pick<Scene, "items" | "backdrop" | "frames">} scene
   * @param {(role: number) => string} color
   */
  constructor(scene, color) {
    this.scene = scene;
    this.color = color;
    this.known = /** @type {Map<number, {box: Piece, number: Piece | null, home: string}>} */ (new Map());
    this.still = /** @type {Piece[] | null} */ (null);
    this.homes = new Map(scene.backdrop.map((item) => [boxOf(scene.items[item]), scene.items[item].key]));
  }

  /** What every frame shows, without the numbers on it. */
  get backdrop() {
    this.still ??= this.scene.backdrop.map((item) => this.split(item, BACKDROP).box);
    return this.still;
  }

  /**
   * Every piece of a frame in painting order.
   * @param {number} frame
   * @returns {Piece[]}
   */
  of(frame) {
    const boxes = /** @type {Piece[]} */ ([]);
    const numbers = /** @type {Map<string, Piece>} */ (new Map());
    const add = (/** @type {number} */ item, /** @type {number} */ layer) => {
      const { box, number, home } = this.split(item, layer);
      boxes.push(box);
      if (home) numbers.delete(home); // it is covered
      if (home && number) numbers.set(home, number);
    };
    for (const item of this.scene.backdrop) add(item, BACKDROP);
    for (const item of this.scene.frames[frame]) add(item, FRAME);
    return [...boxes, ...numbers.values()];
  }

  /**
   * The box of an item, and the number on it, which belongs to the cell of the backdrop that has the very same place.
   * @param {number} item
   * @param {number} layer
   */
  split(item, layer) {
    const name = 2 * item + layer;
    const known = this.known.get(name);
    if (known) return known;
    const placed = this.scene.items[item];
    const marks = placed.look.marks.map((mark) => this.draw(mark, placed.x, placed.y));
    const isCover = marks[0]?.kind === "rect" && marks[0].fill !== null;
    const home = (isCover && this.homes.get(boxOf(placed))) || "";
    const isNumber = (/** @type {Drawn} */ mark) => home !== "" && mark.kind === "text" && mark.anchor === "center";
    const key = placed.key || home;
    const id = key && `${layer} ${key}`;
    const box = { id, layer, alpha: 1, marks: marks.filter((mark) => !isNumber(mark)) };
    const texts = marks.filter(isNumber);
    const number = texts.length ? { id: `number ${home}`, layer: NUMBER, alpha: 1, marks: texts } : null;
    const split = { box, number, home };
    this.known.set(name, split);
    return split;
  }

  /**
   * A mark at its place, in its colors.
   * @param {import("./decode.js").Mark} mark
   * @param {number} x
   * @param {number} y
   * @returns {Drawn}
   */
  draw(mark, x, y) {
    const drawn = { ...relocate(mark, (across) => across + x, (down) => down + y), alpha: 1 };
    for (const name of COLORS[mark.kind]) drawn[name] = drawn[name] < 0 ? null : this.color(drawn[name]);
    return drawn;
  }
}

/** @param {import("./decode.js").Item} item */
function boxOf({ x, y, look }) {
  return `${x} ${y} ${look.width} ${look.height}`;
}

// Between two pictures ---------------------------------------------------------------------------------------------

/**
 * The way from one picture to another, in painting order: in each layer first what goes. Those with the same id belong
 * together; where several have it, in their order.
 * @param {Piece[]} before
 * @param {Piece[]} after
 * @returns {Tween[]}
 */
export function between(before, after) {
  const waiting = /** @type {Map<string, Piece[]>} */ (new Map());
  const words = before.filter(({ id }) => !id);
  for (const piece of before) {
    if (!piece.id) continue;
    const same = waiting.get(piece.id);
    if (same) same.push(piece);
    else waiting.set(piece.id, [piece]);
  }
  const come = after.map((to) => tween((to.id && waiting.get(to.id)?.shift()) || null, to));
  const gone = [...waiting.values(), words].flat().map((from) => tween(from, null));
  const layers = [BACKDROP, FRAME, NUMBER, FLIGHT].map((layer) => [
    ...gone.filter(({ from }) => from?.layer === layer), ...come.filter(({ to }) => to?.layer === layer),
  ]);
  return layers.flat();
}

/**
 * @param {Piece | null} from
 * @param {Piece | null} to
 * @returns {Tween}
 */
export function tween(from, to) {
  const pairs = from && to && from !== to ? pairMarks(from.marks, to.marks) : [];
  return { from, to, begin: 0, end: 0, grow: 1, ease: (part) => part, pairs };
}

/**
 * Marks of the same kind belong together in their order; texts only where they say the same.
 * @param {Drawn[]} before
 * @param {Drawn[]} after
 * @returns {MarkPair[]}
 */
function pairMarks(before, after) {
  const rest = [...before];
  const pairs = after.map((to) => {
    const at = rest.findIndex((from) =>
      from.kind === to.kind && from.text === to.text && from.anchor === to.anchor && slantOf(from) === slantOf(to));
    return /** @type {MarkPair} */ ({ from: at < 0 ? null : rest.splice(at, 1)[0], to });
  });
  return [...pairs, ...rest.map((from) => ({ from, to: null }))];
}

/**
 * Which way a line leans: a line across is none of a cross. "" for other marks.
 * @param {Drawn} mark
 */
function slantOf({ kind, x1, y1, x2, y2 }) {
  return kind === "line" ? `${Math.sign(x2 - x1)} ${Math.sign(y2 - y1)}` : "";
}

/**
 * The pieces at a time, in painting order. They can be the beginning of another way.
 * @param {Tween[]} tweens
 * @param {number} time in milliseconds
 * @returns {Piece[]}
 */
export function piecesAt(tweens, time) {
  return tweens.flatMap((each) => {
    const { from, to, begin, end, ease, path } = each;
    if (path) return time < begin || time >= end ? [] : [path((time - begin) / (end - begin))];
    if (from === to) return to ? [to] : [];
    const part = time >= end ? 1 : ease(Math.max(0, (time - begin) / (end - begin)));
    const piece = from && to ? mixPieces(each, from, to, part) : fade(each, part);
    return piece.alpha > 0 ? [piece] : [];
  });
}

/**
 * @param {Tween} tween of a piece that has no other
 * @param {number} part of its way
 * @returns {Piece}
 */
function fade({ from, to, grow }, part) {
  const piece = /** @type {Piece} */ (from ?? to);
  const there = from ? 1 - part : part;
  const isWhole = grow === 1 || there === 1 || !piece.marks.length;
  const marks = isWhole ? piece.marks : placed(piece.marks, mix(grow, 1, there), ...middleOf(piece.marks));
  return { ...piece, alpha: piece.alpha * there, marks };
}

/**
 * @param {Tween} tween
 * @param {Piece} one where it comes from
 * @param {Piece} other where it goes
 * @param {number} part of its way
 * @returns {Piece}
 */
function mixPieces({ pairs }, one, other, part) {
  if (part === 1) return other;
  const place = boxPair(one.marks, other.marks);
  const marks = pairs.map((pair) => {
    if (pair.from && pair.to) return mixMarks(pair.from, pair.to, part);
    // What is only in one of them comes late or goes early, and keeps its place within the other. Words change at once.
    const mark = pair.to ?? /** @type {Drawn} */ (pair.from);
    const [late, away] = pair.to ? [part, part - 1] : [1 - part, part];
    const alpha = mark.anchor === "left" ? Number(pair.to !== null) : mark.alpha * Math.max(0, 2 * late - 1);
    return { ...relocate(mark, (x) => x + place[0] * away, (y) => y + place[1] * away), alpha };
  });
  const alpha = mix(one.alpha, other.alpha, part);
  return { ...other, alpha, marks: marks.filter((mark) => mark.alpha > 0) };
}

/**
 * @param {Drawn} from
 * @param {Drawn} to of the same kind
 * @param {number} part
 * @returns {Drawn}
 */
function mixMarks(from, to, part) {
  const mark = { ...to, alpha: mix(from.alpha, to.alpha, part) };
  for (const name of NUMBERS[to.kind]) mark[name] = mix(from[name], to[name], part);
  if (to.points) mark.points = Array.from(to.points, (at, k) => mix(from.points[k], at, part));
  for (const name of COLORS[to.kind]) mark[name] = mixColors(from[name], to[name], part);
  return mark;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} part
 */
export function mix(from, to, part) {
  return from + (to - from) * part;
}

/**
 * @param {string | null} from
 * @param {string | null} to
 * @param {number} part
 */
export function mixColors(from, to, part) {
  if (from === to || from === null || to === null) return to;
  const channels = [1, 3, 5].map((at) => {
    const [one, other] = [from, to].map((color) => parseInt(color.slice(at, at + 2), 16));
    return Math.round(mix(one, other, part)).toString(16).padStart(2, "0");
  });
  return `#${channels.join("")}`;
}

// Places -----------------------------------------------------------------------------------------------------------

/**
 * How far the first marks of two pieces are apart.
 * @param {Drawn[]} before
 * @param {Drawn[]} after
 */
function boxPair(before, after) {
  if (!before.length || !after.length) return [0, 0];
  const [one, other] = [middleOf(before), middleOf(after)];
  return [other[0] - one[0], other[1] - one[1]];
}

/**
 * The middle of a piece's first mark.
 * @param {Drawn[]} marks
 * @returns {[number, number]}
 */
export function middleOf([mark]) {
  if (mark.kind === "rect") return [mark.x + mark.width / 2, mark.y + mark.height / 2];
  if (mark.points) return [(mark.points[0] + mark.points.at(-2)) / 2, (mark.points[1] + mark.points.at(-1)) / 2];
  if (mark.kind === "line") return [(mark.x1 + mark.x2) / 2, (mark.y1 + mark.y2) / 2];
  return [mark.x, mark.y - 0.365 * mark.size]; // a text: half the height of its digits above the baseline
}

/**
 * A mark with all its places changed.
 * @param {Drawn} mark
 * @param {(x: number) => number} across
 * @param {(y: number) => number} down
 * @returns {Drawn}
 */
function relocate(mark, across, down) {
  const copy = { ...mark };
  for (const name of ACROSS) if (name in copy) copy[name] = across(copy[name]);
  for (const name of DOWN) if (name in copy) copy[name] = down(copy[name]);
  // Those of a curve are x and y in turn.
  if (mark.points) copy.points = Array.from(mark.points, (at, k) => (k % 2 ? down : across)(at));
  return copy;
}

/**
 * Marks in another size, with one point at another place.
 * @param {Drawn[]} marks
 * @param {number} scale
 * @param {number} x the point
 * @param {number} y
 * @param {number} toX where it comes to be
 * @param {number} toY
 * @returns {Drawn[]}
 */
export function placed(marks, scale, x, y, toX = x, toY = y) {
  return marks.map((mark) => {
    const copy = relocate(mark, (across) => toX + (across - x) * scale, (down) => toY + (down - y) * scale);
    // The width of a line is that of its stroke.
    if (mark.kind === "rect" || mark.kind === "text") for (const name of SIZES) if (name in copy) copy[name] *= scale;
    return copy;
  });
}
