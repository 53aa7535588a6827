"""Measure the house: how much code there is, how it is divided into modules, and which house rules are broken.

    python benchmarks/house.py                  # this checkout
    python benchmarks/house.py BEFORE AFTER     # two checkouts, one column for each

The modules of convviz/, pages/ and app.py are measured. Ruff counts the docstrings that are not in the imperative.
"""

import ast
import io
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_FILE = 350
VARIANTS = {
    "standard",
    "dilated",
    "transposed",
    "pooling",
    "spatial-separable",
    "depthwise-separable",
    "checkerboard",
    "receptive-field",
    "grouped-pooling",
}
VARIANT_FOLDERS = ("convviz/recipes/variants/", "convviz/scene/views/")
"""Where a branch on the name of a variant is allowed."""

WEB_RANKS = {"convviz": 0, "state": 1, "components": 2, "lessons": 3, "labs": 3, "app": 4}
"""Folders of convviz/web by rank; "convviz" is its own ``__init__``, which all others may import.

An import from a lower or the same rank into another folder runs upward or sideways.
"""

NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

Graph = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its dotted name, its path below the root of the checkout, its text and its syntax tree."""

    name: str
    path: str
    source: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Return whether this is the ``__init__`` of a package."""
        return self.path.endswith("__init__.py")

    @property
    def folder(self) -> str:
        """Return the folder of the file, ``.`` at the root of the checkout."""
        return Path(self.path).parent.as_posix()


def read_modules(root: Path) -> dict[str, Module]:
    """Return every module of the checkout at ``root`` by its dotted name."""
    modules = {}
    for path in sorted([*root.glob("convviz/**/*.py"), *root.glob("pages/**/*.py"), *root.glob("app.py")]):
        relative, source = path.relative_to(root), path.read_text(encoding="utf-8")
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        modules[name] = Module(name, relative.as_posix(), source, ast.parse(source))
    return modules


def count_code(module: Module) -> int:
    """Count the lines that hold a token of a statement other than an import or a string by itself (a docstring)."""
    skipped = [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str))
    ]
    skipped_lines = {line for start, end in skipped for line in range(start[0], end[0] + 1)}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
        is_skipped = token.start[0] in skipped_lines and any(start <= token.start < end for start, end in skipped)
        if token.type not in NO_CODE and not is_skipped:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines)


def own_imports(nodes: Iterable[ast.AST], module: Module, modules: dict[str, Module]) -> Iterator[str]:
    """Yield the modules of the checkout that these statements import, once for each name that is imported."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            parts = module.name.split(".")
            start = parts[: len(parts) - node.level + module.is_package] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{base}.{alias.name}"
                if name in modules or base in modules:
                    yield name if name in modules else base


def circles(graph: Graph) -> list[set[str]]:
    """Return the sets of two or more modules that reach one another by imports."""
    reached: Graph = {}
    for name in graph:
        reached[name], waiting = set(), [name]
        while waiting:
            new = graph[waiting.pop()] - reached[name]
            reached[name] |= new
            waiting += new
    sets = {frozenset(other for other in reached[name] if name in reached[other]) for name in graph}
    return sorted((set(members) for members in sets if len(members) > 1), key=len, reverse=True)


def private_functions(module: Module, of_classes: bool) -> list[int]:
    """Return how often a module mentions each of its private functions, or each private method of its classes."""
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)]
    names = {
        node.name
        for body in ([one.body for one in classes] if of_classes else [module.tree.body])
        for node in body
        if isinstance(node, FUNCTION) and node.name.startswith("_") and not node.name.startswith("__")
    }
    nodes = list(ast.walk(module.tree))
    mentions = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    mentions.update(node.attr for node in nodes if isinstance(node, ast.Attribute))
    return [mentions[name] for name in names]


def count_variant_branches(module: Module) -> int:
    """Count the comparisons and cases of ``match`` with the name of a variant."""
    count = 0
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            operands = [node.value]
        else:
            continue
        texts = [part.value for operand in operands for part in ast.walk(operand) if isinstance(part, ast.Constant)]
        count += any(text in VARIANTS for text in texts)
    return count


def count_d401(root: Path) -> int:
    """Count the docstrings whose first line is not in the imperative mood."""
    command = "-m ruff check --isolated --no-cache --select D401 --statistics convviz pages app.py"
    done = subprocess.run([sys.executable, *command.split()], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return 0
    if "D401" not in done.stdout:
        raise RuntimeError(done.stderr)
    return int(done.stdout.split()[0])


def runs_upward(source: str, target: str) -> bool:
    """Return whether an import from one folder of convviz/web into another runs upward or sideways."""
    ranks = [WEB_RANKS.get(folder.removeprefix("convviz/web/").partition("/")[0], 0) for folder in (source, target)]
    return ranks[1] >= ranks[0]


def measure(root: Path) -> dict[str, str]:
    """Return the measures of the checkout at ``root`` by what they are called."""
    by_name = read_modules(root)
    modules = list(by_name.values())
    graph = {module.name: {*own_imports(ast.walk(module.tree), module, by_name)} for module in modules}
    code = Counter[str]()
    for module in modules:
        code["/".join(Path(module.folder).parts[:2]) or module.path] += count_code(module)
    return {
        **{f"code in {folder}": f"{lines:,}" for folder, lines in sorted(code.items())},
        "code in all": f"{code.total():,}",
        "modules": str(len(modules)),
        **import_measures(by_name, graph),
        **web_measures(by_name, graph),
        **private_measures(modules),
        "branches on names of variants": str(
            sum(count_variant_branches(module) for module in modules if not module.path.startswith(VARIANT_FOLDERS))
        ),
        "docstrings not imperative (D401)": str(count_d401(root)),
        f"files over {LONGEST_FILE} lines": str(
            sum(len(module.source.splitlines()) > LONGEST_FILE for module in modules)
        ),
        "comments fmt: skip": str(sum(module.source.count("# fmt: skip") for module in modules)),
    }


def import_measures(modules: dict[str, Module], graph: Graph) -> dict[str, str]:
    """Return the measures of the imports between all modules.

    Modules with one importer are those that one other module of convviz imports; pages do not count as importers, and
    modules whose names a package offers in its ``__init__`` are left out.
    """
    importers = Counter(target for name in graph if name.startswith("convviz") for target in graph[name])
    offered = {target for name in graph if modules[name].is_package for target in graph[name]}
    single = [name for name in modules if importers[name] == 1 and name not in offered and not modules[name].is_package]
    inside = {
        (module.name, node.lineno)
        for module in modules.values()
        for function in ast.walk(module.tree)
        if isinstance(function, FUNCTION)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and any(own_imports([node], module, modules))
    }
    rings = circles(graph)
    sizes = f" ({', '.join(str(len(ring)) for ring in rings)} modules)" if rings else ""
    return {
        "modules with one importer": str(len(single)),
        "import circles": f"{len(rings)}{sizes}",
        "imports inside functions": str(len(inside)),
    }


def web_measures(modules: dict[str, Module], graph: Graph) -> dict[str, str]:
    """Return the measures of the imports inside convviz/web, between its modules and between its folders."""
    web = {name: module for name, module in modules.items() if name.startswith("convviz.web")}
    arrows = {(name, target) for name in web for target in graph[name] if target in web}
    folders = {(web[name].folder, web[target].folder) for name, target in arrows}
    folders = {(source, target) for source, target in folders if source != target}
    return {
        "folders of web": str(len({module.folder for module in web.values()})),
        "arrows between modules of web": str(len(arrows)),
        "arrows between folders of web": str(len(folders)),
        "arrows upward or sideways": str(sum(runs_upward(source, target) for source, target in folders)),
    }


def private_measures(modules: list[Module]) -> dict[str, str]:
    """Return how many private functions and methods there are, and how many of each are mentioned once."""
    measures = {}
    for kind in ("functions", "methods"):
        counts = [count for module in modules for count in private_functions(module, kind == "methods")]
        measures[f"private {kind}"] = str(len(counts))
        measures[f"private {kind} mentioned once"] = str(counts.count(1))
    return measures


def main() -> None:
    """Print the measures of one checkout, or of two side by side."""
    roots = [Path(text).resolve() for text in sys.argv[1:3]] or [Path(__file__).resolve().parents[1]]
    columns = [measure(root) for root in roots]
    for name in dict.fromkeys(name for column in columns for name in column):
        print(f"{name:34}" + "".join(f"{column.get(name, '-'):>16}" for column in columns))


if __name__ == "__main__":
    main()
