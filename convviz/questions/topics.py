"""Topics of questions, and random recipes that are small enough to be drawn and to be counted by hand."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from types import MappingProxyType
from typing import Any, Final

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Recipe
from convviz.recipes.parameters import Field
from convviz.scene.number_format import is_rounded

from .kinds import KINDS, kinds_of
from .question import Question


@dataclass(frozen=True, slots=True)
class Topic:
    """What questions are about.

    Attributes
    ----------
    label : str
        In words.
    variants : tuple of str
        The variants that its recipes are of.
    kinds : tuple of str
        The kinds that it asks for, of which not every recipe has all; empty for all.
    """

    label: str
    variants: tuple[str, ...]
    kinds: tuple[str, ...] = ()


TOPICS: Final[Mapping[str, Topic]] = MappingProxyType(
    {
        **{name: Topic(variant.title, (name,)) for name, variant in VARIANTS.items()},
        "output-size": Topic("Sizes of outputs", tuple(VARIANTS), ("output-size",)),
        "values": Topic("Numbers of outputs", tuple(VARIANTS), ("cell-value", "winner", "gradient")),
        "reading": Topic("Which cells are read", tuple(VARIANTS), ("reads", "read-by", "winner")),
        "costs": Topic("Parameters and products", tuple(VARIANTS), ("weights", "products", "cheaper")),
        "separable": Topic("Separable kernels", ("spatial-separable", "standard"), ("separable", "cheaper")),
        "overlap": Topic("Overlap of stamps", ("transposed", "checkerboard"), ("writes",)),
        "fields": Topic("Receptive fields", ("receptive-field", "dilated", "along-a-line"), ("field", "look-back")),
        "all": Topic("All topics", tuple(VARIANTS)),
    }
)
"""Every topic by its name: each variant, and subjects of several."""

_TRIED: Final = 6
"""Questions that are made until one has this many known mistakes."""

_MISTAKES: Final = 3

_SAMPLED: Final = 24
"""Random recipes of a variant in which its kinds are looked for."""


def item_of(topic: str, seed: int) -> Question:
    """Return a question about a random recipe of a topic, the same for the same seed.

    Consecutive seeds ask for all kinds of the topic in a shuffled order before one comes again.

    Parameters
    ----------
    topic : str
        A name in ``TOPICS``.
    seed : int
        At least 0.

    Raises
    ------
    SpecError
        There is no topic of that name.

    Examples
    --------
    >>> question = item_of("dilated", 3)
    >>> question.recipe.variant, question == item_of("dilated", 3)
    ('dilated', True)
    """
    if topic not in TOPICS:
        raise SpecError(f"topic must be one of {', '.join(TOPICS)}; got {shown(topic)}.")
    pairs = _pairs(topic)
    turn, at = divmod(seed, len(pairs))
    order = list(pairs)
    Random(f"{topic} {turn}").shuffle(order)
    kind, variants = order[at]
    random = Random(f"{topic} {seed}")
    questions: list[Question] = []
    while len(questions) < _TRIED and not any(_has_enough(question) for question in questions):
        recipe = _random_recipe(random.choice(variants), random)
        question = KINDS[kind](recipe, random) if recipe else None
        if question and not (isinstance(question.answer, float) and is_rounded(question.answer)):
            questions.append(question)
    return max(questions, key=lambda question: len(question.mistakes))


def _has_enough(question: Question) -> bool:
    """Whether a question has as many known mistakes as another one would hardly have more."""
    return len(question.mistakes) >= min(_MISTAKES, len(question.choices) - 1 if question.choices else _MISTAKES)


@lru_cache(64)
def _pairs(topic: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the kinds of a topic, each with the variants of which some recipes have it."""
    about = TOPICS[topic]
    having: dict[str, list[str]] = {kind: [] for kind in about.kinds or KINDS}
    for kind, variants in having.items():
        variants += [variant for variant in about.variants if kind in _kinds_of_variant(variant)]
    return tuple((kind, tuple(variants)) for kind, variants in having.items() if variants)


@lru_cache(64)
def _kinds_of_variant(variant: str) -> frozenset[str]:
    """Return the kinds that some random recipes of a variant have."""
    random = Random(variant)
    recipes = (_random_recipe(variant, random) for _ in range(_SAMPLED))
    return frozenset(kind for recipe in recipes if recipe for kind in kinds_of(recipe))


# Random recipes -------------------------------------------------------------------------------------------------------

_LARGEST: Final = 14
"""Rows, columns or samples of an output."""

Draw = Callable[[Random, Any, Field], object]
"""Draws a value of a parameter, given its default; None leaves it at the default."""


def _random_recipe(variant: str, random: Random) -> Recipe | None:
    """Return a recipe with random parameters, None where they do not go together."""
    kind = VARIANTS[variant]
    drawn = {
        name: _DRAWS[name](random, kind.defaults[name], field) for name, field in kind.fields.items() if name in _DRAWS
    }
    with suppress(SpecError):
        recipe = Recipe.from_values(variant, {name: value for name, value in drawn.items() if value is not None})
        return recipe if max(recipe.output_size) <= _LARGEST else None
    return None


def _sides(low: int, high: int, along_a_line: tuple[int, int]) -> Draw:
    """Return what draws a size: along a line one number, else mostly one for each axis."""

    def draw(random: Random, default: Any, field: Field) -> object:
        if field.kind == "length":
            return random.randint(*along_a_line)
        rows, columns = random.randint(low, high), random.randint(low, high)
        return random.choice((rows, (rows, columns), (rows, columns)))

    return draw


def _input_size(random: Random, default: Any, field: Field) -> object:
    """Draw the size of an input; one that follows from the layers is left at that, or is larger."""
    if field.follows:
        return random.choice((None, (random.randint(9, 16), random.randint(9, 16))))
    return _sides(3, 7, (8, 14))(random, default, field)


def _dilation(random: Random, default: Any, field: Field) -> object:
    """Draw a dilation, which a variant that is about it always has."""
    if max(default) == 1 and random.randrange(3):
        return None
    return _sides(1, 3, (2, 4))(random, default, field)


def _padding(random: Random, default: Any, field: Field) -> object:
    if field.kind == "length":
        return random.choice((0, 1, 2, "1,0", "0,2"))
    sides = [random.randint(0, 2) for _ in range(4)]
    same = random.choice([keyword for keyword in field.choices if keyword.startswith("same_")])
    return random.choice((sides[0], sides[:2], sides[:2], ",".join(map(str, sides)), same, default))


def _channels(random: Random, default: int, field: Field) -> object:
    return random.randint(2, 3) if default > 1 else random.choice((1, 1, 1, 2, 3, 4))


def _stack(random: Random, default: Any, field: Field) -> object:
    """Draw some equal layers, or where these are not possible a stack of convolutions and poolings."""
    if field.low is not None:
        return random.choice((1, 1, 2))
    layers = []
    for _ in range(random.randint(2, 3)):
        kernel, stride, dilation = random.choice((2, 3, "3x2", "2x3", 5)), random.randint(1, 2), random.randint(1, 2)
        layers.append(
            random.choice((f"conv2d({kernel},stride={stride},dilation={dilation})", f"max_pool2d({kernel},stride=2)"))
        )
    return ";".join(layers)


def _one_of(*values: object) -> Draw:
    return lambda random, default, field: random.choice(values)


def _choice(random: Random, default: Any, field: Field) -> object:
    return random.choice(tuple(field.choices))


def _weight(random: Random, default: Any, field: Field) -> object:
    """Draw a kernel: random numbers more often than a named one of whole numbers."""
    return random.choice(("random", "random", default, *(name for name in _WHOLE if name in field.choices)))


_WHOLE: Final = ("binomial", "sobel_x", "sobel_y", "laplacian", "sharpen", "emboss", "difference")
"""Kernels of whole numbers."""

_DRAWS: Final[Mapping[str, Draw]] = MappingProxyType(
    {
        "input_size": _input_size,
        "layers": _stack,
        "kernel_size": _sides(1, 4, (2, 5)),
        "stride": _sides(1, 3, (1, 3)),
        "padding": _padding,
        "dilation": _dilation,
        "causal": _one_of(False, True),
        "padding_mode": _one_of(None, None, None, "reflect", "replicate", "circular", "symmetric"),
        "output_padding": _sides(0, 1, (0, 1)),
        "mode": lambda random, default, field: random.choice(tuple(field.choices)),
        "gradient": _choice,
        "ceil_mode": _one_of(False, False, True),
        "count_include_pad": _one_of(True, False),
        "in_channels": _channels,
        "channel_multiplier": _one_of(1, 1, 2),
        "out_channels": _channels,
        "groups": _one_of(1, 1, 2),
        "flip": _one_of(False, False, False, True),
        "weight": _weight,
        "bias": _one_of(0, 0, 1, -2, 5),
        "seed": lambda random, default, field: random.randrange(10_000),
    }
)
"""How each parameter is drawn; those without a line keep their defaults."""
