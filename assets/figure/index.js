/** What Streamlit calls: it gives the data and the place; the figure there lives until the place goes. */

import { Figure } from "./figure.js";

/** @type {WeakMap<object, Figure>} */
const figures = new WeakMap();

/**
 * Called at first and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setStateValue: (name: string, value: unknown) => void}} component
 */
export function mount({ parentElement, data, setStateValue }) {
  const figure = figures.get(parentElement) ?? new Figure(parentElement, (message) => figure.hear(message));
  figures.set(parentElement, figure);
  figure.hear = (message) => setStateValue("message", message); // those of the latest call are the ones that are listened to
  figure.load(JSON.parse(data));
  return () => {
    figure.destroy();
    figures.delete(parentElement);
  };
}
