/** What the hand has chosen and the page has not answered yet. */

const PATIENCE = 2000; // milliseconds without an answer: the wish is said again

/** @typedef {{units?: string, object?: string}} Wish as links spell them */

class Wishes {
  constructor() {
    this.wish = /** @type {Wish} */ ({}); // not yet in what the page has told
    this.said = /** @type {Wish} */ ({}); // what of it is on its way
    this.number = 0;
    this.waiting = 0;
    this.place = "";
    this.tell = (/** @type {object} */ wish) => void wish;
  }

  /** @param {Told} told */
  hear({ place, heard }) {
    if (place !== this.place) this.wish = {};
    this.place = place;
    if (heard < this.number) return; // behind the hand
    this.number = heard;
    this.rest();
    for (const name of /** @type {const} */ (["units", "object"])) {
      if (this.wish[name] === this.said[name]) delete this.wish[name];
    }
    this.said = {};
    this.send();
  }

  /** @param {Wish} wish */
  add(wish) {
    Object.assign(this.wish, wish);
    this.send();
  }

  /** One wish is on its way at a time: each is a run of the page, and quick hands would pile them up. */
  send() {
    if (this.waiting || !Object.keys(this.wish).length) return;
    this.said = { ...this.wish };
    this.number += 1;
    this.tell({ number: this.number, place: this.place, ...this.said });
    this.waiting = window.setTimeout(() => {
      this.waiting = 0;
      this.send();
    }, PATIENCE);
  }

  rest() {
    clearTimeout(this.waiting);
    this.waiting = 0;
  }

  /** @returns {Two[] | null} */
  get units() {
    return this.wish.units?.split(";").map((unit) => /** @type {Two} */ (numbers(unit))) ?? null;
  }

  /** @returns {Box | null} */
  get object() {
    if (this.wish.object === undefined) return null;
    const [top, left, bottom, right] = numbers(this.wish.object);
    return [[top, bottom], [left, right]];
  }
}

/** @param {string} text */
function numbers(text) {
  return text.split(",").map(Number);
}
