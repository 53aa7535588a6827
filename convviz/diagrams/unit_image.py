"""What units of a network see of a photograph: the chart, and its numbers in words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from convviz.analysis import Box, EffectiveField, Network, effective_field
from convviz.analysis.kept import kept_with_network
from convviz.analysis.tiling import covers, first_covering
from convviz.arithmetic.arguments import Pair
from convviz.assets import SAMPLES
from convviz.errors import SpecError
from convviz.recipes.fields import choice_field, integer_field
from convviz.recipes.images import Gray, sample_image
from convviz.recipes.parameters import Field
from convviz.scene.number_format import known_size

from .kind import Kind, Values, fields_with_look, look_of
from .known import DEFAULT, INPUT_SIZE, NETWORK, NODE, check_node, known_network, size_in, usual_size
from .units import (
    KERNELS,
    LEAST_SAMPLES,
    MOST_SAMPLES,
    SEEDS,
    Settings,
    affordable_samples,
    check_object,
    check_units,
    middle_unit,
    read_object,
    read_photo_network,
    read_photo_size,
    read_units,
    spell_object,
    spell_units,
    usual_node,
    usual_object,
)

if TYPE_CHECKING:
    from convviz.charts import Chart
    from convviz.charts.photo import Overlay

WIDTH: Final = 620
"""Pixels of the chart at most."""


# The chart ------------------------------------------------------------------------------------------------------------


@kept_with_network(4)
def weights_of(network: Network, node: str, unit: Pair, samples: int, seed: int) -> EffectiveField:
    """Return the effective field of a unit; without samples it is exact. It is read-only, so that it can be shared."""
    if not samples:
        return effective_field(network, node, unit)
    return effective_field(network, node, unit, "random", samples=samples, seed=seed)


def weights_in(settings: Settings, network: Network) -> EffectiveField:
    """Return the effective field of the first unit, of kernels of ones or of random ones."""
    samples = settings.samples if settings.kernels == "random" else 0
    return weights_of(network, settings.node, settings.units[0], samples, settings.seed)


def overlay_of(settings: Settings, network: Network, weights: EffectiveField, photo: Gray) -> "Overlay":
    """Return what is drawn over a photograph of the network's input size."""
    from convviz.charts.photo import Overlay, places_of

    boxes = [network.box(settings.node, unit) for unit in settings.units]
    centers = [None if box is None else (sum(box[0]) / 2, sum(box[1]) / 2) for box in boxes]
    reach = places_of(network, settings.node).reach
    return Overlay(photo, weights, boxes, centers, settings.object, reach)


def what_a_unit_sees(overlay: "Overlay", node: str, said: Sequence[str], *, theme: str, width: int) -> "Chart":
    """Draw a photograph with what the units of a node see of it; ``said`` are `sentences`, its description."""
    from convviz.charts.photo import field_photo

    words = " ".join(said).replace("`", "").replace("*", "")
    return field_photo(overlay, f"What a unit of {node} sees", words, theme=theme, width=width)


# The words ------------------------------------------------------------------------------------------------------------


@kept_with_network(4)
def sentences(network: Network, settings: Settings, weights: EffectiveField) -> tuple[str, ...]:
    """Return what the first unit sees, and whether that holds the object, as Markdown."""
    return _unit_words(network, settings, weights), *_object_words(network, settings, weights)


def _unit_words(network: Network, settings: Settings, weights: EffectiveField) -> str:
    """Return what the first unit sees, as Markdown."""
    unit = settings.units[0]
    box, field = network.box(settings.node, unit), network.receptive_field(settings.node)
    size = weights.field if box is None else tuple(last - first + 1 for first, last in box)
    words = f"**Unit {unit} of `{settings.node}`** "
    if box is None:
        words += "has a field whose position is unknown."
    elif field.is_global:
        words += f"reads the whole input, {known_size(field.size)}, because a global operation took part."
    else:
        row, column = (f"{sum(ends) / 2:g}".replace("-", "−") for ends in box)
        words += f"can see {known_size(size)} cells, {_rows(box)}, around ({row}, {column})."
        if size != weights.field:
            words += f" In the picture lie {known_size(weights.field)} of them; beyond it is padding."
    how = f"mean of {weights.samples} draws, seed {settings.seed}" if weights.samples else "exact, for kernels of ones"
    if settings.kernels == "trained":
        how = f"trained kernels, {how.replace('draws', 'draws of signs')}"
    four = [4 * sigma for sigma in weights.sigma]
    words += (
        f" The weight is the **{weights.statistic}** ({how}): sigma {_numbers(weights.sigma)}; 4 sigma, "
        f"{_numbers(four)}, are {_quotients(four, size)} of the field's {known_size(size)} cells"
    )
    if size != weights.field:
        words += f" and {_quotients(four, weights.field)} of the {known_size(weights.field)} that lie in the picture"
    return f"{words}."


def _numbers(numbers: Sequence[float]) -> str:
    return " × ".join(f"{number:.3g}" for number in numbers)


def _quotients(numbers: Sequence[float], sizes: Sequence[int]) -> str:
    return _numbers([number / size for number, size in zip(numbers, sizes, strict=True)])


def _rows(box: Box) -> str:
    (top, bottom), (left, right) = box
    return f"rows {top} to {bottom} and columns {left} to {right}".replace("-", "−")


def _object_words(network: Network, settings: Settings, weights: EffectiveField) -> list[str]:
    """Return whether the object is covered, how much of the weight lies on it, and from which node on it can be."""
    marked, unit = settings.object, settings.units[0]
    if marked is None:
        return []
    (top, bottom), (left, right) = marked
    height, width = bottom - top + 1, right - left + 1
    box = network.box(settings.node, unit)
    is_covered = box is not None and covers(box, marked)
    cut = np.s_[top : bottom + 1, left : right + 1]
    read, share = int(network.support(settings.node, unit)[cut].sum()), 100 * float(weights.weights[cut].sum())
    verdict = "covered" if is_covered else "not covered"
    sentence = (
        f"The object of {height} × {width} cells, {_rows(marked)}, is **{verdict}** by its field: the unit reads "
        f"{read:,} of its {height * width:,} cells, and {share:.3g}% of the weight lies on them."
    )
    return [sentence, _covering_words(network, marked)]


def _covering_words(network: Network, marked: Box) -> str:
    """Return the first nodes that are large enough, and that have a unit in the right place."""
    first = first_covering(network.graph, marked)
    if first.large is None:
        return "No node of this network has a field as large as the object."
    words = f"Large enough from **`{first.large}`** on ({known_size(network.receptive_field(first.large).size)})"
    if first.covering is None:
        return f"{words}, but no unit is in a position to cover the object."
    if first.covering == first.large:
        return f"{words}, where unit {first.unit} covers it."
    return (
        f"{words}, but none of its units is in a position to cover the object; the first that is: unit {first.unit} of "
        f"**`{first.covering}`** ({known_size(network.receptive_field(first.covering).size)})."
    )


# The table of parameters ----------------------------------------------------------------------------------------------


def _network(values: Values) -> Network:
    return known_network(values["network"], values["input_size"])


def _check(values: Values) -> None:
    network = _network(values)
    check_node(values["network"], network, values["node"])
    if not values["units"]:
        raise SpecError("units must have at least one row and column such as 3,4; got none.")
    check_units(values["units"], network, values["node"])
    check_object(values["object"], network)
    most = affordable_samples(network)
    if values["kernels"] == "random" and values["samples"] > most:
        name, size = values["network"], values["input_size"]
        raise SpecError(
            f"samples must be at most {most} for {name} at {size}, whose planes are large; got {values['samples']}."
        )


def _draw(values: Values) -> "Chart":
    from convviz.charts.photo import fit

    settings = Settings(**{name: values[name] for name in Settings.__dataclass_fields__})
    size = size_in(settings.input_size)
    assert size is not None  # `read_photo_size` refuses an unknown one
    network = _network(values)
    weights = weights_in(settings, network)
    overlay = overlay_of(settings, network, weights, fit(sample_image(values["image"]), size))
    return what_a_unit_sees(overlay, settings.node, sentences(network, settings, weights), **look_of(values))


WHAT_A_UNIT_SEES: Final = Kind(
    name="what-a-unit-sees",
    title="What units of a network see of a photograph",
    fields=fields_with_look(
        replace(NETWORK, read=lambda _, value: read_photo_network(value)),
        replace(INPUT_SIZE, read=lambda _, value: read_photo_size(value), help="Rows and columns of the photograph."),
        NODE,
        Field(
            "units",
            "text",
            lambda _, value: read_units(value),
            spell_units,
            "Units",
            "Row and column of each, such as 3,4;0,0; the weights are those of the first.",
        ),
        Field(
            "object",
            "text",
            lambda _, value: read_object(value),
            spell_object,
            "Object",
            "Its first row and column, then its last ones, or none.",
        ),
        choice_field("kernels", "Effective weight", "The kernels of which the weights are.", KERNELS),
        integer_field("samples", LEAST_SAMPLES, MOST_SAMPLES, "Draws", "Each draw makes new random kernels."),
        integer_field("seed", 0, SEEDS, "Seed", "The same seed gives the same kernels."),
        choice_field("image", "Image", "The sample image.", {name: name.capitalize() for name in SAMPLES}),
    ),
    defaults={
        "network": DEFAULT,
        "kernels": "uniform",
        "samples": 20,
        "seed": 0,
        "image": next(iter(SAMPLES)),
        "theme": "light",
        "width": WIDTH,
    },
    following={
        "input_size": lambda values: usual_size(values["network"]),
        "node": lambda values: usual_node(values["network"], _network(values)),
        "units": lambda values: (middle_unit(_network(values), values["node"]),),
        "object": lambda values: usual_object(_network(values)),
    },
    draw=_draw,
    check=_check,
)
