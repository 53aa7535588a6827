"""The page of networks without a browser: its numbers, its links, and the refusals of bad ones."""

from __future__ import annotations

from html import unescape

import pytest

import convviz as cv
from convviz.scene.number_format import known_size
from convviz.web.components.known_networks import PUBLISHED
from convviz.web.components.refusals import as_sentence
from convviz.web.labs.network.costs import cost_facts
from tests.web.app import REST, address, checked, errors, named, unfold
from tests.web.network import facts, page, rows, sent_to, words

VARIED = ("alexnet_v2", "resnet50_v1", "inception_v3", "mobilenet_v2", "deeplab_v3", "unet", "dcgan_generator", "tcn")
"""Networks with every kind of node and of field: global, misaligned, with phases, larger than the input."""


def test_it_opens_without_a_query_and_leaves_the_address_clean() -> None:
    app = page()
    assert errors(app) == []
    assert address(app) == {}
    assert facts(app)["Receptive field"] == "483 × 483"


@pytest.mark.parametrize("name", VARIED)
def test_known_networks_have_the_numbers_of_the_engine(name: str) -> None:
    app = page(network=name)
    assert errors(app) == []
    network = cv.Network.known(name)
    whole = network.receptive_field()
    field = whole.local
    assert facts(app) == {
        "Receptive field": known_size(field.size) + " + whole" * whole.is_global,
        "Jump": known_size(field.jump),
        "Center": known_size(field.center),
        "Padding": known_size(field.padding),
        "Output": known_size(network.output_size()),
        "Aligned": {True: "yes", False: "no ≠", None: "?"}[field.is_aligned],
        "Status": whole.status,
        **{name: text for name, text, _ in cost_facts(network.cost())},
    }
    expected = []
    for node in network.nodes[1:]:
        local = network.receptive_field(node.name).local
        output = ", output of the network" * (node.name in network.outputs)
        what = f"{network.described(node.name)}{output}"
        expected.append([node.name, known_size(local.size), known_size(local.jump), what])
    said = [[row[0], row[1].removesuffix(" + whole"), row[2], unescape(row[-1])] for row in rows(app)]
    assert said == expected[:300]


def test_a_column_that_says_the_same_everywhere_is_left_out() -> None:
    heads = [sent_to(page(network=name), "convviz_node_table")[0]["html"] for name in ("vgg16", "tcn", "deeplab_v3")]
    assert [">Aligned<" in head for head in heads] == [False, True, False]
    assert [">Status<" in head for head in heads] == [False, False, True]


def test_published_numbers_are_those_of_the_engine() -> None:
    for name, (number, _) in PUBLISHED.items():
        assert (name, cv.Network.known(name).receptive_field().local.size[1]) == (name, number)


def test_a_link_chooses_network_size_and_node() -> None:
    query = {"network": "vgg16", "input_size": "96x160", "node": "conv3_1"}
    app = page(**query)
    assert (errors(app), address(app)) == ([], query)
    found = cv.Network.known("vgg16", (96, 160))
    assert facts(app)["Output"] == known_size(found.output_size("conv3_1")) == "24 × 40"


def test_the_whole_link_is_understood_and_then_said_without_defaults() -> None:
    app = page(network="resnet50_v1", input_size="224", node="conv3_4")
    assert (errors(app), address(app)) == ([], {"node": "conv3_4"})


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"network": "resnet50"},
            'resnet50 must be named with its version, "resnet50_v1" or "resnet50_v1_5"; got \'resnet50\'.',
        ),
        ({"node": "nowhere"}, "node must be the name of a node of resnet50_v1; got 'nowhere'."),
        (
            {"depth": "3"},
            "'depth' is no setting of this page.",
        ),
        (
            {"input_size": "0"},
            "input_size must be a whole number from 1 to 4096, or two as height x width such as 2x3; got '0'.",
        ),
        (
            {"network": "vgg16", "input_size": "1"},
            'node "pool1": The kernel (2 rows) is larger than the input (1 row).',
        ),
        (
            {"network": "deeplab_v3", "input_size": "unknown"},
            "input_size must be known for deeplab_v3, which resizes to the size of an earlier node; got 'unknown'.",
        ),
        (
            {"node": "x" * 201},
            "node must be a name of at most 200 characters; got 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'.",
        ),
    ],
)
def test_a_bad_link_gets_one_sentence_and_stays_as_it_was_typed(query: dict[str, str], sentence: str) -> None:
    app = page(**query)
    assert errors(app) == [as_sentence(sentence) + REST]
    assert address(app) == query
    assert facts(app)


def test_a_change_ends_the_refusal() -> None:
    app = page(node="nowhere")
    named(app.selectbox, "network.node.resnet50_v1").select("pool1")
    checked(app.run())
    assert (errors(app), address(app)) == ([], {"node": "pool1"})


def test_without_an_input_size_what_depends_on_it_is_a_question_mark() -> None:
    app = page(network="mobilenet_v1", input_size="unknown")
    assert errors(app) == []
    assert (facts(app)["Receptive field"], facts(app)["Center"], facts(app)["Output"]) == ("315 × 315", "?", "?")
    assert "SAME padding with a stride depends on the input size" in words(app)
    assert facts(page(network="resnet18", input_size="unknown"))["Center"] == "0 × 0"


def test_a_size_that_cannot_be_is_refused_and_the_usual_one_shown() -> None:
    app = page(network="vgg16")
    named(app.text_input, "network.input_size.vgg16").set_value("3")
    checked(app.run())
    assert len(errors(app)) == 1
    assert errors(app)[0].endswith(" The page shows the usual size.")
    assert facts(app)["Output"] == "7 × 7"
    named(app.text_input, "network.input_size.vgg16").set_value("64 × 96")
    checked(app.run())
    assert (errors(app), address(app)) == ([], {"network": "vgg16", "input_size": "64x96"})


def test_whole_and_local_ranges_and_paths_are_said() -> None:
    app = page(network="deeplab_v3")
    assert "Tile overlap" not in words(app)
    unfold(app, "tiles", "network")
    said = words(app)
    local = cv.Network.known("deeplab_v3").receptive_field().local.size
    assert "every output reads the **whole input**: 513 × 513." in said
    assert f"The numbers above are **local only**, without that operation: {known_size(local)}." in said
    assert "**Tile overlap: none is enough**, because an output reads the whole input." in said
    assert "[smallest, largest] = **[188, 204]**" in words(page(network="unet"))
    said = words(page(network="tcn"))
    assert (
        "**misaligned** at `level1`: `input` → `level1/0/conv1` → `level1/0/conv2` → `level1` and `input` → "
        "`level1/1/downsample` → `level1` meet" in said
    )


def test_the_table_can_be_searched() -> None:
    app = page()
    named(app.text_input, "network.search").set_value("PROJ")
    checked(app.run())
    assert [row[0] for row in rows(app)] == [f"conv{stage}_1/1/projection" for stage in (2, 3, 4, 5)]
    named(app.text_input, "network.search").set_value("nowhere")
    assert [info.value for info in checked(app.run()).info] == ["No node has this in its name."]
    assert sent_to(app, "convviz_node_table") == [], "no head without rows"


def test_the_table_can_be_copied() -> None:
    app = page(network="vgg16")
    assert [code.value for code in app.code] == []
    table = cv.Network.known("vgg16").table()
    app.session_state["open:network.table"] = True
    assert [code.value for code in checked(app.run()).code] == [table.csv().replace("\r\n", "\n").strip()]
    app.session_state["network.written"] = "Markdown"
    assert [code.value for code in checked(app.run()).code] == [table.markdown()]


def test_a_sentence_about_a_link_or_a_size_is_before_all_that_follows() -> None:
    for query in ({"node": "nowhere"}, {"input_size": "0"}, {"network": "foo"}):
        app = page(**query)
        kinds = [element.type for element in app.main]
        assert kinds.count("error") == 1
        assert kinds.index("text_input") < kinds.index("error") < kinds.index("bidi_component")


def test_a_size_is_refused_once_and_as_it_was_typed() -> None:
    app = page(input_size="0")
    for typed in ("224 320", "abc", "0"):
        named(app.text_input, "network.input_size.resnet50_v1").set_value(typed)
        assert errors(checked(app.run())) == [
            f"Input size must be a whole number from 1 to 4096, or two as height x width such as 2x3; got '{typed}'. "
            'It may also be "unknown". The page keeps 224.'
        ]


def test_a_look_at_an_own_file_keeps_the_network() -> None:
    app = page(network="vgg16")
    named(app.segmented_control, "network.source").set_value("file")
    assert address(checked(app.run())) == {"source": "file"}
    named(app.segmented_control, "network.source").set_value("known")
    assert address(checked(app.run())) == {"network": "vgg16"}


def test_causal_merges_are_said_to_be_by_design() -> None:
    sentence = "**Causal** convolutions, which are padded on one side only, differ there by design"
    assert sentence in words(page(network="wavenet_stack"))
    assert sentence in words(page(network="tcn"))
    assert sentence not in words(page(network="inception_resnet_v2"))


def test_behind_upsampling_center_and_padding_are_said_to_be_nominal() -> None:
    said = words(page(network="dcgan_generator"))
    assert "**center and padding are nominal**: an average over the phases of the outputs." in said
    assert "Output (0, 0) itself reaches rows " in said
    assert "nominal" not in words(page(network="unet", node="down1/conv1")).split("## What you see")[0]


def test_the_menu_says_what_is_published() -> None:
    options = page().selectbox(key="network.network").options
    assert "resnet50_v1, 483 published" in options
    assert "unet" in options


def test_boxes_of_outputs_hold_what_they_read() -> None:
    for name, node in (("resnet18", "conv3_1"), ("unet", "classes"), ("inception_v3", "Mixed_5b")):
        network = cv.Network.known(name)
        size = network.output_size(node)
        assert size is not None
        box = network.box(node, (size[0] // 2, size[1] // 2))
        read = network.support(node, (size[0] // 2, size[1] // 2))
        ends = [(int(line.nonzero()[0][0]), int(line.nonzero()[0][-1])) for line in (read.any(1), read.any(0))]
        assert box == tuple(ends)
