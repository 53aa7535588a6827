/** The small field in which a number of the picture is edited. */

import { nameOf } from "./relations.js";

/** @typedef {import("./decode.js").Plane} Plane */

const NARROWEST = 56;
const LOWEST = 28;
const LIMIT = 1e6; // the largest magnitude of a number, as in convviz/limits.py

export class Editor {
  /**
   * @param {HTMLInputElement} field
   * @param {{commit: (plane: Plane, cell: number, text: string) => void, refuse: (sentence: string) => void,
   *   leave: (plane: Plane) => void}} hooks
   * @param {AbortSignal} signal
   */
  constructor(field, hooks, signal) {
    this.field = field;
    this.hooks = hooks;
    this.plane = /** @type {Plane | null} */ (null);
    this.cell = 0;
    this.before = ""; // the text at first: a rounded number that was not changed must not replace the exact one
    field.addEventListener("keydown", (event) => this.onKey(event), { signal });
    field.addEventListener("blur", () => this.onBlur(), { signal });
  }

  get isOpen() {
    return this.plane !== null;
  }

  /**
   * Lay the field over a cell.
   * @param {Plane} plane
   * @param {number} cell
   * @param {number} zoom CSS pixels to a pixel of the picture
   */
  open(plane, cell, zoom) {
    const { field } = this;
    const side = plane.cell * zoom;
    const width = Math.max(side, NARROWEST);
    const middle = (plane.x + (cell % plane.columns) * plane.cell) * zoom + side / 2;
    const most = (field.parentElement?.clientWidth ?? width) - width;
    Object.assign(field.style, {
      left: `${Math.max(Math.min(middle - width / 2, most), 0)}px`,
      top: `${(plane.y + Math.floor(cell / plane.columns) * plane.cell) * zoom}px`,
      width: `${width}px`,
      height: `${Math.max(side, LOWEST)}px`,
      fontSize: `${Math.max(0.38 * side, 14)}px`,
    });
    this.plane = plane;
    this.cell = cell;
    this.before = plane.texts[cell].replaceAll("−", "-");
    field.value = this.before;
    field.setAttribute("aria-label", `New number for ${nameOf(plane, cell)}`);
    field.removeAttribute("aria-invalid");
    field.hidden = false;
    field.focus();
    field.select();
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
    if (!refusal) this.hooks.commit(plane, this.cell, /** @type {string} */ (readNumber(typed)));
    return refusal;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.leave();
    if (event.key !== "Enter" || event.isComposing) return;
    const refusal = this.commit();
    if (refusal) {
      this.field.setAttribute("aria-invalid", "true");
      this.hooks.refuse(refusal);
    } else {
      this.leave();
    }
  }

  leave() {
    const { plane } = this;
    this.close();
    if (plane) this.hooks.leave(plane);
  }
}

/**
 * Why a cell cannot hold what was typed, or nothing.
 * @param {string} typed
 */
export function refusalOf(typed) {
  const text = readNumber(typed);
  if (text === null) return typed.trim() ? `A cell must hold a number; got "${typed}".` : "A cell must hold a number.";
  if (Math.abs(Number(text)) <= LIMIT) return "";
  const most = LIMIT.toLocaleString("en");
  return `A cell must hold a number from −${most} to ${most}; got "${typed}".`;
}

/**
 * What was typed as a number that Python reads, or null. A comma is a decimal comma, a true minus sign is a minus.
 * @param {string} typed
 * @returns {string | null}
 */
export function readNumber(typed) {
  const text = typed.trim().replaceAll("−", "-").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? text : null;
}
