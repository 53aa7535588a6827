/** Where answers come from in a file that asks no server: a table of all that its dials can ask for. */

import { SET, readQuery } from "./values.js";

/** @typedef {import("./source.js").Result} Result */

/**
 * What a file has, as convviz/html/offline.py writes it. `names` are the width of the layout and the dials, `usual` what these say
 * where nothing else is asked for; `answers` has a number for each setting, in the order of `names`. That number is a value in `parts`, in
 * which an object `{"@": n}` is the part with the number n.
 * @typedef {{names: string[], usual: import("./values.js").Texts, answers: Record<string, number>, parts: any[]}} Table
 */

/**
 * A table from its JSON, compressed by gzip and written in base 64.
 * @param {string} text
 * @returns {Promise<Table>}
 */
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

export class Shelf {
  /** @param {Table} table */
  constructor(table) {
    this.table = table;
    this.hooks = /** @type {import("./source.js").Hooks} */ (/** @type {unknown} */ (null)); // until there is a figure
    this.whole = /** @type {Map<number, any>} */ (new Map()); // parts that are put together already
  }

  /** @param {import("./source.js").Hooks} hooks */
  serve(hooks) {
    this.hooks = hooks;
    return this;
  }

  /** @param {string} query */
  want(query) {
    this.hooks.take(this.find(query), true);
  }

  /** @param {string} query */
  async get(query) {
    return this.find(query);
  }

  /**
   * @param {string} query
   * @returns {Result}
   */
  find(query) {
    const { names, usual, answers } = this.table;
    const { edit = "", ...asked } = readQuery(query);
    const [, name, text] = SET.exec(edit) ?? [];
    const texts = { ...usual, ...asked, ...(name && { [name]: text }) };
    const key = names.map((name) => texts[name]).join(" ");
    const number = answers[key] ?? answers[key.replace(/^\d+/, "")]; // there may be no layout for phones
    if (number === undefined) return { query, refusal: { error: "This file has no picture of that setting.", dial: null, mends: [] } };
    const found = this.part(number);
    return found.error ? { query, refusal: found } : { query, answer: found };
  }

  /** @param {number} number */
  part(number) {
    if (!this.whole.has(number)) this.whole.set(number, this.fill(this.table.parts[number]));
    return this.whole.get(number);
  }

  /**
   * A value with its parts in their places.
   * @param {any} value
   * @returns {any}
   */
  fill(value) {
    if (typeof value !== "object" || value === null) return value;
    if ("@" in value) return this.part(value["@"]);
    if (Array.isArray(value)) return value.map((each) => this.fill(each));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.fill(each)]));
  }

  // What a source does besides, and a table needs not.

  keep() {}

  expect() {}

  stop() {}
}
