"""A text of code as a syntax tree, within limits: nothing of it is executed."""

import ast
import re
from typing import Final

from convviz import limits
from convviz.errors import SpecError

_PRINTED: Final = re.compile(r"^(\s*)\(\w+\): (?=[A-Z])")
"""How PyTorch prints the name of a layer before the layer."""

_TOO_DEEP: Final = "The code must have fewer brackets or operators inside one another to be read."


def tree_of(text: object) -> tuple[ast.Module, list[str]]:
    """Return the syntax tree of a text, and the lines that it is of.

    Prompts as in documentation (``>>> ``) are left out, and so are the names of layers in a printed ``Sequential``.

    Raises
    ------
    SpecError
        The text is empty, too long, or no Python; the sentence has the line.

    Examples
    --------
    >>> tree_of(">>> conv = nn.Conv2d(3, 16, 3)")[0].body[0].targets[0].id
    'conv'
    >>> tree_of("x = 1\\nnn.Conv2d(3, 16")
    Traceback (most recent call last):
    convviz.errors.SpecError: Line 2 must be Python: '(' was never closed.
    """
    if not isinstance(text, str) or not text.strip():
        raise SpecError("The code must be a text with a layer, such as nn.Conv2d(3, 16, 3, stride=2).")
    if len(text) > limits.CODE_TEXT:
        raise SpecError(f"The code must have at most {limits.CODE_TEXT:,} characters; got {len(text):,}.")
    lines = text.replace("\xa0", " ").lstrip("\ufeff").splitlines()  # as copied from pages and files
    if len(lines) > limits.CODE_LINES:
        raise SpecError(f"The code must have at most {limits.CODE_LINES:,} lines; got {len(lines):,}.")
    source = _dedented(_unprinted(lines))
    try:
        return ast.parse(source), source.split("\n")
    except SyntaxError as error:
        reason = (error.msg or "invalid syntax").rstrip(".?")  # some end with a question
        number = max(1, min(error.lineno or 1, len(lines)))
        raise SpecError(f"Line {number} must be Python: {reason}.") from None
    except (RecursionError, MemoryError):
        raise SpecError(_TOO_DEEP) from None
    except ValueError:  # a null byte, or half of a surrogate pair
        raise SpecError("The code must be text; got a character that no code can have.") from None


def _unprinted(lines: list[str]) -> list[str]:
    """Return the lines of a module that PyTorch has printed as the call that makes it; others stay as they are.

    Raises
    ------
    SpecError
        A module is no ``Sequential``: its print does not say how its layers are connected.
    """
    if not any(map(_PRINTED.match, lines)):
        return lines
    calls = []
    for number, line in enumerate(lines, 1):
        call = _PRINTED.sub(r"\1", line).rstrip()
        if call.endswith("(") and (name := call[:-1].strip()) != "Sequential":
            raise SpecError(
                f"Line {number} must be a Sequential: the print of {name[:40]} lists its layers, but not how they are "
                "connected. Paste its class."
            )
        calls.append(f"{call}," if call[:1].isspace() and call.endswith(")") else call)
    return calls


def _dedented(lines: list[str]) -> str:
    """Return the lines without prompts, and without the margin that all of them have."""
    if any(line.lstrip().startswith(">>>") for line in lines):
        lines = [_without_prompt(line) for line in lines]
    margins = [len(line) - len(line.lstrip()) for line in lines if line.strip() and not line.lstrip().startswith("#")]
    margin = min(margins, default=0)
    return "\n".join(line.lstrip() if line[:margin].strip() else line[margin:] for line in lines) + "\n"


def _without_prompt(line: str) -> str:
    """Return what was typed behind a prompt, nothing of an answer."""
    bare = line.lstrip()
    if bare.startswith((">>>", "...")):
        return bare[4:] if bare[3:4] == " " else bare[3:]
    return ""
