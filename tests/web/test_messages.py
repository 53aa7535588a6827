"""Messages of the figure: they change what the parts of a page show, and undo nothing that the page has changed."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.web.app import ROOT, address, checked, errors, follow, named, open_lesson, unfold
from tests.web.charts import charts
from tests.web.figure import accept, asked, components, drawn, figure, query, refusal, report, send, trigger, type_rows

COSTS = "depthwise-separable"
LAB = "checkerboard"


def words(app: AppTest) -> str:
    return " ".join(" ".join(element.value for element in app.markdown).split())


def visit(app: AppTest, page: str, **link: str) -> AppTest:
    """Let the menu open a page, or a step in the history, which has a query."""
    app.switch_page(str(ROOT / "pages" / f"{page.replace('-', '_')}.py"))
    app.query_params.clear()
    app.query_params.update(link)
    return checked(app.run())


def test_what_the_figure_shows_is_what_the_parts_of_the_page_are_about() -> None:
    app = open_lesson(COSTS)
    assert "The same 3 × 3 × 3 = 27 weights" in words(app)
    send(app, in_channels="5", kernel_size="2x1", theme="dark")
    data = figure(app)
    assert (data["asked"], data["look"]) == ({"in_channels": "5", "kernel_size": "2x1"}, {"theme": "dark"})
    assert (drawn(app), data["heard"], data["revision"]) == (data["asked"], 1, 0)
    assert "The same 5 × 2 × 1 = 10 weights" in words(app)
    send(app)
    assert (query(app), figure(app)["heard"]) == ({}, 2)
    assert "The same 3 × 3 × 3 = 27 weights" in words(app)


def test_a_message_keeps_the_controls_of_the_page() -> None:
    app = open_lesson(LAB, input_size="2x3", kernel_size="3x4", layers="2")
    unfold(app, "counts", LAB)
    named(app.segmented_control, f"{LAB}.counted").set_value(1)
    named(app.segmented_control, f"{LAB}.axis").set_value("columns")
    checked(app.run())
    send(app, input_size="2x4", kernel_size="3x4", layers="2")
    assert named(app.segmented_control, f"{LAB}.counted").value == 1
    assert named(app.segmented_control, f"{LAB}.axis").value == "columns"
    assert "3 writes 6, 7, 8, 9. Counts: " in charts(app)[1]


def test_a_message_is_read_once() -> None:
    app = open_lesson(LAB)
    send(app, stride="3")
    (overlap_map,) = components(app, "overlap_map")
    trigger(app, overlap_map, "choose", {"kernel": 4, "stride": 2})
    assert (asked(app), figure(app)["heard"], figure(app)["revision"]) == ({"kernel_size": "4"}, 1, 1)
    assert asked(checked(app.run())) == {"kernel_size": "4"}


def test_a_message_without_the_latest_change_of_the_page_does_not_undo_it() -> None:
    app = open_lesson(COSTS, in_channels="1", weight="1,2;3,4")
    type_rows(app, [["1", "2"], ["3", "9"]])
    send(app, revision=0, in_channels="1", weight="1,2;3,4", stride="2")
    assert (asked(app)["weight"], asked(app)["stride"]) == ("1,2;3,9", "2")
    assert figure(app)["changes"]["weight"] == "1,2;3,9", "the figure still has to hear of it"
    send(app, in_channels="1", weight="5", stride="2")
    assert (asked(app)["weight"], figure(app)["changes"]) == ("5", {})


def test_a_pair_of_the_map_is_a_change_of_the_whole_recipe() -> None:
    app = open_lesson(LAB, padding="2", output_padding="1", input_size="12", kernel_size="5", dilation="2")
    (overlap_map,) = components(app, "overlap_map")
    trigger(app, overlap_map, "choose", {"kernel": 2, "stride": 8})
    changes = figure(app)["changes"]
    assert changes == {
        "padding": "", "output_padding": "", "input_size": "", "kernel_size": "2", "stride": "8",
    }  # fmt: skip
    chosen = {"kernel_size": "2", "stride": "8", "dilation": "2"}
    assert asked(app) == chosen
    send(app, revision=0, padding="2", output_padding="1", input_size="12", kernel_size="5", dilation="3")
    assert asked(app) == {**chosen, "dilation": "3"}
    trigger(app, overlap_map, "choose", {"kernel": 99, "stride": 8})
    assert figure(app)["revision"] == 1


def test_what_was_changed_back_before_the_figure_spoke_is_a_change() -> None:
    app = open_lesson(LAB)
    (overlap_map,) = components(app, "overlap_map")
    for stride in (1, 2):
        trigger(app, overlap_map, "choose", {"kernel": 4, "stride": stride})
    assert asked(app) == {"kernel_size": "4"}
    assert figure(app)["changes"] == {"kernel_size": "4", "stride": ""}, "the figure may have the stride of the first"
    send(app, revision=1, kernel_size="4", stride="1")
    assert (asked(app), figure(app)["changes"]) == ({"kernel_size": "4"}, {"stride": ""})
    send(app, kernel_size="4")
    assert figure(app)["changes"] == {}


def test_a_pair_that_fits_no_input_is_refused_above_the_map() -> None:
    app = open_lesson(LAB, layers="2", input_size="2")
    (overlap_map,) = components(app, "overlap_map")
    trigger(app, overlap_map, "choose", {"kernel": 7, "stride": 8})
    (sentence,) = errors(app)
    assert sentence.startswith("The output of layer 2 must be at most 32 x 32 to be drawn; got ")
    assert (asked(app), figure(app)["revision"]) == ({"layers": "2", "input_size": "2"}, 0)
    assert errors(checked(app.run())) == []


# The address ----------------------------------------------------------------------------------------------------------


def test_the_page_writes_no_address() -> None:
    app = open_lesson(COSTS, in_channels="1", weight="1,2;3,4", stride="9")
    before = address(app)
    type_rows(app, [["1", "2"], ["3", "9"]])
    assert address(app) == before
    unfold(app, "ratio", COSTS)
    assert address(app) == before


def test_once_the_figure_has_spoken_the_page_does_not_read_the_address() -> None:
    app = open_lesson(COSTS, stride="2")
    send(app, stride="3")
    app.query_params["stride"] = "4"  # the figure will say so, after some rest
    assert asked(checked(app.run())) == {"stride": "3"}


def test_before_it_has_spoken_a_new_address_counts() -> None:
    app = open_lesson("standard", stride="2")
    assert asked(follow(app, stride="5", padding="1")) == {"stride": "5", "padding": "1"}


def test_what_the_figure_made_of_a_change_of_the_page_is_no_new_link() -> None:
    app = open_lesson(COSTS, in_channels="1", weight="1,2;3,4")
    accept(type_rows(app, [["1", "2"], ["3", "9"]]))
    unfold(app, "ratio", COSTS)
    assert (figure(app)["revision"], asked(app)["weight"]) == (1, "1,2;3,9")
    type_rows(app, [["1", "2"], ["3", "8"]])
    assert (figure(app)["revision"], asked(app)["weight"]) == (2, "1,2;3,8")


# Visits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "link", "message"),
    [
        (COSTS, {"stride": "2"}, {"stride": "2", "padding": "1"}),
        ("receptive-field", {"input_size": "16"}, {"input_size": "15x16"}),
        (
            "compare",
            {"left": "standard", "right": "pooling"},
            None,
        ),  # nothing depends on its figure, which says nothing
    ],
)
def test_a_page_that_the_menu_opens_again_is_as_it_was_left(
    page: str, link: dict[str, str], message: dict[str, str] | None
) -> None:
    app = open_lesson(page, **link)
    if message is not None:
        send(app, **message)
        link = message
    visit(app, "dilated")
    assert figure(app)["name"] == "dilated"
    visit(app, page)
    assert (figure(app)["name"], asked(app), drawn(app), refusal(app)) == (page, link, link, "")


def test_the_figure_of_a_new_visit_counts_on() -> None:
    app = open_lesson(COSTS, stride="2")
    send(send(app, stride="3"), stride="4")
    visit(visit(app, "dilated"), COSTS)
    assert (figure(app)["heard"], asked(app)) == (2, {"stride": "4"})
    send(app, stride="5")
    assert (figure(app)["heard"], asked(app)) == (3, {"stride": "5"})


def test_a_step_back_from_another_page_brings_the_parameters_of_then(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lesson(COSTS, stride="2")
    send(app, stride="3")
    visit(app, "dilated")
    with monkeypatch.context() as patch:
        patch.setattr("convviz.web.state.page_state.is_step_in_history", lambda: True)
        assert asked(visit(app, COSTS, stride="2")) == {"stride": "2"}
        visit(app, "dilated")
        assert asked(visit(app, COSTS, stride="3")) == {"stride": "3"}


def test_a_link_that_is_opened_after_a_visit_counts() -> None:
    app = open_lesson(COSTS, stride="2")
    send(app, stride="3")
    visit(visit(app, "dilated"), COSTS, stride="4")
    assert asked(app) == {"stride": "4"}


def test_a_server_that_was_started_again_reads_the_address_and_knows_what_it_has_heard() -> None:
    """The browser sends again what it holds; the figure goes on from its last message."""
    app = open_lesson(COSTS, stride="2")
    for stride in ("3", "4", "5"):
        send(app, stride=stride)
    message = app._tree.get_widget_states()
    (component,) = components(app, "figure")
    held = '{"message": {"count": 3, "address": "stride=4", "revision": 7, "narrow": false}}'
    message.widgets.add(id=component.id).json_value = held
    again = open_lesson("standard")
    again.switch_page(str(ROOT / "pages" / "depthwise_separable.py"))
    again.query_params["stride"] = "5"
    checked(again._run(message))
    assert asked(again) == {"stride": "5"}
    unfold(again, "ratio", COSTS)
    assert (asked(again), figure(again)["heard"]) == ({"stride": "5"}, 3)
    send(again, stride="6")
    assert (asked(again), figure(again)["heard"]) == ({"stride": "6"}, 4)


# Narrow windows -------------------------------------------------------------------------------------------------------


def layout(app: AppTest) -> str:
    width: str = figure(app)["answer"]["presentation"].get("width", "")
    return width


def test_a_figure_that_is_narrow_says_so_and_the_page_follows() -> None:
    app = open_lesson("receptive-field")
    assert 'width="720"' in charts(app)[0]
    send(app, narrow=True)
    assert (figure(app)["narrow"], layout(app)) == (True, "430")
    assert 'width="340"' in charts(app)[0]
    send(app, input_size="16")
    assert (figure(app)["narrow"], layout(app)) == (True, "430")
    send(app, narrow=False)
    assert (figure(app)["narrow"], layout(app)) == (False, "")


def test_what_the_browser_says_counts_before_the_figure_does(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"}
    with monkeypatch.context() as patch:
        patch.setattr("streamlit.runtime.context.ContextProxy.headers", property(lambda self: headers))
        app = open_lesson("standard")
        assert (figure(app)["narrow"], layout(app)) == (True, "430")
        send(app, narrow=False)
        assert (figure(app)["narrow"], layout(app)) == (False, "")


@pytest.mark.parametrize(
    "message", ["x", [1], {"count": 1}, {"count": "1", "address": "stride=3", "revision": 0, "narrow": False},
                {"count": 1, "address": "stride=3&x=" + "a" * 120_000, "revision": 0, "narrow": False}]
)  # fmt: skip
def test_what_no_figure_sends_is_not_read(message: object) -> None:
    app = open_lesson(LAB, stride="2")
    (found,) = components(app, "figure")
    report(app, found, message=message)
    assert (asked(app), figure(app)["heard"]) == ({"stride": "2"}, 0)
    (overlap_map,) = components(app, "overlap_map")
    for value in (["kernel"], {"kernel": [4]}, {"stride": 2}, "x"):
        trigger(app, overlap_map, "choose", value)
    assert asked(app) == {"stride": "2"}
