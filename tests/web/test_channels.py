"""Invalid values are refused once and stay as typed: numbers of channels, groups, tables that are too small."""

from __future__ import annotations

import pytest

from tests.web.app import address, checked, errors, named, open_lesson


@pytest.mark.parametrize(("typed", "got"), [(600, "600"), (-1, "-1"), (2.5, "2.5")])
def test_a_number_of_channels_that_cannot_be_stays_in_its_box_and_one_sentence_says_why(typed: float, got: str) -> None:
    app = open_lesson("standard", in_channels="2")
    named(app.number_input, "standard.in_channels").set_value(typed)
    checked(app.run())
    sentence = f"In channels must be a whole number from 1 to 512; got {got}. The picture keeps the previous number."
    assert errors(app) == [sentence]
    assert named(app.number_input, "standard.in_channels").value == typed
    named(app.slider, "standard.stride").set_value(2)
    checked(app.run())
    assert errors(app) == [sentence]
    assert address(app) == {"in_channels": "2", "stride": "2"}
    named(app.number_input, "standard.in_channels").set_value(3)
    checked(app.run())
    assert (errors(app), address(app)) == ([], {"in_channels": "3", "stride": "2"})


def test_channels_of_a_link_that_contradict_one_another_stay_in_the_controls() -> None:
    link = {"groups": "3", "in_channels": "4"}
    app = open_lesson("standard", **link)
    assert errors(app) == [
        "Groups must divide in_channels; got groups 3 and in_channels 4. The picture shows the defaults."
    ]
    assert [named(app.number_input, f"standard.{name}").value for name in link] == [3, 4]
    assert address(app) == link
    named(app.number_input, "standard.in_channels").set_value(3)
    named(app.number_input, "standard.out_channels").set_value(3)
    checked(app.run())
    assert (errors(app), address(app)) == ([], {"in_channels": "3", "out_channels": "3", "groups": "3"})


def test_pasted_numbers_that_are_too_few_are_refused_alike_when_their_link_is_opened() -> None:
    app = open_lesson("standard", in_channels="2", input_size="4")
    named(app.selectbox, "standard.input").select("own")
    checked(app.run())
    named(app.text_area, "standard.input.0.table.paste").set_value("1 2\n3 4")
    checked(app.run())
    again = open_lesson("standard", **address(app))
    for one, instead in ((app, "previous settings"), (again, "defaults")):
        assert errors(one) == [
            "Effective kernel height must be at most the padded input height; got 3 (kernel 3, dilation 1) on 2 (input "
            f"2, padding 0 + 0). The picture shows the {instead}."
        ]
        assert address(one) == address(app)
        assert named(one.slider, "standard.input_size").value == 2


def test_a_table_that_is_too_large_for_a_grid_is_pasted() -> None:
    app = open_lesson("depthwise-separable", in_channels="8", out_channels="512", act="split")
    named(app.selectbox, "depthwise-separable.pointwise").select("own")
    checked(app.run())
    words = "512 × 8 numbers are more than the 2,048 of a grid: paste them or upload a file."
    assert words in [caption.value for caption in app.caption]
    assert errors(app) == []
