"""Texts that Markdown would change, with those of tests/web/markup.py."""

from tests.web.markup import MARKUP

TEXTS = (
    *MARKUP, "$$x$$ $a$", ":blue-badge[x] :small[y] :color[x]{foreground='red'} :gray[", ":+1: :material_home:",
    "http://evil.example/a HTTPS://evil.example <http://evil.example>", "mail a.b@evil.example mailto:a@evil.example",
    "1. x", "2) x", "- x", "+ x", "* x", "# x", "#", "> x", "---", "***", "___", "::x", ":::x", "==", "[^1]", "[x]: /y",
    "**a** _b_ __init__ a_b *c*d _ e a*b", "1 + (k - 1) * (sum of rates)", "~~x~~ ~y~", "&amp; &#42; &copy;", "](//z)",
    "a -- b -> c <-> d >= e <- f <= g ~= h", "-- x", "\\ \\* \\a", "a < b > c", "<!-- c -->", "|a|b|", "![x][y]",
    "12:30:45 output:0,2", "![a `b](//c) d`", "    x", "a\n\n# b", "a\n===",
)  # fmt: skip
