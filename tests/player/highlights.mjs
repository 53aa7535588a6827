/** Tests of what the picture highlights. */

import { describe, firstProducts, frameAbout, litBy, wordsAbout, wordsOf } from "../../assets/figure/highlights.js";
import { decode } from "../../assets/figure/decode.js";
import { linkTo } from "../../assets/figure/present.js";
import { readNumber, refusalOf } from "../../assets/figure/numbers.js";
import { indexFrames, indexTaps, nameOf, numberOf, readPin } from "../../assets/figure/relations.js";
import { equal, ok } from "./check.mjs";

const sceneOf = (cases, name) => decode(JSON.parse(cases.find((each) => each.name === name).json));
const valueOf = (text) => Number(text.replace("−", "-"));
const textOf = ({ planes, spots }, cell) => planes[spots[cell].plane].texts[spots[cell].cell];
const noteOf = (scene, kernel) => (kernel < 0 ? undefined : `×${textOf(scene, kernel)}`);

export const tests = {
  "a cell that a frame is about is answered by it, others are not": (cases) => {
    for (const { json } of cases) {
      const scene = decode(JSON.parse(json));
      const frames = indexFrames(scene);
      const own = scene.stepSide === "input" ? ["input"] : ["intermediate", "output"];
      scene.planes.forEach(({ name }, plane) => {
        const frame = frameAbout(scene, frames, { plane, cell: 0 });
        ok((frame !== null) === own.includes(name));
      });
    }
  },
  "a frame that is about several outputs answers each of them": (cases) => {
    const scene = sceneOf(cases, "two outputs");
    const frames = indexFrames(scene);
    for (const cell of [0, 1, 2, 3]) {
      equal([3, 4].map((plane) => frameAbout(scene, frames, { plane, cell })), [cell, cell]);
    }
  },
  "an input cell lights every output that reads it, with the weight it meets there": (cases) => {
    for (const { name, json, reads } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps({ ...scene, planes: [] });
      scene.spots.forEach((spot, cell) => {
        const { name: table, names } = scene.planes[spot.plane];
        if (!Array.isArray(names[spot.cell]) || table === "kernel" || table === "output") return;
        const wanted = reads
          .filter(([input]) => input === cell)
          .map(([, kernel, output]) => [output, noteOf(scene, kernel)].join());
        const made = reads.filter(([, , output]) => output === cell).map(([input]) => input);
        const lit = litBy(scene, index, spot);
        const outputs = lit
          .filter((each) => /output|intermediate/.test(scene.planes[each.plane].name))
          .filter((each) => Array.isArray(scene.planes[each.plane].names[each.cell]))
          .map((each) => [numberOf(scene.planes, each), each.note])
          .filter(([number]) => number !== cell && !made.includes(number));
        if (table !== "column" && table !== "row" && table !== "pointwise") {
          equal(outputs.map(String).sort(), wanted.sort(), `${name}: input ${cell}`);
        }
        equal(lit.at(-1), { ...spot, fill: "current", strong: true });
      });
    }
  },
  "a cell of a matrix lights its product, and a weight all its places in the matrix": () => {
    const plane = (name, texts, columns, first) => ({
      name, title: name, texts, first, copies: [], stepped: true,
      names: texts.map((_, at) => [Math.floor(at / columns), at % columns]),
    });
    const planes = [
      plane("input", ["5", "7"], 2, 0), plane("kernel", ["3"], 1, 2), plane("output", ["15", "21"], 2, 3),
      plane("matrix", ["3", "", "", "3"], 2, 5),
    ];
    const spots = planes.flatMap(({ texts }, at) => texts.map((_, cell) => ({ plane: at, cell })));
    const scene = { planes, spots, taps: [[[0, 2, 3, 5, -1]], [[1, 2, 4, 8, -1]]] };
    const index = indexTaps(scene);
    const lit = (spot) => litBy(scene, index, spot).map((each) => [numberOf(planes, each), each.note ?? ""].join(""));
    equal(lit({ plane: 3, cell: 3 }), ["1×3", "2", "4", "8"]);
    equal(lit({ plane: 1, cell: 0 }), ["0×3", "3", "5", "1×3", "4", "8", "2"]);
    equal(describe(scene, index, { plane: 3, cell: 3 }), "matrix[1, 1] = 3 belongs to 1 product: input[0, 1]×3 for output[0, 1].");
    equal(describe(scene, index, { plane: 3, cell: 1 }), "matrix[0, 1] = 0 takes part in no product.");
  },
  "a cell between two passes lights what it is made of and what reads it": (cases) => {
    for (const { name, json, reads } of cases.filter((each) => ["two passes", "depthwise"].includes(each.name))) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene);
      const between = [...index[0].keys()].filter((cell) => index[2].has(cell));
      ok(between.length > 5);
      for (const cell of between) {
        const wanted = new Map();
        for (const [input, kernel, output] of reads) {
          if (input !== cell && output !== cell) continue;
          wanted.set(input === cell ? output : input, noteOf(scene, kernel)).set(kernel, undefined);
        }
        const lit = litBy(scene, index, scene.spots[cell]).slice(0, -1);
        const found = lit.map((each) => [numberOf(scene.planes, each), each.note]);
        equal(found.sort(([one], [other]) => one - other), [...wanted].sort(([one], [other]) => one - other), name);
      }
    }
  },
  "an input cell lights the outputs that read its copies, in its own channel": (cases) => {
    const scene = sceneOf(cases, "depthwise");
    const lit = litBy(scene, indexTaps(scene), readPin(scene.planes, "input:1,1,0"));
    const read = lit.filter((each) => scene.planes[each.plane].name === "intermediate");
    const [, , , kernel] = scene.planes;
    const [a, b, c, d] = kernel.texts.map((text) => `×${text}`);
    equal(read.map(({ plane, cell, note }) => [plane, cell, note]).sort(), [
      // [1, 0, 0] reads row 1 with the lower weights, [1, 1, 0] with the upper ones; the copy meets those on the left.
      [5, 0, `${c} ${d}`], [5, 1, c], [5, 3, `${a} ${b}`], [5, 4, a],
    ].sort());
  },
  "without a kernel there are no weights": (cases) => {
    const scene = sceneOf(cases, "pooling");
    const index = indexTaps(scene);
    scene.spots.forEach((spot) => {
      for (const each of litBy(scene, index, spot)) ok(!("note" in each));
      ok(!describe(scene, index, spot).includes("×"));
    });
    scene.taps.forEach((taps, frame) => taps.forEach((_, at) => {
      const { lit, words } = firstProducts(scene, frame, at + 1);
      ok(lit.every((each) => !("note" in each)) && lit.length === 2);
      ok(words.spoken.includes(`, cell ${at + 1} of 4: `));
    }));
  },
  "a weight lights both ends of each of its products": (cases) => {
    for (const { name, json } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene);
      for (const [cell, pairs] of index[1]) {
        const lit = litBy(scene, index, scene.spots[cell]).slice(0, -1).map((each) => numberOf(scene.planes, each));
        const ends = (side) => [...new Set(pairs.map((tap) => tap[side]))];
        equal(lit.filter((each) => ends(0).includes(each)), ends(0), name);
        equal(lit.filter((each) => ends(2).includes(each)), ends(2), name);
        equal(lit.length, ends(0).length + ends(2).length, name);
      }
    }
  },
  "words say what a cell belongs to": (cases) => {
    const scene = sceneOf(cases, "one product less"); // 1,2,3,4 with the kernel 5,−6
    const index = indexTaps(scene);
    const say = (plane, cell) => describe(scene, index, { plane, cell });
    equal(say(0, 0), "input[0, 0] = 1 is read by 1 output: ×5 in output[0, 0].");
    equal(say(0, 1), "input[0, 1] = 2 is read by 2 outputs: ×−6 in output[0, 0], ×5 in output[0, 1].");
    equal(say(1, 1), "kernel[0, 1] = −6 meets 3 input cells: input[0, 1] for output[0, 0], " +
      "input[0, 2] for output[0, 1], input[0, 3] for output[0, 2].");
    equal(say(2, 0), "output[0, 0] = −7 is made of 2 products: input[0, 0]×5, input[0, 1]×−6.");
    equal(describe(scene, indexTaps({ taps: [[[0, 4, 6]]], planes: [] }), { plane: 0, cell: 3 }),
      "input[0, 3] = 4 takes part in no product.");
  },
  "words are right for every kind of cell": (cases) => {
    const said = (name, pin) => {
      const scene = sceneOf(cases, name);
      const texts = (text) => text.replace(/(?<=[=×] ?)−?\d+/g, "w"); // the numbers are tried elsewhere
      return texts(describe(scene, indexTaps(scene), readPin(scene.planes, pin)));
    };
    equal(said("two passes", "input:0,1"), "input[0, 1] = w is read by 1 cell: ×w in intermediate[0, 1].");
    equal(said("two passes", "intermediate:0,1"), "intermediate[0, 1] = w is made of 3 products: input[0, 1]×w, " +
      "input[1, 1]×w, and 1 more; it is read by 2 outputs: ×w in output[0, 0], ×w in output[0, 1].");
    equal(said("two passes", "intermediate:1,0"), "intermediate[1, 0] = w is made of 3 products: input[1, 0]×w, " +
      "input[2, 0]×w, and 1 more; it is read by 1 output: ×w in output[1, 0].");
    equal(said("two passes", "column:2,0"), "column[2, 0] = w meets 10 input cells: input[2, 0] for intermediate[0, 0], " +
      "input[2, 1] for intermediate[0, 1], input[2, 2] for intermediate[0, 2], input[2, 3] for intermediate[0, 3], and 6 more.");
    equal(said("two passes", "row:0,0"), "row[0, 0] = w meets 6 cells: intermediate[0, 0] for output[0, 0], " +
      "intermediate[0, 1] for output[0, 1], intermediate[0, 2] for output[0, 2], intermediate[1, 0] for output[1, 0], and 2 more.");
    equal(said("two passes", "kernel:0,0"), "kernel[0, 0] = w takes part in no product.");
    equal(said("pooling", "input:1,1"), "input[1, 1] = w is read by 1 output: output[0, 0].");
    equal(said("pooling", "input:1,4"), "input[1, 4] = w is not read.");
    equal(said("pooling", "output:0,1"), "output[0, 1] = w reads 4 input cells: input[0, 2], input[0, 3], input[1, 2], input[1, 3].");
    equal(said("channels", "kernel:0,2,1,0"), "kernel[0, 2, 1, 0] = w meets 4 input cells: input[2, 1, 0] for output[0, 0], " +
      "input[2, 1, 1] for output[0, 1], input[2, 2, 0] for output[1, 0], input[2, 2, 1] for output[1, 1].");
    equal(said("depthwise", "input:0,0,0"), "input[0, 0, 0] = w is read by 2 cells: ×w in intermediate[0, 0, 0], " +
      "×w in intermediate[0, 0, 1], ×w in intermediate[0, 0, 0] through the padding.");
    equal(said("depthwise", "intermediate:1,0,0"), "intermediate[1, 0, 0] = w is made of 4 products: input[1, 0, 0]×w, " +
      "input[1, 1, 0]×w, and 2 more; it is read by 2 outputs: ×w in output[0, 0, 0], ×w in output[1, 0, 0].");
  },
  "a cell with and one without a weight are two parts": (cases) => {
    const scene = { ...sceneOf(cases, "pooling"), taps: [[[0, 1, 20], [2, -1, 20]]] };
    equal(describe(scene, indexTaps(scene), scene.spots[20]).replace(/= \S+/, "= w").replace(/×−?\d+/, "×w"),
      "output[0, 0] = w is made of 2 parts: input[0, 0]×w, input[0, 2].");
  },
  "where no frame is about a cell, its relations answer": (cases) => {
    const { planes, ...scene } = sceneOf(cases, "pooling");
    const layers = { ...scene, planes: planes.map((plane, layer) => ({ ...plane, stepped: false, name: layer ? "layer" : "input" })) };
    const index = indexTaps({ ...layers, taps: [[[0, -1, 20], [1, -1, 20]], [[0, -1, 21], [20, -1, 21]]] });
    equal(indexFrames(layers).size, 0);
    const said = [0, 19, 20, 21].map((cell) => describe(layers, index, layers.spots[cell]));
    equal(said, [
      "input[0, 0] is read by 2 units: layer[0, 0], layer[0, 1].",
      "input[3, 4] is not read.",
      "layer[0, 0] reads 2 input cells: input[0, 0], input[0, 1]; it is read by 1 unit: layer[0, 1].",
      "layer[0, 1] reads 1 input cell and 1 cell between: input[0, 0], layer[0, 0].",
    ]);
  },
  "the sides of a comparison are written apart": (cases) => {
    const [plane] = sceneOf(cases, "pooling").planes;
    const named = (name) => nameOf({ ...plane, name }, 0);
    equal(["input", "leftinput", "rightoutput"].map(named), ["input[0, 0]", "left input[0, 0]", "right output[0, 0]"]);
  },
  "a cell is described by its own frame, unless it is between two passes": (cases) => {
    for (const { json } of cases) {
      const scene = decode(JSON.parse(json));
      const [index, frames] = [indexTaps(scene), indexFrames(scene)];
      scene.spots.forEach((spot, cell) => {
        const frame = frameAbout(scene, frames, spot);
        const isBetween = index[0].has(cell) && index[2].has(cell);
        const words = describe(scene, index, spot);
        const own = frame === null || isBetween ? { spoken: words, rest: words } : wordsOf(scene, frame);
        equal(wordsAbout(scene, index, spot, frame), own);
        equal(isBetween, scene.planes[spot.plane].name === "intermediate");
      });
    }
  },
  "words stay short": (cases) => {
    for (const { name, json, named } of cases) {
      const scene = decode(JSON.parse(json));
      const index = indexTaps(scene);
      scene.planes.forEach(({ texts }, plane) =>
        texts.forEach((_, cell) => {
          const words = describe(scene, index, { plane, cell });
          ok(words.length <= (named ? 230 : 190), `${name}: ${words}`); // channels have longer names
          ok(words.endsWith("."));
        }),
      );
    }
  },
  "the first products have their terms and the sum so far": (cases) => {
    const scene = sceneOf(cases, "one product less");
    const whole = scene.frames[0];
    const { items, heading, lit, text, words } = firstProducts(scene, 0, 1);
    const [title, terms] = scene.parts[0];
    equal(terms, 3); // two products and their sum
    equal(text, "Row 0, column 0 of the output so far: 5");
    equal(words, { spoken: "Step 1 of 3, product 1 of 2: 5 so far", rest: "Product 1 of 2." });
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
      if (scene.stepSide === "input") continue; // a stamp adds to many sums, which Python's tests follow
      const add = name === "pooling" ? Math.max : (sum, product) => sum + product;
      scene.taps.forEach((taps, frame) => {
        const sums = new Map(); // of each output: a frame may be about several
        scene.sums[frame].forEach((_, at) => {
          const [input, kernel, output] = taps[at];
          const product = valueOf(textOf(scene, input) || "0") * (kernel < 0 ? 1 : valueOf(textOf(scene, kernel)));
          sums.set(output, sums.has(output) ? add(sums.get(output), product) : product);
          const { lit } = firstProducts(scene, frame, at + 1);
          const last = lit.at(-1);
          equal([numberOf(scene.planes, last), valueOf(last.text)], [output, sums.get(output)], `${name}, frame ${frame}, product ${at + 1}`);
          for (const other of new Set(taps.slice(at + 1).map((tap) => tap[2]))) {
            if (other === output) continue;
            const shown = lit.find((each) => numberOf(scene.planes, each) === other);
            equal(shown.text && valueOf(shown.text), sums.get(other) ?? "", `${name}, frame ${frame}, output ${other}`);
            equal(shown.fill, shown.text ? "output" : "empty");
          }
        });
      });
    }
  },
  "where a term is a whole channel, the product that is added is written out": (cases) => {
    const scene = sceneOf(cases, "channels"); // three channels of four products: three terms and their sum
    const [title, terms] = scene.parts[0];
    equal([terms, scene.productsPerTerm], [4, 4]);
    const whole = scene.frames[0];
    for (let count = 1; count <= 12; count += 1) {
      const { items, line, words } = firstProducts(scene, 0, count);
      equal(items, whole.slice(0, -terms - title));
      const [input, kernel] = scene.taps[0][count - 1].map((cell) => textOf(scene, cell));
      const [before, sum] = [scene.sums[0][count - 2], scene.sums[0][count - 1]];
      const factors = [input, kernel].map((one) => (one.startsWith("−") ? `(${one})` : one)).join("·");
      const lead = `${before === undefined ? "" : `${before} + `}${factors} (in channel ${Math.floor((count - 1) / 4)})`;
      equal(line, { lead, sum: `= ${sum}`, after: 0 });
      equal(valueOf(before ?? "0") + valueOf(input) * valueOf(kernel), valueOf(sum));
      ok(words.spoken.endsWith(`: ${sum} so far`));
    }
  },
  "the sum so far follows the products that are there": (cases) => {
    for (const name of ["standard", "dilated", "gather", "flip", "circular, bias", "two passes", "fractions"]) {
      const scene = sceneOf(cases, name);
      scene.taps.forEach((taps, frame) => taps.forEach((_, at) => {
        const { items, line, words } = firstProducts(scene, frame, at + 1);
        const sign = line.sum.slice(0, 2);
        equal(line, { lead: "", sum: sign + scene.sums[frame][at], after: at + 1 });
        ok(sign === "= " || name === "fractions");
        ok(words.spoken.endsWith(`: ${scene.sums[frame][at]} so far`));
        const [title, terms] = scene.parts[frame];
        equal(items.length, scene.frames[frame].length - title - terms + at + 1);
      }));
    }
    const signs = (name) => sceneOf(cases, name).taps[0].map((_, at) => firstProducts(sceneOf(cases, name), 0, at + 1).line.sum);
    equal(signs("fractions"), ["= 0.05", "≈ 0.02222"]);
    equal(signs("long fractions"), ["≈ 13.25"]); // a cell shows 13.25, but the term 13.25432
  },
  "of several outputs each product names its own": (cases) => {
    const scene = sceneOf(cases, "two outputs");
    equal(firstProducts(scene, 0, 1).line.lead, "");
    for (let count = 2; count <= 8; count += 1) {
      const { line } = firstProducts(scene, 0, count);
      const output = (count - 1) % 2;
      ok(line.lead.startsWith(`output[${output}, 0, 0]: ${count > 2 ? `${scene.sums[0][count - 3]} + ` : ""}`));
      equal(line.sum, `= ${scene.sums[0][count - 1]}`);
    }
  },
  "the sides of a comparison say which they are": (cases) => {
    const one = sceneOf(cases, "one product less");
    const scene = { ...one, planes: one.planes.map((plane) => ({ ...plane, name: `left${plane.name}` })) };
    equal(firstProducts(scene, 0, 2).line, { lead: "5 + 2·(−6)", sum: "= −7", after: 0 });
    const both = { ...scene, taps: [[...scene.taps[0], ...scene.taps[1]]], sums: [[...scene.sums[0], ...scene.sums[1]]] };
    equal(firstProducts(both, 0, 3).line, { lead: "left output[0, 1]: 2·5", sum: "= 10", after: 0 });
  },
  "stamps and pooling have no words but their terms": (cases) => {
    for (const name of ["scatter", "scatter, cropped", "stamps", "pooling"]) {
      const scene = sceneOf(cases, name);
      scene.taps.forEach((taps, frame) => taps.forEach((_, at) => equal(firstProducts(scene, frame, at + 1).line, null)));
    }
  },
  "a stamp that is not complete leaves the outputs to come as they were": (cases) => {
    const scene = sceneOf(cases, "scatter");
    const { lit, items } = firstProducts(scene, 1, 2);
    const before = lit.slice(0, -3);
    equal(before.map((each) => numberOf(scene.planes, each)), scene.taps[1].slice(2).map(([, , output]) => output));
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
    const { items, lit, text, words } = firstProducts(scene, 0, first + 1);
    const [title, terms] = scene.parts[0];
    const written = scene.sums[0].slice(0, first + 1).filter(Boolean).length;
    equal(items.length, scene.frames[0].length - title - terms + written);
    equal(lit.at(-1).fill, "cropped");
    equal(text, "The product is cropped");
    equal(words.spoken, `Step 1 of 6, product ${first + 1} of 6: cropped`);
    for (const each of lit.slice(0, -3)) ok(Array.isArray(scene.planes[2].names[each.cell]));
  },
  "without terms there are none on the way either": (cases) => {
    const scene = sceneOf(cases, "no terms");
    const [title, terms] = scene.parts[0];
    equal(terms, 0);
    const { items, line } = firstProducts(scene, 0, 2);
    equal([items.length, line], [scene.frames[0].length - title, null]);
  },
  "numbers are read as people write them": () => {
    const read = { "1": "1", " -2.50 ": "-2.50", "−3": "-3", "1,5": "1.5", "+4": "+4", ".5": ".5", "5.": "5.", "1e−3": "1e-3", "-,5": "-.5" };
    for (const [typed, text] of Object.entries(read)) equal(readNumber(typed), text, typed);
    const bad = ["", " ", "-", ".", ",", "1 2", "1.000,5", "1,2,3", "--1", "abc", "NaN", "Infinity", "0x10", "1e", "<b>1</b>", "1;2"];
    for (const typed of bad) equal(readNumber(typed), null, typed);
  },
  "what no cell can hold is refused in a sentence": () => {
    for (const typed of ["0", "-1e6", "1000000", "1e-9"]) equal(refusalOf(typed), "", typed);
    for (const typed of ["1e9", "−1000001", "1e999"]) {
      equal(refusalOf(typed), `A cell must hold a number from −1,000,000 to 1,000,000; got "${typed}".`, typed);
    }
    equal(refusalOf("1/3"), 'A cell must hold a number; got "1/3".');
    equal(refusalOf(" "), "A cell must hold a number.");
  },
  "a link carries step and pin": (cases) => {
    const scene = sceneOf(cases, "standard");
    const here = "https://example.org/standard?stride=2&pin=input:0,0&step=3";
    equal(linkTo(here, scene, 1, { plane: 2, cell: 3 }), "https://example.org/standard?stride=2&pin=output%3A1%2C1&step=2");
    equal(linkTo(here, scene, 0, null), "https://example.org/standard?stride=2&step=1");
  },
};
