"""The drawing of a network: every node and edge is there, nothing overlaps, and folding keeps what matters."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from onnx import helper

import convviz as cv
from convviz.analysis import KNOWN
from convviz.charts.network_drawing import box_lines, describe_network, draw_network, misaligned_in
from convviz.charts.network_fold import (
    MOST_BOXES,
    MOST_DOWN,
    MOST_OPENED,
    MOST_PIECES,
    WHOLE,
    Folded,
    fold_network,
    places_around,
    segments,
)
from convviz.charts.network_layout import BOX_HEIGHT, Layout, _crossings, layered, rows_down
from convviz.scene.theme import LIGHT
from tests.web.app import checked, named
from tests.web.network import sent_to, uploaded

SVG = "{http://www.w3.org/2000/svg}"


def layout_of(folded: Folded) -> Layout:
    return layered(tuple(100 + number % 7 * 30 for number in range(len(folded.boxes))), folded.edges)


def around(network: cv.Network, name: str, *, is_folded: bool = True) -> Folded:
    """The boxes of a network that is open around a node."""
    return fold_network(network.nodes, places_around(network.nodes, name), is_folded=is_folded)


def edges_of(network: cv.Network) -> set[tuple[str, str]]:
    return {(name, node.name) for node in network.nodes for name in node.inputs}


@pytest.mark.parametrize("is_folded", [True, False], ids=["folded", "all"])
@pytest.mark.parametrize("name", KNOWN)
def test_every_node_and_edge_is_drawn(name: str, is_folded: bool) -> None:
    network = cv.Network.known(name)
    folded = around(network, network.nodes[-1].name, is_folded=is_folded)
    drawn = [name for box in folded.boxes for name in box.names]
    assert sorted(drawn) == sorted(node.name for node in network.nodes)
    number = {name: n for n, box in enumerate(folded.boxes) for name in box.names}
    between = {(number[one], number[other]) for one, other in edges_of(network)}
    assert set(folded.edges) == {edge for edge in between if edge[0] != edge[1]}
    assert len(layout_of(folded).edges) == len(folded.edges)
    if not is_folded:
        assert len(folded.edges) == len(edges_of(network))


@pytest.mark.parametrize("is_folded", [True, False], ids=["folded", "all"])
@pytest.mark.parametrize("name", KNOWN)
def test_nothing_overlaps_and_everything_is_inside(name: str, is_folded: bool) -> None:
    network = cv.Network.known(name)
    folded = around(network, network.nodes[-1].name, is_folded=is_folded)
    layout = layout_of(folded)
    rows: dict[float, list[tuple[float, float]]] = {}
    for (left, top), width in zip(layout.boxes, layout.widths, strict=True):
        assert 0 <= left <= left + width <= layout.width
        assert 0 <= top <= top + BOX_HEIGHT <= layout.height
        rows.setdefault(top, []).append((left, left + width))
    tops = sorted(rows)
    assert all(other - one >= BOX_HEIGHT + 10 for one, other in pairwise(tops))
    for spans in rows.values():
        assert all(other[0] - one[1] >= 10 for one, other in pairwise(sorted(spans)))
    middles = [left + width / 2 for (left, _), width in zip(layout.boxes, layout.widths, strict=True)]
    for (one, other), points in zip(folded.edges, layout.edges, strict=True):
        assert points[0] == pytest.approx((middles[one], layout.boxes[one][1] + BOX_HEIGHT))
        assert points[-1] == pytest.approx((middles[other], layout.boxes[other][1]))
        for (x, top), (end, bottom) in list(pairwise(points))[1::2]:  # straight down through the slots of a row
            assert (x, bottom) == (end, top + BOX_HEIGHT)
            assert all(not left - 4 < x < right + 4 for left, right in rows.get(top, []))


def test_slots_of_one_row_are_apart() -> None:
    layout = layered((172,) * 6, ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5), (1, 5), (0, 3)))
    slots = [point for points in layout.edges for point in points[1:-1:2]]
    assert len(slots) == 9
    assert all(abs(one[0] - other[0]) >= 20 for one, other in combinations(slots, 2) if one[1] == other[1])


@pytest.mark.parametrize("seed", range(20))
def test_crossings_are_counted(seed: int) -> None:
    random = Random(seed)
    lengths = [random.randint(1, 12) for _ in range(4)]
    numbers = iter(random.sample(range(sum(lengths)), sum(lengths)))
    rows = [[next(numbers) for _ in range(length)] for length in lengths]
    below: list[list[int]] = [[] for _ in range(sum(lengths))]
    for upper, lower in pairwise(rows):
        for item in upper:
            below[item] = random.sample(lower, random.randint(0, len(lower)))
    place = {item: number for row in rows for number, item in enumerate(row)}
    edges = [[(place[item], place[other]) for item in row for other in below[item]] for row in rows]
    crossing = [
        (one, other) for row in edges for one, other in combinations(row, 2)
        if (one[0] - other[0]) * (one[1] - other[1]) < 0
    ]  # fmt: skip
    assert _crossings(rows, below, [place[item] for item in range(len(below))]) == len(crossing)


def all_to_all(nodes: int, start: str = "x") -> list[Any]:
    """Nodes of a file of which each reads all before it."""
    names = [f"{start}{number or ''}" for number in range(nodes + 1)]
    return [helper.make_node("Sum", names[:number], [names[number]]) for number in range(1, nodes + 1)]


def file_of(nodes: list[Any]) -> bytes:
    image = helper.make_tensor_value_info("x", 1, (1, 1, 8, 8))
    graph = helper.make_graph(nodes, "graph", [image], [helper.make_tensor_value_info("y", 1, None)])
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


def test_too_many_edges_are_not_drawn() -> None:
    app = uploaded(file_of(all_to_all(60)))
    assert [info.value for info in app.info] == [
        "The graph has 1830 edges, which go down 37820 rows in all, too many to be drawn; the menu and the table have "
        "all nodes."
    ]
    assert sent_to(app, "convviz_network") == []
    assert "SVG" not in [button.proto.label for button in app.get("download_button")]
    assert len(named(app.selectbox, "network.node.upload").options) == 61


def test_a_box_of_too_many_edges_stays_folded() -> None:
    first, last = (helper.make_node("Relu", [name], [other]) for name, other in (("x60", "a"), ("a60", "y")))
    app = uploaded(file_of([*all_to_all(60), first, *all_to_all(60, "a"), last]))
    assert [info.value for info in app.info] == []
    named(app.selectbox, "network.node.upload").select("Sum_7")
    checked(app.run())
    assert [info.value for info in app.info] == [
        "The graph has 1833 edges, which go down 37823 rows in all, too many to be drawn; some of its nodes are folded."
    ]
    (graph,) = sent_to(app, "convviz_network")
    assert graph["svg"].count('aria-pressed="true"') == 1


@pytest.mark.parametrize("name", KNOWN)
def test_known_networks_are_drawn_whole(name: str) -> None:
    folded = fold_network(cv.Network.known(name).nodes, is_folded=False)
    assert folded.excess == ""
    assert rows_down(len(folded.boxes), folded.edges) < MOST_DOWN / 10


@pytest.mark.parametrize("name", KNOWN)
def test_folded_drawings_can_be_read(name: str) -> None:
    network = cv.Network.known(name)
    closed = len(fold_network(network.nodes).boxes)
    assert closed <= MOST_BOXES
    for node in network.nodes:
        folded = around(network, node.name)
        assert len(folded.boxes) < closed + MOST_OPENED + MOST_PIECES
        assert folded.boxes[folded.box_of(node.name)].names == (node.name,), "the selected node is never hidden"


def test_a_folded_box_opens_as_a_whole_and_folds_again() -> None:
    nodes = cv.Network.known("resnet50_v1").nodes
    closed = fold_network(nodes)
    (blocks,) = [box for box in closed.boxes if box.blocks == 5]
    folded = fold_network(nodes, {blocks.place})
    assert [box.names for box in folded.boxes if set(box.names) & set(blocks.names)] == [
        (name,) for name in blocks.names
    ]
    (opened,) = folded.opened
    assert opened.box == blocks
    assert [box.key for box in folded.boxes[opened.first : opened.last + 1]] == list(blocks.names)
    assert fold_network(nodes, {"1-2", "900-999"}) == closed, "places that are not there are passed over"


def test_very_many_equal_blocks_open_into_a_few_boxes_of_whole_blocks() -> None:
    nodes = cv.Network.known("resnet152_v1").nodes
    folded = around(cv.Network.known("resnet152_v1"), "conv4_12/0/conv2")
    boxes = [(box.key, box.blocks) for box in folded.boxes if box.key.startswith("conv4") and box.place]
    assert boxes == [("conv4_1", 1), ("conv4_9", 8), ("conv4_27", 9), ("conv4_36", 9)]
    assert len([box for box in folded.boxes if box.key.startswith("conv4") and not box.place]) == 9 * 4
    outer, inner = folded.opened
    assert (outer.depth, inner.depth) == (0, 1)
    assert outer.first < inner.first <= inner.last < outer.last
    assert outer.box.holds(inner.box.place)
    assert not inner.box.holds(outer.box.place)
    assert places_around(nodes, "conv4_12/0/conv2") == (outer.box.place, inner.box.place)


def test_segments_end_where_all_paths_meet() -> None:
    network = cv.Network.known("resnet50_v1")
    names = [network.nodes[unit[-1]].name for unit in segments(network.nodes)]
    assert names[:5] == ["input", "conv1", "pool1", "conv2_1", "conv2_2"]
    assert len(names) == 3 + 16
    assert [len(unit) for unit in segments(network.nodes)][:5] == [1, 1, 1, 5, 4]


def test_long_chains_become_rows_that_open_in_pieces() -> None:
    network = cv.Network().sequential([cv.conv2d(3)] * 150)
    closed = fold_network(network.nodes)
    assert [len(box.names) for box in closed.boxes] == [1, 150]
    pieces = fold_network(network.nodes, {closed.boxes[1].place})
    assert [len(box.names) for box in pieces.boxes] == [1, 30, 30, 30, 30, 30]
    assert pieces.edges == ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5))
    folded = around(network, "conv2d_75")
    assert [len(box.names) for box in folded.boxes] == [1, 30, 30, *[1] * 30, 30, 30]


def test_a_small_network_is_drawn_whole() -> None:
    nodes = cv.Network.known("unet").nodes
    assert len(nodes) <= WHOLE
    assert [box.names for box in fold_network(nodes).boxes] == [(node.name,) for node in nodes]


@pytest.mark.parametrize("name", ["resnet50_v1", "inception_v3", "tcn", "deeplab_v3"])
def test_the_svg_says_all_in_words(name: str) -> None:
    network = cv.Network.known(name)
    last = network.nodes[-1].name
    folded = around(network, last)
    root = ElementTree.fromstring(draw_network(network, folded, last, LIGHT))
    groups = root.findall(f"{SVG}g")
    assert [group.get("data-node") for group in groups] == [box.key for box in folded.boxes]
    assert [group.get("aria-pressed") for group in groups].count("true") == 1
    assert root.get("aria-label") == describe_network(network, folded, last)
    for group, box in zip(groups, folded.boxes, strict=True):
        assert box_lines(network, box)[2] in str(group.get("aria-label"))
        marks = [text.text for text in group.findall(f"{SVG}text") if text.get("class") == "mark"]
        assert marks == (["≠"] if misaligned_in(network, box) else [])


def test_misaligned_merges_are_marked_each() -> None:
    network = cv.Network.known("tcn")
    boxes = fold_network(network.nodes).boxes
    marked = [box.key for box in boxes if misaligned_in(network, box)]
    assert marked == [f"level{n}" for n in range(1, 9)]


def test_names_are_escaped_and_long_ones_keep_their_end() -> None:
    network = cv.Network()
    network.add("<script>&" + "x" * 60 + "end", cv.conv2d(3))
    last = network.nodes[-1].name
    drawing = draw_network(network, fold_network(network.nodes), last)
    assert "<script>" not in drawing
    texts = [text.text or "" for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]
    assert any(text.startswith("…") and text.endswith("xend") for text in texts)


@pytest.mark.parametrize("name", KNOWN)
def test_what_a_box_says_is_never_cut(name: str) -> None:
    network = cv.Network.known(name)
    folded = fold_network(network.nodes, is_folded=False)
    root = ElementTree.fromstring(draw_network(network, folded, network.nodes[-1].name))
    texts = [text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") in ("what", "field")]
    assert not [text for text in texts if "…" in text]


def test_open_boxes_have_a_handle_on_the_page_and_none_in_a_file() -> None:
    network = cv.Network.known("resnet152_v1")
    folded = around(network, "conv4_12")
    root = ElementTree.fromstring(draw_network(network, folded, "conv4_12"))
    handles = [group for group in root.iter(f"{SVG}g") if group.get("class") == "handle"]
    assert [handle.get("data-fold") for handle in handles] == [one.box.place for one in folded.opened]
    assert handles[1].get("aria-label") == "Fold 9 equal blocks again, conv4_10/0/conv1 to conv4_18"
    left, _, width, _ = map(float, str(root.get("viewBox")).split())
    places = [rect for handle in handles for rect in handle.findall(f"{SVG}rect")]
    places += [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "frame"]
    assert len(places) == 4
    for rect in places:
        assert left <= float(str(rect.get("x"))) <= left + width - float(str(rect.get("width")))
    assert 'class="handle"' not in draw_network(network, folded, "conv4_12", LIGHT)


def test_control_characters_of_names_leave_the_drawing_valid() -> None:
    network = cv.Network(input_size=9)
    last = network.add('a\x00\x1b\ud800\uffff<&"b', cv.conv2d(3))
    root = ElementTree.fromstring(draw_network(network, fold_network(network.nodes), last, LIGHT))
    names = [box.get("data-node") for box in root.iter() if "data-node" in box.attrib]
    assert names == ["input", 'a\ufffd\ufffd\ufffd\ufffd<&"b']
