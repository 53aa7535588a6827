/** How links spell parameters: pairs, paddings, whole queries. The other half is convviz/recipes/parameters.py. */

/** Parameters by name, as links spell them. @typedef {Record<string, string>} Texts */

/** A change of one parameter that the server makes. */
export const SET = /^set:([a-z_.]+)=(.*)$/s;

/**
 * Height and width: `3` is both, `2x3` is one after the other.
 * @param {string} text
 * @returns {[number, number]}
 */
export function readPair(text) {
  const [height, width = height] = text.split("x").map(Number);
  return [height, width];
}

/** @param {number[]} pair */
export function spellPair([height, width]) {
  return height === width ? String(height) : `${height}x${width}`;
}

/**
 * A padding as top, bottom, left and right; null where it is a rule such as `same`.
 * @param {string} text
 * @returns {number[] | null}
 */
export function readPadding(text) {
  if (!/^\d/.test(text)) return null;
  if (text.includes(",")) return text.split(",").map(Number);
  const [height, width] = readPair(text);
  return [height, height, width, width];
}

/** @param {number[]} sides */
export function spellPadding([top, bottom, left, right]) {
  return top === bottom && left === right ? spellPair([top, left]) : [top, bottom, left, right].join();
}

/**
 * Whether a text is a table's numbers, and not the name of some.
 * @param {string} text
 */
export function isTable(text) {
  return /[\d,;|]/.test(text) && !/[a-z]{3}/.test(text);
}

/**
 * @param {string} query
 * @returns {Texts}
 */
export function readQuery(query) {
  return Object.fromEntries(new URLSearchParams(query));
}

/**
 * The query of parameters; commas, semicolons and bars stay readable.
 * @param {Texts} texts
 */
export function writeQuery(texts) {
  const spell = (/** @type {string} */ text) =>
    encodeURIComponent(text).replace(/%(2C|3B|7C|3D)/g, (code) => decodeURIComponent(code));
  return Object.entries(texts).map(([name, text]) => `${encodeURIComponent(name)}=${spell(text)}`).join("&");
}

/**
 * Whether two queries have the same parameters, in whatever order.
 * @param {string} one
 * @param {string} other
 */
export function isSameQuery(one, other) {
  const sorted = (/** @type {string} */ query) => query.split("&").sort().join("&");
  return sorted(one) === sorted(other);
}
