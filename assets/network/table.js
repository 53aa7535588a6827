// The table of nodes: a row is chosen by mouse, touch or keyboard. The table itself comes from the server.

const mounted = new WeakMap();
const pen = document.createElement("canvas").getContext("2d");

/** Scroll the window of the table, and not the page, so that a row is in sight below the head. */
function reveal(tall, row) {
  const frame = tall.getBoundingClientRect();
  const place = row.getBoundingClientRect();
  const head = tall.querySelector("thead").getBoundingClientRect().height;
  if (place.top < frame.top + head) tall.scrollTop += place.top - frame.top - head;
  else if (place.bottom > frame.bottom) tall.scrollTop += place.bottom - frame.bottom;
}

/** Return the end of a text that has room in a number of pixels, after a sign for what is left out. */
function endOf(text, room) {
  const width = pen.measureText(text).width;
  if (width <= room) return text;
  let start = Math.floor(text.length * (1 - room / width));
  while (start < text.length && pen.measureText(`…${text.slice(start)}`).width > room) start += 1;
  return `…${text.slice(start)}`;
}

/**
 * Give long names two lines, module and node, each cut at its start: the ends of names are what differs. The texts are
 * cut here, as 300 clips of a style sheet cost the browser 10 ms in every frame.
 */
function divide(buttons) {
  if (!buttons.length) return;
  const room = parseFloat(getComputedStyle(buttons[0]).maxWidth);
  for (const button of buttons) button.classList.add("is-long");
  const { fontSize, fontFamily } = getComputedStyle(buttons[0]);
  pen.font = `${fontSize} ${fontFamily}`;
  for (const button of buttons) {
    const name = button.dataset.node;
    const end = name.lastIndexOf("/") + 1;
    const lines = [name.slice(0, end), name.slice(end)].filter(Boolean).map((text) => {
      const line = document.createElement("span");
      line.textContent = endOf(text, room);
      return line;
    });
    button.ariaLabel = name;
    button.replaceChildren(...lines);
  }
}

/** Mark a row as the selected one or not, which most changes of the page change alone. */
function mark(button, isCurrent) {
  if (!button) return;
  button.ariaCurrent = isCurrent ? "true" : null;
  button.closest("tr").classList.toggle("cv-strong", isCurrent);
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
    divide([...tall.querySelectorAll("button")].filter((button) => button.scrollWidth > button.clientWidth));
  }
  known.current = data.current;
  const buttons = [...tall.querySelectorAll("button")];
  const selected = buttons.find((button) => button.dataset.node === data.current);
  mark(tall.querySelector('[aria-current="true"]'), false);
  mark(selected, true);
  const start = selected ?? buttons[0];

  const enter = (button) => {
    for (const other of tall.querySelectorAll('button:not([tabindex="-1"])')) other.tabIndex = -1;
    button.tabIndex = 0;
  };
  const go = (button) => {
    if (!button) return;
    enter(button);
    button.focus({ preventScroll: true });
    reveal(tall, button.closest("tr"));
  };
  if (start) enter(start);
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
