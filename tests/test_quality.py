"""Style, types, and what the documents promise about the repository itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import convviz

ROOT = Path(__file__).resolve().parent.parent
RUN = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/streamlit run app.py"
TEST = (
    "python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt"
    " && .venv/bin/python tests/browser.py && .venv/bin/pytest"
)


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def windows(line: str) -> str:
    """The same command line for Windows."""
    return line.replace("python3", "py").replace(".venv/bin/", ".venv\\Scripts\\").replace("tests/", "tests\\")


CHECKS = [["ruff", "check", "--output-format=concise", "."], ["ruff", "format", "--check", "--diff", "."], ["mypy"]]


@pytest.mark.parametrize("command", CHECKS, ids=["lint", "format", "types"])
def test_style_and_types(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{' '.join(command)} found:\n{done.stdout}{done.stderr}", pytrace=False)


@pytest.mark.parametrize("line", [RUN, TEST], ids=["run", "test"])
def test_readme_has_the_command_line_for_every_system(line: str) -> None:
    lines = [one.strip() for one in text("README.md").splitlines()]
    assert line in lines
    assert windows(line) in lines


def test_contributing_repeats_the_command_lines() -> None:
    assert f"`{RUN}`" in text("CONTRIBUTING.md")
    assert f"`{TEST}`" in text("CONTRIBUTING.md")


def test_ci_runs_the_test_line_of_the_readme() -> None:
    assert text(".ci/run").splitlines()[-1] == TEST
    assert (ROOT / ".ci/run").stat().st_mode & 0o111 or sys.platform == "win32"


def test_changelog_begins_with_the_version_of_the_package() -> None:
    version = convviz.__version__
    headings = re.findall(r"^## \[(.+?)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert headings[:2] == ["Unreleased", version]


def test_requirements_and_extras_agree() -> None:
    """Whoever installs the package with ``[app]`` gets what requirements.txt installs."""
    project = tomllib.loads(text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    declared = {*project["dependencies"], *extras["render"], *extras["export"], *extras["app"]}
    declared -= {"convviz[render,export]"}
    listed = {line.split("#")[0].strip() for line in text("requirements.txt").splitlines()} - {""}
    assert listed == declared


def test_streamlit_knows_every_option(tmp_path: Path) -> None:
    """One that a newer Streamlit drops would otherwise be passed over with a line in the log."""
    planted = tmp_path / ".streamlit/config.toml"
    planted.parent.mkdir()
    planted.write_text("[server]\nunheardOf = 1\n")
    assert '"server.unheardOf" is not a valid config option' in streamlit_problems(tmp_path)
    assert streamlit_problems(ROOT) == ""


def streamlit_problems(folder: Path) -> str:
    """What Streamlit has to say about the configuration in a folder."""
    command = [sys.executable, "-m", "streamlit", "config", "show"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_is_legible(theme: str) -> None:
    """Contrast 4.5 to 1, as WCAG 2.2 asks for text (1.4.3); 3 to 1 for the white tick in a checkbox (1.4.11)."""
    colors = tomllib.loads(text(".streamlit/config.toml"))["theme"][theme]
    for background in (colors["backgroundColor"], colors["secondaryBackgroundColor"]):
        for foreground in (colors["textColor"], colors["linkColor"], colors["primaryColor"]):
            assert contrast(foreground, background) >= 4.5, (foreground, background)
    assert contrast("#ffffff", colors["primaryColor"]) >= 3


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=1e-3)


def test_sample_images_are_small_and_have_their_origin_stated() -> None:
    table = text("assets/images/README.md")
    images = [path for path in (ROOT / "assets/images").iterdir() if path.suffix != ".md"]
    assert len(images) >= 3
    for path in images:
        assert f"| `{path.name}` |" in table
        assert path.stat().st_size < 80_000
