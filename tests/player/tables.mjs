/** Tests of the numbers of a step as tables. */

import { decode } from "../../assets/figure/decode.js";
import { tableOfGrid, tableOfStep } from "../../assets/figure/tables.js";
import { equal, ok } from "./check.mjs";

const sceneOf = (cases, name) => decode(JSON.parse(cases.find((each) => each.name === name).json));
const valueOf = (text) => Number(text.replace("−", "-"));

export const tests = {
  "a step has a row for each product": (cases) => {
    const scene = sceneOf(cases, "one product less");
    equal(tableOfStep(scene, 1), {
      caption: scene.descriptions[1],
      head: ["Cell", "Value", "Weight of", "Weight", "Product", "For", "So far"],
      rows: [
        ["input[0, 1]", "2", "kernel[0, 0]", "5", "2·5", "output[0, 1]", "10"],
        ["input[0, 2]", "3", "kernel[0, 1]", "−6", "3·(−6)", "output[0, 1]", "−8"],
      ],
      result: "−8",
    });
  },
  "values and weights lead to the sums, the bias and the result": (cases) => {
    for (const [name, bias] of [["standard", 0], ["dilated", 0], ["gather", 0], ["circular, bias", -2]]) {
      const scene = sceneOf(cases, name);
      scene.frames.forEach((_, frame) => {
        const { rows, result } = tableOfStep(scene, frame);
        let sum = 0;
        for (const [, value, , weight, , , soFar] of rows) equal(valueOf(soFar), (sum += valueOf(value) * valueOf(weight || "0")), name);
        equal(valueOf(result), sum + bias, name);
      });
    }
  },
  "what is cropped has no sum, and a step with several outputs no single result": (cases) => {
    const { rows, result } = tableOfStep(sceneOf(cases, "scatter, cropped"), 0);
    equal(result, "");
    equal(rows.filter(([, , , , , output]) => !output.startsWith("output[")).map((row) => row.at(-1)).join(), "cropped,cropped,cropped,cropped");
  },
  "an output that later steps add to has no result yet": (cases) => {
    const scene = sceneOf(cases, "scatter");
    const once = { ...scene, taps: [scene.taps[0].slice(0, 1)], sums: [scene.sums[0].slice(0, 1)] };
    equal(tableOfStep(once, 0).result, "");
    ok(tableOfStep({ ...once, stepSide: "output" }, 0).result);
  },
  "where every unit has its taps and the sentence is about one, there is the sentence alone": (cases) => {
    const scene = sceneOf(cases, "pooling");
    const all = { ...scene, taps: [scene.taps.flat().map(([input, , output]) => [input, -1, output])], sums: [[]] };
    equal(tableOfStep(all, 0), { caption: scene.descriptions[0], head: [], rows: [], result: "" });
  },
  "a grid has the indices of its cells, and what is no part of the table has none": (cases) => {
    const scene = sceneOf(cases, "reflect");
    const { head, rows } = tableOfGrid(scene.planes[0]);
    equal(head, ["", "–", "0", "1", "2", "3", "4", "–"]);
    equal(rows.map(([index]) => index), ["–", "0", "1", "2", "3", "–"]);
    equal(rows.flatMap((row) => row.slice(1)), scene.planes[0].texts);
  },
  "every step of every scene has a sentence, and as many cells in each row as columns": (cases) => {
    for (const { json } of cases) {
      const scene = decode(JSON.parse(json));
      scene.frames.forEach((_, frame) => {
        const { caption, head, rows } = tableOfStep(scene, frame);
        ok(caption && rows.every((row) => row.length === head.length));
      });
    }
  },
};
