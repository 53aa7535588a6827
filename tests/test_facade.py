"""The names that notebooks use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import convviz as cv

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", sorted({*cv.__all__} - {"presets", "variants"}))
def test_every_name_is_there_and_explains_itself(name: str) -> None:
    assert name in dir(cv)
    assert getattr(cv, name).__doc__


def test_the_tour() -> None:
    recipe = cv.recipe("dilated", kernel_size=3, dilation=2)
    assert recipe == cv.recipe("dilated") == cv.Recipe.from_query("dilated", "kernel_size=3&dilation=2")
    assert isinstance(cv.presets["padding_strides_transposed"], cv.Recipe)
    assert isinstance(cv.animate(recipe), cv.Animation)
    assert isinstance(cv.compare(recipe, cv.recipe("standard")), cv.Animation)
    assert cv.overlap(cv.conv_transpose2d(3, stride=2), 8).ratio == 4


def test_unknown_names() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = cv.deconvolve  # type: ignore[attr-defined]
    assert str(caught.value) == "module 'convviz' has no attribute 'deconvolve'"


def test_a_missing_package_is_answered_with_the_command_that_installs_it() -> None:
    """In a process without the optional packages: pictures, charts and ONNX files say what they need."""
    code = """
import sys
for name in ("PIL", "matplotlib", "onnx", "streamlit"):
    sys.modules[name] = None
import convviz as cv
from convviz.cli import main
from convviz.errors import SpecError, needs_extra

def charts():
    import convviz.charts.curves

def app():
    with needs_extra():
        import streamlit

animation = cv.animate(cv.recipe("standard"))
for attempt in (animation.gif, animation.png, animation.png_zip, charts, lambda: cv.Network.from_onnx(b"any"), app):
    try:
        attempt()
    except SpecError as error:
        assert isinstance(error, ImportError)
        print(error)
sys.stderr = sys.stdout
print(main(["rf", "model.onnx"]), main(["rf", "pyproject.toml"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    render = "must be installed (pip install 'convviz[render]'); got no module"
    onnx = "onnx must be installed (pip install 'convviz[onnx]'); got no module \"onnx\"."
    assert done.stdout.splitlines() == [
        *[f'pillow {render} "PIL".'] * 3,
        f'matplotlib {render} "matplotlib".',
        onnx,
        "streamlit must be installed (pip install 'convviz[app]'); got no module \"streamlit\".",
        "convviz: path must be that of a file that can be read; got 'model.onnx' (No such file or directory).",
        f"convviz: {onnx}",
        "2 2",
    ], done.stderr
