/** What the picture highlights when a person points at a cell, or steps through the products of a step one by one. */

import { INPUT, KERNEL, MORE, OUTPUT, nameOf, numberOf, tableOf } from "./relations.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Spot} Spot */
/** @typedef {import("./decode.js").Tap} Tap */
/** @typedef {import("./paint.js").Lit} Lit */
/** @typedef {import("./relations.js").Index} Index */
/** What is written about a product: words, the sum behind them, and the number of terms that it follows on their line.
 * @typedef {{lead: string, sum: string, after: number}} WordsOfProduct */

/** What is said of a picture: all of it to those who do not see it, and the rest that the picture does not say.
 * @typedef {{spoken: string, rest: string}} Words */

/** More would not fit into the lines that are reserved below the picture. */
const MOST_NAMED = 4;

/**
 * The frame that is about a cell, if there is one.
 * @param {Scene} scene
 * @param {Map<number, number>} frames by the number of the cell
 * @param {Spot} spot
 * @returns {number | null}
 */
export function frameAbout(scene, frames, spot) {
  return frames.get(numberOf(scene.planes, spot)) ?? null;
}

/**
 * @param {Spot} spot
 * @returns {Lit}
 */
export function litSpot(spot) {
  return { ...spot, strong: true };
}

/**
 * What belongs to a cell: the outputs that read an input with the weight they meet there, the pairs of a weight.
 * @param {Scene} scene
 * @param {Index} index
 * @param {Spot} spot
 * @returns {Lit[]}
 */
export function litBy(scene, index, spot) {
  const own = numberOf(scene.planes, spot);
  const lit = /** @type {Map<number, Lit>} */ (new Map());
  const light = (/** @type {number} */ cell, note = "", isJoined = false) => {
    const known = lit.get(cell);
    if (cell === own || cell < 0) return;
    if (!known) lit.set(cell, { ...scene.spots[cell], fill: "window", ...(note && { note }) });
    else if (isJoined && known.note) known.note += ` ${note}`;
  };
  for (const [side, taps] of index.entries()) {
    for (const [input, kernel, output, ...more] of taps.get(own) ?? []) {
      light(input, weightOf(scene, kernel));
      light(kernel);
      // The weight with which an output reads the cell; one that reads it twice, once through the padding, shows both. An
      // output of a weight shows none: it is not multiplied itself.
      light(output, side === INPUT ? weightOf(scene, kernel) : "", true);
      for (const cell of more) light(cell);
    }
  }
  return [...lit.values(), { ...spot, fill: "current", strong: true }];
}

/**
 * A step with only its first products.
 * @param {Scene} scene
 * @param {number} frame
 * @param {number} count
 * @returns {{items: number[], heading: number[], terms: number[], lit: Lit[], text: string, line: WordsOfProduct | null,
 *   words: Words}} what to paint, what the heading and the terms were, what is lit, the new heading, and what is written
 *   below the planes and below the picture
 */
export function firstProducts(scene, frame, count) {
  const shown = scene.frames[frame];
  const [title, terms] = scene.parts[frame];
  const words = shown.slice(shown.length - terms);
  const heading = shown.slice(shown.length - terms - title, shown.length - terms);
  const taps = scene.taps[frame];
  const sums = scene.sums[frame];
  const sum = sums[count - 1];
  const [input, kernel, output] = taps[count - 1];
  const note = weightOf(scene, kernel);
  const lit = /** @type {Lit[]} */ ([...outputsToCome(scene, frame, count)].map(([cell, text]) => (
    { ...scene.spots[cell], fill: text ? "output" : "empty", text }
  )));
  lit.push({ ...scene.spots[input], fill: "current", strong: true, ...(note && { note }) });
  if (kernel >= 0) lit.push({ ...scene.spots[kernel], fill: "current", strong: true });
  lit.push({ ...scene.spots[output], fill: sum ? "current" : "cropped", strong: true, text: sum });
  const { begun, line } = wordsOfProduct(scene, frame, count);
  const items = [...shown.slice(0, shown.length - terms - title), ...words.slice(0, begun)];
  const text = sum ? `${placeOf(scene, output)} so far: ${sum}` : "The product is cropped";
  const which = `${kernel < 0 ? "cell" : "product"} ${count} of ${taps.length}`;
  const spoken = `${scene.captions[frame]}, ${which}: ${sum ? `${sum} so far` : "cropped"}`;
  const rest = `${which[0].toUpperCase()}${which.slice(1)}.`;
  return { items, heading, terms: words, lit, text, line: terms ? line : null, words: { spoken, rest } };
}

/**
 * How many of a frame's terms are there with its first products, and what is written after them or in their place.
 *
 * Terms that are products come one by one, and their sum follows them. Else, where a term is a whole channel's sum or a
 * frame is about several outputs, the product that is added is written out by itself.
 * @param {Scene} scene
 * @param {number} frame
 * @param {number} count
 * @returns {{begun: number, line: WordsOfProduct | null}}
 */
function wordsOfProduct(scene, frame, count) {
  const taps = scene.taps[frame].slice(0, count);
  const sums = scene.sums[frame];
  const [input, kernel, output] = taps[count - 1];
  const sum = sums[count - 1];
  const isCompared = scene.planes[0].name !== tableOf(scene.planes[0]);
  const isStamp = scene.stepSide === "input";
  if (!isCompared && (isStamp || kernel < 0)) {
    // A stamp's terms have their sums with them, and a product that is cropped has none; pooling adds nothing up.
    return { begun: Math.min(sums.slice(0, count).filter(Boolean).length, scene.parts[frame][1]), line: null };
  }
  const areTerms = scene.productsPerTerm === 1 && taps.every((tap) => tap[OUTPUT] === output);
  if (areTerms && !isCompared) {
    const words = scene.frames[frame].slice(-scene.parts[frame][1]);
    const exact = taps.reduce((total, tap, at) => total + (writtenProduct(scene, words[at]) ?? productOf(scene, tap)), 0);
    return { begun: count, line: { lead: "", sum: equation(exact, sum), after: count } };
  }
  if (kernel < 0 || !sum) return { begun: 0, line: null };
  const earlier = taps.findLastIndex((tap, at) => at < count - 1 && tap[OUTPUT] === output);
  const before = earlier >= 0 ? sums[earlier] : scene.undone[frame][count - 1] ?? "";
  const isOneOf = scene.taps[frame].some((tap) => tap[OUTPUT] !== output);
  const name = isOneOf ? `${nameAt(scene, output)}: ` : "";
  const [channel] = /channel \d+$/.exec(scene.planes[scene.spots[input].plane].title) ?? [];
  const inChannel = channel && scene.productsPerTerm > 1 ? ` (in ${channel})` : "";
  const product = `${factor(textAt(scene, input))}·${factor(textAt(scene, kernel))}`;
  const lead = `${name}${before && `${before} + `}${product}${inChannel}`;
  const exact = valueOf(before) + productOf(scene, taps[count - 1]);
  return { begun: 0, line: { lead, sum: equation(exact, sum), after: 0 } };
}

/**
 * A sum behind the sign that is true of it, all numbers being as they are shown.
 * @param {number} exact
 * @param {string} sum
 */
function equation(exact, sum) {
  const isTrue = Math.abs(exact - valueOf(sum)) <= 1e-9 * Math.max(1e-3, Math.abs(exact));
  return `${isTrue ? "=" : "≈"} ${sum}`;
}

/** @param {string} text of a cell */
function valueOf(text) {
  return Number(text.replace("−", "-")); // an empty cell counts as 0
}

/**
 * A number as a factor: negative ones in parentheses.
 * @param {string} text
 */
export function factor(text) {
  return text.startsWith("−") ? `(${text})` : text || "0";
}

/**
 * What a term such as `+ 2·(−0.3333333)` comes to: it has more digits than the cells. Null for another text.
 * @param {Scene} scene
 * @param {number | undefined} item
 */
function writtenProduct(scene, item) {
  const mark = item === undefined ? undefined : scene.items[item].look.marks.find((each) => each.kind === "text");
  if (mark?.kind !== "text") return null;
  const factors = mark.text.replace("+ ", "").split("·").map((text) => valueOf(text.replace(/[()]/g, "")));
  return factors.length === 2 && factors.every(Number.isFinite) ? factors[0] * factors[1] : null;
}

/**
 * @param {Scene} scene
 * @param {Tap} tap
 */
function productOf(scene, [input, kernel]) {
  return valueOf(textAt(scene, input)) * valueOf(textAt(scene, kernel));
}

/**
 * The outputs of a frame that its first products have not completed, and what they show: the frame shows the end.
 * @param {Scene} scene
 * @param {number} frame
 * @param {number} count
 */
function outputsToCome({ taps, sums, undone }, frame, count) {
  const begun = /** @type {Map<number, string>} */ (new Map());
  const toCome = /** @type {Map<number, string>} */ (new Map());
  taps[frame].forEach(([, , cell], tap) => {
    const sum = sums[frame][tap];
    if (!sum) return; // a product that is cropped changes nothing
    if (tap < count) begun.set(cell, sum);
    else if (!toCome.has(cell)) toCome.set(cell, begun.get(cell) ?? undone[frame][tap] ?? "");
  });
  toCome.delete(taps[frame][count - 1][OUTPUT]);
  return toCome;
}

/**
 * What is said of a cell: the words of its frame, where there is one. A cell between two passes takes part in more than its
 * own frame describes.
 * @param {Scene} scene
 * @param {Index} index
 * @param {Spot} spot
 * @param {number | null} frame that is about the cell
 * @returns {Words}
 */
export function wordsAbout(scene, index, spot, frame) {
  const cell = numberOf(scene.planes, spot);
  const isBetween = index[INPUT].has(cell) && index[OUTPUT].has(cell);
  if (frame !== null && !isBetween) return wordsOf(scene, frame);
  const words = describe(scene, index, spot);
  return { spoken: words, rest: words };
}

/**
 * What is said of a frame.
 * @param {Scene} scene
 * @param {number} frame
 * @returns {Words}
 */
export function wordsOf({ descriptions, details }, frame) {
  return { spoken: descriptions[frame], rest: details[frame] };
}

/**
 * A cell's relations in words: what it is made of, and what reads it.
 * @param {Scene} scene
 * @param {Index} index
 * @param {Spot} spot
 */
export function describe(scene, index, spot) {
  const cell = numberOf(scene.planes, spot);
  const hasValue = scene.planes[spot.plane].stepped; // else its text is a count of paths
  const own = nameAt(scene, cell) + (hasValue ? ` = ${textAt(scene, cell) || "0"}` : "");
  const sides = [OUTPUT, KERNEL, INPUT, MORE].filter((side) => index[side].has(cell));
  if (!sides.length) return `${own} ${index[KERNEL].size ? "takes part in no product" : "is not read"}.`;
  const most = MOST_NAMED / sides.length;
  const parts = sides.map((side) => {
    const taps = /** @type {Tap[]} */ (index[side].get(cell));
    const isNamed = (/** @type {Tap} */ tap) => tap.every((each) => each < 0 || isPlace(scene, each));
    const named = [...taps.filter(isNamed), ...taps.filter((tap) => !isNamed(tap))]; // padding and zeros come last
    const pairs = named.slice(0, most).map((tap) => pairOf(scene, tap, side, cell));
    const more = taps.length > most ? `, and ${taps.length - most} more` : "";
    return `${amountOf(scene, taps, side)}: ${pairs.join(", ")}${more}`;
  });
  return `${own} ${parts.join("; it ")}.`;
}

/**
 * How many others a cell belongs to, and how.
 * @param {Scene} scene
 * @param {Tap[]} taps
 * @param {number} side on which the cell is
 */
function amountOf(scene, taps, side) {
  const isIn = (/** @type {Tap} */ tap, /** @type {number} */ member, /** @type {string} */ name) =>
    tableOf(scene.planes[scene.spots[tap[member]].plane]) === name;
  const areAll = (/** @type {number} */ member, /** @type {string} */ name) => taps.every((tap) => isIn(tap, member, name));
  const count = (/** @type {number} */ amount, /** @type {string} */ noun) => `${amount} ${noun}${amount === 1 ? "" : "s"}`;
  if (side === MORE) return `belongs to ${count(taps.length, "product")}`;
  const direct = taps.filter((tap) => isIn(tap, INPUT, "input")).length;
  const between = taps.length - direct;
  const inputs = direct && between
    ? `${count(direct, "input cell")} and ${count(between, "cell")} between`
    : count(taps.length, direct ? "input cell" : "cell");
  if (side === KERNEL) return `meets ${inputs}`;
  if (side === INPUT) {
    const outputs = new Set(taps.map((tap) => tap[OUTPUT])).size;
    return `is read by ${count(outputs, areAll(OUTPUT, "output") ? "output" : areAll(OUTPUT, "layer") ? "unit" : "cell")}`;
  }
  const weighted = taps.filter((tap) => tap[KERNEL] >= 0).length;
  if (!weighted) return `reads ${inputs}`;
  return `is made of ${count(taps.length, weighted === taps.length ? "product" : "part")}`;
}

/**
 * The other two of a tap, as seen from one of its cells.
 * @param {Scene} scene
 * @param {Tap} tap
 * @param {number} side
 * @param {number} cell
 */
function pairOf(scene, [input, kernel, output], side, cell) {
  const weight = weightOf(scene, kernel);
  if (side === OUTPUT) return `${nameAt(scene, input)}${weight}`;
  if (side === MORE) return `${nameAt(scene, input)}${weight} for ${nameAt(scene, output)}`;
  if (side === KERNEL) return `${nameAt(scene, input)} for ${nameAt(scene, output)}`;
  const way = input === cell ? "" : " through the padding";
  return `${weight && `${weight} in `}${nameAt(scene, output)}${way}`;
}

/**
 * A weight as a note; nothing where there is no kernel.
 * @param {Scene} scene
 * @param {number} kernel
 */
function weightOf(scene, kernel) {
  return kernel < 0 ? "" : `×${textAt(scene, kernel)}`;
}

/**
 * @param {Scene} scene
 * @param {number} cell
 */
export function textAt({ planes, spots }, cell) {
  return planes[spots[cell].plane].texts[spots[cell].cell];
}

/**
 * @param {Scene} scene
 * @param {number} cell
 */
export function nameAt({ planes, spots }, cell) {
  return nameOf(planes[spots[cell].plane], spots[cell].cell);
}

/**
 * A cell as a title names it: `Row 1, column 2 of output channel 0`.
 * @param {Scene} scene
 * @param {number} cell
 */
function placeOf({ planes, spots }, cell) {
  const { names, title } = planes[spots[cell].plane];
  const name = names[spots[cell].cell];
  if (!Array.isArray(name)) return `${name[0].toUpperCase()}${name.slice(1)}`;
  const [row, column] = name.slice(-2);
  const of = title.replace(/, (channel \d+)$/, " $1");
  return `Row ${row}, column ${column} of ${of === title ? "the " : ""}${of}`;
}

/**
 * Whether a cell has a place in the reader's table.
 * @param {Scene} scene
 * @param {number} cell
 */
function isPlace({ planes, spots }, cell) {
  return Array.isArray(planes[spots[cell].plane].names[spots[cell].cell]);
}
