/** Which cells belong together, and how they are called. */

import { decode } from "../../assets/player/decode.js";
import { equal, ok } from "./check.mjs";
import {
  indexFrames, indexTaps, isEditable, isSame, nameOf, neighbour, readPin, spotAt, writePin,
} from "../../assets/player/relations.js";

const grid = { name: "input", x: 10, y: 20, cell: 30, rows: 2, columns: 3 };
const right = { name: "kernel", x: 200, y: 20, cell: 10, rows: 1, columns: 1 };

export const tests = {
  "each tap is found by each of its cells, once": () => {
    const taps = [[[0, 1, 2], [3, 1, 2]], [[0, 1, 2]]];
    equal(indexTaps(taps).map((plane) => [...plane]), [
      [[0, [[0, 1, 2]]], [3, [[3, 1, 2]]]],
      [[1, [[0, 1, 2], [3, 1, 2]]]],
      [[2, [[0, 1, 2], [3, 1, 2]]]],
    ]);
    equal(indexTaps([]).map((plane) => plane.size), [0, 0, 0]);
  },
  "an input cell takes part through its copies in the padding": () => {
    const taps = [[[0, 0, 0], [1, 1, 0]], [[1, 0, 1], [2, 1, 1]]]; // cells 0 and 2 are padding, 2 copies 1
    const found = indexTaps(taps, [[2, 1]])[0];
    equal(found.get(1), [[1, 1, 0], [1, 0, 1], [2, 1, 1]]);
    equal(found.get(2), [[2, 1, 1]]);
    equal(found.get(0), [[0, 0, 0]]);
  },
  "all taps of all scenes are those of the definition": (cases) => {
    for (const { name, json, reads } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene.taps);
      const isReal = (plane, cell) => Array.isArray(scene.planes[plane].names[cell]);
      const isTransposed = name.startsWith("gather") || name.startsWith("scatter");
      for (const plane of [0, 1, 2]) {
        const wanted = new Map();
        for (const tap of reads) wanted.set(tap[plane], [...(wanted.get(tap[plane]) ?? []), tap.join()]);
        scene.planes[plane].texts.forEach((_, cell) => {
          const found = (index[plane].get(cell) ?? [])
            .filter((tap) => isReal(2, tap[2]) && (!isTransposed || isReal(0, tap[0])))
            .map((tap) => tap.join());
          equal(found.sort(), (wanted.get(cell) ?? []).sort(), `${name}: plane ${plane}, cell ${cell}`);
        });
      }
    }
  },
  "each cell of the step's plane has its last frame": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      const plane = scene.stepPlane === "input" ? 0 : 2;
      const frames = indexFrames(scene);
      equal(frames.size, scene.planes[plane].texts.length, name);
      for (const [cell, frame] of frames) {
        equal(scene.taps[frame][0][plane], cell, name);
        ok(frame === scene.taps.findLastIndex((taps) => taps[0][plane] === cell), name);
      }
    }
  },
  "a point is in the cell whose left and upper edge it may touch": () => {
    const cellAt = (x, y) => spotAt([grid, right], x, y)?.cell ?? null;
    equal([cellAt(10, 20), cellAt(39.9, 20), cellAt(40, 20), cellAt(99.9, 79.9)], [0, 0, 1, 5]);
    equal([cellAt(9.9, 20), cellAt(10, 19.9), cellAt(100, 20), cellAt(10, 80), cellAt(-1e9, 0)], [null, null, null, null, null]);
    equal(spotAt([grid, right], 205, 25), { plane: 1, cell: 0 });
    equal(spotAt([], 0, 0), null);
  },
  "every cell of every scene is found at its middle": (cases) => {
    for (const { name, json } of cases) {
      const { planes } = decode(JSON.parse(json));
      planes.forEach(({ x, y, cell, columns, texts }, plane) =>
        texts.forEach((_, at) => {
          const middle = [x + ((at % columns) + 0.5) * cell, y + (Math.floor(at / columns) + 0.5) * cell];
          equal(spotAt(planes, ...middle), { plane, cell: at }, name);
        }),
      );
    }
  },
  "arrows lead to the neighbour and stop at the border": () => {
    const go = (cell, key) => neighbour(grid, cell, key);
    equal([go(0, "ArrowRight"), go(0, "ArrowDown"), go(5, "ArrowLeft"), go(5, "ArrowUp")], [1, 3, 4, 2]);
    equal([go(2, "ArrowRight"), go(3, "ArrowLeft"), go(1, "ArrowUp"), go(4, "ArrowDown"), go(4, "x")], [2, 3, 1, 4, 4]);
  },
  "a pin that is written is read again": (cases) => {
    for (const { name, json } of cases) {
      const { planes } = decode(JSON.parse(json));
      planes.forEach(({ names }, plane) =>
        names.forEach((of, cell) => {
          const text = writePin(planes, { plane, cell });
          if (Array.isArray(of)) equal(readPin(planes, text), { plane, cell }, `${name}: ${text}`);
          else equal(text, null);
        }),
      );
    }
  },
  "what names no cell pins none": (cases) => {
    const { planes } = decode(JSON.parse(cases[0].json));
    for (const text of [null, "", "input", "input:9,9", "input:1", "x:0,0", "input:-1,0", "input:0,0,0", " input:0,0", "padding:0,0"]) {
      equal(readPin(planes, text), null, String(text));
    }
  },
  "cells have names": () => {
    const plane = { ...grid, names: [[0, 0], "padding"] };
    equal([nameOf(plane, 0), nameOf(plane, 1)], ["input[0, 0]", "padding"]);
  },
  "only the reader's own numbers can be changed": (cases) => {
    const { planes } = decode(JSON.parse(cases.find((each) => each.name === "reflect").json));
    const padding = planes[0].names.indexOf("padding");
    const own = planes[0].names.findIndex(Array.isArray);
    const spots = [[0, padding], [0, own], [1, 0], [2, 0]].map(([plane, cell]) => ({ plane, cell }));
    equal(spots.map((spot) => isEditable(planes, spot)), [false, true, true, false]);
  },
  "spots are the same by plane and cell": () => {
    ok(isSame(null, null) && isSame({ plane: 1, cell: 2 }, { plane: 1, cell: 2 }));
    ok(!isSame(null, { plane: 0, cell: 0 }) && !isSame({ plane: 0, cell: 2 }, { plane: 1, cell: 2 }));
  },
};
