/** What the person has chosen and the page has not answered yet. */

const PATIENCE = 2000; // milliseconds without an answer, then the request is sent again

/** @typedef {{units?: string, object?: string}} Request as links spell them */

class Requests {
  constructor() {
    this.request = /** @type {Request} */ ({}); // not yet in the data of the page
    this.sent = /** @type {Request} */ ({}); // what of it is on its way
    this.number = 0;
    this.waiting = 0;
    this.place = "";
    this.deliver = (/** @type {object} */ request) => void request;
  }

  /** @param {Data} data */
  receive({ place, answered }) {
    if (place !== this.place) this.request = {};
    this.place = place;
    if (answered < this.number) return; // an answer to an older request
    this.number = answered;
    this.rest();
    for (const name of /** @type {const} */ (["units", "object"])) {
      if (this.request[name] === this.sent[name]) delete this.request[name];
    }
    this.sent = {};
    this.send();
  }

  /** @param {Request} request */
  add(request) {
    Object.assign(this.request, request);
    this.send();
  }

  /** Send one request at a time: each is a run of the page, and quick changes would pile them up. */
  send() {
    if (this.waiting || !Object.keys(this.request).length) return;
    this.sent = { ...this.request };
    this.number += 1;
    this.deliver({ number: this.number, place: this.place, ...this.sent });
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
    return this.request.units?.split(";").map((unit) => /** @type {Two} */ (numbers(unit))) ?? null;
  }

  /** @returns {Box | null} */
  get object() {
    if (this.request.object === undefined) return null;
    const [top, left, bottom, right] = numbers(this.request.object);
    return [[top, bottom], [left, right]];
  }
}

/** @param {string} text */
function numbers(text) {
  return text.split(",").map(Number);
}
