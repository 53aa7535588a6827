/** What Streamlit calls: it gives the data and the place; the figure there lives until the place goes. */

import { Figure } from "./figure.js";
import { showTries } from "./tries.js";

/** @typedef {import("./source.js").Answer} Answer */

/** @type {WeakMap<object, {figure: Figure, mark: (answer: Answer) => void}>} */
const figures = new WeakMap();

/**
 * Called at first and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setStateValue: (name: string, value: unknown) => void}} component
 */
export function mount({ parentElement, data, setStateValue }) {
  const said = JSON.parse(data);
  const { figure, mark } = figures.get(parentElement) ?? begin(parentElement, said);
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
 * @param {{tries?: import("./tries.js").Try[], bare?: boolean, name: string}} data
 */
function begin(root, { tries = [], bare, name }) {
  const figure = new Figure(root, () => {});
  const dials = /** @type {HTMLElement} */ (root.querySelector(".dials"));
  const show = tries.length ? showTries(dials, tries, figure.end.signal) : () => {};
  return { figure, mark: bare ? leadOn(name) : show };
}

/**
 * Links of the page to the lesson of a bare figure open it with what the figure shows.
 * @param {string} name
 */
function leadOn(name) {
  return (/** @type {Answer} */ { query }) => {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(`[data-opens="${name}"]`))) link.search = query;
  };
}
