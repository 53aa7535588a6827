/** Making elements of the page. */

/**
 * An element with properties.
 * @param {string} tag
 * @param {Record<string, any>} properties
 * @returns {HTMLElement}
 */
export function create(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
