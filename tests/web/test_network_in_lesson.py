"""From a node of a network into its lesson, and back."""

from __future__ import annotations

import html as markup
import re
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz import limits
from convviz.analysis.onnx_import.stored_weights import stored_weight
from convviz.web.components import network_choice
from tests.analysis.onnx.models import model, node
from tests.web.app import ROOT, checked, errors, named
from tests.web.figure import asked
from tests.web.network import html, page, uploaded


def links(app: AppTest) -> list[tuple[str, str]]:
    """Return the address and the words of the links into a lesson, or back."""
    found = [
        link for body in html(app) for link in re.findall(r'<a class="cv-button cv-to" href="(.*?)".*?>(.*?)<', body)
    ]
    return [(markup.unescape(address), words) for address, words in found if "esson" in words or "Back" in words]


def open_link(app: AppTest, address: str) -> AppTest:
    """Go to another page, as a link does."""
    name, _, query = address.partition("?")
    app.switch_page(str(ROOT / "pages" / f"{name.replace('-', '_')}.py"))
    app.query_params.clear()
    app.query_params.update(dict(parse_qsl(query)))
    return checked(app.run())


def three() -> bytes:
    nodes = [
        node("Conv", "x w1 b1", "a", name="first", strides=[2, 1], pads=[1, 0, 1, 0]),
        node("ConvTranspose", "a w2", "b", name="second", strides=[2, 2]),
        node("Conv", "b w3", "c", name="third"),
        node("MaxPool", "c", "d", name="fourth", kernel_shape=[2, 3]),
        node("SpaceToDepth", "d", "e", name="fifth", blocksize=1),
    ]
    weights = {"w1": (4, 3, 3, 2), "b1": (4,), "w2": (4, 10, 2, 3), "w3": (2, 10, 8, 1)}
    return model(nodes, shape=(1, 3, 24, 30), weights=weights)


def select(app: AppTest, name: str) -> AppTest:
    next(box for box in app.selectbox if box.label == "Node").select(name)
    return checked(app.run())


def test_a_layer_of_a_known_network_opens_its_lesson_and_leads_back() -> None:
    app = page(network="resnet18", node="conv1")
    assert links(app) == [("standard?kernel_size=7&stride=2&padding=3", "Open this layer in its lesson")]
    app = open_link(app, links(app)[0][0])
    assert (errors(app), asked(app)) == ([], {"kernel_size": "7", "stride": "2", "padding": "3"})
    back = ("network?network=resnet18&node=conv1", "← Back to conv1 of resnet18")
    assert links(app) == links(checked(app.run())) == [back]
    app = open_link(app, back[0])
    assert next(box for box in app.selectbox if box.label == "Node").value == "conv1"


def test_a_lesson_that_was_opened_otherwise_leads_nowhere_back() -> None:
    app = page(network="resnet18", node="conv1")
    assert links(open_link(app, "standard?kernel_size=5")) == []
    assert links(open_link(app, "dilated")) == []


def test_a_layer_of_usual_parameters_does_not_show_the_lesson_as_it_was_left() -> None:
    app = open_link(page(), "standard?stride=2&kernel_size=2")
    app = open_link(app, "network?network=unet&node=down1/conv1")
    ((address, _),) = links(app)
    assert address == "standard?kernel_size=3"
    assert asked(open_link(app, address)) == {"kernel_size": "3"}


def test_only_convolutions_and_poolings_have_a_lesson() -> None:
    assert links(page(network="resnet18", node="input")) == []
    app = page(network="alexnet", node="conv1")
    assert links(app) == []
    assert any("No lesson shows this layer: Kernel size must be" in caption.value for caption in app.caption)


def test_the_kernel_of_a_file_is_shown_by_channels() -> None:
    data, app = three(), select(uploaded(three()), "first")
    weight, bias = stored_weight(data, "w1"), stored_weight(data, "b1")

    def shown() -> cv.Recipe:
        ((address, words),) = links(app)
        assert words == "Open this layer and its kernel in its lesson"
        return cv.Recipe.from_query(*address.split("?"))

    assert shown().weight.astype("float32").tolist() == weight[:1].tolist()
    assert shown()["bias"] == pytest.approx(bias[0])
    named(app.number_input, "network.kernel.first.output").set_value(2)
    named(app.selectbox, "network.kernel.first.input").select(1)
    checked(app.run())
    assert shown().weight.astype("float32").tolist() == weight[2:3, 1:2].tolist()
    assert (shown()["bias"], shown()["stride"], shown()["padding"]) == (0, (2, 1), ((1, 1), (0, 0)))
    select(app, "second")
    named(app.number_input, "network.kernel.second.output").set_value(7)
    checked(app.run())
    assert shown().variant == "transposed"
    assert shown().weight.astype("float32")[0, 0].tolist() == stored_weight(data, "w2")[0, 7].tolist()
    named(app.selectbox, "network.kernel.second.input").select(-1)
    checked(app.run())
    assert shown().weight.astype("float32")[:, 0].tolist() == stored_weight(data, "w2")[:, 7].tolist()
    named(app.selectbox, "network.kernel.second.input").select(3)
    checked(app.run())
    assert shown().weight.astype("float32")[0, 0].tolist() == stored_weight(data, "w2")[3, 7].tolist()
    select(app, "third")
    assert links(app) == []
    assert links(select(app, "fourth"))[0][0] == "pooling?kernel_size=2x3&stride=1"
    assert links(select(app, "fifth")) == []


def test_the_way_back_to_a_file_still_has_it() -> None:
    app = select(uploaded(three()), "first")
    ((address, _),) = links(app)
    app = open_link(app, address)
    ((back, words),) = links(app)
    assert (back, words) == ("network?source=file&node=first", "← Back to first of your file")
    app = open_link(app, back)
    assert links(app)[0][0] == address
    assert "The page still has own.onnx." in [caption.value for caption in app.caption]
    assert links(checked(app.run()))[0][0] == address
    next(button for button in app.button if button.label == "Remove it").click()
    checked(app.run())
    assert links(app) == []
    assert not app.get("bidi_component")


def test_of_a_large_file_only_the_graph_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_choice, "_KEPT", 0)
    app = select(uploaded(three()), "first")
    assert links(app)[0][1] == "Open this layer in its lesson"
    words = f"The file has more than {limits.ONNX_WEIGHTS_MEGABYTES} MB, so its weights are not kept"
    assert any(caption.value.startswith(words) for caption in app.caption)
