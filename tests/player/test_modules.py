"""The player's pure modules, tested in JavaScript: by node's own runner where there is node, and in the browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from playwright.sync_api import Browser, Page, Route

from convviz.figure import answer
from convviz.recipes import Recipe, recipe
from convviz.scene import Scene
from convviz.scene.primitives import Tap
from tests.player.cases import RECIPES, json_of, scene_of
from tests.player.made import MADE
from tests.player.oracle import NAMED, numbered, plain_items, spelled, taps_by_counting

ROOT = Path(__file__).resolve().parents[2]
HERE = "http://player.test"
OLDEST_NODE = 20

RUN = """
async () => {
  const [{ suites }, cases] = await Promise.all([
    import("/tests/player/all.mjs"), fetch("/cases.json").then((answer) => answer.json()),
  ]);
  const failures = [];
  let count = 0;
  for (const [name, tests] of Object.entries(suites)) {
    for (const [sentence, act] of Object.entries(tests)) {
      count += 1;
      try {
        act(cases);
      } catch (error) {
        failures.push(`${name}: ${sentence}: ${error.stack}`);
      }
    }
  }
  return { count, failures };
}
"""


def case(name: str, scene: Scene, reads: Iterable[Tap]) -> dict[str, Any]:
    """A scene as JSON, and what the modules must find in it."""
    links, frames = scene.link(), list(scene)
    firsts = accumulate((len(grid.texts) for grid in links.grids), initial=0)
    relations = [links.relate(k) for k in range(len(scene))]
    expected = {
        "frames": [plain_items(frame.items) for frame in frames],
        "backdrop": plain_items(scene.backdrop),
        "rest": plain_items(links.rest),
        "captions": [frame.caption for frame in frames],
        "descriptions": [frame.description for frame in frames],
        "details": [frame.details for frame in frames],
        "beats": [frame.beats for frame in frames],
        "parts": [[frame.title, frame.terms] for frame in frames],
        "taps": [relation.taps for relation in relations],
        "sums": [relation.sums for relation in relations],
        "undone": [relation.undone for relation in relations],
        "stepSide": links.step_side,
        "productsPerTerm": links.products_per_term,
        "planes": [
            {"name": grid.name, "title": grid.title or grid.name, "first": first, "x": grid.x, "y": grid.y,
             "cell": grid.box[0] / len(grid.columns) if grid.box else grid.cell,
             "tall": grid.box[1] if grid.box else grid.cell,
             "rows": len(grid.rows), "columns": len(grid.columns), "texts": grid.texts, "names": grid.names,
             "editable": grid.is_editable, "copies": grid.copies, "stepped": grid.is_stepped,
             **({"bare": True} if grid.is_bare else {})}
            for grid, first in zip(links.grids, firsts, strict=False)
        ],
    }  # fmt: skip
    return {"name": name, "json": json_of(scene), "expected": expected, "reads": sorted(reads)}


def case_of(name: str, asked: Recipe, **presentation: object) -> dict[str, Any]:
    """The case of a recipe."""
    scene = scene_of(asked, **presentation)
    return case(name, scene, taps_by_counting(asked, scene))


def case_made(name: str) -> dict[str, Any]:
    """The case of a scene that is made by hand, with its taps by the names of their cells."""
    scene, named = MADE[name](), NAMED[name]()
    reads = {tap for frame in numbered(scene.link().grids, named) for tap in frame}
    return {**case(name, scene, reads), "named": [[[*map(spelled, tap)] for tap in frame] for frame in named]}


@pytest.fixture(scope="module")
def cases() -> str:
    small = recipe("standard", input=[[1, 2, 3, 4]], weight=[[5, -6]])
    found = [case_of(name, asked) for name, asked in RECIPES.items()]
    long = recipe("standard", input=[[13.25432]], weight=[[1]])
    found += [case_of("one product less", small), case_of("no terms", small, terms=False)]
    found += [case_of("long fractions", long)]
    return json.dumps([*found, *map(case_made, MADE)])


def node() -> str | None:
    """The path of a node that can run the tests, if there is one."""
    path = shutil.which("node")
    if path is None:
        return None
    version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    major = re.match(r"v(\d+)", version)
    return path if major and int(major[1]) >= OLDEST_NODE else None


def test_modules(cases: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Where there is no node, the browser runs the same tests."""
    path = node()
    if path is None:
        return check_in(request.getfixturevalue("browser"), cases)
    (tmp_path / "cases.json").write_text(cases, encoding="utf-8")
    command = [path, "--test", "--test-reporter=tap", "tests/player/node.test.mjs"]
    environment = os.environ | {"CASES": str(tmp_path / "cases.json")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    ran = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert ran
    assert int(ran[1]) > 40


def test_modules_in_the_browser(cases: str, browser: Browser) -> None:
    """The player runs in browsers, which differ from node."""
    check_in(browser, cases)


def check_in(browser: Browser, cases: str) -> None:
    with a_page(browser, cases) as page:
        done = page.evaluate(RUN)
    if done["failures"]:
        pytest.fail("\n".join(done["failures"]), pytrace=False)


@contextmanager
def a_page(browser: Browser, cases: str = "") -> Iterator[Page]:
    """An empty page next to the modules."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(HERE)
        if path == "/cases.json":
            route.fulfill(body=cases, content_type="application/json")
        elif path == "/":
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            route.fulfill(path=ROOT / path.lstrip("/"), content_type="text/javascript")

    with browser.new_context() as context:
        context.route(f"{HERE}/**", serve)
        page = context.new_page()
        page.goto(f"{HERE}/")
        yield page


WRITE = """
async (table) => {
  const { asCsv, asNumpy, asLatex } = await import("/assets/figure/facts.js");
  return [asCsv(table), asNumpy(table), asLatex(table)];
}
"""


@pytest.mark.parametrize(
    "query",
    ["input_size=4x7&kernel_size=2", "input=0.5,-1e-7;1e6,3.25&weight=-0.125&bias=0.1", "input_size=2&kernel_size=2"],
)
def test_the_texts_to_copy_are_read_as_the_output(browser: Browser, query: str) -> None:
    """By NumPy as CSV and as Python; the matrix has six digits, as a paper."""
    output = Recipe.from_query("standard", query).drawn_output[0]
    [table] = json.loads(answer("standard", query).text)["output"]["planes"]
    with a_page(browser) as page:
        csv, python, latex = page.evaluate(WRITE, table)
        infinite = page.evaluate(WRITE, [["-inf", 2], [0.5, "inf"]])
    assert_array_equal(np.loadtxt(csv.splitlines(), delimiter=",", ndmin=2), output)
    assert_array_equal(eval(python, {"np": np}), output)
    rows = latex.removeprefix("\\begin{bmatrix}\n").removesuffix("\n\\end{bmatrix}").split(" \\\\\n")
    assert_allclose([[float(cell) for cell in row.split("&")] for row in rows], output, rtol=5e-6)
    assert_array_equal(eval(infinite[1], {"np": np}), [[-np.inf, 2], [0.5, np.inf]])
    assert infinite[2] == "\\begin{bmatrix}\n  -\\infty & 2 \\\\\n  0.5 & \\infty\n\\end{bmatrix}"
