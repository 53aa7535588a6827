"""Bursts of changes through Streamlit's protocol: no exception, and controls, address and picture agree in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bursts import PAGES, burst

BURSTS = 4
"""Of each page; benchmarks/bursts.py tries many more. They come at the same time: visitors wait more than they work."""


@pytest.mark.parametrize("page", PAGES)
def test_changes_that_do_not_wait(server: str, page: str) -> None:
    with ThreadPoolExecutor(BURSTS) as visitors:
        wrong = [sentence for found in visitors.map(lambda seed: burst(server, page, seed), range(BURSTS))
                 for sentence in found]  # fmt: skip
    assert wrong == []
