"""The font of every picture: DejaVu Sans, which comes with matplotlib: pictures are the same on every machine."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from convviz.errors import SpecError


@cache
def font_path(bold: bool) -> Path:
    """Path of the font file.

    Raises
    ------
    SpecError
        matplotlib is not installed.
    """
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise SpecError("Pictures need matplotlib and Pillow; install them with: pip install 'convviz[render]'.")
    # Found without importing it, which would take longer than a whole animation.
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
