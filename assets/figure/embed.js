/** What another page needs to show the figure: a frame with its true height, and how that looks. */

import { copy, create, untilThere } from "./elements.js";

/** The message with which a figure says how high its frame must be (page.js). */
const HEIGHT = "convviz:height";

/** CSS pixels of height as long as the figure has not said its own. */
const FIRST = 600;

const MARKUP = `
<style>
.embed h2 { margin: 0; font-size: 1.125rem; }
.embed .line { flex-wrap: wrap; align-items: center; }
.embed textarea { flex: none; padding: 0.5rem; border: 1px solid var(--edge); border-radius: 0.5rem; background: transparent;
  color: inherit; font: 0.8125rem/1.4 var(--st-code-font, monospace); resize: vertical; }
</style>
<h2>Embed this figure</h2>
<label class="switch"><input type="checkbox"> With sliders and costs</label>
<textarea rows="4" readonly aria-label="Text for a page of yours" spellcheck="false"></textarea>
<div class="line">
  <button type="button" data-act="copy">Copy</button>
  <button type="button" data-act="close">Close</button>
  <span class="note" role="status"></span>
</div>`;

export class Embed {
  /** @param {HTMLElement} parent of its dialog */
  constructor(parent) {
    this.dialog = /** @type {HTMLDialogElement} */ (create("dialog", { className: "embed", ariaLabel: "Embed", innerHTML: MARKUP }));
    parent.append(this.dialog);
    const find = (/** @type {string} */ css) => /** @type {any} */ (this.dialog.querySelector(css));
    this.box = /** @type {HTMLInputElement} */ (find("input"));
    this.text = /** @type {HTMLTextAreaElement} */ (find("textarea"));
    this.copy = /** @type {HTMLButtonElement} */ (find("[data-act=copy]"));
    this.note = /** @type {HTMLElement} */ (find(".note"));
    this.frame = /** @type {HTMLIFrameElement | null} */ (null);
    this.address = "";
    this.query = "";
    this.title = "";
    this.height = 0;
    this.box.addEventListener("change", () => this.load());
    this.copy.addEventListener("click", () => copy(this.copy, this.text.value, () => this.text.select()));
    find("[data-act=close]").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.clear());
    this.hear = this.hear.bind(this);
    window.addEventListener("message", this.hear);
  }

  destroy() {
    window.removeEventListener("message", this.hear);
  }

  /**
   * @param {string} address of the figure as a page of its own
   * @param {string} query
   * @param {string} title
   */
  show(address, query, title) {
    Object.assign(this, { address, query, title });
    this.dialog.showModal();
    this.load();
  }

  /** Let a frame show the figure, which says how high it is. One that went to another address would be in the history. */
  load() {
    this.clear();
    this.height = 0;
    this.frame = Object.assign(document.createElement("iframe"), { src: this.link, title: "How it looks" });
    untilThere(this.frame, ".figure");
    this.dialog.append(this.frame);
    this.write();
  }

  clear() {
    this.frame?.remove();
    this.frame = null;
  }

  get link() {
    const query = [this.query, this.box.checked ? "" : "dials=0"].filter(Boolean).join("&");
    return `${this.address}${query && `?${query}`}`;
  }

  /** @param {MessageEvent} event */
  hear({ source, data }) {
    if (!this.frame || source !== this.frame.contentWindow || data?.type !== HEIGHT) return;
    this.height = data.height;
    this.frame.style.height = `${data.height}px`;
    this.write();
  }

  write() {
    const frame = document.createElement("iframe");
    const attributes = {
      src: this.link, title: this.title, width: "100%", height: String(this.height || FIRST), style: "border: 0",
      loading: "lazy", allow: "fullscreen; clipboard-write",
    };
    for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
    this.text.value = frame.outerHTML;
    const isKnown = this.frame && this.height;
    this.note.textContent = isKnown ? `In this width, ${this.frame?.clientWidth} pixels, it is ${this.height} high.` : "";
  }
}
