// The graph of a network: a click or a key selects a node, opens a box or folds it. The drawing comes from the server.

const mounted = new WeakMap();
const SMALLEST = 0.25;
const LARGEST = 2;
const READABLE = 0.75; // the graph is not scaled below this unless the person zooms out
const STEP = 1.25;
const ABOVE = 14; // visible space above a row at the upper edge

const scaleNow = (svg) => svg.width.baseVal.value / svg.viewBox.baseVal.width;

/** Return the position of the upper edge of the pane, near a target, at which no box is cut in two; in pixels. */
function whole(graph, target, box) {
  const svg = graph.querySelector("svg");
  const scale = scaleNow(svg);
  const faces = [...svg.querySelectorAll(".face")];
  const high = faces[0].height.baseVal.value * scale;
  const tops = [...new Set(faces.map((face) => face.y.baseVal.value * scale))].sort((one, other) => one - other);
  const cut = tops.findIndex((top) => top - 4 < target && target < top + high + 8);
  if (cut < 0) return target;
  const end = box.getBoundingClientRect().bottom - graph.getBoundingClientRect().top + graph.scrollTop;
  const before = Math.max(0, tops[cut] - ABOVE);
  const isSeen = end - before <= graph.clientHeight;
  return isSeen || cut === tops.length - 1 ? before : tops[cut + 1] - ABOVE;
}

/**
 * Scroll the graph, and not the page, so that a box is in sight; at first in the middle of the pane's width. With the
 * node that a network begins with, its input is in sight, and what follows.
 */
function reveal(graph, box, isFirst = false, isOverview = false) {
  if (!box) return;
  const frame = graph.getBoundingClientRect();
  const place = box.getBoundingClientRect();
  if (isFirst && isOverview) {
    graph.scrollTop = 0;
  } else if (place.top < frame.top || place.bottom > frame.bottom) {
    const svg = graph.querySelector("svg");
    const drawn = svg.getBoundingClientRect().height;
    const target = graph.scrollTop + place.top - frame.top - (frame.height - place.height) / 2;
    const top = whole(graph, Math.max(0, Math.min(target, drawn - graph.clientHeight)), box);
    svg.style.marginBottom = `${Math.max(0, top + graph.clientHeight - drawn)}px`;
    graph.scrollTop = top;
  }
  if (isFirst || place.left < frame.left || place.right > frame.right) {
    graph.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
  }
}

/** Draw at a scale; without one as large as the pane is wide, as long as that can be read. */
function zoom(known, graph, hint) {
  const svg = graph.querySelector("svg");
  if (!svg || !graph.clientWidth) return;
  const { width, height } = svg.viewBox.baseVal;
  const fit = Math.min(1, graph.clientWidth / width);
  known.fit = fit;
  const scale = Math.min(LARGEST, Math.max(SMALLEST, known.scale ?? Math.max(READABLE, fit)));
  svg.setAttribute("width", width * scale);
  svg.setAttribute("height", height * scale);
  hint.hidden = width * scale <= graph.clientWidth + 1;
}

/** What a key or a click on a box or a handle means. */
function act(known, item) {
  if (item.dataset.fold) {
    known.next = `[data-place="${item.dataset.fold}"]`;
    known.tell("fold", item.dataset.fold);
  } else if (item.dataset.place) {
    known.next = `[data-fold="${item.dataset.place}"]`;
    known.tell("open", item.dataset.place);
  } else {
    known.tell("node", item.dataset.node);
  }
}

/** The buttons and the width of the pane, which outlive a drawing. */
function prepare(parentElement, graph, known) {
  const hint = parentElement.querySelector(".hint");
  const again = () => {
    zoom(known, graph, hint);
    reveal(graph, graph.querySelector('.box[aria-pressed="true"]'));
  };
  known.draw = () => zoom(known, graph, hint);
  parentElement.querySelector(".zoom").onclick = (event) => {
    const way = event.target.closest("button")?.dataset.zoom;
    const svg = graph.querySelector("svg");
    if (!way || !svg) return;
    const factors = { in: STEP, out: 1 / STEP };
    known.scale = way === "fit" ? known.fit : scaleNow(svg) * factors[way];
    again();
  };
  let width = graph.clientWidth;
  new ResizeObserver(() => {
    if (graph.clientWidth === width) return;
    width = graph.clientWidth;
    again();
  }).observe(graph);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  parentElement.host.dataset.ready = ""; // the page may appear
  const graph = parentElement.querySelector(".graph");
  const known = mounted.get(parentElement) ?? { drawn: "", network: "", scale: null, next: "" };
  known.tell = setTriggerValue;
  if (!mounted.has(parentElement)) {
    mounted.set(parentElement, known);
    prepare(parentElement, graph, known);
  }
  if (known.drawn === data.svg) return;

  const hadFocus = graph.contains(graph.getRootNode().activeElement);
  const isFirst = known.network !== data.network;
  known.drawn = data.svg;
  known.network = data.network;
  graph.innerHTML = data.svg;
  graph.ariaLabel = data.label;
  known.draw();
  const items = [...graph.querySelectorAll(".box, .handle")];
  const selected = items.find((item) => item.ariaPressed === "true");
  const next = (known.next && graph.querySelector(known.next)) || selected;
  known.next = "";

  const go = (item) => {
    if (!item) return;
    for (const other of graph.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    item.setAttribute("tabindex", "0");
    item.focus({ preventScroll: true });
    reveal(graph, item);
  };
  reveal(graph, next, isFirst, data.is_overview);
  if (hadFocus) go(next);

  graph.onclick = (event) => {
    const item = event.target.closest(".box, .handle");
    if (!item) return;
    go(item);
    act(known, item);
  };
  graph.onkeydown = (event) => {
    const place = items.indexOf(event.target.closest(".box, .handle"));
    if (place < 0) return;
    const steps = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0,
                    End: items.length - 1 };
    if (event.key in steps) go(items[steps[event.key]]);
    else if (event.key === "Enter" || event.key === " ") act(known, items[place]);
    else return;
    event.preventDefault();
  };
}
