"""Spectra of patterns whose energy theory knows: where the peaks are, and what they weigh."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.analysis import Spectrum, spectrum

PERIODS = [(2, 2), (3, 3), (4, 4), (2, 3), (4, 2), (1, 3), (5, 1), (3, 7)]


def pattern(period: tuple[int, int], size: tuple[int, int], seed: int = 0) -> np.ndarray:
    """Return a random tile, repeated."""
    tile = np.random.default_rng(seed).normal(size=period)
    return tile[np.ix_(np.arange(size[0]) % period[0], np.arange(size[1]) % period[1])]


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("size", [(64, 60), (61, 67)])
def test_a_pattern_is_all_pattern(period: tuple[int, int], size: tuple[int, int]) -> None:
    """Sizes that the period does not divide are cut, or the energy would leak around the peaks."""
    found = spectrum(1000 + pattern(period, size), period)
    assert found.share == pytest.approx(1)
    assert found.power.sum() == pytest.approx(1)
    assert all(side % step == 0 for side, step in zip(found.power.shape, period, strict=True))


@pytest.mark.parametrize("period", PERIODS)
def test_peaks_are_found_where_theory_puts_them(period: tuple[int, int]) -> None:
    """Each of them is the highest place of a wave of that frequency."""
    found = spectrum(pattern(period, (84, 120)), period)
    assert len(found.peaks) == period[0] * period[1] - 1
    places = {(Fraction(a, period[0]) % 1, Fraction(b, period[1]) % 1) for a, b in np.ndindex(period)} - {(0, 0)}
    assert {(down % 1, across % 1) for down, across in (peak.frequency for peak in found.peaks)} == places
    rows, columns = np.indices((84, 120))
    for peak in found.peaks:
        down, across = peak.frequency
        assert -Fraction(1, 2) < min(down, across) <= max(down, across) <= Fraction(1, 2)
        wave = spectrum(np.cos(2 * np.pi * (float(down) * rows + float(across) * columns) + 0.7), period)
        highest = np.argwhere(wave.power > 0.99 * wave.power.max()).tolist()
        opposite = [(-n + 2 * (side // 2)) % side for n, side in zip(peak.bin, wave.power.shape, strict=True)]
        assert sorted(highest) == sorted(map(list, {peak.bin, tuple(opposite)}))
        axes = [np.fft.fftshift(np.fft.fftfreq(side)) for side in wave.power.shape]
        frequency = [axis[n] for axis, n in zip(axes, peak.bin, strict=True)]
        assert np.exp(2j * np.pi * np.array(frequency)) == pytest.approx(
            np.exp(2j * np.pi * np.array([float(down), float(across)]))
        )


def test_shares_of_peaks_add_up() -> None:
    found = spectrum(pattern((3, 2), (60, 60)) + np.random.default_rng(1).normal(size=(60, 60)), (3, 2))
    assert sum(peak.share for peak in found.peaks) == pytest.approx(found.share)
    assert 0.1 < found.share < 0.9


@pytest.mark.parametrize("period", [(2, 2), (3, 3), (4, 2)])
def test_white_noise_has_the_share_of_the_area(period: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    found = [spectrum(rng.normal(size=(48, 48)), period) for _ in range(200)]
    expected = (period[0] * period[1] - 1) * 9 / 48**2
    assert np.mean([one.share for one in found]) == pytest.approx(expected, rel=0.05)


def test_parseval() -> None:
    """The power is that of the windowed deviations, against sums over the picture itself."""
    plane = np.random.default_rng(3).normal(5, 1, size=(20, 24))
    window = np.outer(*[np.sin(np.pi * np.arange(side) / side) ** 2 for side in plane.shape])
    energies = spectrum(plane, 2).power
    deviations = (plane - plane.mean()) * window
    middle = deviations.sum() ** 2 / (deviations**2).sum() / plane.size
    assert energies[10, 12] == pytest.approx(middle)
    assert energies.sum() == pytest.approx(1)


def test_a_constant_has_no_energy() -> None:
    for plane in (np.zeros((8, 8)), np.full((8, 9), 0.1), np.full((8, 8), -1e300), np.full((8, 8), 3, np.uint8)):
        found = spectrum(plane, 2)
        assert (found.share, found.power.any(), set(found.decibels.flat)) == (0, False, {-80.0})
    rounding = 0.1 + 1e-16 * np.random.default_rng(0).normal(size=(8, 8))
    assert spectrum(rounding, 2).share == 0


@given(st.floats(1e-290, 1e290), st.floats(-1, 1))
def test_scale_and_mean_do_not_matter(scale: float, mean: float) -> None:
    plane = pattern((2, 2), (16, 16)) + np.random.default_rng(5).normal(size=(16, 16))
    expected = spectrum(plane, 2)
    found = spectrum((plane + mean) * scale, 2)
    assert found.share == pytest.approx(expected.share)


def test_decibels() -> None:
    found = spectrum(np.tile([[1.0, -1.0], [-1.0, 1.0]], (8, 8)), 2)
    assert found.decibels.max() == 0
    assert found.decibels.min() == -80
    assert found.decibels[0, 0] == 0, "half a cycle per cell on both axes is at the corner"
    assert found.decibels[8, 8] == -80


@pytest.mark.parametrize("step", [2, 3, 4])
def test_transposed_convolution_of_a_constant_is_all_pattern(step: int) -> None:
    layer = cv.conv_transpose2d((3, 5), (2, step))
    output = cv.forward(layer, np.ones((1, 40, 40)), np.ones((1, 1, 3, 5)))[0]
    inside = output[8:-8, 2 * step * 2 : -2 * step * 2]
    assert spectrum(inside, (2, step)).share == pytest.approx(1)
    other = cv.forward(cv.conv2d(3), cv.forward(cv.upsample2d((2, step)), np.ones((1, 40, 40))), np.ones((1, 1, 3, 3)))
    assert spectrum(other[0], (2, step)).share == 0


def test_periods_of_one_have_no_peaks() -> None:
    found = spectrum(np.eye(8), 1)
    assert (found.peaks, found.share) == ((), 0)


def test_values() -> None:
    found = spectrum(np.eye(16), (2, 4))
    assert isinstance(found, Spectrum)
    assert not found.power.flags.writeable
    assert "power" not in repr(found)
    assert pickle.loads(pickle.dumps(found)).peaks == found.peaks
    assert all(type(part) is Fraction for peak in found.peaks for part in peak.frequency)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: spectrum([[1, 2], [3]], 2), "plane must have rows of equal length; got rows that differ."),
        (lambda: spectrum([["a"]], 2), "plane must hold real numbers; got text."),
        (lambda: spectrum([1, 2], 2), "plane must have the shape (H, W), none of them 0; got (2,)."),
        (lambda: spectrum(np.full((8, 8), np.nan), 2), "plane must hold finite numbers; got nan in row 0, column 0."),
        (
            lambda: spectrum(np.ones((8, 11)), (2, 3)),
            "plane must have a width of at least 4 periods; got 11 (period 3).",
        ),
        (lambda: spectrum(np.ones((8, 8)), 0), "period must be at least 1; got 0."),
    ],
)  # fmt: skip
def test_mistakes(mistake: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
