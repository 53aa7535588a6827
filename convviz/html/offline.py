"""The figure as one file that has all it shows: its first answer, or a table of all that its dials can ask for."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from gzip import compress
from hashlib import sha256
from html import escape
from itertools import islice, product
from math import prod
from typing import Any, Final

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.figure import EDIT, PAGE, Answer, answer
from convviz.fonts import embedded_font
from convviz.origin import RIGHTS, SOFTWARE
from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked, Comparison
from convviz.recipes.presentation import PREDICT

from . import bundle
from .dials import Offered
from .document import LAYOUTS, data_of, document, in_element, to_json

_OFFERED: Final = ("pair", "length", "padding", "integer", "choice", "switch")
"""Kinds of parameters that a file may have a dial for."""

_FEW: Final = 40
"""Combinations of a file's dials up to which it has pictures for phones, too."""

_QUESTIONS: Final = 8
"""About how many questions a file has, in all combinations of its dials: most variants have no more kinds of them."""

_DIGITS: Final = 10
"""Of the largest number that a dial may have."""

_WORTH: Final = 16
"""Characters of a value from which it is worth a part of its own."""


def file(
    asked: Asked, show: Presentation, offered: Offered | None = None, *, step: int | None = None,
    script: str | None = None, most_steps: int | None = None, check: Callable[[], None] = lambda: None,
) -> str:  # fmt: skip
    """Return the figure as one file that needs no network.

    Parameters
    ----------
    asked : Recipe or Comparison
        What it shows at first.
    show : Presentation
        How.
    offered : mapping or iterable, optional
        What its dials offer: the file has the answer for each combination. Without it there is the picture alone.
    step : int, optional
        The step where it begins, counted from 1; by default it plays.
    script : str, optional
        The address of the script, where several files share one; by default it is in the file.
    most_steps : int, optional
        How many steps all combinations may have together, if each has as many as the first.
    check : callable
        Called before each answer.

    Raises
    ------
    SpecError
        A dial is unknown or cannot be in a file, or there are more combinations than the limit.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> text = file(recipe("dilated"), Presentation(), {"dilation": (1, 2)})
    >>> text[:15], "src=" in text
    ('<!doctype html>', False)
    """
    name, look = asked.variant, show.to_texts()
    first = answer(name, {**asked.to_texts(), **look})
    if first.refusal:
        raise SpecError(first.refusal)
    content = json.loads(first.text)
    dials = _dials_of(content, offered or ())
    combinations = prod(map(len, dials.values()))
    if most_steps is not None and combinations * asked.frames > most_steps:
        raise SpecError(
            f"A file over HTTP must have at most {most_steps:,} steps in all its combinations; got "
            f"{combinations * asked.frames:,} ({combinations} combinations of {asked.frames} steps). Use fewer values "
            "of its dials, or Animation.html in Python."
        )
    questions = [] if isinstance(asked, Comparison) else _questions(show.predict, _QUESTIONS // combinations)
    widths = LAYOUTS if combinations <= _FEW else LAYOUTS[:1]
    wanted = {"width": widths, **dials, PREDICT: ["off", *questions]}
    answers = [_kept(json.loads(each.text), dials) for each in _answers(name, look, content, wanted, check)]
    packed = _packed_table(answers, wanted, {**content["values"], PREDICT: "off"})
    place = {} if step is None else {"step": str(step)}
    data = {**data_of(content, name), "place": place, "base": "", "bare": not dials, "read": "", "questions": questions}
    scripts = (
        in_element(data)
        + f'<script type="text/plain" id="table">{packed}</script>\n'
        + (f"<script>{_file_script()}</script>\n" if script is None else f'<script src="{script}" defer></script>\n')
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{file_policy()}">\n' if script is None else ""
    source = escape(f"/{name}?{asked.to_query()}".removesuffix("?"), quote=True)
    head += (
        f'<meta name="generator" content="{SOFTWARE}">\n<meta name="dcterms.source" content="{source}">\n'
        f'<meta name="dcterms.rights" content="{RIGHTS}">\n'
    )
    head += f"<style>{embedded_font(bold=False)}{embedded_font(bold=True)}</style>\n"
    return document(content, look.get("theme", PAGE), bundle.markup(), scripts, head)


@cache
def file_policy() -> str:
    """Return what a file may do: run its own script, and load nothing."""
    digest = b64encode(sha256(_file_script().encode()).digest()).decode()
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:"


@cache
def _file_script() -> str:
    return f"\n{bundle.file_script()}"


def _questions(first: int | None, count: int) -> list[str]:
    """Return the numbers of the questions that a file has, from the one on which it opens."""
    if first is not None:
        count = max(count, 1)
    return [str(((first or 0) + k) % (limits.QUESTION + 1)) for k in range(count)]


def _dials_of(content: Mapping[str, Any], offered: Offered) -> dict[str, list[str]]:
    """Return the values of each dial, as links spell them, in order; the one that is shown at first is among them."""
    fields = {
        dial["name"]: dial for dial in content["dials"] if dial["group"] != "picture" and dial["kind"] in _OFFERED
    }
    dials: dict[str, list[str]] = {}
    for name, values in _by_name(offered).items():
        if name not in fields or name not in content["values"]:
            raise SpecError(f"A dial of a file must be one of {', '.join(fields)}; got {shown(name)}.")
        every = _all_values(fields[name])
        texts = [value if isinstance(value, str) else shown(value).lower() for value in values]
        if not texts and len(every) > limits.FILE_ANSWERS:
            raise SpecError(f"The dial {name} of a file must be given its values; all of them are {len(every):,}.")
        dials[name] = _in_order([*(texts or map(str, every)), content["values"][name]])
        for text in dials[name]:
            if not (_is_whole(text) and int(text) in every if isinstance(every, range) else text in every):
                rule = f"from {every[0]} to {every[-1]}" if isinstance(every, range) else f"of {', '.join(every)}"
                raise SpecError(f"The dial {name} of a file must have values {rule}; got {shown(text)}.")
    if (count := prod(map(len, dials.values()))) > limits.FILE_ANSWERS:
        sizes = " x ".join(map(str, map(len, dials.values())))
        raise SpecError(
            f"The dials of a file must have at most {limits.FILE_ANSWERS} combinations; got {count} ({sizes})."
        )
    return dials


def _by_name(offered: Offered) -> dict[str, list[object]]:
    """Return the values of each dial, no more than a file may have answers and one; of a name alone there are none."""
    try:
        by_name = offered if isinstance(offered, Mapping) else dict.fromkeys(offered, ())
        return {name: [*islice(values, limits.FILE_ANSWERS + 1)] for name, values in by_name.items()}
    except TypeError:
        raise SpecError(
            f'dials must be names, or lists of values by names such as {{"dilation": [1, 2]}}; got {shown(offered)}.'
        ) from None


def _all_values(field: Mapping[str, Any]) -> range | list[str]:
    if "low" in field:
        return range(int(field["low"]), int(field["high"]) + 1)
    return ["false", "true"] if field["kind"] == "switch" else [word for word, *_ in field["choices"]]


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS


def _in_order(texts: Iterable[str]) -> list[str]:
    """Return each text once, whole numbers in their order and as the figure spells them."""
    spelled = dict.fromkeys(str(int(text)) if _is_whole(text) else text for text in texts)
    return sorted(spelled, key=lambda text: int(text) if _is_whole(text) else -1)


def _answers(
    name: str, own_look: Mapping[str, str], content: Mapping[str, Any], wanted: Mapping[str, Sequence[str]],
    check: Callable[[], None],
) -> Iterable[Answer]:  # fmt: skip
    """Yield the answer for each combination; as in the figure, numbers of the reader's own follow their sizes."""
    for width, *values, question in product(*wanted.values()):
        check()
        look = {**own_look, PREDICT: question} | ({"width": width} if width else {})
        texts: dict[str, str] = content["texts"]
        found = None
        for dial, value in zip([*wanted][1:-1], values, strict=True):
            if value != content["values"][dial]:
                found = answer(name, {**texts, **look, EDIT: f"set:{dial}={value}"})
                if found.refusal:
                    break
                texts = json.loads(found.text)["texts"]
        yield found or answer(name, {**texts, **look})


def _kept(content: dict[str, Any], dials: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what a file needs of an answer: its own dials, no example, no other file, and no cell to edit."""
    if "error" in content:
        return content | {"mends": [], "values": None}
    fields = [
        field | _bounds(field, dials[field["name"]]) if field["name"] in dials else field
        for field in content["dials"]
        if field["name"] in dials or (dials and field["name"] == "theme")
    ]
    planes = [plane | {"editable": False} for plane in content["scene"]["planes"]]
    return content | {
        "dials": fields,
        "examples": [],
        "rows": None,
        "files": None,
        "scene": content["scene"] | {"planes": planes},
    }


def _bounds(field: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    """Return what changes of a field that offers only these values."""
    if "low" in field and len(values) == int(values[-1]) - int(values[0]) + 1:
        return {"low": int(values[0]), "high": int(values[-1]), "choices": []}
    if "low" in field:  # no range, which would lead through numbers that the file does not have
        return {"kind": "choice", "choices": [[value, value] for value in values]}
    return {"choices": [choice for choice in field.get("choices", ()) if choice[0] in values]}


def _packed_table(answers: Sequence[Any], wanted: Mapping[str, Sequence[str]], values: Mapping[str, str]) -> str:
    """Return the table of answers as shelf.js reads it, compressed and in base 64; ``values`` are the usual ones."""
    parts, numbers = _shared(answers)
    keys = map(" ".join, product(*wanted.values()))
    table = {
        "names": [*wanted], "usual": {name: values.get(name, "") for name in wanted},
        "answers": dict(zip(keys, numbers, strict=True)), "parts": parts,
    }  # fmt: skip
    return b64encode(compress(to_json(table).encode(), 9, mtime=0)).decode()


def _shared(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Return parts of which the values are made, each different one once, and the numbers of the values themselves.

    In a part, ``{"@": n}`` is the part with the number n.

    >>> _shared([{"a": [1000, 2000, 3000, 4000]}, {"b": [1000, 2000, 3000, 4000]}])
    ([[1000, 2000, 3000, 4000], {'a': {'@': 0}}, {'b': {'@': 0}}], [1, 2])
    """
    times: Counter[str] = Counter()

    def count(value: Any) -> None:
        if isinstance(value, dict | list):
            times[text := to_json(value)] += 1
            if times[text] == 1:
                for each in value.values() if isinstance(value, dict) else value:
                    count(each)

    parts: list[Any] = []
    numbers: dict[str, int] = {}

    def number_of(value: Any, text: str) -> int:
        if text not in numbers:
            whole = (
                {name: write(each) for name, each in value.items()}
                if isinstance(value, dict)
                else [write(each) for each in value]
            )
            parts.append(whole)
            numbers[text] = len(parts) - 1
        return numbers[text]

    def write(value: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        text = to_json(value)
        if text in numbers or (times[text] > 1 and len(text) >= _WORTH):
            return {"@": number_of(value, text)}
        if isinstance(value, dict):
            return {name: write(each) for name, each in value.items()}
        return [write(each) for each in value]

    for value in values:
        count(value)
    # What is alike is close together: the same member of all scenes, and then the next one.
    scenes = [value["scene"] for value in values if "scene" in value]
    for name in scenes[0] if scenes else ():
        for scene in scenes:
            if len(text := to_json(scene[name])) >= _WORTH and isinstance(scene[name], dict | list):
                number_of(scene[name], text)
    return parts, [number_of(value, to_json(value)) for value in values]
