/** The address of the page: the figure alone writes it. */

import { takeSteps } from "./steps.js";
import { readQuery, writeQuery } from "./values.js";

/** @typedef {import("./values.js").Texts} Texts */

/** Parameters of the address that are for the page around the figure. */
const FOREIGN = /^embed/;

/** Parameters that say where the player is: they change within an entry of the history. */
const PLACE = /^(step|pin)$/;

export class Address {
  /**
   * @param {(texts: Texts) => void} open a step in the history leads to these parameters
   * @param {AbortSignal} signal
   */
  constructor(open, signal) {
    this.path = window.location.pathname;
    this.isOpen = false; // whether the newest entry of the history belongs to a change that still goes on
    takeSteps(() => {
      if (window.location.pathname !== this.path) return false;
      this.isOpen = false;
      open(this.texts());
      return true;
    }, signal);
  }

  /** All parameters but those of the page around the figure. */
  texts() {
    return this.select((name) => !FOREIGN.test(name));
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
      window.history.pushState({}, "", this.link(query));
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
    if (query !== this.query) window.history.replaceState(window.history.state, "", this.link(query));
  }

  /**
   * The player is at a step, or at none in particular.
   * @param {Texts} place
   */
  stand(place) {
    const link = this.link([this.query, writeQuery(place)].filter(Boolean).join("&"));
    if (link !== window.location.pathname + window.location.search) {
      window.history.replaceState(window.history.state, "", link);
    }
  }

  /** @param {string} query */
  link(query) {
    const all = [query, writeQuery(this.select((name) => FOREIGN.test(name)))].filter(Boolean).join("&");
    return `${this.path}${all && `?${all}`}`;
  }

  /** @param {(name: string) => boolean} isWanted */
  select(isWanted) {
    return Object.fromEntries(Object.entries(readQuery(window.location.search)).filter(([name]) => isWanted(name)));
  }
}
