"""Whether two pages say the same thing: their structure and their numbers, section by section.

Sentences are free, substance is not. Headings must agree in level and id; then, under each heading, code
(comments aside), diagrams (labels aside), tables (shape and numbers), citations, boxes and questions, formulas,
links, and the set of numbers in the prose. Neither language is the original: a finding stands in the Chinese
page and names the place in the English one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from guide.citations import GROUP, citations
from guide.diagrams import is_diagram
from guide.findings import Finding
from guide.numbers import Number, numbers, unmatched
from guide.source import Fence, Heading, Source

COMPARED = 500  # parts set side by side in one section; the comparison takes the square of it
Place = tuple[int, str]  # a line, and what stands there in a form that is equal in both languages

ATTRIBUTE_LIST = re.compile(r"\{:?[ \t]*[#.][^{}]*\}")
TAG = re.compile(r"<[^<>]*>")
COMMENT_IN_CODE = re.compile(r"(?:^|(?<=\s))(?:#|//|--|%%)\s.*$")


@dataclass(frozen=True)
class Section:
    """A heading with the lines up to the next one; the first section of a page has no heading."""

    source: Source
    heading: Heading | None
    start: int
    end: int

    def holds(self, line: int) -> bool:
        """Whether the line belongs to this section."""
        return self.start <= line <= self.end


def sections(source: Source) -> list[Section]:
    """The page cut at its headings."""
    cuts = [(None, source.front_end + 1), *((h, h.line) for h in source.headings)]
    ends = [line - 1 for _, line in cuts[1:]] + [len(source.lines)]
    return [Section(source, heading, start, end) for (heading, start), end in zip(cuts, ends, strict=True)]


def check(zh: Source, en: Source) -> list[Finding]:
    """Findings for every difference between two pages that should say the same."""
    found = _headings(zh, en)
    if not found:  # sections can be set side by side only when the headings agree
        for ours, theirs in zip(sections(zh), sections(en), strict=True):
            for rule, parts in PARTS.items():
                found += _compare(rule, ours, theirs, parts)
            found += _tables(ours, theirs) + _numbers(ours, theirs)
    return found


def _headings(zh: Source, en: Source) -> list[Finding]:
    ours = [(h.line, f"{'#' * h.level} {{#{h.id}}}") for h in zh.headings]
    theirs = [(h.line, f"{'#' * h.level} {{#{h.id}}}") for h in en.headings]
    return _differences("parity-headings", zh, en, ours, theirs, len(zh.lines), len(en.lines))


def _compare(rule: str, ours: Section, theirs: Section, parts: Callable[[Section], list[Place]]) -> list[Finding]:
    return _differences(rule, ours.source, theirs.source, parts(ours), parts(theirs), ours.start, theirs.start)


def _differences(
    rule: str, zh: Source, en: Source, ours: list[Place], theirs: list[Place], zh_line: int, en_line: int
) -> list[Finding]:
    """One finding for each run of parts that differ; `zh_line` and `en_line` serve where one side has none."""
    if [part for _, part in ours] == [part for _, part in theirs]:
        return []
    found = []
    ours, theirs = ours[:COMPARED], theirs[:COMPARED]
    matcher = SequenceMatcher(None, [p for _, p in ours], [p for _, p in theirs], autojunk=False)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        here, there = ours[i:i_end], theirs[j:j_end]
        line = here[0][0] if here else ours[i - 1][0] if i else zh_line
        other = there[0][0] if there else theirs[j - 1][0] if j else en_line
        subject = f"{_brief(here)} ≠ {_brief(there)}"
        found.append(zh.finding(rule, line, 1, subject, **_other_place(en, other)))
    return found


def _brief(places: list[Place]) -> str:
    text = "; ".join(part for _, part in places) or "—"
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _other_place(source: Source, line: int) -> dict[str, str]:
    place = f"{source.path}:{line}"
    return {"hint_zh": f"对照 {place}", "hint_en": f"compare {place}"}


def _code(section: Section) -> list[Place]:
    return [
        (fence.line, f"{fence.language}: {_without_comments(fence)}")
        for fence in section.source.fences
        if section.holds(fence.line) and not is_diagram(fence)
    ]


def _without_comments(fence: Fence) -> str:
    lines = (COMMENT_IN_CODE.sub("", line).rstrip() for line in fence.code.split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _diagrams(section: Section) -> list[Place]:
    return [
        (fence.line, skeleton(fence.code))
        for fence in section.source.fences
        if section.holds(fence.line) and is_diagram(fence)
    ]


def skeleton(code: str) -> str:
    """A diagram without its labels: what remains is its nodes, edges, directions and groups."""
    lines = [line.strip() for line in code.split("\n")]
    kind = lines[0].split(" ")[0] if lines else ""
    kept = []
    for line in lines:
        if not line or line.startswith(("accTitle", "accDescr", "%%")):
            continue
        if kind == "sequenceDiagram":
            line = re.sub(r"^(participant|actor)\s+(\S+)\s+as\s.*", r"\1 \2", line)
            line = re.sub(r"^(loop|alt|else|opt|par|and|critical|option|break|rect|title)\b.*", r"\1", line)
            line = line.split(":")[0]
        elif kind == "stateDiagram-v2":
            line = re.sub(r'^state\s+"[^"]*"\s+as\s+', "state ", line).split(":")[0]
        elif kind == "classDiagram":
            line = re.sub(r'"[^"]*"|\s:\s.*$', "", line)
        else:
            line = re.sub(r"^(subgraph\s+[\w-]+).*", r"\1", line)
            line = re.sub(r'"[^"]*"', "", line)
            line = re.sub(r"\|[^|]*\|", "||", line)
            line = re.sub(r"(--|==|-\.)\s+[^-=.|>]+?\s+(-->|==>|\.->|---|===)", r"\1\2", line)
            line = re.sub(r"(?<=[\w\]])([\[({>]+)[^\[\](){}]*([\])}]+)", r"\1\2", line)
        kept.append(re.sub(r"\s+", " ", line).strip())
    return " ; ".join(kept)


def _citations(section: Section) -> list[Place]:
    # Sentences may run in another order: the keys count, not their sequence; of a place within a source, its numbers.
    found = [
        (c.line, " ".join([c.key, *re.findall(r"\d+(?:\.\d+)*", c.place)]))
        for c in citations(section.source)
        if section.holds(c.line)
    ]
    return sorted(found, key=lambda p: p[1])


def _boxes(section: Section) -> list[Place]:
    return [(b.line, f"{b.mark} {b.kind}".strip()) for b in section.source.boxes if section.holds(b.line)]


def _formulas(section: Section) -> list[Place]:
    found = [
        (f.line, re.sub(r"\s+", " ", re.sub(r"\\text\{[^{}]*\}", r"\\text{}", f.tex)).strip())
        for f in section.source.formulas
        if section.holds(f.line)
    ]
    return sorted(found, key=lambda p: p[1])


def _links(section: Section) -> list[Place]:
    found = [
        (link.line, normal_target(section.source.path, link.target))
        for link in section.source.links
        if section.holds(link.line)
    ]
    return sorted(found, key=lambda p: p[1])


def normal_target(path: str, target: str) -> str:
    """A link's target seen from the language's own root, so that it is equal in both languages."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//|#|/", target, re.I):
        return target
    file, mark, anchor = target.partition("#")
    inside = path.split("/", 2)[-1] if path.startswith("docs/") else path
    return posixpath.normpath(posixpath.join(posixpath.dirname(inside), file)) + mark + anchor


PARTS: dict[str, Callable[[Section], list[Place]]] = {
    "parity-code": _code,
    "parity-diagrams": _diagrams,
    "parity-citations": _citations,
    "parity-blocks": _boxes,
    "parity-formulas": _formulas,
    "parity-links": _links,
}


def _tables(ours: Section, theirs: Section) -> list[Finding]:
    """Tables must agree in their number, their shape, and the numbers of each cell."""
    zh, en = ours.source, theirs.source
    here = [t for t in zh.tables if ours.holds(t.line)]
    there = [t for t in en.tables if theirs.holds(t.line)]
    if len(here) != len(there):
        line = here[0].line if here else ours.start
        other = there[0].line if there else theirs.start
        return [zh.finding("parity-tables", line, 1, f"{len(here)} ≠ {len(there)}", **_other_place(en, other))]
    found = []
    for mine, other_table in zip(here, there, strict=True):
        shape, other_shape = [len(r) for r in mine.rows], [len(r) for r in other_table.rows]
        if shape != other_shape:
            subject = f"{len(shape)} × {max(shape)} ≠ {len(other_shape)} × {max(other_shape)}"
            if (len(shape), max(shape)) == (len(other_shape), max(other_shape)):
                row = next(i for i, (a, b) in enumerate(zip(shape, other_shape, strict=True)) if a != b)
                subject = f"{row + 1}: {shape[row]} ≠ {other_shape[row]}"
            found.append(zh.finding("parity-tables", mine.line, 1, subject, **_other_place(en, other_table.line)))
            continue
        for r, (cells, other_cells) in enumerate(zip(mine.rows, other_table.rows, strict=True)):
            for cell, other_cell in zip(cells, other_cells, strict=True):
                a, b = list(numbers(_prose(cell))), list(numbers(_prose(other_cell)))
                if unmatched(a, b) or unmatched(b, a):
                    line = mine.line + r + (r > 0)
                    column = zh.lines[line - 1].find(cell) + 1
                    where = _other_place(en, other_table.line + r + (r > 0))
                    found.append(zh.finding("parity-tables", line, column, f"{_names(a)} ≠ {_names(b)}", **where))
    return found


def _names(found: Iterable[Number]) -> str:
    return ", ".join(number.text for number in found) or "—"


def _numbers(ours: Section, theirs: Section) -> list[Finding]:
    """Each number of the prose must stand under the same heading of the other language."""
    here, there = _section_numbers(ours), _section_numbers(theirs)
    found = []
    for mine, other, source, section in ((here, there, ours.source, theirs), (there, here, theirs.source, ours)):
        every = [number for _, number in other]
        for number in unmatched([number for _, number in mine], every):
            line = next(n for n, candidate in mine if candidate == number)
            place = _other_place(section.source, section.start)
            found.append(source.finding("parity-numbers", line, number.column + 1, number.text, **place))
    return found


def _section_numbers(section: Section) -> list[tuple[int, Number]]:
    lines = section.source.plain[section.start - 1 : section.end]
    in_tables = {n for t in section.source.tables for n in range(t.line, t.line + len(t.rows) + 1)}
    return [
        (n, number)
        for n, line in enumerate(lines, section.start)
        if n not in in_tables and any(c.isdigit() or c == "百" for c in line)
        for number in numbers(_prose(line))
    ]


def _prose(text: str) -> str:
    """The text with link targets, attribute lists, tags and citations blanked: their digits are not said aloud."""
    for pattern in (ATTRIBUTE_LIST, TAG, GROUP, re.compile(r"\]\([^()\s]*\)"), re.compile(r"https?://\S+")):
        text = pattern.sub(lambda m: " " * len(m[0]), text)
    return text
