"""The player's pure modules, tested in JavaScript: by node's own runner where there is node, and in the browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

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
        "beats": [frame.beats for frame in frames],
        "parts": [[frame.title, frame.terms] for frame in frames],
        "taps": [relation.taps for relation in relations],
        "sums": [relation.sums for relation in relations],
        "undone": [relation.undone for relation in relations],
        "stepSide": links.step_side,
        "productsPerTerm": links.products_per_term,
        "planes": [
            {"name": grid.name, "title": grid.title or grid.name, "first": first, "x": grid.x, "y": grid.y,
             "cell": grid.cell, "rows": len(grid.rows), "columns": len(grid.columns), "texts": grid.texts,
             "names": grid.names, "editable": grid.is_editable, "copies": grid.copies,
             "stepped": grid.is_stepped}
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
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HERE)
        if path == "/cases.json":
            route.fulfill(body=cases, content_type="application/json")
        elif path == "/":
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            route.fulfill(path=ROOT / path.lstrip("/"), content_type="text/javascript")

    with browser.new_context() as context:
        context.route(f"{HERE}/**", answer)
        page = context.new_page()
        page.goto(f"{HERE}/")
        done = page.evaluate(RUN)
    if done["failures"]:
        pytest.fail("\n".join(done["failures"]), pytrace=False)
    assert done["count"] > 40
