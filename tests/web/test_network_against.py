"""Two networks on the page of networks: the choice of the second one, and what is marked."""

from __future__ import annotations

import re
from html import unescape

from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.analysis import difference
from tests.web.app import address, checked, errors, named
from tests.web.figure import trigger
from tests.web.network import facts, html, model, page, sent_to, words

VERSIONS = difference(cv.Network.known("resnet50_v1"), cv.Network.known("resnet50_v1_5"))


def table(app: AppTest) -> str:
    (data,) = sent_to(app, "convviz_difference_table")
    return unescape(data["html"])


def labels(app: AppTest) -> list[str]:
    return re.findall(r'data-node="(.*?)"', table(app))


def choose(app: AppTest, label: str) -> AppTest:
    """Choose a row, as the script of the table does."""
    table = next(one for one in app.get("bidi_component") if one.proto.component_name == "convviz_difference_table")
    return trigger(app, table.proto, "node", label)


def numbers(app: AppTest) -> str:
    """Return the numbers of the chosen row, both networks side by side, as HTML."""
    return unescape([body for body in html(app) if "cv-table" in body][-1])


def test_a_link_shows_both_networks_with_the_differences_marked() -> None:
    app = page(against="resnet50_v1_5")
    assert (errors(app), address(app)) == ([], {"against": "resnet50_v1_5"})
    assert f"The first node that differs is `pool1`, marked ≠. {VERSIONS.summary()}" in words(app)
    changes = [row for row in VERSIONS if row.kind != "same"]
    signs = {"changed": "≠", "follows": "~"}
    assert labels(app) == [f"{signs[row.kind]} {row.name}" for row in changes]
    marks = len(re.findall("cv-marked", table(app)))
    assert marks == sum(len(row.differs) for row in changes)
    assert "483 × 483 → 427 × 427" in table(app)
    totals = next(body for body in html(app) if "Both networks" in body)
    assert "≠ Field of the last node" in totals
    assert "<td class=cv-marked>483 × 483</td><td class=cv-marked>427 × 427</td>" in totals
    assert facts(app)["Receptive field"] == "483 × 483", "the page is about the first one"


def test_fewer_or_more_rows_can_be_seen() -> None:
    app = page(against="resnet50_v1_5")
    named(app.segmented_control, "network.against.rows.3").set_value("changed")
    changed = [row for row in VERSIONS if row.kind == "changed"]
    assert labels(checked(app.run())) == [f"≠ {row.name}" for row in changed]
    named(app.segmented_control, "network.against.rows.3").set_value("all")
    assert labels(checked(app.run())) == [
        row.name if row.kind == "same" else f"{'≠' if row.kind == 'changed' else '~'} {row.name}" for row in VERSIONS
    ]


def test_the_choice_of_rows_outlives_another_network() -> None:
    app = page(against="resnet50_v1_5")
    named(app.segmented_control, "network.against.rows.3").set_value("changed")
    checked(app.run())
    named(app.selectbox, "network.against.name").select("resnet50_v1")
    assert len(labels(checked(app.run()))) == len(VERSIONS), "there is nothing else to see"
    named(app.selectbox, "network.against.name").select("resnet34")
    assert errors(checked(app.run())) == []


def test_the_switch_begins_with_another_version_and_ends_in_a_clean_address() -> None:
    app = page()
    assert not sent_to(app, "convviz_difference_table")
    named(app.toggle, "network.against.on").set_value(True)
    assert address(checked(app.run())) == {"against": "resnet50_v1_5"}
    named(app.selectbox, "network.against.name").select("resnet50_v1")
    assert address(checked(app.run())) == {"against": "resnet50_v1"}
    assert "No node differs." in words(app)
    named(app.toggle, "network.against.on").set_value(False)
    assert address(checked(app.run())) == {}
    assert named(page(network="resnet50_v1_5", against="vgg16").selectbox, "network.against.name").value == "vgg16"


def test_both_have_the_same_input_size() -> None:
    app = page(network="vgg11", input_size="64x96", against="vgg16")
    assert errors(app) == []
    compared = difference(cv.Network.known("vgg11", (64, 96)), cv.Network.known("vgg16", (64, 96)))
    assert [label.split(" ")[1] for label in labels(app)] == [row.name for row in compared.changes]
    app = page(network="wavenet_stack", against="vgg16")
    (sentence,) = errors(app)
    assert "is larger than the input" in sentence
    assert sentence.endswith("Both networks get the same input size.")


def test_an_own_file_is_compared_and_stays_out_of_the_link() -> None:
    app = page(network="alexnet_v2", against="file")
    assert (errors(app), address(app)) == ([], {"network": "alexnet_v2", "against": "file"})
    assert not sent_to(app, "convviz_difference_table")
    app.file_uploader[0].set_value(("own.onnx", model(), "application/octet-stream"))
    app = checked(app.run())
    assert [label for label in labels(app) if label.startswith("+")] == ["+ first", "+ odd", "+ last"]
    assert "**Unknown operators: 1.**" in words(app)
    assert address(app) == {"network": "alexnet_v2", "against": "file"}


def test_two_own_files_are_compared() -> None:
    app = page(source="file", against="file")
    assert address(app) == {"source": "file", "against": "file"}
    app.file_uploader[0].set_value(("before.onnx", model(), "application/octet-stream"))
    app = checked(app.run())
    named(app.text_input, "network.against.input_size.upload").set_value("64x80")
    app.file_uploader[1].set_value(("after.onnx", model("h", "w"), "application/octet-stream"))
    app = checked(app.run())
    assert (errors(app), address(app)) == ([], {"source": "file", "against": "file"})
    totals = next(body for body in html(app) if "Both networks" in body)
    assert "<td class=cv-marked>32 × 48</td><td class=cv-marked>64 × 80</td>" in totals
    assert {label[0] for label in labels(app)} == {"~"}


def test_a_bad_file_is_refused_and_the_first_network_shown() -> None:
    app = page(against="file")
    app.file_uploader[0].set_value(("own.onnx", b"not a model", "application/octet-stream"))
    app = checked(app.run())
    assert len(errors(app)) == 1
    assert facts(app)["Receptive field"] == "483 × 483"


def test_a_bad_link_is_refused() -> None:
    app = page(against="resnet50")
    assert "resnet50 must be named with its version" in errors(app)[0]


def test_a_chosen_row_has_its_numbers_below_and_its_node_in_the_graph() -> None:
    app = page(network="vgg11", against="vgg16")
    assert "<caption>+ conv1_2</caption>" in numbers(app)
    assert '<tr><th scope="row">Field</th><td>–</td><td>5 × 5</td></tr>' in numbers(app)
    app = choose(app, "~ pool1")
    assert "<caption>~ pool1</caption>" in numbers(app)
    assert '<th scope="row">≠ Field</th><td class=cv-marked>4 × 4</td><td class=cv-marked>6 × 6</td>' in numbers(app)
    assert address(app) == {"network": "vgg11", "node": "pool1", "against": "vgg16"}
    app = choose(app, "+ conv2_2")
    assert "<caption>+ conv2_2</caption>" in numbers(app)
    assert address(app)["node"] == "pool1", "the first network has no such node"
