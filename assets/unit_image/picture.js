/**
 * The photograph that can be clicked. Words are only ever set as text, and all numbers come from the page.
 *
 * A component has one script: the page puts places.js and requests.js before this one.
 */

/** @typedef {{from: Two, to: Two, x: number, y: number, isMarking: boolean}} Drag */

const SLIP = 5; // pixels that a mouse may move in a click

/** @type {Record<string, Two>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @type {Record<string, [string, string, string]>} hints of the modes: for a mouse, for touch, for the keyboard */
const HINTS = {
  choose: [
    "Click: the nearest unit. Shift-click: a further one. Drag: the object.",
    "Tap: the nearest unit.",
    "Arrow keys choose the next unit in that direction.",
  ],
  add: [
    "Click: a further unit, or take one away.",
    "Tap: a further unit, or take one away.",
    "Arrow keys go from unit to unit; Enter adds one, or takes it away.",
  ],
  mark: [
    "Drag over the object.",
    "Drag over the object.",
    "Arrow keys move the object; with Shift they move its lower right corner.",
  ],
};

/** @type {WeakMap<object, Picture>} */
const pictures = new WeakMap();

/**
 * Called once at the start and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function (component) {
  const { parentElement } = component;
  parentElement.host.dataset.ready = ""; // the page may appear
  const picture = pictures.get(parentElement) ?? new Picture(parentElement);
  pictures.set(parentElement, picture);
  picture.requests.deliver = (request) => component.setTriggerValue("request", request);
  picture.show(JSON.parse(component.data));
  return () => {
    picture.requests.rest();
    pictures.delete(parentElement);
  };
}

class Picture {
  /** @param {ParentNode} root that holds the markup */
  constructor(root) {
    const find = (/** @type {string} */ selector) => /** @type {any} */ (root.querySelector(selector));
    this.box = /** @type {HTMLElement} */ (find(".photograph"));
    this.surface = /** @type {HTMLElement} */ (find(".surface"));
    this.image = /** @type {HTMLImageElement} */ (find("img"));
    this.layer = /** @type {SVGElement} */ (find("svg"));
    this.line = /** @type {HTMLElement} */ (find(".caption"));
    this.spoken = /** @type {HTMLElement} */ (find(".spoken"));
    this.keys = /** @type {HTMLElement} */ (find("#keys"));
    this.data = /** @type {Data} */ (/** @type {unknown} */ (null));
    this.requests = new Requests();
    this.mode = "choose";
    this.drag = /** @type {Drag | null} */ (null);
    this.isOver = false; // the pressed button has ended a drag: the click that follows is ignored
    this.pointed = /** @type {Two | null} */ (null);
    this.listen();
  }

  listen() {
    const { surface } = this;
    surface.addEventListener("pointerdown", (event) => this.onDown(event));
    surface.addEventListener("pointermove", (event) => this.onMove(event));
    surface.addEventListener("pointerup", (event) => this.onUp(event));
    surface.addEventListener("pointercancel", () => this.stop());
    surface.addEventListener("pointerleave", () => this.point(null));
    surface.addEventListener("click", (event) => this.onClick(event));
    surface.addEventListener("keydown", (event) => this.onKey(event));
    surface.addEventListener("blur", () => this.point(null));
    this.image.addEventListener("load", () => this.paint()); // only the new chart shows what was requested
    for (const radio of this.box.querySelectorAll("input")) {
      radio.addEventListener("change", () => this.enter(radio.value));
    }
  }

  /** @param {Data} data */
  show(data) {
    if (this.data && this.data.place !== data.place) this.drag = this.pointed = null;
    this.data = data;
    this.requests.receive(data);
    this.image.width = data.width;
    this.image.height = data.height;
    this.image.alt = data.words;
    this.layer.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`);
    const [down, across] = [data.height, data.width].map((side) => `${(100 * data.margin) / side}%`);
    this.layer.style.clipPath = `inset(${down} ${across})`; // as the chart cuts its lines
    this.surface.setAttribute("aria-label", data.label);
    this.keys.textContent = HINTS[this.mode][2];
    if (this.image.getAttribute("src") !== data.source) this.image.src = data.source;
    else this.paint();
  }

  /** @param {string} mode */
  enter(mode) {
    this.mode = mode;
    this.box.classList.toggle("is-marking", mode === "mark");
    this.keys.textContent = HINTS[mode][2];
    this.drag = this.pointed = null;
    this.paint();
  }

  /** @returns {Two[]} */
  get units() {
    return this.requests.units ?? this.data.units;
  }

  /** @param {Two[]} units */
  requestUnits(units) {
    this.requests.add({ units: units.join(";") });
    this.paint();
  }

  /** @param {Box} box */
  requestObject([[top, bottom], [left, right]]) {
    this.requests.add({ object: [top, left, bottom, right].join(",") });
    this.paint();
  }

  /** @param {Two} unit */
  choose(unit) {
    this.requestUnits([unit, ...this.units.slice(1)]);
  }

  /**
   * @param {Two} unit a further one from now on, or no longer
   * @returns {string} what was done
   */
  toggle(unit) {
    const [first, ...others] = this.units;
    const kept = others.filter((other) => !isSame(other, unit));
    if (kept.length < others.length) {
      this.requestUnits([first, ...kept]);
      return "Taken away.";
    }
    if (isSame(first, unit)) return "This is the first unit.";
    if (this.units.length >= this.data.mostUnits) return `There are ${this.data.mostUnits} units at most.`;
    this.requestUnits([first, ...others, unit]);
    return "Added.";
  }

  // The pointer.

  /** @param {MouseEvent} event */
  cellsAt(event) {
    return cellsAt(this.data, this.surface.getBoundingClientRect(), event);
  }

  /** @param {MouseEvent} event */
  unitAt(event) {
    const [row, column] = this.cellsAt(event);
    return /** @type {Two} */ ([nearest(this.data.at[0], row), nearest(this.data.at[1], column)]);
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.isOver = false;
    if (this.mode !== "mark" && (event.pointerType !== "mouse" || event.shiftKey)) return;
    const from = this.cellsAt(event);
    this.drag = { from, to: from, x: event.clientX, y: event.clientY, isMarking: false };
    this.surface.setPointerCapture(event.pointerId); // so that it may end outside
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const { drag } = this;
    if (!drag) {
      if (event.pointerType !== "touch" && this.mode !== "mark") this.point(this.unitAt(event));
      return;
    }
    drag.isMarking ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > SLIP;
    if (!drag.isMarking) return;
    drag.to = this.cellsAt(event);
    this.pointed = null;
    this.paint();
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag?.isMarking) return; // a click follows
    this.isOver = true;
    this.requestObject(this.boxOf({ ...drag, to: this.cellsAt(event) }));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (this.isOver || this.mode === "mark") return;
    const unit = this.unitAt(event);
    if (event.shiftKey || this.mode === "add") this.say(`${this.unitWords(unit)}: ${this.toggle(unit)}`);
    else this.choose(unit);
  }

  stop() {
    this.drag = null;
    this.paint();
  }

  /** @param {Two | null} unit */
  point(unit) {
    if (unit === this.pointed || (unit && this.pointed && isSame(unit, this.pointed))) return;
    this.pointed = unit;
    this.paint();
  }

  /**
   * @param {Drag} drag
   * @returns {Box} the cells between two points, those of the photograph only
   */
  boxOf({ from, to }) {
    const [rows, columns] = [0, 1].map((axis) =>
      [from[axis], to[axis]]
        .map((at) => clamp(Math.round(at), this.data.size[axis]))
        .sort((one, other) => one - other),
    );
    return [/** @type {Two} */ (rows), /** @type {Two} */ (columns)];
  }

  // The keyboard.

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = MOVES[event.key];
    if (event.key === "Escape" && this.drag) {
      this.isOver = true;
      this.stop();
    } else if (move && this.mode === "mark") this.moveObject(move, event.shiftKey);
    else if (move) this.moveUnit(move);
    else if (event.key === "Enter" || event.key === " ") this.onEnter();
    else return;
    event.preventDefault(); // the page would scroll
  }

  onEnter() {
    if (this.mode !== "add") return; // elsewhere an arrow has chosen already
    const unit = this.pointed ?? this.units[this.units.length - 1];
    this.spoken.textContent = `${this.unitWords(unit)}: ${this.toggle(unit)}`;
  }

  /** @param {Two} move */
  moveUnit(move) {
    const isAdding = this.mode === "add";
    const from = isAdding ? (this.pointed ?? this.units[this.units.length - 1]) : this.units[0];
    const unit = /** @type {Two} */ (from.map((at, axis) => clamp(at + move[axis], this.data.at[axis].length)));
    this.point(isAdding ? unit : null);
    if (!isAdding && !isSame(unit, from)) this.choose(unit);
    this.spoken.textContent = this.unitWords(unit);
  }

  /**
   * @param {Two} move
   * @param {boolean} isCorner whether only its last row and column move
   */
  moveObject(move, isCorner) {
    const box = this.requests.object ?? this.data.object;
    const moved = box?.map(([first, last], axis) => {
      const step = Math.max(move[axis], isCorner ? first - last : -first);
      const end = clamp(last + step, this.data.size[axis]);
      return [isCorner ? first : first + end - last, end];
    });
    const requested = /** @type {Box} */ (moved ?? this.data.usualObject);
    this.requestObject(requested);
    this.spoken.textContent = objectWords(requested);
  }

  // Painting.

  /** Draw what the chart does not show yet: the unit under the pointer, and requests that are on their way. */
  paint() {
    const { drag, pointed, data, requests } = this;
    const marked = drag?.isMarking ? this.boxOf(drag) : requests.object;
    const coming = this.units.filter((unit, place) => !data.units[place] || !isSame(unit, data.units[place]));
    this.layer.replaceChildren(
      ...(pointed ? [...coming, pointed] : coming).flatMap((unit) => drawUnit(data, unit)),
      ...(marked ? [drawBox(data, "object", marked)] : []),
    );
    const unit = pointed ?? (requests.units && this.units[0]);
    if (marked && !pointed) this.say(objectWords(marked));
    else this.say(unit ? this.unitWords(unit) : HINTS[this.mode][matchMedia("(hover: hover)").matches ? 0 : 1]);
  }

  /** @param {string} text */
  say(text) {
    this.line.textContent = text;
  }

  /** @param {Two} unit */
  unitWords(unit) {
    const center = unit.map((place, axis) => String(this.data.at[axis][place]).replace("-", "−"));
    return `Unit (${unit.join(", ")})${this.data.hasCenters ? `, center (${center.join(", ")})` : ""}`;
  }
}

/** @param {Box} box */
function objectWords([rows, columns]) {
  return `Object: rows ${rows.join(" to ")}, columns ${columns.join(" to ")}`;
}
