// Streamlit keeps the choice of light or dark for each address by itself. Here it is kept for all of them: what was chosen
// last, on any page, is what a page that is opened begins with.
{
  const ofPage = `stActiveTheme-${window.location.pathname}-v2`;
  const ofAll = "convviz page theme";
  try {
    const chosen = localStorage.getItem(ofAll);
    if (chosen !== null) localStorage.setItem(ofPage, chosen);
    window.addEventListener("pagehide", () => {
      const now = localStorage.getItem(ofPage);
      if (now !== null) localStorage.setItem(ofAll, now);
    });
  } catch {
    // The browser keeps nothing for this site.
  }
  // Pictures of cards have the colors of the page, which runs again for them when others are chosen.
  document.addEventListener("click", ({ target }) => {
    if (!target.closest('[data-testid^="stMainMenuItem-theme"]') || !document.querySelector(".cv-cards")) return;
    setTimeout(() => window.dispatchEvent(new PopStateEvent("popstate", { state: {} })));
  });
}
