/** The small field in which numbers of the picture are edited, one cell after another. */

import { readBlock, readNumber, refusalOf } from "./numbers.js";
import { editableFrom, nameOf } from "./relations.js";

/** @typedef {import("./decode.js").Plane} Plane */
/** What the field needs of the player: the number that a cell has, or will have; to pass on one number, or a block of them
 * (that returns why it is refused, or nothing); to say why one is refused; to go on with another cell, or to end.
 * @typedef {{textOf: (plane: Plane, cell: number) => string, commit: (plane: Plane, cell: number, text: string) => void,
 *   paste: (plane: Plane, cell: number, rows: string[][]) => string, refuse: (sentence: string) => void,
 *   go: (plane: Plane, cell: number) => void, leave: (plane: Plane) => void}} Hooks */

const NARROWEST = 56;
const LOWEST = 28;

export class Editor {
  /**
   * @param {HTMLInputElement} field
   * @param {Hooks} hooks
   * @param {AbortSignal} signal
   */
  constructor(field, hooks, signal) {
    this.field = field;
    this.hooks = hooks;
    this.plane = /** @type {Plane | null} */ (null);
    this.cell = 0;
    this.before = ""; // the text at first: a rounded number that was not changed must not replace the exact one
    field.addEventListener("keydown", (event) => this.onKey(event), { signal });
    field.addEventListener("paste", (event) => this.onPaste(event), { signal });
    field.addEventListener("blur", () => this.onBlur(), { signal });
  }

  get isOpen() {
    return this.plane !== null;
  }

  /** Whether a sentence says why what was typed is refused. */
  get isRefused() {
    return this.isOpen && this.field.hasAttribute("aria-invalid");
  }

  /**
   * Lay the field over a cell.
   * @param {Plane} plane
   * @param {number} cell
   * @param {number} zoom CSS pixels to a pixel of the picture
   */
  open(plane, cell, zoom) {
    const { field } = this;
    this.plane = plane;
    this.cell = cell;
    this.place(zoom);
    this.fill();
    field.setAttribute("aria-label", `New number for ${nameOf(plane, cell)}`);
    field.hidden = false;
    field.focus();
    field.select();
  }

  /** The number that the cell has. */
  fill() {
    if (!this.plane) return;
    this.before = this.hooks.textOf(this.plane, this.cell).replaceAll("−", "-");
    this.field.value = this.before;
    this.field.removeAttribute("aria-invalid");
  }

  /**
   * Go on with the same cell of another scene; what has been typed stays.
   * @param {Plane} plane
   * @param {number} cell
   */
  keep(plane, cell) {
    const isTyped = this.field.value !== this.before;
    this.plane = plane;
    this.cell = cell;
    if (isTyped || this.hooks.textOf(plane, cell).replaceAll("−", "-") === this.before) return;
    this.fill();
    this.field.select();
  }

  /** @param {number} zoom CSS pixels to a pixel of the picture */
  place(zoom) {
    const { field, plane, cell } = this;
    if (!plane) return;
    const side = plane.cell * zoom;
    const width = Math.max(side, NARROWEST);
    const middle = (plane.x + (cell % plane.columns) * plane.cell) * zoom + side / 2;
    const most = (field.parentElement?.clientWidth ?? width) - width;
    Object.assign(field.style, {
      left: `${Math.max(Math.min(middle - width / 2, most), 0)}px`,
      top: `${(plane.y + Math.floor(cell / plane.columns) * plane.cell) * zoom}px`,
      width: `${width}px`,
      height: `${Math.max(side, LOWEST)}px`,
      fontSize: `${Math.max(0.44 * side, 14)}px`,
    });
  }

  /** Discard what was typed. */
  close() {
    this.plane = null;
    this.field.hidden = true;
  }

  /** Leaving the field finishes typing; a keyboard on a telephone may have no Enter. */
  onBlur() {
    if (!this.plane) return;
    this.commit();
    this.close();
  }

  /** Pass on the number if it is valid and has changed; return why it is invalid, or nothing. */
  commit() {
    const { plane } = this;
    const typed = this.field.value;
    if (!plane || typed === this.before) return "";
    const refusal = refusalOf(typed);
    if (refusal) return refusal;
    this.before = typed;
    this.hooks.commit(plane, this.cell, /** @type {string} */ (readNumber(typed)));
    return "";
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { plane, cell, field } = this;
    event.stopPropagation();
    if (event.key === "Escape") this.leave();
    const isPlain = !(event.isComposing || event.ctrlKey || event.altKey || event.metaKey);
    if (!plane || !isPlain || !walks(event, field)) return;
    const refusal = this.commit();
    const next = editableFrom(plane, cell, event.key, event.shiftKey);
    const isLast = next === null && event.key === "Tab";
    if (refusal || !isLast) event.preventDefault(); // from the last cell the focus goes on, and that closes the field
    if (refusal) this.refuse(refusal);
    else if (next !== null) this.hooks.go(plane, next);
    else if (event.key === "Enter") this.leave();
    else field.select();
  }

  /**
   * Several numbers fill the cells from this one on; a single one is pasted as usual.
   * @param {ClipboardEvent} event
   */
  onPaste(event) {
    const { plane, cell } = this;
    const rows = readBlock(event.clipboardData?.getData("text") ?? "");
    if (!plane || rows.flat().length < 2) return;
    event.preventDefault();
    const refusal = this.hooks.paste(plane, cell, rows);
    if (refusal) return this.refuse(refusal);
    this.fill();
    this.field.select();
  }

  /** @param {string} sentence */
  refuse(sentence) {
    this.field.setAttribute("aria-invalid", "true");
    this.hooks.refuse(sentence);
  }

  leave() {
    const { plane } = this;
    this.close();
    if (plane) this.hooks.leave(plane);
  }
}

/**
 * Whether a key leads to another cell. Left and right do from the ends of the text; what is just entered is all selected.
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} field
 */
function walks({ key, shiftKey }, { selectionStart, selectionEnd, value }) {
  if (key === "Tab" || key === "Enter") return true;
  if (shiftKey) return false;
  if (key === "ArrowUp" || key === "ArrowDown") return true;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return false;
  if (selectionStart === 0 && selectionEnd === value.length) return true;
  return selectionStart === selectionEnd && selectionStart === (key === "ArrowLeft" ? 0 : value.length);
}
