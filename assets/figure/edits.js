/** Numbers on their way to where pictures are made: one request at a time, so that none undoes another. */

/** Numbers by the cells they were typed into. @typedef {[number[], string][]} Cells */

export class Edits {
  /** @param {(plane: string, cells: Cells) => unknown} send what it returns is waited for, where it is a promise */
  constructor(send) {
    this.send = send;
    // By plane, and there by cell: what waits, and what is under way.
    this.waiting = /** @type {Map<string, Map<string, [number[], string]>>} */ (new Map());
    this.underway = /** @type {Map<string, Map<string, [number[], string]>>} */ (new Map());
  }

  /**
   * @param {string} plane
   * @param {Cells} cells
   */
  add(plane, cells) {
    const ofPlane = this.waiting.get(plane) ?? new Map();
    for (const [cell, text] of cells) ofPlane.set(cell.join(), [cell, text]);
    if (ofPlane.size) this.waiting.set(plane, ofPlane);
    if (!this.underway.size) this.sendAll();
  }

  /** What is added meanwhile goes together with the next request. */
  async sendAll() {
    while (this.waiting.size) {
      const [[plane, cells]] = this.waiting;
      this.waiting.delete(plane);
      this.underway = new Map([[plane, cells]]);
      try {
        await this.send(plane, [...cells.values()]);
      } catch (error) {
        console.error(error);
      }
    }
    this.underway = new Map();
  }

  /**
   * The text that a cell will have, if that is not known to the picture yet.
   * @param {string} plane
   * @param {number[]} cell
   */
  textOf(plane, cell) {
    const [, text] = (this.waiting.get(plane)?.get(cell.join()) ?? this.underway.get(plane)?.get(cell.join())) ?? [];
    return text;
  }
}
