"""How fast the figure is: composing a scene and writing its JSON, compared with writing the finished table again.

    python benchmarks/figure.py [--recipes 60] [--seed 1] [--frames 100] [--baseline CHECKOUT]

Random recipes of every variant, none of them twice, one after another in one process: as people who drag dials ask for
them. For each, the CPU time from the query to the JSON, and the CPU time of ``json.dumps`` on what that JSON holds;
their ratio has a limit. With another checkout both get the same recipes in turns, so that whatever else the machine
does meets them alike. The exit status is 1 if a limit is missed.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, os.environ.get("CHECKOUT", str(ROOT)))  # the checkout, installed or not

from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Presentation, write_query
from convviz.recipes.comparison import asked_for
from convviz.recipes.model import read_query
from convviz.render.player import player_json
from convviz.scene import compose as compose_scene
from convviz.scene.theme import ROLES, THEMES

LARGEST_RATIO = 25
KINDS = (
    "standard", "standard, channels", "dilated", "transposed, gather", "transposed, scatter", "pooling",
    "pooling-channels", "spatial-separable", "depthwise-separable", "checkerboard", "receptive-field", "compare",
)  # fmt: skip
LARGE = ("standard", "input_size=16&padding=1&seed={}")
Texts = dict[str, str]


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recipes", type=int, default=60, help="of each kind")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--frames", type=int, default=100, help="most frames of a recipe")
    options.add_argument("--baseline", type=Path, help="another checkout")
    options.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.answer:
        answer()
        return 0
    roots = [ROOT, *([given.baseline.resolve()] if given.baseline else [])]
    return compose(roots, random.Random(given.seed), given.recipes, given.frames)


# Composing a scene and writing its JSON -------------------------------------------------------------------------------


def compose(roots: Sequence[Path], source: random.Random, count: int, frames: int) -> int:
    """Measure all kinds of recipes in every checkout; return 1 if this one misses a limit, else 0."""
    ask = [asker(root) for root in roots]
    print(
        "CPU ms, and times json.dumps          frames    kB    median      p95    ratio      p95"
        + "   before" * 2 * (len(roots) > 1)
    )
    is_missed = False
    for storyboard in ("cell", "tap"):
        for kind in KINDS:
            if storyboard == "tap" and kind in ("checkerboard", "receptive-field"):
                continue  # those have no products
            queries = random_recipes(source, kind, storyboard, count, frames)
            is_missed |= row(f"{kind}{', by tap' if storyboard == 'tap' else ''}", queries, ask)
    is_missed |= row(
        "16 x 16, 256 frames", ((LARGE[0], LARGE[1].format(seed)) for seed in range(max(5, count // 5))), ask
    )
    return int(is_missed)


def row(name: str, queries: Iterator[tuple[str, str]], ask: Sequence[Callable[[str, str], dict[str, float]]]) -> bool:
    """Print the measurements of some recipes; return whether the limit is missed."""
    answers = [[each(*query) for each in ask] for query in queries]
    columns = []
    for k in range(len(ask)):
        spent = [1e3 * each[k]["spent"] for each in answers]
        ratios = [each[k]["spent"] / each[k]["dumps"] for each in answers]
        columns.append(
            (statistics.median(spent), p95(spent), statistics.median(ratios), p95(ratios), statistics.mean(spent))
        )
    own = columns[0]
    is_missed = own[2] > LARGEST_RATIO
    sizes = [statistics.mean(each[0][key] for each in answers) for key in ("frames", "bytes")]
    before = f"{columns[1][0]:9.1f}{columns[1][2]:9.1f}" if len(columns) > 1 else ""
    print(
        f"{name:36}{sizes[0]:8.0f}{sizes[1] / 1e3:6.0f}{own[0]:10.1f}{own[1]:9.1f}{own[2]:9.1f}{own[3]:9.1f}{before}"
        f"  {'MISSED' if is_missed else 'met'}",
        flush=True,
    )
    return is_missed


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def asker(root: Path) -> Callable[[str, str], dict[str, float]]:
    """Start a process with the package of a checkout; return a function that has it answer a query."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "--answer"],
        cwd=root, env={**os.environ, "CHECKOUT": str(root)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def ask(name: str, query: str) -> dict[str, float]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([name, query]) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    return ask


def answer() -> None:
    """Answer queries from the standard input with measurements, until it ends."""

    colors = {
        name: {role: color for role, color in asdict(theme).items() if role != "name"} for name, theme in THEMES.items()
    }
    for line in sys.stdin:
        name, query = json.loads(line)
        begun = process_time()
        asked = asked_for(name, read_query(query))
        text = player_json(compose_scene(asked, Presentation(ROLES.name), frames_drawn=0), colors, seconds_per_step=0.6)
        spent = process_time() - begun
        data = json.loads(text)
        write = partial(json.dumps, data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        dumps = min(timed(write) for _ in range(3))
        print(
            json.dumps({"spent": spent, "dumps": dumps, "frames": len(data["frames"]), "bytes": len(text)}), flush=True
        )


def timed(call: Callable[[], object]) -> float:
    begun = process_time()
    call()
    return process_time() - begun


# Random recipes -------------------------------------------------------------------------------------------------------


def random_recipes(
    source: random.Random, kind: str, storyboard: str, count: int, frames: int
) -> Iterator[tuple[str, str]]:
    """Yield the names and queries of recipes that are not refused and have few enough frames."""

    seen: set[str] = set()
    while len(seen) < count:
        name, _, more = kind.partition(", ")
        texts = random_texts(source, name)
        fixed = {"gather": {"view": "gather"}, "scatter": {"view": "scatter"}}.get(more, {})
        if name == "standard":
            sizes = [str(source.randint(1, 4)) if more else "1" for _ in range(2)]
            fixed = {"in_channels": sizes[0], "out_channels": sizes[1], "groups": "1"}
        texts |= fixed | ({"storyboard": storyboard} if name not in ("checkerboard", "receptive-field") else {})
        query = write_query(texts)
        try:
            if query not in seen and asked_for(name, texts).frames <= frames:
                seen.add(query)
                yield name, query
        except SpecError:
            continue


def random_texts(source: random.Random, name: str) -> Texts:
    """Return the query of a recipe, or of a comparison, as dials make it: some of them turned."""

    if name == "compare":
        sides = {side: source.choice([*VARIANTS]) for side in ("left", "right")}
        return sides | {
            f"{side}.{key}": text
            for side, variant in sides.items()
            for key, text in random_texts(source, variant).items()
        }
    texts = {"seed": str(source.randint(0, 9999))} if "seed" in VARIANTS[name].fields else {}
    for key, field in VARIANTS[name].fields.items():
        if source.random() < 0.5 or key in texts:
            continue
        low, high = int(field.low or 0), min(int(field.high or 0), 12 if key == "input_size" else 4)
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
