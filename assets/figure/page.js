/** The figure as a page of its own, in a frame of another page, or in a file: it starts by itself. */

import { Figure } from "./figure.js";
import { STAGE_EDGES } from "./player.js";

/** What presentations made with reveal.js say to the frames of a slide. */
const [SLIDE_STARTS, SLIDE_STOPS] = ["slide:start", "slide:stop"];

/** Of the picture's own size; a larger one would only be coarse. */
const LARGEST = 1.25;

/** CSS pixels around the foot of the page. */
const BODY = 22;

const isFramed = window.parent !== window;

/**
 * What the page holds: the data of the figure, or as text the table of a file, packed.
 * @param {string} id
 */
export function held(id) {
  return document.getElementById(id)?.textContent ?? "";
}

/** @param {(data: import("./figure.js").Data) => Promise<void>} [complete] adds to the data what a file has */
export async function start(complete) {
  document.documentElement.classList.toggle("is-framed", isFramed);
  const data = JSON.parse(held("data"));
  await complete?.(data);
  const foot = document.querySelector(".foot");
  if (foot) data.below = BODY + foot.getBoundingClientRect().height;
  const figure = new Figure(document.body, () => {});
  figure.load(data);
  listen(figure);
  if (isFramed) reportHeight(figure);
}

/** @param {Figure} figure */
function listen({ player }) {
  window.addEventListener("message", ({ data }) => {
    if (data === SLIDE_STARTS) {
      player.go(0);
      player.setPlaying(true);
    } else if (data === SLIDE_STOPS) {
      player.setPlaying(false);
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => player.refreshTheme());
}

/**
 * Tell the page around how high the frame must be for the picture to be as wide as it can.
 * @param {Figure} figure
 */
function reportHeight(figure) {
  let last = 0;
  const report = () => {
    if (figure.player.isPresenting) return; // then it is as high as the window
    const height = Math.ceil(wholeHeight(figure));
    if (height === last) return;
    last = height;
    window.parent.postMessage({ type: "convviz:height", height }, "*");
    // A frame that holds the text of this page itself, as in a notebook, has no one else to listen.
    if (window.location.protocol === "about:" && window.frameElement instanceof window.parent.HTMLElement) {
      window.frameElement.style.height = `${height}px`;
    }
  };
  const watch = new ResizeObserver(report);
  watch.observe(figure.section);
  watch.observe(figure.player.markup.canvas);
}

/**
 * How high the page is when the picture is as wide as it can be, in CSS pixels.
 * @param {Figure} figure
 */
function wholeHeight({ section, player }) {
  const box = (/** @type {string} */ css) => /** @type {Element} */ (section.querySelector(css)).getBoundingClientRect();
  const [all, playing, dials, facts, stage] = [".parts", ".playing", ".dials", ".facts", ".stage"].map(box);
  const { width, height } = player.scene;
  const across = Math.min(playing.width - STAGE_EDGES, LARGEST * width);
  const more = (across * height) / width + STAGE_EDGES - stage.height;
  const isNextTo = dials.left >= playing.right;
  const first = Math.max(facts.bottom, playing.bottom) - all.top + more;
  const parts = isNextTo ? Math.max(first, dials.height) : all.height + more;
  return document.body.getBoundingClientRect().height - all.height + parts;
}
