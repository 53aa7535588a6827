"""Charts of numbers, as SVG and PNG. They know nothing of kernels and layers: plain numbers come in."""

from .canvas import Chart
from .maps import number_maps
from .ranks import rank_curve
from .ratios import cost_ratio

__all__ = ["Chart", "cost_ratio", "number_maps", "rank_curve"]
