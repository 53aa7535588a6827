/** What a page says of its focus, its width and its targets, for accessibility.py. */

window.access = (() => {
  /** All elements of the page, those in shadow roots, too. */
  const within = (root) => [...root.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot ? within(each.shadowRoot) : [])]);

  const says = (element) => {
    const name = element.getAttribute("aria-label") || element.title || element.textContent.trim().slice(0, 40);
    return `${element.tagName.toLowerCase()} ${name || element.className}`;
  };

  /** Whatever may show the focus: of the element, of its parents, and of what is in it or next to it. */
  const looks = (element) => {
    const parents = [];
    for (let at = element.parentElement; at && parents.length < 4; at = at.parentElement) parents.push(at);
    return [element, ...parents, element.nextElementSibling, ...element.querySelectorAll("*")].slice(0, 20).filter(Boolean).map((each) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor, stroke, strokeWidth } = getComputedStyle(each);
      const outline = outlineStyle === "none" ? "" : outlineStyle + outlineWidth + outlineColor;
      return [outline, boxShadow, borderColor, backgroundColor, stroke, strokeWidth].join();
    }).join(";");
  };

  /** Whether a part of the page that scrolls shows the element now. */
  const isUncovered = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    for (let at = element; (at = at.parentElement ?? at.getRootNode().host);) {
      if (getComputedStyle(at).overflow === "visible" || at === document.body || at.matches("html, [data-testid=stMain]")) continue;
      const box = at.getBoundingClientRect();
      if (right <= box.left || left >= box.right || bottom <= box.top || top >= box.bottom) return false;
    }
    return true;
  };

  let stops = [];
  let last = null;

  return {
    /** Begin a walk at the beginning of the page, wherever the pointer was last. */
    begin() {
      [stops, last] = [[], null];
      document.head.append(Object.assign(document.createElement("style"), { textContent: "[data-testid=stNumberInputContainer], [data-baseweb], [data-baseweb] * { transition: none !important }" }));
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute("tabindex");
    },

    /** What has the focus, and whether what had it before looked different then. */
    stop() {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      const wasShown = !last || last.element === element || looks(last.element) !== last.looks;
      if (!element || element === document.body) return { wasShown, mark: -1, name: "", isIn: true };
      last = { element, looks: looks(element) };
      if (!stops.includes(element)) stops.push(element);
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const isIn = right > Math.max(left, 0) && bottom > Math.max(top, 0) && left < innerWidth && top < innerHeight;
      return { wasShown, mark: stops.indexOf(element), name: says(element), isIn };
    },

    /** What is wider than the window and does not scroll by itself. */
    cutOff() {
      const main = document.querySelector("[data-testid=stMain]");
      const roots = [document.scrollingElement, main].filter((each) => each && each.scrollWidth > each.clientWidth + 1);
      const scrolls = (element) => {
        for (let at = element; (at = at.parentElement ?? at.getRootNode().host) && !roots.includes(at);) {
          if (getComputedStyle(at).overflowX !== "visible") return true;
        }
        return false;
      };
      const wide = roots.length ? within(document).filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !scrolls(each)) : [];
      return wide.map(says);
    },

    /** Targets below 24 by 24 pixels so near to another that circles of 24 pixels meet it; links in texts are exempt (2.5.8). */
    smallTargets() {
      const isTarget = "button, a[href], input, select, summary, [role=button], [role=tab], [role=checkbox], [role=radio]";
      const targets = within(document)
        .filter((each) => each.matches(isTarget) && !each.closest("[inert], [aria-hidden=true]"))
        .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && isUncovered(each))
        .map((element) => {
          const whole = element.matches("input[type=radio], input[type=checkbox]") ? element.closest("label") ?? element : element;
          return { element, box: whole.getBoundingClientRect() };
        })
        .filter(({ box }) => box.width > 1 && box.height > 1);
      const isNear = (one, other) => {
        if (one === other || one.element.contains(other.element) || other.element.contains(one.element)) return false;
        const [x, y] = [one.box.x + one.box.width / 2, one.box.y + one.box.height / 2];
        const { left, right, top, bottom } = other.box;
        return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)) < 12;
      };
      const isSmall = ({ element, box }) => Math.min(box.width, box.height) < 23.5
        && !(element.tagName === "A" && getComputedStyle(element).display === "inline");
      return targets.filter((each) => isSmall(each) && targets.some((other) => isNear(each, other)))
        .map(({ element, box }) => `${says(element)}, ${Math.round(box.width)} by ${Math.round(box.height)}`);
    },
  };
})();
