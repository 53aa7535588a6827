"""The spectrum of a picture that one of six methods has upsampled, with rings where a checkerboard pattern shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from convviz import limits
from convviz.analysis import METHODS, Upsampled, signal, upsampled
from convviz.assets import SAMPLES
from convviz.recipes.fields import FIELDS, choice_field, integer_field
from convviz.recipes.images import Gray, sample_image, shrink
from convviz.recipes.parameters import read_choice

from .kind import Kind, Values, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart

Array = NDArray[np.float64]

SIDE: Final = 256
"""Cells of an output at most."""

WIDTH: Final = 480
"""Pixels of the spectrum at most."""

IMAGE: Final = "camera"
NONE: Final = "none"
SIGNALS: Final = {"constant": "Constant", "noise": "Noise", "image": "Image"}
WEIGHTS: Final = {"uniform": "All equal", "random": "Random"}
FOLLOWED_BY: Final = {NONE: "Nothing", "3": "3 × 3", "5": "5 × 5"}
"""The words of each choice as links and as pages spell them."""

SCALES: Final = range(2, 5)


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are upsampled: scale, kernel, weights ("uniform" or "random", with a seed), and what follows."""

    scale: int
    kernel_size: int
    weights: str
    seed: int
    followed_by: int | None

    def apply(self, image: Array, methods: Sequence[str] = tuple(METHODS)) -> tuple[Upsampled, ...]:
        """Return the picture as upsampled by each method."""
        numbers: dict[str, Any] = {name: getattr(self, name) for name in ("weights", "seed", "followed_by")}
        return upsampled(image, self.scale, self.kernel_size, methods=methods, **numbers)


def middle_square(image: Gray) -> Gray:
    """Return the largest square in the middle of an image.

    >>> middle_square(np.arange(8, dtype=np.uint8).reshape(2, 4)).tolist()
    [[1, 2], [5, 6]]
    """
    least = min(image.shape)
    top, left = ((cells - least) // 2 for cells in image.shape)
    return image[top : top + least, left : left + least]


def spectrum(ways: Sequence[Upsampled], method: str, *, theme: str, width: int) -> "Chart":
    """Draw the spectrum of one of the methods, out of what each of them has made."""
    from convviz.charts import spectrum_map

    made = next(result for result in ways if result.upsampling.method == method).spectrum
    peaks = [peak.frequency for peak in made.peaks]
    chart = spectrum_map(made.decibels, peaks, share=made.share, theme=theme, width=width)
    return replace(chart, title=f"{METHODS[method].name}: {chart.title}")


def _draw(values: Values) -> "Chart":
    followed, side = values["followed_by"], SIDE // values["scale"]
    if values["signal"] == "image":
        image = shrink(middle_square(sample_image(values["image"])), side).astype(np.float64)
    else:
        image = signal(values["signal"], side, seed=values["seed"])
    shared = {name: values[name] for name in ("scale", "kernel_size", "weights", "seed")}
    settings = Settings(**shared, followed_by=None if followed == NONE else int(followed))
    # All methods are computed, because the part that no border reaches is the same for all.
    return spectrum(settings.apply(image), values["method"], **look_of(values))


def _read_followed_by(name: str, value: object) -> str:
    return read_choice(name, str(value) if isinstance(value, int) else value, tuple(FOLLOWED_BY))


SPECTRUM: Final = Kind(
    name="spectrum",
    title="Power spectrum of an upsampled picture",
    fields=fields_with_look(
        choice_field("method", "Method", "How it is upsampled.", {key: row.name for key, row in METHODS.items()}),
        choice_field("signal", "Signal", "The picture that is upsampled.", SIGNALS),
        choice_field("weights", "Weights", "The weights of the kernels.", WEIGHTS),
        integer_field("scale", SCALES[0], SCALES[-1], "Scale", "How many times as many rows and columns."),
        integer_field("kernel_size", 1, limits.KERNEL_SIDE, "Kernel size", "Rows and columns of the kernels.", "k"),
        FIELDS["seed"],
        replace(
            choice_field("followed_by", "Followed by a convolution", "What follows the upsampling.", FOLLOWED_BY),
            read=_read_followed_by,
        ),
        choice_field("image", "Image", "The sample image, where the signal is one.", {name: name for name in SAMPLES}),
    ),
    defaults={
        "method": "transposed",
        "signal": "constant",
        "weights": "uniform",
        "scale": 2,
        "kernel_size": 3,
        "seed": 0,
        "followed_by": NONE,
        "image": IMAGE,
        "theme": "light",
        "width": WIDTH,
    },
    draw=_draw,
)
