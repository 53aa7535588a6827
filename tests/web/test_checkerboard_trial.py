"""Six ways to upsample on the checkerboard lab's page: its numbers and pictures are those of the engine."""

from __future__ import annotations

import base64
import re
from html import unescape
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from convviz.analysis import METHODS, Upsampled, signal, upsampled
from convviz.assets import SAMPLES
from convviz.charts.spectra import percent
from convviz.diagrams.upsampling import SIDE, Settings
from convviz.recipes.images import read_image, shrink
from convviz.web.labs.checkerboard.trial import PRINTED, make_cards, what_to_see
from tests.web.app import checked, errors
from tests.web.charts import charts, downloads
from tests.web.figure import query, send
from tests.web.test_checkerboard import html, page, rows_of, unfold, words

OPENING = "cv-ways cv-large"


def trial(signal: str = "constant", **query: str) -> AppTest:
    return unfold(page(**query, **({} if signal == "image" else {"eye_signal": signal})), "all")


def choose(app: AppTest, **choices: str | int) -> AppTest:
    for name, value in choices.items():
        special = {"seed": app.number_input, "sample": app.selectbox, "method": app.selectbox}
        controls = special.get(name, app.segmented_control)
        next(one for one in controls if (one.key or "").startswith(f"trial.{name}")).set_value(value)
        checked(app.run())
    return app


def shown_cards(app: AppTest, look: str = "cv-ways") -> list[str]:
    body = next(body for body in html(app) if body.startswith(f'<div class="{look}">'))
    return re.findall(r"<section.*?</section>", body)


def shares(app: AppTest) -> list[list[str]]:
    return rows_of(next(body for body in html(app) if "the mean left out" in body))[1:]


def pictures(app: AppTest, look: str = "cv-ways") -> list[np.ndarray]:
    found = (re.findall(r'cv-pixels" src="data:image/png;base64,([^"]*)', card)[0] for card in shown_cards(app, look))
    return [np.asarray(Image.open(BytesIO(base64.b64decode(data)))) for data in found]


def assert_as_computed(app: AppTest, expected: tuple[Upsampled, ...]) -> None:
    """The cards and the table have the engine's shares, counts and words."""
    for card, one in zip(shown_cards(app), expected, strict=True):
        text = unescape(card)
        assert f"<h4>{one.upsampling.name}</h4>" in text
        assert one.upsampling.sentence.replace(" x ", "\u00a0×\u00a0") in text
        assert f"<strong>{percent(one.spectrum.share)}</strong> of the energy" in text
        counts = [int(count) for count in re.findall(r"<td[^>]*>(\d+)</td>", card)]
        assert counts == one.overlap.interior.ravel().tolist()
        spectrum = base64.b64decode(re.findall(r'data:image/svg\+xml;base64,([^"]*)', card)[0]).decode()
        rings, frequencies = spectrum.count("<circle") // 2, len(one.spectrum.peaks)  # each is drawn on one of the page
        repeated = f"{rings} rings around {frequencies} frequencies"
        assert (f"{rings} frequencies ringed" if rings == frequencies else repeated) in text
    ordered = sorted(expected, key=lambda one: -one.spectrum.share)
    texts = [unescape(row[1]).replace("<", "less than") for row in shares(app)]  # in a table there is less room
    assert texts == [percent(one.spectrum.share) for one in ordered]
    assert [row[2] == "even" for row in shares(app)] == [one.overlap.is_even for one in ordered]


def test_the_page_opens_with_a_photograph_upsampled_in_two_ways() -> None:
    app = page()
    image = shrink(read_image(SAMPLES["camera"].read_bytes()), 128) * 1.0
    expected = upsampled(image, methods=("transposed", "nearest"))
    assert [percent(one.spectrum.share) for one in expected] == ["28.7%", "less than 0.01%"]
    shown = shown_cards(app, OPENING)
    assert [re.findall("<h4>(.*?)</h4>", card) for card in shown] == [[one.upsampling.name] for one in expected]
    for levels, one in zip(pictures(app, OPENING), expected, strict=True):
        low, high = one.interior.min(), one.interior.max()
        cells = ((one.output - low) * (255 / (high - low))).round().clip(0, 255)
        assert np.array_equal(levels, cells[64:192, 64:192])
    assert (errors(app), query(app)) == ([], {})


def test_kernel_and_stride_of_the_opening_are_those_of_the_figure() -> None:
    app = choose(page(), kernel="4")
    assert query(app) == {"kernel_size": "4"}
    assert "overlap evenly" in shown_cards(app, OPENING)[0]
    assert "**Even.** Far from the border all cells are written 4 times." in words(app)
    choose(app, scale="3", weights="random", seed=2)
    seen = {"eye_signal": "image", "eye_weights": "random", "eye_seed": "2"}
    assert query(app) == {"kernel_size": "4", "stride": "3", **seen}
    image = shrink(read_image(SAMPLES["camera"].read_bytes()), 85) * 1.0
    for card, one in zip(
        shown_cards(app, OPENING),
        upsampled(image, 3, 4, weights="random", seed=2, methods=("transposed", "nearest")),
        strict=True,
    ):
        low, high = one.interior.min(), one.interior.max()
        assert f"alues {low:.3g} to {high:.3g}.".replace("-", "−") in card
    send(app, kernel_size="6", **seen)
    assert query(app) == {"kernel_size": "6", **seen}
    assert "kernel of 6\u00a0×\u00a06; the stamps are 2" in shown_cards(app, OPENING)[0]


def test_a_pair_that_the_figure_cannot_have_is_refused() -> None:
    app = choose(page(layers="4", input_size="1", kernel_size="2"), scale="4")
    assert len(errors(app)) == 1
    assert "must be at most 32 x 32 to be drawn" in errors(app)[0]
    assert "stamps are 2 cells apart" in shown_cards(app, OPENING)[0]
    assert query(app) == {"layers": "4", "input_size": "1", "kernel_size": "2"}
    assert (errors(choose(app, kernel="1")), query(app)) == ([], {"layers": "4", "input_size": "1", "kernel_size": "1"})


def test_a_constant_with_equal_weights_shows_the_overlap_alone() -> None:
    app = trial()
    expected = upsampled(signal("constant", 128))
    assert_as_computed(app, expected)
    assert [percent(one.spectrum.share) for one in expected] == ["100%", *["0%"] * 5]
    assert "These print a pattern of 2 × 2 cells: Transposed 100%." in words(app)
    assert "**the overlap alone**: 2 does not divide 3." in words(app)
    printed, *others = pictures(app)
    assert np.unique(printed).tolist() == [0, 85, 255]  # 1, 2 and 4 paths
    assert all(np.unique(picture).tolist() == [128] for picture in others)


def test_random_weights_print_a_pattern_where_the_overlap_is_even() -> None:
    app = choose(trial(kernel_size="4"), weights="random", seed=7)
    expected = upsampled(signal("constant", 128), 2, 4, weights="random", seed=7)
    assert_as_computed(app, expected)
    assert expected[0].overlap.is_even
    assert expected[0].spectrum.share > 0.99
    assert "**With random weights the even overlap prints a pattern, too**" in words(app)
    assert "safe" not in words(app).lower()


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [
        ("camera", 256, "The image, reduced from 256 × 256, is upsampled from 85 × 85 cells."),
        ("cat", 192, "The middle square of the image, reduced from 192 × 192, is upsampled from 85 × 85 cells."),
    ],
)
def test_an_image_is_cut_square_and_reduced_and_the_page_says_so(name: str, size: int, sentence: str) -> None:
    app = choose(trial("image", kernel_size="5", stride="3"), followed_by="3", weights="random")
    choose(app, sample=name)
    assert any(sentence in caption.value for caption in app.caption)
    image = read_image(SAMPLES[name].read_bytes())
    top, left = ((cells - size) // 2 for cells in image.shape)
    cells = shrink(image[top : top + size, left : left + size], 85)
    assert_as_computed(app, upsampled(cells, 3, 5, weights="random", followed_by=3))
    assert "The convolution that follows weakens a pattern" in words(app)


def test_noise_is_said_to_weigh_little() -> None:
    app = choose(trial(), signal="noise", seed=3)
    assert_as_computed(app, upsampled(signal("noise", 128, seed=3), seed=3))
    assert "**the shares say little here**" in words(app)


def test_every_cell_of_a_picture_is_a_whole_number_of_pixels() -> None:
    app = trial()
    for zoom, side in (("1", 256), ("2", 128), ("4", 64)):
        choose(app, zoom=zoom)
        assert {picture.shape for picture in pictures(app)} == {(side, side)}
        assert all('width="256" height="256"' in card for card in shown_cards(app))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_pictures_keep_within_the_page_and_begin_with_a_period(scale: int) -> None:
    settings = Settings(scale, 3, "uniform", 0, None)
    image = signal("noise", SIDE // scale)
    results = upsampled(image, scale, 3)
    for zoom in (1, 2, 4):
        cards = make_cards("", settings, zoom, "light", tuple(METHODS), image)
        for card, result in zip(cards, results, strict=True):
            found = re.search(
                r'base64,([^"]*)" width="(\d+)" height="(\d+)" style="[^"]*" alt="Output: (\d+) by (\d+) cells',
                card.html,
            )
            assert found is not None
            levels = np.asarray(Image.open(BytesIO(base64.b64decode(found[1]))))
            width, height, *cells = map(int, found.groups()[1:])
            assert list(levels.shape) == cells
            assert max(height, width) <= SIDE
            assert (height, width) == (levels.shape[0] * zoom, levels.shape[1] * zoom)
            low, high = result.interior.min(), result.interior.max()
            assert f"values {low:.3g} to {high:.3g}.".replace("-", "−") in card.html
            expected = ((result.output - low) * (255 / (high - low))).round().clip(0, 255)
            starts = [start for start in range(0, len(expected) - len(levels) + 1, scale)
                      if np.array_equal(expected[start:, start:][: len(levels), : len(levels)], levels)]  # fmt: skip
            assert len(starts) == 1


def test_a_spectrum_in_full_has_the_share_of_its_card() -> None:
    app = trial()
    assert charts(app) == []
    choose(app, method="transposed")
    (chart,) = charts(app)
    assert "Transposed convolution: Power spectrum. Ringed" in chart
    assert "They hold 100% of the energy without the mean." in chart
    assert downloads(chart) == ["spectrum-transposed.svg", "spectrum-transposed.png", "spectrum-transposed.pdf"]


def test_every_kernel_and_scale_can_be_tried() -> None:
    app = choose(trial(), followed_by="5")
    for scale, kernel in (("2", "1"), ("2", "7"), ("4", "3"), ("4", "4")):
        choose(app, kernel=kernel, scale=scale)
        assert errors(app) == []
        assert len(shown_cards(app)) == len(METHODS)


def test_an_image_that_is_too_small_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = np.zeros((5, 9), np.uint8)
    monkeypatch.setattr("convviz.web.components.images.sample_image", lambda name: tiny)
    for error in errors(trial("image")):  # of the opening, and of all ways
        assert error.startswith("Image must have at least ")
        assert error.endswith("got (5, 5).")


@pytest.mark.parametrize("name", [None, "camera", "brick"])
def test_methods_that_print_a_pattern_differ_clearly_from_the_others(name: str | None) -> None:
    for n, (scale, kernel) in enumerate(((2, 3), (2, 4), (3, 3), (3, 5), (4, 1), (4, 6))):
        side = SIDE // scale
        image = signal("constant", side) if name is None else shrink(read_image(SAMPLES[name].read_bytes()), side) * 1.0
        followed = (None, 3) if n % 2 else (3, None)  # so that each scale has all four
        for weights, layers in zip(("uniform", "random"), followed, strict=True):
            settings = Settings(scale, kernel, weights, 0, layers)
            cards = make_cards(f"{name} {side}", settings, 2, "light", tuple(METHODS), image)
            shares = {card.method: card.share for card in cards}
            assert all(share >= 2 * PRINTED or share < PRINTED / 4 for share in shares.values())
            printed = {method for method, share in shares.items() if share >= PRINTED}
            even = {"nearest", "bilinear", "icnr"}
            assert printed == shares.keys() - even if weights == "random" else not printed & (even | {"divisible"})
            assert ("These print" in what_to_see(cards, "image", settings)) == bool(printed)
