"""The house rules that imports can break: layers, heavy libraries, thin pages, names that shadow.

`violations` looks at the syntax tree of every file, at imports inside functions and under TYPE_CHECKING too. Each rule
is proved to bite by a planted violation.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS: tuple[frozenset[str], ...] = (
    frozenset(
        {"convviz.errors", "convviz.limits", "convviz.assets", "convviz.fonts", "convviz.origin", "convviz.lazy"}
    ),
    frozenset({"convviz.writing"}),
    frozenset({"convviz.arithmetic"}),
    frozenset({"convviz.analysis"}),
    frozenset({"convviz.recipes"}),
    frozenset({"convviz.scene"}),
    frozenset({"convviz.questions"}),
    frozenset({"convviz.render", "convviz.charts"}),
    frozenset({"convviz.handouts"}),
    frozenset({"convviz.quizzes"}),
    frozenset({"convviz.diagrams"}),
    frozenset({"convviz.files"}),
    frozenset({"convviz.figure"}),
    frozenset({"convviz.html"}),
    frozenset({"convviz.export"}),
    frozenset({"convviz.address", "convviz.effort"}),
    frozenset({"convviz.animation"}),
    frozenset({"convviz.batch"}),
    frozenset({"convviz"}),  # the facade alone: its modules have rows of their own
    frozenset({"convviz.web"}),
    frozenset({"convviz.cli"}),
    frozenset({"convviz.__main__"}),
    frozenset({"pages"}),
    frozenset({"app"}),
)
"""Lowest first. A layer imports itself and those in rows above its own in this list, never a neighbour in its row."""

WEB_LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"convviz.web"}),  # its __init__ alone
    frozenset({"convviz.web.state"}),
    frozenset({"convviz.web.components"}),
    frozenset({"convviz.web.lessons", "convviz.web.labs"}),  # every lab is a folder of its own
    frozenset({"convviz.web.app"}),
)
"""The folders of the web layer, lowest first; a folder imports those in rows above its own, never a neighbor."""

WEB_FOLDERS = 13
WEB_ARROWS = 30
"""Folders of the web layer, and imports from one of them to another, at most."""

RANK = {layer: rank for rank, row in enumerate(LAYERS) for layer in row}
NUMPY_ALONE = [layer for layer in RANK if RANK[layer] <= RANK["convviz.scene"]]
RENDER_MAY_USE = (
    "convviz.render", "convviz.scene.primitives", "convviz.errors", "convviz.limits", "convviz.fonts", "convviz.origin",
)  # fmt: skip
WEB = ("convviz.web", "pages", "app")
WEB_LIBRARIES = ("streamlit", "starlette", "uvicorn")
HEAVY = (
    "streamlit", "starlette", "matplotlib", "PIL", "imageio", "reportlab", "pptx", "xlsxwriter", "onnx",
    "onnxruntime", "scipy", "pandas", "torch",
)  # fmt: skip
PAGE_LINES = 120
FACADE = frozenset(
    {"conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d", "upsample2d", "pixel_shuffle", "pad2d"}
    | {"adaptive_avg_pool2d", "adaptive_max_pool2d"}
    | {"conv3d", "conv_transpose3d", "max_pool3d", "avg_pool3d", "upsample3d"}
    | {
        "forward",
        "backward",
        "trace",
        "recipe",
        "from_code",
        "presets",
        "animate",
        "compare",
        "matrix",
        "overlap",
        "separate",
        "cost",
        "variants",
        "chart",
        "quiz",
    }
)


def below(module: str, *packages: str) -> bool:
    """Whether ``module`` is one of ``packages`` or inside one."""
    return any(module == package or module.startswith(package + ".") for package in packages)


def layer_of(module: str) -> str:
    """'convviz.scene.layout' is in 'convviz.scene', 'pages.dilated' in 'pages'."""
    head, *rest = module.split(".")
    return f"{head}.{rest[0]}" if head == "convviz" and rest else head


def modules_in(root: Path) -> dict[str, Path]:
    """Every module of the app by its dotted name; a package has the name of its __init__."""
    paths = [*root.glob("convviz/**/*.py"), *root.glob("pages/**/*.py"), *root.glob("app.py")]
    found = {}
    for path in sorted(paths):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(tree: ast.AST, module: str, is_package: bool, known: set[str]) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that a module imports, relative and dynamic imports resolved."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=source, names=names, level=level):
                base = source or ""
                if level:
                    parts = module.split(".")
                    anchor = parts[: len(parts) - level + is_package]
                    base = ".".join([*anchor, *([source] if source else [])])
                for alias in names:
                    full = f"{base}.{alias.name}"
                    inside = below(full, "convviz", "pages", "app")
                    yield node.lineno, full if full in known or not inside else base
            case ast.Call(
                func=ast.Name("import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str() as name), *_],
            ):
                yield node.lineno, module + name if name.startswith(".") else name


def violations(root: Path) -> list[str]:
    """Return every broken rule below ``root``, one sentence each."""
    modules = modules_in(root)
    known = {".".join(name.split(".")[:n]) for name in modules for n in range(1, name.count(".") + 2)}
    found = [message for module in modules for message in shadowing(module)]
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        where = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        if layer_of(module) not in RANK:
            found.append(f"{where}: {layer_of(module)} has no place in LAYERS")
            continue
        graph[module] = set()
        for line, target in imports(tree, module, path.name == "__init__.py", known):
            found += [f"{where}:{line}: {message}" for message in broken_by_import(module, target)]
            graph[module] |= {target} & modules.keys() - {module}
        if layer_of(module) == "pages":
            found += [f"{where}: {message}" for message in broken_by_page(source, tree)]
    return [*found, *circles(graph), *crowding(graph)]


def web_folder(module: str) -> str:
    """Return the folder of a module of the web layer: 'convviz.web.labs.growth', and 'convviz.web' for its __init__."""
    parts = module.split(".")
    return ".".join(parts[: 4 if parts[2:3] == ["labs"] else 3])


def web_rank(folder: str) -> int:
    """Return the row of a folder in `WEB_LAYERS`; a folder without a place there is above all."""
    layer = ".".join(folder.split(".")[:3])
    return next((rank for rank, row in enumerate(WEB_LAYERS) if layer in row), len(WEB_LAYERS))


def circles(graph: dict[str, set[str]]) -> Iterator[str]:
    """Imports inside functions and under TYPE_CHECKING count, too: they hide a circle and do not remove it."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        names = error.args[1][:0:-1]
        first = names.index(min(names))
        yield f"{' -> '.join([*names[first:], *names[: first + 1]])}: an import circle"


def crowding(graph: dict[str, set[str]]) -> Iterator[str]:
    """Check that the web layer stays small enough to be drawn: its folders, and the imports between them."""
    inside = {module: targets for module, targets in graph.items() if below(module, "convviz.web")}
    folders = {web_folder(module) for module in inside}
    arrows = {
        (web_folder(module), web_folder(target))
        for module, targets in inside.items()
        for target in targets
        if target in inside and web_folder(target) != web_folder(module)
    }
    if len(folders) > WEB_FOLDERS or len(arrows) > WEB_ARROWS:
        yield (
            f"convviz.web has {len(folders)} folders and {len(arrows)} imports between them; at most {WEB_FOLDERS} "
            f"and {WEB_ARROWS}"
        )


def broken_by_import(module: str, target: str) -> Iterator[str]:
    layer, other = layer_of(module), layer_of(target)
    if below(target, "convviz", "pages", "app") and other != layer and RANK.get(other, len(LAYERS)) >= RANK[layer]:
        yield f"{layer} must not import {target}: imports run from the web down to the arithmetic"
    if layer == other == "convviz.web":
        folder, above = web_folder(module), web_folder(target)
        if folder != above and web_rank(above) >= web_rank(folder):
            yield f"{folder} must not import {target}: inside the web layer, state < components < lessons, labs < app"
    if layer == "convviz.render" and below(target, "convviz") and not below(target, *RENDER_MAY_USE):
        yield f"a renderer must not import {target}: it knows primitives only"
    if layer not in WEB and below(target, *WEB_LIBRARIES):
        yield f"{layer} must not import {target}: only the web layer knows the browser"
    if below(target, "matplotlib.pyplot", "matplotlib.pylab", "pylab"):
        yield f"{target} is not safe with threads: use matplotlib.figure.Figure"
    if layer == "pages" and below(target, "convviz.arithmetic"):
        yield f"a page must not import {target}: it asks recipes and the web layer"


def broken_by_page(source: str, tree: ast.AST) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > PAGE_LINES:
        yield f"a page has at most {PAGE_LINES} lines; got {lines}"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield f"a page has no class; got {node.name}: Streamlit would define it again in every run"


def shadowing(module: str) -> Iterator[str]:
    parent, _, name = module.rpartition(".")
    if parent == "convviz" and name in FACADE:
        yield f"{module}: a module of this name would hide the function convviz.{name}"


def test_the_repository_keeps_the_rules() -> None:
    found = violations(ROOT)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_facade_names_are_the_ones_guarded() -> None:
    """The facade's functions are those that `FACADE` knows, or classes and constants that no module is named like."""
    code = "import convviz; print(*[n for n in convviz.__all__ if n.islower() and not n.startswith('_')])"
    offered = set(python(code).split())
    assert offered <= FACADE, f"add {sorted(offered - FACADE)} to FACADE"
    assert offered


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        (
            "convviz/arithmetic/axis.py",
            "import convviz.recipes.recipe",
            "convviz/arithmetic/axis.py:1: convviz.arithmetic must not import convviz.recipes.recipe: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/arithmetic/axis.py",
            "def f():\n    from ..scene import layout",
            "convviz/arithmetic/axis.py:2: convviz.arithmetic must not import convviz.scene.layout: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/arithmetic/__init__.py",
            "from ..scene.layout import place",
            "convviz/arithmetic/__init__.py:1: convviz.arithmetic must not import convviz.scene.layout: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/charts/growth.py",
            "from convviz import render",
            "convviz/charts/growth.py:1: convviz.charts must not import convviz.render: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/scene/layout.py",
            "import convviz as cv",
            "convviz/scene/layout.py:1: convviz.scene must not import convviz: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/__init__.py",
            "import importlib\nimportlib.import_module('convviz.web')",
            "convviz/__init__.py:2: convviz must not import convviz.web: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/__init__.py",
            "from importlib import import_module\nimport_module('.web', __name__)",
            "convviz/__init__.py:2: convviz must not import convviz.web: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/web/app/main.py",
            "import pages.dilated",
            "convviz/web/app/main.py:1: convviz.web must not import pages.dilated: "
            "imports run from the web down to the arithmetic",
        ),
        (
            "convviz/web/components/figure.py",
            "from convviz.web.app.main import routes",
            "convviz/web/components/figure.py:1: convviz.web.components must not import convviz.web.app.main: "
            "inside the web layer, state < components < lessons, labs < app",
        ),
        (
            "convviz/web/labs/growth/page.py",
            "from convviz.web.labs.network import page",
            "convviz/web/labs/growth/page.py:1: convviz.web.labs.growth must not import convviz.web.labs.network.page: "
            "inside the web layer, state < components < lessons, labs < app",
        ),
        (
            "convviz/arithmetic/axis.py",
            "def f():\n    from .layers import conv2d",
            "convviz.arithmetic.axis -> convviz.arithmetic.layers -> convviz.arithmetic.axis: an import circle",
        ),
        (
            "convviz/recipes/recipe.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .fields import FIELDS",
            "convviz.recipes.fields -> convviz.recipes.recipe -> convviz.recipes.fields: an import circle",
        ),
        (
            "convviz/recipes/recipe.py",
            "from convviz.unheard_of import anything",
            "convviz/recipes/recipe.py:1: convviz.recipes must not import convviz.unheard_of: "
            "imports run from the web down to the arithmetic",
        ),
        ("convviz/helpers.py", "", "convviz/helpers.py: convviz.helpers has no place in LAYERS"),
        (
            "convviz/render/gif.py",
            "from convviz.scene import layout",
            "convviz/render/gif.py:1: a renderer must not import convviz.scene.layout: it knows primitives only",
        ),
        (
            "convviz/render/gif.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from convviz.arithmetic import Trace",
            "convviz/render/gif.py:3: a renderer must not import convviz.arithmetic: it knows primitives only",
        ),
        (
            "convviz/charts/growth.py",
            "from streamlit import cache_data",
            "convviz/charts/growth.py:1: convviz.charts must not import streamlit.cache_data: "
            "only the web layer knows the browser",
        ),
        (
            "convviz/cli.py",
            "from starlette.applications import Starlette",
            "convviz/cli.py:1: convviz.cli must not import starlette.applications.Starlette: "
            "only the web layer knows the browser",
        ),
        (
            "convviz/charts/growth.py",
            "from matplotlib import pyplot as plt",
            "convviz/charts/growth.py:1: matplotlib.pyplot is not safe with threads: use matplotlib.figure.Figure",
        ),
        (
            "pages/dilated.py",
            "import matplotlib.pyplot",
            "pages/dilated.py:1: matplotlib.pyplot is not safe with threads: use matplotlib.figure.Figure",
        ),
        (
            "pages/dilated.py",
            "from convviz.arithmetic import layers",
            "pages/dilated.py:1: a page must not import convviz.arithmetic.layers: it asks recipes and the web layer",
        ),
        ("pages/dilated.py", "\n" * 121, "pages/dilated.py: a page has at most 120 lines; got 121"),
        (
            "pages/dilated.py",
            "class Lesson: ...",
            "pages/dilated.py: a page has no class; got Lesson: Streamlit would define it again in every run",
        ),
        ("convviz/recipe.py", "", "convviz.recipe: a module of this name would hide the function convviz.recipe"),
        (
            "convviz/trace/__init__.py",
            "",
            "convviz.trace: a module of this name would hide the function convviz.trace",
        ),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, path: str, code: str, message: str) -> None:
    house(tmp_path)
    assert violations(tmp_path) == []
    planted = tmp_path / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(code)
    assert message in violations(tmp_path)


def test_a_crowded_web_layer_is_found(tmp_path: Path) -> None:
    house(tmp_path)
    for number in range(WEB_FOLDERS):
        folder = tmp_path / "convviz" / "web" / "labs" / f"lab{number}"
        folder.mkdir()
        (folder / "page.py").write_text(
            "from convviz.web.state import widgets\nfrom convviz.web.components import figure"
        )
    message = "convviz.web has 19 folders and 28 imports between them; at most 13 and 30"
    assert violations(tmp_path) == [message]


def house(root: Path) -> None:
    """A small repository that keeps every rule."""
    files = {
        "convviz/__init__.py": "def __getattr__(name):\n    from .animation import animate\n    return animate",
        "convviz/errors.py": "class SpecError(ValueError): ...",
        "convviz/animation.py": "from convviz.render import gif\nfrom .scene.layout import place",
        "convviz/arithmetic/__init__.py": "from .layers import conv2d",
        "convviz/arithmetic/layers.py": "import numpy as np\nfrom ..errors import SpecError\nfrom . import axis",
        "convviz/arithmetic/axis.py": "from convviz import errors",
        "convviz/recipes/__init__.py": "",
        "convviz/recipes/fields.py": "from .recipe import recipe",
        "convviz/recipes/recipe.py": "import convviz.arithmetic",
        "convviz/scene/__init__.py": "",
        "convviz/scene/layout.py": "from convviz.recipes.recipe import recipe",
        "convviz/scene/primitives.py": "",
        "convviz/render/__init__.py": "",
        "convviz/render/gif.py": "import PIL.Image\nfrom convviz.scene import primitives\nfrom . import palette",
        "convviz/render/palette.py": "from ..scene.primitives import Scene",
        "convviz/web/__init__.py": "",
        "convviz/web/components/figure.py": "from convviz.web.state import widgets",
        "convviz/web/labs/growth/page.py": "from convviz.web.components import figure",
        "convviz/web/labs/network/page.py": "",
        "convviz/web/state/widgets.py": "",
        "convviz/web/app/main.py": "import streamlit as st\nimport convviz as cv\nfrom convviz.scene import layout",
        "pages/dilated.py": "import convviz as cv\nfrom convviz.web import shell",
        "app.py": "from streamlit import App\nfrom convviz.web.app.main import routes",
    }
    for name, code in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)


def python(code: str) -> str:
    """What ``code`` prints in a fresh interpreter at the root of the repository."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(names: list[str]) -> list[str]:
    lines = [f"import {name}" for name in names]
    return python("\n".join([*lines, f"import sys; print(*[m for m in {HEAVY!r} if m in sys.modules])"])).split()


def test_import_convviz_loads_numpy_alone() -> None:
    assert loaded_by(["convviz"]) == []


def test_everything_below_the_renderers_loads_numpy_alone() -> None:
    names = [name for name in modules_in(ROOT) if layer_of(name) in NUMPY_ALONE]
    assert loaded_by(names) == []


def test_a_heavy_import_would_be_seen() -> None:
    assert "PIL" in loaded_by(["convviz", "PIL"])
