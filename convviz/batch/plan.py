"""From a TOML file to the files that it asks for: every mistake is found before anything is drawn."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

from convviz import limits
from convviz.address import CHART, NETWORK, PRESET, read_export
from convviz.arithmetic.arguments import nearest, shown
from convviz.diagrams import KINDS
from convviz.errors import SpecError
from convviz.export import ChartExport, Export, code_digest
from convviz.files import FORMATS, FRAME
from convviz.html import DIALS
from convviz.recipes import Presentation, split_options
from convviz.recipes.comparison import COMPARE, SIDES
from convviz.recipes.fields import FIELDS
from convviz.recipes.parameters import Field
from convviz.recipes.presentation import OPTIONS, PURPOSE, PURPOSES
from convviz.recipes.variants import VARIANTS
from convviz.writing import why_not

DEFAULTS: Final = "defaults"
FIGURES: Final = "figures"
RECIPE: Final = "recipe"
FORMATS_KEY: Final = "formats"

_Table = Mapping[str, Any]

_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
_RESERVED: Final = frozenset(
    [
        "con",
        "prn",
        "aux",
        "nul",
        "conin$",
        "conout$",
        *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"),
    ]
)
"""What is in no name of a file on Windows, and names that it has for devices, whatever their ending:
https://learn.microsoft.com/windows/win32/fileio/naming-a-file."""


class PlanError(SpecError):
    """All that is wrong in a file, a sentence for each mistake.

    Examples
    --------
    >>> print(PlanError("figures.a: recipe is missing.", "figures.b: formats are missing."))
    figures.a: recipe is missing.
    figures.b: formats are missing.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


@dataclass(frozen=True, slots=True)
class File:
    """A file that is to exist.

    Attributes
    ----------
    name : str
        Of the file in its folder, such as "dilated.gif".
    recipe : str
        A variant, compare, or preset/NAME.
    values : mapping
        The parameters of the recipe and of its picture.
    ending : str
        The format.
    source : str
        A digest of all that decides about the bytes.
    """

    name: str
    recipe: str
    values: _Table
    ending: str
    source: str


def read_plan(path: Path) -> tuple[File, ...]:
    """Return the files that a TOML file asks for, in its order.

    Raises
    ------
    PlanError
        Tables, names or parameters are wrong.
    SpecError
        The file cannot be read, or asks for too much.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "recipes.toml")
    ...     size = path.write_text('[figures.wide]\\nrecipe = "dilated"\\nwidth = 900\\nformats = ["gif", "pdf"]')
    ...     [(file.name, file.values) for file in read_plan(path)]
    [('wide.gif', {'width': 900}), ('wide.pdf', {'width': 900})]
    """
    tables = _read_toml(path)
    defaults, figures = tables.get(DEFAULTS, {}), tables.get(FIGURES, {})
    if len(figures) > limits.BATCH_FIGURES:
        raise SpecError(f"{path} must have at most {limits.BATCH_FIGURES:,} figures; got {len(figures):,}.")
    mistakes = list(_wrong_defaults(defaults))
    sound = {key: value for key, value in defaults.items() if not any(key == wrong for wrong, _ in mistakes)}
    sentences = [f"{DEFAULTS}: {sentence}" for _, sentence in mistakes]
    files: list[File] = []
    owners: dict[str, str] = {}
    for name, table in figures.items():
        made, found = _files(name, table, sound, has_formats=FORMATS_KEY in defaults)
        files += made
        found += _taken(name, made, owners)
        sentences += [f"{FIGURES}.{_key(name)}: {sentence}" for sentence in found]
    if sentences:
        raise PlanError(*(f"{path.name}, {sentence}" for sentence in sentences))
    if len(files) > limits.BATCH_FILES:
        raise SpecError(f"{path} must ask for at most {limits.BATCH_FILES:,} files; got {len(files):,}.")
    return tuple(files)


def _read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a file, of which no other ones than defaults and figures are there."""
    most = limits.BATCH_KILOBYTES * 1000
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        raise SpecError(f"{path} must be a file that can be read; {why_not(error)}.") from None
    if len(data) > most:
        raise SpecError(f"{path} must have at most {limits.BATCH_KILOBYTES:,} kB; it has more.")
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SpecError(f"{path} must be a text in UTF-8; byte {error.start} is not.") from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path} must be TOML: {error}.") from None
    except ValueError:
        raise SpecError(f"{path} must be TOML; a number in it has too many digits.") from None
    except RecursionError:
        raise SpecError(f"{path} must be TOML; its arrays or tables are nested too deeply.") from None
    for key in tables:
        if key not in (DEFAULTS, FIGURES):
            raise SpecError(
                f"{path} must have the tables [{DEFAULTS}] and [{FIGURES}.NAME] alone; got {shown(key)}."
                f"{nearest(key, (DEFAULTS, FIGURES))}"
            )
        if not isinstance(tables[key], dict):
            raise SpecError(f"{key} of {path} must be a table; got {shown(tables[key])}.")
    if not tables.get(FIGURES):
        raise SpecError(f"{path} must have a table [{FIGURES}.NAME] for each figure; it has none.")
    return tables


# Tables ---------------------------------------------------------------------------------------------------------------


def _wrong_defaults(defaults: _Table) -> Iterator[tuple[str, str]]:
    """Yield each key that is wrong for every figure, and why."""
    known = (FORMATS_KEY, FRAME, DIALS, PURPOSE, *OPTIONS, *FIELDS)
    for key, value in defaults.items():
        if key == FORMATS_KEY:
            yield from ((key, sentence) for sentence in _wrong_formats(value))
        elif key in OPTIONS or key == PURPOSE:
            try:
                Presentation.from_values({key: value})
            except SpecError as error:
                yield key, str(error)
        elif key not in known and not _is_of_side(key):
            yield key, f"{shown(key)} is no parameter, option or list of formats.{nearest(key, known)}"


def _is_of_side(key: str) -> bool:
    """Return whether a key is a parameter with left. or right. before it."""
    side, _, name = key.partition(".")
    return side in SIDES and name in FIELDS


def _files(name: str, table: object, defaults: _Table, *, has_formats: bool) -> tuple[list[File], list[str]]:
    """Return the files of a figure, or all that is wrong with it."""
    wrong = [*_wrong_name(name)]
    if not isinstance(table, dict):
        return [], [*wrong, f"it must be a table; got {shown(table)}."]
    own = {key: value for key, value in table.items() if key not in (RECIPE, FORMATS_KEY)}
    if not isinstance(recipe := table.get(RECIPE), str):
        got = f"got {shown(recipe)}" if RECIPE in table else "it is missing"
        return [], [
            *wrong,
            f"{RECIPE} must be the name of a variant, {COMPARE}, {PRESET}NAME, {CHART}NAME or {NETWORK}NAME; {got}.",
        ]
    values = {**_applying(defaults, recipe, own), **own}
    wrong += _wrong_values(recipe, values)
    if FORMATS_KEY in table:
        wrong += _wrong_formats(table[FORMATS_KEY])
    elif not has_formats:
        wrong.append(f'{FORMATS_KEY} must be a list such as ["gif", "pdf"]; it is missing.')
    if wrong:
        return [], wrong
    export = read_export(recipe, values)
    usual = [ending for ending in defaults.get(FORMATS_KEY, ()) if ending in export.endings]
    endings = dict.fromkeys(table.get(FORMATS_KEY, usual))
    try:
        for ending in endings:
            export.check_format(ending)
    except SpecError as error:
        return [], [str(error)]
    return [File(f"{name}.{ending}", recipe, values, ending, _digest(export, ending)) for ending in endings], []


def _applying(defaults: _Table, recipe: str, own: _Table) -> dict[str, Any]:
    """Return the defaults that apply to a figure.

    A preset keeps the parameters that it is known for, and a figure's own purpose comes before the options that it is
    short for.
    """
    if recipe.startswith((CHART, NETWORK)):
        kind = KINDS.get("network" if recipe.startswith(NETWORK) else recipe.removeprefix(CHART))
        fields = {} if kind is None else kind.fields
        return {key: value for key, value in defaults.items() if key in fields and _is_read(fields[key], value)}
    prefixes: list[tuple[str, object]] = [("", recipe)]
    if recipe == COMPARE:  # a parameter goes to both sides, and with left. or right. before it to that side
        prefixes = [(prefix, own.get(side)) for side in SIDES for prefix in ("", f"{side}.")]
    names = {
        f"{prefix}{field}"
        for prefix, variant in prefixes
        if isinstance(variant, str) and variant in VARIANTS
        for field in VARIANTS[variant].fields
    }
    purpose = own.get(PURPOSE)
    usual = PURPOSES[purpose].options if isinstance(purpose, str) and purpose in PURPOSES else {}
    known = {*OPTIONS, PURPOSE, FRAME, DIALS, *names} - usual.keys()
    return {key: value for key, value in defaults.items() if key in known}


def _is_read(field: Field, value: object) -> bool:
    """Return whether a default means something to a chart, which has fewer themes than a picture."""
    with suppress(SpecError):
        field.read(field.name, value)
        return True
    return False


def _wrong_values(recipe: str, values: _Table) -> Iterator[str]:
    """Yield all that is wrong with parameters and options: what is refused, then what is refused without that."""
    if not isinstance(values.get(DIALS, ""), str):
        yield f'{DIALS} must be a text such as "dilation:1,2;stride"; got {shown(values[DIALS])}.'
        values = {key: value for key, value in values.items() if key != DIALS}
    parameters, options = split_options(values)
    sides: dict[str, object] = {side: parameters[side] for side in SIDES if side in parameters}
    if (sentence := _refusal(recipe, sides)) is not None:
        yield sentence
        return
    for group in (parameters, options):
        while (sentence := _refusal(recipe, sides | group)) is not None:
            yield sentence
            key = next((key for key in group if _refusal(recipe, sides | {key: group[key]}) == sentence), None)
            if key is None:  # it is about several of them, so that none can be left out
                break
            del group[key]


def _refusal(recipe: str, values: _Table) -> str | None:
    try:
        read_export(recipe, values)
    except SpecError as error:
        return str(error)
    return None


def _wrong_formats(value: object) -> Iterator[str]:
    """Yield what is wrong with a list of formats."""
    if not isinstance(value, list) or not value:
        yield f'{FORMATS_KEY} must be a list such as ["gif", "pdf"]; got {shown(value)}.'
        return
    for each in value:
        if not isinstance(each, str) or each not in FORMATS:
            yield f"{FORMATS_KEY} must be among {', '.join(FORMATS)}; got {shown(each)}.{nearest(each, FORMATS)}"


def _digest(export: Export | ChartExport, ending: str) -> str:
    """Return a digest of all that decides about the bytes of a file."""
    return sha256(f"{code_digest()}/{ending}/{export.address}".encode()).hexdigest()


# Names ----------------------------------------------------------------------------------------------------------------


def _wrong_name(name: str) -> Iterator[str]:
    """Yield why a figure's name cannot be that of a file on every system."""
    bad = sorted({sign for sign in name if sign in _FORBIDDEN or not sign.isprintable()})
    if bad:
        yield f"the name of a figure must be that of a file on every system; got {shown(bad[0])} in it."
    if name != name.strip() or name[:1] == "." or name[-1:] == "." or not name:
        yield "the name of a figure must neither begin nor end with a dot or a blank, nor be empty."
    if name.partition(".")[0].strip().lower() in _RESERVED:
        yield "the name of a figure must not be one that Windows has for devices, such as CON, NUL or COM1."
    if (length := len(name.encode())) > limits.BATCH_NAME:
        yield f"the name of a figure must have at most {limits.BATCH_NAME} bytes; got {length:,}."


def _taken(name: str, files: Iterable[File], owners: dict[str, str]) -> Iterator[str]:
    """Yield whether a name differs from another one in case alone, and which files another figure has, too."""
    other = owners.setdefault(f"{_folded(name)}/", name)
    if other != name:
        yield f"its name must differ from {_key(other)} in more than capital letters; some systems confuse them."
        return
    for file in files:
        other = owners.setdefault(_folded(file.name), name)
        if other != name:
            yield f"its file {file.name} must not be one of {FIGURES}.{_key(other)}, too."


def _folded(name: str) -> str:
    """Return what names have in common that some systems confuse."""
    return normalize("NFC", name).casefold()


def _key(name: str) -> str:
    """Return a name as TOML has it in a header, cut where it is long."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", name) else shown(name)
