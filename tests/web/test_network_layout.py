"""The drawing of a network: every node and edge is there, nothing overlaps, and folding keeps what matters."""

from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

import convviz as cv
from convviz.analysis.receptive import KNOWN
from convviz.scene.theme import LIGHT
from convviz.web.network_drawing import describe_network, draw_network
from convviz.web.network_fold import MOST_BOXES, WHOLE, Folded, fold_network, segments
from convviz.web.network_layout import BOX_HEIGHT, BOX_WIDTH, Layout, layered
from convviz.web.network_words import box_lines, misaligned_in

SVG = "{http://www.w3.org/2000/svg}"


def layout_of(folded: Folded) -> Layout:
    return layered(len(folded.boxes), folded.edges)


def edges_of(network: cv.Network) -> set[tuple[str, str]]:
    return {(name, node.name) for node in network.nodes for name in node.inputs}


@pytest.mark.parametrize("is_folded", [True, False], ids=["folded", "all"])
@pytest.mark.parametrize("name", KNOWN)
def test_every_node_and_edge_is_drawn(name: str, is_folded: bool) -> None:
    network = cv.Network.known(name)
    folded = fold_network(network.nodes, network.nodes[-1].name, is_folded=is_folded)
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
    folded = fold_network(network.nodes, network.nodes[-1].name, is_folded=is_folded)
    layout = layout_of(folded)
    rows: dict[float, list[float]] = {}
    for left, top in layout.boxes:
        assert 0 <= left <= left + BOX_WIDTH <= layout.width
        assert 0 <= top <= top + BOX_HEIGHT <= layout.height
        rows.setdefault(top, []).append(left)
    tops = sorted(rows)
    assert all(other - one >= BOX_HEIGHT + 10 for one, other in pairwise(tops))
    for lefts in rows.values():
        assert all(other - one >= BOX_WIDTH + 10 for one, other in pairwise(sorted(lefts)))
    for (one, other), points in zip(folded.edges, layout.edges, strict=True):
        assert points[0] == pytest.approx((layout.boxes[one][0] + BOX_WIDTH / 2, layout.boxes[one][1] + BOX_HEIGHT))
        assert points[-1] == pytest.approx((layout.boxes[other][0] + BOX_WIDTH / 2, layout.boxes[other][1]))
        for (x, top), (end, bottom) in list(pairwise(points))[1::2]:  # straight down through the slots of a row
            assert (x, bottom) == (end, top + BOX_HEIGHT)
            assert all(not left - 4 < x < left + BOX_WIDTH + 4 for left in rows.get(top, []))


def test_slots_of_one_row_are_apart() -> None:
    layout = layered(6, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5), (1, 5), (0, 3)])
    slots = [point for points in layout.edges for point in points[1:-1:2]]
    assert len(slots) == 9
    assert all(abs(one[0] - other[0]) >= 20 for one, other in combinations(slots, 2) if one[1] == other[1])


@pytest.mark.parametrize("name", KNOWN)
def test_folded_drawings_can_be_read(name: str) -> None:
    network = cv.Network.known(name)
    for node in network.nodes:
        folded = fold_network(network.nodes, node.name)
        assert len(folded.boxes) <= MOST_BOXES
        assert folded.boxes[folded.box_of(node.name)].names == (node.name,), "the selected node is never hidden"


def test_equal_blocks_are_one_box_and_the_selected_one_opens() -> None:
    nodes = cv.Network.known("resnet152_v1").nodes
    folded = fold_network(nodes, "conv4_7/0/conv2")
    around = [(box.key, box.blocks) for box in folded.boxes if box.key.startswith("conv4")]
    assert around == [
        ("conv4_1", 1),
        ("conv4_6", 5),
        ("conv4_7/0/conv1", 0),
        ("conv4_7/0/conv2", 0),
        ("conv4_7/0/conv3", 0),
        ("conv4_7", 0),
        ("conv4_36", 29),
    ]


def test_segments_end_where_all_paths_meet() -> None:
    network = cv.Network.known("resnet50_v1")
    names = [network.nodes[unit[-1]].name for unit in segments(network.nodes)]
    assert names[:5] == ["input", "conv1", "pool1", "conv2_1", "conv2_2"]
    assert len(names) == 3 + 16
    assert [len(unit) for unit in segments(network.nodes)][:5] == [1, 1, 1, 5, 4]


def test_long_chains_become_rows() -> None:
    network = cv.Network().sequential([cv.conv2d(3)] * 150)
    folded = fold_network(network.nodes, "conv2d_75")
    assert [len(box.names) for box in folded.boxes] == [1, 74, 1, 75]
    assert folded.edges == ((0, 1), (1, 2), (2, 3))


def test_a_small_network_is_drawn_whole() -> None:
    nodes = cv.Network.known("unet").nodes
    assert len(nodes) <= WHOLE
    assert [box.names for box in fold_network(nodes, "conv1").boxes] == [(node.name,) for node in nodes]


@pytest.mark.parametrize("name", ["resnet50_v1", "inception_v3", "tcn", "deeplab_v3"])
def test_the_svg_says_all_in_words(name: str) -> None:
    network = cv.Network.known(name)
    last = network.nodes[-1].name
    folded = fold_network(network.nodes, last)
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
    boxes = fold_network(network.nodes, "level1").boxes
    marked = [box.key for box in boxes if misaligned_in(network, box)]
    assert marked == [f"level{n}" for n in range(1, 9)]


def test_names_are_escaped_and_long_ones_keep_their_end() -> None:
    network = cv.Network()
    network.add("<script>&" + "x" * 60 + "end", cv.conv2d(3))
    last = network.nodes[-1].name
    drawing = draw_network(network, fold_network(network.nodes, last), last)
    assert "<script>" not in drawing
    texts = [text.text or "" for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]
    assert any(text.startswith("…") and text.endswith("xend") for text in texts)
