// Links between pages, and to other settings of the same page, need no reload: the address changes, and everyone who
// hears of steps in the history takes it from there.
document.addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const isOurs = link?.matches(".cv-to") && link.origin === window.location.origin;
  if (!isPlain || event.defaultPrevented || !isOurs) return;
  event.preventDefault();
  const isElsewhere = link.pathname !== window.location.pathname;
  const address = link.href.replace(/[?]$/, ""); // how a page begins
  if (address !== window.location.href) window.history.pushState({}, "", address);
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isElsewhere) document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  // What is next to the figure leaves it where it is.
  else if (link.getRootNode() === document) {
    document.querySelector(".st-key-stage")?.scrollIntoView({ behavior: isStill ? "auto" : "smooth" });
  }
});
