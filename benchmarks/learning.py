"""What learning by doing costs: code, questions, matrices and gradients, each as a multiple of what it is based on.

    python benchmarks/learning.py

All is CPU time of one process. Both runs of a ratio are taken in turns, so that whatever else the machine does meets
them alike, and their medians make it. The exit status is 1 if a ratio misses its limit.
"""

import ast
import os

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy is imported, or they have no effect
    os.environ[f"{library}_NUM_THREADS"] = "1"

import statistics
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

from convviz.analysis import matrix
from convviz.arithmetic import backward, conv2d, forward, max_pool2d
from convviz.figure import answer
from convviz.html.offline import file
from convviz.quizzes import QUIZ_FORMATS, quiz
from convviz.recipes import Presentation, recipe
from convviz.recipes.reading import read_code

ROUNDS = 9
Run = Callable[[], object]


def cases() -> Iterator[tuple[str, Run, Run, float]]:
    """Yield what is measured: its name, its run, the run that it is compared with, and the largest ratio."""
    for lines in (1, 10, 200):
        text = "nn.Sequential(\n" + "  nn.Conv2d(3, 3, 3, padding=1),\n" * lines + ")"
        name = f"read_code of {lines} layers / ast.parse"
        yield name, lambda text=text: read_code(text, 32), lambda text=text: ast.parse(text), 50
    for name in ("dilated", "transposed", "depthwise-separable", "matrix", "backward"):
        seeds, numbers = count(), count()
        yield (
            f"{name}: answer with a question / without",
            lambda name=name, seeds=seeds, numbers=numbers: answer(
                name, f"seed={next(seeds) % 5000}&predict={next(numbers) % 5000}"
            ),
            lambda name=name, seeds=seeds: answer(name, f"seed={next(seeds) % 5000}"),
            3,
        )
    seeds = count()
    yield (
        "dilated: file with its questions / answer",
        lambda: file(recipe("dilated", seed=next(seeds)), Presentation()),
        lambda: answer("dilated", f"seed={next(seeds)}"),
        40,
    )
    rng = np.random.default_rng(0)
    cells, weight = rng.standard_normal((16, 64, 64)), rng.standard_normal((32, 16, 3, 3))
    layer, upstream = conv2d(3, padding=1), rng.standard_normal((32, 64, 64))
    yield (
        "gradients of a 3x3 convolution / forward",
        lambda: backward(layer, cells, weight, upstream),
        lambda: forward(layer, cells, weight),
        6,
    )
    pooling, pooled = max_pool2d(2), rng.standard_normal((16, 32, 32))
    yield (
        "gradient of a max pooling / forward",
        lambda: backward(pooling, cells, None, pooled),
        lambda: forward(pooling, cells),
        25,
    )
    small, kernel = rng.standard_normal((1, 32, 32)), rng.standard_normal((1, 1, 3, 3))
    whole = matrix(layer, kernel, (32, 32))
    yield (
        "matrix product of 32 x 32 cells / forward",
        lambda: whole @ small.ravel(),
        lambda: forward(layer, small, kernel),
        5,
    )


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    print(f"{'CPU time, one process':54}{'ms':>9}{'of':>9}{'ratio':>8}  limit")
    missed = 0
    for name, run, other, limit in cases():
        ours, theirs = medians(run, other)
        is_met = ours / theirs <= limit
        missed += not is_met
        verdict = "met" if is_met else "MISSED"
        print(f"{name:54}{1e3 * ours:9.2f}{1e3 * theirs:9.3f}{ours / theirs:8.1f}  <= {limit:g} {verdict}", flush=True)
    questions = quiz("all", count=20, seed=7)
    print(f"\n20 questions: {seconds_of(lambda: questions.items, 1):.2f} s")
    for ending in QUIZ_FORMATS:
        begun = process_time()
        size = len(questions.make(ending))
        print(f"  .{ending}: {process_time() - begun:.2f} s, {size / 1e3:.0f} kB", flush=True)
    return int(missed > 0)


def medians(*runs: Run) -> list[float]:
    """Return the median CPU seconds of each run, taken in turns; short ones are repeated."""
    seconds: list[list[float]] = [[] for _ in runs]
    repeats = [1 + int(0.02 / max(seconds_of(run, 1), 1e-5)) for run in runs]
    for _ in range(ROUNDS):
        for run, repeat, times in zip(runs, repeats, seconds, strict=True):
            times.append(seconds_of(run, repeat))
    return [statistics.median(times) for times in seconds]


def seconds_of(run: Run, repeat: int) -> float:
    begun = process_time()
    for _ in range(repeat):
        run()
    return (process_time() - begun) / repeat


if __name__ == "__main__":
    sys.exit(main())
