/** What the keys do. The list that a person reads is in player.html. */

import { neighbour } from "./relations.js";

/** @typedef {import("./player.js").Player} Player */
/** What each key does, for the cell that the keyboard has reached, if it is in a grid.
 * @typedef {Record<string, (player: Player, here: import("./decode.js").Spot) => void>} Acts */

/** @type {Acts} */
const EVERYWHERE = {
  ArrowLeft: (player) => player.step(-1),
  ArrowRight: (player) => player.step(1),
  Home: (player) => player.go(0),
  End: (player) => player.go(player.playback.last),
  " ": (player) => player.setPlaying(!player.playback.isPlaying),
  q: (player) => player.hooks.predict(),
  f: (player) => player.present(!player.isPresenting),
  "?": (player) => player.markup.showHelp(),
  Escape: (player) => player.release(),
};

/** What remote controls for slides send, and more. @type {Acts} */
const PRESENTING = {
  PageUp: (player) => player.step(-1),
  ArrowUp: (player) => player.step(-1),
  PageDown: (player) => player.step(1),
  ArrowDown: (player) => player.step(1),
  Enter: (player) => player.step(1),
  " ": (player) => player.step(1),
  b: (player) => player.blank(),
  ".": (player) => player.blank(),
};

/** Within a grid the arrows move the cell. @type {Acts} */
const IN_GRID = {
  ...Object.fromEntries(
    ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].map((key) => [
      key,
      (/** @type {Player} */ player, /** @type {import("./decode.js").Spot} */ { plane, cell }) =>
        player.moveTo(plane, neighbour(player.scene.planes[plane], cell, key)),
    ]),
  ),
  p: (player, here) => player.togglePin(here),
  Enter: (player, here) => player.edit(here),
};

/** What the browser does with a button that has the focus. */
const PRESSES = [" ", "Enter"];

/** The players of this page, the one used last first: keys that are pressed outside all of them go to one. @type {Player[]} */
const players = [];

/**
 * Listen to the keys that are pressed in the player, and on the page where nothing has the focus.
 * @param {Player} player
 * @param {AbortSignal} signal
 */
export function listenToKeys(player, signal) {
  const { section } = player.markup;
  const take = (/** @type {boolean} */ isKept) => {
    if (players.includes(player)) players.splice(players.indexOf(player), 1);
    if (isKept) players.unshift(player);
  };
  players.push(player);
  signal.addEventListener("abort", () => take(false));
  for (const name of ["pointerdown", "pointerenter", "focusin"]) section.addEventListener(name, () => take(true), { signal });
  section.addEventListener("keydown", (event) => onKey(player, event), { signal });
  const onPage = (/** @type {KeyboardEvent} */ event) =>
    isFree(event) && players.find(isInView) === player && onKey(player, event);
  document.addEventListener("keydown", onPage, { signal });
}

/**
 * Whether a key was pressed on the page itself: nothing has the focus, and no dialog waits for an answer. Letters are left
 * to those who speak to their computer, which types what it hears (WCAG 2.2, 2.1.4).
 * @param {KeyboardEvent} event
 */
function isFree({ defaultPrevented, key, target }) {
  if (key.length === 1 && key !== " ") return false;
  const isOnPage = target === document.body || target === document.documentElement;
  return isOnPage && !defaultPrevented && !document.querySelector("dialog[open], [role=dialog], [role=alertdialog]");
}

/** @param {Player} player */
function isInView({ markup }) {
  const { top, bottom, width } = markup.stage.getBoundingClientRect();
  return width > 0 && bottom > 0 && top < window.innerHeight;
}

/**
 * @param {Player} player
 * @param {KeyboardEvent} event
 */
function onKey(player, event) {
  const { markup, cursors } = player;
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  if (event.ctrlKey || event.metaKey || event.altKey || markup.help.open || target === markup.speedMenu) return;
  const plane = markup.planes.indexOf(target);
  const acts = { ...EVERYWHERE, ...(player.isPresenting ? PRESENTING : {}), ...(plane < 0 ? {} : IN_GRID), ...player.quiz?.acts };
  // Any key brings the picture back.
  const key = player.presenter.isBlank ? "b" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!Object.hasOwn(acts, key) || (target.tagName === "BUTTON" && PRESSES.includes(key))) return;
  if (key === "Escape" && !player.isPresenting && !player.pin) return; // there is nothing to leave
  event.preventDefault();
  event.stopPropagation();
  acts[key](player, { plane, cell: cursors[plane] });
}
