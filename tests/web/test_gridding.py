"""The page about gridding without a browser: its numbers are those of sums walked one by one."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz import SpecError
from convviz.analysis import effective_field, hybrid_rule, suggest_rates
from convviz.diagrams.gridding import EXTENT
from convviz.web.components.page_frame import as_sentence
from convviz.web.labs.gridding.controls import EXAMPLES, PARAMS, Settings, mend, settings_of
from convviz.web.state.page_state import PageState
from tests.web.app import REST, ROOT, address, checked, errors, named
from tests.web.charts import charts


def page(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "convviz" / "web" / "app" / "main.py"), default_timeout=60)
    app.switch_page(str(ROOT / "pages" / "gridding.py"))
    for name, text in query.items():
        app.query_params[name] = text
    return checked(app.run())


def unfold(app: AppTest, part: str) -> AppTest:
    app.session_state[f"open:gridding.{part}"] = True
    return checked(app.run())


def words(app: AppTest) -> str:
    """All that the page says, on one line."""
    return " ".join(" ".join(element.value for element in app.markdown).split())


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def cells(app: AppTest, caption: str) -> list[list[str]]:
    """The rows of the table with this in its caption."""
    table = next(body for body in re.findall(r"<table.*?</table>", html(app)) if caption in body)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr.*?</tr>", table)[1:]]


def shown_rates(app: AppTest) -> str:
    return str(named(app.text_input, "gridding.rates").value)


def read_by_walking(rates: tuple[int, ...], kernel: int) -> set[int]:
    """Places along an axis, by walking every path through the layers."""
    return {sum(steps) for steps in product(*[[tap * rate for tap in range(kernel)] for rate in rates])}


def test_the_count_of_cells_is_that_of_index_sums() -> None:
    app, more = page(), [((1,), 2), ((3,), 2), ((2, 1), 4), ((1, 3, 9), 3), ((5, 1, 7), 5)]
    for rates, kernel in [*((rates, 3) for rates in EXAMPLES.values()), *more]:
        named(app.text_input, "gridding.rates").set_value(",".join(map(str, rates)))
        named(app.slider, "gridding.kernel_size").set_value(kernel)
        checked(app.run())
        read = read_by_walking(rates, kernel)
        side, number = max(read) + 1, len(read) ** 2
        tail = ", no holes" if number == side**2 else ": holes"
        assert f"## {number:,} of {side**2:,} cells{tail}" in words(app)
        for fact in (f"{side} × {side}", f"{number:,}", f"{side**2 - number:,}", f"{len(read)} of {side}"):
            assert f"<dd>{fact}</dd>" in html(app)
        text = re.search(r'alt="(Cells that the output reads.*?)" width', "".join(charts(app)))
        assert text is not None
        assert f"{number} of {side**2} cells are read" in text[1]


def test_the_page_opens_without_a_query_and_leaves_the_address_clean() -> None:
    app = page()
    assert errors(app) == []
    assert address(app) == {}
    assert "## 49 of 169 cells: holes" in words(app)


def test_the_rule_is_compared_with_the_count() -> None:
    cases: list[tuple[dict[str, str], list[str]]] = [
        # 2, 2, 2: the rule promises too much, because the rates do not begin with 1
        ({}, ["M₂ = 2 ≤ K = 3", "promises no holes", "**120 holes**. **They disagree.**", "begin with 1: **no**"]),
        ({"rates": "1,2,5"}, ["M₂ = 2 ≤ K = 3", "**no holes**. **They agree.** They must"]),
        ({"rates": "1,2,9"}, ["M₂ = 5 > K = 3", "warns of holes", "**184 holes**. **They agree.** They must"]),
        ({"rates": "2,1", "kernel_size": "3"}, ["M₂ = 1 ≤ K = 3", "**They agree.**", "never decrease: **no**"]),
        ({"rates": "4"}, ["it needs two layers or more. Counted: **72 holes**."]),
    ]
    for query, sentences in cases:
        text = words(page(**query))
        assert [sentence for sentence in sentences if sentence not in text] == []


def test_the_worked_numbers_are_those_of_the_rule() -> None:
    for rates in ((1, 2, 9), (2, 4, 8, 3), (7, 1, 2, 6, 3)):
        rows = cells(page(rates=",".join(map(str, rates))), "From the last layer to the second")
        assert [int(row[-1]) for row in rows] == list(reversed(hybrid_rule(rates).distances[1:]))
        for row in rows[1:]:
            inner = re.fullmatch(r"max\((.*)\)", row[2])
            assert inner is not None
            differences = [[int(number) for number in part.split(" − ")] for part in inner[1].split(", ")]
            assert max(first - sum(rest) for first, *rest in differences) == int(row[-1])
        assert [int(row[1]) for row in rows] == list(reversed(rates[1:]))


def test_the_rule_is_exact_where_the_page_says_so() -> None:
    """Brute force over all rates that never decrease and begin with 1."""
    for rates in product([1], range(1, 6), range(1, 9)):
        rule = hybrid_rule(rates)
        if rule.is_exact:
            read = read_by_walking(rates, 3)
            assert rule.holds == (len(read) == max(read) + 1)


def test_paths_and_steps_are_shown() -> None:
    app = unfold(unfold(page(rates="1,2"), "how"), "along")
    assert "81 paths in all" in words(app)
    counts = cv.Network.sequential([cv.conv2d(3), cv.conv2d(3, dilation=2)], 7).path_counts(None, (0, 0))
    listed = "; ".join(", ".join(map(str, row)) for row in counts.tolist())
    assert f"Counts by row: {listed}." in "".join(charts(app))
    assert "output: 1 of 1 cells read, 0. back through layer 2, rate 2: 3 of 5 cells read, 0, 2, 4." in "".join(
        charts(app)
    )
    assert "back through layer 1, rate 1: 7 of 7 cells read, 0 to 6." in "".join(charts(app))


def test_the_effective_field_of_uniform_kernels_is_exact() -> None:
    app = unfold(page(rates="1,2,4"), "effective")
    rows = cells(app, "In input cells")
    assert rows[0][1:] == rows[1][1:] == [f"{(8 / 12 * 21) ** 0.5:.3f}"] * 2
    assert rows[3][1:] == [f"{4 * 14**0.5 / 15:.1%}"] * 2
    line = [sum(steps) for steps in product(*[[0, rate, 2 * rate] for rate in (1, 2, 4)])]
    assert rows[4][1] == f"{np.mean(np.abs(np.array(line) - 7) <= 2 * 14**0.5):.1%}"
    assert "**share of paths**" in words(app)
    assert "What is shown and the formula agree" in words(app)
    assert address(app) == {"rates": "1,2,4"}


def test_the_effective_field_of_random_kernels_says_what_it_is() -> None:
    app = unfold(page(kernels="random", samples="7", seed="5"), "effective")
    network = cv.Network.sequential([cv.conv2d(3, dilation=2)] * 3, 13)
    field = effective_field(network, None, (0, 0), "random", 7, 5)
    assert cells(app, "In input cells")[0][1:] == [f"{one:.3f}" for one in field.sigma]
    assert "**mean squared gradient** over 7 draws of independent normal weights (seed 5)" in words(app)
    named(app.number_input, "gridding.seed").set_value(6)
    checked(app.run())
    assert address(app) == {"kernels": "random", "samples": "7", "seed": "6"}
    app.session_state["open:gridding.effective"] = False
    assert address(checked(app.run())) == {"kernels": "random", "samples": "7", "seed": "6"}


def test_suggestions_are_the_engines_and_are_taken_over() -> None:
    app = unfold(page(receptive_field="17"), "rates")
    found = suggest_rates(17, 3)
    assert [row[0] for row in cells(app, "Rates without holes")] == [", ".join(map(str, one.rates)) for one in found]
    named(app.button, "gridding.suggestion.1").click()
    checked(app.run())
    assert shown_rates(app) == "1,2,5"
    assert address(app) == {"rates": "1,2,5"}, "whose field is what was asked for"
    assert "## 289 of 289 cells, no holes" in words(app)


def test_suggestions_that_cannot_be_are_a_sentence_and_those_too_large_are_not_taken_over() -> None:
    app = unfold(page(receptive_field="100"), "rates")
    assert errors(app) == ["Receptive field must be at most kernel_size^layers, 3^3 = 27, to have no holes; got 100."]
    app = unfold(page(receptive_field="128", layers="5"), "rates")
    assert named(app.button, "gridding.suggestion.0").disabled


def test_suggestions_begin_at_the_stack_and_follow_it_until_something_else_is_asked_for() -> None:
    app = unfold(page(rates="1,2,9"), "rates")
    field, count = (named(app.number_input, f"gridding.{name}") for name in ("receptive_field", "layers"))
    assert (field.value, count.value) == (25, 3)
    assert cells(app, "Rates without holes")[0][:2] == ["1, 3, 8", "25"]
    named(app.text_input, "gridding.rates").set_value("1,2,4,1")
    checked(app.run())
    field, count = (named(app.number_input, f"gridding.{name}") for name in ("receptive_field", "layers"))
    assert (field.value, count.value) == (17, 4)
    assert address(app) == {"rates": "1,2,4,1"}
    field.set_value(20)
    checked(app.run())
    named(app.text_input, "gridding.rates").set_value("2,2")
    checked(app.run())
    assert [named(app.number_input, f"gridding.{name}").value for name in ("receptive_field", "layers")] == [20, 2]
    assert address(app) == {"rates": "2,2", "receptive_field": "20"}


@pytest.mark.parametrize("text", ["1 2 4", "1;2;4", " 1, 2 ;4 "])
def test_rates_are_parted_by_blanks_and_semicolons_too(text: str) -> None:
    app = page()
    named(app.text_input, "gridding.rates").set_value(text)
    checked(app.run())
    assert (errors(app), address(app)) == ([], {"rates": "1,2,4"})


def test_a_button_takes_over_what_was_typed_just_before() -> None:
    app = page(rates="1,2,4")
    named(app.text_input, "gridding.rates").set_value("1 3")
    named(app.button, "gridding.add").click()
    assert address(checked(app.run())) == {"rates": "1,3,3"}
    named(app.number_input, "gridding.rate.1").set_value(5)
    named(app.button, "gridding.remove").click()
    assert address(checked(app.run())) == {"rates": "1,5"}
    named(app.text_input, "gridding.rates").set_value("1,x")
    named(app.button, "gridding.add").click()
    assert address(checked(app.run())) == {"rates": "1,5,5"}, "what is shown counts, where nothing else can be read"


def test_holes_are_mended_with_a_button_where_that_can_be() -> None:
    app = page()
    named(app.button, "gridding.mend").click()
    checked(app.run())
    assert address(app) == {"rates": "1,2,3"}
    assert [button.key for button in app.button if button.key == "gridding.mend"] == []
    assert "No rates fill a field of this size in 3 layers of 3 × 3: 27 × 27 cells are the most." in words(
        page(rates="6,12,18")
    )


def test_numbers_and_text_are_one() -> None:
    app = page(rates="1,2,4")
    assert [named(app.number_input, f"gridding.rate.{n}").value for n in range(3)] == [1, 2, 4]
    named(app.number_input, "gridding.rate.2").set_value(5)
    checked(app.run())
    assert shown_rates(app) == "1,2,5"
    assert address(app) == {"rates": "1,2,5"}
    named(app.text_input, "gridding.rates").set_value("3, 1")
    checked(app.run())
    assert [named(app.number_input, f"gridding.rate.{n}").value for n in range(2)] == [3, 1]
    assert address(app) == {"rates": "3,1"}
    named(app.button, "gridding.add").click()
    checked(app.run())
    assert (shown_rates(app), named(app.number_input, "gridding.rate.2").value) == ("3,1,1", 1)
    named(app.button, "gridding.remove").click()
    checked(app.run())
    assert address(app) == {"rates": "3,1"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "1,x",
            "rates must be 1 to 8 whole numbers from 1 to 127 with commas between them, such as 1,2,4; got '1,x'.",
        ),
        ("", "rates must be 1 to 8 whole numbers from 1 to 127 with commas between them, such as 1,2,4; got ''."),
        (
            "1,2,3,4,5,6,7,8,9",
            "rates must be 1 to 8 whole numbers from 1 to 127 with commas between them, such as 1,2,4; got "
            "'1,2,3,4,5,6,7,8,9'.",
        ),
        (
            "32,32",
            "rates must give a receptive field of at most 128 cells, for which the map has room; got "
            "1 + (k - 1) * (sum of rates) = 1 + 2 * 64 = 129.",
        ),
    ],
)
def test_invalid_rates_are_one_sentence_and_stay_as_they_were_typed(text: str, sentence: str) -> None:
    app = page(rates="1,2,4")
    named(app.text_input, "gridding.rates").set_value(text)
    checked(app.run())
    assert errors(app) == [as_sentence(f"{sentence} Showing the previous settings.")]
    assert shown_rates(app) == text
    assert address(app) == {"rates": "1,2,4"}
    assert "## 225 of 225 cells, no holes" in words(app)
    link = page(rates=text, seed="3") if text else page(rates="0", seed="3")
    assert errors(link) == [as_sentence(sentence.replace("got ''", "got '0'")) + REST]
    assert address(link) == {"rates": text or "0", "seed": "3"}, "a bad link stays until something is changed"
    assert shown_rates(link) == "2,2,2"
    link.slider(key="gridding.kernel_size").set_value(4)
    checked(link.run())
    assert errors(link) == []
    assert address(link) == {"kernel_size": "4", "seed": "3"}


def test_a_bad_link_is_one_sentence_and_the_rest_is_shown() -> None:
    for query, sentence in (
        ({"kernels": "odd"}, "Kernels must be one of uniform, random; got 'odd'."),
        (
            {"stride": "2"},
            "'stride' is no setting of this page.",
        ),
    ):
        app = page(rates="1,2,5", **query)
        assert errors(app) == [sentence + REST]
        assert shown_rates(app) == "1,2,5"
        assert address(app) == {"rates": "1,2,5", **query}


def test_numbers_of_a_link_have_bounds() -> None:
    for name, text, low, high in (
        ("kernel_size", "1", 2, 7),
        ("samples", "1000", 1, 200),
        ("receptive_field", "129", 1, 128),
        ("layers", "9", 1, 8),
    ):
        with pytest.raises(SpecError) as refusal:
            PARAMS[name].read(text)
        assert str(refusal.value) == f"{name} must be a whole number from {low} to {high}; got '{text}'."


def test_a_parameter_given_twice_is_refused() -> None:
    app = AppTest.from_file(str(ROOT / "convviz" / "web" / "app" / "main.py"), default_timeout=60)
    app.switch_page(str(ROOT / "pages" / "gridding.py"))
    app.query_params["seed"] = ["1", "2"]
    checked(app.run())
    assert errors(app) == ["Seed must be given once; got it 2 times." + REST]


def test_an_old_address_that_comes_late_does_not_undo_the_latest_change() -> None:
    app = page(rates="1,2,4")
    named(app.text_input, "gridding.rates").set_value("1,2,5")
    checked(app.run())
    named(app.text_input, "gridding.rates").set_value("1,2,6")
    app.query_params["rates"] = "1,2,4"
    checked(app.run())
    assert shown_rates(app) == "1,2,6"
    assert address(app) == {"rates": "1,2,6"}


def test_a_new_address_is_taken_over_and_the_page_is_as_it_was_left() -> None:
    app = page(rates="1,2,4")
    app.query_params["rates"] = "2,3"
    checked(app.run())
    assert shown_rates(app) == "2,3"
    app.switch_page(str(ROOT / "pages" / "dilated.py"))
    checked(app.run())
    app.switch_page(str(ROOT / "pages" / "gridding.py"))
    checked(app.run())
    assert shown_rates(app) == "2,3"


def test_examples_are_what_they_say() -> None:
    app = page(rates="3,3", kernel_size="4")
    for title, rates in EXAMPLES.items():
        named(app.selectbox, "gridding.example").select(title)
        checked(app.run())
        assert shown_rates(app) == ",".join(map(str, rates))
        assert named(app.selectbox, "gridding.example").placeholder == title
        assert ("no holes" in title) == ("cells, no holes" in words(app))


def test_limits_hold_at_their_edge() -> None:
    assert Settings(rates=(127,), kernel_size=2).checked().extent == EXTENT
    with pytest.raises(SpecError):
        Settings(rates=(64,)).checked()
    state = PageState({"rates": "60", "kernel_size": "7"})
    mend(state)
    assert settings_of(state) == Settings(kernel_size=7)
    for kernel in range(2, 8):
        assert Settings(kernel_size=kernel).checked(), "the rates by default have room with every kernel"
