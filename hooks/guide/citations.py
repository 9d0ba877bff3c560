"""Citations: [@key] and [@a; @b, §2] in a page become numbered links, and the page gets its list of sources.

Numbers follow the order of first mention, one for each source. The form is Pandoc's: keys after an @, several
separated by semicolons, an optional place within the source after a comma.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from guide.findings import Finding, did_you_mean
from guide.references import Reference, entry_html, short_author
from guide.source import Source

GROUP = re.compile(r"(?<!\])\[(?P<body>[^\[\]\n]*@[\w][^\[\]\n]*)\](?![(\[])")
ITEM = re.compile(r"^\s*@(?P<key>[\w](?:[\w:.-]*\w)?)(?:\s*,\s*(?P<place>.+?))?\s*$")

HEADING = {"zh": "参考文献", "en": "References"}


@dataclass(frozen=True)
class Citation:
    """One key of one citation, at the place of the key in the file."""

    line: int
    column: int
    key: str
    place: str


def citations(source: Source) -> Iterator[Citation]:
    """The citations of a page in order, outside code and comments."""
    for number, line in enumerate(source.prose, 1):
        if "[@" not in line and "; @" not in line:
            continue
        for group in GROUP.finditer(line):
            if not all(ITEM.match(item) for item in group["body"].split(";")):
                continue
            for key in re.finditer(r"@([\w](?:[\w:.-]*\w)?)(?:\s*,\s*([^;]+))?", group["body"]):
                yield Citation(number, group.start("body") + key.start() + 1, key[1], (key[2] or "").strip())


def check(source: Source, registry: dict[str, Reference]) -> list[Finding]:
    """A finding for each cited key that the registry does not hold."""
    return [
        source.finding("citation-unknown", c.line, c.column, c.key, **did_you_mean(c.key, registry))
        for c in citations(source)
        if c.key not in registry
    ]


def render(markdown: str, registry: dict[str, Reference], language: str) -> str:
    """The page's Markdown with citations as links and, if it has any, the list of its sources at the end.

    Unknown keys stay as they are written; `check` reports them.
    """
    source = Source("", markdown)
    order: dict[str, int] = {}
    for citation in citations(source):
        if citation.key in registry:
            order.setdefault(citation.key, len(order) + 1)
    if not order:
        return markdown
    seen: set[str] = set()
    lines = [
        _link_line(line, masked, registry, order, seen, language) if "@" in masked else line
        for line, masked in zip(source.lines, source.prose, strict=True)
    ]
    items = "\n".join(
        f'<li id="ref-{key}" value="{number}">{entry_html(registry[key], language, back=f"#cite-{key}")}</li>'
        for key, number in order.items()
    )
    heading = f"## {HEADING[language]} {{#references}}"
    return "\n".join(lines).rstrip() + f'\n\n{heading}\n\n<ol class="references">\n{items}\n</ol>\n'


def _link_line(
    line: str, masked: str, registry: dict[str, Reference], order: dict[str, int], seen: set[str], language: str
) -> str:
    """One line with its citations as links; `masked` says where code hides brackets that are none."""
    parts, end = [], 0
    for group in GROUP.finditer(masked):
        items = [ITEM.match(item) for item in group["body"].split(";")]
        if not all(item and item["key"] in order for item in items):
            continue
        links = [_link(registry[item["key"]], order, item["place"], seen, language) for item in items if item]
        # No space before the number: it belongs to the word it stands behind.
        parts += [line[end : group.start()].rstrip(" "), f'<span class="cite">[{", ".join(links)}]</span>']
        end = group.end()
    return "".join(parts) + line[end:]


def _link(reference: Reference, order: dict[str, int], place: str | None, seen: set[str], language: str) -> str:
    number = order[reference.id]
    year = f" ({reference.year})" if reference.year else ""
    title = html.escape(f"{short_author(reference, language)}{year}: {reference.title}", quote=True)
    # The first mention says who and what; later ones only lead to the list.
    anchor = "" if reference.id in seen else f' id="cite-{reference.id}" title="{title}"'
    seen.add(reference.id)
    where = f", {html.escape(place)}" if place else ""
    return f'<a href="#ref-{reference.id}"{anchor}>{number}</a>{where}'
