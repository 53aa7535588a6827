"""``convviz batch``: the files of a TOML file, of which only those are drawn that changed."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from convviz.arithmetic.arguments import shown
from convviz.batch import Progress, Report, run
from convviz.errors import SpecError, printable

from .terminal import STOPPED, plain, progress_bar

_DESCRIPTION: Final = """\
Draw all figures of a TOML file into a folder. What has not changed since the last time is not drawn again.
"""
_EXAMPLES: Final = """\
a TOML file:
  [defaults]                         # for all figures to which it applies
  theme = "print"
  formats = ["pdf", "gif"]

  [figures.dilation-2]               # dilation-2.pdf and dilation-2.gif
  recipe = "dilated"                 # a variant, compare, or preset/NAME
  kernel_size = 3
  dilation = 2

  [figures.both]
  recipe = "compare"
  left = "standard"
  right = "dilated"
  "right.dilation" = 3
  formats = ["svg"]
  frame = 3

examples:
  convviz batch recipes.toml -o figures
  convviz batch recipes.toml -o figures --dask tcp://10.0.0.1:8786
"""


def add(commands: Any) -> None:
    """Add the command to those of ``convviz``."""
    command = commands.add_parser(
        "batch", help="draw all figures of a TOML file", description=_DESCRIPTION, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("file", metavar="FILE", type=Path, help="a TOML file")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="where the files go")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--jobs", metavar="N", help="processes that draw; without it as many as there are cores")
    where.add_argument("--dask", metavar="ADDRESS", help="the scheduler of a Dask cluster whose workers draw")
    command.add_argument("--force", action="store_true", help="draw also what has not changed")
    command.set_defaults(run=_batch)


def _batch(options: argparse.Namespace) -> tuple[str, int]:
    """Return the report and the exit status."""
    jobs = None if options.jobs is None else _jobs(options.jobs)
    try:
        with progress_bar("file") as bar:
            notify = partial(_notify, bar)
            report = run(options.file, options.output, jobs=jobs, dask=options.dask, force=options.force, notify=notify)
    except KeyboardInterrupt:
        return "Stopped. The files that are written are whole; the same command goes on with the others.", STOPPED
    return "\n".join(_lines(report, options)), 1 if report.failed else 0


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise SpecError(f"--jobs must be a whole number; got {shown(text)}.")
    return int(text)


def _lines(report: Report, options: argparse.Namespace) -> Iterator[str]:
    counts = f"{len(report.drawn)} drawn, {len(report.unchanged)} unchanged"
    yield f"{counts}, {len(report.failed)} failed:" if report.failed else f"{counts}."
    for name, sentence in report.failed.items():
        yield f"  {name}: {plain(sentence)}"
    if report.left:
        left = ", ".join(map(printable, report.left))
        yield f"{options.file.name} has these no longer; they are still in {options.output}: {left}"


def _notify(bar: Any, done: Progress) -> None:
    """Advance the bar, or write a line where there is none."""
    if bar is not None:
        bar.total = done.count
        bar.update(done.number - bar.n)
        bar.set_postfix_str(plain(done.name, 40))
    elif done.number:
        what = f"failed: {plain(done.failure)}" if done.failure else f"{done.size:,} bytes"
        print(f"{done.number} of {done.count}: {done.name}, {what}", file=sys.stderr)
