/** Settings to try, next to the dials of a lesson: links to this page, each with what to look for. */

import { create } from "./elements.js";
import { isSameQuery } from "./values.js";

/** A label, an address that begins with "?", and a sentence. @typedef {[string, string, string]} Try */

/** The part of what is next to the dials that they may take before their column gets too long for settings to try. */
const PART = 0.75;

/**
 * Put them below the dials, or where those leave no room there, below the facts.
 * @param {HTMLElement} dials
 * @param {Try[]} tries
 * @param {AbortSignal} signal ends the watch over the dials
 * @returns {(answer: import("./source.js").Answer) => void} marks the one that leads to what is shown, and shows the ways
 *   from there to the same layer on other pages
 */
export function showTries(dials, tries, signal) {
  const links = tries.map(([textContent, href]) => create("a", { className: "cv-to", href, textContent }));
  const box = create("section", { className: "tries", ariaLabel: "Try this" });
  const list = create("ol");
  list.append(...links.map((link, at) => {
    const item = create("li");
    item.append(link, create("span", { textContent: tries[at][2] }));
    return item;
  }));
  const ways = create("p", { className: "ways" });
  box.append(create("p", { className: "legend", textContent: "Try this" }), list, ways);
  const panel = create("div", { className: "panel" });
  dials.replaceWith(panel);
  panel.append(dials, box);
  const parts = /** @type {HTMLElement} */ (panel.parentElement);
  const rest = /** @type {HTMLElement[]} */ ([...parts.querySelectorAll(".playing, .facts")]);
  const watch = new ResizeObserver(() => {
    // Nothing moves away under a pointer that holds a slider.
    if (panel.querySelector("input:active")) return;
    const room = rest.reduce((sum, part) => sum + part.offsetHeight, 0);
    const isNextTo = getComputedStyle(parts).gridTemplateColumns.includes(" ");
    const isLong = isNextTo && dials.offsetHeight > PART * room;
    if (parts.classList.toggle("has-long-dials", isLong) !== (box.parentElement === parts)) (isLong ? parts : panel).append(box);
  });
  [dials, ...rest].forEach((part) => watch.observe(part)); // the picture gets its height after the dials
  signal.addEventListener("abort", () => watch.disconnect());
  return ({ query, ways: others = [] }) => {
    tries.forEach(([, href], at) => (links[at].ariaCurrent = isSameQuery(href.slice(1), query) ? "true" : null));
    ways.replaceChildren(...others.flatMap((/** @type {[string, string]} */ [label, href], /** @type {number} */ at) => [
      at ? " " : "The same layer: ",
      create("a", { className: "cv-to", href, textContent: label }),
    ]));
  };
}
