"""Lead the links of the pages into the app: in the app they are relative, ``dilated?dilation=2``."""

import re
from typing import Any

_LINK = re.compile(r"\]\((?=[a-z-]+(?:\?[^)]*)?\))")


def on_page_markdown(markdown: str, *, config: Any, **_: Any) -> str:
    """Return the text of a page with the address of the app before each name of a page of the app."""
    return _LINK.sub(f"]({config.extra['app'].rstrip('/')}/", markdown)
