/** A question about what is shown: it is answered by typing, choosing or marking cells, and then the picture answers. */

import { create } from "./elements.js";
import { nameOf, readPin, writePin } from "./relations.js";

/** @typedef {import("./figure.js").Figure} Figure */
/** @typedef {import("./decode.js").Spot} Spot */

/**
 * What the server asks (convviz/figure.py). An answer is [least, largest] of a number, [rows, columns], one of the choices, or
 * cells as links pin them. Where nothing can be asked, the text says why, and there is no answer.
 * @typedef {{number: number, text: string, form: "number" | "size" | "choice" | "cells" | "none", answer: any, spelled: string,
 *   because: string, otherwise: string, mistakes: [any, string][], choices: string[], table: string, step: number}} Question
 */

/** How many questions a server has. */
const QUESTIONS = 10_000;

const HELP = {
  number: "A number, such as 12, −2.5 or 1/9",
  size: "Rows and columns, such as 3 × 4",
  choice: "Choose one",
  cells: "Mark cells: click, or arrow keys and Space; Enter checks",
  none: "",
};

const STYLE = `
.question { display: grid; gap: 0.4rem; margin: 0 0 0.6rem; padding: 0.7rem 0.9rem; border: 1px solid var(--edge);
  border-left: 4px solid var(--st-primary-color, #1a63d8); border-radius: 0.5rem; }
.question p { margin: 0; line-height: 1.4; }
.question .verdict p + p { margin-top: 0.3rem; }
.question .text { font-size: 1.0625rem; font-weight: 600; }
.question .line { flex-wrap: wrap; align-items: center; }
.question input[type="text"] { box-sizing: border-box; width: 9rem; min-height: 2.25rem; padding: 0 0.6rem; border: 1px solid var(--edge);
  border-radius: 0.5rem; background: transparent; color: inherit; font: inherit; }
.question input[type="text"]:focus-visible { outline: 3px solid var(--st-primary-color, #1a63d8); outline-offset: 1px; }
.question label { display: inline-flex; gap: 0.35rem; align-items: center; min-height: 2.25rem; }
.question .note { opacity: 0.8; }
.question[hidden], .question [hidden], .copying[hidden] { display: none; }
.is-asked .bar > :is(.steps, .time), .is-asked :is(.speed, .hint, [data-act="loop"], [data-act="products"]) { display: none; }
.is-asked.player .caption { grid-column: 1; height: 0; min-height: 0; margin: 0; visibility: hidden; overflow: hidden; }
@container figure (max-width: 52.49rem) {
  .player:not(.is-presenting) > .question { grid-area: 2 / 1; margin: 0.6rem 0; }
}
.is-asked.player:not(.is-presenting) .bar { margin-top: 0.6rem; }
.is-asked canvas { cursor: default; }
.is-asked.is-marked canvas { cursor: pointer; }
.is-presenting .question { width: min(100% - 2rem, 75rem); box-sizing: border-box; margin: 0.5rem auto; border: none; text-align: center; }
.is-presenting .question .text { font-size: clamp(1.2rem, 2.6vw, 2.5rem); }
.is-presenting .question .verdict { font-size: clamp(1rem, 1.8vw, 1.75rem); }
.is-presenting .question > .line { display: none; }
.is-presenting.is-asked { grid-template-rows: auto minmax(0, 1fr) auto auto; }
.is-presenting.is-asked .caption { grid-row: 3; }
.is-presenting.is-asked .bar { grid-row: 4; }
`;

const touches = window.matchMedia("(pointer: coarse)");

/** Answers that are counted, as long as the page is there. */
const count = { isOn: false, right: 0, all: 0 };

export class Quiz {
  /** @param {Figure} figure */
  constructor(figure) {
    this.figure = figure;
    this.player = figure.player;
    this.question = /** @type {Question} */ (/** @type {unknown} */ (null)); // until one is shown
    this.text = ""; // all of it: another one differs
    this.marked = /** @type {Set<string>} */ (new Set()); // cells, as links pin them
    this.isOver = false; // whether the answer is shown
    this.form = /** @type {HTMLFormElement} */ (create("form", { className: "question", ariaLabel: "Question", hidden: true }));
    this.words = create("p", { className: "text", ariaLive: "polite" });
    this.entry = create("span", { className: "line" });
    this.answering = create("div", { className: "line" });
    this.verdict = create("div", { className: "verdict", role: "status", ariaLive: "polite" });
    this.then = create("div", { className: "line" });
    const button = (/** @type {string} */ textContent, /** @type {() => void} */ act, type = "button") => {
      const made = create("button", { type, textContent });
      if (type === "button") made.addEventListener("click", act);
      return made;
    };
    this.next = button("Next question", () => this.goOn());
    const steps = button("Show all steps", () => this.showSteps());
    const box = /** @type {HTMLInputElement} */ (create("input", { type: "checkbox", checked: count.isOn }));
    this.score = create("span", { className: "note" });
    const label = create("label");
    label.append(box, "Count my answers");
    box.addEventListener("change", () => {
      Object.assign(count, { isOn: box.checked, right: 0, all: 0 });
      this.showScore();
    });
    this.answering.append(this.entry, button("Check", () => {}, "submit"), button("Show the answer", () => this.reveal("The answer is")));
    this.then.append(this.next, steps, label, this.score);
    this.form.append(create("style", { textContent: STYLE }), this.words, this.answering, this.verdict, this.then);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    this.form.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation()); // no keys of the player
    this.player.markup.stage.before(this.form);
  }

  /** @param {Question | undefined} question */
  show(question) {
    const { player, form } = this;
    const { section } = player.markup;
    const isAsked = question !== undefined && question.form !== "none";
    const text = JSON.stringify(question);
    form.hidden = !question;
    player.quiz = isAsked ? this : null;
    section.classList.toggle("is-asked", isAsked);
    section.classList.toggle("is-marked", isAsked && question.form === "cells");
    if (question && text !== this.text) this.begin(question);
    this.text = text ?? "";
    player.resize();
  }

  /** @param {Question} question */
  begin(question) {
    const hadFocus = this.hasFocus || (this.wasSwitched && !touches.matches); // a field calls the keyboard of a phone
    this.question = question;
    this.isOver = false;
    this.marked.clear();
    this.player.forget();
    this.player.playback.moveTo(0);
    this.player.setPlaying(false);
    this.words.textContent = question.text;
    this.verdict.replaceChildren();
    this.entry.replaceChildren(...this.fields(question));
    this.showState();
    if (hadFocus) this.focus();
  }

  /** @param {Question} question */
  fields({ form, choices }) {
    const help = create("span", { className: "note", textContent: HELP[form] });
    if (form === "choice") {
      const boxes = choices.map((value, at) => {
        const label = create("label");
        label.append(create("input", { type: "radio", name: "choice", value: String(at) }), value);
        return label;
      });
      this.entry.setAttribute("role", "radiogroup");
      return boxes;
    }
    this.entry.removeAttribute("role");
    if (form !== "number" && form !== "size") return [help];
    const box = create("input", { type: "text", ariaLabel: `Your answer. ${HELP[form]}`, autocomplete: "off", maxLength: 40, placeholder: form === "size" ? "rows × columns" : "" });
    return form === "size" ? [box] : [box, help];
  }

  get hasFocus() {
    return this.form.contains(/** @type {ShadowRoot} */ (this.form.getRootNode()).activeElement);
  }

  /** Whether the switch was pressed for the question. */
  get wasSwitched() {
    return /** @type {ShadowRoot} */ (this.form.getRootNode()).activeElement === this.player.markup.predictButton;
  }

  /** The way on with the keyboard: to the field, or to what comes after the answer. */
  focus() {
    const plane = this.player.markup.planes[this.player.scene.planes.findIndex(({ name }) => name === this.question.table)];
    const field = /** @type {HTMLElement | null} */ (this.entry.querySelector("input"));
    (this.isOver ? this.next : field ?? plane ?? this.next)?.focus({ preventScroll: true });
  }

  showState() {
    const isAsked = this.question.form !== "none";
    this.answering.hidden = this.isOver || !isAsked;
    this.then.hidden = !this.isOver && isAsked;
    this.showScore();
  }

  showScore() {
    this.score.textContent = count.isOn ? `${count.right} of ${count.all} right` : "";
  }

  // Answers ------------------------------------------------------------------------------------------------------------

  /** What was typed, chosen or marked, as the ways to read it, and in words; null where it says nothing. */
  read() {
    const { form, choices } = this.question;
    if (form === "cells") return { read: [[...this.marked]], words: ["no cell", "that cell"][this.marked.size] ?? `those ${this.marked.size} cells` };
    const box = /** @type {HTMLInputElement | null} */ (this.entry.querySelector("input[type=text], :checked"));
    if (form === "choice") return box && { read: [choices[Number(box.value)]], words: choices[Number(box.value)] };
    const words = box?.value.trim() ?? "";
    const read = form === "size" ? readSize(words) : readNumbers(words);
    return read.length ? { read, words } : null;
  }

  check() {
    if (this.isOver) return;
    const { form, answer, mistakes, otherwise } = this.question;
    const given = this.read();
    if (!given) return this.say(["", `${HELP[form]}.`]);
    const isGiven = (/** @type {any} */ other) => given.read.some((each) => isSame(form, each, other));
    const isRight = isGiven(answer);
    if (count.isOn) count.all += 1;
    if (count.isOn && isRight) count.right += 1;
    if (isRight) return this.reveal("Right:");
    const [, reason = otherwise] = mistakes.find(([other]) => isGiven(other)) ?? [];
    this.reveal("The answer is", [`Not ${given.words}.`, reason]);
  }

  /**
   * Show the answer in the picture, and in words.
   * @param {string} lead
   * @param {[string, string]} [wrong] what was wrong, and why
   */
  reveal(lead, wrong) {
    const { hasFocus } = this;
    const { spelled, because } = this.question;
    this.isOver = true;
    this.player.playback.moveTo(1);
    this.say(...(wrong ? [wrong] : []), [`${lead} ${spelled}.`, because]);
    this.showState();
    if (hasFocus || this.question.form === "cells") this.focus();
    this.player.resize();
    this.player.show();
  }

  /** @param {[string, string][]} lines of a strong part and another one */
  say(...lines) {
    this.verdict.replaceChildren(...lines.map(([strong, textContent]) => {
      const line = create("p");
      line.append(...(strong ? [create("b", { textContent: strong }), " "] : []), textContent);
      return line;
    }));
  }

  goOn() {
    const { number } = this.question;
    const { questions } = this.figure.data; // of a file
    const next = questions ? questions[(questions.indexOf(String(number)) + 1) % questions.length] : (number + 1) % QUESTIONS;
    this.figure.predict(String(next));
  }

  /** Back to the steps, at the one that shows the answer. */
  showSteps() {
    const { step } = this.question;
    this.figure.predict("off");
    this.figure.whenAnswered(() => this.player.go((step ?? 1) - 1));
  }

  // What the player asks -------------------------------------------------------------------------------------------------

  /** @param {1 | -1} way on: the answer, and then the next question; back: the question again */
  step(way) {
    if (way > 0) return this.isOver ? this.goOn() : this.reveal("The answer is");
    this.text = "";
    this.show(this.question);
  }

  /** What keys do while a question is asked, besides what they do anyway. */
  get acts() {
    const stay = () => {};
    const { isPresenting } = this.player;
    const mark = (/** @type {import("./player.js").Player} */ player, /** @type {Spot} */ here) => here.plane >= 0 && this.mark(here);
    const inGrid = this.player.markup.planes.some((plane) => plane.matches(":focus"));
    const still = isPresenting ? {} : { " ": stay, ArrowLeft: stay, ArrowRight: stay };
    return { Home: stay, End: stay, ...(inGrid ? { " ": mark, Enter: () => this.check() } : still) };
  }

  /** @param {Spot | null} spot that is marked, or no longer */
  mark(spot) {
    const { planes } = this.player.scene;
    const pin = spot && writePin(planes, spot);
    if (this.isOver || !spot || !pin || planes[spot.plane].name !== this.question.table) return;
    if (!this.marked.delete(pin)) this.marked.add(pin);
    this.player.cursors[spot.plane] = spot.cell;
    const name = nameOf(planes[spot.plane], spot.cell);
    this.say(["", `${name} is ${this.marked.has(pin) ? "marked" : "not marked"}. Marked: ${this.marked.size}.`]);
    this.player.show();
  }

  /** What is lit in the picture: marked cells, and the one that is pointed at. @returns {import("./paint.js").Lit[]} */
  get lit() {
    const { scene, hover } = this.player;
    if (this.isOver || this.question.form !== "cells") return [];
    const spots = [...this.marked].flatMap((pin) => readPin(scene.planes, pin) ?? []);
    const isOver = hover && scene.planes[hover.plane].name === this.question.table;
    return [...spots.map((spot) => ({ ...spot, fill: "window", strong: true })), ...(isOver ? [{ ...hover, strong: true }] : [])];
  }
}

/**
 * @param {string} form
 * @param {any} given
 * @param {any} other
 */
function isSame(form, given, other) {
  if (form === "number") return given >= other[0] && given <= other[1];
  return form === "cells" ? [...given].sort().join() === [...other].sort().join() : String(given) === String(other);
}

/**
 * The numbers that a text may mean: a comma is that of decimals, or parts thousands.
 * @param {string} text
 * @returns {number[]}
 */
export function readNumbers(text) {
  const plain = text.replaceAll("−", "-").replace(/\s/g, "");
  const [, above, below] = /^([+-]?\d+)\/(\d+)$/.exec(plain) ?? [];
  if (below) return [Number(above) / Number(below)];
  const thousands = /^[+-]?\d{1,3}(,\d{3})+$/.test(plain) ? [Number(plain.replaceAll(",", ""))] : [];
  const decimal = plain ? Number(plain.replace(",", ".")) : NaN;
  return [decimal, ...thousands].filter(Number.isFinite);
}

/**
 * Rows and columns, as a list of one pair or of none.
 * @param {string} text
 * @returns {number[][]}
 */
export function readSize(text) {
  const [, rows, columns] = /^\(?(\d{1,6})\s*(?:[x×*,;]|by|\s)\s*(\d{1,6})\)?$/i.exec(text) ?? [];
  return rows ? [[Number(rows), Number(columns)]] : [];
}
