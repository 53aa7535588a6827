// The script of the component itself: it only fetches the modules, once for all players of the page. The server puts
// the address of the modules in place of PATH.

// A browser keeps for good that it could not fetch a module, so each attempt has an address of its own.
async function load() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await import(new URL(`PATH-${attempt}/index.js`, window.location.origin).href);
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((go) => setTimeout(go, 500 * 2 ** attempt));
    }
  }
}
const modules = load();
export default function (component) {
  let isGone = false;
  let leave = () => {};
  modules
    .then(({ mount }) => { if (!isGone) leave = mount(component); })
    .catch((error) => {
      console.error(error);
      component.parentElement.querySelector(".caption").textContent = "The player could not start. Reload the page.";
    });
  return () => {
    isGone = true;
    leave();
  };
}
