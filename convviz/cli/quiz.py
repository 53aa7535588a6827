"""``convviz quiz``: questions of some topics as files for course systems, notebooks and paper."""

import argparse
from typing import Any, Final

from convviz.errors import SpecError
from convviz.quizzes import QUIZ_FORMATS, quiz, quiz_format_of

from .terminal import STANDARD_OUTPUT, write_output

_DESCRIPTION: Final = """\
Write questions with their answers into files. The format is the one that the name of a file ends in: .xml for Moodle,
.gift.txt, .qti.zip for Canvas, .json for jupyterquiz, .pdf to be printed, and .key.pdf with the answers.
"""
_EXAMPLES: Final = """\
examples:
  convviz quiz --topic dilated --count 20 --seed 7 -o quiz.xml
  convviz quiz --topic dilated --topic transposed -o week3.qti.zip
  convviz quiz --seed 1 -o group1.pdf -o group1.key.pdf --paper letter
"""


def add(commands: Any) -> None:
    """Add the command to those of ``convviz``."""
    command = commands.add_parser(
        "quiz", help="write questions for Moodle, Canvas, notebooks and paper", description=_DESCRIPTION,
        epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument(
        "--topic", action="append", metavar="TOPIC",
        help="a topic, may be given several times; without it all. A topic that does not exist is answered with a list",
    )  # fmt: skip
    command.add_argument("--count", default="20", metavar="N", help="how many questions; without it 20")
    command.add_argument("--seed", default="0", metavar="N", help="another seed makes other questions; without it 0")
    command.add_argument("--paper", default="a4", metavar="PAPER", help="a4 or letter, for what is printed")
    command.add_argument(
        "-o", "--output", action="append", metavar="FILE",
        help="the file, or - for standard output; may be given several times. Without it --format is necessary, and "
        "the name says what is inside",
    )  # fmt: skip
    command.add_argument("--format", choices=QUIZ_FORMATS, metavar="FORMAT", help=f"one of {', '.join(QUIZ_FORMATS)}")
    command.set_defaults(run=_quiz)


def _quiz(options: argparse.Namespace) -> str:
    questions = quiz(options.topic or "all", count=options.count, seed=options.seed, paper=options.paper)
    form = QUIZ_FORMATS.get(options.format)
    if form is None and (not options.output or STANDARD_OUTPUT in options.output):
        raise SpecError(f"-o or --format must say the format, one of {', '.join(QUIZ_FORMATS)}; both are missing.")
    paths = options.output or [f"{questions.stem}.{options.format}"]
    formats = [form or quiz_format_of(path) for path in paths]  # all of them before the first is written
    return "\n".join(
        write_output(path, questions.make(each.ending), each.label) for path, each in zip(paths, formats, strict=True)
    ).strip()
