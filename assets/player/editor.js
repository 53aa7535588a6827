/** The small field in which a number of the picture is typed anew. */

import { nameOf } from "./relations.js";

/** @typedef {import("./decode.js").Plane} Plane */

const NARROWEST = 56;
const LOWEST = 28;

export class Editor {
  /**
   * @param {HTMLInputElement} field
   * @param {{commit: (plane: Plane, cell: number, text: string) => void, refuse: (sentence: string) => void,
   *   leave: () => void}} hooks
   * @param {AbortSignal} signal
   */
  constructor(field, hooks, signal) {
    this.field = field;
    this.hooks = hooks;
    this.plane = /** @type {Plane | null} */ (null);
    this.cell = 0;
    field.addEventListener("keydown", (event) => this.onKey(event), { signal });
    field.addEventListener("blur", () => this.close(), { signal });
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
    Object.assign(field.style, {
      left: `${Math.max(middle - width / 2, 0)}px`,
      top: `${(plane.y + Math.floor(cell / plane.columns) * plane.cell) * zoom}px`,
      width: `${width}px`,
      height: `${Math.max(side, LOWEST)}px`,
      fontSize: `${Math.max(0.38 * side, 14)}px`,
    });
    this.plane = plane;
    this.cell = cell;
    field.value = plane.texts[cell].replace("−", "-");
    field.setAttribute("aria-label", `New number for ${nameOf(plane, cell)}`);
    field.removeAttribute("aria-invalid");
    field.hidden = false;
    field.focus();
    field.select();
  }

  close() {
    this.field.hidden = true;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.hooks.leave();
    if (event.key !== "Enter" || !this.plane) return;
    const text = readNumber(this.field.value);
    if (text === null) {
      this.field.setAttribute("aria-invalid", "true");
      this.hooks.refuse(`A cell must hold a number; got "${this.field.value}".`);
    } else {
      this.hooks.commit(this.plane, this.cell, text);
      this.hooks.leave();
    }
  }
}

/**
 * What was typed as a number that Python reads, or null. A comma is a decimal comma, a true minus sign is a minus.
 * @param {string} typed
 * @returns {string | null}
 */
export function readNumber(typed) {
  const text = typed.trim().replace("−", "-").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? text : null;
}
