/** The page around the player: its theme, its address, its whole window. */

import { writePin } from "./relations.js";
import { takeSteps } from "./steps.js";

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

/** Milliseconds for which the controls stay after the pointer has moved. */
const REST = 3000;

/** The one that fills the window, if any does. @type {Presenter | null} */
let current = null;

/** Whether the entry that presenting added to the history is being taken away: the step back is nothing to the page. */
let isGoingBack = false;

/** Fills the window with an element; the whole screen, where the browser allows it. */
export class Presenter {
  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} controls that are seen for a while after the pointer has moved
   * @param {() => void} changed after it was entered or left
   * @param {AbortSignal} signal
   */
  constructor(element, controls, changed, signal) {
    this.element = element;
    this.controls = controls;
    this.changed = changed;
    this.entry = 0; // the name of its entry in the history
    this.address = ""; // when it was entered
    this.timer = 0;
    this.isFull = false; // whether it fills the screen, and not only the window
    takeSteps((event) => this.takeStep(event), signal);
    const wake = (/** @type {PointerEvent} */ event) => (event.movementX || event.movementY) && this.wake();
    element.addEventListener("pointermove", wake, { signal });
    element.addEventListener("pointerdown", () => this.wake(), { signal });
    const check = () => document.fullscreenElement || !this.isFull || this.leave(); // else it is about the time before
    document.addEventListener("fullscreenchange", check, { signal });
    signal.addEventListener("abort", () => this.isOn && this.uncover());
  }

  get isOn() {
    return current === this;
  }

  enter() {
    if (this.isOn) return;
    const { element } = this;
    current?.leave();
    current = this;
    element.classList.add("is-presenting");
    element.focus();
    this.address = window.location.href;
    if (!isGoingBack) this.addEntry();
    const asked = document.fullscreenEnabled ? element.requestFullscreen() : Promise.reject();
    asked.then(
      () => {
        this.isFull = this.isOn;
        if (!this.isOn) this.uncover(); // it was left before it was there
      },
      () => this.isOn && this.raise(),
    );
    this.changed();
    this.wake();
  }

  /** The Back button leaves: it leads to the entry before this one. */
  addEntry() {
    this.entry = Date.now();
    window.history.pushState({ ...window.history.state, presenting: this.entry }, "");
  }

  /**
   * A step in the history. What leads out of presenting is for others only if the address has changed meanwhile.
   * @param {PopStateEvent} event
   */
  takeStep({ state }) {
    if (isGoingBack) {
      isGoingBack = false;
      current?.addEntry(); // it was entered again before the step back was made
      return true;
    }
    if (!this.isOn || state?.presenting === this.entry) return false;
    this.uncover();
    this.changed();
    return window.location.href === this.address;
  }

  leave() {
    if (!this.isOn) return;
    this.uncover();
    if (!isGoingBack && window.history.state?.presenting === this.entry) {
      isGoingBack = true;
      window.history.back();
    }
    this.changed();
  }

  /** Show the page again. */
  uncover() {
    if (this.isOn) current = null;
    this.isFull = false;
    clearTimeout(this.timer);
    this.element.classList.remove("is-presenting", "is-blank", "has-controls");
    this.element.removeAttribute("popover");
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  }

  /** Above all else on the page, whatever its parents are: telephones have no full screen. */
  raise() {
    this.element.setAttribute("popover", "manual");
    this.element.showPopover?.();
  }

  get isBlank() {
    return this.element.classList.contains("is-blank");
  }

  /** @param {boolean} on whether the screen is black */
  blank(on) {
    this.element.classList.toggle("is-blank", on);
  }

  /** Show the controls until the pointer has rested for a while, and not on one of them. */
  wake() {
    if (!this.isOn) return;
    clearTimeout(this.timer);
    this.element.classList.add("has-controls");
    this.timer = setTimeout(() => {
      const isUsed = this.controls.matches(":has(:focus-visible)") || (hasMouse() && this.controls.matches(":hover"));
      if (isUsed) this.wake();
      else this.element.classList.remove("has-controls");
    }, REST);
  }
}

/** Whether what is pointed at is known: a finger leaves it behind. */
function hasMouse() {
  return matchMedia("(hover: hover)").matches;
}
