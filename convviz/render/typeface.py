"""The typeface of pictures in PDF files: known to reportlab, once for the process."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from convviz.fonts import FAMILY, font_path

FACES: Final[Mapping[bool, str]] = MappingProxyType({False: FAMILY, True: f"{FAMILY} Bold"})
"""The names of the regular and of the bold face."""

# reportlab knows fonts and settings for the whole process. Without this its compressed pages would be written in
# letters, a quarter larger.
rl_config.useA85 = 0
for is_bold, name in FACES.items():
    pdfmetrics.registerFont(TTFont(name, font_path(is_bold)))
