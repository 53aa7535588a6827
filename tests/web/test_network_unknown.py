"""The panel of unknown operators: what each may be taken for, and treatments that cannot be."""

from __future__ import annotations

from typing import Any

import convviz as cv
from tests.web.test_lessons import checked, errors
from tests.web.test_network import facts, rows
from tests.web.test_network_upload import model, treat, uploaded


def control(app: Any, name: str) -> Any:
    return next(one for one in app.number_input if str(one.key).endswith(f"Strange.{name}"))


def test_the_ways_that_there_are() -> None:
    app = uploaded(model())
    box = next(box for box in app.selectbox if str(box.key).startswith("network.treat."))
    assert box.options == [
        "leave unknown",
        "cell by cell (identity)",
        "whole input, same size (attention)",
        "whole input, one cell (global pooling)",
        "a window",
    ]
    assert box.value == "unknown"


def test_attention_keeps_the_size() -> None:
    app = treat(uploaded(model()), "attention")
    assert errors(app) == []
    assert (facts(app)["Output"], facts(app)["Receptive field"]) == ("16 × 24", "32 × 48")


def test_a_window_begins_with_three_cells_and_keeps_the_size() -> None:
    app = treat(uploaded(model()), "window")
    assert [control(app, name).value for name in ("kernel", "stride", "dilation", "padding")] == [3, 1, 1, None]
    assert (facts(app)["Output"], facts(app)["Receptive field"]) == ("16 × 24", "11 × 11")
    control(app, "padding").set_value(0)
    assert facts(checked(app.run()))["Output"] == "14 × 22"


def test_a_treatment_that_cannot_be_is_told_and_the_rest_is_shown() -> None:
    app = treat(uploaded(model()), "window")
    control(app, "kernel").set_value(40)
    control(app, "padding").set_value(0)
    checked(app.run())
    assert errors(app) == [
        "'Strange' stays unknown. treat\\[\"Strange\"\\] must be what the nodes behind it can read; got conv2d(40), "
        'with which node "odd": effective kernel height must be at most the padded input height; got 40 (kernel 40, '
        "dilation 1) on 16 (input 16, padding 0 + 0)."
    ]
    assert [row[0] for row in rows(app)] == ["first", "odd", "last"]
    expected = cv.Network.from_onnx(model())
    assert facts(app)["Output"] == "?"
    assert expected.output_size() is None
