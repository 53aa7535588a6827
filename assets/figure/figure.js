/** The figure: the player, its dials and its facts, fed by scenes from the server. It alone writes the address. */

import { Address } from "./address.js";
import { Dials } from "./dials.js";
import { Facts } from "./facts.js";
import { keep, recall } from "./kept.js";
import { Player } from "./player.js";
import { pageTheme } from "./present.js";
import { Source, pause } from "./source.js";
import { SET, isSameQuery, isTable, readQuery, writeQuery } from "./values.js";

/** @typedef {import("./values.js").Texts} Texts */
/** @typedef {import("./source.js").Answer} Answer */
/** @typedef {import("./source.js").Refusal} Refusal */

/**
 * What the page around the figure gives it.
 * @typedef {object} Data
 * @property {string} base path of the server
 * @property {import("./shelf.js").Shelf} [shelf] all answers that a file has, which asks no server
 * @property {number} [below] CSS pixels that the page needs below the figure
 * @property {string} [version] of the scripts, where they are fetched when they are used
 * @property {typeof import("./later.js")} [later] those of a file
 * @property {string[]} [questions] the numbers of those that a file has
 * @property {boolean} [bare] whether there is the picture alone, without dials and facts
 * @property {string} name of the variant, or "compare"
 * @property {Answer | null} answer of the last settings that work; null where the page takes the figure to be there already
 * @property {Texts} asked the parameters of the recipe as the page knows them, which may be refused
 * @property {Refusal | null} refusal why they are
 * @property {Texts} look how the picture is presented
 * @property {Texts} rest parameters that belong to parts of the page outside the figure
 * @property {Texts} [place] step and pin, where the address of the page does not say them and stays as it is
 * @property {string} read the address that the page has read, without what it changed then
 * @property {number} revision how often the page has changed something of the address by itself
 * @property {Texts} changes what it has changed of the recipe since the figure said which revision it has; an empty text
 *   is a parameter that goes back to its default
 * @property {string} image the name of the first sample image; "" where the page around takes no images
 * @property {boolean} narrow whether the page takes the figure for one on a phone
 * @property {boolean} listens whether a part of the page shows something about the recipe
 * @property {number} heard how many messages of the figure the page has read
 * @property {(answer: Answer) => void} [shown] hears of each answer that is shown
 */

/** What the page hears: how many messages there were with this one, the address, the last change of its own that is in
 * it, whether the figure is as narrow as a phone, and the dial that was moved last.
 * @typedef {(message: {count: number, address: string, revision: number, narrow: boolean, moved: string}) => void} Tell */

/** Milliseconds of rest after which a change is over. */
const REST = 300;

/** The layout for narrow screens: CSS pixels across. */
const NARROW_LAYOUT = "430";

/** Widths of layouts among which presenting chooses. */
const LAYOUTS = ["", "430", "640", "900", "1280"];

/** The presentation where nothing is asked for, as links spell it. @type {Texts} */
const USUAL = { theme: "page", width: "auto", seconds_per_step: "0.6", terms: "true", formula: "true", fill: "auto", predict: "off" };

/** The parameters of the presentation that change the scene; the others are for the player or for files. */
const OF_SCENE = ["terms", "formula", "fill", "predict"];

/** The figure of a comparison; the numbers on its sides are edited in the figure alone. */
const COMPARE = "compare";

/** Those that may be typed wrong: the server says so. */
const CHECKED = ["width", "seconds_per_step"];

const SIDE = /^(left|right)\./;
const SIDES = /^(left|right)$/;

/** The name below which the browser keeps the choice of theme. */
const THEME = "convviz theme";

/** CSS pixels from which dials are next to the picture, the least height of a picture, the room below the figure, and the
 * menu that covers what is scrolled to. */
const [WIDE, LOWEST, BELOW, MENU] = [840, 240, 12, 80];

/** The part of a narrow window that the picture takes at most. */
const PART_OF_PHONE = 0.6;

/** Where each page was left, by its name: the menu leads back to that. @type {Map<string, string>} */
const left = new Map();

export class Figure {
  /**
   * @param {ParentNode} root that holds the markup of figure.html
   * @param {Tell} tell
   */
  constructor(root, tell) {
    this.root = root;
    this.tell = tell;
    this.end = new AbortController();
    const find = (/** @type {string} */ css) => /** @type {HTMLElement} */ (root.querySelector(css));
    this.section = find(".figure");
    this.note = find(".lost");
    this.player = new Player(find(".playing"), {
      edit: (plane, cells) => this.edit(plane, cells),
      narrow: () => this.want(true, this.isAnswered ? "" : this.pending),
      place: (place) => this.stand(place),
      present: (on, room) => this.present(on, room),
      room: () => this.room,
      predict: () => (this.look.predict ? this.quiz?.showSteps() : this.predict(this.data.questions?.[0] ?? "0")),
    });
    this.dials = new Dials(find(".dials"), {
      change: (name, text, isOver) => this.change(name, text, isOver),
      near: (name, texts) => this.expect(name, texts),
      open: (query) => this.open(readQuery(query)),
      share: (texts) => this.open({ ...Object.fromEntries(this.apart(Object.keys(texts))), ...texts }),
      swap: () => this.apply("swap"),
      refresh: () => this.showDials(),
      apply: (edit) => this.apply(edit),
      forget: (name) => this.forget(name),
    });
    this.embed = /** @type {import("./embed.js").Embed | null} */ (null); // until it is wanted
    this.quiz = /** @type {import("./predict.js").Quiz | null} */ (null); // as that
    this.facts = new Facts(find(".facts"), () => this.showEmbed(), () => this.player.playback.frame + 1);
    this.facts.tables.ontoggle = async () => (await this.later).showTables(this);
    this.address = /** @type {Address} */ (/** @type {unknown} */ (null)); // until data are loaded, as all that follows
    this.source = /** @type {Source | import("./shelf.js").Shelf} */ (/** @type {unknown} */ (null));
    this.data = /** @type {Data} */ (/** @type {unknown} */ (null));
    this.answer = /** @type {Answer} */ (null);
    this.asked = /** @type {Texts} */ ({});
    this.look = /** @type {Texts} */ ({});
    this.rest = /** @type {Texts} */ ({});
    this.options = /** @type {import("./decode.js").Options} */ (/** @type {unknown} */ (null));
    this.refusal = /** @type {Refusal | null} */ (null);
    this.before = /** @type {Texts} */ ({}); // the parameters when the change began
    this.sent = ""; // the latest message, without its count
    this.isAnswered = false; // whether the newest question is
    this.pending = ""; // what the server is to change in the newest question
    this.unsaid = /** @type {string[]} */ ([]); // all such changes that the page has not heard of
    this.chosen = /** @type {Texts} */ ({}); // the image that the person has chosen since the last message, if any
    this.whole = 0; // the message in which it hears of a whole recipe, which takes the place of what it changes meanwhile
    this.moved = ""; // the dial of the newest change
    this.hasEntry = true; // whether the history has an entry for what is asked for
    this.waiting = /** @type {(() => void)[]} */ ([]); // what is done as soon as the newest question is answered
    this.start = { query: "", texts: /** @type {Texts} */ ({}) }; // the first address, and what the page made of it
    this.count = 0;
    this.revision = 0;
    this.scripts = /** @type {Promise<typeof import("./later.js")> | null} */ (null); // that are used later
    this.timer = 0;
    this.placing = 0;
    this.lookWanted = /** @type {Texts} */ ({});
    this.held = 0; // CSS pixels of the picture's height as long as it is kept
    const { stage } = this.player.markup;
    this.watch = new ResizeObserver(() => this.section.style.setProperty("--stage-height", `${stage.offsetHeight}px`));
    this.watch.observe(stage);
  }

  /** Let go of everything that outlives the markup. */
  destroy() {
    clearTimeout(this.timer);
    clearTimeout(this.placing);
    this.end.abort();
    this.watch.disconnect();
    this.embed?.destroy();
    this.source?.stop();
    this.player.destroy();
  }

  /**
   * Take over what a run of the page says.
   * @param {Data} data
   */
  load(data) {
    this.data = data;
    if (!this.address) return this.begin(data);
    if (!this.answer) return; // it is on its way
    if (data.heard < this.count) return; // the page does not know the latest yet, and will run again
    if (data.revision !== this.revision) this.takeOver(data); // a smaller one is that of a server that was started again
    this.report();
    this.player.refreshTheme();
    this.showFiles();
  }

  /**
   * Take over what the page has changed; a change that goes on here goes on from that.
   * @param {Data} data
   */
  takeOver({ revision, rest, changes }) {
    this.revision = revision;
    if (this.whole) {
      if (this.whole <= this.count) this.whole = 0; // what it changes after this message counts again
      return;
    }
    const { image } = this.rest;
    this.rest = withoutEmpty({ ...rest, ...this.chosen });
    this.before = withoutEmpty({ ...this.before, ...changes });
    const asked = withoutEmpty({ ...this.asked, ...changes });
    if (writeQuery(asked) === writeQuery(this.asked)) {
      this.address.settle(this.query);
      this.showDials();
      if (this.refusal && isOfLink(this.refusal)) this.dials.refuse((this.refusal = null));
      return;
    }
    // Numbers of an image belong to the change that has led to them, or to the link that names the image.
    const isOfImage = image && image === rest.image && this.isAnswered && asked.input !== this.asked.input;
    this.asked = asked;
    const [first, ...others] = this.unsaid.splice(0);
    if (isOfImage) this.hasEntry = true;
    else this.pause(false);
    this.want(false, first); // several may come in a row, as while a number is typed
    others.forEach((edit) => this.apply(edit));
  }

  /**
   * The page has heard of all changes, or a whole recipe takes their place.
   * @param {boolean} isWhole
   */
  said(isWhole = false) {
    this.unsaid = [];
    this.whole = isWhole ? this.count + 1 : 0;
    if (isWhole) this.moved = "";
  }

  /** @param {string} image that the page is to take the input from, "" for none */
  chooseImage(image) {
    this.chosen = { image };
    this.rest = withoutEmpty({ ...this.rest, image });
  }

  /** @param {Data} data */
  begin(data) {
    this.count = data.heard;
    this.revision = data.revision;
    this.source = data.shelf?.serve(this) ?? new Source(`${data.base}/scene/${data.name}.json`, this, this.end.signal);
    this.section.classList.toggle("is-file", Boolean(data.shelf));
    this.section.classList.toggle("is-bare", Boolean(data.bare));
    this.dials.isFixed = Boolean(data.shelf);
    this.player.markup.predictButton.hidden = data.name === COMPARE || data.questions?.length === 0;
    const goTo = (/** @type {Texts} */ texts) => this.goTo(this.address.query === this.start.query ? this.start.texts : texts);
    this.address = new Address(goTo, this.end.signal, data.place ?? null);
    const { answer, refusal } = data;
    this.asked = answer && (!refusal || isOfLink(refusal)) ? answer.texts : data.asked;
    this.look = data.look;
    this.rest = data.rest;
    this.refusal = refusal;
    this.start = { query: this.address.query, texts: { ...this.asked, ...this.look, ...this.rest } };
    if (!answer) return this.want(true);
    this.isAnswered = true;
    if (data.image && data.name !== COMPARE) this.dials.offered = { input: [["image", "Image"]] }; // the page takes the numbers from it
    this.show(answer, true);
    if (this.isAnswered) this.appear(); // else the window needs another layout
    if (refusal) this.dials.refuse(refusal, this.asked === answer.texts);
    const before = left.get(data.name);
    const now = this.address.texts();
    // A quick step in the history may have led on while the page was made.
    if (!isSameQuery(writeQuery(now), writeQuery(readQuery(data.read)))) this.goTo(now);
    else if (before !== undefined && !this.address.query && !data.place) this.goTo(readQuery(before));
    else this.report();
  }

  /** @param {boolean} isLost whether the server does not answer */
  lost(isLost) {
    this.note.hidden = !isLost;
    this.appear();
  }

  appear() {
    this.section.classList.add("is-ready");
    const root = this.section.getRootNode();
    if (root instanceof ShadowRoot) /** @type {HTMLElement} */ (root.host).dataset.ready = ""; // the page may appear
  }

  // What is asked for ------------------------------------------------------------------------------------------------

  /** The address of what the figure shows. */
  get query() {
    return this.queryOf(this);
  }

  /** @param {{asked: Texts, look: Texts, rest: Texts}} known of which this is the address */
  queryOf({ asked, look, rest }) {
    return writeQuery({ ...asked, ...look, ...rest });
  }

  /** What the presentation is: as asked for, as chosen on another page, or as usual. */
  get shownLook() {
    const theme = recall(THEME);
    return { ...USUAL, ...(theme && { theme }), ...this.look };
  }

  /**
   * The question to the server.
   * @param {Texts} asked
   * @param {string} edit what the server is to change in it
   * @param {string} width of the layout
   */
  request(asked, edit = "", width = this.player.isNarrow ? NARROW_LAYOUT : "") {
    const look = Object.fromEntries(OF_SCENE.filter((name) => this.look[name]).map((name) => [name, this.look[name]]));
    return writeQuery({ ...asked, ...look, ...(width && { width }), ...(edit && { edit }) });
  }

  /**
   * A dial was moved.
   * @param {string} name
   * @param {string} text
   * @param {boolean} isOver
   */
  change(name, text, isOver) {
    // What the server changes begins from its newest answer; until that is there, only the same dial goes on.
    const isEarly = !this.isAnswered && this.moved !== name && (this.pending || this.changed(name, text).edit);
    if (isEarly) return this.waiting.push(() => this.change(name, text, isOver));
    if (!this.timer || this.moved !== name) this.before = this.answer.texts;
    this.moved = name;
    if (name in USUAL) return this.changeLook(name, text);
    if (name === "input") {
      this.chooseImage(text === "image" ? this.data.image : "");
      if (text === "image") return this.settle();
    }
    const { asked, edit } = this.changed(name, text);
    this.asked = asked;
    this.ask(isOver, edit);
  }

  /**
   * The parameters after one of them has changed. Numbers of the reader's own follow their sizes, and a size follows a
   * kernel that has no other: that is for the server to say.
   * @param {string} name
   * @param {string} text
   * @returns {{asked: Texts, edit: string}}
   */
  changed(name, text) {
    // What was cut off comes back as long as the dial moves.
    const asked = this.timer && this.moved === name ? this.before : this.answer.texts;
    if (text === "own") return { asked, edit: `own:${name}` };
    const { kind, group } = this.fieldOf(name);
    const isSize = group === "size" || group === "channels";
    const isOfTables = isSize && (this.hasTables(asked) || this.hasTables(this.asked));
    if (kind === "table" || SIDES.test(name) || isOfTables) return { asked, edit: `set:${name}=${text}` };
    return { asked: { ...Object.fromEntries(this.apart([name])), [name]: text }, edit: "" };
  }

  /**
   * Whether there are numbers of the reader's own.
   * @param {Texts} texts
   */
  hasTables(texts) {
    return Object.entries(texts).some(([name, text]) => this.fieldOf(name)?.kind === "table" && isTable(text));
  }

  /**
   * What is asked for without what each side of a comparison has of its own: something for both takes its place.
   * @param {string[]} names
   */
  apart(names) {
    return Object.entries(this.asked).filter(([name]) => !(SIDE.test(name) && names.includes(name.replace(SIDE, ""))));
  }

  /** @param {string} name */
  fieldOf(name) {
    return this.answer.dials.find((/** @type {import("./controls.js").Field} */ field) => field.name === name);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  async changeLook(name, text) {
    const wanted = (this.lookWanted = { [name]: text });
    if (CHECKED.includes(name)) {
      const result = await this.source.get(writeQuery({ ...this.answer.texts, ...wanted }));
      if (this.lookWanted !== wanted) return;
      const refusal = result?.refusal;
      this.dials.refuse(refusal ? { ...refusal, dial: name, mends: [] } : null, true);
      if (refusal) return;
    }
    this.look = { ...this.look, [name]: text };
    if (text === USUAL[name]) delete this.look[name];
    if (name === "theme") keep(THEME, text === USUAL.theme ? "" : text);
    if (OF_SCENE.includes(name)) return this.ask(false);
    this.show(this.answer, true);
    this.pause(false);
  }

  /**
   * Ask for the newest recipe, as a change: its entry in the history comes before the answer, which may be there at once.
   * @param {boolean} isOver
   * @param {string} [edit]
   */
  ask(isOver, edit = "") {
    this.isAnswered = false;
    this.pause(isOver);
    this.want(isOver, edit);
  }

  /**
   * Ask for the newest recipe.
   * @param {boolean} isOver
   * @param {string} [edit]
   */
  want(isOver, edit = "") {
    this.isAnswered = false;
    this.pending = edit;
    if (edit) this.unsaid = [...this.unsaid.filter((each) => nameIn(each) !== nameIn(edit)), edit];
    this.source.want(this.request(this.asked, edit), isOver);
  }

  /** Do what has waited for the newest answer. */
  goOn() {
    for (const act of this.waiting.splice(0)) act();
  }

  /**
   * Ask for what the person may want next.
   * @param {string} name
   * @param {string[]} texts
   */
  expect(name, texts) {
    if (name in USUAL || this.refusal) return;
    const changes = texts.map((text) => this.changed(name, text));
    this.source.expect(changes.map(({ asked, edit }) => this.request(asked, edit)));
  }

  /**
   * @param {import("./source.js").Result} result
   * @param {boolean} isNewest
   */
  take({ answer, refusal }, isNewest) {
    this.appear();
    if (refusal) {
      if (!isNewest) return;
      this.refusal = refusal;
      const [, name, text] = SET.exec(this.pending) ?? [];
      this.showDials(refusal.values ?? undefined, name ? { [name]: text } : {});
      this.dials.refuse(refusal);
      this.isAnswered = true;
      this.goOn();
      return this.report();
    }
    if (isNewest) {
      this.isAnswered = true;
      this.asked = answer.texts;
      this.refusal = null;
      this.dials.refuse(null);
      if (this.timer) this.hasEntry = this.address.change(this.query);
      else if (this.hasEntry) this.address.amend(this.query);
      else this.address.settle(this.query);
    }
    this.show(answer, isNewest);
    if (isNewest) this.goOn();
    this.report();
  }

  /**
   * Show an answer; the dials stay where the person has them as long as another one is awaited.
   * @param {Answer} answer
   * @param {boolean} isNewest
   */
  show(answer, isNewest) {
    const { step, pin } = this.address.place;
    const isOther = answer.query !== this.answer?.query;
    this.answer = answer;
    const { theme, seconds_per_step: seconds } = this.shownLook;
    this.source.keep({ query: this.request(answer.texts), answer });
    const isAsked = "answer" in (answer.question ?? {});
    this.options = { secondsPerStep: Number(seconds), theme, step: Number(step) || null, pin: pin || null, isAsked };
    const loading = this.player.isPresenting ? this.present(true) : this.player.load(answer.scene, this.options, isOther);
    if (isNewest) this.showDials();
    this.showQuestion(loading);
    this.facts.show(answer, this.shownLook.formula === USUAL.formula);
    if (!this.timer) this.showFiles();
    this.data.shown?.(answer);
  }

  /** Offer the files of what is shown, which may have another width than the layout here. */
  async showFiles() {
    const { answer, data } = this;
    if (data.shelf) return;
    const { theme } = this.shownLook;
    const { width = "" } = this.look;
    const found = width === (this.player.isNarrow ? NARROW_LAYOUT : "") ? { answer } : await this.source.get(this.request(answer.texts, "", width));
    if (answer !== this.answer) return;
    if (!found) return this.facts.showFiles("", "");
    if (found.refusal) return this.facts.showFiles(found.refusal.error, "");
    const { note, query } = found.answer.files;
    const look = `theme=${theme === USUAL.theme ? pageTheme(this.section) : theme}`;
    this.facts.showFiles(note, `${data.base}/download/${answer.name}?${query && `${query}&`}${look}`);
  }

  /**
   * @param {Texts} values of all parameters where nothing else is asked for
   * @param {Texts} typed what is refused, and stays as the person has set it
   */
  showDials(values = this.answer.values, typed = {}) {
    const { answer } = this;
    const source = this.rest.image ? { input: "image" } : {};
    this.dials.show(answer, { ...values, ...this.asked, ...source, ...this.shownLook, ...typed }, this.asked);
  }

  /** What only some need: it is fetched when it is first used, and a file has it. */
  get later() {
    return (this.scripts ??= this.fetchLater());
  }

  /** @returns {Promise<typeof import("./later.js")>} */
  async fetchLater(tries = 0) {
    const { base, version, later } = this.data;
    try {
      return later ?? (await import(`${base}/modules/${version}-${tries}/later.js`)); // as in entry.js
    } catch {
      this.lost(true);
      await new Promise((go) => setTimeout(go, pause(tries)));
      return this.fetchLater(tries + 1);
    }
  }

  /** @param {string} number of a question about what is shown, or "off" to show the steps */
  predict(number) {
    this.whenAnswered(() => this.changeLook("predict", number));
  }

  /**
   * Ask the question that the answer has, or show the steps again.
   * @param {Promise<void> | void} loading its picture
   */
  async showQuestion(loading) {
    this.player.markup.predictButton.ariaPressed = String("predict" in this.look);
    if (!this.answer.question && !this.quiz) return;
    await loading;
    const { Quiz } = await this.later;
    this.quiz ??= new Quiz(this);
    this.quiz.show(this.answer.question);
  }

  /** Show what another page needs to show this figure. */
  async showEmbed() {
    const { Embed } = await this.later;
    const query = writeQuery({ ...this.answer.texts, ...this.look });
    this.embed ??= new Embed(this.section);
    this.embed.show(`${window.location.origin}${this.data.base}/figure/${this.data.name}`, query, this.answer.title);
  }

  // The address, and the page around ---------------------------------------------------------------------------------

  /**
   * Wait for rest after a change, as long as its dial is held; a change that is over needs none.
   * @param {boolean} isOver
   */
  pause(isOver) {
    clearTimeout(this.timer);
    if (!isOver) this.hold();
    this.hasEntry = this.address.change(this.query);
    if (isOver) return this.settle();
    const goOn = () => (this.section.querySelector("input:active") ? this.pause(false) : this.settle());
    this.timer = setTimeout(goOn, REST);
  }

  settle() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.release();
    this.address.settle(this.query);
    this.showFiles();
    this.report();
  }

  /** While a dial moves, nothing may move away under the pointer: the picture keeps its place. */
  hold() {
    const { stage } = this.player.markup;
    if (this.held) return;
    this.held = stage.clientHeight;
    stage.style.minHeight = `${this.held}px`;
  }

  release() {
    if (!this.held) return;
    this.held = 0;
    this.player.markup.stage.style.minHeight = "";
    this.player.resize();
  }

  /** Tell the page what the figure shows, if a part of it shows something about that and does not know it. */
  report() {
    const { data, query } = this;
    if (!data.place) left.set(data.name, query);
    const hasOwn = !data.place && data.name !== COMPARE && ("image" in this.rest || this.hasTables(this.asked));
    if (this.timer || !this.isAnswered) return;
    if (!(data.listens || hasOwn)) return this.said();
    const narrow = this.player.isNarrow ?? data.narrow;
    const isHeard = this.count <= data.heard;
    const text = `${query} ${this.revision} ${narrow}`;
    // What the page spells in another way it would spell so again: no message is sent twice.
    if (text === this.sent || (isHeard && isSameQuery(query, this.queryOf(data)) && narrow === data.narrow)) {
      if (isHeard) this.said();
      return;
    }
    this.sent = text;
    this.chosen = {};
    this.count += 1;
    this.tell({ count: this.count, address: query, revision: this.revision, narrow, moved: this.moved });
  }

  /**
   * A step in the history: all parameters are new.
   * @param {Texts} texts
   */
  goTo(texts) {
    // Of a comparison nothing belongs to the page, and which parameters there are depends on the variants in the address.
    const names = Object.keys(this.data.name === COMPARE ? texts : this.answer.values);
    const { step, pin, ...others } = texts;
    this.look = {};
    this.asked = {};
    this.rest = {};
    for (const [name, text] of Object.entries(others)) {
      (name in USUAL ? this.look : names.includes(name) ? this.asked : this.rest)[name] = text;
    }
    clearTimeout(this.timer);
    this.timer = 0;
    this.release();
    this.hasEntry = true;
    this.said(true);
    this.want(true);
    this.report();
  }

  /**
   * Other parameters of the recipe, as a change of its own.
   * @param {Texts} texts
   */
  open(texts) {
    this.asked = texts;
    this.said(true);
    this.ask(true);
  }

  /**
   * The player is at a step, or plays.
   * @param {Texts} place
   */
  stand(place) {
    clearTimeout(this.placing);
    this.placing = setTimeout(() => this.address.stand(place), REST);
  }

  // The picture ------------------------------------------------------------------------------------------------------

  /**
   * Numbers were typed into cells of a plane.
   * @param {string} plane
   * @param {[number[], string][]} cells
   * @returns {Promise<void>} kept when they are answered
   */
  edit(plane, cells) {
    const table = plane.replace(/^(left|right)/, "$1.").replace("kernel", "weight");
    if (table === "input") this.chooseImage("");
    return this.apply(cells.map(([cell, text]) => `${table}:${cell.join()}:${text}`).join("|"));
  }

  /** @param {string} name of a parameter that goes back to its default */
  forget(name) {
    const { [name]: _, ...others } = this.asked;
    this.open(others);
  }

  /**
   * Let the server change what is shown, once that is the newest.
   * @param {string} edit
   * @returns {Promise<void>} kept when it is answered
   */
  apply(edit) {
    return new Promise((done) => this.whenAnswered(() => {
      this.asked = this.answer.texts;
      this.moved = edit;
      this.ask(true, edit);
      this.waiting.push(() => done(undefined));
    }));
  }

  /**
   * Act once the newest question is answered, and what waits already is done.
   * @param {() => void} act
   */
  whenAnswered(act) {
    if (this.isAnswered) act();
    else this.waiting.push(() => this.whenAnswered(act));
  }

  /** How high the picture may be, so that its controls are in sight, in CSS pixels. */
  get room() {
    // On a phone the dials below the picture must be in sight, too; a frame is as high as its page has made it.
    const isPhone = this.section.clientWidth < WIDE && !this.data.bare && window.parent === window;
    const { innerHeight } = window;
    if (isPhone) return this.held || innerHeight * PART_OF_PHONE;
    const { section, stage } = this.player.markup;
    const bars = section.offsetHeight - stage.offsetHeight;
    let above = this.section.getBoundingClientRect().top;
    // However far the page around it is scrolled.
    for (let at = /** @type {any} */ (this.section); at; at = at.parentNode ?? at.host) above += at.scrollTop ?? 0;
    // A figure that begins far down is looked at by itself.
    return Math.max(LOWEST, innerHeight - (above > innerHeight / 2 ? MENU : above) - bars - (this.data.below ?? BELOW));
  }

  /**
   * Choose the layout whose cells are the largest in a window, or go back to that of the page.
   * @param {boolean} on
   * @param {{width: number, height: number}} [room]
   */
  async present(on, room = this.player.stageRoom) {
    const { answer } = this;
    const widths = on ? LAYOUTS : [this.player.isNarrow ? NARROW_LAYOUT : ""];
    const found = await Promise.all(widths.map((width) => this.source.get(this.request(answer.texts, "", width))));
    if (this.player.isPresenting !== on || this.answer !== answer) return;
    const sizeIn = (/** @type {Answer} */ { scene }) => Math.min(...scene.planes.map(({ cell }) => cell))
      * Math.min(room.width / scene.width, room.height / scene.height);
    const scenes = found.flatMap((result) => (result?.answer ? [result.answer] : []));
    const best = scenes.reduce((one, other) => (sizeIn(other) > sizeIn(one) ? other : one), answer);
    this.player.load(best.scene, this.options, false);
  }
}

/**
 * Whether it is about a part of the link that the page has left out.
 * @param {Refusal} refusal
 */
function isOfLink({ dial, mends }) {
  return dial === null && !mends.length;
}

/**
 * The parameter that a change sets; of any other change, the change itself.
 * @param {string} edit
 */
function nameIn(edit) {
  return SET.exec(edit)?.[1] ?? edit;
}

/** @param {Texts} texts */
function withoutEmpty(texts) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ""));
}
