"""What can be known about layers: what they cost, into what simpler ones they come apart, what patterns they print."""

from .costs import Cost, cost
from .factorized_costs import DepthwiseSeparable, TwoPasses, depthwise_separable, two_passes
from .overlap_counts import AxisOverlap, Overlap, overlap, stamps
from .overlap_map import OverlapMap, overlap_map
from .receptive import (
    KNOWN,
    EffectiveField,
    Gridding,
    HybridRule,
    Network,
    ReceptiveField,
    Suggestion,
    effective_field,
    gridding,
    hybrid_rule,
    suggest_rates,
    uniform_variance,
)
from .separability import Separation, separate
from .spectra import Peak, Spectrum, spectrum
from .upsampling_methods import METHODS, Upsampling, signal, upsampling
from .upsampling_trials import Upsampled, upsampled

__all__ = [
    "KNOWN",
    "METHODS",
    "AxisOverlap",
    "Cost",
    "DepthwiseSeparable",
    "EffectiveField",
    "Gridding",
    "HybridRule",
    "Network",
    "Overlap",
    "OverlapMap",
    "Peak",
    "ReceptiveField",
    "Separation",
    "Spectrum",
    "Suggestion",
    "TwoPasses",
    "Upsampled",
    "Upsampling",
    "cost",
    "depthwise_separable",
    "effective_field",
    "gridding",
    "hybrid_rule",
    "overlap",
    "overlap_map",
    "separate",
    "signal",
    "spectrum",
    "stamps",
    "suggest_rates",
    "two_passes",
    "uniform_variance",
    "upsampled",
    "upsampling",
]
