/** Which cells belong together, and how they are called. */

import { decode } from "../../assets/figure/decode.js";
import { equal, ok } from "./check.mjs";
import {
  cellOf, indexFrames, indexTaps, isEditable, isSame, nameOf, nearest, neighbour, numberOf, readPin, spotAt, writePin,
} from "../../assets/figure/relations.js";

const grid = { name: "input", x: 10, y: 20, cell: 30, tall: 30, rows: 2, columns: 3 };
const right = { name: "kernel", x: 200, y: 20, cell: 10, tall: 10, rows: 1, columns: 1 };
const isReal = ({ planes, spots }, cell) => Array.isArray(planes[spots[cell].plane].names[spots[cell].cell]);

export const tests = {
  "each tap is found by each of its cells, once": () => {
    const taps = [[[0, 1, 2], [3, 1, 2]], [], [[0, 1, 2]]];
    equal(indexTaps({ taps, planes: [] }).map((plane) => [...plane]), [
      [[0, [[0, 1, 2]]], [3, [[3, 1, 2]]]],
      [[1, [[0, 1, 2], [3, 1, 2]]]],
      [[2, [[0, 1, 2], [3, 1, 2]]]],
      [],
    ]);
    equal(indexTaps({ taps: [], planes: [] }).map((plane) => plane.size), [0, 0, 0, 0]);
  },
  "where there is no kernel, no cell of one has taps": () => {
    equal(indexTaps({ taps: [[[0, -1, 2], [1, -1, 2]]], planes: [] }).map((side) => [...side.keys()]), [[0, 1], [], [2], []]);
  },
  "cells that show the same numbers elsewhere have the taps, too": () => {
    const taps = [[[0, 1, 2, 5, -1], [3, 1, 2, 6, 5]]];
    equal(indexTaps({ taps, planes: [] }).map((side) => [...side.keys()]), [[0, 3], [1], [2], [5, 6]]);
    equal(indexTaps({ taps, planes: [] })[3].get(5), taps[0]);
  },
  "a cell between two passes has taps on both sides": () => {
    const index = indexTaps({ taps: [[[0, 1, 2]], [[2, 3, 4]]], planes: [] });
    equal([index[0].get(2), index[2].get(2)], [[[2, 3, 4]], [[0, 1, 2]]]);
  },
  "an input cell takes part through its copies in the padding": () => {
    const taps = [[[10, 0, 0], [11, 1, 0]], [[11, 0, 1], [12, 1, 1]]]; // 10 and 12 are padding, 12 copies 11
    const planes = [{ first: 0, copies: [] }, { first: 10, copies: [[2, 1]] }]; // which count from their own first cell
    const found = indexTaps({ taps, planes })[0];
    equal(found.get(11), [[11, 1, 0], [11, 0, 1], [12, 1, 1]]);
    equal(found.get(12), [[12, 1, 1]]);
    equal(found.get(10), [[10, 0, 0]]);
  },
  "taps name the cells that they should": (cases) => {
    for (const { name, json, named } of cases.filter((each) => each.named)) {
      const { planes, spots, taps } = decode(JSON.parse(json));
      const spelled = (cell) => (cell < 0 ? null : nameOf(planes[spots[cell].plane], spots[cell].cell));
      equal(taps.map((step) => step.map((tap) => tap.map(spelled))), named, name);
    }
  },
  "a step is about one cell, or about none": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      const frames = indexFrames(scene);
      for (const [frame, taps] of scene.taps.entries()) {
        const spot = cellOf(scene, frame);
        const side = scene.stepSide === "input" ? 0 : 2;
        equal(spot === null, new Set(taps.map((tap) => tap[side])).size !== 1, `${name} ${frame}`);
        if (spot) ok(frames.get(numberOf(scene.planes, spot)) >= frame, `${name} ${frame}`);
      }
    }
  },
  "the nearest cell of another table": () => {
    const table = (name, rows, columns, channels = [[]]) => channels.map((channel) => ({
      name, names: Array.from({ length: rows * columns }, (_, cell) =>
        [...channel, Math.floor(cell / columns), cell % columns]),
    }));
    const [before] = table("output", 5, 7);
    const after = [...table("input", 9, 9), ...table("output", 3, 4)];
    const place = (row, column) => nearest(after, before, row * 7 + column);
    equal(place(2, 3), { plane: 1, cell: 11 });
    equal(place(1, 6), { plane: 1, cell: 7 });
    equal(place(4, 6), { plane: 1, cell: 11 });
    equal(place(4, 0), { plane: 1, cell: 8 });
    equal(nearest(table("output", 3, 3, [[0], [1]]), table("output", 4, 4, [[2]])[0], 15), { plane: 1, cell: 8 });
    equal(nearest(table("output", 3, 3, [[0], [1]]), before, 0), null); // with channels, and without
    equal(nearest(table("input", 3, 3), before, 0), null);
    equal(nearest(after, { name: "output", names: ["padding"] }, 0), null);
  },
  "cells are numbered through all planes": (cases) => {
    for (const { name, json } of cases) {
      const { planes, spots } = decode(JSON.parse(json));
      equal(spots.map((spot) => numberOf(planes, spot)), [...spots.keys()], name);
      equal(spots.length, planes.reduce((sum, plane) => sum + plane.rows * plane.columns, 0), name);
    }
  },
  "all taps of all scenes are those of the definition": (cases) => {
    for (const { name, json, reads } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps({ ...scene, planes: [] }); // padding that copies is tried above
      const isTransposed = name.startsWith("gather") || name.startsWith("scatter");
      for (const side of [0, 1, 2]) {
        const wanted = new Map();
        for (const tap of reads) wanted.set(tap[side], [...(wanted.get(tap[side]) ?? []), tap.join()]);
        scene.spots.forEach((_, cell) => {
          const found = (index[side].get(cell) ?? [])
            .filter(([input, , output]) => isReal(scene, output) && (!isTransposed || isReal(scene, input)))
            .map((tap) => tap.join());
          equal(found.sort(), (wanted.get(cell) ?? []).sort(), `${name}: side ${side}, cell ${cell}`);
        });
      }
    }
  },
  "each cell of the side that steps are about has its last frame": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      const side = scene.stepSide === "input" ? 0 : 2;
      const about = scene.stepSide === "input" ? ["input"] : ["intermediate", "output"];
      const frames = indexFrames(scene);
      scene.spots.forEach(({ plane }, cell) => {
        const last = scene.taps.findLastIndex((taps) => taps.some((tap) => tap[side] === cell));
        equal(frames.get(cell) ?? -1, last, `${name}: cell ${cell}`);
        ok(last >= 0 === about.includes(scene.planes[plane].name), name);
      });
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
      planes.forEach(({ x, y, cell, tall, columns, texts }, plane) =>
        texts.forEach((_, at) => {
          const middle = [x + ((at % columns) + 0.5) * cell, y + (Math.floor(at / columns) + 0.5) * tall];
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
    const none = [
      null, "", "input", "input:", "input:9,9", "input:1", "x:0,0", "input:-1,0", "input:0,0,0", " input:0,0",
      "input:0,", "input:,0", "input:0,0,", "Input:0,0", "padding:0,0", "toString:0,0",
    ];
    for (const text of none) equal(readPin(planes, text), null, String(text));
  },
  "a pin finds its channel": (cases) => {
    const { planes } = decode(JSON.parse(cases.find((each) => each.name === "depthwise").json));
    equal(readPin(planes, "input:1,0,2"), { plane: 1, cell: 3 });
    equal(readPin(planes, "pointwise:1,0,0,0"), { plane: 7, cell: 0 });
    equal(writePin(planes, { plane: 9, cell: 5 }), "output:1,1,2");
    for (const text of ["input:0,2", "input:2,0,0", "pointwise:0,0,0", "output:2,0,0"]) equal(readPin(planes, text), null, text);
  },
  "cells have names": () => {
    const plane = { ...grid, names: [[0, 0], "padding", [2, 0, 1], [1, 0, 2, 12]] };
    equal([0, 1, 2, 3].map((cell) => nameOf(plane, cell)), ["input[0, 0]", "padding", "input[2, 0, 1]", "input[1, 0, 2, 12]"]);
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
