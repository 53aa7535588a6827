/** What Streamlit calls: it gives the data and the place; the player there lives until the place goes. */

import { Player } from "./player.js";

/** @type {WeakMap<object, Player>} */
const players = new WeakMap();

/**
 * Called at first and whenever the data or the theme changes.
 * @typedef {(name: string, value: unknown) => void} Tell
 * @param {{parentElement: any, data: string, setTriggerValue: Tell, setStateValue: Tell}} component
 */
export function mount({ parentElement, data, setTriggerValue, setStateValue }) {
  const hooks = {
    edit: (/** @type {string} */ plane, /** @type {number[]} */ cell, /** @type {string} */ text) =>
      setTriggerValue("edit", { plane, cell, text }),
    narrow: (/** @type {boolean} */ isNarrow) => setStateValue("narrow", isNarrow),
  };
  const player = players.get(parentElement) ?? new Player(parentElement, hooks);
  players.set(parentElement, player);
  player.hooks = hooks; // those of the latest call are the ones that are listened to
  player.load(data);
  return () => {
    player.destroy();
    players.delete(parentElement);
  };
}
