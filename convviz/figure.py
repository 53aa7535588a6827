"""What the figure in the browser shows: one answer in JSON for each setting of its dials.

The figure does no arithmetic of convolution. It sends what its dials say as a query, and draws what the answer has: the
scene, the sizes and formulas with their numbers, and the dials themselves.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isinf
from typing import Any, Final

from .arithmetic.arguments import shown
from .arithmetic.layer_kinds import spell_stack
from .errors import SpecError
from .questions import Question, spell, tolerance_of
from .questions.picture import BEATS, FRAMES, asked_question, pins_of, pose, step_of, table_of
from .questions.question import Answer as QuestionAnswer
from .recipes import Presentation, Recipe, presets_of, read_query, split_options, write_query
from .recipes.catalog import PAIRS
from .recipes.comparison import COMPARE, SHARED, SIDES, Asked, Comparison, asked_for
from .recipes.edits import edited
from .recipes.fields import OF_EACH_LAYER
from .recipes.mends import mends_of
from .recipes.named_arrays import RANDOM
from .recipes.parameters import GROUPS, Field, read_choice
from .recipes.presentation import PREDICT, PRESENTATION_FIELDS
from .recipes.stack_form import NAME as GROWTH
from .recipes.stack_form import drawable_recipe, edited_stack, rows_of, whole_texts
from .recipes.variants import VARIANTS, Variant, variant_named
from .recipes.ways import ways_of
from .render.player import write_scene
from .scene.facts import compared, cost_notes, facts_of, formulas_of, heads_of, order_of_sizes
from .scene.figure import LAST_BEATS
from .scene.number_format import channel_count
from .scene.primitives import Amount
from .scene.theme import COLORS, ROLES

PAGE: Final = "page"
"""The theme of a figure that is light or dark as its page is."""

OWN: Final = "own"
"""The choice of a table whose numbers are not those of a name."""

EDIT: Final = "edit"
"""The parameter with one change, as `edited` reads it."""

_MOST_ROWS: Final = 16
"""Layers of a stack that have a row each; longer stacks are edited as a text."""

_THEMES: Final = {PAGE: "As page", **PRESENTATION_FIELDS["theme"].choices}

Part = dict[str, Any]
"""Some members of an answer by their names."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query.

    Attributes
    ----------
    text : str
        A JSON object: what the figure shows, or why it cannot.
    refusal : str
        Why the query is refused, "" where it is not.
    """

    text: str
    refusal: str = ""


def answer(name: str, query: str | Mapping[str, str]) -> Answer:
    """Return what the figure shows for a query, or why it cannot; it never raises SpecError.

    Parameters
    ----------
    name : str
        The name of a variant, or ``compare``.
    query : str or mapping
        The parameters of the recipe and of its presentation, as in an address below ``/render``. A ``width`` is the one
        that the scene is laid out for, the theme may also be ``page``, and ``edit`` is one change, as `edited` reads
        it: the answer is about the recipe after it.

    Examples
    --------
    >>> found = json.loads(answer("dilated", "dilation=1x2&bias=0&terms=false&edit=set:stride=2").text)
    >>> found["query"], found["texts"], found["presentation"], found["values"]["kernel_size"]
    ('stride=2&dilation=1x2', {'stride': '2', 'dilation': '1x2'}, {'terms': 'false'}, '3')
    >>> answer("dilated", "stride=9").refusal
    "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'."
    """
    given: Mapping[str, object] = {}
    try:
        if name not in (*VARIANTS, COMPARE):
            names = ", ".join((*VARIANTS, COMPARE))
            raise SpecError(f"The name of a figure must be one of {names}; got {shown(name)}.")
        texts = read_query(query) if isinstance(query, str) else dict(query)
        edit, theme = texts.pop(EDIT, None), read_choice("theme", texts.pop("theme", PAGE), tuple(_THEMES))
        given, options = split_options(texts)
        show = Presentation.from_values(options)
        if edit is not None:
            given = _edited(name, given, edit)
        look = {} if theme == PAGE else {"theme": theme}
        return Answer(_shown(*_asked(name, given), show, look | show.to_texts()))
    except SpecError as error:
        refusal = mends_of(name, given, str(error))
        mends = [{"label": mend.label, "query": mend.query} for mend in refusal.mends]
        why = {"error": str(error), "dial": refusal.dial, "mends": mends, "values": _lenient(name, given)}
        return Answer(_encode(why), str(error))


def _lenient(name: str, given: Mapping[str, object]) -> dict[str, str] | None:
    """Return what the dials show of refused parameters of a variant: all that can be read, and the rest as usual."""
    if name not in VARIANTS:
        return None
    fields, readable = variant_named(name).fields, dict[str, object]()
    for field in fields.values():
        with suppress(SpecError):
            if field.name in given:
                readable[field.name] = field.read(field.name, given[field.name])
    values = variant_named(name).read_lenient(readable)
    return {field.name: field.spell(values[field.name]) for field in fields.values()}


def _edited(name: str, given: Mapping[str, object], edit: str) -> Mapping[str, object]:
    """Return the parameters after one change; of a stack all layers may be changed, also if not all are drawn."""
    if name != GROWTH:
        return edited(asked_for(name, given), edit)
    layers: Any = variant_named(GROWTH).read_lenient(given)["layers"]
    return {**given, "layers": spell_stack(edited_stack(layers, edit.removeprefix("layer:")))}


def _asked(name: str, given: Mapping[str, object]) -> tuple[Asked, dict[str, str], Part]:
    """Return what is drawn, the parameters of all that is asked for, and what only some variants show.

    Of a stack only the first layers may be drawn.
    """
    if name != GROWTH:
        asked = asked_for(name, given)
        return asked, asked.to_texts(), {}
    layers: Any = variant_named(GROWTH).read_lenient(given)["layers"]
    texts = whole_texts(given)
    drawn, note = drawable_recipe(layers, texts)
    if drawn is None:
        raise SpecError(note)
    return drawn, texts, {"note": note, "rows": rows_of(layers) if len(layers) <= _MOST_ROWS else None}


def _shown(asked: Asked, texts: dict[str, str], stack: Part, show: Presentation, presentation: dict[str, str]) -> str:
    question, show = _asked_question(asked, show)
    look = show.for_figure(ROLES.name)
    if show.predict is not None:
        look = replace(look, title=False, terms=False)  # the figure says these words itself
    scene = write_scene(pose(asked, look, frames_drawn=0), COLORS)
    if isinstance(asked, Comparison):
        constant, moment = _of_variants(asked.left.variant, asked.right.variant), _of_comparison(asked)
    else:
        constant, moment = _of_variant(asked.variant), _of_recipe(asked)
    if question is not None:
        moment = moment | {"facts": [], "facts_note": "", "formulas": [], "output": None, "question": question}
    moment = moment | {
        "query": (query := write_query(texts)),
        "texts": texts,
        "presentation": presentation,
        "files": _files(asked, query, scene.amount, show),
        **stack,
    }
    return f'{constant[:-1]},{_encode(moment)[1:-1]},"scene":{scene.text}}}'


def _encode(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


# What is the same in all answers of a variant, or of two --------------------------------------------------------------


@lru_cache
def _of_variant(name: str) -> str:
    variant = variant_named(name)
    return _constant(
        variant.name,
        variant.title,
        map(_dial, _in_order(variant.fields)),
        [{"title": preset.title, "query": preset.recipe.to_query()} for preset in presets_of(variant.name)],
    )


@lru_cache
def _of_variants(left: str, right: str) -> str:
    kinds = variant_named(left), variant_named(right)
    examples = [
        {"title": pair.title, "query": pair.comparison.to_query(), "remark": pair.remark} for pair in PAIRS.values()
    ]
    return _constant(COMPARE, "Comparison", _dials_of_two(kinds), examples)


def _constant(name: str, title: str, dials: Iterable[Part], examples: list[Part]) -> str:
    picture = [_dial(field) for field in PRESENTATION_FIELDS.values() if field.name != PREDICT]
    return _encode({"name": name, "title": title, "dials": [*dials, *picture], "examples": examples})


def _dials_of_two(kinds: tuple[Variant, Variant]) -> Iterator[Part]:
    """Yield the variants of both sides, what both can share, and what each has for itself."""
    labels = [[name, variant.label] for name, variant in VARIANTS.items()]
    for side in SIDES:
        label = side.capitalize()
        text = "What this side shows; it keeps the parameters that both variants have."
        yield {"name": side, "label": label, "help": text, "kind": "choice", "group": GROUPS[0], "choices": labels}
    for name in SHARED:
        if all(name in kind.fields for kind in kinds):
            fields = (kind.fields[name] for kind in kinds)
            yield _dial(min(fields, key=lambda field: (field.high or 0, len(field.choices))))  # what both can be
    for side, kind in zip(SIDES, kinds, strict=True):
        for field in _in_order(kind.fields):
            dial = _dial(field)
            if field.name in kind.drawn_as:  # a side is one picture
                dial["choices"] = [each for each in dial["choices"] if each[0] not in kind.drawn_as[field.name]]
            yield dial | {"name": f"{side}.{field.name}", "side": side}


def _in_order(fields: Mapping[str, Field]) -> list[Field]:
    """Return fields in the order in which a person wants their dials."""
    return sorted(fields.values(), key=lambda field: GROUPS.index(field.group))


def _dial(field: Field) -> Part:
    """Return what a dial has to know of its field."""
    dial: Part = {name: getattr(field, name) for name in ("name", "label", "help", "kind", "group")}
    dial |= {name: bound for name in ("low", "high") if (bound := getattr(field, name)) is not None}
    # A label such as "Gather: per output cell" is a short one and its explanation.
    choices = _THEMES if field.name == "theme" else field.choices
    words = [[word, *label.split(": ", 1)] for word, label in choices.items()]
    if field.kind == "table":
        words.append([OWN, "Own numbers"])
    return dial | {name: value for name, value in (("choices", words), ("follows", field.follows)) if value}


# The question ---------------------------------------------------------------------------------------------------------


def _asked_question(asked: Asked, show: Presentation) -> tuple[Part | None, Presentation]:
    """Return the question that takes the place of the steps, or why there is none, and how the picture is shown."""
    if show.predict is None:
        return None, show
    try:
        question = asked_question(asked, show.predict)
    except SpecError as error:
        return {"number": show.predict, "text": str(error), "form": "none"}, replace(show, predict=None)
    spelled = spell(question, question.answer)
    data: Part = {name: getattr(question, name) for name in ("text", "form", "because", "otherwise", "choices")}
    mistakes = [[_accepted(question, mistake.answer), mistake.reason] for mistake in question.mistakes]
    return data | {
        "number": show.predict, "answer": _accepted(question, question.answer), "spelled": spelled,
        "mistakes": mistakes, "table": table_of(question), "step": step_of(question),
    }, show  # fmt: skip


def _accepted(question: Question, answer: QuestionAnswer) -> Any:
    """Return an answer as the figure compares it.

    Of a number that is the least and the largest that count as the same, of cells those that are drawn, as links pin
    them.
    """
    if isinstance(answer, frozenset):
        return pins_of(question, answer)
    if question.form != "number":
        return answer
    assert isinstance(answer, int | float)
    near = tolerance_of(answer)
    return [answer - near, answer + near]


# What follows from the recipe -----------------------------------------------------------------------------------------


@lru_cache(2)  # a file has one recipe with many questions
def _of_recipe(recipe: Recipe) -> Part:
    output = recipe.drawn_output
    return {
        "values": _spelled(recipe),
        "hidden": list(_hidden(recipe)),
        "facts": facts_of(recipe),
        "facts_note": order_of_sizes(recipe),
        "formulas": [formula.pieces for formula in formulas_of(recipe)],
        "output": {
            "label": f"Copy the {recipe.kind.output_name}",
            "count": channel_count(recipe.channels[1], len(output)),
            "channels": _channels(len(output)),
            "planes": _planes(output.tolist()),
        },
        "ways": [[way.kind.label, f"{way.variant}?{way.to_query()}"] for way in ways_of(recipe)],
    }


def _of_comparison(both: Comparison) -> Part:
    outputs = [recipe.drawn_output.tolist() for recipe in both.drawn]
    values = {"left": both.left.variant, "right": both.right.variant}
    left, right = map(_spelled, both.sides)
    values |= {name: left[name] for name in SHARED if name in left and left[name] == right.get(name)}
    for side, spelled in zip(SIDES, (left, right), strict=True):
        values |= {f"{side}.{name}": text for name, text in spelled.items()}
    return {
        "values": values,
        "hidden": [f"{side}.{name}" for side, each in zip(SIDES, both.sides, strict=True) for name in _hidden(each)],
        "facts": [],
        "facts_note": cost_notes(both),
        "table": {"head": heads_of(both), "rows": [*compared(both)]},
        "formulas": [
            [f"{side.capitalize()}: {formula.pieces[0]}", *formula.pieces[1:]]
            for side, recipe in zip(SIDES, both.sides, strict=True)
            for formula in formulas_of(recipe)
        ],
        "output": {
            "label": "Copy the outputs' numbers",
            "channels": [
                f"{side.capitalize()}, {channel.lower()}"
                for side, output in zip(SIDES, outputs, strict=True)
                for channel in _channels(len(output))
            ],
            "planes": [plane for output in outputs for plane in _planes(output)],
        },
    }


def _spelled(recipe: Recipe) -> dict[str, str]:
    fields = recipe.kind.fields
    return {name: fields[name].spell(value) for name, value in recipe.values.items()}


def _hidden(recipe: Recipe) -> Iterator[str]:
    """Yield the parameters that mean nothing to a recipe."""
    yield from recipe.kind.unused(recipe.values)
    if "seed" in recipe and RANDOM not in [recipe[table] for table in recipe.kind.implied]:
        yield "seed"
    fields, computed = recipe.kind.fields, recipe.computed  # what chooses the computed one is a choice of view
    yield from (name for name in fields if name not in computed and fields[name].group != GROUPS[0])
    if isinstance(recipe.get("layers"), tuple):  # each of them has sizes of its own
        yield from (name for name in OF_EACH_LAYER if name in recipe)


def _channels(count: int) -> list[str]:
    return [f"Channel {channel}" for channel in range(count)]


def _planes(planes: list[list[list[float]]]) -> list[list[list[float | str]]]:
    return [[[_number(number) for number in row] for row in plane] for plane in planes]


def _number(number: float) -> float | str:
    """Return a number as JSON has it, which knows no infinity."""
    if isinf(number):
        return "-inf" if number < 0 else "inf"
    return int(number) if number.is_integer() else number


def _files(asked: Asked, query: str, amount: Amount, show: Presentation) -> Part:
    beats = amount.frames - 1 + LAST_BEATS if show.predict is None else FRAMES * BEATS
    seconds = show.seconds_per_step * beats
    frames = "frame" if amount.frames == 1 else "frames"
    note = f"{amount.width} × {amount.height} pixels, {amount.frames} {frames}, {seconds:.3g} s"
    return {"note": note, "query": asked.render_query(show)}
