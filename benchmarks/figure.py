"""How fast the figure is: the CPU time of a scene, compared with that of writing its finished table again.

    python benchmarks/figure.py [--recipes 60] [--frames 100] [--seed 1] [--baseline CHECKOUT]

Random recipes of every kind, none of them twice, one after another in one process, as they come from people who drag
dials. Measured is the CPU time from the query to the JSON, as milliseconds and as a multiple of what ``json.dumps``
takes for the data in that JSON. The median of the multiples has a limit; the exit status is 1 if it is missed. With
another checkout both get the same recipes in turns, so that whatever else the machine does meets them alike.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, os.environ.get("CHECKOUT", str(ROOT)))  # the checkout, installed or not

from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Presentation, write_query
from convviz.recipes.comparison import asked_for
from convviz.recipes.model import read_query
from convviz.render.player import write_scene
from convviz.scene import compose
from convviz.scene.theme import COLORS, ROLES

TIMES_DUMPS = 25
LARGE = "input_size=16&padding=1&seed={}"

Query = tuple[str, str]
"""The name of a variant, or ``compare``, and the query."""

Measured = dict[str, float]
"""CPU seconds of the scene and of ``json.dumps``, frames and bytes."""

KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "standard": ("standard", {"in_channels": "1", "out_channels": "1", "groups": "1"}),
    "standard, channels": ("standard", {"groups": "1"}),
    "dilated": ("dilated", {}),
    "transposed, gather": ("transposed", {"view": "gather"}),
    "transposed, scatter": ("transposed", {"view": "scatter"}),
    "matrix": ("matrix", {}),
    "pooling": ("pooling", {}),
    "pooling-channels": ("pooling-channels", {}),
    "spatial-separable": ("spatial-separable", {}),
    "depthwise-separable": ("depthwise-separable", {}),
    "backward": ("backward", {"mode": "convolution"}),
    "backward, max": ("backward", {"mode": "max"}),
    "checkerboard": ("checkerboard", {}),
    "receptive-field": ("receptive-field", {}),
    "compare": ("compare", {}),
}
"""The kinds of recipes: a variant, and the parameters that are not random."""


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recipes", type=int, default=60, help="of each kind")
    options.add_argument("--frames", type=int, default=100, help="the most frames of a recipe")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--baseline", type=Path, help="another checkout")
    options.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)  # what this file asks of itself
    given = options.parse_args()
    if given.answer:
        answer()
        return 0
    checkouts = [ROOT, *([given.baseline.resolve()] if given.baseline else [])]
    return compose_scenes(checkouts, random.Random(given.seed), given.recipes, given.frames)


# Composing a scene and writing its JSON -------------------------------------------------------------------------------


def compose_scenes(checkouts: Sequence[Path], source: random.Random, count: int, frames: int) -> int:
    """Measure recipes of every kind in every checkout; return 1 if this one misses a limit, else 0."""
    ask = [process(checkout) for checkout in checkouts]
    print(f"{'':36}{'frames':>7}{'kB':>5}" + " |     ms      p95   times dumps   p95" * len(checkouts))
    met = []
    for storyboard in ("cell", "tap"):
        for kind, (name, fixed) in KINDS.items():
            if name == "compare" or "storyboard" in VARIANTS[name].fields:
                texts, label = (
                    fixed | ({} if name == "compare" else {"storyboard": storyboard}),
                    f"{kind}, {storyboard}",
                )
            elif storyboard == "cell":
                texts, label = fixed, kind
            else:
                continue  # it has no frames for single products
            met.append(row(label, random_recipes(source, name, texts, count, frames), ask))
    met.append(row("16 x 16 with padding", (("standard", LARGE.format(seed)) for seed in range(count // 5 + 2)), ask))
    return int(not all(met))


def row(name: str, queries: Iterator[Query], ask: Sequence[Callable[[Query], Measured]]) -> bool:
    """Print the measurements of some recipes; return whether the limit is met in the first checkout."""
    answers = [[each(query) for each in ask] for query in queries]
    frames, size = (statistics.mean(own[key] for own, *_ in answers) for key in ("frames", "bytes"))
    line, medians = f"{name:36}{frames:7.0f}{size / 1e3:5.0f}", []
    for measured in zip(*answers, strict=True):
        spent = [1e3 * each["scene"] for each in measured]
        times = [each["scene"] / each["dumps"] for each in measured]
        medians.append(statistics.median(times))
        line += f" |{statistics.median(spent):7.1f}{p95(spent):9.1f}{medians[-1]:14.1f}{p95(times):6.1f}"
    is_met = medians[0] <= TIMES_DUMPS
    print(f"{line}  {'met' if is_met else 'MISSED'}", flush=True)
    return is_met


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def process(checkout: Path) -> Callable[[Query], Measured]:
    """Start a process with the code of a checkout; return a function that has it measure a query."""
    child = subprocess.Popen(
        [sys.executable, __file__, "--answer"], env={**os.environ, "CHECKOUT": str(checkout)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip

    def ask(query: Query) -> Measured:
        assert child.stdin is not None
        assert child.stdout is not None
        print(json.dumps(query), file=child.stdin, flush=True)
        measured: Measured = json.loads(child.stdout.readline())
        return measured

    return ask


def answer() -> None:
    """Answer each line of the standard input, a query, with what is measured."""
    for line in sys.stdin:
        name, query = json.loads(line)
        begun = process_time()
        asked = asked_for(name, read_query(query))
        text = write_scene(compose(asked, Presentation(ROLES.name), frames_drawn=0), COLORS).text
        seconds = process_time() - begun
        data = json.loads(text)
        dumps = min(seconds_to_dump(data) for _ in range(3))
        measured = {"scene": seconds, "dumps": dumps, "frames": len(data["frames"]), "bytes": len(text.encode())}
        print(json.dumps(measured), flush=True)


def seconds_to_dump(data: object) -> float:
    begun = process_time()
    json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return process_time() - begun


# Random recipes -------------------------------------------------------------------------------------------------------


def random_recipes(source: random.Random, name: str, fixed: dict[str, str], count: int, frames: int) -> Iterator[Query]:
    """Yield recipes that are not refused and have few enough frames, none of them twice."""
    seen: set[str] = set()
    while len(seen) < count:
        query = write_query(random_texts(source, name) | fixed)
        try:
            if query not in seen and asked_for(name, read_query(query)).frames <= frames:
                seen.add(query)
                yield name, query
        except SpecError:
            continue


def random_texts(source: random.Random, name: str) -> dict[str, str]:
    """Return the parameters of a recipe, or of a comparison, half of which are not at their defaults."""
    if name == "compare":
        sides = {side: source.choice([*VARIANTS]) for side in ("left", "right")}
        return sides | {
            f"{side}.{key}": text
            for side, variant in sides.items()
            for key, text in random_texts(source, variant).items()
        }
    texts = {}
    for key, field in VARIANTS[name].fields.items():
        if key != "seed" and source.random() < 0.5:
            continue
        low, high = int(field.low or 0), min(int(field.high or 0), {"input_size": 12, "seed": 9999}.get(key, 4))
        match field.kind:
            case "pair":
                texts[key] = "x".join(str(source.randint(low, high)) for _ in range(source.choice((1, 2))))
            case "padding":
                texts[key] = str(source.randint(0, 3))
            case "integer":
                texts[key] = str(source.randint(low, high))
            case "number":
                texts[key] = str(source.randint(-5, 5))
            case "switch":
                texts[key] = source.choice(("true", "false"))
            case "choice" | "table":
                texts[key] = source.choice([*field.choices])
            case "layers":
                texts[key] = random_layers(source) if field.high is None else str(source.randint(low, high))
    return texts


def random_layers(source: random.Random) -> str:
    """Return a stack of convolutions and poolings."""
    kinds = ("conv2d({},padding=1,dilation={})", "conv2d({},stride={})", "max_pool2d({},stride={})")
    return ";".join(
        source.choice(kinds).format(source.randint(2, 4), source.randint(1, 2)) for _ in range(source.randint(1, 4))
    )


if __name__ == "__main__":
    sys.exit(main())
