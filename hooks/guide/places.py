"""Where in the Markdown something of the finished page stands.

The finished page decides what is wrong; this finds the place to mend. It looks for what was found, as it may be written
(entities, escapes, another case), first in the page's prose, then in its front matter and code, where diagrams and
formulas come from, then in the other pages, whose titles stand in this one's navigation, and in the registry.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from guide.findings import Finding
from guide.source import Source

ENTITY = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def find(sources: Iterable[Source], patterns: Iterable[re.Pattern[str]], skip: int) -> tuple[Source, int] | None:
    """The source and offset of the match number `skip` (from 0) of the first pattern that matches in the first zone.

    Where a zone has fewer matches, its last one. A pattern's group `at` says where in the match the place is.
    """
    patterns = list(patterns)
    for source in sources:
        for zone in _zones(source):
            for pattern in patterns:
                at = "at" if "at" in pattern.groupindex else 0
                matches = [match.start(at) for match in pattern.finditer(zone)]
                if matches:
                    return source, matches[min(skip, len(matches) - 1)]
    return None


@lru_cache(maxsize=256)
def _zones_of(text: str, prose: str, front: int) -> tuple[str, str, str]:
    return prose, text[:front], text


def _zones(source: Source) -> Iterator[str]:
    """The text with everything masked but the prose; then the front matter; then all of it. Offsets agree."""
    front = source.offset(source.front_end + 1, 1) if source.front_end < len(source.lines) else len(source.text)
    yield from _zones_of(source.text, "\n".join(source.prose), front)


def literal(text: str) -> re.Pattern[str]:
    """A pattern for a piece of text as it may be written: white space of any kind, letters of any case."""
    words = [re.escape(word) for word in text.split()]
    return re.compile(r"\s+".join(words) if words else r"(?!)", re.I)


def character(char: str) -> re.Pattern[str]:
    """A pattern for a character as itself or as any entity that stands for it."""
    code = ord(char)
    names = [name.rstrip(";") for name, value in html.entities.html5.items() if value == char]
    named = "".join(f"|{re.escape(name)};" for name in sorted(set(names)))
    return re.compile(rf"{re.escape(char)}|&(?:#0*{code};?|#[xX]0*{code:x};?{named})", re.I)


def attribute(tag: str, name: str, value: str) -> list[re.Pattern[str]]:
    """Patterns for an attribute: first with its value, then its name, in HTML or in an attribute list, then its tag."""
    named = rf"(?<![\w:-]){re.escape(name)}"
    return [
        *([valued(name, value, at_value=False)] if value.strip() else []),
        re.compile(rf"{named}\s*=", re.I),
        re.compile(rf"{named}(?=[\s>/}}])", re.I),
        element(tag),
    ]


def valued(name: str, value: str, *, at_value: bool) -> re.Pattern[str]:
    """A pattern for an attribute with the beginning of its value; its place is the name's, or the value's."""
    start = r"\s*".join(re.escape(char) for char in value.strip()[:24] if not char.isspace())
    named = rf"(?<![\w:-]){re.escape(name)}\s*=\s*[\"']?"
    return re.compile(rf"{named}(?P<at>\s*{start})" if at_value else rf"(?P<at>{named})\s*{start}", re.I)


def element(tag: str) -> re.Pattern[str]:
    """A pattern for an opening tag."""
    return re.compile(rf"<{re.escape(tag)}(?![\w-])", re.I)


def finding(source: Source, offset: int, rule: str, subject: str, **hint: Any) -> Finding:
    """A finding of `rule` at an offset of the source."""
    line, column = source.place(offset)
    return source.finding(rule, line, column, subject, **hint)
