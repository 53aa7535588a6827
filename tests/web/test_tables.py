"""Tables as HTML: nothing that a file or a link says becomes markup."""

import pytest

from convviz.web.components.charts import table

MARKUP = '<script>alert("&")</script>'


@pytest.mark.parametrize("has_buttons", [False, True])
def test_every_text_is_escaped(has_buttons: bool) -> None:
    made = table([MARKUP, MARKUP], [[MARKUP, MARKUP]] * 2, MARKUP, [1], texts=[1], has_buttons=has_buttons)
    assert "<script>" not in made
    assert made.count("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;") >= 2 + 4 + 1
