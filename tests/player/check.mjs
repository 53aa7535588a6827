/** The few comparisons that the tests need, in node and in browsers alike. */

/** @param {any} value the same value, its keys in order */
function sorted(value) {
  if (value instanceof Map) return sorted([...value]);
  if (value instanceof Set) return sorted([...value]);
  if (Array.isArray(value)) return value.map(sorted);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  }
  return value === undefined ? "undefined" : value;
}

/**
 * @param {any} actual
 * @param {any} expected
 * @param {string} about
 */
export function equal(actual, expected, about = "") {
  const [here, there] = [actual, expected].map((value) => JSON.stringify(sorted(value)));
  if (here !== there) throw new Error(`${about}\n  got      ${here.slice(0, 2000)}\n  expected ${there.slice(0, 2000)}`);
}

/**
 * @param {any} condition
 * @param {string} about
 */
export function ok(condition, about = "not so") {
  if (!condition) throw new Error(about);
}

/**
 * @param {() => void} act
 * @param {string} message
 */
export function throws(act, message) {
  let caught = "nothing was thrown";
  try {
    act();
  } catch (error) {
    caught = error.message;
  }
  equal(caught, message);
}
