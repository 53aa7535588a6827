"""Ask PyTorch, Keras (on PyTorch), Flax and JAX what each line of lines.toml makes of its input, and write the shapes.

    KERAS_BACKEND=torch python tests/recipes/reading/make_lines.py

Needs torch, keras, jax and flax, which the project does not. A line without a shape is one that its framework refuses.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import OrderedDict
from pathlib import Path
from typing import Any

LINES = Path(__file__).with_name("lines.toml")


def torch_shape(code: str, size: list[int]) -> list[int]:
    import torch
    from torch import nn

    x = torch.zeros(1, *size)
    made = eval(code, {"torch": torch, "nn": nn, "F": nn.functional, "x": x, "OrderedDict": OrderedDict})
    made = made.eval()(x) if isinstance(made, nn.Module) else made
    return list(made.shape[1:])


def keras_shape(code: str, size: list[int]) -> list[int]:
    import keras
    import numpy as np

    x = np.zeros((1, *size[1:], size[0]), "float32")
    made = eval(code, {"keras": keras, "layers": keras.layers, "x": x})
    return first(made(x) if isinstance(made, keras.layers.Layer) else made)


def linen_shape(code: str, size: list[int]) -> list[int]:
    import jax
    import jax.numpy as jnp
    from flax import linen as nn

    class Line(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            made = eval(code, {"nn": nn, "jax": jax, "jnp": jnp, "x": x})
            return made(x) if isinstance(made, nn.Module) else made

    made = jax.eval_shape(Line().init_with_output, jax.random.key(0), jnp.zeros((1, *size[1:], size[0])))
    return first(made[0])


def nnx_shape(code: str, size: list[int]) -> list[int]:
    import jax.numpy as jnp
    from flax import nnx

    def line(x: Any) -> Any:
        made = eval(code, {"nnx": nnx, "rngs": nnx.Rngs(0), "x": x})
        return made(x) if isinstance(made, nnx.Module) else made

    return first(nnx.eval_shape(line, jnp.zeros((1, *size[1:], size[0]))))


def jax_shape(code: str, size: list[int]) -> list[int]:
    import jax
    import jax.numpy as jnp
    from jax import lax

    made = jax.eval_shape(lambda x: eval(code, {"lax": lax, "jnp": jnp, "x": x}), jnp.zeros((1, *size[1:], size[0])))
    return list(made.shape[1:]) if "(1, 3, 28" in code else first(made)


def first(image: Any) -> list[int]:
    """The shape of one image, channels first."""
    sides = list(image.shape[1:])
    return [sides[-1], *sides[:-1]]


ASK = {"pytorch": torch_shape, "keras": keras_shape, "linen": linen_shape, "nnx": nnx_shape, "jax": jax_shape}


def main() -> None:
    groups = tomllib.loads(LINES.read_text(encoding="utf-8"))["group"]
    head = LINES.read_text(encoding="utf-8").partition("[[group]]")[0]
    text = [head.rstrip()]
    for group in groups:
        rows = []
        for row in group["lines"]:
            try:
                shape: list[int] | None = ASK[group["dialect"]](row[0], group["input"])
            except Exception as error:
                print(f"{row[0]}: {type(error).__name__} {str(error)[:90]}", file=sys.stderr)
                shape = None
            rows.append(f"    {json.dumps([row[0]] + ([shape] if shape else []))},")
        text += [
            "",
            "[[group]]",
            f'dialect = "{group["dialect"]}"',
            f"input = {group['input']}",
            "lines = [",
            *rows,
            "]",
        ]
    LINES.write_text("\n".join([*text, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
