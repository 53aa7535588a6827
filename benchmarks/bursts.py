"""Bursts of changes on every page, through the protocol that browsers speak, with a server of its own on this machine.

    python benchmarks/bursts.py [--bursts 500] [--pages standard,compare] [--seed 0]

In each burst a visitor opens a page and changes 2 to 5 things without waiting. In the end there must be no exception;
the controls in the browser must hold what the page says; a newcomer who opens the address must see the same controls
and the same picture. Prints what is wrong, and a row for each page. The exit status is 1 if anything is wrong.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from tests.bursts import PAGES, burst
from tests.conftest import Server

AT_ONCE = 6
"""Visitors at the same time."""


def main() -> int:
    """Print the table; 1 if anything is wrong, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bursts", type=int, default=500, help="of all pages together")
    options.add_argument("--pages", default=",".join(PAGES))
    options.add_argument("--seed", type=int, default=0, help="of the first burst")
    chosen = options.parse_args()
    pages = chosen.pages.split(",")
    count = max(1, chosen.bursts // len(pages))
    total = 0
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "log.txt") as server:
        print(f"{'page':22}{'bursts':>8}{'wrong':>8}{'s':>8}")
        for page in pages:
            begin, wrong = time.perf_counter(), 0
            with ThreadPoolExecutor(AT_ONCE) as visitors:
                seeds = range(chosen.seed, chosen.seed + count)
                for sentences in visitors.map(partial(burst, server.url, page), seeds):
                    wrong += bool(sentences)
                    print(*sentences, sep="\n", end="\n" if sentences else "")
            total += wrong
            print(f"{page:22}{count:8}{wrong:8}{time.perf_counter() - begin:8.1f}", flush=True)
    print(f"{total} of {count * len(pages)} bursts wrong")
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(main())
