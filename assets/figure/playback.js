/** The state of playing: frame, time, product. Nothing here uses the browser, so it can be tested alone. */

import { advance, duration } from "./clock.js";

/** @typedef {import("./decode.js").Scene} Scene */

/** With products one by one, each is shown for this part of a step's time. */
const PRODUCT_BEATS = 0.5;

export class Playback {
  constructor() {
    this.scene = /** @type {Scene} */ (/** @type {unknown} */ (null)); // until one is loaded, and nothing happens before that
    this.frame = 0;
    this.elapsed = 0; // milliseconds for which the frame has been shown
    this.shownTaps = /** @type {number | null} */ (null); // products one by one: how many there are already
    this.isPlaying = false;
    this.loop = true;
    this.products = false;
    this.speed = 1;
  }

  /**
   * Go on with another scene: the frame stays where it still exists.
   * @param {Scene} scene
   */
  load(scene) {
    this.scene = scene;
    this.shownTaps = null;
    if (this.frame > this.last) this.moveTo(this.last);
  }

  /** The number of the last frame. */
  get last() {
    return this.scene.frames.length - 1;
  }

  /** @param {number} frame */
  moveTo(frame) {
    this.frame = Math.min(Math.max(frame, 0), this.last);
    this.elapsed = 0;
    this.shownTaps = null;
  }

  /** Play on; from the end, where it does not go round, from the beginning. */
  start() {
    this.moveTo(!this.loop && this.frame === this.last ? 0 : this.frame);
    this.isPlaying = true;
  }

  /** @param {boolean} on whether the products of a step come one after another */
  setProducts(on) {
    this.products = on;
    this.moveTo(this.frame);
  }

  /**
   * How many products of a frame come one by one.
   * @param {number} frame
   */
  countOf(frame) {
    return this.products && this.scene.sums[frame].length ? this.scene.taps[frame].length : 0;
  }

  /**
   * Let time pass; return whether the picture has changed.
   * @param {number} passed milliseconds
   */
  run(passed) {
    const { scene, speed } = this;
    const { secondsPerStep } = scene.options;
    const durations = scene.beats.map((beats, frame) =>
      duration(beats + this.countOf(frame) * PRODUCT_BEATS, secondsPerStep, speed),
    );
    const next = advance({ frame: this.frame, elapsed: this.elapsed }, passed, durations, this.loop);
    const products = Math.floor(next.elapsed / duration(PRODUCT_BEATS, secondsPerStep, speed)) + 1;
    const shownTaps = next.playing && products < this.countOf(next.frame) ? products : null;
    const isNew = next.frame !== this.frame || shownTaps !== this.shownTaps || !next.playing;
    this.frame = next.frame;
    this.elapsed = next.elapsed;
    this.shownTaps = shownTaps;
    this.isPlaying = next.playing;
    return isNew;
  }

  /**
   * Stop, and go one step on or back; with products one by one, one product.
   * @param {1 | -1} way
   */
  step(way) {
    this.isPlaying = false;
    const count = this.countOf(this.frame);
    const shown = (this.shownTaps ?? count) + way;
    if (shown >= 1 && shown <= count) {
      this.shownTaps = shown === count ? null : shown;
    } else if (this.frame + way >= 0 && this.frame + way <= this.last) {
      this.moveTo(this.frame + way);
      if (way > 0 && this.countOf(this.frame) > 1) this.shownTaps = 1;
    }
  }
}
