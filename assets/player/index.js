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
  let player = players.get(parentElement);
  if (!player) {
    player = new Player(parentElement, {
      edit: (plane, row, column, text) => setTriggerValue("edit", { plane, row, column, text }),
      narrow: (isNarrow) => setStateValue("narrow", isNarrow),
    });
    players.set(parentElement, player);
  }
  player.load(data);
  return () => {
    players.get(parentElement)?.destroy();
    players.delete(parentElement);
  };
}
