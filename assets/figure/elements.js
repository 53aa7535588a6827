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

/**
 * A row of a table: all its cells are heads of columns, or its first one is the head of the row.
 * @param {"col" | "row"} scope
 * @param {string[]} texts
 */
export function rowOf(scope, texts) {
  const row = create("tr");
  row.append(...texts.map((textContent, at) => {
    const cell = create(textContent && (scope === "col" || !at) ? "th" : "td", { textContent });
    if (cell.tagName === "TH") cell.setAttribute("scope", scope);
    return cell;
  }));
  return row;
}

/**
 * Copy a text; its button says so for a while.
 * @param {HTMLElement} button
 * @param {string} text
 * @param {() => void} instead what is done without the right to copy
 */
export async function copy(button, text, instead) {
  const label = button.dataset.label ??= button.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    instead();
  }
  setTimeout(() => (button.textContent = label), 1500);
}
