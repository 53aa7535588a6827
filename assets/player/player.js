/** The player: a scene, where it stands, and what of it is shown. */

import { describe, firstProducts, frameAbout, litBy, litSpot } from "./answers.js";
import { advance, duration, SPEEDS } from "./clock.js";
import { decode } from "./decode.js";
import { Editor } from "./editor.js";
import { listen } from "./hand.js";
import { Painter } from "./paint.js";
import { enter, leave, linkTo, pageTheme } from "./present.js";
import { INPUT, indexFrames, indexTaps, readPin, spotAt, writePin } from "./relations.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./relations.js").Spot} Spot */
/** What the page learns: a number was typed into a cell; the player has become narrow, or wide again.
 * @typedef {{edit: (plane: string, row: number, column: number, text: string) => void,
 *   narrow: (isNarrow: boolean) => void}} Hooks */

/** CSS pixels below which the page lays the picture out for a narrow screen. */
const NARROW = 560;

/** With products one by one, each stands for this part of a step's time. */
const PRODUCT_BEATS = 0.5;

export class Player {
  /**
   * @param {ParentNode} root where the markup of player.html stands
   * @param {Hooks} hooks
   */
  constructor(root, hooks) {
    const find = (/** @type {string} */ css) => /** @type {any} */ (root.querySelector(css));
    this.hooks = hooks;
    this.section = /** @type {HTMLElement} */ (find(".player"));
    this.stage = /** @type {HTMLElement} */ (find(".stage"));
    this.canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
    this.told = /** @type {HTMLElement} */ (find(".told"));
    this.spoken = /** @type {HTMLElement} */ (find(".spoken"));
    this.scrub = /** @type {HTMLInputElement} */ (find(".scrub"));
    this.count = /** @type {HTMLOutputElement} */ (find(".count"));
    this.speedMenu = /** @type {HTMLSelectElement} */ (find("select"));
    this.playButton = /** @type {HTMLButtonElement} */ (find("[data-act=play]"));
    this.planes = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".plane")]);
    this.source = "";
    this.scene = /** @type {Scene} */ (/** @type {unknown} */ (null)); // until `load`, and nothing happens before that
    this.painter = /** @type {Painter} */ (/** @type {unknown} */ (null));
    this.taps = indexTaps([]);
    this.frames = /** @type {Map<number, number>} */ (new Map());
    this.frame = 0;
    this.elapsed = 0; // milliseconds that the frame has been standing
    this.shownTaps = /** @type {number | null} */ (null); // products one by one: how many there are already
    this.playing = false;
    this.loop = true;
    this.products = false;
    this.speed = 1;
    this.hover = /** @type {Spot | null} */ (null);
    this.pin = /** @type {Spot | null} */ (null);
    this.cursors = [0, 0, 0]; // the cell that the keyboard has reached in each plane
    this.zoom = 1; // CSS pixels to a pixel of the picture
    this.isNarrow = /** @type {boolean | undefined} */ (undefined);
    this.awaited = 0;
    this.lastTick = 0;
    this.tick = this.tick.bind(this);
    this.end = new AbortController();
    this.editor = new Editor(find(".editor"), this.editorHooks(), this.end.signal);
    this.watcher = new ResizeObserver(() => this.resize());
  }

  /** Let go of everything that outlives the markup. */
  destroy() {
    this.playing = false;
    this.end.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.awaited);
  }

  /**
   * Show a scene. The step stays where it still exists, and so does the pinned cell.
   * @param {string} source the JSON
   */
  load(source) {
    if (source === this.source) return this.refreshTheme();
    const scene = decode(JSON.parse(source));
    const before = this.source ? this.scene : null;
    const pinned = before ? this.pin && writePin(before.planes, this.pin) : scene.options.pin;
    this.source = source;
    this.scene = scene;
    this.painter = new Painter(this.canvas, scene);
    this.taps = indexTaps(scene.taps);
    this.frames = indexFrames(scene);
    this.frame = Math.min(this.frame, this.last);
    this.shownTaps = null;
    this.hover = null;
    this.pin = readPin(scene.planes, pinned);
    this.cursors = this.cursors.map((cell, plane) => Math.min(cell, scene.planes[plane].texts.length - 1));
    this.editor.close();
    this.scrub.max = String(scene.frames.length);
    this.section.setAttribute("aria-label", scene.description);
    if (!before) this.begin();
    this.refreshTheme();
    this.resize();
  }

  /** The first scene: wake up, and play, unless the link names a step or the person wants no motion. */
  begin() {
    const { step } = this.scene.options;
    this.speedMenu.replaceChildren(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed), false, speed === 1)));
    listen(this, this.end.signal);
    this.watcher.observe(this.section);
    if (step !== null) this.frame = Math.min(Math.max(step - 1, 0), this.last);
    else if (!this.pin && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.setPlaying(true);
  }

  /** The number of the last frame. */
  get last() {
    return this.scene.frames.length - 1;
  }

  // What is shown -----------------------------------------------------------------------------------------------------

  refreshTheme() {
    const { theme } = this.scene.options;
    this.painter.useTheme(theme === "page" ? pageTheme(this.section) : theme);
    this.stage.style.background = this.painter.color("page");
    this.section.style.background = this.isPresenting ? this.painter.color("page") : "";
    this.show();
  }

  resize() {
    const { width, height } = this.scene;
    const fitting = Math.floor(Math.min(window.innerWidth, (window.innerHeight * width) / height));
    this.stage.style.width = this.isPresenting ? `${fitting}px` : "";
    const wide = this.stage.clientWidth;
    this.tellWidth(wide);
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    this.painter.resize(wide, window.devicePixelRatio || 1);
    this.zoom = wide / width;
    this.placePlanes();
    this.show();
  }

  /**
   * The page lays the picture out anew when it becomes narrow or wide, but not for presenting.
   * @param {number} width
   */
  tellWidth(width) {
    const isNarrow = width < NARROW;
    if (this.isPresenting || width === 0 || isNarrow === this.isNarrow) return;
    if (this.isNarrow !== undefined || isNarrow !== this.scene.width < NARROW) this.hooks.narrow(isNarrow);
    this.isNarrow = isNarrow;
  }

  /** Lay the three planes, for the keyboard and for screen readers, over their pictures. */
  placePlanes() {
    this.scene.planes.forEach((plane, at) => {
      Object.assign(this.planes[at].style, {
        left: `${plane.x * this.zoom}px`,
        top: `${plane.y * this.zoom}px`,
        width: `${plane.columns * plane.cell * this.zoom}px`,
        height: `${plane.rows * plane.cell * this.zoom}px`,
      });
      const keys = `Arrow keys move, P pins${plane.editable ? ", Enter edits" : ""}.`;
      this.planes[at].setAttribute("aria-label", `${plane.name}, ${plane.rows} by ${plane.columns} cells. ${keys}`);
    });
  }

  /** Paint with the next frame of the screen; until then further wishes are the same wish. */
  show() {
    this.awaited ||= requestAnimationFrame(() => {
      this.awaited = 0;
      this.paint();
    });
  }

  paint() {
    const { scene, painter } = this;
    const spot = this.pin ?? this.hover;
    const frame = spot ? frameAbout(scene, this.frames, spot) : this.frame;
    let words = scene.descriptions[frame ?? this.frame];
    if (spot && frame === null) {
      painter.paint(scene.rest, litBy(scene, this.taps, spot));
      words = describe(scene, this.taps, spot);
    } else if (this.shownTaps !== null && !spot) {
      words = this.paintProducts(this.frame, this.shownTaps);
    } else {
      painter.paint(scene.frames[frame ?? this.frame], spot ? [litSpot(spot)] : []);
    }
    this.tell(words);
  }

  /**
   * A step with only its first products, and a title that says so; gives the title.
   * @param {number} frame
   * @param {number} count
   */
  paintProducts(frame, count) {
    const { items, heading, lit, text } = firstProducts(this.scene, frame, count);
    this.painter.paint(items, lit);
    const place = this.scene.items[heading[0]];
    const mark = place?.look.marks.find((each) => each.kind === "text");
    if (mark?.kind === "text") {
      this.painter.writeLine(text, place.x + mark.x, place.y + mark.y, mark.size, { bold: true });
    }
    return text;
  }

  /**
   * Say in words what is shown, below the picture; to screen readers too, but not while playing.
   * @param {string} words
   */
  tell(words) {
    const { scene } = this;
    setText(this.told, this.pin ? `${words} Pinned; Escape releases.` : words);
    if (!this.playing) setText(this.spoken, words);
    setText(this.count, `${this.frame + 1} / ${scene.frames.length}`);
    this.scrub.value = String(this.frame + 1);
    this.scrub.setAttribute("aria-valuetext", scene.captions[this.frame]);
  }

  // Playing -----------------------------------------------------------------------------------------------------------

  /** @param {boolean} on */
  setPlaying(on) {
    if (on && !this.loop && this.frame === this.last) this.frame = 0;
    this.playing = on;
    this.section.classList.toggle("is-playing", on);
    this.playButton.setAttribute("aria-label", on ? "Pause" : "Play");
    if (on) {
      this.pin = null;
      this.hover = null;
      this.shownTaps = null;
      this.elapsed = 0;
      this.lastTick = performance.now();
      requestAnimationFrame(this.tick);
    }
    this.show();
  }

  /** @param {number} now */
  tick(now) {
    if (!this.playing || !this.section.isConnected) return;
    const passed = Math.max(0, now - this.lastTick);
    this.lastTick = now;
    if (!this.pin && !this.hover) this.run(passed); // what a hand points at stands still
    requestAnimationFrame(this.tick);
  }

  /** @param {number} passed milliseconds */
  run(passed) {
    const { scene, speed } = this;
    const { secondsPerStep } = scene.options;
    const counts = scene.taps.map((taps, at) => (this.products && scene.sums[at].length ? taps.length : 0));
    const beats = scene.beats.map((each, at) => each + counts[at] * PRODUCT_BEATS);
    const durations = beats.map((each) => duration(each, secondsPerStep, speed));
    const next = advance({ frame: this.frame, elapsed: this.elapsed }, passed, durations, this.loop);
    const products = Math.floor(next.elapsed / duration(PRODUCT_BEATS, secondsPerStep, speed)) + 1;
    const shownTaps = products < counts[next.frame] ? products : null;
    const isNew = next.frame !== this.frame || shownTaps !== this.shownTaps;
    this.frame = next.frame;
    this.elapsed = next.elapsed;
    this.shownTaps = shownTaps;
    if (!next.playing) this.setPlaying(false);
    else if (isNew) this.show();
  }

  /**
   * Go to a frame and stay there.
   * @param {number} frame
   */
  go(frame) {
    this.setPlaying(false);
    this.pin = null;
    this.hover = null;
    this.shownTaps = null;
    this.frame = Math.min(Math.max(frame, 0), this.last);
    this.show();
  }

  /**
   * One step on or back; with products one by one, one product.
   * @param {1 | -1} way
   */
  step(way) {
    const taps = this.products ? this.scene.sums[this.frame].length : 0;
    const shown = (this.shownTaps ?? taps) + way;
    if (shown >= 1 && shown <= taps) {
      this.setPlaying(false);
      this.shownTaps = shown === taps ? null : shown;
    } else if (this.frame + way >= 0 && this.frame + way <= this.last) {
      this.go(this.frame + way);
      if (taps > 1 && way > 0) this.shownTaps = 1;
    }
  }

  /** @param {boolean} on */
  setLoop(on) {
    this.loop = on;
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
  }

  /** @param {boolean} on whether the products of a step come one after another */
  setProducts(on) {
    this.products = on;
    this.elapsed = 0;
    this.shownTaps = null;
    this.show();
  }

  // Pointing, pinning, editing ----------------------------------------------------------------------------------------

  /** @param {MouseEvent} event */
  spotUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.scene.width / box.width;
    return spotAt(this.scene.planes, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
  }

  /** @param {Spot | null} spot the cell under the hand */
  point(spot) {
    if (spot?.plane === this.hover?.plane && spot?.cell === this.hover?.cell) return;
    this.hover = spot;
    if (!this.pin) this.show();
  }

  /**
   * The keyboard goes to another cell of a plane.
   * @param {number} plane
   * @param {number} cell
   */
  moveTo(plane, cell) {
    this.cursors[plane] = cell;
    this.pin = null;
    this.hover = { plane, cell };
    this.show();
  }

  /** @param {Spot | null} spot the cell that stays shown, until it is let go */
  togglePin(spot) {
    const isSame = spot && this.pin?.plane === spot.plane && this.pin.cell === spot.cell;
    this.pin = isSame ? null : spot;
    if (spot) this.cursors[spot.plane] = spot.cell;
    this.show();
  }

  /** Escape leaves the full window, or lets the pinned cell go. */
  release() {
    if (this.isPresenting) this.present(false);
    else this.pin = null;
    this.show();
  }

  /** @param {Spot | null} spot */
  edit(spot) {
    const plane = spot && this.scene.planes[spot.plane];
    if (!spot || !plane?.editable || !Array.isArray(plane.names[spot.cell])) return;
    this.setPlaying(false);
    this.pin = null;
    this.cursors[spot.plane] = spot.cell;
    this.editor.open(plane, spot.cell, this.zoom);
  }

  editorHooks() {
    return {
      commit: (/** @type {import("./decode.js").Plane} */ plane, /** @type {number} */ cell, /** @type {string} */ text) => {
        const name = plane.names[cell];
        if (Array.isArray(name)) this.hooks.edit(plane.name, name[0], name[1], text);
      },
      refuse: (/** @type {string} */ sentence) => setText(this.told, sentence),
      leave: () => {
        // The keyboard goes back to the grid in which the cell was edited.
        this.planes[this.editor.plane ? this.scene.planes.indexOf(this.editor.plane) : INPUT].focus();
        this.editor.close();
      },
    };
  }

  // The page around ---------------------------------------------------------------------------------------------------

  /** @param {HTMLElement | null} button that says so when it is done */
  async copyLink(button) {
    const link = linkTo(window.location.href, this.scene, this.frame, this.pin);
    try {
      await navigator.clipboard.writeText(link);
      if (button) setText(button, "Copied");
    } catch {
      setText(this.told, link); // without the right to write there, it can be copied by hand
    }
    setTimeout(() => button && setText(button, "Copy link"), 1500);
  }

  get isPresenting() {
    return this.section.classList.contains("is-presenting");
  }

  /** @param {boolean} on */
  present(on) {
    if (on === this.isPresenting) return;
    if (on) enter(this.section);
    else leave(this.section);
    this.refreshTheme();
    this.resize();
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
