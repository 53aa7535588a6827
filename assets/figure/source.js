/** Where answers come from: the newest question goes first, older ones are dropped, and answers are kept. */

/** What the server says of a recipe (convviz/figure.py). @typedef {any} Answer */
/** Why it has none, and what would help. @typedef {{error: string, dial: string | null,
 *   mends: {label: string, query: string}[], values?: Record<string, string> | null}} Refusal */
/** @typedef {{query: string, answer?: Answer, refusal?: Refusal}} Result */
/** Who asks: it takes results, and hears whether the server answers.
 * @typedef {{take: (result: Result, isNewest: boolean) => void, lost: (isLost: boolean) => void}} Hooks */

/** Results that are kept; the one that was not used for longest goes first. */
const KEPT = 64;

/** Milliseconds that an answer may take. */
const PATIENCE = 20_000;

/** Milliseconds until a question is asked again that got no answer: at first, and at most. */
const [SHORT, LONG] = [500, 4000];

export class Source {
  /**
   * @param {string} address of the scenes of one variant, as in `/scene/dilated.json`
   * @param {Hooks} hooks
   * @param {AbortSignal} signal
   */
  constructor(address, hooks, signal) {
    this.address = address;
    this.hooks = hooks;
    this.known = /** @type {Map<string, Result>} */ (new Map());
    this.wanted = /** @type {string | null} */ (null);
    this.flight = /** @type {Flight | null} */ (null);
    this.ahead = /** @type {Flight | null} */ (null); // the question whose answer may be needed next
    this.timer = 0;
    this.tries = 0; // that got no answer, in a row
    window.addEventListener("online", () => this.run(), { signal });
  }

  /** Forget all questions. */
  stop() {
    this.wanted = null;
    this.flight?.abort();
    this.ahead?.abort();
  }

  /** @param {Result} result an answer that came in another way */
  keep(result) {
    this.known.delete(result.query);
    this.known.set(result.query, result);
    if (this.known.size > KEPT) this.known.delete(/** @type {string} */ (this.known.keys().next().value));
  }

  /**
   * Ask for a recipe; `take` gets the answer, at once if it is known.
   * @param {string} query
   * @param {boolean} isFinal whether an answer to an older question is of no use any more
   */
  want(query, isFinal) {
    const known = this.known.get(query);
    this.wanted = known ? null : query;
    if (known) {
      this.flight?.abort();
      this.keep(known);
      this.hooks.take(known, true);
      return;
    }
    if (isFinal && this.flight?.query !== query) this.flight?.abort();
    this.run();
  }

  /**
   * The result of one question, apart from all others; null where the server does not answer.
   * @param {string} query
   * @returns {Promise<Result | null>}
   */
  async get(query) {
    const result = this.known.get(query) ?? (await new Flight(this.address, query, "high").result);
    if (result) this.keep(result);
    return result;
  }

  /**
   * Ask for what may be wanted next, as long as nothing else is under way.
   * @param {string[]} queries
   */
  async expect(queries) {
    for (const query of queries) {
      if (this.wanted !== null || this.ahead || this.known.has(query)) continue;
      this.ahead = new Flight(this.address, query, "low");
      const result = await this.ahead.result;
      this.ahead = null;
      if (result) this.keep(result);
    }
    if (this.wanted !== null) this.run();
  }

  async run() {
    clearTimeout(this.timer);
    if (this.flight || this.wanted === null) return;
    const query = this.wanted;
    if (this.ahead?.query === query) return; // it is on its way, and goes on there
    this.ahead?.abort();
    const flight = (this.flight = new Flight(this.address, query, "high"));
    const result = await flight.result;
    this.flight = null;
    if (result) {
      this.keep(result);
      const isNewest = this.wanted === query;
      if (isNewest) this.wanted = null;
      this.tries = 0;
      this.hooks.lost(false);
      if (isNewest || this.wanted !== null) this.hooks.take(result, isNewest);
    } else if (!flight.isAborted) {
      this.hooks.lost(true);
      this.timer = setTimeout(() => this.run(), pause(this.tries++, flight.seconds));
      return;
    }
    const next = this.wanted === null ? undefined : this.known.get(this.wanted);
    if (next) this.want(next.query, true);
    else this.run();
  }
}

/**
 * How long to wait before another try: longer each time or as the server says, and not as long as all others wait.
 * @param {number} tries
 * @param {number} [seconds]
 */
export function pause(tries, seconds = 0) {
  return Math.max(Math.min(SHORT * 2 ** tries, LONG), 1000 * seconds) * (1 + Math.random());
}

class Flight {
  /**
   * @param {string} address
   * @param {string} query
   * @param {"high" | "low"} priority
   */
  constructor(address, query, priority) {
    this.query = query;
    this.end = new AbortController();
    this.isAborted = false;
    this.seconds = 0; // until the server may be asked again, if it says that
    this.result = this.fetch(`${address}${query && `?${query}`}`, priority);
  }

  abort() {
    this.isAborted = true;
    this.end.abort();
  }

  /**
   * @param {string} url
   * @param {"high" | "low"} priority
   * @returns {Promise<Result | null>} null where the server does not answer, or a proxy does in its place
   */
  async fetch(url, priority) {
    const { query, end } = this;
    setTimeout(() => end.abort(), PATIENCE); // does nothing after the answer
    try {
      const response = await fetch(url, { signal: end.signal, priority });
      if (response.ok) return { query, answer: await response.json() };
      if (response.status === 400) return { query, refusal: { mends: [], ...(await response.json()) } };
      this.seconds = Number(response.headers.get("Retry-After")) || 0;
    } catch {} // cut off, or no JSON
    return null;
  }
}
