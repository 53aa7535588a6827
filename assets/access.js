// What Streamlit's own markup lacks for keyboards and screen readers.
{
  const skip = Object.assign(document.createElement("a"), { className: "cv-skip", href: "#stMain", textContent: "Skip to the content" });
  skip.addEventListener("click", (event) => {
    event.preventDefault(); // the address stays that of the page
    document.getElementById("stMain")?.focus();
  });
  document.body.prepend(skip);

  const mend = () => {
    // Its menu on narrow screens is a list with other things than items in it, and items outside of it.
    for (const item of document.querySelectorAll("[data-testid=stSidebarNavItems]:not([role]), [data-testid=stSidebarNavItems] li:not([role])")) {
      item.setAttribute("role", "none");
    }
    // A block of code that scrolls is reached by keys.
    for (const block of document.querySelectorAll("[data-testid=stCode] pre:not([tabindex])")) {
      if (block.scrollWidth <= block.clientWidth && block.scrollHeight <= block.clientHeight) continue;
      block.setAttribute("tabindex", "0");
      block.setAttribute("role", "region");
      block.setAttribute("aria-label", "Code");
    }
  };
  let awaited = 0;
  const soon = () => (awaited ||= requestAnimationFrame(() => {
    awaited = 0;
    mend();
  }));
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  window.addEventListener("resize", soon);
}
