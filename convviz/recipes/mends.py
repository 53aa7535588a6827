"""Changes that mend a refused query: the smallest change of one parameter that makes it work."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from convviz import limits
from convviz.errors import SpecError

from .comparison import COMPARE, SHARED, SIDES, Comparison, given_to, read_kinds
from .fields import FIELDS, WORDS, in_words
from .model import Recipe
from .named_arrays import RANDOM
from .parameters import GROUPS, MIDDLE, Field, Value
from .presentation import OPTIONS
from .variants import VARIANTS, Variant
from .variants.base import check_limits, count_frames

_MOST: Final = 3
"""Mends that are offered."""

_TRIES: Final = 16
_ALL_TRIES: Final = 80
"""Values that are tried of one parameter, and of all together. A try takes 20 to 50 microseconds."""

_FAR: Final = 100
"""The distance of a mend that changes more than a size."""

_NAMES: Final = {word: name for name, word in WORDS.items() if word} | {
    word: field.name for field in FIELDS.values() for word in (field.name, *field.choices) if field.kind == "choice"
}
_NAMED: Final = re.compile(rf"\b(?:table (\w+)|({'|'.join({**FIELDS, **_NAMES})}))\b")
"""What a refusal calls parameters: by their names or words, choices by their values, tables after that word."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A change that makes a refused query work.

    Attributes
    ----------
    label : str
        The parameter and its value in a few words.
    query : str
        The query of what then is shown.
    """

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refusal is about, and what mends it.

    Attributes
    ----------
    dial : str or None
        The parameter that the sentence is about, with its side in a comparison.
    mends : sequence of Mend
        At most three, the smallest change first.
    """

    dial: str | None = None
    mends: tuple[Mend, ...] = ()


def mends_of(name: str, given: Mapping[str, object], sentence: str) -> Refusal:
    """Return what mends a query that was refused.

    Parameters
    ----------
    name : str
        The name of a variant, or ``compare``.
    given : mapping
        The parameters of the query.
    sentence : str
        Why they were refused.

    Examples
    --------
    >>> given = {"input_size": "3", "kernel_size": "5"}
    >>> sentence = "The kernel (5 rows) is larger than the input (3 rows)."
    >>> [mend.label for mend in mends_of("standard", given, sentence).mends]
    ['padding 1', 'kernel 3', 'input 5']
    """
    if name != COMPARE:
        return _mended(_Side(VARIANTS[name], given), sentence) if name in VARIANTS else Refusal()
    side, _, rest = sentence.partition(": ")
    if side not in SIDES or any(given.get(each) not in VARIANTS for each in SIDES):
        return Refusal()
    kinds = dict(zip(SIDES, read_kinds(given), strict=True))
    (other,) = set(SIDES) - {side}
    partner = _Side(kinds[other], given_to(other, kinds[other], given), other)
    return _mended(_Side(kinds[side], given_to(side, kinds[side], given), side, partner), rest)


@dataclass(frozen=True, slots=True)
class _Side:
    """A recipe that may be refused: that of a lesson, or one side of a comparison with its partner."""

    kind: Variant
    given: Mapping[str, object]
    name: str = ""
    partner: "_Side | None" = None

    def shares(self, dial: str) -> bool:
        """Return whether a parameter has the same value on the side of the partner, and a dial with it."""
        partner = self.partner
        if partner is None or dial not in SHARED or dial not in partner.kind.fields:
            return False
        return self.given.get(dial) == partner.given.get(dial)

    def dial(self, dial: str) -> str:
        """Return the name of a dial as a query has it."""
        return f"{self.name}.{dial}" if self.name and not self.shares(dial) else dial

    def query(self, recipe: Recipe, dial: str) -> str | None:
        """Return the query with this recipe, in which a parameter is changed; None where the partner is refused."""
        if self.partner is None:
            return recipe.to_query()
        change = {dial: recipe[dial]} if self.shares(dial) else {}
        with suppress(SpecError):
            other = Recipe.from_values(self.partner.kind.name, {**self.partner.given, **change})
            return Comparison(*((recipe, other) if self.name == "left" else (other, recipe))).to_query()
        return None


def _mended(side: _Side, sentence: str) -> Refusal:
    read, unread = _read(side)
    named = list(dict.fromkeys(_named(side.kind, sentence)))
    if not unread <= side.kind.fields.keys():
        return Refusal()
    recipe = None if unread else _works(side.kind, read)
    works = recipe is not None and side.query(recipe, "") is not None
    # What is refused of an edit or of the picture is about a parameter only if the sentence begins with it.
    dial = side.dial(named[0]) if named and (not works or sentence.startswith(named[0])) else None
    if works or len(unread) > 1 or dial in OPTIONS:
        return Refusal(dial)
    if unread:
        dials, values = list(unread), {}
    else:
        sizes = [field for field in side.kind.fields.values() if field.kind in ("pair", "length", "padding", "integer")]
        sizes.sort(key=lambda field: GROUPS.index(field.group))
        dials = list(dict.fromkeys([*named, *(field.name for field in sizes if field.name != "seed")]))
        values = side.kind.read_lenient(side.given)
    found = [] if unread else [*_fitting(side, read, named)]
    tries = 0
    for name in dials:
        field = side.kind.fields[name]
        near = _readable(side.kind, field, side.given[name]) if unread else _neighbors(field, values[name])[:_TRIES]
        for distance, value in near:
            tries += 1
            recipe = _works(side.kind, {**read, name: value})
            if recipe is not None and (query := side.query(recipe, name)) is not None:
                words = "random numbers" if value == RANDOM else in_words(field, value)
                found.append((distance, Mend(_label(side, name, words), query)))
                break
        if len(found) == _MOST or tries > _ALL_TRIES:
            break
    return Refusal(dial, tuple(mend for _, mend in sorted(found, key=lambda pair: pair[0])))


def _label(side: _Side, dial: str, words: str) -> str:
    return f"{side.name}: {words}" if side.dial(dial) != dial else words


def _read(side: _Side) -> tuple[dict[str, Value], set[str]]:
    """Return the parameters that can be read, and the names of the others."""
    read: dict[str, Value] = {}
    unread = set()
    for name, value in side.given.items():
        try:
            read |= side.kind.read_each({name: value})
        except SpecError:
            unread.add(name)
    return read, unread


def _named(kind: Variant, sentence: str) -> Iterator[str]:
    """Yield the parameters that a sentence names, the one that it begins with first."""
    first = sentence.partition(" ")[0]
    if first in kind.fields or first in OPTIONS:
        yield first
    for found in _NAMED.finditer(sentence):
        name = found[1] or _NAMES.get(found[2], found[2])
        if name in kind.fields:
            yield name


def _works(kind: Variant, read: Mapping[str, Value]) -> Recipe | None:
    with suppress(SpecError):
        values = kind.complete(read, read)
        if count_frames(kind, values) > limits.FRAMES:  # the refusal would say how many channels are few enough
            return None
        check_limits(kind, values)
        return Recipe(kind.name, MappingProxyType(values))
    return None


def _fitting(side: _Side, read: Mapping[str, Value], named: Sequence[str]) -> Iterator[tuple[int, Mend]]:
    """Yield the recipe whose own numbers are cut or filled up to the size that the sentence is about."""
    own = {table: sizes for table, sizes in side.kind.implied.items() if isinstance(read.get(table), tuple)}
    implied = {size for sizes in own.values() for size in sizes}
    size = next((name for name in named if name in implied and name in read), None)
    if size is None:
        return
    kept = {name: value for name, value in read.items() if name not in implied}
    with suppress(SpecError):
        before = Recipe(side.kind.name, side.kind.complete(kept, kept))
        recipe = Recipe.from_values(side.kind.name, before.fitted(size, read[size]))
        if (query := side.query(recipe, size)) is not None:
            words = in_words(side.kind.fields[size], read[size])
            yield 0, Mend(_label(side, size, f"own numbers for {words}"), query)


# The values of a parameter, nearest first -----------------------------------------------------------------------------

_Near = list[tuple[int, Value]]
"""Values with their distances."""


def _neighbors(field: Field, value: Any) -> _Near:
    """Return the values that a parameter may have in place of another one.

    Examples
    --------
    >>> _neighbors(FIELDS["stride"], (1, 2))[:4]
    [(1, (2, 2)), (1, (1, 1)), (1, (1, 3)), (2, (3, 2))]
    >>> _neighbors(FIELDS["padding"], "same")[:4]
    [(1, 'same_upper'), (1, 'same_lower'), (1, 'valid'), (1, ((0, 0), (0, 0)))]
    """
    found: _Near = []
    if field.kind in ("choice", "padding") and isinstance(value, str):
        others = [other for other in field.choices if other != value]
        found = [(1, other) for other in sorted(others, key=lambda other: not other.startswith(value))]
    if field.kind == "switch":
        found = [(1, not value)]
    elif field.kind == "table" and value != RANDOM:
        found = [(_FAR, RANDOM)]
    elif field.kind == "unit" and value != MIDDLE:
        found = [(_FAR, MIDDLE)]
    elif field.low is not None and field.high is not None and field.kind != "number":
        numbers = range(int(field.low), int(field.high) + 1)
        if field.kind == "pair":
            found = _moved(value, [(1, (1, 1))] if value[0] == value[1] else _UNEVEN, numbers)
        elif field.kind in ("integer", "length") or (field.kind == "layers" and isinstance(value, int)):
            start = int(field.spell(value).partition(",")[0])
            moves = _moved((start,), [(1, (1,))], numbers)
            found = [(distance, field.read(field.name, moved)) for distance, (moved,) in moves]
        elif field.kind == "layers":
            found = [(_FAR, number) for number in numbers]
        elif isinstance(value, str):
            found += [(number + 1, ((number, number), (number, number))) for number in numbers]
        elif field.kind == "padding":
            is_even = len({*value[0], *value[1]}) == 1
            ways = [(way, (rows, rows, columns, columns)) for way, (rows, columns) in _UNEVEN]
            moves = _moved((*value[0], *value[1]), [(1, (1, 1, 1, 1))] if is_even else ways, numbers)
            found = [(distance, (moved[:2], moved[2:])) for distance, moved in moves]
    return sorted(found, key=lambda pair: pair[0])


_UNEVEN: Final = ((1, (1, 0)), (1, (0, 1)), (2, (1, 1)))
"""How much it is to move the height, the width, or both by one, where they are not alike."""


def _moved(start: Sequence[int], ways: Sequence[tuple[int, tuple[int, ...]]], numbers: range) -> list[tuple[int, Any]]:
    """Return what is up to `_TRIES` steps away on some ways, as far as all its numbers are in a range."""
    steps = [step for step in range(-_TRIES, _TRIES + 1) if step]
    moves = (
        (abs(step) * length, tuple(number + step * along for number, along in zip(start, way, strict=True)))
        for length, way in ways
        for step in steps
    )
    return [(distance, moved) for distance, moved in moves if all(number in numbers for number in moved)]


def _readable(kind: Variant, field: Field, value: object) -> _Near:
    """Return what can be read in place of a value that cannot: its numbers within the bounds, and the default.

    A stack of layers is too long to be named.
    """
    found: _Near = []
    if isinstance(value, str) and field.low is not None and field.high is not None:
        low, high = int(field.low), int(field.high)
        within = re.sub(r"\d+", lambda digits: str(min(max(int(digits[0][:9]), low), high)), value)
        with suppress(SpecError):
            nearest = field.read(field.name, within)
            found = [(0, nearest), *_neighbors(field, nearest)]
    return found if field.kind == "layers" else [*found, (_FAR, kind.defaults[field.name])]
