/** What the picture answers when a person points at a cell, or lets the products of a step come one by one. */

import { INPUT, KERNEL, OUTPUT, nameOf } from "./relations.js";

/** @typedef {import("./decode.js").Scene} Scene */
/** @typedef {import("./decode.js").Tap} Tap */
/** @typedef {import("./paint.js").Lit} Lit */
/** @typedef {import("./relations.js").Spot} Spot */
/** Taps by plane and cell. @typedef {Map<number, Tap[]>[]} Index */

/** More of them would not fit into the lines that are kept free below the picture. */
const MOST_NAMED = 4;

/**
 * The frame that shows a cell's own step, if it has one.
 * @param {Scene} scene
 * @param {Map<number, number>} frames by the cell of the step
 * @param {Spot} spot
 * @returns {number | null}
 */
export function frameAbout(scene, frames, spot) {
  const stepPlane = scene.stepPlane === "input" ? INPUT : OUTPUT;
  return spot.plane === stepPlane ? (frames.get(spot.cell) ?? null) : null;
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
  const weight = (/** @type {number} */ cell) => `×${scene.planes[KERNEL].texts[cell]}`;
  const lit = /** @type {Map<string, Lit>} */ (new Map());
  const light = (/** @type {number} */ plane, /** @type {number} */ cell, note = "") => {
    const known = lit.get(`${plane}:${cell}`);
    // An output that reads a cell twice, once through the padding, shows both weights.
    if (known?.note && plane === OUTPUT) known.note += ` ${note}`;
    else if (!known) lit.set(`${plane}:${cell}`, { plane, cell, fill: "window", ...(note && { note }) });
  };
  for (const [input, kernel, output] of index[spot.plane].get(spot.cell) ?? []) {
    if (spot.plane !== INPUT || input !== spot.cell) light(INPUT, input, weight(kernel));
    if (spot.plane !== KERNEL) light(KERNEL, kernel);
    if (spot.plane !== OUTPUT) light(OUTPUT, output, weight(kernel));
  }
  return [...lit.values(), { ...spot, fill: "current", strong: true }];
}

/**
 * A step with only its first products.
 * @param {Scene} scene
 * @param {number} frame
 * @param {number} count
 * @returns {{items: number[], heading: number[], lit: Lit[], text: string}} what to paint, what the heading was, what is
 *   lit, and the new heading
 */
export function firstProducts(scene, frame, count) {
  const shown = scene.frames[frame];
  const [title, terms] = scene.parts[frame];
  const words = shown.slice(shown.length - terms);
  const heading = shown.slice(shown.length - terms - title, shown.length - terms);
  const taps = scene.taps[frame];
  const sums = scene.sums[frame];
  const undone = scene.undone[frame];
  const sum = sums[count - 1];
  const [input, kernel, output] = taps[count - 1];
  const lit = /** @type {Lit[]} */ ([]);
  taps.forEach(([, , cell], tap) => {
    if (tap < count || !undone.length || !sums[tap]) return; // a product that is cropped changes nothing
    lit.push({ plane: OUTPUT, cell, fill: undone[tap] ? "output" : "empty", text: undone[tap] });
  });
  lit.push(
    { plane: INPUT, cell: input, fill: "current", strong: true, note: `×${scene.planes[KERNEL].texts[kernel]}` },
    { plane: KERNEL, cell: kernel, fill: "current", strong: true },
    { plane: OUTPUT, cell: output, fill: sum ? "current" : "cropped", strong: true, text: sum },
  );
  const written = sums.slice(0, count).filter(Boolean).length; // a product that is cropped has no term
  const items = [...shown.slice(0, shown.length - terms - title), ...words.slice(0, Math.min(written, terms))];
  const outcome = sum ? `${sum} so far` : "cropped";
  return { items, heading, lit, text: `${scene.captions[frame]}, product ${count} of ${taps.length}: ${outcome}` };
}

/**
 * A cell's relations in words.
 * @param {Scene} scene
 * @param {Index} index
 * @param {Spot} spot
 */
export function describe({ planes }, index, spot) {
  const taps = index[spot.plane].get(spot.cell) ?? [];
  const own = `${nameOf(planes[spot.plane], spot.cell)} = ${planes[spot.plane].texts[spot.cell] || "0"}`;
  if (!taps.length) return `${own} takes part in no product.`;
  const isNamed = (/** @type {Tap} */ tap) => tap.every((cell, plane) => Array.isArray(planes[plane].names[cell]));
  const named = [...taps.filter(isNamed), ...taps.filter((tap) => !isNamed(tap))]; // padding and zeros come last
  const pairs = named.slice(0, MOST_NAMED).map(([input, kernel, output]) => {
    const weight = planes[KERNEL].texts[kernel];
    const way = input === spot.cell ? "" : " through the padding";
    if (spot.plane === INPUT) return `×${weight} in ${nameOf(planes[OUTPUT], output)}${way}`;
    if (spot.plane === KERNEL) return `${nameOf(planes[INPUT], input)} for ${nameOf(planes[OUTPUT], output)}`;
    return `${nameOf(planes[INPUT], input)}×${weight}`;
  });
  const more = taps.length > MOST_NAMED ? `, and ${taps.length - MOST_NAMED} more` : "";
  const verb = ["is read by", "meets", "is made of"][spot.plane];
  const nouns = [["output", "outputs"], ["input cell", "input cells"], ["product", "products"]][spot.plane];
  const count = spot.plane === INPUT ? new Set(taps.map((tap) => tap[OUTPUT])).size : taps.length;
  return `${own} ${verb} ${count} ${nouns[count === 1 ? 0 : 1]}: ${pairs.join(", ")}${more}.`;
}
