"""Charts and network graphs by name: what pages draw for a session, as values that can be linked and scripted.

Importing this needs NumPy alone; a diagram loads matplotlib when it is drawn.
"""

from .kind import Kind
from .model import KINDS, Diagram, chart, kind_named

__all__ = ["KINDS", "Diagram", "Kind", "chart", "kind_named"]
