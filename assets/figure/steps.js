/** Steps in the history, by Back and Forward: the page around the figure hears only of those that nothing here takes. */

/** Says whether it has taken a step. @typedef {(event: PopStateEvent) => boolean} Taker */

/** Those who take steps; assets/history.js, in the document of the page, asks one after the other. @type {Taker[]} */
const takers = ((/** @type {any} */ (globalThis)).historySteps ??= []);

/**
 * Take steps in the history, until the signal ends it.
 * @param {Taker} take
 * @param {AbortSignal} signal
 */
export function takeSteps(take, signal) {
  takers.push(take);
  signal.addEventListener("abort", () => takers.splice(takers.indexOf(take), 1));
}
