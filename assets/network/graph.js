// The graph of a network: a click or a key selects a node. The drawing itself comes from the server.

const mounted = new WeakMap();

/** Scroll the graph, and not the page, so that a box is in sight. */
function reveal(graph, box) {
  if (!box) return;
  const frame = graph.getBoundingClientRect();
  const place = box.getBoundingClientRect();
  if (place.top < frame.top || place.bottom > frame.bottom) {
    graph.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
  }
  if (place.left < frame.left || place.right > frame.right) {
    graph.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const graph = parentElement.querySelector(".graph");
  const known = mounted.get(parentElement) ?? { drawn: "", select: null };
  mounted.set(parentElement, known);
  known.select = (name) => setTriggerValue("node", name);
  if (known.drawn === data.svg) return;

  const hadFocus = graph.contains(graph.getRootNode().activeElement);
  known.drawn = data.svg;
  graph.innerHTML = data.svg;
  graph.ariaLabel = data.label;
  const boxes = [...graph.querySelectorAll(".box")];
  const selected = boxes.find((box) => box.ariaPressed === "true");
  reveal(graph, selected);
  if (hadFocus) selected?.focus({ preventScroll: true });

  const go = (box) => {
    if (!box) return;
    for (const other of boxes) other.setAttribute("tabindex", other === box ? "0" : "-1");
    box.focus({ preventScroll: true });
    reveal(graph, box);
  };
  graph.onclick = (event) => {
    const box = event.target.closest(".box");
    if (!box) return;
    go(box);
    known.select(box.dataset.node);
  };
  graph.onkeydown = (event) => {
    const place = boxes.indexOf(event.target.closest(".box"));
    if (place < 0) return;
    const steps = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0,
                    End: boxes.length - 1 };
    if (event.key in steps) go(boxes[steps[event.key]]);
    else if (event.key === "Enter" || event.key === " ") known.select(boxes[place].dataset.node);
    else return;
    event.preventDefault();
  };
}
