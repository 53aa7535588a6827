"""How fast an animation becomes the pages of a PDF, compared with matplotlib's PdfPages, in one process.

    python benchmarks/pdf.py [--rounds 3]

The same content on both sides, as in export.py: 49 frames of a 7x7 input with padding 1 and a 3x3 kernel, 900 pixels
wide. On our side the time includes composing the scene. The runs are interleaved, and the medians make the ratio. The
exit status is 1 if the limit is missed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the checkout, installed or not

import baseline_matplotlib as baseline
from matplotlib.backends.backend_pdf import PdfPages

from convviz.origin import Origin
from convviz.recipes import Presentation, recipe
from convviz.render.pdf import pdf
from convviz.scene import compose

FASTER = 50
RECIPE = recipe("standard", input_size=7, kernel_size=3, padding=1)


class Pages:
    """Saves the frames of the baseline as pages instead of a GIF."""

    def __init__(self, figure: Any, update: Callable[[int], None], frames: int, **options: Any) -> None:
        self.figure, self.update, self.frames = figure, update, frames

    def save(self, file: BytesIO, writer: object) -> None:
        with PdfPages(file) as pages:
            for k in range(self.frames):
                self.update(k)
                pages.savefig(self.figure)


def theirs() -> bytes:
    """Return the baseline's frames as matplotlib writes them."""
    file = BytesIO()
    baseline.render(file)
    return file.getvalue()


def ours() -> bytes:
    """Return the same content as convviz writes it."""
    return pdf(compose(RECIPE, Presentation(width=900)), Origin("Convolution", "", "/standard", "convviz"))


def main() -> int:
    """Print the figures; 1 if the limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args().rounds
    baseline.FuncAnimation = Pages
    ours()  # the font is read once in a process
    seconds: dict[str, list[float]] = {"matplotlib": [], "convviz": []}
    sizes = {}
    for _ in range(rounds):
        for name, run in (("matplotlib", theirs), ("convviz", ours)):
            start = time.perf_counter()
            sizes[name] = len(run())
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in medians.items():
        print(f"{name:12} {1000 * median:8.0f} ms {sizes[name] / 1000:8.0f} kB")
    ratio = medians["matplotlib"] / medians["convviz"]
    print(f"{ratio:.0f} times as fast; at least {FASTER}")
    return int(ratio < FASTER)


if __name__ == "__main__":
    sys.exit(main())
