"""What the page of all formats says of a recipe: which there are, and of the chosen file all that is known before it.

A worker process computes it. It answers refused options too, each at its own field, so that a page keeps what was
typed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from shlex import quote
from typing import Any, Final

from convviz import limits
from convviz.address import read_export
from convviz.arithmetic.arguments import nearest, shown
from convviz.effort import check_estimate, estimate
from convviz.errors import SpecError, UnknownNameError, missing_extra
from convviz.export import ChartExport, Export, described, of_movie_deck, title_of
from convviz.files import FORMATS, FRAME, Format, formats_of
from convviz.questions.picture import asked_question, frames_of
from convviz.recipes import Presentation, Recipe, read_query, split_options
from convviz.recipes.code import notes_of
from convviz.recipes.comparison import Asked, Comparison
from convviz.recipes.fields import FIELDS
from convviz.recipes.model import check_query
from convviz.recipes.parameters import Field
from convviz.recipes.presentation import (
    FILE_THEMES,
    OPTIONS,
    PREDICT,
    PRESENTATION_FIELDS,
    PURPOSE,
    PURPOSES,
    SCREEN_THEMES,
    THEME,
)

FORMAT: Final = "format"
STEP: Final = "step"
"""Parameters of the page: the ending of the chosen format, and the step at which the reader is, from 1."""

_WHERE: Final = (STEP, "pin", "dials")
"""What the address of a figure may say besides."""

_PREVIEW: Final = {"gif": "gif", "webp": "webp", "apng": "apng", "png": "png", "svg": "svg", "tex": "svg"}
"""How a format is previewed; other moving ones as a GIF, or where things move between steps as a WebP."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A format of a recipe with the options that were read, and with those that were refused."""

    form: Format
    asked: Asked
    typed: Mapping[str, str]
    refusals: Mapping[str, str]
    export: Export


def offer(name: str, query: str) -> dict[str, Any]:
    """Return what the page of all formats says, as JSON has it.

    Parameters
    ----------
    name : str
        A variant, ``compare`` or ``preset/`` and a name.
    query : str
        The parameters of the recipe and of its picture, with ``format`` and ``step``.

    Raises
    ------
    UnknownNameError
        There is no such picture.
    SpecError
        A parameter of the recipe is refused, or the format is none.

    Examples
    --------
    >>> found = offer("dilated", "dilation=3&format=pytorch.py&width=900&theme=dark")
    >>> found["file_name"], found["address"]
    ('dilated_i7_k3_d3.pytorch.py', 'dilated.pytorch.py?dilation=3')
    >>> offer("dilated", "width=9")["refusals"]
    {'width': "width must be a whole number from 240 to 3840; got '9'."}
    """
    check_query(query)
    texts = read_query(query)
    ending = texts.pop(FORMAT, next(iter(FORMATS)))
    where = {key: texts.pop(key, "") for key in _WHERE}
    given, options = split_options(texts)
    plain = read_export(name, given)
    if isinstance(plain, ChartExport):
        raise UnknownNameError(f"There are no steps of a chart, and no page of their formats; got {shown(name)}.")
    asked = plain.asked
    formats = formats_of(asked)
    endings = [each.ending for each in formats]
    if ending not in endings:
        listed = ", ".join(endings)
        raise SpecError(f"{asked.variant} has the formats {listed}; got {shown(ending)}.{nearest(ending, endings)}")
    step = where[STEP] or ("" if plain.frame is None else str(plain.frame + 1))
    choice = _read(asked, FORMATS[ending], options, step)
    offered = [
        {"ending": each.ending, "label": each.label, "text": each.text, "kind": each.kind, "refusal": _missing(each)}
        for each in formats
    ]
    purposes = [
        {"name": purpose, "label": each.label, "options": dict(each.options)} for purpose, each in PURPOSES.items()
    ]
    found = {
        "name": asked.variant, "title": title_of(asked), "query": asked.to_query(), "formats": offered,
        "format": ending, "steps": frames_of(asked, choice.export.show), "fields": [*_fields(choice)],
        "purposes": purposes, "refusals": dict(choice.refusals),
    }  # fmt: skip
    return found if choice.refusals else found | _file(choice)


def _read(asked: Asked, form: Format, options: Mapping[str, str], step: str) -> _Choice:
    """Read the options that matter to a format, each by itself."""
    names, refusals = form.options, dict[str, str]()
    purpose = {name: text for name, text in options.items() if name == PURPOSE}
    typed = {**Presentation.from_values(purpose).to_texts(), **options}
    if form.ending == "html" and typed.get(THEME) in FILE_THEMES.keys() - SCREEN_THEMES.keys():
        del typed[THEME]  # a figure is light or dark
    known = {name: text for name, text in typed.items() if name in names}
    for name in [*known]:
        try:
            number = Presentation.from_values({name: known[name]}).predict
            if number is not None:
                asked_question(asked, number)
        except SpecError as error:
            refusals[name] = str(error)
            del known[name]
    frame = None
    if FRAME in names and step:
        count = frames_of(asked, Presentation.from_values(known))
        if not (step.isascii() and step.isdecimal() and len(step) < 5 and 1 <= int(step) <= count):
            refusals[STEP] = f"{STEP} must be a whole number from 1 to {count}; got {shown(step)}."
        elif int(step) < count or PREDICT in known:
            frame = int(step) - 1
    export = Export(asked, Presentation.from_values(known), frame)
    return _Choice(form, asked, {**typed, **({STEP: step} if step else {})}, refusals, export)


@cache
def _missing(form: Format) -> str:
    """Return why this installation cannot make a format, "" where it can."""
    return "" if not form.module or find_spec(form.module) else str(missing_extra(form.module))


# The controls ---------------------------------------------------------------------------------------------------------


def _fields(choice: _Choice) -> Iterator[dict[str, Any]]:
    """Yield the options of the chosen format, each with what it is now and what is usual."""
    usual = Presentation()
    for name in choice.form.options:
        if name == FRAME:
            count = frames_of(choice.asked, choice.export.show)
            usual_step = "1" if PREDICT in choice.typed else str(count)
            text = "The step that is drawn, counted from 1."
            yield {
                "name": STEP, "label": "Step", "help": text, "kind": "integer", "low": 1, "high": count,
                "choices": [], "text": choice.typed.get(STEP, usual_step), "usual": usual_step,
            }  # fmt: skip
            continue
        field: Field = (PRESENTATION_FIELDS if choice.form.ending == "html" else OPTIONS)[name]
        spelled = field.spell(getattr(usual, name))
        text = spelled if name in choice.refusals else field.spell(getattr(choice.export.show, name))
        yield {
            "name": name, "label": field.label, "help": field.help, "kind": field.kind,
            "low": field.low, "high": field.high, "choices": [[word, label] for word, label in field.choices.items()],
            "text": choice.typed[name] if name in choice.refusals else text, "usual": spelled,
        }  # fmt: skip


# The file -------------------------------------------------------------------------------------------------------------


def _file(choice: _Choice) -> dict[str, Any]:
    """Return what is known of a file before it is made, and what else leads to it."""
    form, asked, export = choice.form, choice.asked, choice.export
    frame, show, ending = export.frame, export.show, form.ending
    query = asked.render_query(show, frame)
    file_name = f"{export.stem}.{ending}"
    found: dict[str, Any] = {
        "file_name": file_name,
        "address": _address(asked, ending, query),
        "command": _command(asked, show, frame, file_name),
        "python": _python(asked, show, frame, file_name),
        "refusal": _missing(form),
        "notes": [],
        "code": "",
        "preview": "",
        "still": "",
    }
    try:
        check_query(query)
        if form.kind == "code":
            assert isinstance(asked, Recipe)  # a comparison has no such format
            found["notes"] = [*notes_of(asked.computed, ending.partition(".")[0])]
            data = export.make(ending)
            return found | {"code": data.decode(), "seconds": 0, "megabytes": len(data) / 1e6}
        found |= _measures(export, ending)
        cost = estimate(export, ending)
        found |= {"seconds": cost.seconds, "megabytes": cost.megabytes}
        if form.kind != "exercise":
            found |= _preview(export, ending)
        if not found["refusal"]:
            check_estimate(asked, cost, ending)
    except SpecError as error:
        sentence = str(error)
        name = sentence.partition(" ")[0]
        return found | ({"refusals": {name: sentence}} if name in OPTIONS else {"refusal": sentence})
    return found


def _measures(export: Export, ending: str) -> dict[str, Any]:
    """Return the size of a picture, its frames and its seconds, and what it shows in words."""
    if FORMATS[ending].kind in ("still", "exercise"):
        scene = export.still
        return {
            "width": scene.width, "height": scene.height, "frames": 1, "duration": 0.0,
            "description": scene.frame(export.number).description,
        }  # fmt: skip
    export = replace(export, show=of_movie_deck(export.show)) if ending == "pptx" else export
    scene = export.lines if ending in ("pdf", "steps.pptx", "html") else export.scene
    is_moving = FORMATS[ending].kind == "moving"
    beats = sum(frame.beats for frame in scene) if is_moving else 0
    return {
        "width": scene.width, "height": scene.height, "frames": len(scene),
        "duration": beats * export.show.seconds_per_step, "description": described(scene),
    }  # fmt: skip


def _preview(export: Export, ending: str) -> dict[str, str]:
    """Return the addresses of a picture of the file, and of one that does not move."""
    asked, kind = export.asked, FORMATS[ending].kind
    show = replace(of_movie_deck(export.show) if ending == "pptx" else export.show, megabytes=None, dpi=None)
    first = show.steps[0] - 1 if show.steps and kind != "still" else export.frame
    # the options of an SVG are those of one picture
    alone = Presentation(**{name: getattr(show, name) for name in FORMATS["svg"].options if name != FRAME})
    still = _address(asked, "png", asked.render_query(alone, first))
    moving = still
    if kind == "moving":
        suffix = _PREVIEW.get(ending, "webp" if show.motion else "gif")
        picture = replace(show, motion=show.motion and suffix == "webp")
        if estimate(replace(export, show=picture), suffix).seconds <= limits.RENDER_SECONDS:
            moving = _address(asked, suffix, asked.render_query(picture))
    elif kind == "still":
        moving = still = _address(asked, _PREVIEW[ending], asked.render_query(show, export.frame))
    return {"preview": moving, "still": still}


def _address(asked: Asked, ending: str, query: str) -> str:
    return f"{asked.variant}.{ending}?{query}".removesuffix("?")


def _command(asked: Asked, show: Presentation, frame: int | None, file_name: str) -> str:
    """Return the command line that makes the file."""
    texts = {**asked.to_texts(), **show.to_texts(), **({} if frame is None else {FRAME: str(frame)})}
    words = ["convviz", "render", asked.variant]
    for name, text in texts.items():
        option = f"--{name.replace('_', '-')}"
        words += [f"{option}={text}"] if text.startswith("-") else [option, text]
    return " ".join(map(quote, [*words, "-o", file_name]))


def _python(asked: Asked, show: Presentation, frame: int | None, file_name: str) -> str:
    """Return the lines of Python that make the file."""
    sides = asked.sides if isinstance(asked, Comparison) else (asked,)
    recipes = [_call("cv.recipe", [repr(side.variant), *_keywords(side.to_texts(), FIELDS)]) for side in sides]
    call = _call("cv.compare" if len(sides) > 1 else "cv.animate", [*recipes, *_keywords(show.to_texts(), OPTIONS)])
    place = "" if frame is None else f", frame={frame}"
    return f"import convviz as cv\n\n{call}.save({file_name!r}{place})\n"


def _call(function: str, words: list[str]) -> str:
    return f"{function}({', '.join(words)})"


def _keywords(texts: Mapping[str, str], fields: Mapping[str, Field]) -> Iterator[str]:
    """Yield arguments of Python: numbers and truth values as such, everything else as links spell it."""
    for name, text in texts.items():
        kind = fields[name].kind
        is_number = kind in ("pair", "integer", "number", "padding", "text") and re.fullmatch(r"-?\d+(\.\d+)?", text)
        yield f"{name}={text.capitalize() if kind == 'switch' else text if is_number else repr(text)}"
