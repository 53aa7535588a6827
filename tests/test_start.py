"""A command starts quickly: it loads what it needs, and shows how far it is only where somebody sees it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNNEEDED = (
    "matplotlib", "onnx", "reportlab", "pptx", "xlsxwriter", "tqdm", "numpy.ma", "importlib.metadata", "runpy",
    "convviz.analysis.onnx_import", "convviz.analysis.receptive.known", "convviz.analysis.receptive.plans",
    "convviz.figure", "convviz.diagrams", "convviz.html.offline", "convviz.html.served", "convviz.batch",
    "convviz.cli.batch", "convviz.cli.rf", "convviz.cli.site", "xml.sax", "urllib.request",
)  # fmt: skip
"""What a GIF has no use for; each is loaded by something else."""


def loaded(code: str) -> set[str]:
    """Return the modules of `UNNEEDED` that a process has loaded."""
    names = f"{code}\nimport sys; print(*[name for name in {UNNEEDED!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", names], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("ending", ["gif", "svg"])
def test_a_picture_loads_what_it_needs(tmp_path: Path, ending: str) -> None:
    words = ["render", "dilated", "-o", str(tmp_path / f"a.{ending}")]
    assert loaded(f"from convviz.cli import main; main({words!r})") == set()
    assert (tmp_path / f"a.{ending}").read_bytes().startswith((b"GIF89a", b"<svg"))


def test_what_is_loaded_would_be_seen() -> None:
    everything = (
        "from convviz.cli import batch, rf, site; import convviz as cv, numpy as np; cv.Network.known('vgg11'); np.ma; "
        "import convviz.render.pdf, convviz.render.slides, xlsxwriter, convviz.charts, convviz.diagrams, tqdm, onnx; "
        "import convviz.analysis.onnx_import, convviz.html.served, importlib.metadata, runpy, urllib.request"
    )
    assert loaded(everything) == set(UNNEEDED)


@pytest.mark.parametrize(
    ("words", "is_slow"), [(["dilated", "--kernel-size", "2"], False), (["standard", "--input-size", "12"], True)]
)
def test_progress_is_for_a_terminal_that_waits(tmp_path: Path, words: list[str], is_slow: bool) -> None:
    """A slow one is one that takes no time: the patience is set to nothing."""
    path = tmp_path / "a.gif"
    code = (
        f"import sys; from convviz.cli import main, render; render._PATIENCE = {0.0 if is_slow else 1e6}; "
        f"sys.exit(main(['render', *{words!r}, '-o', {str(path)!r}]))"
    )
    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (24, 100))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=writer)
    os.close(writer)
    assert done.returncode == 0
    assert done.stdout.decode() == f"{path}: GIF, {path.stat().st_size:,} bytes\n"
    try:
        seen = os.read(reader, 10**6)
    except OSError:  # nothing was written
        seen = b""
    os.close(reader)
    assert (b" frames [" in seen) is is_slow

    piped = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    assert piped.stderr == b""
