"""Charts of numbers, as SVG and PNG. They know nothing of kernels and layers: plain numbers come in."""

from convviz.errors import needs_extra

with needs_extra():
    from .canvas import Chart
    from .curves import cost_ratio
    from .overlap import count_map, stamp_bars
    from .separability import number_maps, rank_curve
    from .spectra import small_spectrum, spectrum_map

__all__ = [
    "Chart",
    "cost_ratio",
    "count_map",
    "number_maps",
    "rank_curve",
    "small_spectrum",
    "spectrum_map",
    "stamp_bars",
]
