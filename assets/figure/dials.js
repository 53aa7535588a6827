/** The controls of the figure, made from the table of fields that comes with every answer. */

import { create } from "./elements.js";
import { Rows } from "./rows.js";
import { isTable, readPadding, readPair, spellPadding, spellPair } from "./values.js";

/** @typedef {import("./values.js").Texts} Texts */
/** @typedef {import("./source.js").Refusal} Refusal */
/** @typedef {import("./rows.js").Row} Row */

/**
 * One parameter: how it is called, and what it may be.
 * @typedef {{name: string, label: string, help: string, kind: string, group: string, low?: number, high?: number,
 *   choices?: [string, string, string?][], side?: string, follows?: string}} Field
 */

/** @typedef {{title: string, query: string, remark?: string}} Example */

/** A control of one field: its element, how it takes a text, and the texts that are next to its own.
 * @typedef {{field: Field, element: HTMLElement, show: (text: string) => void, near: () => string[]}} Dial */

/** @typedef {{change: (name: string, text: string, isOver: boolean) => void, near: (name: string, texts: string[]) => void,
 *   open: (query: string) => void, share: (texts: Texts) => void, swap: () => void, refresh: () => void,
 *   apply: (edit: string) => void, forget: (name: string) => void}} Hooks */

const GROUPS = { view: "", size: "", channels: "Channels", numbers: "Numbers", more: "More", picture: "Picture" };

/** Groups that are closed at first, as long as everything in them is as usual. */
const FOLDED = ["channels", "more", "picture"];

/** Letters that choices side by side may have together; more are a menu. */
const SIDE_BY_SIDE = 34;

const SIDES = ["top", "bottom", "left", "right"];

export class Dials {
  /**
   * @param {HTMLElement} root
   * @param {Hooks} hooks
   */
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.fields = /** @type {Field[]} */ ([]);
    this.dials = /** @type {Map<string, Dial>} */ (new Map());
    this.groups = /** @type {Map<string, HTMLElement>} */ (new Map());
    this.values = /** @type {Texts} */ ({});
    this.isShared = /** @type {boolean | undefined} */ (undefined); // whether both sides of a comparison have one input
    this.isApart = false; // whether height and width have dials of their own
    this.offered = /** @type {Record<string, [string, string][]>} */ ({}); // choices that the page around the figure adds
    this.error = create("div", { className: "refusal", role: "alert", hidden: true });
    this.examples = /** @type {HTMLSelectElement} */ (create("select"));
    this.remark = create("p", { className: "note" });
    this.rows = /** @type {Rows | null} */ (null);
    this.refused = () => {}; // shows the refusal again, when the dials are made again
    this.serial = 0;
  }

  /**
   * Show what an answer says, and in its place what the person asks for.
   * @param {{dials: Field[], examples: Example[], hidden: string[], query: string, rows?: Row[], note?: string}} answer
   * @param {Texts} values
   * @param {Texts} asked those of the values that are not as usual
   */
  show(answer, values, asked) {
    this.values = values;
    const isUneven = this.fieldsOf(answer).some((field) => this.isUneven(field));
    if (!this.dials.size || (isUneven && !this.isApart)) {
      this.isApart ||= isUneven;
      this.build(answer);
    }
    this.isShared ??= [...this.twins()].every(([left, right]) => values[left] === values[right]);
    const shared = new Set([...this.twins()].flat());
    this.rows?.show(answer.rows ?? null);
    for (const { field, element, show } of this.dials.values()) {
      const isTwin = shared.has(field.name);
      const isBoth = !field.side && shared.has(`left.${field.name}`);
      element.hidden = (answer.hidden?.includes(field.name) ?? false) || (isTwin && this.isShared) || (isBoth && !this.isShared);
      show(values[field.name] ?? "");
      const following = /** @type {HTMLInputElement | null} */ (element.querySelector(".follows"));
      if (following) following.checked = !(field.name in asked);
    }
    for (const group of this.groups.values()) {
      const dials = /** @type {HTMLElement[]} */ ([...group.querySelectorAll(".dial")]);
      group.hidden = dials.every(({ hidden }) => hidden);
    }
    const example = answer.examples.findIndex(({ query }) => query === answer.query);
    this.examples.value = example < 0 ? "" : String(example);
    this.remark.textContent = answer.note || answer.examples[example]?.remark || "";
    this.remark.hidden = !this.remark.textContent;
  }

  /** What both sides of a comparison may share, as the names that it has on the left and on the right. */
  twins() {
    return [...this.dials.keys()].filter((name) => this.dials.has(`left.${name}`) && this.dials.has(`right.${name}`))
      .map((name) => [`left.${name}`, `right.${name}`]);
  }

  /** @param {{dials: Field[]}} answer */
  fieldsOf({ dials }) {
    return dials;
  }

  /** @param {Field} field */
  isUneven({ name, kind }) {
    const text = this.values[name] ?? "";
    return (kind === "pair" && text.includes("x")) || (kind === "padding" && /^\d.*[x,]/.test(text));
  }

  /** @param {{dials: Field[], examples: Example[]}} answer */
  build(answer) {
    this.dials.clear();
    this.groups.clear();
    const focused = /** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement?.id;
    this.root.replaceChildren(this.error);
    this.root.classList.toggle("is-apart", this.isApart);
    if (answer.examples.length) this.root.append(this.makeExamples(answer.examples), this.remark);
    const fields = this.fieldsOf(answer);
    const rules = fields.filter(({ kind, choices }) => kind === "padding" && choices?.length).map(ruleOf);
    for (const field of [...fields, ...rules]) {
      this.dials.set(`${field.name}${field.kind === "rule" ? " rule" : ""}`, this.make(field));
    }
    for (const { field, element } of this.dials.values()) this.groupOf(field, fields).append(element);
    this.refused();
    if (this.twins().length) this.remark.after(this.makeShared());
    const sizes = [...this.groups].find(([name]) => name.endsWith("size"));
    if (sizes) sizes[1].prepend(this.makeApart(answer));
    if (focused) /** @type {ShadowRoot} */ (this.root.getRootNode()).getElementById?.(focused)?.focus();
  }

  /**
   * @param {Field} field
   * @param {Field[]} fields
   */
  groupOf({ name: field, group, side = /^(left|right)$/.test(field) ? field : "" }, fields) {
    const name = `${side} ${group}`;
    const known = this.groups.get(name);
    if (known) return known;
    const title = GROUPS[/** @type {keyof typeof GROUPS} */ (group)] ?? "";
    // Where a variant is about its channels they are in sight.
    const isCompared = group === "numbers" && this.twins().length > 0;
    const isFolded = isCompared || (FOLDED.includes(group) && !(group === "channels" && this.isAboutChannels(fields)));
    // Not a fieldset: Chromium lets go of a range in it as soon as anything next to it comes or goes, such as a refusal.
    const made = create(isFolded ? "details" : "div", { className: `group ${group}` });
    made.dataset.side = side;
    if (isFolded) {
      made.append(create("summary", { textContent: title }));
    } else {
      made.setAttribute("role", "group");
      made.setAttribute("aria-label", title || "Settings");
      if (title) made.append(create("p", { textContent: title, className: "legend", ariaHidden: "true" }));
    }
    this.groups.set(name, made);
    const parent = side ? this.sideOf(side) : this.root;
    if (isFolded) this.foldsOf(parent).append(made);
    else parent.insertBefore(made, parent.querySelector(":scope > .folds, :scope > .both"));
    return made;
  }

  /** @param {HTMLElement} parent */
  foldsOf(parent) {
    const known = /** @type {HTMLElement | null} */ (parent.querySelector(":scope > .folds"));
    if (known) return known;
    const made = create("div", { className: "folds" });
    parent.append(made);
    return made;
  }

  /** @param {string} side of a comparison */
  sideOf(side) {
    const known = /** @type {HTMLElement | null} */ (this.root.querySelector(`.side[data-side=${side}]`));
    if (known) return known;
    const sides = this.root.querySelector(".both") ?? create("div", { className: "both" });
    if (!sides.isConnected) this.root.insertBefore(sides, this.root.querySelector(":scope > .folds"));
    const made = create("section", { className: "side" });
    made.dataset.side = side;
    made.setAttribute("aria-label", { left: "Left", right: "Right" }[side] ?? "");
    sides.append(made);
    return made;
  }

  /** @param {Field[]} fields */
  isAboutChannels(fields) {
    return fields.some(({ name }) => name === "in_channels" && Number(this.values[name]) > 1);
  }

  /** @param {Example[]} examples */
  makeExamples(examples) {
    const options = examples.map(({ title }, at) => new Option(title, String(at)));
    const first = new Option("Choose an example", "");
    first.disabled = true;
    this.examples = /** @type {HTMLSelectElement} */ (create("select", { id: "example" }));
    this.examples.append(first, ...options);
    this.examples.addEventListener("change", () => this.hooks.open(examples[Number(this.examples.value)].query));
    const label = create("label", { textContent: "Example", className: "name" });
    label.setAttribute("for", "example");
    const made = create("div", { className: "dial menu" });
    made.append(label, this.examples);
    return made;
  }

  /** @param {any} answer */
  makeApart(answer) {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", id: "apart", checked: this.isApart }));
    const label = create("label", { className: "switch" });
    label.append(box, "Height and width apart");
    box.addEventListener("change", () => {
      this.isApart = box.checked;
      const fields = this.fieldsOf(answer).filter((field) => this.isUneven(field));
      this.build(answer);
      if (this.isApart) return this.showAll();
      // Together again: the height counts.
      for (const { name, kind } of fields) {
        const [first] = kind === "pair" ? readPair(this.values[name]) : readPadding(this.values[name]) ?? [0];
        this.values = { ...this.values, [name]: String(first) };
        this.hooks.change(name, String(first), true);
      }
      this.showAll();
    });
    return label;
  }

  /** Of a comparison: whether both sides have one input, and a button that exchanges them. */
  makeShared() {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", id: "shared", checked: this.isShared ?? true }));
    const label = create("label", { className: "switch" });
    label.append(box, "Same input on both sides");
    box.addEventListener("change", () => {
      this.isShared = box.checked;
      const names = this.twins().map(([left]) => left.replace("left.", ""));
      // Together again: what the left side has is for both.
      if (this.isShared) this.hooks.share(Object.fromEntries(names.map((name) => [name, this.values[`left.${name}`]])));
      this.hooks.refresh();
    });
    const swap = create("button", { type: "button", textContent: "Swap sides" });
    swap.addEventListener("click", () => this.hooks.swap());
    const line = create("div", { className: "line spread" });
    line.append(label, swap);
    return line;
  }

  showAll() {
    for (const { field, show } of this.dials.values()) show(this.values[field.name] ?? "");
  }

  // The refusal at its dial ------------------------------------------------------------------------------------------

  /**
   * @param {Refusal | null} refusal
   * @param {boolean} isShown whether the picture shows what the dials say all the same
   */
  refuse(refusal, isShown = false) {
    this.refused = () => this.refuse(refusal, isShown);
    this.error.hidden = !refusal;
    for (const { element } of this.dials.values()) element.classList.remove("is-refused");
    if (!refusal) return this.error.replaceChildren();
    const dial = this.dials.get(refusal.dial ?? "");
    const sentence = create("p", { textContent: asSentence(refusal.error) });
    const note = create("p", { className: "note", textContent: "The picture shows the last settings that worked.", hidden: isShown });
    const mends = refusal.mends.map(({ label, query }) => {
      const button = create("button", { type: "button", textContent: label });
      button.addEventListener("click", () => {
        /** @type {HTMLElement | null} */ (dial?.element.querySelector("input, select"))?.focus(); // the button goes
        this.hooks.open(query);
      });
      return button;
    });
    const row = create("div", { className: "mends" });
    row.append(...mends);
    this.error.replaceChildren(sentence, ...(mends.length ? [row] : []), note);
    if (dial && !dial.element.hidden) {
      dial.element.classList.add("is-refused");
      const fold = dial.element.closest("details");
      if (fold) fold.open = true;
      dial.element.after(this.error);
    } else {
      this.root.prepend(this.error);
    }
  }

  // Kinds of dials ---------------------------------------------------------------------------------------------------

  /**
   * @param {Field} field
   * @returns {Dial}
   */
  make(field) {
    const element = create("div", { className: `dial ${field.kind}` });
    element.dataset.name = field.name;
    const head = create("div", { className: "head" });
    element.append(head);
    const made = this.control(field, element, head);
    if (!made.isNamed) head.prepend(this.nameOf(field, made.control));
    if (made.control.matches("select, input:not([type=range], [type=checkbox])")) element.classList.add("menu");
    if (field.follows) element.append(this.makeFollowing(field));
    if (field.help) head.append(...this.helpOf(field, made.control));
    const near = () => made.near?.() ?? [];
    const ask = () => this.hooks.near(field.name, near());
    element.addEventListener("pointerenter", ask);
    element.addEventListener("focusin", ask);
    return { field, element, show: made.show, near };
  }

  /**
   * @param {Field} field
   * @param {HTMLElement} element
   * @param {HTMLElement} head
   * @returns {{control: HTMLElement, show: (text: string) => void, near?: () => string[], isNamed?: boolean}}
   */
  control(field, element, head) {
    switch (field.kind) {
      case "pair":
        return this.makePair(field, element, head);
      case "padding":
        return this.makePadding(field, element, head);
      case "switch":
        return this.makeSwitch(field, head);
      case "rule":
        return this.makeRule(field, element);
      case "choice":
      case "table":
        return this.makeChoice(field, element);
      case "layers":
        return field.low === undefined ? this.makeRows(field, element) : this.makeLayers(field, element);
      case "unit":
        return this.makeUnit(field, element);
      case "integer":
      case "number":
        return this.makeNumber(field, element);
      default:
        return this.makeText(field, element);
    }
  }

  /**
   * @param {Field} field
   * @param {HTMLElement} control
   */
  nameOf({ label }, control) {
    const isGroup = control.matches(".segments, .ranges");
    const name = create(isGroup ? "span" : "label", { textContent: label, className: "name" });
    if (isGroup) {
      name.id = this.newId();
      control.setAttribute("aria-labelledby", name.id);
    } else {
      control.id ||= this.newId();
      name.setAttribute("for", control.id);
    }
    return name;
  }

  /**
   * @param {Field} field
   * @param {HTMLElement} control
   */
  helpOf({ help }, control) {
    const text = create("p", { className: "about", id: this.newId(), textContent: help, popover: "auto" });
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

  newId() {
    this.serial += 1;
    return `dial-${this.serial}`;
  }

  /**
   * @param {Field} field
   * @param {string} label
   * @param {(value: number, isOver: boolean) => void} act
   */
  range({ low = 0, high = 1 }, label, act) {
    const input = /** @type {HTMLInputElement} */ (
      create("input", { type: "range", min: String(low), max: String(high), step: "1", id: this.newId() })
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
   * @param {Field} field
   * @param {HTMLElement} element
   * @param {HTMLElement} head
   */
  makePair(field, element, head) {
    const now = () => readPair(this.values[field.name]);
    const put = (/** @type {number[]} */ pair, /** @type {boolean} */ isOver) =>
      this.change(field.name, spellPair(pair), isOver);
    const inRange = (/** @type {number} */ value) => value >= (field.low ?? 0) && value <= (field.high ?? 0);
    if (!this.isApart) {
      const { input, output, set } = this.range(field, "", (value, isOver) => put([value, value], isOver));
      head.append(output);
      element.append(input);
      const near = () => [now()[0] + 1, now()[0] - 1].filter(inRange).map(String);
      return { control: input, show: (/** @type {string} */ text) => text && set(readPair(text)[0]), near };
    }
    const rows = ["height", "width"].map((axis, at) => {
      const row = this.range(field, `${field.label}, ${axis}`, (value, isOver) =>
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
   * The padding: one range, or four numbers, unless a rule takes their place.
   * @param {Field} field
   * @param {HTMLElement} element
   * @param {HTMLElement} head
   */
  makePadding(field, element, head) {
    const now = () => readPadding(this.values[field.name] ?? "0") ?? [0, 0, 0, 0];
    const isRuled = (/** @type {string} */ text) => readPadding(text) === null;
    if (!this.isApart) {
      const { input, output, set } = this.range(field, "", (value, isOver) => this.change(field.name, String(value), isOver));
      head.append(output);
      element.append(input);
      const show = (/** @type {string} */ text) => {
        if (!text) return;
        input.disabled = isRuled(text);
        set(isRuled(text) ? 0 : now()[0]);
        if (isRuled(text)) output.textContent = text;
      };
      const { low = 0, high = 0 } = field;
      const near = () => [now()[0] + 1, now()[0] - 1].filter((side) => side >= low && side <= high).map(String);
      return { control: input, show, near };
    }
    const boxes = SIDES.map((side, at) => {
      const box = /** @type {HTMLInputElement} */ (create("input", { type: "number", min: String(field.low), max: String(field.high) }));
      box.setAttribute("aria-label", `${field.label}, ${side}`);
      box.addEventListener("change", () => {
        this.change(field.name, spellPadding(now().map((old, k) => (k === at ? Number(box.value) : old))), true);
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
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeRule(field, element) {
    const menu = /** @type {HTMLSelectElement} */ (create("select"));
    menu.append(new Option("as set above", ""), ...(field.choices ?? []).map(([value, label, note]) => new Option(note ?? label, value)));
    menu.addEventListener("change", () => this.change(field.name, menu.value || "0", true));
    element.append(menu);
    const show = (/** @type {string} */ text) => (menu.value = readPadding(text) === null ? text : "");
    return { control: menu, show };
  }

  /**
   * @param {Field} field
   * @param {HTMLElement} head
   */
  makeSwitch(field, head) {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", id: this.newId() }));
    const label = create("label", { className: "switch" });
    label.append(box, field.label);
    head.append(label);
    box.addEventListener("change", () => this.change(field.name, String(box.checked), true));
    const near = () => [String(!box.checked)];
    return { control: box, show: (/** @type {string} */ text) => (box.checked = text === "true"), near, isNamed: true };
  }

  /**
   * A few words side by side, or a menu.
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeChoice(field, element) {
    const choices = [...(field.choices ?? []), ...(this.offered[field.name] ?? [])];
    const letters = choices.reduce((sum, [, label]) => sum + label.length + 2, 0);
    if (field.kind === "choice" && letters <= SIDE_BY_SIDE) {
      const made = this.segments(field.label, choices, (value) => this.change(field.name, value, true));
      element.append(made.group);
      const near = () => choices.map(([value]) => value).filter((value) => value !== this.values[field.name]);
      return { control: made.group, show: made.set, near };
    }
    const menu = /** @type {HTMLSelectElement} */ (create("select", { id: this.newId() }));
    menu.append(...choices.map(([value, label]) => new Option(label, value)));
    element.append(menu);
    menu.addEventListener("change", () => this.change(field.name, menu.value, true));
    const show = (/** @type {string} */ text) => (menu.value = field.kind === "table" && isTable(text) ? "own" : text);
    return { control: menu, show };
  }

  /**
   * @param {string} label
   * @param {[string, string, string?][]} choices
   * @param {(value: string) => void} act
   */
  segments(label, choices, act) {
    const group = create("div", { className: "segments" });
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", label);
    const name = this.newId();
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
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeLayers(field, element) {
    const { low = 1, high = 1 } = field;
    const counts = Array.from({ length: high - low + 1 }, (_, at) => String(low + at));
    const isCount = (/** @type {string} */ text) => counts.includes(text);
    const text = /** @type {HTMLInputElement} */ (create("input", { type: "text", hidden: true, spellcheck: false }));
    text.setAttribute("aria-label", "Stack of layers");
    const made = this.segments(field.label, [...counts.map((count) => /** @type {[string, string]} */ ([count, count])), ["stack", "Stack"]], (value) => {
      if (isCount(value)) return this.change(field.name, value, true);
      const count = Number(this.values[field.name]) || 1;
      this.change(field.name, Array(count).fill("conv_transpose2d(3,stride=2)").join(";"), true);
    });
    text.addEventListener("change", () => this.change(field.name, text.value, true));
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
   * @param {Field} field
   */
  makeFollowing({ name, follows }) {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", className: "follows" }));
    const label = create("label", { className: "switch" });
    label.append(box, follows ?? "");
    box.addEventListener("change", () => {
      if (box.checked) this.hooks.forget(name);
      else this.change(name, this.values[name], true);
    });
    return label;
  }

  /**
   * A stack of layers, a row for each; a long one is a text.
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeRows(field, element) {
    this.rows = new Rows(field.choices ?? [], (edit) => this.hooks.apply(edit));
    const text = /** @type {HTMLTextAreaElement} */ (create("textarea", { rows: 8, spellcheck: false, hidden: true }));
    text.setAttribute("aria-label", "Stack of layers");
    text.addEventListener("change", () => this.change(field.name, text.value.trim(), true));
    element.append(this.rows.element, text);
    const show = (/** @type {string} */ value) => {
      text.value = value.replaceAll(";", ";\n");
      text.hidden = !this.rows?.element.hidden;
    };
    return { control: this.rows.element, show };
  }

  /**
   * The unit in the middle, or another one: its layer, counted from 1, its row and its column.
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeUnit(field, element) {
    const first = `${this.rows?.count ?? 1},0,0`;
    const made = this.segments(field.label, [["middle", "Middle of the last layer"], ["own", "Another"]], (value) =>
      this.change(field.name, value === "own" ? first : value, true));
    const line = create("div", { className: "line" });
    const boxes = ["Layer", "Row", "Column"].map((words) => {
      const box = /** @type {HTMLInputElement} */ (create("input", { type: "number", min: "0" }));
      box.addEventListener("input", () => boxes.every(({ value }) => value) &&
        this.change(field.name, boxes.map(({ value }) => value).join(), false));
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
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeNumber(field, element) {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "number", step: field.kind === "integer" ? "1" : "any", id: this.newId() }));
    const line = create("div", { className: "line" });
    line.append(box);
    // What does not fit is not held back here: the server says why, in words.
    box.addEventListener("input", () => box.value && this.change(field.name, box.value, false));
    box.addEventListener("change", () => {
      // The browser does not tell what was typed where that is no number.
      if (box.validity.badInput) this.refuse({ error: `${field.label} must be a number.`, dial: field.name, mends: [] }, true);
      else this.change(field.name, box.value, true);
    });
    if (field.name.endsWith("seed")) {
      const button = create("button", { type: "button", textContent: "New", title: "Other random numbers" });
      button.addEventListener("click", () => this.change(field.name, String((Number(this.values[field.name]) || 0) + 1), true));
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
   * @param {Field} field
   * @param {HTMLElement} element
   */
  makeText(field, element) {
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "text", spellcheck: false, id: this.newId() }));
    element.append(box);
    box.addEventListener("change", () => this.change(field.name, box.value, true));
    return { control: box, show: (/** @type {string} */ text) => (box.value = text) };
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {boolean} isOver
   */
  change(name, text, isOver) {
    this.values = { ...this.values, [name]: text };
    this.hooks.change(name, text, isOver);
  }
}

/**
 * The field of a padding's rule.
 * @param {Field} padding
 * @returns {Field}
 */
function ruleOf({ name, choices, side }) {
  const help = "Let the padding follow from the other sizes.";
  return { name, label: "Padding rule", help, kind: "rule", group: "more", choices, side };
}

/**
 * A refusal as a sentence: links spell parameters in lower case, and a first word with other signs is a name in code.
 * @param {string} text
 */
function asSentence(text) {
  return text.replace(/^[a-z_]+(?=:? )/, (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " "));
}
