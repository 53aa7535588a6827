"""Plain words: docs/design.md lists words that we do not use, and this finds them by file and line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DESIGN, HERE = "docs/design.md", "tests/test_words.py"
SUFFIXES = {".py", ".js", ".mjs", ".css", ".html", ".md", ".toml", ".yml", ".yaml", ".cff", ".txt"}


def banned() -> list[str]:
    """Return the words and phrases of the list "Not used" in the design."""
    (listed,) = re.findall(
        r"^\* Not used, in texts or names: (.+?)\.", (ROOT / DESIGN).read_text(), re.MULTILINE | re.DOTALL
    )
    return [re.sub(r"\s+", " ", word).strip() for word in listed.split(",")]


def separated(line: str) -> str:
    """Return a line with its identifiers taken apart into words: ``readHTTPError`` as ``read HTTP Error``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", line).replace("_", " ")


def uses(path: str, text: str, words: list[str]) -> list[str]:
    """Return a sentence for every use of a word, with file and line."""
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    return [
        f"{path}:{number}: {word!r} is on the list of {DESIGN}"
        for number, line in enumerate(text.splitlines(), 1)
        for word in pattern.findall(separated(line))
    ]


def test_the_words_of_the_list_are_not_used() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    files = [
        path for path in listing.stdout.splitlines() if Path(path).suffix in SUFFIXES and path not in (DESIGN, HERE)
    ]
    words = banned()
    found = [use for path in files for use in uses(path, (ROOT / path).read_text(encoding="utf-8"), words)]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_uses_are_found_in_prose_and_in_names() -> None:
    text = "Fine.\nAs you wish\nread_wishes(aStranger)"
    assert uses("a.py", text, ["wish", "wishes", "stranger"]) == [
        "a.py:2: 'wish' is on the list of docs/design.md",
        "a.py:3: 'wishes' is on the list of docs/design.md",
        "a.py:3: 'Stranger' is on the list of docs/design.md",
    ]
    assert {"so many", "anew"} <= set(banned())
