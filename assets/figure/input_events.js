/** Turn clicks and button events into actions of the player. */

import { listenToKeys } from "./keys.js";
import { readBlock } from "./numbers.js";
import { isEditable, isSame } from "./relations.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./decode.js").Spot} Spot */

/** Milliseconds within which a second click on the same cell makes a double click. */
const DOUBLE = 400;

/**
 * Listen to the events of a player, until the signal ends it.
 * @param {Player} player
 * @param {AbortSignal} signal
 */
export function listen(player, signal) {
  const on = (/** @type {EventTarget} */ target, /** @type {string} */ name, /** @type {(event: any) => void} */ act) =>
    target.addEventListener(name, act, { signal });
  const { section, canvas, scrub, speedMenu, help } = player.markup;
  listenToKeys(player, signal);
  on(section, "click", (event) => onButton(player, event));
  on(scrub, "input", () => player.go(Number(scrub.value) - 1));
  on(speedMenu, "change", () => (player.playback.speed = Number(speedMenu.value)));
  on(section, "change", () => player.isPresenting && section.focus()); // the keys go back to the presenter
  on(section, "pointerdown", () => player.presenter.isBlank && player.blank());
  on(canvas, "click", clicker(player));
  on(window, "resize", () => player.resize());
  on(section, "paste", (event) => onPaste(player, event));
  on(help, "keydown", (event) => onKeyInHelp(event));
  on(help, "click", (event) => event.target === help && help.close()); // outside of its words
  on(section, "focusin", ({ target }) => {
    const plane = player.markup.planes.indexOf(target);
    if (plane >= 0) player.point({ plane, cell: player.cursors[plane] });
  });
  on(section, "focusout", (event) => {
    if (event.target.matches(".plane")) player.point(null);
    // While presenting, the page behind is covered: the keyboard must not get lost there.
    if (player.isPresenting && !section.contains(event.relatedTarget)) section.focus();
  });
}

/**
 * Clicks and taps pin; two on the same cell edit it. Touch screens do not agree on what they call a double click, so
 * the time between two clicks decides.
 * @param {Player} player
 */
function clicker(player) {
  let before = /** @type {{spot: Spot | null, time: number}} */ ({ spot: null, time: -DOUBLE });
  return (/** @type {MouseEvent} */ event) => {
    if (player.drag.hasMoved) return;
    const spot = player.spotUnder(event);
    const isSecond = isSame(spot, before.spot) && event.timeStamp - before.time < DOUBLE;
    if (spot && isSecond && isEditable(player.scene.planes, spot)) player.edit(spot);
    else player.togglePin(spot);
    before = { spot, time: event.timeStamp };
  };
}

/**
 * @param {Player} player
 * @param {MouseEvent} event
 */
function onButton(player, event) {
  const button = /** @type {HTMLElement} */ (event.target).closest("button");
  if (!button) return;
  const acts = /** @type {Record<string, () => void>} */ ({
    first: () => player.go(0),
    back: () => player.step(-1),
    play: () => player.setPlaying(!player.playback.isPlaying),
    forward: () => player.step(1),
    last: () => player.go(player.playback.last),
    loop: () => (player.playback.loop = toggle(button)),
    products: () => player.setProducts(toggle(button)),
    link: () => player.copyLink(button),
    predict: () => player.hooks.predict(),
    present: () => player.present(!player.isPresenting),
    help: () => player.markup.showHelp(),
    close: () => player.markup.help.close(),
  });
  acts[button.dataset.act ?? ""]?.();
  if (player.isPresenting && event.detail) player.markup.section.focus(); // a mouse leaves the keys to the presenter
}

/**
 * Numbers that are pasted while the keyboard is in a grid fill it from the cell that is reached.
 * @param {Player} player
 * @param {ClipboardEvent} event
 */
function onPaste(player, event) {
  const plane = player.markup.planes.indexOf(/** @type {HTMLElement} */ (event.target));
  if (plane < 0 || !player.scene.planes[plane].editable) return;
  event.preventDefault();
  const rows = readBlock(event.clipboardData?.getData("text") ?? "");
  player.announce(player.paste({ plane, cell: player.cursors[plane] }, rows));
}

/**
 * The one button of the list keeps the focus; no key of it reaches the player or the page.
 * @param {KeyboardEvent} event
 */
function onKeyInHelp(event) {
  event.stopPropagation();
  if (event.key === "Tab") event.preventDefault();
}

/** @param {HTMLElement} button */
function toggle(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  return on;
}
