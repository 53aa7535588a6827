"""Results that are kept with a network, and go with it."""

from __future__ import annotations

import gc
from weakref import ref

from convviz.analysis import Network
from convviz.analysis.kept import kept_with_network


def test_the_latest_results_are_kept_and_all_go_with_their_network() -> None:
    made: list[int] = []

    @kept_with_network(2)
    def count(network: Network, more: int) -> int:
        made.append(more)
        return len(network.nodes) + more

    one, other = Network(8), Network(8)
    assert [count(one, more) for more in (1, 2, 1, 3, 1, 2)] == [2, 3, 2, 4, 2, 3]
    assert made == [1, 2, 3, 2]
    assert (count(other, 1), made[-1]) == (2, 1)
    gone = ref(one)
    del one
    gc.collect()
    assert gone() is None
