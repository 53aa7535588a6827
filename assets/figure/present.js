/** The page around the player: its theme, its address, its whole window. */

import { writePin } from "./relations.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Spot} Spot */

/**
 * Whether the page is light or dark, by the brightness of its background.
 * @param {Element} element
 */
export function pageTheme(element) {
  const probe = document.createElement("canvas").getContext("2d");
  if (!probe) return "light";
  probe.fillStyle = getComputedStyle(element).getPropertyValue("--st-background-color") || "#ffffff";
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
}

/**
 * The page's address with the step and the pinned cell.
 * @param {string} address
 * @param {Scene} scene
 * @param {number} frame
 * @param {Spot | null} pin
 */
export function linkTo(address, scene, frame, pin) {
  const link = new URL(address);
  const cell = pin && writePin(scene.planes, pin);
  link.searchParams.set("step", String(frame + 1));
  if (cell) link.searchParams.set("pin", cell);
  else link.searchParams.delete("pin");
  return link.href;
}

/**
 * Fill the window with an element; the whole screen, where the browser allows it.
 * @param {HTMLElement} element
 */
export function enter(element) {
  element.classList.add("is-presenting");
  element.focus();
  const asked = element.requestFullscreen?.() ?? Promise.reject();
  asked.then(
    () => isPresenting(element) || leave(element), // it was left before it was there
    () => isPresenting(element) && raise(element),
  );
}

/** @param {HTMLElement} element */
export function leave(element) {
  element.classList.remove("is-presenting");
  element.removeAttribute("popover");
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
}

/** @param {HTMLElement} element */
export function isPresenting(element) {
  return element.classList.contains("is-presenting");
}

/**
 * Above all else on the page, whatever its parents are: telephones have no full screen.
 * @param {HTMLElement} element
 */
function raise(element) {
  element.setAttribute("popover", "manual");
  element.showPopover?.();
}
