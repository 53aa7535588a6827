/** What Streamlit calls: it gives the data and the place; the figure there lives until the place goes. */

import { Figure } from "./figure.js";
import { showTries } from "./tries.js";

/** @type {WeakMap<object, {figure: Figure, mark: (query: string) => void}>} */
const figures = new WeakMap();

/**
 * Called at first and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setStateValue: (name: string, value: unknown) => void}} component
 */
export function mount({ parentElement, data, setStateValue }) {
  const said = JSON.parse(data);
  const { figure, mark } = figures.get(parentElement) ?? begin(parentElement, said.tries);
  figures.set(parentElement, { figure, mark });
  figure.tell = (message) => setStateValue("message", message); // those of the latest call are the ones that are listened to
  figure.load({ ...said, shown: mark });
  return () => {
    figure.destroy();
    figures.delete(parentElement);
  };
}

/**
 * @param {ParentNode} root
 * @param {import("./tries.js").Try[]} tries
 */
function begin(root, tries) {
  const figure = new Figure(root, () => {});
  const dials = /** @type {HTMLElement} */ (root.querySelector(".dials"));
  return { figure, mark: tries.length ? showTries(dials, tries, figure.end.signal) : () => {} };
}
