"""The charts of the page about gridding, drawn once for all visitors and remembered, so many of each."""

from functools import lru_cache

from ..analysis import EffectiveField, Network, effective_field, gridding
from ..charts import Chart, count_map
from ..charts.coverage import coverage_map, coverage_steps
from ..charts.coverage_weights import weight_map, weight_profile
from .chart import Drawn
from .gridding_asked import Asked, Rates


def field_of(asked: Asked) -> EffectiveField:
    """The effective receptive field of the only output that the receptive field, taken as an input, has."""
    is_random = asked.kernels == "random"
    return _field(asked.rates, asked.kernel_size, asked.kernels, asked.samples if is_random else 1,
                  asked.seed if is_random else 0)  # fmt: skip


@lru_cache(32)
def _field(rates: Rates, kernel_size: int, kernels: str, samples: int, seed: int) -> EffectiveField:
    return effective_field(_network(rates, kernel_size), None, (0, 0), kernels, samples, seed)


def _network(rates: Rates, kernel_size: int) -> Network:
    asked = Asked(rates, kernel_size)
    return Network.sequential(asked.stack, input_size=asked.extent)


@lru_cache(32)
def drawn_coverage(rates: Rates, kernel_size: int, theme: str, width: int) -> Drawn:
    """The map of what is read."""
    found = gridding(Asked(rates, kernel_size).stack)
    return _drawn(coverage_map(found.rows, found.columns, theme=theme, width=width))


@lru_cache(32)
def drawn_steps(rates: Rates, kernel_size: int, theme: str, width: int) -> Drawn:
    """What is read along an axis after the last layer, the last two, and so on, back to the input."""
    layers = Asked(rates, kernel_size).stack
    steps = [("output", gridding([]).rows)]
    for first in range(len(layers) - 1, -1, -1):
        name = f"back through layer {first + 1}, rate {rates[first]}"
        steps.append((name, gridding(layers[first:]).rows))
    return _drawn(coverage_steps(steps, theme=theme, width=width))


@lru_cache(32)
def drawn_paths(rates: Rates, kernel_size: int, theme: str, width: int) -> Drawn:
    """Paths into each cell."""
    counts = _network(rates, kernel_size).path_counts(None, (0, 0))
    return _drawn(count_map(counts, title="Paths from the output to each cell", theme=theme, width=width))


@lru_cache(32)
def drawn_weights(asked: Asked, theme: str, width: int) -> Drawn:
    """The weights of the effective receptive field as a map."""
    field = field_of(asked)
    title = f"{field.statistic[0].upper()}{field.statistic[1:]}, as a share of the whole"
    return _drawn(weight_map(field.weights, center=field.center, sigma=field.sigma, title=title, theme=theme,
                             width=width))  # fmt: skip


@lru_cache(32)
def drawn_profile(asked: Asked, theme: str, width: int) -> Drawn:
    """The same along the columns, beside a Gaussian."""
    field = field_of(asked)
    chart = weight_profile(
        field.weights.sum(axis=0), read=gridding(asked.stack).columns, center=field.center[1], sigma=field.sigma[1],
        theme=theme, width=width,
    )  # fmt: skip
    return _drawn(chart)


def _drawn(chart: Chart) -> Drawn:
    return chart.svg(), chart.png(), f"{chart.title}. {chart.description}"
