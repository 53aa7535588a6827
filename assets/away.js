// While the server is away, the page remains as it is, and one line says so. Streamlit's own dialog about it is closed: it
// covers the page, in front of a class too, and nothing below it can be used. When the server is back, all who wait for
// it hear of that as if the line were up again.
{
  const PATIENCE = 3; // seconds without a connection that are not worth a word
  const line = Object.assign(document.createElement("p"), { className: "cv-away", role: "status" });
  document.body.append(line);
  let seconds = 0;
  const isConnected = () => !document.querySelector('[data-testid="stApp"]:not([data-test-connection-state="CONNECTED"])');
  const closeDialog = () => isConnected() || document.querySelector('[data-testid="stDialog"] [aria-label="Close"]')?.click();
  new MutationObserver(closeDialog).observe(document.body, { childList: true });
  setInterval(() => {
    if (isConnected()) {
      if (seconds) window.dispatchEvent(new Event("online"));
      seconds = 0;
      line.textContent = "";
      return;
    }
    seconds += 1;
    if (seconds >= PATIENCE) line.textContent = "The server does not answer. The page goes on by itself when it does.";
  }, 1000);

  // An image that could not be loaded is asked for again, after a pause that grows, and when the server is back.
  const tries = new Map();
  const again = (image) => (image.isConnected ? (image.src = image.src) : tries.delete(image));
  document.addEventListener("load", ({ target }) => tries.delete(target), true);
  document.addEventListener("error", ({ target }) => {
    if (!(target instanceof HTMLImageElement) || target.src.startsWith("data:")) return;
    const count = tries.get(target) ?? 0;
    tries.set(target, count + 1);
    if (count < 6) setTimeout(() => tries.has(target) && again(target), 1000 * 2 ** count * (1 + Math.random()));
  }, true);
  window.addEventListener("online", () => [...tries.keys()].forEach(again));
}
