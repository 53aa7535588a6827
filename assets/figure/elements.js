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
 * Let a frame load again, unseen, as long as it has no element of the page that it is for: what browsers and proxies show
 * in its place says only that the server does not answer.
 * @param {HTMLIFrameElement} frame
 * @param {string} css
 */
export function untilThere(frame, css) {
  const note = create("p", { role: "status", textContent: "The server does not answer; this keeps trying." });
  frame.onload = () => {
    const isThere = window.origin === "null" || frame.contentDocument?.querySelector(css);
    frame.style.visibility = isThere ? "" : "hidden";
    if (isThere) return note.remove();
    frame.before(note);
    setTimeout(() => (frame.isConnected ? (frame.src = frame.src) : note.remove()), 3000);
  };
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
