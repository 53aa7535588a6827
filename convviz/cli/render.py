"""``convviz render``: a recipe as files, in the formats that their names end in; ``convviz list``: what there is."""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from convviz.address import CHART, NETWORK, PRESET, read_export
from convviz.errors import SpecError
from convviz.export import ChartExport, Export
from convviz.files import FORMATS, FRAME, Format, endings, format_of
from convviz.html import DIALS
from convviz.recipes import CATALOG, read_query
from convviz.recipes.catalog import PAIRS
from convviz.recipes.fields import FIELDS
from convviz.recipes.presentation import OPTIONS, PURPOSES
from convviz.recipes.reference import variants

from .terminal import STANDARD_OUTPUT, progress_bar, write_output

_DESCRIPTION: Final = """\
Draw a recipe into files. The format is the one that the name of a file ends in.

NAME is a variant such as dilated, compare, preset/NAME for a named example, chart/NAME, network/NAME, or the address of
a lesson or a picture, from which the parameters are taken. Every parameter of the variant and every option of its
picture is an option here: --kernel-size 3x5, --dilation 2, --theme dark, --purpose slide. "convviz list" shows all.
"""
_EXAMPLES: Final = """\
examples:
  convviz render dilated --dilation 2 -o dilated.gif
  convviz render standard --input-size 7 --padding 1 --theme print -o figure.pdf -o figure.svg --frame 3
  convviz render compare --left standard --right dilated --right.dilation 3 -o both.pptx
  convviz render preset/padding_strides_transposed --purpose readme -o moving.gif
  convviz render chart/spectrum --scale 3 -o spectrum.pdf
  convviz render network/resnet18 --theme dark -o resnet18.svg
  convviz render "/dilated?dilation=3" --format png -o - > last.png
"""

_PATIENCE: Final = 1.0
"""Seconds after which a terminal says how far it is."""


def add(commands: Any) -> None:
    """Add both commands to those of ``convviz``."""
    command = commands.add_parser(
        "render", help="draw a recipe as GIF, PDF, MP4, PowerPoint and more", description=_DESCRIPTION,
        epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    command.add_argument("name", metavar="NAME", help="a variant, compare, preset/NAME, or an address")
    command.add_argument(
        "-o", "--output", action="append", default=[], metavar="FILE",
        help="the file, or - for standard output; may be given several times. Without it --format is "
        "necessary, and the name says what is inside",
    )  # fmt: skip
    command.add_argument("--format", choices=FORMATS, metavar="FORMAT", help=f"one of {', '.join(FORMATS)}")
    command.add_argument("--frame", metavar="N", help="of a PNG, SVG or TikZ file the step, counted from 0")
    command.add_argument(
        "--dials", metavar="DIALS", help='what can be changed in an HTML file, as "dilation:1,2;stride"'
    )
    command.set_defaults(run=_render, takes_more=True)
    command = commands.add_parser(
        "list", help="list variants, parameters, options, formats and named examples",
        description="List all that 'convviz render' takes.",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="as JSON, for programs")
    command.set_defaults(run=_list)


def _render(options: argparse.Namespace) -> str:
    name, texts = _read_name(options.name)
    texts |= dict(_parameters(options.more))
    texts |= {key: text for key in (FRAME, DIALS) if (text := getattr(options, key)) is not None}
    with progress_bar(" frames", _PATIENCE) as bar:
        export = read_export(name, texts, (lambda: None) if bar is None else bar.update)
        return "\n".join(
            write_output(path, export.make(form.ending), form.label) for path, form in _outputs(options, export)
        ).strip()


def _read_name(name: str) -> tuple[str, dict[str, str]]:
    """Return the name of what is drawn, and the parameters of an address.

    >>> _read_name("http://localhost:8501/render/preset/dilation.gif?theme=dark")
    ('preset/dilation', {'theme': 'dark'})
    """
    if not any(mark in name for mark in "/?") or name.startswith((PRESET, CHART, NETWORK)):
        return name, {}
    try:
        address = urlsplit(name)
    except ValueError as error:  # brackets of a host that are wrong
        raise SpecError(f"NAME must be a variant, or an address such as /dilated?dilation=3; {error}.") from None
    path = unquote(address.path).removeprefix("/")
    for folder in ("render/", "figure/"):
        path = path.rpartition(folder)[2]
    texts = read_query(address.query)
    for extra in ("download", "step", "pin"):
        texts.pop(extra, None)
    return path.partition(".")[0], texts


def _parameters(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield parameters and their values: ``--kernel-size 3``, ``--kernel-size=3``, and ``--flip`` for a switch.

    >>> dict(_parameters(["--right.kernel-size", "3", "--flip", "--bias=-1", "--motion", "false"]))
    {'right.kernel_size': '3', 'flip': 'true', 'bias': '-1', 'motion': 'false'}
    """
    rest = [*words]
    while rest:
        word = rest.pop(0)
        name, equals, text = word.partition("=")
        if not name.startswith("--"):
            raise SpecError(f"convviz render takes one NAME, and options with two dashes; got {word!r}.")
        name = name.removeprefix("--").replace("-", "_")
        field = {**FIELDS, **OPTIONS}.get(name.rpartition(".")[2])
        if equals:
            yield name, text
        elif rest and not rest[0].startswith("--"):
            yield name, rest.pop(0)
        elif field is not None and field.kind == "switch":
            yield name, "true"
        else:
            raise SpecError(f"{word} must be followed by a value; got nothing.")


def _outputs(options: argparse.Namespace, export: Export | ChartExport) -> list[tuple[str, Format]]:
    """Return each file with its format, all of them checked before the first one is written."""
    form = FORMATS[options.format] if options.format else None
    outputs = []
    for path in options.output:
        if path == STANDARD_OUTPUT and form is None:
            raise SpecError("--format must say what goes to standard output; got none.")
        outputs.append((path, form or format_of(path)))
    if not outputs:
        if form is None:
            raise SpecError(f"-o or --format must say the format, one of {endings()}; both are missing.")
        outputs.append((f"{export.stem}.{form.ending}", form))
    for _, each in outputs:
        export.check_format(each.ending)
    return outputs


def _list(options: argparse.Namespace) -> str:
    from convviz.analysis import KNOWN  # to draw a picture needs neither these nor the charts
    from convviz.diagrams import KINDS

    presets = {**{name: each.title for name, each in CATALOG.items()}, **{name: PAIRS[name].title for name in PAIRS}}
    if options.json:
        return json.dumps(
            {
                "variants": {
                    name: {
                        parameter.name: {
                            "default": parameter.default, "low": parameter.low, "high": parameter.high,
                            "choices": [*parameter.choices], "help": parameter.help,
                        }
                        for parameter in each.parameters.values()
                    }
                    for name, each in variants.items()
                },
                "options": {name: field.help for name, field in OPTIONS.items()},
                "purposes": {name: dict(each.options) for name, each in PURPOSES.items()},
                "formats": {ending: {"label": each.label, "help": each.text} for ending, each in FORMATS.items()},
                "charts": {name: {"title": kind.title, "parameters": [*kind.fields]} for name, kind in KINDS.items()},
                "networks": [*KNOWN],
                "presets": presets,
            },
            ensure_ascii=False, indent=2,
        )  # fmt: skip
    lines = ["Variants and their parameters"]
    for name, each in variants.items():
        lines += ["", f"  {name}: {each}".replace("\n", "\n  ")]
    lines += ["", "Options of every picture", ""]
    lines += [f"  {name}: {field.help}" for name, field in OPTIONS.items()]
    lines += ["", "Purposes (--purpose)", ""]
    lines += [f"  {name}: {each.label}" for name, each in PURPOSES.items()]
    lines += ["", "Formats", ""]
    lines += [f"  .{ending}: {each.label}. {each.text}" for ending, each in FORMATS.items()]
    lines += ["", "Charts (chart/NAME) and their parameters", ""]
    lines += [f"  {name}: {kind.title}: {', '.join(kind.fields)}" for name, kind in KINDS.items()]
    lines += ["", f"Networks (network/NAME): {', '.join(KNOWN)}"]
    lines += ["", "Named examples (preset/NAME)", ""]
    lines += [f"  {name}: {title}" for name, title in presets.items()]
    return "\n".join(lines)
