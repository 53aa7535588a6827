/** What the picture answers to the hand. */

import { describe, firstProducts, frameAbout, litBy } from "../../assets/player/answers.js";
import { decode } from "../../assets/player/decode.js";
import { linkTo } from "../../assets/player/present.js";
import { readNumber } from "../../assets/player/editor.js";
import { indexFrames, indexTaps } from "../../assets/player/relations.js";
import { equal, ok } from "./check.mjs";

const sceneOf = (cases, name) => decode(JSON.parse(cases.find((each) => each.name === name).json));
const numberOf = (text) => Number(text.replace("−", "-"));

export const tests = {
  "a cell of the step's plane is answered by its frame, others are not": (cases) => {
    for (const { json } of cases) {
      const scene = decode(JSON.parse(json));
      const frames = indexFrames(scene);
      const own = scene.stepPlane === "input" ? 0 : 2;
      for (const plane of [0, 1, 2]) {
        const frame = frameAbout(scene, frames, { plane, cell: 0 });
        ok((frame !== null) === (plane === own));
      }
    }
  },
  "an input cell lights every output that reads it, with the weight it meets there": (cases) => {
    for (const { name, json, reads } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene.taps);
      scene.planes[0].names.forEach((of, cell) => {
        if (!Array.isArray(of)) return;
        const lit = litBy(scene, index, { plane: 0, cell });
        const outputs = lit
          .filter((each) => each.plane === 2 && Array.isArray(scene.planes[2].names[each.cell]))
          .map((each) => [each.cell, each.note].join());
        const wanted = reads
          .filter(([input]) => input === cell)
          .map(([, kernel, output]) => [output, `×${scene.planes[1].texts[kernel]}`].join());
        equal(outputs.sort(), wanted.sort(), `${name}: input ${of}`);
        equal(lit.at(-1), { plane: 0, cell, fill: "current", strong: true });
      });
    }
  },
  "a weight lights both ends of each of its products": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene.taps);
      scene.planes[1].names.forEach((_, cell) => {
        const lit = litBy(scene, index, { plane: 1, cell });
        const pairs = index[1].get(cell) ?? [];
        equal(lit.filter((each) => each.plane === 0).map((each) => each.cell), pairs.map(([input]) => input), name);
        equal(lit.filter((each) => each.plane === 2).map((each) => each.cell), pairs.map(([, , output]) => output), name);
      });
    }
  },
  "words say what a cell belongs to": (cases) => {
    const scene = sceneOf(cases, "one product less"); // 1,2,3,4 with the kernel 5,−6
    const index = indexTaps(scene.taps);
    const say = (plane, cell) => describe(scene, index, { plane, cell });
    equal(say(0, 0), "input[0, 0] = 1 is read by 1 output: ×5 in output[0, 0].");
    equal(say(0, 1), "input[0, 1] = 2 is read by 2 outputs: ×−6 in output[0, 0], ×5 in output[0, 1].");
    equal(say(1, 1), "kernel[0, 1] = −6 meets 3 input cells: input[0, 1] for output[0, 0], " +
      "input[0, 2] for output[0, 1], input[0, 3] for output[0, 2].");
    equal(say(2, 0), "output[0, 0] = −7 is made of 2 products: input[0, 0]×5, input[0, 1]×−6.");
    const unread = describe(scene, indexTaps([]), { plane: 0, cell: 3 });
    equal(unread, "input[0, 3] = 4 takes part in no product.");
  },
  "words stay short": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene.taps);
      scene.planes.forEach(({ texts }, plane) =>
        texts.forEach((_, cell) => {
          const words = describe(scene, index, { plane, cell });
          ok(words.length <= 190, `${name}: ${words}`);
          ok(words.endsWith("."));
        }),
      );
    }
  },
  "the first products have their terms and the sum so far": (cases) => {
    const scene = sceneOf(cases, "one product less");
    const whole = scene.frames[0];
    const { items, heading, lit, text } = firstProducts(scene, 0, 1);
    const [title, terms] = scene.parts[0];
    equal(terms, 3); // two products and their sum
    equal(text, "Step 1 of 3, product 1 of 2: 5 so far");
    equal(items, [...whole.slice(0, -terms - title), whole.at(-terms)]);
    equal(heading, whole.slice(-terms - title, -terms));
    equal(lit, [
      { plane: 0, cell: 0, fill: "current", strong: true, note: "×5" },
      { plane: 1, cell: 0, fill: "current", strong: true },
      { plane: 2, cell: 0, fill: "current", strong: true, text: "5" },
    ]);
  },
  "the sums on the way are those of the products, in every scene": (cases) => {
    for (const { name, json } of cases) {
      if (name === "fractions") continue; // rounded numbers do not add up
      const scene = decode(JSON.parse(json));
      if (scene.stepPlane === "input") continue; // a stamp adds to many sums, which Python's tests follow
      scene.taps.forEach((taps, frame) => {
        let sum = 0;
        scene.sums[frame].forEach((_, at) => {
          const [input, kernel] = taps[at];
          sum += numberOf(scene.planes[0].texts[input] || "0") * numberOf(scene.planes[1].texts[kernel]);
          const { lit } = firstProducts(scene, frame, at + 1);
          equal(numberOf(lit.at(-1).text), sum, `${name}, frame ${frame}, product ${at + 1}`);
        });
      });
    }
  },
  "a stamp that is not complete leaves the outputs to come as they were": (cases) => {
    const scene = sceneOf(cases, "scatter");
    const { lit, items } = firstProducts(scene, 1, 2);
    const before = lit.slice(0, -3);
    equal(before.map((each) => each.cell), scene.taps[1].slice(2).map(([, , output]) => output));
    for (const each of before) equal(each.fill, each.text ? "output" : "empty");
    ok(before.some((each) => each.text) && before.some((each) => !each.text));
    const [title, terms] = scene.parts[1];
    equal(items.length, scene.frames[1].length - title - terms + 2);
  },
  "what is cropped has neither term nor sum": (cases) => {
    const scene = sceneOf(cases, "scatter, cropped");
    const gone = scene.sums[0].map((text, at) => [text, at]).filter(([text]) => text === "");
    ok(gone.length > 0);
    const first = gone[0][1];
    const { items, lit, text } = firstProducts(scene, 0, first + 1);
    const [title, terms] = scene.parts[0];
    const written = scene.sums[0].slice(0, first + 1).filter(Boolean).length;
    equal(items.length, scene.frames[0].length - title - terms + written);
    equal(lit.at(-1).fill, "cropped");
    equal(text, `Step 1 of 6, product ${first + 1} of 6: cropped`);
    for (const each of lit.slice(0, -3)) ok(Array.isArray(scene.planes[2].names[each.cell]));
  },
  "without terms there are none on the way either": (cases) => {
    const scene = sceneOf(cases, "no terms");
    const [title, terms] = scene.parts[0];
    equal(terms, 0);
    equal(firstProducts(scene, 0, 2).items.length, scene.frames[0].length - title);
  },
  "numbers are read as people write them": () => {
    const read = { "1": "1", " -2.50 ": "-2.50", "−3": "-3", "1,5": "1.5", "+4": "+4", ".5": ".5", "5.": "5.", "1e−3": "1e-3", "-,5": "-.5" };
    for (const [typed, text] of Object.entries(read)) equal(readNumber(typed), text, typed);
    const bad = ["", " ", "-", ".", ",", "1 2", "1.000,5", "1,2,3", "--1", "abc", "NaN", "Infinity", "0x10", "1e", "<b>1</b>", "1;2"];
    for (const typed of bad) equal(readNumber(typed), null, typed);
  },
  "a link carries step and pin": (cases) => {
    const scene = sceneOf(cases, "standard");
    const here = "https://example.org/standard?stride=2&pin=input:0,0&step=3";
    equal(linkTo(here, scene, 1, { plane: 2, cell: 3 }), "https://example.org/standard?stride=2&pin=output%3A1%2C1&step=2");
    equal(linkTo(here, scene, 0, null), "https://example.org/standard?stride=2&step=1");
  },
};
