"""The address of pages without a figure: quick changes do not undo one another, steps back and new links count."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from streamlit.testing.v1 import AppTest

from convviz.web.components.refusals import as_sentence
from tests.web.app import REST, ROOT, address, checked, errors, named, open_lesson


@dataclass(frozen=True, slots=True)
class Case:
    """A control of a page, the parameter that it sets, and three of its values in links."""

    page: str
    kind: str
    key: str
    name: str
    texts: tuple[str, str, str]

    def query(self, text: str) -> dict[str, str]:
        return {self.name: text}

    def open(self, text: str) -> AppTest:
        return open_lesson(self.page, **self.query(text))

    def choose(self, app: AppTest, text: str) -> None:
        named(getattr(app, self.kind), self.key).set_value(text)

    def held(self, app: AppTest) -> str:
        return str(named(getattr(app, self.kind), self.key).value)


CASES = [
    Case("network", "selectbox", "network.node.resnet50_v1", "node", ("pool1", "conv2_1", "conv3_1")),
    Case("on-your-image", "selectbox", "on-your-image.node.resnet50_v1", "node", ("pool1", "conv2_1", "conv3_1")),
    Case("gridding", "text_input", "gridding.rates", "rates", ("1,2,4", "1,2,5", "1,2,6")),
]


def arrive(app: AppTest, query: dict[str, str]) -> AppTest:
    """Run as the browser asks for it when its address is ``query``."""
    app.query_params.clear()
    for name, text in query.items():
        app.query_params[name] = text
    return checked(app.run())


def go_back(app: AppTest, query: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Arrive at ``query`` by a step in the browser's history, which the browser names as such."""
    with monkeypatch.context() as patch:
        patch.setattr("convviz.web.state.page_state.is_step_in_history", lambda: True)
        return arrive(app, query)


every_page = pytest.mark.parametrize("case", CASES, ids=lambda case: case.page)


@every_page
def test_a_late_address_does_not_undo_the_latest_change(case: Case) -> None:
    first, second, third = case.texts
    app = case.open(first)
    case.choose(app, second)
    assert address(checked(app.run())) == case.query(second)
    case.choose(app, third)
    arrive(app, case.query(first))  # what the browser knew when the second change was made
    assert (case.held(app), address(app)) == (third, case.query(third))


@every_page
def test_a_late_bad_link_does_not_undo_the_change_that_ended_its_refusal(case: Case) -> None:
    first, second, third = case.texts
    app = open_lesson(case.page, **case.query(first), nose="1")
    assert len(errors(app)) == 1
    assert errors(app)[0].endswith(REST)
    assert address(app) == {**case.query(first), "nose": "1"}
    case.choose(app, second)
    assert (errors(checked(app.run())), address(app)) == ([], case.query(second))
    case.choose(app, third)
    arrive(app, {**case.query(first), "nose": "1"})
    assert (errors(app), case.held(app), address(app)) == ([], third, case.query(third))


@every_page
def test_a_step_back_in_history_counts(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = case.texts
    app = case.open(first)
    for text in (second, third):
        case.choose(app, text)
        checked(app.run())
    for text in (second, first, second):
        go_back(app, case.query(text), monkeypatch)
        assert (case.held(app), address(app)) == (text, case.query(text))


@every_page
def test_a_step_back_to_no_query_starts_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lesson(case.page)
    before, begun = case.held(app), address(app)
    case.choose(app, case.texts[0])
    checked(app.run())
    case.choose(app, case.texts[1])
    arrive(app, {})  # one that comes late does not
    assert case.held(app) == case.texts[1]
    go_back(app, {}, monkeypatch)
    assert (case.held(app), address(app)) == (before, begun)


@every_page
def test_an_address_that_the_page_never_had_is_taken_over_at_once(case: Case) -> None:
    first, second, third = case.texts
    app = case.open(first)
    case.choose(app, second)
    checked(app.run())
    arrive(app, case.query(third))
    assert (case.held(app), address(app)) == (third, case.query(third))


@every_page
def test_a_page_is_as_it_was_left_after_a_visit_elsewhere(case: Case) -> None:
    app = case.open(case.texts[0])
    case.choose(app, case.texts[1])
    checked(app.run())
    app.switch_page(str(ROOT / "pages" / "dilated.py"))
    checked(app.run())
    app.switch_page(str(ROOT / "pages" / f"{case.page.replace('-', '_')}.py"))
    arrive(app, {})
    assert (case.held(app), address(app)) == (case.texts[1], case.query(case.texts[1]))


@every_page
def test_a_parameter_given_twice_is_refused_and_stays_until_something_changes(case: Case) -> None:
    app = case.open(case.texts[0])
    app.query_params[case.name] = list(case.texts[:2])
    checked(app.run())
    sentence = as_sentence(f"{case.name} must be given once; got it 2 times.{REST}")
    assert [as_sentence(said) for said in errors(app)] == [sentence]
    assert app.query_params[case.name] == list(case.texts[:2])
    case.choose(app, case.texts[2])
    assert (errors(checked(app.run())), address(app)) == ([], case.query(case.texts[2]))
