// The script of the component itself: it only fetches the modules, once for all figures of the page. The server puts
// the address of the modules in place of PATH, and their names in place of MODULES.

// A browser keeps for good that it could not fetch a module, so each attempt has an address of its own.
async function load() {
  // All at once, and not one after the other as they name one another.
  for (const name of MODULES) {
    const link = Object.assign(document.createElement("link"), { rel: "modulepreload", href: `PATH-0/${name}` });
    document.head.append(link);
  }
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
      component.parentElement.querySelector(".figure").classList.add("is-ready");
      component.parentElement.querySelector(".caption").textContent = "The figure could not start. Reload the page.";
    });
  return () => {
    isGone = true;
    leave();
  };
}
