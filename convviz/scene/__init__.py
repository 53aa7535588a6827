"""From recipes to frames of rectangles, lines and text."""

from .build import compose
from .primitives import Frame, Line, Look, Placed, Rect, Scene, Text

__all__ = ["Frame", "Line", "Look", "Placed", "Rect", "Scene", "Text", "compose"]
