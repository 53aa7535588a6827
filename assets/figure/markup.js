/** The markup of player.html: its elements and their texts. */

import { SPEEDS } from "./clock.js";

/** @typedef {import("./decode.js").Plane} Plane */

const KEYS = "Arrow keys move, P pins";

export class Markup {
  /** @param {ParentNode} root that holds the markup */
  constructor(root) {
    const find = (/** @type {string} */ css) => /** @type {any} */ (root.querySelector(css));
    this.section = /** @type {HTMLElement} */ (find(".player"));
    this.stage = /** @type {HTMLElement} */ (find(".stage"));
    this.canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
    this.grip = /** @type {HTMLElement} */ (find(".grip"));
    this.planes = /** @type {HTMLElement[]} */ ([]); // one for each plane of the scene, for the keyboard
    this.editor = /** @type {HTMLInputElement} */ (find(".editor"));
    this.caption = /** @type {HTMLElement} */ (find(".caption"));
    this.spoken = /** @type {HTMLElement} */ (find(".spoken"));
    this.hint = /** @type {HTMLElement} */ (find(".hint"));
    this.help = /** @type {HTMLDialogElement} */ (find(".help"));
    this.bar = /** @type {HTMLElement} */ (find(".bar"));
    this.predictButton = /** @type {HTMLButtonElement} */ (find("[data-act=predict]"));
    this.presentButton = /** @type {HTMLButtonElement} */ (find("[data-act=present]"));
    this.scrub = /** @type {HTMLInputElement} */ (find(".scrub"));
    this.count = /** @type {HTMLElement} */ (find(".count"));
    this.speedMenu = /** @type {HTMLSelectElement} */ (find("select"));
    this.playButton = /** @type {HTMLButtonElement} */ (find("[data-act=play]"));
    this.productsButton = /** @type {HTMLButtonElement} */ (find("[data-act=products]"));
    this.speedMenu.replaceChildren(...SPEEDS.map((speed) => new Option(`${speed}×`, String(speed), false, speed === 1)));
  }

  /** Show the list of keys from its beginning; the button at its end has the focus. */
  showHelp() {
    this.help.showModal();
    this.help.scrollTop = 0;
  }

  /** @param {import("./decode.js").Scene} scene */
  showScene({ description, details, frames, planes, sums, taps }) {
    this.section.setAttribute("aria-label", description);
    this.caption.dataset.longest = details.reduce((one, other) => (other.length > one.length ? other : one), "");
    // A pooling has no kernel, and so no products.
    const hasProducts = taps.some((step) => step.some(([, kernel]) => kernel >= 0));
    const noun = hasProducts ? "product" : "cell";
    setText(this.productsButton, hasProducts ? "Products" : "Cells");
    this.productsButton.hidden = !sums.some(({ length }) => length > 1);
    this.productsButton.title = `Show the ${noun}s of a step one after another`;
    this.scrub.max = String(frames.length);
    // What is there already stays: it may have the focus.
    while (this.planes.length < planes.length) this.addPlane();
    for (const surplus of this.planes.splice(planes.length)) {
      if (surplus.matches(":focus")) this.section.focus();
      surplus.remove();
    }
  }

  addPlane() {
    const plane = document.createElement("div");
    plane.className = "plane";
    plane.tabIndex = 0;
    plane.setAttribute("role", "application");
    this.editor.before(plane);
    this.planes.push(plane);
  }

  /**
   * @param {number} frame
   * @param {number} frames
   * @param {string} caption
   */
  showStep(frame, frames, caption) {
    setText(this.count, `${frame + 1} / ${frames}`);
    this.scrub.value = String(frame + 1);
    this.scrub.setAttribute("aria-valuetext", caption);
  }

  /** @param {boolean} on whether the picture is on its way to another */
  showMoving(on) {
    this.section.classList.toggle("is-moving", on);
  }

  /** @param {boolean} on */
  showPlaying(on) {
    this.section.classList.toggle("is-playing", on);
    this.playButton.setAttribute("aria-label", on ? "Pause" : "Play");
  }

  /**
   * An outline around what can be dragged.
   * @param {import("./windows.js").Box | undefined} box
   * @param {number} zoom CSS pixels to a pixel of the picture
   * @param {boolean} isMoving
   */
  showGrip(box, zoom, isMoving) {
    this.grip.hidden = !box;
    this.grip.classList.toggle("is-moving", isMoving);
    if (!box) return;
    const { style } = this.grip;
    style.transform = `translate(${box.left * zoom}px, ${box.top * zoom}px)`;
    style.width = `${(box.right - box.left + 1) * zoom}px`;
    style.height = `${(box.bottom - box.top + 1) * zoom}px`;
  }

  /** @param {string} cursor over the picture */
  showCursor(cursor) {
    if (this.canvas.style.cursor !== cursor) this.canvas.style.cursor = cursor;
  }

  /** @param {boolean} on */
  showPresenting(on) {
    setText(this.presentButton, on ? "Leave" : "Present");
    this.presentButton.title = on ? "Show the page again (Escape)" : "Fill the window (F)";
  }

  /**
   * Say in words what is shown.
   * @param {string} rest below the picture, which says the rest itself
   * @param {string} words to those who do not see it
   * @param {boolean} isSilent whether screen readers are spared
   */
  say(rest, words, isSilent) {
    setText(this.caption, rest);
    if (!isSilent) setText(this.spoken, words);
  }

  /**
   * Lay the planes, for the keyboard and for screen readers, over their pictures.
   * @param {Plane[]} planes
   * @param {number} zoom CSS pixels to a pixel of the picture
   */
  placePlanes(planes, zoom) {
    planes.forEach(({ title, x, y, cell, tall, rows, columns, editable }, at) => {
      Object.assign(this.planes[at].style, {
        left: `${x * zoom}px`,
        top: `${y * zoom}px`,
        width: `${columns * cell * zoom}px`,
        height: `${rows * tall * zoom}px`,
      });
      const label = `${title}, ${rows} by ${columns} cells. ${KEYS}${editable ? ", Enter edits" : ""}.`;
      this.planes[at].setAttribute("aria-label", label);
    });
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
