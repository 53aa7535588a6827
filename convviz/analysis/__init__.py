"""What can be known about layers: what they cost, into what simpler ones they come apart, what patterns they print."""

from .costs import Cost, cost
from .evenness import OverlapMap, overlap_map
from .factoring import DepthwiseSeparable, TwoPasses, depthwise_separable, two_passes
from .overlaps import AxisOverlap, Overlap, overlap, stamps
from .receptive import Network, ReceptiveField
from .separability import Separation, separate
from .spectra import Peak, Spectrum, spectrum
from .upsampling_methods import METHODS, Upsampling, signal, upsampling
from .upsampling_trials import Upsampled, upsampled

__all__ = [
    "METHODS",
    "AxisOverlap",
    "Cost",
    "DepthwiseSeparable",
    "Network",
    "Overlap",
    "OverlapMap",
    "Peak",
    "ReceptiveField",
    "Separation",
    "Spectrum",
    "TwoPasses",
    "Upsampled",
    "Upsampling",
    "cost",
    "depthwise_separable",
    "overlap",
    "overlap_map",
    "separate",
    "signal",
    "spectrum",
    "stamps",
    "two_passes",
    "upsampled",
    "upsampling",
]
