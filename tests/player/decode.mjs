/** What Python has written is what the player reads. */

import { decode, fillPatterns, joinKeys, unrollItems, unrollRuns, unrollTaps } from "../../assets/figure/decode.js";
import { equal, throws } from "./check.mjs";

/** Items with everything written out, colors by role, as the oracle in Python gives them. */
function plain(scene, numbers) {
  const role = (number) => (number < 0 ? null : scene.roles[number]);
  const named = (mark) => {
    const found = { ...mark };
    for (const name of ["fill", "stroke", "color"]) if (name in mark) found[name] = role(mark[name]);
    return found;
  };
  return numbers.map((number) => {
    const { x, y, look, key } = scene.items[number];
    return { x, y, key, width: look.width, height: look.height, marks: look.marks.map(named) };
  });
}

export const tests = {
  "runs are unrolled": () => {
    equal(unrollRuns([7, 3, 3, 1]), [7, 8, 9, 3]);
    equal(unrollRuns([]), []);
  },
  "frames keep what stays, and an item has one key": () => {
    const looks = ["a", "b", "c", "d"].map((name) => ({ name }));
    const keys = { names: ["", "tap"], patterns: [[0, 2], [1, 1], []], frames: [0, 1, 1, 2, 2], backdrop: 1, rest: 2 };
    const frames = [[0, 0, 1], [1, 3], [1, -2], [2], [0]];
    const joined = joinKeys({ keys, backdrop: [0, 1], rest: [], frames }, looks);
    const named = (numbers) => numbers.map((number) => joined.items[number].name + joined.items[number].key);
    equal(joined.frames.map(named), [["a", "btap"], ["a", "dtap"], ["a", "btap"], ["a", "btap"], []]);
    equal(named(joined.backdrop), ["atap"]);
  },
  "columns hold differences": () => {
    const looks = [{ name: "a" }, { name: "b" }];
    equal(unrollItems([[10, 20, -5], [5, 0, 1], [0, 1, -1]], looks), [
      { x: 10, y: 5, look: looks[0] },
      { x: 30, y: 5, look: looks[1] },
      { x: 25, y: 6, look: looks[0] },
    ]);
  },
  "gaps are filled": () => {
    equal(fillPatterns({ patterns: [["a ", " of ", "."], ["none"]], texts: [[0, "1", "−2.5"], [1]] }), ["a 1 of −2.5.", "none"]);
  },
  "taps are counted from the first": () => {
    equal(unrollTaps([4, 0, 0, 1, 7, 2], [[0, 1], [0, 2], [0, 0]]), [[4, 0, 7], [5, 2, 7]]);
    equal(unrollTaps([0, 0, 0, 0, 0, 0], [[]]), []);
  },
  "another version is refused": () => {
    throws(() => decode({ version: 1 }), "The player reads version 3; got 1.");
  },
  "every scene is read as it was written": (cases) => {
    for (const { name, json, expected } of cases) {
      const scene = decode(JSON.parse(json));
      equal(scene.frames.map((frame) => plain(scene, frame)), expected.frames, `${name}: frames`);
      equal(plain(scene, scene.backdrop), expected.backdrop, `${name}: backdrop`);
      equal(plain(scene, scene.rest), expected.rest, `${name}: rest`);
      for (const key of ["captions", "descriptions", "details", "beats", "taps", "planes", "stepSide", "productsPerTerm", "parts"]) {
        equal(scene[key], expected[key], `${name}: ${key}`);
      }
      // One empty text is written like none: a single product does not come one by one.
      const several = (texts) => (texts.length === 1 && texts[0] === "" ? [] : texts);
      equal(scene.sums, expected.sums.map(several), `${name}: sums`);
      equal(scene.undone, expected.undone.map(several), `${name}: undone`);
    }
  },
};
