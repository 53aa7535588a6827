/** The map of kernels and strides: a grid of buttons. All words come from the page, and are only ever text. */

/**
 * @typedef {{text: string, words: string, look: string, amount: number}} Cell
 * @typedef {{label: string, kernels: number[], strides: number[], cells: Cell[][], current: [number, number] | null}}
 *   MapData
 */

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @type {WeakMap<object, OverlapMap>} */
const maps = new WeakMap();

/**
 * Called at first and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function (component) {
  const { parentElement } = component;
  parentElement.host.dataset.ready = ""; // the page may appear
  const map = maps.get(parentElement) ?? new OverlapMap(parentElement);
  maps.set(parentElement, map);
  map.choose = (kernel, stride) => component.setTriggerValue("choose", { kernel, stride });
  map.show(JSON.parse(component.data));
  return () => {
    maps.delete(parentElement);
  };
}

class OverlapMap {
  /** @param {ParentNode} root the element that holds the markup */
  constructor(root) {
    this.box = /** @type {HTMLElement} */ (root.querySelector(".overlap-map"));
    this.table = /** @type {HTMLTableElement} */ (root.querySelector("table"));
    this.buttons = /** @type {HTMLButtonElement[][]} */ ([]);
    this.axes = "";
    this.choose = (/** @type {number} */ kernel, /** @type {number} */ stride) => void [kernel, stride];
    this.table.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** @param {MapData} data */
  show(data) {
    const axes = JSON.stringify([data.kernels, data.strides]);
    if (axes !== this.axes) this.build(data); // else the buttons stay: one of them may have the focus
    this.axes = axes;
    const caption = /** @type {HTMLElement} */ (this.table.caption);
    caption.textContent = data.label;
    this.buttons.forEach((row, i) => row.forEach((button, j) => this.dress(button, data, i, j)));
    const [kernel, stride] = data.current ?? [data.kernels[0], data.strides[0]];
    const [i, j] = [data.strides.indexOf(stride), data.kernels.indexOf(kernel)];
    const focused = this.buttons.flat().find((button) => button.matches(":focus"));
    this.enter(focused ?? this.buttons[Math.max(i, 0)][Math.max(j, 0)]);
    this.box.hidden = false;
  }

  /** @param {MapData} data */
  build({ kernels, strides }) {
    const head = document.createElement("tr");
    head.append(document.createElement("td"), ...kernels.map((kernel) => heading(`k ${kernel}`, "col")));
    const thead = /** @type {HTMLElement} */ (this.table.tHead);
    thead.replaceChildren(head);
    this.buttons = strides.map((stride) =>
      kernels.map((kernel) => {
        const button = document.createElement("button");
        button.type = "button";
        button.addEventListener("click", () => {
          this.enter(button);
          this.choose(kernel, stride);
        });
        return button;
      }),
    );
    const rows = this.buttons.map((buttons, i) => {
      const row = document.createElement("tr");
      row.append(heading(`s ${strides[i]}`, "row"), ...buttons.map(inCell));
      return row;
    });
    this.table.tBodies[0].replaceChildren(...rows);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {MapData} data
   * @param {number} i
   * @param {number} j
   */
  dress(button, { kernels, strides, cells, current }, i, j) {
    const { text, words, look, amount } = cells[i][j];
    const isCurrent = current !== null && current[0] === kernels[j] && current[1] === strides[i];
    const cell = /** @type {HTMLElement} */ (button.parentElement);
    cell.className = look ? `is-${look}` : "";
    cell.setAttribute("aria-selected", String(isCurrent));
    button.textContent = text;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-current", String(isCurrent)); // it gets the focus, not its cell
    button.title = words;
    button.style.setProperty("--amount", String(amount));
  }

  /** @param {HTMLButtonElement} button the one that the tab key leads to */
  enter(button) {
    for (const other of this.buttons.flat()) other.tabIndex = other === button ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const i = this.buttons.findIndex((row) => row.some((button) => button === event.target));
    if (i < 0) return;
    const j = this.buttons[i].findIndex((button) => button === event.target);
    const [down, across] = MOVES[event.key] ?? [0, { Home: -j, End: this.buttons[i].length - 1 - j }[event.key]];
    if (across === undefined) return;
    event.preventDefault(); // the page would scroll
    const next = this.buttons[i + down]?.[j + across];
    if (!next) return;
    this.enter(next);
    next.focus();
  }
}

/**
 * @param {string} text
 * @param {"col" | "row"} scope
 */
function heading(text, scope) {
  const cell = document.createElement("th");
  cell.textContent = text;
  cell.scope = scope;
  return cell;
}

/** @param {HTMLElement} button */
function inCell(button) {
  const cell = document.createElement("td");
  cell.setAttribute("role", "gridcell");
  cell.append(button);
  return cell;
}
