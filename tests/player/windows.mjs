/** Tests of the windows that can be dragged. */

import { decode } from "../../assets/figure/decode.js";
import { indexWindows, movedTo, nearestFrame, reachOf, windowAt, windowOf } from "../../assets/figure/windows.js";
import { equal, ok } from "./check.mjs";

const sceneOf = (cases, name) => decode(JSON.parse(cases.find((each) => each.name === name).json));
const middle = ({ left, top, right, bottom }) => [(left + right) / 2, (top + bottom) / 2];

export const tests = {
  "the middle of every window leads to its own frame": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      for (const { boxes } of indexWindows(scene).flat()) {
        for (const [frame, box] of boxes) equal(nearestFrame(boxes, frame, ...middle(box)), frame, name);
      }
    }
  },
  "a window holds the cells of its frame in its plane, and no fewer": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      indexWindows(scene).forEach((windows, plane) => {
        const { x, y, cell, tall, columns, first, texts } = scene.planes[plane];
        for (const { boxes } of windows) {
          for (const [frame, box] of boxes) {
            const own = scene.taps[frame].flatMap(([input, , output]) => [input, output]);
            const cells = own.map((number) => number - first).filter((number) => number >= 0 && number < texts.length);
            const left = Math.min(...cells.map((number) => x + (number % columns) * cell));
            const bottom = Math.max(...cells.map((number) => y + (Math.floor(number / columns) + 1) * tall));
            equal([box.left, box.bottom], [left, bottom], `${name}: ${frame}`);
          }
        }
      });
    }
  },
  "a kernel, and a window that stays where it is, cannot be dragged": (cases) => {
    for (const { json } of cases) {
      const scene = decode(JSON.parse(json));
      indexWindows(scene).forEach((windows, plane) => {
        if (/kernel|column|row|pointwise/.test(scene.planes[plane].name)) equal(windows, []);
      });
    }
    equal(indexWindows(sceneOf(cases, "one cell")), [[], [], []]);
  },
  "between two windows the nearer one wins, and of equals the one that is least steps away": (cases) => {
    const scene = sceneOf(cases, "standard");
    const [, , [{ boxes }]] = indexWindows(scene); // 2 by 2 outputs
    const [[x, y], [right]] = [0, 1].map((frame) => middle(boxes.get(frame)));
    const side = right - x;
    const at = (across, down, current = 0) => nearestFrame(boxes, current, x + across * side, y + down * side);
    equal([at(0.4, 0.4), at(0.6, 0.4), at(0.4, 0.6), at(0.6, 0.6)], [0, 1, 2, 3]);
    equal([at(-9, 0.4), at(-9, 9), at(9, -9), at(9, 9)], [0, 2, 1, 3]);
    equal([at(0.5, 0, 0), at(0.5, 0, 1), at(0.5, 0.5, 2)], [0, 1, 2]);
    const [[both]] = indexWindows(sceneOf(cases, "tap by tap")); // every window for each of its products
    const [first, last] = [middle(both.boxes.get(0)), middle([...both.boxes.values()].at(-1))];
    equal([nearestFrame(both.boxes, 2, ...first), nearestFrame(both.boxes, 9, ...first)], [2, 3]);
    equal(nearestFrame(both.boxes, 0, ...last), both.boxes.size - 4);
  },
  "a window is felt where it is, and by a finger around it": (cases) => {
    const windows = indexWindows(sceneOf(cases, "standard"));
    const { left, top, right, bottom } = windows[0][0].boxes.get(3);
    ok(windowAt(windows, 3, left + 1, top + 1) === windows[0][0]);
    ok(windowAt(windows, 3, right + 1, top + 1) === null);
    ok(windowAt(windows, 3, right + 1, top + 1, right - left + 4) === windows[0][0]);
    ok(windowAt(windows, 3, right + 3, bottom - 1, right - left + 4) === null);
    ok(windowAt(windows, 3, NaN, NaN, 99) === null);
  },
  "a press on a cell takes the current frame's window, or the plane's own": (cases) => {
    const windows = indexWindows(sceneOf(cases, "two passes"));
    const [whole, parts] = windows[2]; // what is between the passes is made of the first, and read by the second
    equal([whole, parts].map(({ boxes }) => boxes.size), [10, 6]);
    equal([1, 10, 11, 16].map((frame) => windowOf(windows, frame, { plane: 2, cell: 0 }) === parts), [false, false, true, true]);
    ok(windowOf(windows, 0, { plane: 2, cell: 0 }) === whole); // a frame without products
    equal([windowOf(windows, 1, { plane: 1, cell: 0 }), windowOf(windows, 1, null)], [null, null]);
  },
  "an outline follows the pointer as far as its windows go": (cases) => {
    const [[{ boxes }]] = indexWindows(sceneOf(cases, "standard"));
    const reach = reachOf(boxes);
    equal(reach, { left: middle(boxes.get(0))[0], top: middle(boxes.get(0))[1], right: middle(boxes.get(3))[0],
      bottom: middle(boxes.get(3))[1] });
    const box = boxes.get(0);
    equal(movedTo(box, reach, reach.left + 5, reach.top + 2),
      { left: box.left + 5, top: box.top + 2, right: box.right + 5, bottom: box.bottom + 2 });
    equal([movedTo(box, reach, 0, 0), movedTo(box, reach, 9999, 9999)], [box, boxes.get(3)]);
  },
};
