/** Painting on a canvas: looks at their places, sharp at every width and on screens with many pixels. */

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Item} Item */
/** @typedef {import("./decode.js").Look} Look */
/** @typedef {import("./decode.js").Mark} Mark */

/** A cell that is lit while a person points at it. @typedef {{plane: number, cell: number, fill?: string, text?: string,
 *   note?: string, strong?: boolean}} Lit */

const FAMILY = '"convviz Sans"';
const FONT = `${FAMILY}, "Source Sans", sans-serif`; // until the first is loaded, letters are those of the page

/** Of letters at size 1: the space between words, the distance of lines, and how much wider bold ones are at most. */
const [SPACE, LEADING, BOLD] = [0.23, 1.5, 1.14];

/** Pixels across of a picture whose frames are 3 pixels wide; in wider ones they are wider. */
const NOMINAL = 900;

/** Wait until both weights are loaded, or cannot be. */
export async function loadFont() {
  await Promise.allSettled(["", "bold "].map((weight) => document.fonts.load(`${weight}16px ${FAMILY}`)));
}

/**
 * Whether a mark has a color there: the number of a role, or the color itself.
 * @param {number | string | null} color
 */
function isColor(color) {
  return typeof color === "string" || (color !== null && color >= 0);
}

export class Painter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Scene} scene
   */
  constructor(canvas, scene) {
    this.canvas = canvas;
    this.scene = scene;
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.scale = 1;
    this.theme = "light";
    this.still = document.createElement("canvas");
    this.stillIsFresh = false;
    this.bare = document.createElement("canvas"); // what pieces are painted on, for the backdrop that it was painted from
    this.bareOf = /** @type {import("./tween.js").Piece[] | null} */ (null);
    this.font = ""; // that the pen has now
    this.widths = /** @type {Map<string, number>} */ (new Map()); // of texts at size 1
  }

  /**
   * Fit the canvas to a width in CSS pixels.
   * @param {number} width
   * @param {number} density device pixels to a CSS pixel
   * @returns {boolean} whether the canvas is empty now
   */
  resize(width, density) {
    const across = Math.max(1, Math.round(width * density));
    const scale = across / this.scene.width;
    const down = Math.max(1, Math.round(this.scene.height * scale));
    // In whole pixels both ways, so that the browser stretches nothing.
    Object.assign(this.canvas.style, { width: `${across / density}px`, height: `${down / density}px` });
    if (this.canvas.width === across && this.canvas.height === down && this.scale === scale) return false;
    this.scale = scale;
    this.canvas.width = across;
    this.canvas.height = down;
    this.stillIsFresh = false;
    this.bareOf = null;
    this.font = ""; // a canvas of a new size has forgotten its font
    return true;
  }

  /** @param {string} theme */
  useTheme(theme) {
    if (theme === this.theme) return;
    this.theme = theme;
    this.stillIsFresh = false;
  }

  /** Letters look different now, and have other widths. */
  forgetLetters() {
    this.font = "";
    this.widths.clear();
    this.stillIsFresh = false;
  }

  /**
   * The color of a role, by its name or number.
   * @param {string | number} role or a color itself
   */
  color(role) {
    if (typeof role === "string" && role.startsWith("#")) return role;
    const number = typeof role === "number" ? role : this.scene.roles.indexOf(role);
    return this.scene.themes[this.theme][number];
  }

  /**
   * Paint one picture.
   * @param {number[]} items
   * @param {Lit[]} lit cells that are lit on top of them
   */
  paint(items, lit = []) {
    if (!this.stillIsFresh) this.paintStill();
    this.pen.drawImage(this.still, 0, 0);
    for (const item of items) this.paintItem(this.pen, this.scene.items[item]);
    for (const cell of lit) this.paintBox(cell);
    // Changing the font takes longer than writing: all numbers first, and then all notes.
    for (const cell of lit) this.paintNumber(cell);
    for (const cell of lit) this.paintNote(cell);
  }

  /**
   * Paint a picture on its way to another.
   * @param {import("./tween.js").Piece[]} pieces
   * @param {import("./tween.js").Piece[] | null} backdrop what stays behind them; null where nothing does
   */
  paintPieces(pieces, backdrop) {
    if (!backdrop || backdrop !== this.bareOf) {
      Object.assign(this.bare, { width: this.canvas.width, height: this.canvas.height });
      const pen = /** @type {CanvasRenderingContext2D} */ (this.bare.getContext("2d", { alpha: false }));
      pen.fillStyle = this.color("page");
      pen.fillRect(0, 0, this.bare.width, this.bare.height);
      for (const piece of backdrop ?? []) this.paintPiece(pen, piece);
      this.bareOf = backdrop;
    }
    this.pen.drawImage(this.bare, 0, 0);
    for (const piece of pieces) this.paintPiece(this.pen, piece);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {import("./tween.js").Piece} piece
   */
  paintPiece(pen, { alpha, marks }) {
    for (const mark of marks) {
      pen.globalAlpha = alpha * mark.alpha;
      this.paintMark(pen, 0, 0, mark);
    }
    pen.globalAlpha = 1;
  }

  /** What every frame shows is painted once. */
  paintStill() {
    this.still.width = this.canvas.width;
    this.still.height = this.canvas.height;
    const pen = /** @type {CanvasRenderingContext2D} */ (this.still.getContext("2d", { alpha: false }));
    pen.fillStyle = this.color("page");
    pen.fillRect(0, 0, this.still.width, this.still.height);
    for (const item of this.scene.backdrop) this.paintItem(pen, this.scene.items[item]);
    this.stillIsFresh = true;
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Item} item
   */
  paintItem(pen, { x, y, look }) {
    for (const mark of look.marks) this.paintMark(pen, x, y, mark);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} x
   * @param {number} y
   * @param {Mark} mark
   */
  paintMark(pen, x, y, mark) {
    if (mark.kind === "rect") {
      const box = this.box(x + mark.x, y + mark.y, mark.width, mark.height);
      if (isColor(mark.fill)) {
        pen.fillStyle = this.color(mark.fill);
        pen.fillRect(...box);
      }
      if (isColor(mark.stroke)) this.strokeInside(pen, box, this.color(mark.stroke), mark.strokeWidth, mark.dash);
    } else if (mark.kind === "line") {
      pen.strokeStyle = this.color(mark.color);
      pen.lineWidth = this.thickness(mark.width);
      pen.beginPath();
      pen.moveTo((x + mark.x1) * this.scale, (y + mark.y1) * this.scale);
      pen.lineTo((x + mark.x2) * this.scale, (y + mark.y2) * this.scale);
      pen.stroke();
    } else if (mark.kind === "curve") {
      const [x1, y1, ...rest] = mark.points.map((at, k) => (at + (k % 2 ? y : x) + 0.5) * this.scale);
      pen.strokeStyle = this.color(mark.color);
      pen.lineWidth = this.thickness(mark.width);
      pen.beginPath();
      pen.moveTo(x1, y1);
      pen.bezierCurveTo(.../** @type {[number, number, number, number, number, number]} */ (rest));
      pen.stroke();
    } else {
      this.write(pen, mark.text, x + mark.x, y + mark.y, mark.size, this.color(mark.color), mark.anchor, mark.bold);
    }
  }

  /**
   * The top left corner of a cell.
   * @param {Lit} lit
   */
  corner({ plane, cell }) {
    const { x, y, cell: side, tall, columns } = this.scene.planes[plane];
    return [x + (cell % columns) * side, y + Math.floor(cell / columns) * tall, side, tall];
  }

  /**
   * Width of the edge of a lit cell: a frame, as around a window, or a hairline.
   * @param {Lit} lit
   * @param {number} side
   */
  edgeOf({ strong }, side) {
    return strong ? Math.max(2, Math.min(side / 8, 3 * Math.max(1, this.scene.width / NOMINAL))) : 1;
  }

  /** @param {Lit} lit */
  paintBox(lit) {
    const [left, top, side, tall] = this.corner(lit);
    const box = this.box(left, top, side + 1, tall + 1);
    if (lit.fill !== undefined) {
      this.pen.fillStyle = this.color(lit.fill);
      this.pen.fillRect(...box);
    }
    this.strokeInside(this.pen, box, this.color("window_edge"), this.edgeOf(lit, side), 0);
  }

  /** @param {Lit} lit */
  paintNumber(lit) {
    if (lit.fill === undefined) return; // only an edge around what is painted already
    const [left, top, side] = this.corner(lit);
    const { texts, bare } = this.scene.planes[lit.plane];
    const text = lit.text ?? texts[lit.cell];
    const size = this.fitting(text, (bare ? 0.58 : 0.44) * side, 0.84 * side);
    const middle = top + (lit.note && !bare ? 0.37 : 0.5) * side;
    this.write(this.pen, text, left + (side + 1) / 2, middle + 0.325 * size, size, this.color("ink"), "center", false);
  }

  /** @param {Lit} lit */
  paintNote(lit) {
    if (!lit.note || this.scene.planes[lit.plane].bare) return;
    const [left, top, side] = this.corner(lit);
    const edge = this.edgeOf(lit, side); // a thick one must not cut into the note
    const size = this.fitting(lit.note, Math.max(9, 0.3 * side), side - 2 * edge - 4);
    const bottom = top + Math.min(0.92 * side, side - edge - 1);
    this.write(this.pen, lit.note, left + side - edge - 2, bottom, size, this.color("window_ink"), "right", false);
  }

  /**
   * Write a line of text on top of the picture.
   * @param {string} text
   * @param {number} x
   * @param {number} y baseline
   * @param {number} size
   * @param {{bold?: boolean, color?: string}} how
   */
  writeLine(text, x, y, size, { bold = false, color = "ink" } = {}) {
    this.write(this.pen, text, x, y, size, this.color(color), "left", bold);
  }

  /**
   * Write words and then, in bold, their sum: in place of other words, or after the first of those.
   * @param {{lead: string, sum: string, after: number}} words
   * @param {number[]} terms the items of those others, all of which the lines have room for
   */
  writeSum({ lead, sum, after }, terms) {
    const places = terms.map((term) => this.placeOf(term)).filter((place) => place !== null);
    if (!places.length) return;
    const [first] = places;
    const right = this.scene.width - first.x; // as far from the edge as the lines are on the left
    const words = lead ? `${lead} ` : "";
    const size = this.fitting(words + sum, first.size, (right - first.x) / BOLD);
    let { x, y } = first;
    if (after) {
      const last = places[Math.min(after, places.length) - 1];
      ({ x, y } = { x: last.end + SPACE * size, y: last.y });
      if (x + BOLD * this.widthOf(sum) * size > right) {
        x = first.x;
        y = places.find((place) => place.y > last.y)?.y ?? last.y + LEADING * size;
      }
    }
    if (words) this.writeLine(words, x, y, size);
    this.writeLine(sum, x + this.widthOf(words) * size, y, size, { bold: true });
  }

  /**
   * Where the text of an item begins and ends; null where it has none.
   * @param {number} item
   */
  placeOf(item) {
    const { x, y, look } = this.scene.items[item];
    const mark = look.marks.find((each) => each.kind === "text");
    if (mark?.kind !== "text") return null;
    return { x: x + mark.x, y: y + mark.y, end: x + look.width - 1, size: mark.size };
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {number} size
   * @param {string} color
   * @param {CanvasTextAlign} anchor
   * @param {boolean} bold
   */
  write(pen, text, x, y, size, color, anchor, bold) {
    const font = `${bold ? "bold " : ""}${(size * this.scale).toFixed(2)}px ${FONT}`;
    if (pen !== this.pen || font !== this.font) pen.font = font;
    if (pen === this.pen) this.font = font;
    pen.textAlign = anchor;
    pen.textBaseline = "alphabetic";
    pen.fillStyle = color;
    pen.fillText(text, x * this.scale, y * this.scale);
  }

  /**
   * The largest size up to `size` at which a text is at most `width` wide.
   * @param {string} text
   * @param {number} size
   * @param {number} width
   */
  fitting(text, size, width) {
    const unit = this.widthOf(text);
    return unit > 0 ? Math.min(size, width / unit) : size;
  }

  /**
   * The width of a text at size 1.
   * @param {string} text
   */
  widthOf(text) {
    let unit = this.widths.get(text);
    if (unit === undefined) {
      this.font = "";
      this.pen.font = `100px ${FONT}`;
      unit = this.pen.measureText(text).width / 100;
      this.widths.set(text, unit);
    }
    return unit;
  }

  /**
   * A rectangle in whole device pixels, so that its edges are sharp and neighbours share them.
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @returns {[number, number, number, number]}
   */
  box(x, y, width, height) {
    // Cells overlap by the one pixel of their common edge; that stays one edge at every scale.
    const edge = this.thickness(1);
    const left = Math.round(x * this.scale);
    const top = Math.round(y * this.scale);
    return [left, top, Math.round((x + width - 1) * this.scale) - left + edge, Math.round((y + height - 1) * this.scale) - top + edge];
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {[number, number, number, number]} box
   * @param {string} color
   * @param {number} stroke
   * @param {number} dash
   */
  strokeInside(pen, [x, y, width, height], color, stroke, dash) {
    const thick = this.thickness(stroke);
    pen.strokeStyle = color;
    pen.lineWidth = thick;
    if (dash) pen.setLineDash([Math.max(1, dash * this.scale), Math.max(1, dash * this.scale)]);
    pen.strokeRect(x + thick / 2, y + thick / 2, width - thick, height - thick);
    if (dash) pen.setLineDash([]);
  }

  /** @param {number} width */
  thickness(width) {
    return Math.max(1, Math.round(width * this.scale));
  }
}
