/** Dragging: the reader moves the window, and the player shows the frame whose window is nearest. */

import { isSame, spotAt } from "./relations.js";
import { middleX, middleY, movedTo, nearestFrame, reachOf, windowAt, windowOf } from "./windows.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./decode.js").Spot} Spot */
/** @typedef {import("./windows.js").Window} Window */

/** CSS pixels that a mouse, or a finger, may move between press and release and still click. */
const STILL = { mouse: 3, touch: 8 };

/** CSS pixels: what a finger can hold. */
const FINGER = 44;

/** Where the mouse is when it is not over the picture. */
const ELSEWHERE = { x: NaN, y: NaN };

export class Drag {
  /**
   * @param {Player} player
   * @param {AbortSignal} signal
   */
  constructor(player, signal) {
    this.player = player;
    this.held = /** @type {Window | null} */ (null); // from press to release
    this.isMoving = false; // the press has become a drag
    this.hasMoved = false; // the last press did: the click that follows pins nothing
    this.pressed = ELSEWHERE; // in CSS pixels of the browser's window
    this.away = { x: 0, y: 0 }; // from the middle of what is held to the pointer, in pixels of the picture
    this.pointer = ELSEWHERE; // the mouse, or the finger that drags
    this.reach = { left: 0, top: 0, right: 0, bottom: 0 }; // where the middle of what is held can be
    this.restsOn = /** @type {Spot | null} */ (null); // where the drag ended: pointing begins when the mouse leaves it
    const { canvas } = player.markup;
    const on = (/** @type {string} */ name, /** @type {(event: any) => void} */ act, passive = true) =>
      canvas.addEventListener(name, act, { signal, passive });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", () => this.drop());
    on("pointerleave", () => this.leave());
    // A finger that moves the window must not scroll the page as well.
    on("touchmove", (event) => this.held && event.touches.length === 1 && event.preventDefault(), false);
  }

  /** @param {PointerEvent} event */
  press(event) {
    this.drop();
    this.hasMoved = false;
    if (!event.isPrimary || event.button !== 0) return;
    const { player } = this;
    const { windows, playback, scene } = player;
    const { x, y } = player.pointOf(event);
    const isTouch = event.pointerType === "touch";
    const here = windowAt(windows, playback.frame, x, y, isTouch ? FINGER / player.zoom : 0);
    // Elsewhere a finger scrolls the page, where there is one.
    this.held = here ?? (isTouch && !player.isPresenting ? null : windowOf(windows, playback.frame, spotAt(scene.planes, x, y)));
    if (!this.held) return;
    const box = here?.boxes.get(playback.frame);
    this.pressed = { x: event.clientX, y: event.clientY };
    this.away = box ? { x: x - middleX(box), y: y - middleY(box) } : { x: 0, y: 0 };
    this.reach = reachOf(this.held.boxes);
    if (here) player.point(null); // so that the frame is seen whose window is held
    this.show();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.held) return event.pointerType === "touch" ? undefined : this.hover(event);
    if (!event.isPrimary) return this.drop(); // two fingers enlarge the page
    const { player, held } = this;
    const far = Math.hypot(event.clientX - this.pressed.x, event.clientY - this.pressed.y);
    if (!this.isMoving && far < STILL[event.pointerType === "touch" ? "touch" : "mouse"]) return;
    this.pointer = player.pointOf(event);
    const { x, y } = this.pointer;
    const before = player.playback.frame;
    const frame = nearestFrame(held.boxes, before, x - this.away.x, y - this.away.y);
    if (!this.isMoving || frame !== before) player.go(frame);
    if (!this.isMoving) player.markup.canvas.setPointerCapture(event.pointerId);
    this.isMoving = true;
    player.hint.note("drag");
    this.show();
  }

  /** @param {PointerEvent} event of a mouse that nothing is dragged with */
  hover(event) {
    const { player } = this;
    this.pointer = player.pointOf(event);
    const spot = spotAt(player.scene.planes, this.pointer.x, this.pointer.y);
    if (!isSame(spot, this.restsOn)) this.restsOn = null;
    if (!this.restsOn) player.point(spot);
    this.show();
  }

  /** @param {PointerEvent} event */
  release(event) {
    this.hasMoved = this.isMoving;
    if (event.pointerType === "touch") this.pointer = ELSEWHERE;
    else if (this.isMoving) this.restsOn = spotAt(this.player.scene.planes, this.pointer.x, this.pointer.y);
    this.drop();
  }

  /** Hold nothing any more. */
  drop() {
    this.held = null;
    this.isMoving = false;
    this.show();
  }

  leave() {
    if (this.held) return;
    this.pointer = ELSEWHERE;
    this.restsOn = null;
    this.player.point(null);
    this.show();
  }

  /** The cursor says what can be done here, and an outline that a window can be taken. */
  show() {
    const { player, held, pointer, away } = this;
    const { frame } = player.playback;
    const box = (held ?? windowAt(player.windows, frame, pointer.x, pointer.y))?.boxes.get(frame);
    const follows = box && this.isMoving;
    const outline = follows ? movedTo(box, this.reach, pointer.x - away.x, pointer.y - away.y) : box;
    player.markup.showGrip(outline, player.zoom, this.isMoving);
    player.markup.showCursor(held && box ? "grabbing" : box ? "grab" : player.hover ? "pointer" : "default");
  }
}
