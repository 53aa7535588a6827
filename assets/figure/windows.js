/** Where the window of each frame lies in each plane, read from the taps; no convolution is computed here. */

import { INPUT, OUTPUT } from "./relations.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Plane} Plane */
/** A rectangle in the picture's own pixels. @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** The cells of a frame in one plane, as a box, by the number of the frame. @typedef {Map<number, Box>} Boxes */
/** The windows in a plane: of the inputs of each frame, and of its outputs. @typedef {{plane: number, boxes: Boxes}} Window */

/**
 * The windows that can be moved over each plane. One that lies at the same place in every frame cannot.
 * @param {Pick<Scene, "taps" | "planes" | "spots" | "stepSide">} scene
 * @returns {Window[][]} for each plane, the cells that frames are about before those that belong to them
 */
export function indexWindows({ taps, planes, spots, stepSide }) {
  const sides = stepSide === "input" ? [INPUT, OUTPUT] : [OUTPUT, INPUT];
  const windows = planes.map((_, plane) => sides.map(() => ({ plane, boxes: /** @type {Boxes} */ (new Map()) })));
  taps.forEach((step, frame) => {
    for (const tap of step) {
      sides.forEach((side, at) => {
        const { plane, cell } = spots[tap[side]];
        const { boxes } = windows[plane][at];
        boxes.set(frame, around(planes[plane], cell, boxes.get(frame)));
      });
    }
  });
  return windows.map((each) => each.filter(({ boxes }) => isMovable(boxes)));
}

/**
 * The box of a cell, and of what is in a box already.
 * @param {Plane} plane
 * @param {number} cell
 * @param {Box} [box]
 * @returns {Box}
 */
function around({ x, y, cell: side, tall, columns }, cell, box) {
  const left = x + (cell % columns) * side;
  const top = y + Math.floor(cell / columns) * tall;
  const [right, bottom] = [left + side, top + tall];
  if (!box) return { left, top, right, bottom };
  box.left = Math.min(box.left, left);
  box.top = Math.min(box.top, top);
  box.right = Math.max(box.right, right);
  box.bottom = Math.max(box.bottom, bottom);
  return box;
}

/** @param {Boxes} boxes */
function isMovable(boxes) {
  const [first, ...others] = boxes.values();
  return others.some((box) => middleX(box) !== middleX(first) || middleY(box) !== middleY(first));
}

/** @param {Box} box */
export function middleX({ left, right }) {
  return (left + right) / 2;
}

/** @param {Box} box */
export function middleY({ top, bottom }) {
  return (top + bottom) / 2;
}

/**
 * The window under a point.
 * @param {Window[][]} windows
 * @param {number} frame
 * @param {number} x in the picture's own pixels
 * @param {number} y
 * @param {number} least side of what is felt: a finger needs more than a small cell
 * @returns {Window | null}
 */
export function windowAt(windows, frame, x, y, least = 0) {
  for (const inPlane of windows) {
    for (const window of inPlane) {
      const box = window.boxes.get(frame);
      if (!box) continue;
      const wide = Math.max(least, box.right - box.left) / 2;
      const high = Math.max(least, box.bottom - box.top) / 2;
      if (Math.abs(x - middleX(box)) < wide && Math.abs(y - middleY(box)) < high) return window;
    }
  }
  return null;
}

/**
 * The frame whose window has its middle nearest to a point; of several the one that is least far from the current frame.
 * @param {Boxes} boxes
 * @param {number} current
 * @param {number} x in the picture's own pixels
 * @param {number} y
 */
export function nearestFrame(boxes, current, x, y) {
  let nearest = current;
  let least = Infinity;
  for (const [frame, box] of boxes) {
    const [right, down] = [middleX(box) - x, middleY(box) - y];
    const distance = right * right + down * down;
    const isNearer = distance < least || (distance === least && Math.abs(frame - current) < Math.abs(nearest - current));
    if (isNearer) [nearest, least] = [frame, distance];
  }
  return nearest;
}

/**
 * The window that a press on a cell takes: the current frame's, or else one of the kind that has frames here.
 * @param {Window[][]} windows
 * @param {number} frame
 * @param {import("./decode.js").Spot | null} spot
 */
export function windowOf(windows, frame, spot) {
  const here = spot ? windows[spot.plane] : [];
  return here.find(({ boxes }) => boxes.has(frame)) ?? here[0] ?? null;
}

/**
 * Where the middles of windows can be.
 * @param {Boxes} boxes
 * @returns {Box}
 */
export function reachOf(boxes) {
  const [across, down] = [[...boxes.values()].map(middleX), [...boxes.values()].map(middleY)];
  return { left: Math.min(...across), top: Math.min(...down), right: Math.max(...across), bottom: Math.max(...down) };
}

/**
 * A box with its middle at a point, or as near to it as its reach allows.
 * @param {Box} box
 * @param {Box} reach
 * @param {number} x in the picture's own pixels
 * @param {number} y
 * @returns {Box}
 */
export function movedTo(box, reach, x, y) {
  const across = Math.min(Math.max(x, reach.left), reach.right) - middleX(box);
  const down = Math.min(Math.max(y, reach.top), reach.bottom) - middleY(box);
  return { left: box.left + across, top: box.top + down, right: box.right + across, bottom: box.bottom + down };
}
