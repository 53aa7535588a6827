// The script of the component itself: it only fetches the figure, once for all figures of the page. The server puts the
// address of the scripts in place of SCRIPT.

// A browser keeps for good that it could not fetch a module, so each attempt has an address of its own.
async function load() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await import(new URL(`SCRIPT-${attempt}/figure.js`, window.location.origin).href);
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((go) => setTimeout(go, 500 * 2 ** attempt));
    }
  }
}
const figure = load();
export default function (component) {
  let isGone = false;
  let leave = () => {};
  figure
    .then(({ mount }) => { if (!isGone) leave = mount(component); })
    .catch((error) => {
      console.error(error);
      component.parentElement.querySelector(".figure").classList.add("is-ready");
      component.parentElement.host.dataset.ready = "";
      component.parentElement.querySelector(".caption").textContent = "The figure could not start. Reload the page.";
    });
  return () => {
    isGone = true;
    leave();
  };
}
