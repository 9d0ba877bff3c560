"""Takes from finished pages, styles and scripts what no reader sees: comments, indentation, spans without a colour."""

from __future__ import annotations

import re

# What must keep its white space; everything between two of these is markup and prose.
KEPT = re.compile(r"(<(pre|textarea|script|style)\b.*?</\2>)", re.S)
INDENT = re.compile(r"\s*\n\s*")
# Pygments' names, operators, punctuation and white space: spans that look like the text around them.
COLOURLESS = re.compile(r'<span class="(?:n|o|p|w|bp|nb)">([^<]*)</span>')


def page(html: str) -> str:
    """The page with one line feed for any run of white space that holds one, and code with fewer spans."""
    parts = KEPT.split(html)
    # The pattern's two groups make triples: markup, a kept element, its name.
    markup = [INDENT.sub("\n", part) for part in parts[0::3]]
    kept = [COLOURLESS.sub(r"\1", part) for part in parts[1::3]]
    return "".join(a + b for a, b in zip(markup, [*kept, ""], strict=True))


def style(css: str) -> str:
    """The style sheet without comments and indentation."""
    return INDENT.sub("\n", re.sub(r"/\*.*?\*/", "", css, flags=re.S)).strip() + "\n"


def script(source: str) -> str:
    """The script without lines that are comments and without indentation; no template string spans lines in ours."""
    return INDENT.sub("\n", re.sub(r"(?m)^\s*//.*$", "", source)).strip() + "\n"
