/** The controls of single parameters, by what the parameter may be; the panel around them is in dials.js. */

import { create } from "./elements.js";
import { Rows } from "./rows.js";
import { isTable, readPadding, readPair, spellPadding, spellPair } from "./values.js";

/** @typedef {import("./dials.js").Dials} Dials */

/**
 * One parameter: how it is called, and what it may be.
 * @typedef {{name: string, label: string, help: string, kind: string, group: string, low?: number, high?: number,
 *   choices?: [string, string, string?][], side?: string, follows?: string}} Field
 */

/** A control of one field: its element, how it takes a text, and the texts that are next to its own.
 * @typedef {{field: Field, element: HTMLElement, show: (text: string) => void, near: () => string[]}} Dial */

/** Letters that choices side by side may have together; more are a menu. */
const SIDE_BY_SIDE = 34;

const SIDES = ["top", "bottom", "left", "right"];

/** How many elements have got a name of their own. */
let serial = 0;

/**
 * @param {Dials} panel
 * @param {Field} field
 * @returns {Dial}
 */
export function makeDial(panel, field) {
  const element = create("div", { className: `dial ${field.kind}` });
  element.dataset.name = field.name;
  const head = create("div", { className: "head" });
  element.append(head);
  const made = control(panel, field, element, head);
  if (!made.isNamed) head.prepend(nameOf(field, made.control));
  if (made.control.matches("select, input:not([type=range], [type=checkbox])")) element.classList.add("menu");
  if (field.follows) element.append(makeFollowing(panel, field));
  if (field.help) head.append(...helpOf(field, made.control));
  const near = () => made.near?.() ?? [];
  const ask = () => panel.hooks.near(field.name, near());
  element.addEventListener("pointerenter", ask);
  element.addEventListener("focusin", ask);
  return { field, element, show: made.show, near };
}

/**
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 * @param {HTMLElement} head
 * @returns {{control: HTMLElement, show: (text: string) => void, near?: () => string[], isNamed?: boolean}}
 */
function control(panel, field, element, head) {
  switch (field.kind) {
    case "length":
      return makeOne(panel, field, element, head);
    case "pair":
      return makePair(panel, field, element, head);
    case "padding":
      return makePadding(panel, field, element, head);
    case "switch":
      return makeSwitch(panel, field, head);
    case "rule":
      return makeRule(panel, field, element);
    case "choice":
    case "table":
      return makeChoice(panel, field, element);
    case "layers":
      return field.low === undefined ? makeRows(panel, field, element) : makeLayers(panel, field, element);
    case "unit":
      return makeUnit(panel, field, element);
    case "integer":
    case "number":
      return makeNumber(panel, field, element);
    default:
      return makeText(panel, field, element);
  }
}

/**
 * @param {Field} field
 * @param {HTMLElement} control
 */
function nameOf({ label }, control) {
  const isGroup = control.matches(".segments, .ranges");
  const name = create(isGroup ? "span" : "label", { textContent: label, className: "name" });
  if (isGroup) {
    name.id = newId();
    control.setAttribute("aria-labelledby", name.id);
  } else {
    control.id ||= newId();
    name.setAttribute("for", control.id);
  }
  return name;
}

/**
 * @param {Field} field
 * @param {HTMLElement} control
 */
function helpOf({ help }, control) {
  const text = create("p", { className: "about", id: newId(), textContent: help, popover: "auto" });
  const button = create("button", { type: "button", className: "ask", textContent: "?", title: help });
  button.setAttribute("aria-label", "Help"); // its description says about what
  button.setAttribute("popovertarget", text.id);
  button.setAttribute("aria-describedby", text.id);
  // Next to its button; the browser itself would put it into the middle of the window.
  text.addEventListener("beforetoggle", () => {
    const { right, bottom } = button.getBoundingClientRect();
    Object.assign(text.style, { top: `${bottom + 4}px`, right: `${Math.max(8, window.innerWidth - right)}px` });
  });
  control.setAttribute("aria-describedby", text.id);
  return [button, text];
}

function newId() {
  serial += 1;
  return `dial-${serial}`;
}

/**
 * @param {Field} field
 * @param {string} label
 * @param {(value: number, isOver: boolean) => void} act
 */
function range({ low = 0, high = 1 }, label, act) {
  const input = /** @type {HTMLInputElement} */ (
    create("input", { type: "range", min: String(low), max: String(high), step: "1", id: newId() })
  );
  const output = create("output", { className: "value" });
  output.setAttribute("aria-hidden", "true");
  if (label) input.setAttribute("aria-label", label);
  const set = (/** @type {number} */ value) => {
    input.value = String(value);
    output.textContent = String(value);
    input.style.setProperty("--filled", `${(100 * (value - low)) / (high - low)}%`);
  };
  let byKey = false;
  input.addEventListener("keydown", () => (byKey = true));
  input.addEventListener("pointerdown", () => (byKey = false));
  const tell = (/** @type {boolean} */ isOver) => {
    set(Number(input.value));
    act(Number(input.value), isOver);
  };
  input.addEventListener("input", () => tell(false));
  input.addEventListener("change", () => tell(!byKey)); // keys are let go of one by one: rest decides
  return { input, output, set };
}

/**
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 * @param {HTMLElement} head
 */
function makePair(panel, field, element, head) {
  if (!panel.isApart) return makeOne(panel, field, element, head);
  const now = () => readPair(panel.values[field.name]);
  const put = (/** @type {number[]} */ pair, /** @type {boolean} */ isOver) =>
    panel.change(field.name, spellPair(pair), isOver);
  const inRange = (/** @type {number} */ value) => value >= (field.low ?? 0) && value <= (field.high ?? 0);
  const rows = ["height", "width"].map((axis, at) => {
    const row = range(field, `${field.label}, ${axis}`, (value, isOver) =>
      put(now().map((old, k) => (k === at ? value : old)), isOver));
    const line = create("div", { className: "range" });
    line.append(create("span", { textContent: axis, className: "axis" }), row.input, row.output);
    return { line, ...row };
  });
  const group = create("div", { className: "ranges" });
  group.setAttribute("role", "group");
  group.append(...rows.map(({ line }) => line));
  element.append(group);
  const near = () => [0, 1].flatMap((at) => [1, -1].map((step) => now().map((old, k) => (k === at ? old + step : old))))
    .filter((pair) => pair.every(inRange)).map(spellPair);
  const show = (/** @type {string} */ text) => text && readPair(text).forEach((value, at) => rows[at].set(value));
  return { control: group, show, near };
}

/**
 * One range for both axes, all sides, or the only axis, unless a rule takes its place.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 * @param {HTMLElement} head
 */
function makeOne(panel, field, element, head) {
  const { low = 0, high = 0 } = field;
  const now = (/** @type {string} */ text) => readPadding(text)?.[0];
  const { input, output, set } = range(field, "", (value, isOver) => panel.change(field.name, String(value), isOver));
  head.append(output);
  element.append(input);
  const show = (/** @type {string} */ text) => {
    if (!text) return;
    const value = now(text);
    input.disabled = value === undefined;
    set(value ?? 0);
    if (input.disabled) output.textContent = text;
  };
  const near = () => {
    const value = now(panel.values[field.name] ?? "") ?? 0;
    return [value + 1, value - 1].filter((side) => side >= low && side <= high).map(String);
  };
  return { control: input, show, near };
}

/**
 * The padding: one range, or four numbers, unless a rule takes their place.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 * @param {HTMLElement} head
 */
function makePadding(panel, field, element, head) {
  if (!panel.isApart) return makeOne(panel, field, element, head);
  const now = () => readPadding(panel.values[field.name] ?? "0") ?? [0, 0, 0, 0];
  const isRuled = (/** @type {string} */ text) => readPadding(text) === null;
  const boxes = SIDES.map((side, at) => {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "number", min: String(field.low), max: String(field.high) }));
    box.setAttribute("aria-label", `${field.label}, ${side}`);
    box.addEventListener("change", () => {
      panel.change(field.name, spellPadding(now().map((old, k) => (k === at ? Number(box.value) : old))), true);
    });
    const label = create("label", { className: "axis" });
    label.append(side, box);
    return { box, label };
  });
  const group = create("div", { className: "ranges sides" });
  group.setAttribute("role", "group");
  group.append(...boxes.map(({ label }) => label));
  element.append(group);
  const show = (/** @type {string} */ text) => {
    now().forEach((value, at) => {
      boxes[at].box.value = String(value);
      boxes[at].box.disabled = isRuled(text);
    });
  };
  return { control: group, show };
}

/**
 * The rule that takes the place of the padding's numbers.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeRule(panel, field, element) {
  const menu = /** @type {HTMLSelectElement} */ (create("select"));
  menu.append(new Option("as set above", ""), ...(field.choices ?? []).map(([value, label, note]) => new Option(note ?? label, value)));
  menu.addEventListener("change", () => panel.change(field.name, menu.value || "0", true));
  element.append(menu);
  const show = (/** @type {string} */ text) => (menu.value = readPadding(text) === null ? text : "");
  return { control: menu, show };
}

/**
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} head
 */
function makeSwitch(panel, field, head) {
  const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", id: newId() }));
  const label = create("label", { className: "switch" });
  label.append(box, field.label);
  head.append(label);
  box.addEventListener("change", () => panel.change(field.name, String(box.checked), true));
  const near = () => [String(!box.checked)];
  return { control: box, show: (/** @type {string} */ text) => (box.checked = text === "true"), near, isNamed: true };
}

/**
 * A few words side by side, or a menu.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeChoice(panel, field, element) {
  const choices = [...(field.choices ?? []), ...(panel.offered[field.name] ?? [])];
  const letters = choices.reduce((sum, [, label]) => sum + label.length + 2, 0);
  if (field.kind === "choice" && letters <= SIDE_BY_SIDE) {
    const made = segments(field.label, choices, (value) => panel.change(field.name, value, true));
    element.append(made.group);
    const near = () => choices.map(([value]) => value).filter((value) => value !== panel.values[field.name]);
    return { control: made.group, show: made.set, near };
  }
  const menu = /** @type {HTMLSelectElement} */ (create("select", { id: newId() }));
  menu.append(...choices.map(([value, label]) => new Option(label, value)));
  element.append(menu);
  menu.addEventListener("change", () => panel.change(field.name, menu.value, true));
  const show = (/** @type {string} */ text) => (menu.value = field.kind === "table" && isTable(text) ? "own" : text);
  return { control: menu, show };
}

/**
 * @param {string} label
 * @param {[string, string, string?][]} choices
 * @param {(value: string) => void} act
 */
function segments(label, choices, act) {
  const group = create("div", { className: "segments" });
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", label);
  const name = newId();
  const boxes = choices.map(([value, words, note]) => {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "radio", name, value }));
    box.addEventListener("change", () => box.checked && act(value));
    const each = create("label", { title: note ?? "" });
    each.append(box, create("span", { textContent: words }));
    group.append(each);
    return box;
  });
  const set = (/** @type {string} */ text) => boxes.forEach((box) => (box.checked = box.value === text));
  return { group, set };
}

/**
 * How many equal layers there are, or a stack of others as a text.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeLayers(panel, field, element) {
  const { low = 1, high = 1 } = field;
  const counts = Array.from({ length: high - low + 1 }, (_, at) => String(low + at));
  const isCount = (/** @type {string} */ text) => counts.includes(text);
  const text = /** @type {HTMLInputElement} */ (create("input", { type: "text", hidden: true, spellcheck: false }));
  text.setAttribute("aria-label", "Stack of layers");
  const made = segments(field.label, [...counts.map((count) => /** @type {[string, string]} */ ([count, count])), ["stack", "Stack"]], (value) => {
    if (isCount(value)) return panel.change(field.name, value, true);
    const count = Number(panel.values[field.name]) || 1;
    panel.change(field.name, Array(count).fill("conv_transpose2d(3,stride=2)").join(";"), true);
  });
  text.addEventListener("change", () => panel.change(field.name, text.value, true));
  element.append(made.group, text);
  const show = (/** @type {string} */ value) => {
    made.set(isCount(value) ? value : "stack");
    text.hidden = isCount(value);
    if (!isCount(value)) text.value = value;
  };
  return { control: made.group, show };
}

/**
 * A switch back to the default, where that follows from something.
 * @param {Dials} panel
 * @param {Field} field
 */
function makeFollowing(panel, { name, follows }) {
  const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", className: "follows" }));
  const label = create("label", { className: "switch" });
  label.append(box, follows ?? "");
  box.addEventListener("change", () => {
    if (box.checked) panel.hooks.forget(name);
    else panel.change(name, panel.values[name], true);
  });
  return label;
}

/**
 * A stack of layers, a row for each; a long one is a text.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeRows(panel, field, element) {
  panel.rows = new Rows(field.choices ?? [], (edit) => panel.hooks.apply(edit));
  const text = /** @type {HTMLTextAreaElement} */ (create("textarea", { rows: 8, spellcheck: false, hidden: true }));
  text.setAttribute("aria-label", "Stack of layers");
  text.addEventListener("change", () => panel.change(field.name, text.value.trim(), true));
  element.append(panel.rows.element, text);
  const show = (/** @type {string} */ value) => {
    text.value = value.replaceAll(";", ";\n");
    text.hidden = !panel.rows?.element.hidden;
  };
  return { control: panel.rows.element, show };
}

/**
 * The unit in the middle, or another one: its layer, counted from 1, its row and its column.
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeUnit(panel, field, element) {
  const first = `${panel.rows?.count ?? 1},0,0`;
  const made = segments(field.label, [["middle", "Middle of the last layer"], ["own", "Another"]], (value) =>
    panel.change(field.name, value === "own" ? first : value, true));
  const line = create("div", { className: "line" });
  const boxes = ["Layer", "Row", "Column"].map((words) => {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "number", min: "0" }));
    box.addEventListener("input", () => boxes.every(({ value }) => value) &&
      panel.change(field.name, boxes.map(({ value }) => value).join(), false));
    const label = create("label", { className: "axis" });
    label.append(words, box);
    line.append(label);
    return box;
  });
  element.append(made.group, line);
  const show = (/** @type {string} */ text) => {
    made.set(text === "middle" ? text : "own");
    line.hidden = text === "middle";
    if (text !== "middle") text.split(",").forEach((value, at) => boxes[at].value !== value && (boxes[at].value = value));
  };
  return { control: made.group, show };
}

/**
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeNumber(panel, field, element) {
  const box = /** @type {HTMLInputElement} */ (create("input", { type: "number", step: field.kind === "integer" ? "1" : "any", id: newId() }));
  const line = create("div", { className: "line" });
  line.append(box);
  // What does not fit is not held back here: the server says why, in words.
  box.addEventListener("input", () => box.value && panel.change(field.name, box.value, false));
  box.addEventListener("change", () => {
    // The browser does not tell what was typed where that is no number.
    if (box.validity.badInput) panel.refuse({ error: `${field.label} must be a number.`, dial: field.name, mends: [] }, true);
    else panel.change(field.name, box.value, true);
  });
  if (field.name.endsWith("seed")) {
    const button = create("button", { type: "button", textContent: "New", title: "Other random numbers" });
    button.addEventListener("click", () => panel.change(field.name, String((Number(panel.values[field.name]) || 0) + 1), true));
    line.append(button);
  }
  element.append(line);
  const near = () => {
    const value = Number(box.value);
    return [value + 1, value - 1].filter((each) => each >= (field.low ?? -Infinity)).map(String);
  };
  const show = (/** @type {string} */ text) => {
    if (box.value !== text && !(box.matches(":focus") && Number(box.value) === Number(text))) box.value = text;
  };
  return { control: box, show, near };
}

/**
 * @param {Dials} panel
 * @param {Field} field
 * @param {HTMLElement} element
 */
function makeText(panel, field, element) {
  const box = /** @type {HTMLInputElement} */ (create("input", { type: "text", spellcheck: false, id: newId() }));
  element.append(box);
  box.addEventListener("change", () => panel.change(field.name, box.value, true));
  return { control: box, show: (/** @type {string} */ text) => (box.value = text) };
}
