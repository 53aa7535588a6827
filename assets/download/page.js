/** The page of all formats: it says what the server offers for a query, and saves the chosen file. */

/** One option of a format (convviz/web/app/offer.py). @typedef {{name: string, label: string, help: string, kind: string,
 *   low: number | null, high: number | null, choices: [string, string][], text: string, usual: string}} Field */
/** @typedef {{ending: string, label: string, text: string, kind: string, refusal: string}} Format */
/** What the server says of a query. @typedef {any} Offer */
/** A control of an option: its element, and how it takes over what the server says. @typedef {{box: HTMLElement,
 *   input: HTMLElement, note: HTMLElement, take: (field: Field) => void}} Control */

/** The message with which the figure closes its dialog (assets/figure/facts.js). */
const CLOSE = "convviz:close";

/** Kinds of formats, in the order in which they are offered. @type {Record<string, string>} */
const KINDS = {
  moving: "Moving picture", still: "One step", steps: "Each step", exercise: "Exercise", code: "Code", figure: "Figure",
};

/** Options that come before all others. */
const FIRST = ["step", "steps", "theme", "motion", "paper"];

const AUTO = "auto";

/** Milliseconds of rest until the server is asked, and until progress is said; of a pause before another try, at most. */
const [REST, PATIENCE, LONGEST] = [200, 1000, 4000];

const { base = "" } = document.documentElement.dataset;
const isFramed = window.parent !== window;
const [here = ""] = /^\d+$/.exec(new URLSearchParams(window.location.search).get("step") ?? "") ?? [];
const texts = new Map(new URLSearchParams(window.location.search));
const begun = new Map(texts);
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @param {string} id */
const find = (id) => /** @type {any} */ (document.getElementById(id));

/** The last format of each kind. @type {Map<string, string>} */
const chosen = new Map();
/** @type {Map<string, Control>} */
const controls = new Map();
let offer = /** @type {Offer} */ (null);
let built = "";
let isPaused = still.matches;
let timer = 0;
let question = new AbortController();
let tries = 0; // that got no answer, in a row
let work = /** @type {AbortController | null} */ (null);
let coming = new Image();
let retry = 0;

// What the server says --------------------------------------------------------------------------------------------------

/** Ask after a rest, so that a text that is being typed is one question. */
function change() {
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, REST);
}

async function ask() {
  window.clearTimeout(timer);
  question.abort();
  question = new AbortController();
  const query = new URLSearchParams([...texts]);
  window.history.replaceState(null, "", `?${query}`);
  try {
    const answer = await fetch(`${window.location.pathname}.json?${query}`, { signal: question.signal });
    if (answer.status >= 500) throw new Error(`${answer.status}`);
    const found = await answer.json();
    tries = 0;
    if (answer.ok) show(found);
    else fail(found.error);
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") return;
    fail("The server does not answer; this page keeps trying.");
    timer = window.setTimeout(ask, pauseAfter(tries++));
  }
}

/** @param {number} count of tries that got no answer */
const pauseAfter = (count) => Math.min(REST * 2 ** count, LONGEST) * (1 + Math.random());

/** @param {string} sentence why there is nothing to offer */
function fail(sentence) {
  say("problem", sentence);
  if (!offer) find("all").hidden = true;
  document.querySelector("main")?.removeAttribute("aria-busy");
}

/**
 * Write a sentence, or hide its place.
 * @param {string} id
 * @param {string} sentence
 */
function say(id, sentence) {
  find(id).textContent = sentence;
  find(id).hidden = !sentence;
}

/** @param {Offer} found */
function show(found) {
  offer = found;
  say("problem", "");
  find("all").hidden = false;
  find("title").textContent = found.title;
  find("back").href = `${base}/${found.name}${found.query && `?${found.query}`}`;
  find("back").hidden = isFramed;
  showFormats();
  showFields();
  showFile();
  showPreview();
  document.querySelector("main")?.removeAttribute("aria-busy");
}

// The format -------------------------------------------------------------------------------------------------------------

/** @returns {Format} */
const format = () => offer.formats.find((/** @type {Format} */ each) => each.ending === offer.format);

function showFormats() {
  const now = format();
  chosen.set(now.kind, now.ending);
  /** @type {Format[]} */
  const formats = offer.formats;
  const kinds = Object.keys(KINDS).filter((kind) => formats.some((each) => each.kind === kind));
  chips("kinds", kinds.map((kind) => [kind, KINDS[kind], false]), now.kind, (kind) => {
    const first = formats.find((each) => each.kind === kind && !each.refusal) ?? formats.find((each) => each.kind === kind);
    choose(chosen.get(kind) ?? /** @type {Format} */ (first).ending);
  });
  const some = formats.filter((each) => each.kind === now.kind);
  chips("formats", some.map((each) => [each.ending, each.label, Boolean(each.refusal)]), now.ending, choose);
  const missing = new Map(some.filter((each) => each.refusal).map((each) => [each.refusal, each.label]));
  find("about").textContent = [now.text, ...missing.keys()].join(" ");
}

/** @param {string} ending */
function choose(ending) {
  texts.set("format", ending);
  ask();
}

/**
 * Choices of which one is made; they are replaced only if they are others.
 * @param {string} id
 * @param {[string, string, boolean][]} words each with its label, and whether it cannot be chosen
 * @param {string} word
 * @param {(word: string) => void} take
 */
function chips(id, words, word, take) {
  const key = JSON.stringify(words);
  if (find(id).dataset.key !== key) {
    find(id).dataset.key = key;
    find(id).replaceChildren(...words.map(([value, label, disabled]) => {
      const box = create("label");
      const input = create("input", { type: "radio", name: id, value, disabled, onchange: () => take(value) });
      box.append(input, create("span", { textContent: label }));
      return box;
    }));
  }
  for (const input of find(id).querySelectorAll("input")) input.checked = input.value === word;
}

// The options ------------------------------------------------------------------------------------------------------------

function showFields() {
  const names = offer.fields.map((/** @type {Field} */ { name }) => name).join();
  if (`${offer.format} ${names}` !== built) build();
  built = `${offer.format} ${names}`;
  for (const field of offer.fields) controls.get(field.name)?.take(field);
  const purpose = find("purpose");
  if (purpose) purpose.value = purposeNow();
  for (const [name, { input, note }] of controls) refuse(input, note, offer.refusals[name] ?? "");
  const isInMore = Object.keys(offer.refusals).some((name) => find("options").contains(controls.get(name)?.box ?? null));
  if (isInMore) find("more").open = true;
  find("more").hidden = !find("options").childElementCount;
}

function build() {
  controls.clear();
  for (const field of offer.fields) controls.set(field.name, controlOf(field));
  const boxes = (/** @type {boolean} */ isFirst) =>
    [...controls].filter(([name]) => FIRST.includes(name) === isFirst).map(([, { box }]) => box);
  find("first").replaceChildren(...(controls.has("width") ? [purposeBox()] : []), ...boxes(true));
  find("options").replaceChildren(...boxes(false));
}

/**
 * @param {Field} field
 * @returns {Control}
 */
function controlOf(field) {
  if (field.name === "steps") return stepsControl(field);
  const id = `option-${field.name}`;
  const set = (/** @type {string} */ text, isTyped = false) => {
    if (text === "" || (text === field.usual && field.name !== "theme")) texts.delete(field.name);
    else texts.set(field.name, text);
    if (isTyped) change();
    else ask();
  };
  if (field.kind === "switch") {
    const input = create("input", { id, type: "checkbox", onchange: () => set(String(input.checked)) });
    return labelled(field, input, (now) => (input.checked = now.text === "true"));
  }
  if (field.kind === "choice") {
    const input = create("select", { id, onchange: () => set(input.value) });
    input.append(...field.choices.map(([word, label]) => new Option(label.split(": ")[0], word)));
    return labelled(field, input, (now) => (input.value = now.text));
  }
  const input = create("input", { id, autocomplete: "off", inputMode: field.kind === "text" ? "text" : "decimal" });
  input.placeholder = field.usual;
  input.oninput = () => set(input.value.trim(), true);
  return labelled(field, input, (now) => {
    if (input !== document.activeElement) input.value = now.text === AUTO ? "" : now.text;
  });
}

/**
 * @param {Field} field
 * @param {HTMLElement} input
 * @param {(field: Field) => void} take
 * @returns {Control}
 */
function labelled(field, input, take) {
  const box = create("div", { className: `field is-${field.kind}` });
  const label = create("label", { htmlFor: input.id, textContent: field.name === "step" ? `Step, of ${offer.steps}` : field.label });
  const help = create("p", { className: "help", id: `${input.id}-help`, textContent: field.help });
  const note = create("p", { className: "refusal", id: `${input.id}-refusal`, hidden: true });
  note.setAttribute("role", "alert");
  if (FIRST.includes(field.name) || field.kind === "switch") {
    help.hidden = true; // the label says it
    input.title = field.help;
  }
  box.append(...(field.kind === "switch" ? [input, label] : [label, input]), help, note);
  input.setAttribute("aria-describedby", `${help.id} ${note.id}`);
  return { box, input, note, take };
}

/**
 * @param {HTMLElement} input
 * @param {HTMLElement} note
 * @param {string} sentence
 */
function refuse(input, note, sentence) {
  note.textContent = sentence;
  note.hidden = !sentence;
  if (sentence && input === document.activeElement) note.scrollIntoView({ block: "nearest" });
  if (sentence) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/**
 * All steps, the one where the reader is, or a range.
 * @param {Field} field
 * @returns {Control}
 */
function stepsControl(field) {
  const [all, only, some] = ["all", "only", "range"];
  const select = create("select", { id: "option-steps" });
  select.append(new Option(`All ${offer.steps}`, all));
  if (here) select.append(new Option(`This one, step ${here}`, only));
  select.append(new Option("A range", some));
  const number = (/** @type {string} */ label, /** @type {string} */ value) => {
    const input = create("input", { value, inputMode: "numeric", autocomplete: "off", oninput: () => set(true) });
    const box = create("label", { textContent: label });
    box.append(input);
    return { box, input };
  };
  const [from, to, every] = [number("from", "1"), number("to", String(offer.steps)), number("every", "1")];
  const range = create("div", { className: "range", hidden: true });
  range.append(from.box, to.box, every.box);
  const mark = () => {
    range.hidden = select.value !== some;
    control.box.classList.toggle("is-wide", !range.hidden);
  };
  const set = (isTyped = false) => {
    mark();
    const [first, last, nth] = [from, to, every].map(({ input }) => input.value.trim());
    if (select.value === all) texts.delete("steps");
    else if (select.value === only) texts.set("steps", here);
    else texts.set("steps", `${first}-${last}${nth === "1" ? "" : `:${nth}`}`);
    if (isTyped) change();
    else ask();
  };
  select.onchange = () => set();
  const control = labelled(field, select, ({ text }) => {
    if (range.contains(document.activeElement)) return;
    const [, first, last, nth] = /^(\d+)(?:-(\d+))?(?::(\d+))?$/.exec(text) ?? [];
    select.value = text === all ? all : text === here ? only : some;
    mark();
    if (first) [from.input.value, to.input.value, every.input.value] = [first, last ?? first, nth ?? "1"];
  });
  select.after(range);
  return control;
}

/** @returns {HTMLElement} */
function purposeBox() {
  const select = create("select", { id: "purpose", onchange: () => takePurpose(select.value) });
  const names = offer.purposes.map((/** @type {any} */ { name, label }) => new Option(label, name));
  select.append(new Option("Any place", ""), ...names);
  const box = create("div", { className: "field is-wide" });
  box.append(create("label", { htmlFor: select.id, textContent: "For" }), select);
  return box;
}

/** The options that purposes are short for. */
const ofPurposes = () => new Set(offer.purposes.flatMap((/** @type {any} */ { options }) => Object.keys(options)));

function purposeNow() {
  const found = offer.purposes.find(({ options }) => {
    const isOther = (/** @type {string} */ name) => name !== "theme" && texts.has(name) && !(name in options);
    const has = Object.entries(options).every(([name, text]) => texts.get(name) === text);
    return has && ![...ofPurposes()].some(isOther);
  });
  return found?.name ?? "";
}

/** @param {string} purpose */
function takePurpose(purpose) {
  const { options = null } = offer.purposes.find((/** @type {any} */ { name }) => name === purpose) ?? {};
  for (const name of ofPurposes()) {
    if (options && name === "theme") continue;
    texts.delete(name);
    if (!options && begun.has(name)) texts.set(name, /** @type {string} */ (begun.get(name)));
  }
  texts.delete("purpose");
  for (const [name, text] of Object.entries(options ?? {})) texts.set(name, text);
  ask();
}

// The file and its preview ---------------------------------------------------------------------------------------------

function showFile() {
  const { file_name: name, refusal, megabytes, seconds } = offer;
  find("save").textContent = `Download ${format().label}`;
  find("save").disabled = name === undefined || Boolean(refusal) || Object.keys(offer.refusals).length > 0;
  say("refusal", refusal ?? "");
  if (name === undefined) {
    const refused = offer.fields.filter((/** @type {Field} */ field) => field.name in offer.refusals);
    find("file").textContent = `Change first: ${refused.map((/** @type {Field} */ { label }) => label).join(", ")}.`;
    return;
  }
  const cost = megabytes === undefined ? "" : `about ${inMegabytes(megabytes)}, ${seconds < 1 ? "under 1" : Math.round(seconds)}\u00a0s`;
  find("file").replaceChildren(create("strong", { textContent: name }), ` ${cost}`);
  const lines = [
    ["Address", `${window.location.origin}${base}/render/${offer.address}`], ["Command line", offer.command],
    ["Python", offer.python.trim()],
  ];
  find("lines").replaceChildren(...lines.map(([label, text]) => {
    const line = create("div", { className: "line" });
    const button = create("button", { type: "button", textContent: "Copy", ariaLabel: `Copy: ${label}` });
    const code = create("pre", { tabIndex: 0, textContent: text });
    code.setAttribute("role", "region");
    code.setAttribute("aria-label", label);
    button.onclick = () => copy(button, code);
    line.append(create("strong", { textContent: label }), button, code);
    return line;
  }));
}

/** @param {number} megabytes */
const inMegabytes = (megabytes) => (megabytes < 0.1 ? `${Math.max(1, Math.round(1000 * megabytes))}\u00a0kB` : `${megabytes.toFixed(1)}\u00a0MB`);

function showPreview() {
  const { preview, code, notes, width, height, frames, duration, description } = offer;
  if (offer.file_name === undefined) return;
  const { kind, label } = format();
  find("code").hidden = find("copy-code").hidden = !code;
  find("code").textContent = code;
  find("notes").hidden = !notes.length;
  find("notes").replaceChildren(...notes.map((/** @type {string} */ textContent) => create("li", { textContent })));
  const source = preview && `${base}/render/${isPaused ? offer.still : preview}`;
  find("paper").hidden = Boolean(code || source);
  find("stage").classList.toggle("is-empty", !find("paper").hidden);
  find("paper").textContent = `${label} has no preview.`;
  find("pause").hidden = !preview || preview === offer.still;
  find("pause").textContent = isPaused ? "Play" : "Pause";
  const pages = kind === "moving" ? `${frames} frames, ${Number(duration.toFixed(1))} s` : kind === "steps" ? `${frames} steps` : "";
  find("facts").textContent = code || !source ? "" : [`${width} × ${height} pixels`, pages].filter(Boolean).join(", ");
  showPicture(source, description ?? "");
}

/**
 * Show a picture once it is there; until then the one before stays.
 * @param {string} source "" for none
 * @param {string} description
 */
function showPicture(source, description) {
  const picture = find("picture");
  const stage = find("stage");
  picture.hidden = !source;
  picture.alt = description;
  stage.classList.toggle("is-transparent", texts.get("theme") === "transparent" && Boolean(source));
  if (coming.getAttribute("src") === source) return;
  window.clearTimeout(retry);
  coming.onload = coming.onerror = null;
  coming.src = ""; // the server need not draw it any more
  coming = new Image();
  if (!source || picture.getAttribute("src") === source) return stage.removeAttribute("aria-busy");
  stage.setAttribute("aria-busy", "true");
  coming.onload = () => {
    picture.src = source;
    stage.removeAttribute("aria-busy");
  };
  let count = 0; // a refusal is a picture, too, so this is a server that does not answer
  coming.onerror = () => (retry = window.setTimeout(() => (coming.src = source), pauseAfter(count++)));
  coming.src = source;
}

// Saving -----------------------------------------------------------------------------------------------------------------

/** Fetch the file, say how far that is, and save it under its name. */
async function save() {
  if (work || find("save").disabled) return;
  const { address, file_name: name, seconds } = offer;
  work = new AbortController();
  find("save").setAttribute("aria-disabled", "true");
  say("refusal", "");
  find("status").textContent = "";
  const start = performance.now();
  const watch = window.setInterval(() => {
    const spent = (performance.now() - start) / 1000;
    if (1000 * spent < PATIENCE) return;
    find("stop").hidden = find("progress").hidden = false;
    if (find("status").textContent) return;
    find("status").textContent = `Drawing; this takes about ${Math.max(1, Math.round(seconds))} s.`;
  }, PATIENCE / 4);
  try {
    const answer = await fetch(`${base}/render/${address}`, { signal: work.signal });
    if (!answer.ok) return refuseFile((await answer.json()).error);
    const file = await received(answer);
    saveAs(name, file);
    find("status").textContent = `Saved ${name}, ${inMegabytes(file.size / 1e6)}.`;
  } catch (error) {
    const isStopped = /** @type {Error} */ (error).name === "AbortError";
    find("status").textContent = isStopped ? "Stopped." : "The server does not answer. Try again.";
  } finally {
    window.clearInterval(watch);
    if (find("stop") === document.activeElement) find("save").focus();
    find("stop").hidden = find("progress").hidden = true;
    find("progress").removeAttribute("value");
    find("save").removeAttribute("aria-disabled");
    work = null;
  }
}

/**
 * Read the answer piece by piece.
 * @param {Response} answer
 * @returns {Promise<Blob>}
 */
async function received(answer) {
  const whole = Number(answer.headers.get("Content-Length"));
  const pieces = [];
  let length = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    length += piece.value.length;
    if (whole) find("progress").value = Math.min(1, length / whole);
  }
  return new Blob(pieces, { type: answer.headers.get("Content-Type") ?? "" });
}

/**
 * @param {string} name
 * @param {Blob} file
 */
function saveAs(name, file) {
  const href = URL.createObjectURL(file);
  create("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** @param {string} sentence a refusal begins with the option that it is about */
function refuseFile(sentence) {
  const control = controls.get(sentence.split(" ")[0]);
  if (!control) return say("refusal", sentence);
  if (find("options").contains(control.box)) find("more").open = true;
  refuse(control.input, control.note, sentence);
  control.input.focus();
}

/**
 * Copy a text; its button says so for a while.
 * @param {HTMLElement} button
 * @param {HTMLElement} source
 */
async function copy(button, source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(source); // without the right to write there, the person can copy it
  }
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

/**
 * An element with properties.
 * @param {string} tag
 * @param {Record<string, any>} properties
 * @returns {any}
 */
function create(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

find("choices").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  save();
});
find("stop").addEventListener("click", () => work?.abort());
find("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  showPreview();
});
find("copy-code").addEventListener("click", () => copy(find("copy-code"), find("code")));
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && isFramed) window.parent.postMessage(CLOSE, "*");
});
ask();
