"""Two recipes to be seen side by side, and the one query that carries both."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Final, Self, TypeVar

import numpy as np

from convviz.arithmetic.arguments import one_of, shown
from convviz.errors import SpecError

from .fields import FIELDS, OF_EACH_LAYER
from .model import Recipe, read_query, render_query, write_query
from .presentation import Presentation
from .variants import VARIANTS, Variant, variant_named

COMPARE: Final = "compare"
"""The name of comparisons where others have that of a variant: in addresses and names of files."""

SIDES: Final = ("left", "right")

SHARED: Final = ("input_size", "in_channels", "input", "seed", "storyboard")
"""What both sides mostly have in common: the input, the seed of all random numbers, and what a frame shows."""

Texts = dict[str, str]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Two recipes side by side.

    In a link ``left`` and ``right`` name the variants. A parameter goes to every side that has it; with ``left.`` or
    ``right.`` before it, to that side only, whatever the other one gets.

    Examples
    --------
    >>> both = Comparison.from_query("left=standard&right=dilated&input_size=7&right.dilation=3")
    >>> both.left["input_size"], both.right["dilation"], both.shares_input
    ((7, 7), (3, 3), True)
    >>> both.to_query()
    'left=standard&right=dilated&input_size=7&right.dilation=3'
    """

    left: Recipe
    right: Recipe

    def __post_init__(self) -> None:
        for side, recipe in zip(SIDES, self.sides, strict=True):
            for name, choices in recipe.kind.drawn_as.items():
                if (value := recipe[name]) in choices:
                    raise SpecError(
                        f"{side}: {name} must be {one_of(choices[value])} in a comparison, where each side is one "
                        f"picture; got {shown(value)}."
                    )

    @classmethod
    def from_values(cls, given: Mapping[str, object]) -> Self:
        """Check ``given`` (texts or Python values) and make both recipes.

        Raises
        ------
        SpecError
            A variant is missing or unknown, neither side has a parameter, or one of the recipes is refused; the
            sentence says which side.
        """
        left, right = kinds = read_kinds(given)
        check_names(kinds, given)
        return cls(
            of_side("left", lambda: Recipe.from_values(left.name, given_to("left", left, given))),
            of_side("right", lambda: Recipe.from_values(right.name, given_to("right", right, given))),
        )

    @classmethod
    def from_query(cls, query: str | Mapping[str, str]) -> Self:
        """Return the comparison that a URL's query asks for; the inverse of `to_query`."""
        return cls.from_values(read_query(query) if isinstance(query, str) else query)

    def to_query(self) -> str:
        """Return the URL query of this comparison."""
        return write_query(self.to_texts())

    def to_texts(self) -> Texts:
        """Return both variants and the parameters that a link needs: equal ones once, defaults not at all."""
        left, right = (Side(recipe.variant, spell_all(recipe), recipe.to_texts()) for recipe in self.sides)
        return join_sides(left, right)

    def render_query(self, show: Presentation | None = None, frame: int | None = None) -> str:
        """Return the one query below ``/render`` of this comparison, shown as ``show`` says, or of one frame."""
        return render_query(self.to_texts(), show, frame)

    def replace(self, **changes: object) -> "Comparison":
        """Return the same comparison with some parameters changed, named as in a link.

        A side that becomes another variant keeps the parameters that both variants have.

        Examples
        --------
        >>> both = Comparison.from_query("left=standard&right=dilated&input_size=7")
        >>> both.replace(**{"stride": 2, "right.dilation": 1}).to_query()
        'left=standard&right=dilated&input_size=7&stride=2&dilation=1'
        """
        left, right = kinds = read_kinds({"left": self.left.variant, "right": self.right.variant, **changes})
        check_names(kinds, changes)
        return Comparison(
            of_side("left", lambda: self._changed("left", self.left, left, changes)),
            of_side("right", lambda: self._changed("right", self.right, right, changes)),
        )

    def _changed(self, side: str, before: Recipe, kind: Variant, changes: Mapping[str, object]) -> Recipe:
        own = given_to(side, kind, changes)
        if kind.name == before.variant:
            return before.replace(**own)
        # What the link says of both sides still holds, also where it was the default of the variant before.
        kept = {name: text for name, text in given_to(side, kind, self.to_texts()).items() if name in kind.fields}
        return Recipe.from_values(kind.name, {**kept, **own})

    def with_number(self, side: str, table: str, cell: tuple[int, ...], number: object) -> "Comparison":
        """Return the same comparison with one number of one side changed; an input that both share changes on both.

        Parameters
        ----------
        side : str
            "left" or "right".
        table, cell, number
            As in `Recipe.with_number`.

        Raises
        ------
        SpecError
            As `Recipe.with_number`, or the side is neither of the two.
        """
        return self.change_table(side, table, lambda recipe: recipe.with_number(table, cell, number))

    def change_table(self, side: str, table: str, change: Callable[[Recipe], Recipe]) -> "Comparison":
        """Return the same comparison with the numbers of one side changed; an input that both share changes on both.

        Raises
        ------
        SpecError
            As `with_number`.
        """
        if side not in SIDES:
            raise SpecError(f"side must be one of {', '.join(SIDES)}; got {shown(side)}.")
        sides = SIDES if table == "input" and self.shares_input else (side,)
        recipes = self.drawn if table == "input" else self.sides
        left, right = (
            of_side(name, partial(change, new)) if name in sides else old
            for name, old, new in zip(SIDES, self.sides, recipes, strict=True)
        )
        return Comparison(left, right)

    @property
    def variant(self) -> str:
        """``compare``, where a recipe has the name of its variant."""
        return COMPARE

    @property
    def sides(self) -> tuple[Recipe, Recipe]:
        """The left and the right recipe."""
        return self.left, self.right

    @property
    def drawn(self) -> tuple[Recipe, Recipe]:
        """Both recipes with the numbers that they show.

        Their random inputs are cut from one field, that of the variant which begins with the larger input: where seeds
        are alike, both sides show the same numbers as far as they have the same cells.

        Examples
        --------
        >>> left, right = Comparison.from_query("left=transposed&right=dilated&input_size=4&kernel_size=1").drawn
        >>> bool((left.input == right.input).all())
        True
        """
        homes = [recipe.kind.home for recipe in self.sides if "input" in recipe]
        home = max(homes, key=prod, default=None)
        left, right = (recipe if home is None else recipe.at_home(home) for recipe in self.sides)
        return left, right

    @property
    def frames(self) -> int:
        """Frames of the animation: those of the side that takes longer."""
        return max(self.left.frames, self.right.frames)

    @property
    def shares_input(self) -> bool:
        """Whether both sides show the same numbers as their input."""
        left, right = self.drawn
        return "input" in left and "input" in right and np.array_equal(left.input, right.input)

    @property
    def differing(self) -> tuple[str, ...]:
        """The parameters in which the sides differ: with two values, or set on one side where the other has none.

        Examples
        --------
        >>> Comparison.from_query("left=standard&right=pooling&input_size=6").differing
        ('kernel_size', 'stride')
        """
        left, right = (spell_all(recipe) for recipe in self.sides)
        apart = {name for name in left.keys() & right.keys() if left[name] != right[name]}
        alone = (self.left.to_texts().keys() - right.keys()) | (self.right.to_texts().keys() - left.keys())
        return tuple(name for name in FIELDS if name in apart | alone)

    def __repr__(self) -> str:
        return f"compare({self.left!r}, {self.right!r})"


Asked = Recipe | Comparison
"""Whatever a picture can show."""


def asked_for(name: str, texts: Mapping[str, object]) -> Asked:
    """Return the recipe of the variant ``name``, or a comparison where that is ``"compare"``.

    Raises
    ------
    SpecError
        As `Recipe.from_values` and `Comparison.from_values`.
    """
    return Comparison.from_values(texts) if name == COMPARE else Recipe.from_values(name, texts)


@dataclass(frozen=True, slots=True)
class Side:
    """One side as links spell it: its variant, all its parameters, and those that a link must name."""

    variant: str
    texts: Texts
    needed: Texts


def join_sides(left: Side, right: Side) -> Texts:
    """Return the one link of two sides.

    Examples
    --------
    >>> join_sides(Side("standard", {"stride": "2", "seed": "7"}, {"stride": "2", "seed": "7"}),
    ...            Side("pooling", {"stride": "2", "seed": "0"}, {}))
    {'left': 'standard', 'right': 'pooling', 'stride': '2', 'left.seed': '7'}
    """
    alike: Texts = {}
    apart: Texts = {}
    for name in FIELDS:
        if name not in left.needed and name not in right.needed:
            continue
        both = {side.texts[name] for side in (left, right) if name in side.texts}
        if len(both) == 1:  # or only one side has it
            alike[name] = both.pop()
        else:
            apart |= {f"left.{name}": left.needed[name]} if name in left.needed else {}
            apart |= {f"right.{name}": right.needed[name]} if name in right.needed else {}
    return {"left": left.variant, "right": right.variant, **alike, **apart}


def read_kinds(given: Mapping[str, object]) -> tuple[Variant, Variant]:
    """Return the variants of both sides.

    Raises
    ------
    SpecError
        A side is missing, or there is no variant of that name.
    """
    for side in SIDES:
        if side not in given:
            raise SpecError(f"{side} must be one of {', '.join(VARIANTS)}; it is missing.")
    return (
        of_side("left", lambda: variant_named(given["left"])),
        of_side("right", lambda: variant_named(given["right"])),
    )


def check_names(kinds: tuple[Variant, Variant], names: Iterable[str]) -> None:
    """Refuse a parameter that neither side has; a recipe itself refuses what it does not have after its prefix."""
    known = [field for field in FIELDS if any(field in kind.fields for kind in kinds)]
    for name in names:
        if name not in (*SIDES, *known) and name.partition(".")[0] not in SIDES:
            raise SpecError(
                f"{shown(name)} is no setting of a comparison, which takes left, right and {', '.join(known)}, with "
                "left. or right. before what is for one side."
            )


def given_to(side: str, kind: Variant, given: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters for one side: those that it has, and those with its prefix, which win.

    Examples
    --------
    >>> given_to("right", variant_named("dilated"), {"stride": "2", "right.stride": "1", "left.bias": "3"})
    {'stride': '1'}
    """
    own = {name.removeprefix(f"{side}."): value for name, value in given.items() if name.startswith(f"{side}.")}
    shared = {name: value for name, value in given.items() if name in kind.fields}
    if _is_stack({**shared, **own}.get("layers")):
        shared = {name: value for name, value in shared.items() if name not in OF_EACH_LAYER}
    return {**shared, **own}


def spell_all(recipe: Recipe) -> Texts:
    """Spell all parameters of a recipe, but not those of single layers where it lists its layers."""
    skipped = OF_EACH_LAYER if _is_stack(recipe.get("layers")) else ()
    return {name: field.spell(recipe[name]) for name, field in recipe.kind.fields.items() if name not in skipped}


def _is_stack(layers: object) -> bool:
    """Return whether layers are listed one by one, so that there is no size or stride for all of them."""
    return layers is not None and not isinstance(layers, int) and not str(layers).strip().isdecimal()


def of_side(side: str, make: Callable[[], Result]) -> Result:
    """Call ``make``; a refusal says which side it is about."""
    try:
        return make()
    except SpecError as error:
        raise SpecError(f"{side}: {error}") from None
