"""Lines of code have the shapes that the frameworks themselves give them: see make_lines.py."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from convviz.recipes.reading import read_code

GROUPS = tomllib.loads(Path(__file__).with_name("lines.toml").read_text(encoding="utf-8"))["group"]
IMPORTS = {
    "pytorch": "import torch\nfrom torch import nn\nimport torch.nn.functional as F",
    "keras": "import keras\nfrom keras import layers",
    "linen": "import jax\nfrom jax import numpy as jnp\nfrom flax import linen as nn",
    "nnx": "from flax import nnx",
    "jax": "from jax import lax\nfrom jax import numpy as jnp",
}


def program(dialect: str, size: list[int], code: str) -> str:
    """The line with its imports, applied to an input."""
    axes = [1, *size] if dialect == "pytorch" else [1, *size[1:], size[0]]
    maker = {"pytorch": "torch.zeros", "keras": "keras.ops.zeros"}.get(dialect, "jnp.zeros")
    lines = [IMPORTS[dialect], f"x = {maker}({tuple(axes)})", f"layer = {code}"]
    is_applied = re.search(r"\bx\b|jnp.zeros", code) is not None
    return "\n".join([*lines, "" if is_applied else "y = layer(x)"])


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group['dialect']}-{len(group['input'])}")
def test_shapes_are_those_of_the_frameworks(group: dict[str, list[list[object]]]) -> None:
    wrong = []
    for code, *shape in group["lines"]:
        reading = read_code(program(str(group["dialect"]), group["input"], str(code)))  # type: ignore[arg-type]
        line = reading.lines[-1]
        if shape and (line.shape is None or list(line.shape) != shape[0] or reading.problem):
            wrong.append(f"{code}: {line.shape} for {shape[0]} {reading.problem and reading.problem.problem}")
        if not shape and not reading.problem:
            wrong.append(f"{code}: {line.shape}, but the framework refuses it")
    assert wrong == []


def test_there_are_more_than_300_lines() -> None:
    assert sum(len(group["lines"]) for group in GROUPS) > 300
