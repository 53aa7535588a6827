/**
 * The address of the page: the figure alone writes it.
 *
 * In a frame it makes no entries in the history, for those would be the other page's; a file, and a figure that is one of
 * the parts of a page, have an address in mind only.
 */

import { takeSteps } from "./steps.js";
import { readQuery, writeQuery } from "./values.js";

/** @typedef {import("./values.js").Texts} Texts */

/** Parameters of the address that are for the page around the figure. */
const FOREIGN = /^(embed|dials$)/;

/** Parameters that say where the player is: they change within an entry of the history. */
const PLACE = /^(step|pin)$/;

export class Address {
  /**
   * @param {(texts: Texts) => void} open a step in the history leads to these parameters
   * @param {AbortSignal} signal
   * @param {Texts | null} start the place where a figure begins that has its address in mind; null for others
   */
  constructor(open, signal, start) {
    this.isInMind = start !== null;
    this.inMind = `?${writeQuery(start ?? {})}`;
    this.path = window.location.pathname;
    this.isOpen = false; // whether the newest entry of the history belongs to a change that still goes on
    takeSteps(() => {
      if (this.isInMind || window.location.pathname !== this.path) return false;
      this.isOpen = false;
      open(this.texts());
      return true;
    }, signal);
  }

  get search() {
    return this.isInMind ? this.inMind : window.location.search;
  }

  /** All parameters but those of the page around the figure. */
  texts() {
    return this.select((name) => !FOREIGN.test(name));
  }

  /** Where the player is, as far as the address says that. */
  get place() {
    return this.select((name) => PLACE.test(name));
  }

  /** The query without the place of the player. */
  get query() {
    return writeQuery(this.select((name) => !FOREIGN.test(name) && !PLACE.test(name)));
  }

  /**
   * A change begins or goes on; it has one entry in the history, and Back leads to what was before it.
   * @param {string} query
   * @returns {boolean} whether there is that entry: where nothing is new yet, there is none
   */
  change(query) {
    if (!this.isOpen && query !== this.query) {
      this.isOpen = true;
      this.write(this.link(query), window.parent === window);
    }
    return this.isOpen;
  }

  /**
   * A change is over.
   * @param {string} query
   */
  settle(query) {
    this.change(query);
    this.isOpen = false;
    this.amend(query);
  }

  /**
   * The newest entry has a better query: one that says the same as the server spells it.
   * @param {string} query
   */
  amend(query) {
    if (query !== this.query) this.write(this.link(query));
  }

  /**
   * The player is at a step, or at none in particular.
   * @param {Texts} place
   */
  stand(place) {
    const link = this.link([this.query, writeQuery(place)].filter(Boolean).join("&"));
    if (link !== this.path + this.search) this.write(link);
  }

  /**
   * @param {string} link
   * @param {boolean} isEntry whether it has an entry of its own in the history
   */
  write(link, isEntry = false) {
    if (this.isInMind) this.inMind = link.slice(this.path.length);
    else if (isEntry) window.history.pushState({}, "", link);
    else window.history.replaceState(window.history.state, "", link);
  }

  /** @param {string} query */
  link(query) {
    const all = [query, writeQuery(this.select((name) => FOREIGN.test(name)))].filter(Boolean).join("&");
    return `${this.path}${all && `?${all}`}`;
  }

  /** @param {(name: string) => boolean} isWanted */
  select(isWanted) {
    return Object.fromEntries(Object.entries(readQuery(this.search)).filter(([name]) => isWanted(name)));
  }
}
