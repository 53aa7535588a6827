/**
 * Follow a link of the page at once, as if it was clicked (assets/links.js).
 * @param {{parentElement: HTMLElement | ShadowRoot, data: string}} component
 */
export default function follow({ parentElement, data }) {
  const link = document.createElement("a");
  link.className = "cv-to";
  link.href = data;
  parentElement.append(link);
  link.click();
}
