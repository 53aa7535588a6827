"""The documents: their code runs, their pictures are those of the batch, their links lead somewhere, and they build."""

from __future__ import annotations

import ast
import io
import re
import shlex
import subprocess
import sys
import tokenize
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown.extensions.toc import slugify

import convviz as cv
from convviz.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md"))
    if path.name != "design.md"  # its blocks are lists of names
)
FENCE = re.compile(r'^```(\w*)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SHOWN = {"text", "html", "js", "diff"}
"""The languages of blocks that do not run: commands of other programs, parts of pages, formulas, changes."""


@pytest.mark.parametrize("name", FILES)
def test_the_blocks_of_a_page_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, in one folder. A block with a title is a file, or an excerpt of one of the repository."""
    monkeypatch.chdir(tmp_path)
    variables: dict[str, object] = {}
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(FENCE.findall(text)), "a fence has no end, or more than a language and a title"
    assert not re.search(r"\n\n {4}(?! *[*-])", FENCE.sub("", text)), "an indented block has no language"
    for language, title, block in FENCE.findall(text):
        if title and (ROOT / title).exists():
            assert block in (ROOT / title).read_text(encoding="utf-8"), f"{title} has no such lines"
        elif title:
            Path(title).write_text(block, encoding="utf-8")
        elif language == "python":
            assert wrong_results(block, variables) == []
        elif language == "sh":
            lines = block.replace("\\\n", " ").splitlines()
            commands = [words[1:] for line in lines if (words := shlex.split(line, comments=True))[:1] == ["convviz"]]
            assert commands
            assert [command for command in commands if main(command)] == []
        else:
            assert language in SHOWN


def wrong_results(block: str, variables: dict[str, object]) -> list[str]:
    """Run a block, and return the expressions whose value is not that of the comment after them."""
    tokens = tokenize.generate_tokens(io.StringIO(block).readline)
    comments = {token.start[0]: token.string[1:].strip() for token in tokens if token.type == tokenize.COMMENT}
    wrong = []
    for statement in ast.parse(block).body:
        source = ast.get_source_segment(block, statement) or ""
        if isinstance(statement, ast.Expr) and statement.end_lineno in comments:
            value = eval(source, variables)
            if value != ast.literal_eval(comments[statement.end_lineno]):
                wrong.append(f"{source} is {value}")
        else:
            exec(source, variables)
    return wrong


def test_a_wrong_result_is_found() -> None:
    assert wrong_results("x = 2  # two\nx + 1  # 3\n(x,\n x)  # (2, 3)\n", {}) == ["(x,\n x) is (2, 2)"]


def test_the_pictures_are_those_of_the_batch(tmp_path: Path) -> None:
    assert main(["batch", str(DOCS / "pictures.toml"), "-o", str(tmp_path)]) == 0
    drawn = {path.name: path.read_bytes() for path in tmp_path.iterdir() if not path.name.startswith(".")}
    kept = {path.name: path.read_bytes() for path in (DOCS / "pictures").iterdir() if not path.name.startswith(".")}
    assert sorted(drawn) == sorted(kept)
    old = [name for name in drawn if drawn[name] != kept[name]]
    assert old == [], "run: convviz batch docs/pictures.toml -o docs/pictures"


def test_the_readme_begins_with_a_picture_of_the_batch() -> None:
    assert re.search(r'^# convviz\n\n<img src="docs/pictures/[\w-]+\.gif"', (ROOT / "README.md").read_text())


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_lead_to_files_and_headings(name: str) -> None:
    """Those of docs are checked by the build."""
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [*LINK.findall(text), *re.findall(r'(?:src|href)="([^"]+)"', text)]
    assert targets
    for target in targets:
        path, _, anchor = target.partition("#")
        if "://" not in target:
            assert not path or (ROOT / path).exists(), target
            headings = re.findall(r"^#+ (.+)", (ROOT / (path or name)).read_text(), re.MULTILINE) if anchor else []
            assert not anchor or anchor in [slugify(heading, "-") for heading in headings], target


@pytest.mark.parametrize("name", FILES)
def test_links_to_others_are_addresses(name: str) -> None:
    for target in LINK.findall(FENCE.sub("", (ROOT / name).read_text(encoding="utf-8"))):
        if "//" in target:
            parts = urlsplit(target)
            assert parts.scheme == "https" or parts.hostname == "localhost", target
            assert "." in parts.netloc or parts.hostname == "localhost", target


def test_every_public_name_is_in_the_reference() -> None:
    named = re.findall(r"^::: convviz\.(\w+)$", (DOCS / "api.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(set(cv.__all__) - {"__version__"})


def test_the_pages_build_without_a_warning_and_ask_no_other_host(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    pages = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")]
    assert len(pages) >= len(FILES) - 2
    for page in pages:
        assert not re.search(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="?(?:https?:)?//', page)
    plan = (tmp_path / "teaching/dilated/index.html").read_text(encoding="utf-8")
    assert 'href="http://localhost:8501/dilated?dilation=2' in plan
