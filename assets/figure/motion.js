/** Motion from what is shown to what shall be shown: from step to step, and from scene to scene. */

import { duration } from "./clock.js";
import { INPUT, OUTPUT } from "./relations.js";
import { BACKDROP, FLIGHT, FRAME, NUMBER, Pieces, between, middleOf, mix, piecesAt, placed, tween } from "./tween.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./tween.js").Piece} Piece */
/** @typedef {import("./tween.js").Tween} Tween */
/** What another scene has left on the screen, where its canvas was in the window, and CSS pixels to a pixel of it.
 * @typedef {{pieces: Piece[], left: number, top: number, zoom: number}} Kept */

/** Milliseconds from step to step, from scene to scene, and of what follows a hand or a motion that is not over. */
const [STEP, SCENE, QUICK] = [250, 240, 100];

/** Milliseconds until the first product lifts off, from there to the last, of a flight, and of a landing result. */
const [LIFT, SPREAD, FLY, LAND] = [215, 70, 250, 120];
const ALL = LIFT + SPREAD + FLY + LAND / 2;

/** The part of a frame's time that a motion may take, without products and with them; the least time for those. */
const [PART, PART_WITH_FLIGHTS, ROOM_FOR_FLIGHTS] = [0.6, 0.8, 450];

/** More products than this do not fly, and pictures of more pieces do not move from scene to scene. */
const [MOST_FLIGHTS, MOST_PIECES] = [30, 1600];

/** Parts of a cell's size: that of a product when it arrives, how far it rises on its way, and those of a cell and of a
 * result when they appear. */
const [SMALL, RISE, GROWN_FROM, LANDS_FROM] = [0.45, 0.35, 0.8, 0.6];

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {number} part */
const smooth = (part) => part * part * (3 - 2 * part);

/** @param {number} part */
const soon = (part) => 1 - (1 - part) ** 3;

export class Motion {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.pieces = /** @type {Pieces | null} */ (null); // of the scene, in the colors of its theme
    this.theme = "";
    this.frame = /** @type {number | null} */ (null); // that is shown, or that the motion leads to
    this.origin = /** @type {Piece[] | null} */ (null); // what another scene has left on the screen
    this.tweens = /** @type {Tween[]} */ ([]);
    this.begun = 0;
    this.length = 0; // of the running motion; 0 at rest
    this.isWhole = false; // the running motion is one between scenes
    this.lastBegun = -Infinity;
    this.kept = /** @type {Kept | null} */ (null);
  }

  get isRunning() {
    return this.length > 0;
  }

  /** What is shown is no frame as such: the next one has nowhere to come from. */
  leave() {
    this.rest();
    this.frame = null;
    this.origin = null;
    this.kept = null;
  }

  rest() {
    this.length = 0;
    this.tweens = [];
    this.player.markup.showMoving(false);
  }

  /**
   * Paint a frame, or the way to it; then the next painting is asked for.
   * @param {number} frame
   */
  paint(frame) {
    const { painter, scene } = this.player;
    const now = performance.now();
    if (this.kept) this.goOn(this.kept);
    const isOther = frame !== this.frame || this.origin !== null || painter.theme !== this.theme;
    if (isOther) this.begin(frame, now);
    if (this.isRunning && (now >= this.begun + this.length || still.matches)) this.rest();
    if (!this.isRunning) return painter.paint(scene.frames[frame]);
    const backdrop = this.isWhole ? null : /** @type {Pieces} */ (this.pieces).backdrop;
    painter.paintPieces(piecesAt(this.tweens, now - this.begun), backdrop);
    this.player.show();
  }

  /**
   * Begin a motion to a frame, if there is something to begin from.
   * @param {number} frame
   * @param {number} now
   */
  begin(frame, now) {
    const { origin, frame: before } = this;
    const areSameColors = this.keepPieces();
    const canMove = areSameColors && !still.matches && !document.hidden;
    // The backdrop rests only where no other scene is still on its way.
    const isStep = origin === null && !(this.isRunning && this.isWhole);
    const from = canMove ? origin ?? this.shownPieces(now) : null;
    this.origin = null;
    this.frame = frame;
    this.rest();
    const to = from ? /** @type {Pieces} */ (this.pieces).of(frame) : [];
    if (!from || (!isStep && Math.max(from.length, to.length) > MOST_PIECES)) return;
    const isQuick = now - this.lastBegun < STEP || this.player.drag.held !== null;
    this.lastBegun = now;
    if (isStep) this.beginStep(from, to, /** @type {number} */ (before), isQuick);
    else this.beginScene(from, to, isQuick ? QUICK : SCENE);
    this.begun = now;
    this.player.markup.showMoving(true);
  }

  /** Have the pieces of the scene in its colors; return whether the colors are those of before. */
  keepPieces() {
    const { painter, scene } = this.player;
    const isSame = painter.theme === this.theme;
    if (!isSame || this.pieces?.scene !== scene) {
      this.pieces = new Pieces(scene, (role) => painter.color(role));
      this.theme = painter.theme;
    }
    return isSame;
  }

  /**
   * What is on the screen now.
   * @param {number} now
   * @returns {Piece[] | null}
   */
  shownPieces(now) {
    if (this.frame === null || !this.pieces) return null;
    if (!this.isRunning) return this.pieces.of(this.frame);
    return [...(this.isWhole ? [] : this.pieces.backdrop), ...piecesAt(this.tweens, now - this.begun)];
  }

  // From step to step -----------------------------------------------------------------------------------------------

  /**
   * @param {Piece[]} from
   * @param {Piece[]} to
   * @param {number} before the frame that was shown
   * @param {boolean} isQuick
   */
  beginStep(from, to, before, isQuick) {
    const { playback, scene } = this.player;
    const frame = /** @type {number} */ (this.frame);
    const time = playback.isPlaying
      ? duration(scene.beats[frame], scene.options.secondsPerStep, playback.speed) : Infinity;
    this.isWhole = false;
    this.tweens = between(from, to).filter(({ from: one, to: other }) => (one ?? other)?.layer !== BACKDROP);
    const isNext = frame === before + 1 || (frame === 0 && playback.isPlaying);
    const flights = isNext && !isQuick && time >= ROOM_FOR_FLIGHTS ? this.flights(to, frame) : [];
    const speed = flights.length ? Math.min(1, (PART_WITH_FLIGHTS * time) / ALL) : 1;
    const glide = flights.length ? speed * STEP : Math.min(isQuick ? QUICK : STEP, PART * time);
    for (const each of this.tweens) {
      each.ease = isQuick ? soon : smooth;
      // What goes does so early; what comes is mostly under what moves away from it.
      each.end = each.from && each.to ? glide : 0.4 * glide;
      // Words name the cell: they change when the window is there.
      if ((each.from ?? each.to)?.id === "") each.begin = each.end = flights.length ? glide : 0;
    }
    if (flights.length) this.addFlights(flights, frame, speed);
    this.length = flights.length ? speed * ALL : glide;
  }

  /**
   * The cells under taps and where each of them goes.
   * @param {Piece[]} to
   * @param {number} frame
   * @returns {{marks: import("./tween.js").Drawn[], from: [number, number], to: [number, number], side: number,
   *   scale: number}[]} `scale` is the size of the cells there, compared with that of its own
   */
  flights(to, frame) {
    const { scene } = this.player;
    const sums = scene.sums[frame];
    if (!sums.length || sums.length > MOST_FLIGHTS) return [];
    const tops = new Map();
    // What is painted last on a place is what a person sees there.
    for (const piece of to) {
      if (piece.layer === FRAME && piece.marks[0]?.fill) tops.set(middleOf(piece.marks).join(), piece);
      if (piece.layer === NUMBER) tops.set(piece.id, piece);
    }
    return scene.taps[frame].flatMap((tap, at) => {
      const [from, goal] = [this.boxOf(tap[INPUT]), this.boxOf(tap[OUTPUT])];
      const box = tops.get(from.middle.join());
      const number = tops.get(`number ${from.home}`);
      if (!box || !sums[at]) return []; // what is cropped goes nowhere
      const marks = [...box.marks, ...(number?.marks ?? [])];
      return [{ marks, from: from.middle, to: goal.middle, side: from.side, scale: goal.side / from.side }];
    });
  }

  /**
   * The middle of a cell, by its number among all, its side, and the key of what is painted there at rest.
   * @param {number} cell
   */
  boxOf(cell) {
    const { planes, spots } = this.player.scene;
    const { plane, cell: at } = spots[cell];
    const { x, y, cell: side, columns } = planes[plane];
    const [left, top] = [x + (at % columns) * side, y + Math.floor(at / columns) * side];
    const home = /** @type {Pieces} */ (this.pieces).homes.get(`${left} ${top} ${side + 1} ${side + 1}`) ?? "";
    const middle = /** @type {[number, number]} */ ([left + (side + 1) / 2, top + (side + 1) / 2]);
    return { middle, side, home };
  }

  /**
   * Products lift off, become small and fly to where they go; then the results land.
   * @param {ReturnType<Motion["flights"]>} flights
   * @param {number} frame
   * @param {number} speed
   */
  addFlights(flights, frame, speed) {
    const { taps } = this.player.scene;
    const homes = new Set(taps[frame].map((tap) => `number ${this.boxOf(tap[OUTPUT]).home}`));
    const landing = speed * (ALL - LAND);
    this.tweens = this.tweens.flatMap((each) => {
      const { from, to } = each;
      const isResult = to?.layer === NUMBER && homes.has(to.id);
      if (!isResult || (from && from.marks.at(-1).text === to.marks[0].text)) return [each];
      // What was there before makes room, and the result comes with the last product.
      const room = { begin: landing, end: landing + 0.4 * speed * LAND, ease: soon };
      const goes = from ? [{ ...tween(from, null), ...room }] : [];
      return [...goes, { ...tween(null, to), begin: landing, end: speed * ALL, grow: LANDS_FROM, ease: soon }];
    });
    flights.forEach(({ marks, from, to, side, scale }, at) => {
      const begin = speed * (LIFT + (SPREAD * at) / flights.length);
      const path = (/** @type {number} */ part) => {
        const x = mix(from[0], to[0], smooth(part));
        const y = mix(from[1], to[1], smooth(part)) - RISE * side * Math.sin(Math.PI * part);
        const size = mix(1, SMALL * scale, soon(part));
        const alpha = Math.min(1, 3 * (1 - part));
        return { id: "flight", layer: FLIGHT, alpha, marks: placed(marks, size, ...from, x, y) };
      };
      this.tweens.push({ ...tween(null, null), begin, end: begin + speed * FLY, path });
    });
  }

  // From scene to scene ---------------------------------------------------------------------------------------------

  /** Another scene is about to come: keep what is on the screen, and where. */
  keep() {
    const { painter, zoom, markup } = this.player;
    const pieces = painter && this.theme === painter.theme ? this.origin ?? this.shownPieces(performance.now()) : null;
    if (!pieces) return;
    const { left, top } = markup.canvas.getBoundingClientRect();
    this.kept = { pieces, left, top, zoom };
  }

  /**
   * The other scene is there, in its size: what was on the screen is so still, in the pixels of this one.
   * @param {Kept} kept
   */
  goOn(kept) {
    this.kept = null;
    this.rest();
    this.frame = null;
    this.origin = null;
    const { zoom, markup } = this.player;
    const { left, top } = markup.canvas.getBoundingClientRect();
    const [x, y] = [(kept.left - left) / zoom, (kept.top - top) / zoom];
    const isSame = kept.zoom === zoom && !x && !y;
    const scale = kept.zoom / zoom;
    const here = (/** @type {Piece} */ piece) => ({ ...piece, marks: placed(piece.marks, scale, 0, 0, x, y) });
    this.origin = isSame ? kept.pieces : kept.pieces.map(here);
  }

  /**
   * @param {Piece[]} from
   * @param {Piece[]} to
   * @param {number} length
   */
  beginScene(from, to, length) {
    this.isWhole = true;
    this.tweens = between(from, to);
    for (const each of this.tweens) {
      each.end = length;
      each.ease = length === QUICK ? soon : smooth;
      if (each.from && each.to) continue;
      const isWord = (each.from ?? each.to)?.id === "";
      each.grow = GROWN_FROM;
      if (isWord) each.end = 0;
      else if (each.from) each.end = 0.45 * length;
      else each.begin = 0.35 * length;
    }
    this.length = length;
  }
}
