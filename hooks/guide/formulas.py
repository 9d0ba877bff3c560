"""TeX to MathML while the site is built, so that formulas need neither a script nor a font from elsewhere."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from math_core import LatexError, LatexToMathML

from guide.findings import Finding
from guide.source import Source

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_converter = LatexToMathML()


class FormulaError(ValueError):
    """The TeX does not parse; `offset` is where, in characters from its start."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.offset = offset


@lru_cache(maxsize=4096)
def to_mathml(tex: str, *, display: bool) -> str:
    """The formula as a <math> element. Raises FormulaError."""
    try:
        return str(_converter.convert_with_local_state(tex, displaystyle=display))
    except LatexError as error:
        text = ESCAPES.sub("", str(error))
        problem = re.search(r"Error:\s*(.+)", text)
        place = re.search(r"input:(\d+):(\d+)", text)
        lines = tex.split("\n")
        offset = sum(len(line) + 1 for line in lines[: int(place[1]) - 1]) + int(place[2]) - 1 if place else 0
        raise FormulaError(problem[1].strip().rstrip(".") if problem else text.strip(), min(offset, len(tex))) from None


def check(source: Source) -> list[Finding]:
    """A finding for each formula of the page that does not parse, at the place where the parser stopped."""
    found = []
    for formula in source.formulas:
        try:
            mathml = to_mathml(formula.tex, display=formula.display)
            if " style=" in mathml:  # a negative space: it needs a style, which no page may hold
                offset = max(0, formula.tex.find("\\!"))
                raise FormulaError("\\! needs an inline style; leave it out", offset)
        except FormulaError as error:
            before = formula.tex[: error.offset]
            line = formula.line + before.count("\n")
            column = error.offset - before.rfind("\n") if "\n" in before else formula.column + error.offset
            found.append(source.finding("formula-syntax", line, column, str(error)))
    return found


# What pymdownx.arithmatex writes in its generic mode.
SPAN = re.compile(r'<(?P<tag>span|div) class="arithmatex">\\(?P<open>[(\[])(?P<tex>.*?)\\[)\]]</(?P=tag)>', re.S)


def render(page_html: str) -> str:
    """The page's HTML with every formula as MathML; one that does not parse stays as its TeX, in code."""

    def replace(match: re.Match[str]) -> str:
        tex, display = html.unescape(match["tex"]), match["open"] == "["
        try:
            mathml = to_mathml(tex, display=display)
        except FormulaError:
            return f"<code>{html.escape(tex)}</code>"
        return f'<div class="formula" tabindex="0">{mathml}</div>' if display else mathml

    return SPAN.sub(replace, page_html) if "arithmatex" in page_html else page_html
