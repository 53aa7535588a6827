/** What is between two pictures: places, sizes and colors are between, nothing jumps, and all ends as it shall be. */

import { decode } from "../../assets/figure/decode.js";
import { FRAME, NUMBER, Pieces, between, mixColors, piecesAt } from "../../assets/figure/tween.js";
import { equal, ok } from "./check.mjs";

const rect = (x, more = {}) =>
  ({ kind: "rect", x, y: 0, width: 10, height: 10, fill: "#000000", stroke: null, strokeWidth: 1, dash: 0, alpha: 1, ...more });
const text = (words, x, anchor = "center") =>
  ({ kind: "text", x, y: 8, text: words, size: 6, color: "#000000", anchor, bold: false, alpha: 1 });
const piece = (id, marks, layer = FRAME) => ({ id, layer, alpha: 1, marks });

/** The way from some pieces to others, all of it in 100 milliseconds. */
function way(before, after) {
  return between(before, after).map((each) => ({ ...each, end: 100 }));
}

/** A scene of two cells, the second of which has something on it in the second frame. */
const LOOK = { width: 10, height: 10, marks: [
  { kind: "rect", x: 0, y: 0, width: 10, height: 10, fill: 0, stroke: -1, strokeWidth: 1, dash: 0 },
  { kind: "text", x: 5, y: 8, text: "7", size: 6, color: 1, anchor: "center", bold: false },
] };
const SCENE = {
  items: [0, 20, 20].map((x, item) => ({ x, y: 5, look: LOOK, key: ["a", "b", "tap"][item] })),
  backdrop: [0, 1],
  frames: [[], [2]],
};
const color = (role) => ["#102030", "#ffffff"][role];

export const tests = {
  "colors are mixed": () => {
    equal(mixColors("#000000", "#ff8040", 0.5), "#804020");
    equal(mixColors(null, "#ff8040", 0.5), "#ff8040");
  },
  "what has the same key is between its places": () => {
    const tweens = way([piece("a", [rect(0)])], [piece("a", [rect(40, { width: 20, fill: "#ffffff" })])]);
    const [{ marks: [mark] }] = piecesAt(tweens, 25);
    equal([mark.x, mark.width, mark.fill], [10, 12.5, "#404040"]);
    equal(piecesAt(tweens, 100), [piece("a", [rect(40, { width: 20, fill: "#ffffff" })])]);
  },
  "lines and curves keep their ends with what they join": () => {
    const line = (x) => ({ kind: "line", x1: x, y1: 0, x2: x + 4, y2: 9, color: "#000000", width: 1, alpha: 1 });
    const curve = (x) => ({ kind: "curve", points: [x, 0, x, 4, x + 9, 4, x + 9, 8], color: "#000000", width: 1, alpha: 1 });
    const tweens = way([piece("a", [line(0)]), piece("b", [curve(0)])], [piece("a", [line(10)]), piece("b", [curve(10)])]);
    const [{ marks: [mark] }, { marks: [other] }] = piecesAt(tweens, 50);
    equal([mark.x1, mark.x2, other.points], [5, 9, [5, 0, 5, 4, 14, 4, 14, 8]]);
  },
  "what is in one picture only comes or goes": () => {
    const tweens = way([piece("a", [rect(0)])], [piece("b", [rect(40)])]);
    equal(piecesAt(tweens, 25).map(({ id, alpha }) => [id, alpha]), [["a", 0.75], ["b", 0.25]]);
    equal(piecesAt(tweens, 100).map(({ id }) => id), ["b"]);
  },
  "pieces without a key belong to none": () => {
    const [going, coming] = way([piece("", [rect(0)])], [piece("", [rect(40)])]);
    equal([going.from?.marks[0].x, going.to, coming.from, coming.to?.marks[0].x], [0, null, null, 40]);
  },
  "several of one key belong together in their order": () => {
    const tweens = way([piece("a", [rect(0)]), piece("a", [rect(1)])], [piece("a", [rect(10)]), piece("a", [rect(21)])]);
    equal(piecesAt(tweens, 50).map(({ marks }) => marks[0].x), [5, 11]);
  },
  "texts that differ are never there at once": () => {
    const tweens = way([piece("n", [text("3", 0)], NUMBER)], [piece("n", [text("5", 0)], NUMBER)]);
    const seen = [10, 30, 70, 90].map((time) => piecesAt(tweens, time).flatMap(({ marks }) => marks.map((mark) => mark.text)));
    equal(seen, [["3"], ["3"], ["5"], ["5"]]);
  },
  "words change at once": () => {
    const tweens = way([piece("label", [text("input 5", 0, "left")])], [piece("label", [text("input 6", 8, "left")])]);
    equal(piecesAt(tweens, 50).map(({ marks }) => marks.map((mark) => [mark.text, mark.x, mark.alpha])), [[["input 6", 4, 1]]]);
  },
  "a motion that begins within another one does not jump": () => {
    const first = way([piece("a", [rect(0), text("3", 0)])], [piece("a", [rect(40), text("5", 40)])]);
    const middle = piecesAt(first, 60);
    const second = way(middle, [piece("a", [rect(0), text("3", 0)])]);
    equal(piecesAt(second, 0)[0].marks.find(({ kind }) => kind === "rect").x, 24);
    equal(piecesAt(second, 100), [piece("a", [rect(0), text("3", 0)])]);
    const xs = [0, 20, 40, 60, 80, 100].map((time) => piecesAt(second, time)[0].marks[0].x);
    ok(xs.every((x, at) => !at || x < xs[at - 1]), `${xs}`);
  },
  "a number belongs to the cell, whatever is painted there": () => {
    const pieces = new Pieces(SCENE, color);
    const ids = (frame) => pieces.of(frame).map(({ id, marks }) => [id, marks[0].x, marks.length]);
    equal(ids(0), [["0 a", 0, 1], ["0 b", 20, 1], ["number a", 5, 1], ["number b", 25, 1]]);
    equal(ids(1), [["0 a", 0, 1], ["0 b", 20, 1], ["1 tap", 20, 1], ["number a", 5, 1], ["number b", 25, 1]]);
    equal(pieces.of(0)[0].marks[0].fill, "#102030");
    equal(pieces.of(0)[0], pieces.of(1)[0]);
  },
  "every frame of every scene becomes its neighbor, and ends as itself": (cases) => {
    for (const { json } of cases) {
      const scene = decode(JSON.parse(json), { secondsPerStep: 1, theme: "light", step: null, pin: null });
      const pieces = new Pieces(scene, (role) => scene.themes.light[role]);
      scene.frames.slice(1, 4).forEach((_, at) => {
        const tweens = way(pieces.of(at), pieces.of(at + 1));
        equal(piecesAt(tweens, 100).map(({ id }) => id).sort(), pieces.of(at + 1).map(({ id }) => id).sort());
        for (const { alpha, marks } of piecesAt(tweens, 40)) {
          ok(alpha > 0 && alpha <= 1);
          const numbers = marks.flatMap((mark) => Object.values(mark).flat()).filter((each) => typeof each === "number");
          ok(numbers.every(Number.isFinite));
        }
      });
    }
  },
};
