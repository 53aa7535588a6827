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
  else {
    const target = document.querySelector('[class*="st-key-stage"]'); // the figure, or the map that links change
    const picture = link.getRootNode().querySelector(".stage") ?? target;
    // A picture in sight remains where it is; on telephones it is above what scrolls.
    if (picture?.getBoundingClientRect().top < 0) target.scrollIntoView({ behavior: isStill ? "auto" : "smooth" });
  }
});
