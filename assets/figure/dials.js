/** The controls of the figure, made from the table of fields that comes with every answer. */

import { makeDial } from "./controls.js";
import { create } from "./elements.js";
import { readPadding, readPair } from "./values.js";

/** @typedef {import("./values.js").Texts} Texts */
/** @typedef {import("./source.js").Refusal} Refusal */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./controls.js").Field} Field */
/** @typedef {import("./controls.js").Dial} Dial */

/** @typedef {{title: string, query: string, remark?: string}} Example */

/** @typedef {{change: (name: string, text: string, isOver: boolean) => void, near: (name: string, texts: string[]) => void,
 *   open: (query: string) => void, share: (texts: Texts) => void, swap: () => void, refresh: () => void,
 *   apply: (edit: string) => void, forget: (name: string) => void}} Hooks */

const GROUPS = { view: "", size: "", channels: "Channels", numbers: "Numbers", more: "More", picture: "Picture" };

/** Groups that are closed at first, as long as everything in them is as usual. */
const FOLDED = ["channels", "more", "picture"];

export class Dials {
  /**
   * @param {HTMLElement} root
   * @param {Hooks} hooks
   */
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.dials = /** @type {Map<string, Dial>} */ (new Map());
    this.groups = /** @type {Map<string, HTMLElement>} */ (new Map());
    this.names = ""; // of all parameters: those of a comparison depend on what is compared
    this.values = /** @type {Texts} */ ({});
    this.isShared = /** @type {boolean | undefined} */ (undefined); // whether both sides of a comparison have one input
    this.isApart = false; // whether height and width have dials of their own
    this.isFixed = false; // whether they never have
    this.offered = /** @type {Record<string, [string, string][]>} */ ({}); // choices that the page around the figure adds
    this.error = create("div", { className: "refusal", role: "alert", hidden: true });
    this.examples = /** @type {HTMLSelectElement} */ (create("select"));
    this.remark = create("p", { className: "note" });
    this.rows = /** @type {import("./rows.js").Rows | null} */ (null);
    this.refused = () => {}; // shows the refusal again, when the dials are made again
  }

  /**
   * Show what an answer says, and in its place what the person asks for.
   * @param {{dials: Field[], examples: Example[], hidden: string[], query: string, rows?: Row[], note?: string}} answer
   * @param {Texts} values
   * @param {Texts} asked those of the values that are not as usual
   */
  show(answer, values, asked) {
    this.values = values;
    const isUneven = answer.dials.some((field) => this.isUneven(field));
    const names = answer.dials.map(({ name }) => name).join();
    if (names !== this.names || (isUneven && !this.isApart)) {
      this.names = names;
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

  /** @param {Field} field */
  isUneven({ name, kind }) {
    const text = this.values[name] ?? "";
    return (kind === "pair" && text.includes("x")) || (kind === "padding" && /^\d.*[x,]/.test(text));
  }

  /** @param {{dials: Field[], examples: Example[]}} answer */
  build(answer) {
    const root = /** @type {ShadowRoot} */ (this.root.getRootNode());
    const focused = /** @type {HTMLElement | null} */ (root.activeElement);
    const name = /** @type {HTMLElement | null | undefined} */ (focused?.closest(".dial"))?.dataset.name ?? "";
    const opened = [...this.groups.keys()].filter((key) => this.groups.get(key)?.matches("[open]"));
    this.dials.clear();
    this.groups.clear();
    this.root.replaceChildren(this.error);
    this.root.classList.toggle("is-apart", this.isApart);
    if (answer.examples.length) this.root.append(this.makeExamples(answer.examples), this.remark);
    const fields = answer.dials;
    const rules = fields.filter(({ kind, choices }) => kind === "padding" && choices?.length).map(ruleOf);
    for (const field of [...fields, ...rules]) {
      this.dials.set(`${field.name}${field.kind === "rule" ? " rule" : ""}`, makeDial(this, field));
    }
    for (const { field, element } of this.dials.values()) this.groupOf(field, fields).append(element);
    this.refused();
    if (this.twins().length) this.remark.after(this.makeShared());
    const sizes = [...this.groups].find(([name]) => name.endsWith("size"));
    if (!this.isFixed && sizes?.[1].querySelector(".pair")) sizes[1].prepend(this.makeApart(answer));
    for (const key of opened) this.groups.get(key)?.setAttribute("open", "");
    const again = root.getElementById?.(focused?.id ?? "") ?? this.dials.get(name)?.element.querySelector("input, select");
    if (focused) /** @type {HTMLElement | null | undefined} */ (again)?.focus();
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
      const isForBoth = !side && this.twins().length > 0 && group !== "picture";
      const summary = create("summary", { textContent: isForBoth ? `${title} for both` : title });
      if (side) summary.setAttribute("aria-label", `${title}, ${side}`);
      made.append(summary);
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
    const made = create("div", { className: "dial menu example" });
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
      const fields = answer.dials.filter((field) => this.isUneven(field));
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
