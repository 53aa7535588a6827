/** The player: a scene, its current frame, and what of it is shown. */

import { firstProducts, frameAbout, litBy, litSpot, wordsAbout, wordsOf } from "./highlights.js";
import { decode } from "./decode.js";
import { Drag } from "./drag.js";
import { Edits } from "./edits.js";
import { Editor } from "./editor.js";
import { copy } from "./elements.js";
import { Hint } from "./hint.js";
import { listen } from "./input_events.js";
import { Markup } from "./markup.js";
import { Motion } from "./motion.js";
import { readNumber, refusalOf } from "./numbers.js";
import { loadFont, Painter } from "./paint.js";
import { Playback } from "./playback.js";
import { Presenter, linkTo, pageTheme } from "./present.js";
import { cellOf, indexFrames, indexTaps, isEditable, isSame, nearest, readPin, spotAt, writePin } from "./relations.js";
import { indexWindows } from "./windows.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Spot} Spot */
/** @typedef {import("./decode.js").Plane} Plane */
/** What the figure learns: numbers were typed into cells of a plane, and the next ones come when its promise is kept; the
 * player has become narrow, or wide again; it is at a step; it fills the window or no longer does. And how high the picture
 * may be. It asks a question, or shows the steps again.
 * @typedef {{edit: (plane: string, cells: [number[], string][]) => unknown, narrow: (isNarrow: boolean) => void,
 *   place: (place: Record<string, string>) => void,
 *   present: (on: boolean, room: {width: number, height: number}) => void, room: () => number, predict: () => void}} Hooks */

/** CSS pixels below which the page lays the picture out for a narrow screen. */
const NARROW = 560;

/** CSS pixels of the lines around the stage, both together. */
export const STAGE_EDGES = 2;

const ESCAPE_RELEASES = " Pinned; Escape releases.";
const CLICK_RELEASES = " Pinned; a click outside the cells releases.";
const TAP_RELEASES = " Pinned; a tap outside the cells releases.";

export class Player {
  /**
   * @param {ParentNode} root that holds the markup of player.html
   * @param {Hooks} hooks
   */
  constructor(root, hooks) {
    this.hooks = hooks;
    this.markup = new Markup(root);
    this.playback = new Playback();
    this.data = /** @type {any} */ (null);
    this.scene = /** @type {Scene} */ (/** @type {unknown} */ (null)); // until one is loaded, and nothing happens before that
    this.painter = /** @type {Painter} */ (/** @type {unknown} */ (null));
    this.taps = /** @type {import("./relations.js").Index} */ ([]);
    this.frames = /** @type {Map<number, number>} */ (new Map());
    this.windows = /** @type {import("./windows.js").Window[][]} */ ([]);
    this.hover = /** @type {Spot | null} */ (null);
    this.pin = /** @type {Spot | null} */ (null);
    this.cursors = /** @type {number[]} */ ([]); // the cell that the keyboard has reached in each plane
    this.quiz = /** @type {import("./predict.js").Quiz | null} */ (null); // while a question is asked
    this.tables = /** @type {{show: (frame: number) => void} | null} */ (null); // once the numbers of a step are wanted
    this.notice = ""; // a message in place of the description, until the person goes on
    this.zoom = 1; // CSS pixels to a pixel of the picture
    this.isNarrow = /** @type {boolean | undefined} */ (undefined);
    this.awaited = 0; // the request for the next painting, if there is one
    this.ticking = 0; // and for the next look at the clock
    this.lastTick = 0;
    this.tick = this.tick.bind(this);
    this.end = new AbortController();
    this.edits = new Edits((plane, cells) => this.hooks.edit(plane, cells));
    this.editor = new Editor(this.markup.editor, this.editorHooks(), this.end.signal);
    const { section, bar } = this.markup;
    this.presenter = new Presenter(section, bar, () => this.showPresenting(), this.end.signal);
    this.presented = { width: 0, height: 0 }; // the room for which a layout was asked last
    this.hint = new Hint(this.markup.hint);
    this.drag = new Drag(this, this.end.signal);
    this.motion = new Motion(this);
    this.watcher = new ResizeObserver(() => this.resize());
  }

  /** Let go of everything that outlives the markup. */
  destroy() {
    this.end.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.awaited);
    cancelAnimationFrame(this.ticking);
  }

  /**
   * Show a scene. The cell of the step stays where it still exists, and so do those that are pinned or pointed at.
   * @param {any} data the scene as the server writes it
   * @param {import("./decode.js").Options} options
   * @param {boolean} isOther whether it is about other parameters, so that what is shown moves on, and does not only lie
   *   elsewhere
   */
  load(data, options, isOther = true) {
    const before = this.data ? this.scene : null;
    if (data === this.data) {
      this.scene.options = options;
      return this.refreshTheme();
    }
    const scene = decode(data, options);
    if (before && isOther) this.motion.keep();
    else this.motion.leave();
    const again = (/** @type {Spot | null} */ spot) =>
      before && spot && readPin(scene.planes, writePin(before.planes, spot));
    const edited = this.editor.plane && again({ plane: before?.planes.indexOf(this.editor.plane) ?? -1, cell: this.editor.cell });
    this.pin = before ? again(this.pin) : readPin(scene.planes, scene.options.pin);
    this.hover = again(this.hover);
    this.data = data;
    this.scene = scene;
    this.painter = new Painter(this.markup.canvas, scene);
    this.taps = indexTaps(scene);
    this.frames = indexFrames(scene);
    this.windows = indexWindows(scene);
    const last = before && cellOf(before, this.playback.frame);
    this.playback.load(scene);
    if (before && last) this.stay(nearest(scene.planes, before.planes[last.plane], last.cell));
    this.cursors = scene.planes.map(({ texts }, plane) => Math.min(this.cursors[plane] ?? 0, texts.length - 1));
    if (edited) this.editor.keep(scene.planes[edited.plane], edited.cell);
    else this.editor.close();
    if (!this.editor.isRefused) this.notice = "";
    this.markup.showScene(scene);
    if (!before) this.begin();
    this.refreshTheme();
    this.resize();
  }

  /**
   * Go to the frame that is about a cell, if there is one.
   * @param {Spot | null} spot
   */
  stay(spot) {
    const { scene, frames, playback } = this;
    const frame = spot && frameAbout(scene, frames, spot);
    if (frame === null || isSame(spot, cellOf(scene, playback.frame))) return;
    if (isSame(spot, cellOf(scene, frame))) playback.moveTo(frame);
  }

  /** The first scene: wake up, and play, unless the link names a step or the person wants no motion. */
  begin() {
    const { step } = this.scene.options;
    listen(this, this.end.signal);
    this.watcher.observe(this.markup.section);
    loadFont().then(() => this.repaint()); // the first picture does not wait for its font
    if (step !== null) this.playback.moveTo(step - 1);
    else if (!this.pin && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.setPlaying(true);
  }

  // What is shown -----------------------------------------------------------------------------------------------------

  refreshTheme() {
    const { section, stage } = this.markup;
    const { theme } = this.scene.options;
    this.painter.useTheme(theme === "page" ? pageTheme(section) : theme);
    stage.style.background = this.painter.color("page");
    section.style.background = this.isPresenting ? this.painter.color("page") : "";
    section.style.color = this.isPresenting ? this.painter.color("ink") : "";
    this.show();
  }

  resize() {
    const { width, height } = this.scene;
    const column = Math.floor(this.markup.section.getBoundingClientRect().width) - STAGE_EDGES;
    const room = this.isPresenting ? this.stageRoom : { width: column, height: this.hooks.room() - STAGE_EDGES };
    const wide = Math.floor(Math.min(room.width, (room.height * width) / height));
    if (wide <= 0) return; // nowhere to be seen
    this.askForLayout();
    this.zoom = wide / width;
    this.markup.placePlanes(this.scene.planes, this.zoom);
    this.editor.place(this.zoom);
    this.reportWidth(column);
    // A canvas of a new size is black; it must not stay so until the next frame of the screen.
    if (this.painter.resize(wide, window.devicePixelRatio || 1)) this.paint();
    else this.show();
  }

  /** The room for the picture while presenting, above the words and the controls. */
  get stageRoom() {
    const { section, caption, stage } = this.markup;
    const top = stage.previousElementSibling?.getBoundingClientRect().bottom ?? section.getBoundingClientRect().top;
    return { width: section.clientWidth, height: Math.floor(caption.getBoundingClientRect().top - top) };
  }

  /** Presenting in a window of another size: ask for the layout that fits it best. */
  askForLayout() {
    if (!this.isPresenting) return;
    const { width, height } = this.stageRoom;
    if (width === this.presented.width && height === this.presented.height) return;
    this.presented = { width, height };
    this.hooks.present(true, this.presented);
  }

  /**
   * Ask the page for another layout when the picture becomes narrow or wide, but not while presenting.
   * @param {number} width
   */
  reportWidth(width) {
    const isNarrow = width < NARROW;
    if (this.isPresenting || isNarrow === this.isNarrow) return;
    const isOther = this.isNarrow !== undefined || isNarrow !== this.scene.width < NARROW;
    this.isNarrow = isNarrow;
    if (isOther) this.hooks.narrow(isNarrow);
  }

  /** Paint with the next frame of the screen; until then further requests are the same request. */
  show() {
    this.awaited ||= requestAnimationFrame(() => this.paint());
  }

  /** Paint all letters again, in the font that is there now. */
  repaint() {
    this.painter.forgetLetters();
    if (!this.end.signal.aborted) this.show();
  }

  paint() {
    cancelAnimationFrame(this.awaited);
    this.awaited = 0;
    const { scene, painter, spot } = this;
    const { frame: current, shownTaps } = this.playback;
    const frame = spot ? frameAbout(scene, this.frames, spot) : current;
    if (spot || shownTaps !== null) this.motion.leave();
    let words = spot ? wordsAbout(scene, this.taps, spot, frame) : wordsOf(scene, current);
    if (spot && frame === null) {
      painter.paint(scene.rest, litBy(scene, this.taps, spot));
    } else if (shownTaps !== null && !spot) {
      words = this.paintProducts(current, shownTaps);
    } else if (!spot) {
      const lit = this.quiz?.lit ?? [];
      if (lit.length) painter.paint(scene.frames[current], lit);
      else this.motion.paint(current);
    } else {
      painter.paint(scene.frames[frame ?? current], [litSpot(spot)]);
    }
    this.markup.section.classList.toggle("has-words", Boolean(this.pin || this.notice));
    const end = this.pin ? this.waysToRelease : "";
    this.markup.say(this.notice || words.rest + end, this.notice || words.spoken + end, this.isRunning);
    const step = this.pinnedFrame ?? current;
    this.markup.showStep(step, scene.frames.length, scene.captions[step]);
    this.tables?.show(step);
    this.hint.show(scene.planes, this.windows.some(({ length }) => length > 0), this.hover);
    this.drag.show();
  }

  /** How the pinned cell is let go: a finger has no keys, and while presenting Escape leaves. */
  get waysToRelease() {
    if (matchMedia("(pointer: coarse)").matches) return TAP_RELEASES;
    return this.isPresenting ? CLICK_RELEASES : ESCAPE_RELEASES;
  }

  /**
   * A step with only its first products, and a title and terms that say so; gives the words about it.
   * @param {number} frame
   * @param {number} count
   */
  paintProducts(frame, count) {
    const { items, heading, terms, lit, text, line, words } = firstProducts(this.scene, frame, count);
    this.painter.paint(items, lit);
    this.painter.writeSum({ lead: "", sum: text, after: 0 }, heading);
    if (line) this.painter.writeSum(line, terms);
    return words;
  }

  // Playing -----------------------------------------------------------------------------------------------------------

  /** Whether playing moves on: it pauses while a cell is pointed at or pinned, and while the window is held. */
  get isRunning() {
    return this.playback.isPlaying && !this.spot && !this.drag.held;
  }

  /** @param {boolean} on */
  setPlaying(on) {
    cancelAnimationFrame(this.ticking);
    on &&= !this.scene.options.isAsked;
    if (on) {
      this.forget();
      this.playback.start();
      this.lastTick = performance.now();
      this.ticking = requestAnimationFrame(this.tick);
    }
    this.playback.isPlaying = on;
    this.markup.showPlaying(on);
    this.tellPlace();
    this.show();
  }

  /** Let links lead to this step and to the pinned cell; while it plays, to none in particular. */
  tellPlace() {
    const pin = this.pin && writePin(this.scene.planes, this.pin);
    const step = String(this.playback.frame + 1);
    this.hooks.place(this.playback.isPlaying ? {} : { step, ...(pin && { pin }) });
  }

  /** @param {number} now */
  tick(now) {
    const passed = Math.max(0, now - this.lastTick);
    this.lastTick = now;
    if (this.isRunning && this.playback.run(passed)) this.show();
    if (this.playback.isPlaying) this.ticking = requestAnimationFrame(this.tick);
    else this.setPlaying(false);
  }

  /**
   * Go to a frame and stay there.
   * @param {number} frame
   */
  go(frame) {
    this.playback.moveTo(frame);
    this.forget();
    this.setPlaying(false);
  }

  /**
   * One step on or back; with products one by one, one product.
   * @param {1 | -1} way
   */
  step(way) {
    if (this.quiz) return this.quiz.step(way);
    if (this.pinnedFrame !== null) this.playback.moveTo(this.pinnedFrame);
    this.playback.step(way);
    this.forget();
    this.setPlaying(false);
  }

  /** @param {boolean} on whether the products of a step come one after another */
  setProducts(on) {
    this.playback.setProducts(on);
    this.show();
  }

  // Pointing, pinning, editing ----------------------------------------------------------------------------------------

  /** The cell that the picture answers to, if there is one. */
  get spot() {
    return this.quiz ? null : this.pin ?? this.hover;
  }

  /** The frame that is about the pinned cell, and shown instead of the current one. */
  get pinnedFrame() {
    return this.pin && frameAbout(this.scene, this.frames, this.pin);
  }

  /**
   * Where the pointer is over the canvas, in pixels of the picture.
   * @param {MouseEvent} event
   */
  pointOf({ offsetX, offsetY }) {
    return { x: offsetX / this.zoom, y: offsetY / this.zoom };
  }

  /** @param {MouseEvent} event */
  spotUnder(event) {
    const { x, y } = this.pointOf(event);
    return spotAt(this.scene.planes, x, y);
  }

  /** Drop the pinned cell, the cell under the pointer, and the message. */
  forget() {
    this.pin = null;
    this.hover = null;
    this.notice = "";
  }

  /** @param {Spot | null} spot the cell under the pointer */
  point(spot) {
    if (this.editor.isOpen || isSame(spot, this.hover)) return;
    this.hover = spot;
    this.notice = "";
    if (!this.pin) this.show();
  }

  /**
   * The keyboard goes to another cell of a plane.
   * @param {number} plane
   * @param {number} cell
   */
  moveTo(plane, cell) {
    this.cursors[plane] = cell;
    this.forget();
    this.point({ plane, cell });
  }

  /** @param {Spot | null} spot the cell that stays shown, until it is let go */
  togglePin(spot) {
    if (this.quiz) return this.quiz.mark(spot);
    this.notice = "";
    this.pin = isSame(spot, this.pin) ? null : spot;
    if (spot) this.cursors[spot.plane] = spot.cell;
    if (this.pin) this.hint.note("pin");
    this.setPlaying(this.playback.isPlaying && !this.pin);
  }

  /** Escape leaves the full window, or lets the pinned cell go. */
  release() {
    if (this.isPresenting) this.present(false);
    else this.pin = null;
    this.tellPlace();
    this.show();
  }

  /** @param {Spot} spot */
  edit(spot) {
    if (!isEditable(this.scene.planes, spot)) return;
    this.forget();
    this.setPlaying(false);
    this.hover = spot;
    this.cursors[spot.plane] = spot.cell;
    this.editor.open(this.scene.planes[spot.plane], spot.cell, this.zoom);
  }

  /**
   * Fill cells with a block of numbers, from one cell on; those that are not the reader's to change are left out.
   * @param {Spot} spot
   * @param {string[][]} rows
   * @returns {string} why the block is refused, or nothing
   */
  paste({ plane, cell }, rows) {
    const { planes } = this.scene;
    const { name, names, columns } = planes[plane];
    const cells = rows.flatMap((row, down) =>
      row.flatMap((typed, right) => {
        const at = cell + down * columns + right;
        const isInside = (cell % columns) + right < columns && at < names.length;
        const isWanted = isInside && typed.trim() && isEditable(planes, { plane, cell: at });
        return isWanted ? [/** @type {[number[], string]} */ ([names[at], typed])] : [];
      }),
    );
    const refusal = cells.map(([, typed]) => refusalOf(typed)).find(Boolean);
    if (refusal) return refusal;
    this.edits.add(name, cells.map(([place, typed]) => [place, readNumber(typed) ?? ""]));
    return "";
  }

  /** @returns {import("./editor.js").Hooks} */
  editorHooks() {
    const spotOf = (/** @type {Plane} */ plane, /** @type {number} */ cell) =>
      ({ plane: this.scene.planes.indexOf(plane), cell });
    const placeOf = (/** @type {Plane} */ { names }, /** @type {number} */ cell) => /** @type {number[]} */ (names[cell]);
    return {
      textOf: (plane, cell) => this.edits.textOf(plane.name, placeOf(plane, cell)) ?? plane.texts[cell],
      commit: (plane, cell, text) => this.edits.add(plane.name, [[placeOf(plane, cell), text]]),
      paste: (plane, cell, rows) => this.paste(spotOf(plane, cell), rows),
      refuse: (sentence) => this.announce(sentence),
      go: (plane, cell) => this.edit(spotOf(plane, cell)),
      leave: (plane) => {
        this.notice = "";
        this.markup.planes[this.scene.planes.indexOf(plane)]?.focus(); // the keyboard goes on where it was
        this.show();
      },
    };
  }

  // The page around ---------------------------------------------------------------------------------------------------

  /** @param {string} sentence a message in place of the description */
  announce(sentence) {
    this.notice = sentence;
    this.show();
  }

  /** @param {HTMLElement} button that says so when it is done */
  copyLink(button) {
    const link = linkTo(window.location.href, this.scene, this.playback.frame, this.pin);
    copy(button, link, () => this.announce(link));
  }

  get isPresenting() {
    return this.presenter.isOn;
  }

  /** @param {boolean} on */
  present(on) {
    this.hover = null; // the class sees the step, or what is pinned
    if (on) this.presenter.enter();
    else this.presenter.leave();
  }

  /** The player fills the window, or no longer does. */
  showPresenting() {
    const { isPresenting } = this;
    this.markup.showPresenting(isPresenting);
    this.refreshTheme();
    if (!isPresenting) this.hooks.present(false, this.presented);
    this.presented = { width: 0, height: 0 };
    this.resize();
    this.tellPlace();
  }

  /** A black screen while people talk, or the picture again. */
  blank() {
    this.presenter.blank(!this.presenter.isBlank);
    this.announce(this.presenter.isBlank ? "The screen is black. B shows the picture again." : "");
  }
}
