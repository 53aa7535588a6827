"""The sections of a node: its field seen from another node, what a cell of the input reaches, and the borders."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.diagrams.network import usual_node
from convviz.scene.number_format import known_size
from convviz.web.labs.network.costs import total_words
from tests.web.app import checked, errors, named, unfold
from tests.web.network import html, model, page, rows, uploaded, words


def all_facts(app: Any) -> list[dict[str, str]]:
    """Return the facts of the node, and those of a section that is open."""
    return [dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", body)) for body in html(app) if "cv-facts" in body]


def between(**query: str) -> Any:
    app = page(**query)
    unfold(app, "between", "network")
    return app


def captions(app: Any) -> list[str]:
    return [caption.value for caption in app.caption]


def test_the_field_of_a_node_is_seen_from_any_node_before_it() -> None:
    app = between(network="vgg16", node="conv3_1")
    network = cv.Network.known("vgg16")
    menu = named(app.selectbox, "network.node.vgg16.source")
    assert menu.options == [node.name for node in network.upstream("conv3_1")[:-1]]
    assert all_facts(app)[1]["Receptive field"] == all_facts(app)[0]["Receptive field"]
    menu.select("pool1")
    field = network.receptive_field("conv3_1", source="pool1")
    seen = all_facts(checked(app.run()))[1]
    assert (
        (seen["Receptive field"], seen["Jump"]) == (known_size(field.size), known_size(field.jump)) != ("24 × 24", "")
    )
    assert "In cells of pool1, counted from 0." in captions(app)


def test_what_a_cell_reaches_is_what_has_it_in_its_support() -> None:
    app = between(network="patchgan70", node="conv3", input_size="48x80")
    for name, number in (("height", 5), ("width", 70)):
        named(app.number_input, f"network.node.patchgan70.cell.{name}").set_value(number)
    checked(app.run())
    network = cv.Network.known("patchgan70", (48, 80))
    size = network.output_size("conv3")
    assert size is not None
    reached = np.array([[network.support("conv3", (i, j))[5, 70] for j in range(size[1])] for i in range(size[0])])
    (first, last), (left, right) = [(int(line.min()), int(line.max())) for line in np.nonzero(reached)]
    box = f"rows {first} to {last} and columns {left} to {right}"
    sentence = f"Reached: {reached.sum()} of {known_size(size)} outputs, in {box}."
    assert sentence in captions(app)
    assert f'alt="Outputs that cell (5, 70) reaches. {sentence}"' in words(app)
    named(app.text_input, "network.input_size.patchgan70").set_value("48x40")
    checked(app.run())
    cell = [named(app.number_input, f"network.node.patchgan70.cell.{name}").value for name in ("height", "width")]
    assert cell == [5, 39], "the input has no more columns"


def test_without_an_input_size_only_fields_are_seen() -> None:
    app = between(network="resnet18", input_size="unknown")
    assert errors(app) == []
    assert len(all_facts(app)) == 2
    assert "With an input size, the page also shows which outputs a cell of the input reaches." in captions(app)
    assert len(app.number_input) == 0


def test_the_input_itself_is_seen_from_itself() -> None:
    app = between(network="vgg16", node="input")
    assert errors(app) == []
    assert all_facts(app)[1]["Receptive field"] == "1 × 1"


def test_borders_say_where_no_padding_is_read() -> None:
    app = page(network="patchgan70", node="conv2", input_size="48x80")
    unfold(app, "borders", "network")
    border = cv.Network.known("patchgan70", (48, 80)).border("conv2")
    said = words(app)
    for axis, share, clean in zip(("height", "width"), border.shares, border.clean, strict=True):
        assert clean is not None
        assert (
            f"Along the {axis}, outputs **{clean[0]} to {clean[1]}** of 0 to {len(share) - 1} read no padding" in said
        )
    assert 'alt="Share of paths that begin in padding. Along the height: ' in said
    assert "**Halo of a tile**, in cells of the input: top " in said


def test_borders_behind_a_global_operation_are_unknown() -> None:
    app = page(network="deeplab_v3")
    unfold(app, "borders", "network")
    assert errors(app) == []
    assert any(caption.startswith("The border of ") for caption in captions(app))


def test_a_node_without_a_known_field_has_no_sections() -> None:
    app = uploaded(model())
    named(app.selectbox, "network.node.upload").select("last")
    labels = [expander.label for expander in checked(app.run()).expander]
    assert "Between two nodes" not in labels
    assert "Borders" not in labels


def test_the_node_selected_at_first_is_the_last_one_with_places() -> None:
    network = cv.Network(32).sequential([("conv", cv.conv2d(3)), ("pool", "global_pool"), ("classes", "dense")])
    assert usual_node(network) == "conv"
    network = cv.Network()
    for name, layer, inputs in (
        ("stem", cv.conv2d(3), None), ("gate", "global_pool", None), ("scaled", "multiply", ["stem", "gate"]),
        ("pool", "global_pool", None), ("classes", "dense", None),
    ):  # fmt: skip
        network.add(name, layer, inputs)
    assert usual_node(network) == "scaled", "a whole input does not hide its local field"


def test_costs_are_in_the_table_with_their_sums_above_it() -> None:
    app = uploaded(model())
    network = cv.Network.from_onnx(model())
    cost = network.cost("first")
    assert cost is not None
    assert next(row for row in rows(app) if row[0] == "first")[6:10] == [
        f"{cost.channels}", f"{cost.parameters:,}", f"{cost.multiplications:,}", "1.5 kB",
    ]  # fmt: skip
    assert all_facts(app)[0]["Multiplications"] == f"{16 * 24 * 9:,}"
    assert any(caption.endswith(total_words(network)) for caption in captions(app))
    assert "**9 parameters**" in total_words(network), "both convolutions read one stored tensor"


@pytest.mark.parametrize("part", ["fir", "FIRST"])
def test_names_are_searched_whatever_their_case(part: str) -> None:
    app = uploaded(model())
    named(app.text_input, "network.search").set_value(part)
    assert [row[0] for row in rows(checked(app.run()))] == ["first"]
