/** The numbers of a step and of all grids as tables, for those who do not see the picture or want to copy from it. */

import { create, rowOf } from "./elements.js";
import { factor, nameAt, textAt } from "./highlights.js";
import { INPUT, KERNEL, OUTPUT, numberOf } from "./relations.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Plane} Plane */

const STYLE = `
.tables .scrolls { display: flex; flex-wrap: wrap; align-items: start; gap: 1rem 2rem; overflow-x: auto; }
.tables :is(th, td) { padding-inline: 0.75rem; white-space: nowrap; }
.tables .read { font-weight: 700; background: color-mix(in srgb, currentColor 12%, transparent); }
.tables [aria-current] { outline: 2px solid; outline-offset: -2px; }
`;

/**
 * Show the numbers of the step, now and with each step that follows.
 * @param {import("./figure.js").Figure} figure
 */
export function showTables({ player, facts }) {
  player.tables ??= new Tables(facts.tables, player);
  player.show();
}

class Tables {
  /**
   * @param {HTMLElement} root the element that opens them
   * @param {import("./player.js").Player} player which says when another step is shown
   */
  constructor(root, player) {
    this.root = root;
    this.player = player;
    this.step = create("table");
    this.box = create("div", { className: "scrolls", tabIndex: 0, role: "region", ariaLabel: "This step as tables" });
    this.cells = /** @type {HTMLElement[]} */ ([]); // by the numbers that taps have for them
    this.scene = /** @type {Scene | null} */ (null); // whose numbers the tables have
    this.frame = -1;
    root.append(create("style", { textContent: STYLE }), this.box);
  }

  /** @param {number} frame that the player shows */
  show(frame) {
    const { scene } = this.player;
    if (!(/** @type {HTMLDetailsElement} */ (this.root).open) || (scene === this.scene && frame === this.frame)) return;
    if (scene !== this.scene) this.showGrids(scene);
    this.scene = scene;
    this.frame = frame;
    const { caption, head, rows, result } = tableOfStep(scene, frame);
    this.step.replaceChildren(create("caption", { textContent: caption }));
    if (head.length) this.step.append(part("thead", [rowOf("col", head)]), part("tbody", rows.map((row) => rowOf("row", row))));
    if (result) this.step.append(part("tfoot", [rowOf("row", ["Result", ...Array(head.length - 2).fill(""), result])]));
    const taps = tapsOf(scene, frame);
    const read = new Set(taps.flatMap(([input, kernel]) => [input, kernel]));
    const written = new Set(taps.map((tap) => tap[OUTPUT]));
    this.cells.forEach((cell, number) => {
      cell.classList.toggle("read", read.has(number));
      cell.ariaCurrent = written.has(number) ? "step" : null;
    });
  }

  /** @param {Scene} scene */
  showGrids(scene) {
    this.cells = [];
    const made = new Set(scene.taps.flat().map((tap) => tap[OUTPUT]));
    this.box.replaceChildren(this.step, ...scene.planes.map((plane, at) => {
      const { head, rows } = tableOfGrid(plane);
      const table = create("table");
      const lines = rows.map((row) => rowOf("row", row));
      lines.forEach((line, down) => [...line.children].slice(1).forEach((cell, right) => {
        this.cells[numberOf(scene.planes, { plane: at, cell: down * plane.columns + right })] = /** @type {HTMLElement} */ (cell);
      }));
      const title = `${plane.title[0].toUpperCase()}${plane.title.slice(1)}`;
      const caption = made.has(plane.first) ? `${title}, after all steps` : title;
      table.append(create("caption", { textContent: caption }), part("thead", [rowOf("col", head)]), part("tbody", lines));
      return table;
    }));
  }
}

/**
 * What a step reads and what comes of it, a row for each product; without taps there is the sentence alone.
 * @param {Scene} scene
 * @param {number} frame
 * @returns {{caption: string, head: string[], rows: string[][], result: string}}
 */
export function tableOfStep(scene, frame) {
  const [taps, sums] = [tapsOf(scene, frame), scene.sums[frame]];
  const caption = scene.descriptions[frame];
  if (!taps.length) return { caption, head: [], rows: [], result: "" };
  const hasWeights = taps.some((tap) => tap[KERNEL] >= 0);
  const outputs = new Set(taps.map((tap) => tap[OUTPUT]));
  const head = ["Cell", "Value", ...(hasWeights ? ["Weight of", "Weight", "Product"] : []), "For", ...(sums.length ? ["So far"] : [])];
  const rows = taps.map((tap, at) => {
    const [value, kernel] = [textAt(scene, tap[INPUT]) || "0", tap[KERNEL]];
    const weight = kernel < 0 ? "" : textAt(scene, kernel);
    const weights = weight ? [nameAt(scene, kernel), weight, `${factor(value)}·${factor(weight)}`] : ["", "", ""];
    return [
      nameAt(scene, tap[INPUT]), value, ...(hasWeights ? weights : []), nameAt(scene, tap[OUTPUT]),
      ...(sums.length ? [sums[at] || "cropped"] : []),
    ];
  });
  const [output, ...others] = outputs;
  const isWhole = sums.length && !others.length && scene.stepSide === "output"; // what is stamped gets more in later steps
  return { caption, head, rows, result: isWhole ? textAt(scene, output) : "" };
}

/**
 * The taps of what the sentence of a step says; none where they are those of every unit, and the sentence is about one.
 * @param {Scene} scene
 * @param {number} frame
 */
function tapsOf({ taps, sums, stepSide }, frame) {
  const isOfOne = taps[frame].every((tap) => tap[KERNEL] >= 0 || tap[OUTPUT] === taps[frame][0][OUTPUT]);
  return isOfOne || sums[frame].length || stepSide === "input" ? taps[frame] : [];
}

/**
 * A grid with the indices of its rows and columns, as the reader's table counts them; what is no part of that has none.
 * @param {Plane} plane
 */
export function tableOfGrid({ columns, names, texts, rows }) {
  const indexOf = (/** @type {number[]} */ cells, /** @type {number} */ axis) => {
    const known = cells.map((cell) => names[cell]).find(Array.isArray);
    return known ? String(known.at(axis) ?? "") : "–";
  };
  const [down, across] = [rows, columns].map((count) => Array.from({ length: count }, (_, at) => at));
  return {
    head: ["", ...across.map((column) => indexOf(down.map((row) => row * columns + column), -1))],
    rows: down.map((row) => {
      const cells = across.map((column) => row * columns + column);
      return [indexOf(cells, -2), ...cells.map((cell) => texts[cell])];
    }),
  };
}

/**
 * @param {string} tag
 * @param {HTMLElement[]} rows
 */
function part(tag, rows) {
  const element = create(tag);
  element.append(...rows);
  return element;
}
