/** The quiet line that says what can be done with the picture, until the person has done it. */

import { keep, recall } from "./kept.js";
import { setText } from "./markup.js";
import { isEditable } from "./relations.js";

/** @typedef {import("./decode.js").Plane} Plane */
/** @typedef {import("./decode.js").Spot} Spot */
/** What a person can do. @typedef {"drag" | "pin"} Deed */

/** Where the browser keeps what the person has done. */
const DONE = "convviz-done";

export class Hint {
  /** @param {HTMLElement} line */
  constructor(line) {
    this.line = line;
    this.done = new Set(recall(DONE).split(","));
    line.hidden = this.isOver; // while the page is open its place is kept: nothing jumps when the person has done it all
  }

  get isOver() {
    return this.done.has("drag") && this.done.has("pin");
  }

  /** @param {Deed} deed that the person has done */
  note(deed) {
    if (this.done.has(deed)) return;
    this.done.add(deed);
    keep(DONE, [...this.done].join());
  }

  /**
   * @param {Plane[]} planes
   * @param {boolean} canDrag
   * @param {Spot | null} spot that is pointed at
   */
  show(planes, canDrag, spot) {
    if (this.line.hidden) return;
    const canEdit = planes.some(({ editable }) => editable);
    const isOverNumber = spot !== null && isEditable(planes, spot);
    setText(this.line, this.isOver ? "" : isOverNumber ? "Click pins this cell, a double click edits it." : general(canDrag, canEdit));
  }
}

/**
 * @param {boolean} canDrag
 * @param {boolean} canEdit
 */
function general(canDrag, canEdit) {
  const drag = canDrag ? "Drag the window. " : "";
  if (matchMedia("(pointer: coarse)").matches) return `${drag}Tap a cell to pin it${canEdit ? ", twice to edit it" : ""}.`;
  const edit = canEdit ? ", double-click to edit" : "";
  return `${drag}Point at a cell to see what it belongs to, click to pin${edit}. ? shows the keys.`;
}
