"""Charts of numbers, as SVG and PNG. They know nothing of kernels and layers: plain numbers come in."""

from convviz.errors import needs_extra

with needs_extra():
    from .canvas import Chart
    from .cost_ratio import cost_ratio
    from .counts import count_map
    from .number_maps import number_maps
    from .rank_curve import rank_curve
    from .small_spectra import small_spectrum
    from .spectra import spectrum_map
    from .stamps import stamp_bars

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
