/**
 * A photograph, the pixels in its frame as cells, their products with a kernel, and the result. All numbers come from
 * the page: it sends those of every place, so that nothing waits while the frame moves. Words are only set as text.
 *
 * A component has one script: the page puts cells.js before this one.
 */

const REST = 300; // milliseconds without a move, then the page hears of the place
const TALLEST = 0.42; // the part of the window's height that a photograph or its cells take at most
const PART_OF_HEIGHT = 0.62; // and the cells of all channels together
const PART_OF_ROW = 0.4; // of the width, where the kernel and its products follow the cells

/** @type {Record<string, Two>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @type {WeakMap<object, Picture>} */
const pictures = new WeakMap();

/**
 * Called once at the start and whenever the data or the theme changes.
 * @param {{parentElement: any, data: string, setStateValue: (name: string, value: unknown) => void}} component
 */
export default function (component) {
  const { parentElement } = component;
  const picture = pictures.get(parentElement) ?? new Picture(parentElement);
  pictures.set(parentElement, picture);
  picture.say = (said) => component.setStateValue("said", said);
  picture.load(JSON.parse(component.data));
  parentElement.host.dataset.ready = ""; // the page may appear
  return () => {
    picture.destroy();
    pictures.delete(parentElement);
  };
}

class Picture {
  /** @param {ParentNode} root that holds the markup */
  constructor(root) {
    const find = (/** @type {string} */ selector) => /** @type {any} */ (root.querySelector(selector));
    this.box = /** @type {HTMLElement} */ (find(".picture"));
    this.photo = /** @type {HTMLElement} */ (find(".photo"));
    this.result = /** @type {HTMLElement} */ (find(".result"));
    this.panes = /** @type {HTMLElement} */ (find(".channels"));
    this.fields = /** @type {HTMLInputElement[]} */ ([find("[name=row]"), find("[name=col]")]);
    this.sum = /** @type {HTMLElement} */ (find(".sum"));
    this.find = find;
    this.data = /** @type {any} */ (null);
    this.place = /** @type {Two} */ ([0, 0]);
    this.grip = /** @type {Two | null} */ (null); // from the pointer to the middle of the frame while it is dragged
    this.timer = 0;
    this.kernel = /** @type {string[][][]} */ ([]);
    this.sent = this.accepted = this.kernel; // what the page has heard, and what it has taken last
    this.asked = ""; // that kernel as the page hears it, empty where nothing was typed
    this.isTyped = false;
    this.shown = new Image();
    this.shown.addEventListener("load", () => this.paint());
    this.say = (/** @type {object} */ said) => void said;
    this.watch = new ResizeObserver(() => this.data && this.paint());
    this.watch.observe(this.box);
    this.listen();
  }

  destroy() {
    clearTimeout(this.timer);
    this.watch.disconnect();
  }

  listen() {
    for (const surface of [this.photo, this.result]) {
      surface.addEventListener("pointerdown", (event) => this.onDown(surface, event));
      surface.addEventListener("pointermove", (event) => this.onMove(surface, event));
      for (const end of ["pointerup", "pointercancel"]) surface.addEventListener(end, () => (this.grip = null));
    }
    this.photo.addEventListener("keydown", (event) => this.onKey(event));
    this.fields.forEach((field, axis) => {
      field.addEventListener("input", () => field.value !== "" && this.moveAxis(axis, field.valueAsNumber));
      field.addEventListener("blur", () => this.paint());
    });
  }

  /** @param {any} data */
  load(data) {
    const isNew = data.revision !== this.data?.revision; // else the page knows less than the picture
    this.data = {
      ...data,
      padded: unpacked(data.padded, Uint8Array),
      output: unpacked(data.output, Float32Array),
      parts: unpacked(data.parts, Float32Array),
      products: unpacked(data.products, Float32Array),
    };
    if (isNew) {
      clearTimeout(this.timer);
      this.place = [data.row, data.col];
      this.kernel = data.kernel;
      this.sent = structuredClone(this.kernel);
      this.asked = "";
      this.isTyped = false;
      this.build();
    }
    if (!data.isRefused && data.heard === this.asked) this.accepted = this.sent; // else it answers what was said before
    this.place = this.inside(this.place); // the page may not know the latest one yet
    this.pixels = this.photograph();
    this.shown.src = data.result;
    this.find(".bar").style.background = `linear-gradient(to right, ${data.legend.map((/** @type {any[]} */ [color]) => color).join()})`;
    this.find(".numbers").replaceChildren(...data.legend.map((/** @type {any[]} */ [, number]) => {
      const label = document.createElement("span");
      label.textContent = short(number);
      return label;
    }));
    this.find(".sentence").textContent = data.sentence;
    this.fields.forEach((field, axis) => (field.max = String(this.size[axis] - 1)));
    this.paint();
  }

  /** Rows and columns of the result. @returns {Two} */
  get size() {
    return this.data.output.shape;
  }

  /** Rows and columns of the kernel. @returns {Two} */
  get window() {
    return this.data.products.shape.slice(1, 3);
  }

  /** The photograph without its border, in a canvas of its own pixels. */
  photograph() {
    const { padded, photo, before } = this.data;
    const canvas = document.createElement("canvas");
    [canvas.height, canvas.width] = photo;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = pen.createImageData(canvas.width, canvas.height);
    const depth = padded.shape[0];
    for (let row = 0; row < canvas.height; row += 1) {
      for (let column = 0; column < canvas.width; column += 1) {
        const at = 4 * (row * canvas.width + column);
        for (let part = 0; part < 3; part += 1) {
          pixels.data[at + part] = numberAt(padded, depth === 1 ? 0 : part, row + before[0], column + before[1]);
        }
        pixels.data[at + 3] = 255;
      }
    }
    pen.putImageData(pixels, 0, 0);
    return canvas;
  }

  /** Make what has one piece for each channel: its cells, its kernel and its products. */
  build() {
    const depth = this.kernel.length;
    this.box.classList.toggle("has-channels", depth > 1);
    const heading = (/** @type {string} */ text) => element("p", "name", text);
    this.channels = this.kernel.map((plane, channel) => {
      const color = depth > 1 ? RED_GREEN_BLUE[channel] : "";
      const pane = element("div", "channel");
      const cells = /** @type {HTMLCanvasElement} */ (element("canvas", "cells"));
      cells.setAttribute("role", "img");
      const [section, kernel, products] = ["section", "kernel", "products"].map((name) => element("div", name));
      section.append(heading(color ? `${color} pixels in the frame` : "Pixels in the frame"), cells);
      const [weights, inputs] = table(plane, (text, row, column) => this.weight(channel, row, column, color));
      const [terms, outputs] = table(plane, () => element("span", "product"));
      kernel.append(heading("× Kernel"), weights);
      products.append(heading("= Products"), terms);
      products.setAttribute("role", "group");
      products.setAttribute("aria-label", `Products${color && `, ${color.toLowerCase()}`}, row by row`);
      const part = element("p", "part");
      pane.append(section, kernel, products, part);
      return { pane, section, cells, inputs, outputs, part, color };
    });
    this.panes.replaceChildren(...this.channels.map(({ pane }) => pane));
  }

  /**
   * @param {number} channel
   * @param {number} row
   * @param {number} column
   * @param {string} color
   */
  weight(channel, row, column, color) {
    const field = /** @type {HTMLInputElement} */ (element("input", "weight"));
    const exact = () => this.kernel[channel][row][column];
    const rest = () => (field.value = Number.isFinite(Number(exact())) ? short(Number(exact())) : exact());
    field.inputMode = "decimal";
    field.setAttribute("aria-label", `Kernel${color && `, ${color.toLowerCase()}`}, row ${row}, column ${column}`);
    field.addEventListener("focus", () => {
      field.value = exact();
      field.select();
    });
    field.addEventListener("change", () => {
      this.kernel[channel][row][column] = field.value.trim().replace(",", ".").replace("−", "-");
      this.isTyped = true;
      this.tell();
    });
    field.addEventListener("blur", rest);
    rest();
    return field;
  }

  // Moving the frame ----------------------------------------------------------------------------------------------------

  /**
   * @param {HTMLElement} surface
   * @param {PointerEvent} event
   * @returns {Two} the place whose window, or whose pixel of the result, is under the pointer, with fractions
   */
  placeAt(surface, event) {
    const box = surface.getBoundingClientRect();
    const [y, x] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    if (surface === this.result) return [y * this.size[0] - 0.5, x * this.size[1] - 0.5];
    const { photo, before } = this.data;
    return [y * photo[0] + before[0] - this.window[0] / 2, x * photo[1] + before[1] - this.window[1] / 2];
  }

  /**
   * @param {HTMLElement} surface
   * @param {PointerEvent} event
   */
  onDown(surface, event) {
    if (event.button !== 0 || !event.isPrimary) return;
    surface.setPointerCapture(event.pointerId);
    const at = this.placeAt(surface, event);
    const offset = /** @type {Two} */ (at.map((start, axis) => this.place[axis] - start));
    const isInside = surface === this.photo && offset.every((distance) => Math.abs(distance) <= this.data.cells / 2);
    this.grip = isInside ? offset : [0, 0];
    this.onMove(surface, event);
  }

  /**
   * @param {HTMLElement} surface
   * @param {PointerEvent} event
   */
  onMove(surface, event) {
    const { grip } = this;
    if (!grip) return;
    const at = this.placeAt(surface, event);
    this.moveTo(/** @type {Two} */ (at.map((start, axis) => Math.round(start + grip[axis]))));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const move = MOVES[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the page would scroll
    const far = event.shiftKey ? 10 : 1;
    this.moveTo(/** @type {Two} */ (this.place.map((at, axis) => at + far * move[axis])));
  }

  /**
   * @param {number} axis
   * @param {number} at
   */
  moveAxis(axis, at) {
    this.moveTo(axis ? [this.place[0], Math.round(at)] : [Math.round(at), this.place[1]]);
  }

  /**
   * @param {Two} place
   * @returns {Two} the nearest one in the result
   */
  inside(place) {
    return /** @type {Two} */ (place.map((at, axis) => Math.min(Math.max(at, 0), this.size[axis] - 1)));
  }

  /** @param {Two} place the nearest one in the result is taken */
  moveTo(place) {
    const inside = this.inside(place);
    if (inside.every((at, axis) => at === this.place[axis])) return;
    this.place = inside;
    this.paint();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.tell(), REST);
  }

  /** Let the page know all that is not from itself. */
  tell() {
    clearTimeout(this.timer);
    const [row, col] = this.place;
    this.sent = structuredClone(this.kernel);
    const kernel = this.isTyped ? this.kernel.map((plane) => plane.map((cells) => cells.join()).join(";")).join("|") : "";
    this.asked = kernel;
    this.say({ revision: this.data.revision, row, col, kernel });
  }

  // Painting ------------------------------------------------------------------------------------------------------------

  paint() {
    const { data, place } = this;
    const [row, column] = place;
    this.fields.forEach((field, axis) => {
      // What is typed stays as long as it is typed.
      if (!field.matches(":focus") || field.valueAsNumber !== place[axis]) field.value = String(place[axis]);
    });
    this.paintPhoto();
    this.paintResult();
    this.channels?.forEach((_, channel) => this.paintChannel(channel));
    const total = short(numberAt(data.output, row, column));
    const parts = this.channels?.map(({ color }, channel) => `${color} ${short(numberAt(data.parts, channel, row, column))}`);
    const sum = this.channels?.length === 1 ? "Sum of the products" : parts?.join(" + ");
    const pixel = element("span", "pixel", `Result pixel (${row}, ${column})`);
    this.sum.replaceChildren(pixel, `${sum} = `, element("strong", "", total));
  }

  /**
   * @param {HTMLElement} surface
   * @param {number[]} size rows and columns
   * @returns {{pen: CanvasRenderingContext2D, scale: number, width: number, height: number}}
   */
  begin(surface, [rows, columns]) {
    const room = /** @type {HTMLElement} */ (surface.parentElement).clientWidth;
    const scale = Math.min(room / columns, (window.innerHeight * TALLEST) / rows);
    const [width, height] = [columns * scale, rows * scale];
    const pen = cleared(/** @type {HTMLCanvasElement} */ (surface.querySelector("canvas")), width, height);
    return { pen, scale, width, height };
  }

  /** The corner of the section in the image with its border. @returns {Two} */
  get corner() {
    return /** @type {Two} */ (this.place.map((at, axis) => at + Math.floor((this.window[axis] - this.data.cells) / 2)));
  }

  paintPhoto() {
    const { data, place, window: [height, width], corner: [top, left] } = this;
    const { pen, scale, ...whole } = this.begin(this.photo, data.photo);
    pen.drawImage(/** @type {HTMLCanvasElement} */ (this.pixels), 0, 0, whole.width, whole.height);
    const [above, aside] = data.before;
    frame(pen, [(left - aside) * scale, (top - above) * scale, data.cells * scale, data.cells * scale], 2);
    frame(pen, [(place[1] - aside) * scale, (place[0] - above) * scale, width * scale, height * scale], 1);
  }

  paintResult() {
    const { data, place: [row, column] } = this;
    const { pen, scale, width, height } = this.begin(this.result, this.size);
    if (this.shown.complete && this.shown.naturalWidth) pen.drawImage(this.shown, 0, 0, width, height);
    frame(pen, [column * scale - 3, row * scale - 3, scale + 6, scale + 6], 2);
    const words = `Result, ${this.size.join(" × ")} pixels, values ${data.range.map(short).join(" to ")}`;
    this.result.firstElementChild?.setAttribute("aria-label", words);
  }

  /** @param {number} channel */
  paintChannel(channel) {
    const { data, place: [row, column], corner: [top, left], window: [height, width] } = this;
    const { cells, section, inputs, outputs, part, color } = /** @type {any} */ (this.channels)[channel];
    const isRow = this.kernel.length > 1 && !matchMedia("(max-width: 640px)").matches; // as in picture.css
    const room = isRow ? PART_OF_ROW * this.panes.clientWidth : section.clientWidth;
    const side = Math.min(room, window.innerHeight * (isRow ? PART_OF_HEIGHT / this.kernel.length : TALLEST));
    const [above, aside] = data.before;
    const isBorder = (/** @type {number} */ i, /** @type {number} */ j) =>
      i < above || j < aside || i >= above + data.photo[0] || j >= aside + data.photo[1];
    const weightAt = (/** @type {number} */ i, /** @type {number} */ j) => this.kernel[channel][i - row]?.[j - column];
    const area = { top, left, count: data.cells, isBorder, weightAt };
    const { pen, cell } = drawCells(cells, side, data.padded, channel, area);
    frame(pen, [(column - left) * cell, (row - top) * cell, width * cell, height * cell], 3);
    const levels = [];
    const [low, high] = data.signs;
    const products = outputs.map((_, at) => {
      const [i, j] = [Math.floor(at / width), at % width];
      const level = numberAt(data.padded, channel, row + i, column + j);
      levels.push(level);
      return numberAt(data.products, channel, i, j, level);
    });
    const tint = (/** @type {HTMLElement} */ target, /** @type {number} */ number, /** @type {number} */ most) => {
      const share = most ? Math.round((45 * Math.min(Math.abs(number), most)) / most) : 0;
      target.style.background = `color-mix(in srgb, ${number < 0 ? low : high} ${share}%, transparent)`;
    };
    const most = Math.max(...products.map(Math.abs));
    products.forEach((product, at) => {
      outputs[at].textContent = short(product);
      tint(outputs[at], product, most);
    });
    const weights = this.kernel[channel].flat().map(Number);
    const heaviest = Math.max(...weights.filter(Number.isFinite).map(Math.abs));
    const texts = [this.kernel, this.accepted].map((planes) => planes[channel].flat());
    inputs.forEach((/** @type {HTMLElement} */ field, /** @type {number} */ at) => {
      tint(field, weights[at] || 0, heaviest);
      field.setAttribute("aria-invalid", String(data.isRefused && texts[0][at] !== texts[1][at]));
    });
    part.textContent = `= ${short(numberAt(data.parts, channel, row, column))}`;
    cells.setAttribute("aria-label", `${color || "Gray"} pixels under the kernel, row by row: ${levels.join(", ")}`);
  }
}

/**
 * @param {string} kind
 * @param {string} look
 * @param {string} [text]
 */
function element(kind, look, text = "") {
  const made = document.createElement(kind);
  made.className = look;
  made.textContent = text;
  return made;
}

/**
 * @param {string[][]} rows
 * @param {(text: string, row: number, column: number) => HTMLElement} make
 * @returns {[HTMLElement, HTMLElement[]]} a table, and what is in its cells
 */
function table(rows, make) {
  const grid = element("div", "grid");
  grid.style.setProperty("--columns", String(rows[0].length));
  const made = rows.flatMap((texts, row) => texts.map((text, column) => make(text, row, column)));
  grid.append(...made);
  return [grid, made];
}
