/**
 * A table of numbers to type into. What is typed is never touched by the page: a new table comes as a new component.
 * The page gets the numbers after a short pause in typing, or when the focus leaves the table.
 */

/** @typedef {{label: string, rows: string[][], most: number, refusal: string}} Numbers */

const REST_MS = 400;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };

/** @type {WeakMap<object, NumberGrid>} */
const grids = new WeakMap();

/**
 * Called at first and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setStateValue: (name: string, value: unknown) => void,
 *   setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function (component) {
  const { parentElement } = component;
  parentElement.host.dataset.ready = ""; // the page may appear
  const numbers = JSON.parse(component.data);
  const grid = grids.get(parentElement) ?? new NumberGrid(parentElement, numbers);
  grids.set(parentElement, grid);
  grid.say(numbers.refusal);
  grid.tell = (rows) => component.setStateValue("rows", rows);
  grid.hand = (text) => component.setTriggerValue("pasted", text);
  return () => {
    grid.tellNow();
    grids.delete(parentElement);
  };
}

class NumberGrid {
  /**
   * @param {ParentNode} root that holds the markup
   * @param {Numbers} numbers
   */
  constructor(root, { label, rows, most }) {
    const table = /** @type {HTMLTableElement} */ (root.querySelector("table"));
    table.setAttribute("aria-label", label);
    this.most = most;
    this.fields = rows.map((row, i) => row.map((text, j) => makeField(text, `${label}, row ${i}, column ${j}`)));
    this.fields.flat().forEach((field) => mark(field, most));
    this.timer = 0;
    this.refusal = /** @type {HTMLElement} */ (root.querySelector(".refusal"));
    this.tell = (/** @type {string[][]} */ texts) => void texts;
    this.hand = (/** @type {string} */ text) => void text;
    const head = document.createElement("tr");
    head.append(document.createElement("td"), ...rows[0].map((_, j) => heading(String(j), "col")));
    head.cells[0].style.border = "0";
    table.replaceChildren(head, ...this.fields.map((row, i) => line(heading(String(i), "row"), row)));
    table.addEventListener("input", (event) => this.onInput(/** @type {HTMLInputElement} */ (event.target)));
    table.addEventListener("keydown", (event) => this.onKey(event));
    table.addEventListener("paste", (event) => this.onPaste(event));
    table.addEventListener("focusin", (event) => /** @type {HTMLInputElement} */ (event.target).select());
    table.addEventListener("focusout", (event) => {
      if (!table.contains(/** @type {Node | null} */ (event.relatedTarget))) this.tellNow();
    });
  }

  /** @param {string} sentence why the numbers are refused, or nothing */
  say(sentence) {
    this.refusal.textContent = sentence;
  }

  /** @param {HTMLInputElement} field */
  onInput(field) {
    mark(field, this.most);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.tellNow(), REST_MS);
  }

  tellNow() {
    if (!this.timer) return; // nothing was typed since
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.tell(this.fields.map((row) => row.map((field) => field.value)));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const move = MOVES[event.key];
    if (!move || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key !== "Enter" && event.shiftKey) return;
    if (move[1] && !isAtEnd(field, move[1])) return;
    const [down, right] = event.shiftKey ? [-move[0], 0] : move;
    const [i, j] = this.placeOf(field);
    event.preventDefault();
    this.fields[i + down]?.[j + right]?.focus();
    if (event.key === "Enter") this.tellNow();
  }

  /**
   * Several numbers fill the table from this field on; a single one is pasted as usual. What has other signs is for the
   * page to read, such as what a notebook prints.
   * @param {ClipboardEvent} event
   */
  onPaste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (/[[({&|\\]/.test(text)) {
      event.preventDefault();
      return this.hand(text);
    }
    const block = readBlock(text);
    if (block.flat().length < 2) return;
    event.preventDefault();
    const [i, j] = this.placeOf(/** @type {HTMLInputElement} */ (event.target));
    block.forEach((row, down) =>
      row.forEach((number, right) => {
        const field = this.fields[i + down]?.[j + right];
        if (!field) return;
        field.value = number.trim();
        this.onInput(field);
      }),
    );
  }

  /**
   * @param {HTMLInputElement} field
   * @returns {[number, number]}
   */
  placeOf(field) {
    const i = this.fields.findIndex((row) => row.includes(field));
    return [i, this.fields[i].indexOf(field)];
  }
}

/**
 * @param {string} text
 * @param {string} label
 */
function makeField(text, label) {
  const field = document.createElement("input");
  field.value = text;
  field.inputMode = "text"; // the pad of digits has no minus sign on some phones
  field.autocomplete = "off";
  field.spellcheck = false;
  field.setAttribute("aria-label", label);
  return field;
}

/**
 * @param {HTMLInputElement} field
 * @param {number} most
 */
function mark(field, most) {
  const number = field.value.trim().replace(",", ".").replace("−", "-");
  const [above, below = "1", ...more] = number.split("/");
  const isNumber = !more.length && [above, below].every((part) => NUMBER.test(part.trim()) && Number.isFinite(Number(part))) && Math.abs(Number(above) / Number(below)) <= most;
  field.setAttribute("aria-invalid", String(!isNumber));
  field.setAttribute("aria-describedby", isNumber ? "" : "refusal");
}

/**
 * The cells of a text that is pasted: of a spreadsheet, with empty ones where they are; or of numbers with semicolons or
 * blanks between them, or commas where there are several in each row.
 * @param {string} text
 */
function readBlock(text) {
  const isSheet = text.includes("\t");
  const lines = (isSheet ? text.replace(/(\r\n|\r|\n)$/, "") : text.trim()).split(/\r\n|\r|\n/);
  if (isSheet) return lines.map((line) => line.split("\t"));
  const hasCommas = lines.every((line) => line.split(",").length > 2 && !/;/.test(line));
  return lines.map((line) => line.trim().split(hasCommas ? /\s*,\s*/ : /[;\s]+/));
}

/**
 * Whether the cursor has no more to pass in a field on this way; a field that is just entered is all selected.
 * @param {HTMLInputElement} field
 * @param {number} way
 */
function isAtEnd({ selectionStart, selectionEnd, value }, way) {
  if (selectionStart === 0 && selectionEnd === value.length) return true;
  return selectionStart === selectionEnd && selectionStart === (way < 0 ? 0 : value.length);
}

/**
 * @param {HTMLTableCellElement} name
 * @param {HTMLInputElement[]} fields
 */
function line(name, fields) {
  const row = document.createElement("tr");
  row.append(
    name,
    ...fields.map((field) => {
      const cell = document.createElement("td");
      cell.append(field);
      return cell;
    }),
  );
  return row;
}

/**
 * @param {string} text
 * @param {string} scope
 */
function heading(text, scope) {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}
