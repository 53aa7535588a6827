/** What the hand does: pointer, keys and buttons, turned into what the player can do. */

import { neighbour } from "./relations.js";

/** @typedef {import("./player.js").Player} Player */

/**
 * Let a player follow the hand, until the signal ends it.
 * @param {Player} player
 * @param {AbortSignal} signal
 */
export function listen(player, signal) {
  const on = (/** @type {EventTarget} */ target, /** @type {string} */ name, /** @type {(event: any) => void} */ act) =>
    target.addEventListener(name, act, { signal });
  const { section, canvas, scrub, speedMenu, planes } = player;
  on(section, "keydown", (event) => onKey(player, event));
  on(section, "click", (event) => onButton(player, event));
  on(scrub, "input", () => player.go(Number(scrub.value) - 1));
  on(speedMenu, "change", () => player.setSpeed(Number(speedMenu.value)));
  on(canvas, "pointermove", (event) => event.pointerType === "mouse" && player.point(player.spotUnder(event)));
  on(canvas, "pointerleave", () => player.point(null));
  on(canvas, "click", (event) => player.togglePin(player.spotUnder(event)));
  on(canvas, "dblclick", (event) => player.edit(player.spotUnder(event)));
  on(window, "resize", () => player.resize());
  on(document, "fullscreenchange", () => document.fullscreenElement || player.present(false));
  planes.forEach((element, plane) => {
    on(element, "focus", () => player.point({ plane, cell: player.cursors[plane] }));
    on(element, "blur", () => player.point(null));
  });
}

/**
 * @param {Player} player
 * @param {MouseEvent} event
 */
function onButton(player, event) {
  const button = /** @type {HTMLElement} */ (event.target).closest("button");
  const acts = /** @type {Record<string, () => void>} */ ({
    first: () => player.go(0),
    back: () => player.step(-1),
    play: () => player.setPlaying(!player.playing),
    forward: () => player.step(1),
    last: () => player.go(player.last),
    loop: () => player.setLoop(toggle(button)),
    products: () => player.setProducts(toggle(button)),
    link: () => player.copyLink(button),
    present: () => player.present(true),
  });
  acts[button?.dataset.act ?? ""]?.();
}

/**
 * @param {Player} player
 * @param {KeyboardEvent} event
 */
function onKey(player, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target === player.speedMenu) return;
  const plane = player.planes.indexOf(target);
  const acts = /** @type {Record<string, () => void>} */ ({
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    Home: () => player.go(0),
    End: () => player.go(player.last),
    f: () => player.present(!player.isPresenting),
    Escape: () => player.release(),
    // A button that has the focus is pressed by the space bar, as everywhere.
    ...(target.tagName === "BUTTON" ? {} : { " ": () => player.setPlaying(!player.playing) }),
    ...(plane < 0 ? {} : planeKeys(player, plane, event.key)),
  });
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/**
 * Within a grid the arrows move the cell.
 * @param {Player} player
 * @param {number} plane
 * @param {string} key
 */
function planeKeys(player, plane, key) {
  const here = { plane, cell: player.cursors[plane] };
  const move = () => player.moveTo(plane, neighbour(player.scene.planes[plane], here.cell, key));
  return {
    ArrowUp: move,
    ArrowDown: move,
    ArrowLeft: move,
    ArrowRight: move,
    p: () => player.togglePin(here),
    Enter: () => player.edit(here),
  };
}

/** @param {HTMLElement | null} button */
function toggle(button) {
  const on = button?.getAttribute("aria-pressed") !== "true";
  button?.setAttribute("aria-pressed", String(on));
  return on;
}
