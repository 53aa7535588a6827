/** The rows of a stack: a layer each, with its fields and the buttons that move, copy and remove it. */

import { create } from "./elements.js";

/** A layer: its kind, and name, label and text of each field.
 * @typedef {{kind: string, fields: [string, string, string][]}} Row */

const BUTTONS = /** @type {[string, string, string][]} */ ([
  ["up", "↑", "Move layer up"], ["down", "↓", "Move layer down"], ["copy", "+", "Duplicate layer"], ["remove", "×", "Remove layer"],
]);

export class Rows {
  /**
   * @param {[string, string, string?][]} kinds of layers, with their labels
   * @param {(edit: string) => void} apply
   */
  constructor(kinds, apply) {
    this.kinds = kinds;
    this.apply = apply;
    this.element = create("div", { className: "rows" });
    this.element.setAttribute("role", "group");
    this.rows = /** @type {Row[]} */ ([]);
    this.newest = /** @type {Row[] | null} */ (null); // which may wait until a button is let go of
  }

  get count() {
    return this.rows.length;
  }

  /** @param {Row[] | null} rows null where the stack is too long for rows */
  show(rows) {
    this.element.hidden = rows === null;
    const isSame = JSON.stringify(rows) === JSON.stringify(this.rows) && this.element.childElementCount;
    this.newest = rows;
    if (rows === null || isSame) return;
    if (this.element.querySelector("button:active")) {
      // Pressed, but not let go of: another button in its place would not hear of the click.
      window.addEventListener("pointerup", () => setTimeout(() => this.show(this.newest)), { once: true });
      return;
    }
    this.rows = rows;
    const root = /** @type {ShadowRoot} */ (this.element.getRootNode());
    const focused = root.activeElement?.getAttribute("data-place");
    const add = create("button", { type: "button", textContent: "Add a layer", className: "add" });
    add.addEventListener("click", () => this.apply("layer:add"));
    this.element.replaceChildren(...rows.map((row, at) => this.make(row, at + 1)), add);
    // The same field of the same row: it may have been left by the tab key just before.
    if (focused) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-place="${focused}"]`))?.focus();
  }

  /**
   * @param {Row} row
   * @param {number} number counted from 1
   */
  make({ kind, fields }, number) {
    const label = `of layer ${number}`;
    const menu = /** @type {HTMLSelectElement} */ (create("select"));
    menu.append(...this.kinds.map(([value, words]) => new Option(words, value, false, value === kind)));
    menu.setAttribute("aria-label", `Type ${label}`);
    menu.dataset.place = `${number}:kind`;
    menu.addEventListener("change", () => this.apply(`layer:${number}:kind=${menu.value}`));
    const head = create("div", { className: "line" });
    head.append(menu, ...BUTTONS.map(([name, sign, words]) => {
      const button = /** @type {HTMLButtonElement} */ (create("button", { type: "button", textContent: sign, title: `${words} ${number}` }));
      button.setAttribute("aria-label", `${words} ${number}`);
      button.dataset.place = `${number}:${name}`;
      button.disabled = (name === "up" && number === 1) || (name === "down" && number === this.count) || (name === "remove" && this.count === 1);
      button.addEventListener("click", () => this.apply(`layer:${number}:${name}`));
      return button;
    }));
    const line = create("div", { className: "line" });
    line.append(...fields.map(([name, words, text]) => {
      const box = /** @type {HTMLInputElement} */ (create("input", { type: "text", value: text, spellcheck: false }));
      box.setAttribute("aria-label", `${words} ${label}`);
      box.dataset.place = `${number}:${name}`;
      if (name === "stride" && kind.includes("pool")) box.placeholder = "= k";
      box.addEventListener("change", () => this.apply(`layer:${number}:${name}=${box.value.trim()}`));
      const field = create("label", { className: "axis" });
      field.append(words, box);
      return field;
    }));
    const made = create("div", { className: "layer" });
    made.append(head, line);
    return made;
  }
}
