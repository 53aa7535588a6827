/** What the browser keeps for the person; some keep nothing, as in a frame of another site or a file. */

/**
 * @param {string} name
 * @returns {string} "" where nothing is kept
 */
export function recall(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // It is asked for again, or chosen again, the next time.
  }
}
