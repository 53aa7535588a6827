/** What a moment of the figure says in numbers: sizes, costs, the formula, the output to copy, and the files. */

import { copy, create, rowOf, untilThere } from "./elements.js";

/** @typedef {import("./source.js").Answer} Answer */
/** @typedef {number | string} Value a number; infinities are words */

/** The message with which the page in the dialog asks to be closed (assets/download/page.js). */
const CLOSE = "convviz:close";

/** How the output is written: by the name of the format. */
const FORMATS = { CSV: asCsv, NumPy: asNumpy, LaTeX: asLatex };

export class Facts {
  /**
   * @param {HTMLElement} root
   * @param {() => void} embed show what another page needs to show the figure
   * @param {() => number} step
   */
  constructor(root, embed, step) {
    this.step = step;
    this.embed = create("button", { type: "button", textContent: "Embed", title: "Show this figure on a page of your own" });
    this.embed.addEventListener("click", embed);
    this.answer = /** @type {Answer} */ (null);
    this.list = create("dl", { className: "list" });
    this.note = create("p", { className: "note" });
    this.formulas = create("div", { className: "formulas" });
    this.link = /** @type {HTMLAnchorElement} */ (create("a", { className: "button", target: "_blank", textContent: "Download" }));
    this.link.addEventListener("click", (event) => this.openFiles(event));
    this.dialog = /** @type {HTMLDialogElement} */ (create("dialog", { className: "embed download", ariaLabel: "Download" }));
    this.size = create("span", { className: "note" });
    this.files = create("div", { className: "files", hidden: true });
    this.files.append(this.link, this.embed, this.size, this.dialog);
    this.table = create("div", { className: "table" });
    this.copying = create("details", { className: "copying" });
    this.title = create("summary");
    this.channel = /** @type {HTMLSelectElement} */ (create("select", { ariaLabel: "Channel" }));
    this.format = /** @type {HTMLSelectElement} */ (create("select", { ariaLabel: "Format" }));
    this.format.append(...Object.keys(FORMATS).map((name) => new Option(name, name)));
    this.copy = /** @type {HTMLButtonElement} */ (create("button", { type: "button", textContent: "Copy" }));
    this.text = create("pre", { tabIndex: 0, role: "region", ariaLabel: "The output's numbers" });
    const row = create("div", { className: "line" });
    row.append(this.channel, this.format, this.copy);
    this.copying.append(this.title, row, this.text);
    for (const element of [this.copying, this.channel, this.format]) {
      element.addEventListener(element === this.copying ? "toggle" : "change", () => this.write());
    }
    this.copy.addEventListener("click", () => {
      copy(this.copy, this.text.textContent ?? "", () => getSelection()?.selectAllChildren(this.text));
    });
    this.tables = create("details", { className: "tables", innerHTML: "<summary>This step as tables</summary>" });
    root.replaceChildren(this.list, this.table, this.note, this.formulas, this.files, this.copying, this.tables);
  }

  /**
   * @param {Answer} answer
   * @param {boolean} isInPicture whether the formulas are in the picture, too; then only screen readers find them here
   */
  show(answer, isInPicture) {
    this.answer = answer;
    this.formulas.classList.toggle("is-in-picture", isInPicture);
    this.list.replaceChildren(...answer.facts.map(([label, text, note]) => {
      const box = create("div", { title: note });
      box.append(create("dt", { textContent: label }), create("dd", { textContent: text }));
      return box;
    }));
    this.note.textContent = answer.facts_note ?? "";
    this.note.hidden = !this.note.textContent;
    this.formulas.replaceChildren(...answer.formulas.map((pieces) => create("p", { textContent: pieces.join(" ") })));
    this.showTable(answer.table);
    this.copying.hidden = !answer.output;
    if (!answer.output) return;
    this.title.textContent = answer.output.label;
    const { channels } = answer.output;
    const chosen = this.channel.value;
    this.channel.replaceChildren(...channels.map((name, at) => new Option(name, String(at))));
    this.channel.value = Number(chosen) < channels.length ? chosen || "0" : "0";
    this.channel.hidden = channels.length < 2;
    this.write();
  }

  /**
   * Both sides of a comparison, row by row; what differs is strong.
   * @param {{head: string[], rows: string[][]} | undefined} compared
   */
  showTable(compared) {
    this.table.hidden = !compared;
    if (!compared) return;
    const table = create("table");
    const [head, body] = [create("thead"), create("tbody")];
    head.append(rowOf("col", ["", ...compared.head]));
    body.append(...compared.rows.map(([label, left, right]) => {
      const row = rowOf("row", [left === right ? label : `${label} ≠`, left, right]);
      row.className = left === right ? "" : "differs";
      return row;
    }));
    table.append(create("caption", { textContent: "≠ marks what differs. Products on padding count." }), head, body);
    this.table.replaceChildren(table);
  }

  /**
   * @param {string} note how large the picture is
   * @param {string} address of the page with all formats, "" where there is none
   */
  showFiles(note, address) {
    this.files.hidden = false;
    this.size.textContent = note;
    this.link.hidden = !address;
    this.link.href = address;
  }

  /**
   * Show the page with all formats in a dialog; other keys and buttons open it as any link.
   * @param {MouseEvent} event
   */
  openFiles(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { dialog } = this;
    const close = create("button", { type: "button", textContent: "Close" });
    const frame = /** @type {HTMLIFrameElement} */ (create("iframe", { src: `${this.link.href}&step=${this.step()}`, title: "Download" }));
    untilThere(frame, "main");
    const hear = (/** @type {MessageEvent} */ { source, data }) => {
      if (source === frame.contentWindow && data === CLOSE) dialog.close();
    };
    window.addEventListener("message", hear);
    close.onclick = () => dialog.close();
    dialog.onclose = () => {
      window.removeEventListener("message", hear);
      dialog.replaceChildren();
      this.link.focus();
    };
    dialog.replaceChildren(close, frame);
    dialog.showModal();
  }

  write() {
    if (!this.copying.open || !this.answer.output) return;
    const planes = this.answer.output.planes;
    const write = FORMATS[/** @type {keyof typeof FORMATS} */ (this.format.value)];
    this.text.textContent = write(planes[Number(this.channel.value)] ?? planes[0]);
  }
}

/**
 * Comma-separated values, a row per line.
 * @param {Value[][]} table
 */
export function asCsv(table) {
  return table.map((row) => row.join()).join("\n");
}

/**
 * An array literal.
 * @param {Value[][]} table
 */
export function asNumpy(table) {
  const cell = (/** @type {Value} */ value) => String(value).replace("inf", "np.inf");
  return `np.array([${table.map((row) => `[${row.map(cell).join(", ")}]`).join(",\n          ")}])`;
}

/**
 * A matrix for a LaTeX document with amsmath.
 * @param {Value[][]} table
 */
export function asLatex(table) {
  const cell = (/** @type {Value} */ value) =>
    typeof value === "number" ? String(Number(value.toPrecision(6))) : value.replace("inf", "\\infty");
  const rows = table.map((row) => `  ${row.map(cell).join(" & ")}`).join(" \\\\\n");
  return `\\begin{bmatrix}\n${rows}\n\\end{bmatrix}`;
}
