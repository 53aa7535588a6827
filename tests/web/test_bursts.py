"""Bursts of changes through Streamlit's protocol: no exception, and controls, address and picture agree in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bursts import PAGES, burst

BURSTS = 20
AT_ONCE = 10
"""Visitors at the same time; they wait more than they work."""


@pytest.mark.parametrize("page", PAGES)
def test_changes_that_do_not_wait(server: str, page: str) -> None:
    with ThreadPoolExecutor(AT_ONCE) as visitors:
        wrong = [sentence for found in visitors.map(lambda seed: burst(server, page, seed), range(BURSTS))
                 for sentence in found]  # fmt: skip
    assert wrong == []
