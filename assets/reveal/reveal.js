/** Brings the editor that the visitor asked for into view, with the focus in its first field, as soon as it is there. */

/** Frames of the screen after which an editor that has not come is given up. */
const MOST = 300;

/** Whether the visitor has gone on to something else: then nothing is moved away. */
const GOES_ON = ["pointerdown", "keydown", "wheel"];

/**
 * @param {{parentElement: any}} component
 */
export default function ({ parentElement }) {
  const card = (parentElement.host ?? parentElement).closest('[class*="st-key-own-"]');
  const end = new AbortController();
  let left = MOST;
  const look = () => {
    const field = firstField(card);
    if (end.signal.aborted || left-- <= 0) return;
    if (!field) return void requestAnimationFrame(look);
    field.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  for (const name of GOES_ON) addEventListener(name, () => end.abort(), { capture: true, signal: end.signal });
  look();
  return () => end.abort();
}

/**
 * The first field of an editor: a cell of its table, or a menu.
 * @param {Element} card
 * @returns {HTMLElement | null}
 */
function firstField(card) {
  const roots = [...card.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? []);
  const fields = [...roots, card].map((root) => /** @type {HTMLElement | null} */ (root.querySelector("input:not([type=file])")));
  return fields.find((field) => field) ?? null;
}
