/** Numbers as people type and paste them. Nothing here uses the browser, so it can be tested alone. */

const LIMIT = 1e6; // the largest magnitude of a number, as in convviz/limits.py

/**
 * Why a cell cannot hold what was typed, or nothing.
 * @param {string} typed
 */
export function refusalOf(typed) {
  const text = readNumber(typed);
  if (text === null) return typed.trim() ? `A cell must hold a number; got "${typed}".` : "A cell must hold a number.";
  if (Math.abs(Number(text)) <= LIMIT) return "";
  const most = LIMIT.toLocaleString("en");
  return `A cell must hold a number from −${most} to ${most}; got "${typed}".`;
}

/**
 * What was typed as a number that Python reads, or null. A comma is a decimal comma, a true minus sign is a minus.
 * @param {string} typed
 * @returns {string | null}
 */
export function readNumber(typed) {
  const text = typed.trim().replaceAll("−", "-").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? text : null;
}

/**
 * The cells of a text that is pasted: of a spreadsheet, with empty ones where they are; or of numbers with semicolons or
 * blanks between them, or commas where there are several in each row.
 * @param {string} text
 */
export function readBlock(text) {
  const isSheet = text.includes("\t");
  const lines = (isSheet ? text.replace(/(\r\n|\r|\n)$/, "") : text.trim()).split(/\r\n|\r|\n/);
  if (isSheet) return lines.map((line) => line.split("\t"));
  const hasCommas = lines.every((line) => line.split(",").length > 2 && !/;/.test(line));
  return lines.map((line) => line.trim().split(hasCommas ? /\s*,\s*/ : /[;\s]+/));
}
