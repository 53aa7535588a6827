// The table of nodes: a row is chosen by mouse, touch or keyboard. The table itself comes from the server.

const mounted = new WeakMap();

/** Scroll the window of the table, and not the page, so that a row is in sight below the head. */
function reveal(tall, row) {
  const frame = tall.getBoundingClientRect();
  const place = row.getBoundingClientRect();
  const head = tall.querySelector("thead").getBoundingClientRect().height;
  if (place.top < frame.top + head) tall.scrollTop += place.top - frame.top - head;
  else if (place.bottom > frame.bottom) tall.scrollTop += place.bottom - frame.bottom;
}

/** Give a long name two lines, of which the first one is cut at its start: the ends of names are what differs. */
function divide(button) {
  button.classList.add("is-long");
  const name = button.dataset.node;
  const end = name.lastIndexOf("/") + 1;
  if (!end) return;
  const lines = [name.slice(0, end), name.slice(end)].map((text) => {
    const line = document.createElement("span");
    line.append(Object.assign(document.createElement("bdi"), { textContent: text }));
    return line;
  });
  button.replaceChildren(...lines);
}

/** Mark the row of a node, which most changes of the page change alone. */
function mark(buttons, node) {
  for (const button of buttons) {
    const isCurrent = button.dataset.node === node;
    button.ariaCurrent = isCurrent ? "true" : null;
    button.closest("tr").classList.toggle("cv-strong", isCurrent);
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const tall = parentElement.querySelector(".cv-tall");
  const known = mounted.get(parentElement) ?? { drawn: "" };
  const isFirst = !mounted.has(parentElement);
  mounted.set(parentElement, known);
  known.select = (name) => setTriggerValue("node", name);
  if (known.drawn === data.html && known.current === data.current) return;

  const hadFocus = tall.contains(tall.getRootNode().activeElement);
  if (known.drawn !== data.html) {
    known.drawn = data.html;
    tall.innerHTML = data.html;
    const long = [...tall.querySelectorAll("button")].filter((button) => button.scrollWidth > button.clientWidth);
    long.forEach(divide);
  }
  known.current = data.current;
  const buttons = [...tall.querySelectorAll("button")];
  mark(buttons, data.current);
  const selected = buttons.find((button) => button.ariaCurrent === "true");
  const start = selected ?? buttons[0];

  const go = (button) => {
    if (!button) return;
    for (const other of buttons) other.tabIndex = other === button ? 0 : -1;
    button.focus({ preventScroll: true });
    reveal(tall, button.closest("tr"));
  };
  for (const button of buttons) button.tabIndex = button === start ? 0 : -1;
  if (selected && !isFirst) reveal(tall, selected.closest("tr"));
  if (hadFocus) go(start);

  tall.onclick = (event) => {
    const button = event.target.closest("tbody tr")?.querySelector("button");
    if (!button || String(getSelection())) return; // somebody marks numbers to copy them
    go(button);
    known.select(button.dataset.node);
  };
  tall.onkeydown = (event) => {
    const place = buttons.indexOf(event.target);
    const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: buttons.length - 1 };
    if (place < 0 || !(event.key in steps)) return;
    go(buttons[steps[event.key]]);
    event.preventDefault();
  };
}
