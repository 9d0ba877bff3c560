"""One page by itself: front matter by its schema, explicit and unique heading ids in order, fences, table headers,
comments, characters that nobody sees, and the sections that a page of its kind owes.
"""

from __future__ import annotations

import re
from typing import Any

from guide import characters, yaml_file
from guide.findings import Finding
from guide.source import INLINE_FORMULA, Source

PLAIN = r'^[^<>"\n]*$'
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "description", "reviewed"],
    "properties": {
        # Both stand in the page's head as they are written: no character that means something in HTML.
        "title": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": PLAIN},
        "description": {"type": "string", "minLength": 10, "maxLength": 160, "pattern": PLAIN},
        "reviewed": {"type": "string", "format": "date"},
        "hide": {"type": "array", "items": {"enum": ["navigation", "toc", "path"]}},
        "search": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"exclude": {"type": "boolean"}, "boost": {"type": "number"}},
        },
    },
}
ID = re.compile(r"^[a-z][a-z0-9-]*$")
COMMENT = re.compile(r"<!--(?P<text>.*?)(?:-->|\Z)", re.S)
LONGEST_COMMENT = 200  # characters: a waiver with its reason; nobody who reads the page sees more
STAGES = "requirements ml-task data features model evaluation deployment serving monitoring maintenance".split()
ANSWERED = ["short-answer", "worked-example", "trade-offs", "mistakes", "questions"]
# The sections that each kind of page owes, by the folder that it stands in; its index page owes none.
OWED = {
    "framework": ["in-the-interview", "worked-example", "mistakes", "in-the-cases", "questions"],
    "cases": ["at-a-glance", *STAGES, "closing", "rubric", "questions"],
    "goals": ANSWERED,
    "topics": ANSWERED,
}


def check(source: Source) -> list[Finding]:
    """Findings for the page's front matter, fences, headings and tables."""
    found = _front_matter(source) + _fences(source) + _headings(source) + _tables(source)
    return found + _comments(source) + hidden_characters(source) + _sections(source)


def _front_matter(source: Source) -> list[Finding]:
    if not source.front_end:
        hint = {
            "hint_zh": "第一行写 ---，然后是 title、description、reviewed",
            "hint_en": "start with ---, then title, description, reviewed",
        }
        return [source.finding("front-matter", 1, 1, "—", **hint)]
    try:
        data, places = yaml_file.parse(source.front)
    except yaml_file.YamlError as error:
        return [source.finding("yaml-syntax", error.line + 1, error.column, str(error))]
    return yaml_file.schema_findings(
        data, places, SCHEMA, rule="front-matter", path=source.path, lines=source.lines, offset=1
    )


def _fences(source: Source) -> list[Finding]:
    found = [source.finding("fence-unclosed", f.line, f.indent + 1) for f in source.fences if not f.closed]
    return found + [source.finding("fence-language", f.line, f.indent + 1) for f in source.fences if not f.language]


def _comments(source: Source) -> list[Finding]:
    if "<!--" not in source.text:
        return []
    masked = list(source.lines)
    for fence in source.fences:
        for n in range(fence.line - 1, min(len(masked), fence.line + len(fence.body) + fence.closed)):
            masked[n] = " " * len(masked[n])
    return [
        source.finding("html-comment", *source.place(match.start()), f"{len(match['text'])} > {LONGEST_COMMENT}")
        for match in COMMENT.finditer("\n".join(masked))
        if len(match["text"]) > LONGEST_COMMENT
    ]


def hidden_characters(source: Source) -> list[Finding]:
    """Findings for the characters and words of a text that are not what they seem."""
    return [source.finding(o.rule, *source.place(o.offset), o.subject) for o in characters.check(source.text)]


def _sections(source: Source) -> list[Finding]:
    """One finding for each section that the page's kind owes, where the order of the sections would have it."""
    parts = source.path.split("/")
    if len(parts) != 4 or parts[3] == "index.md":
        return []
    owed = OWED.get(parts[2], [])
    lines = {heading.id: heading.line for heading in source.headings}
    found = []
    for i, name in enumerate(owed):
        if name not in lines:
            before = [lines[other] for other in owed[:i] if other in lines]
            after = next((lines[other] for other in owed[i + 1 :] if other in lines), 0)
            line = max(before) if before else after or 1
            where = {"hint_zh": f"加上 ## … {{#{name}}}", "hint_en": f"add ## … {{#{name}}}"}
            found.append(source.finding("page-sections", line, 1, f"#{name}", **where))
    return found


def _tables(source: Source) -> list[Finding]:
    # A formula alone does not count: screen readers do not reliably say it.
    empty = [t.line for t in source.tables if not all(INLINE_FORMULA.sub("", cell).strip() for cell in t.rows[0])]
    return [source.finding("table-header", line, source.lines[line - 1].find("|") + 1) for line in empty]


def _headings(source: Source) -> list[Finding]:
    found: list[Finding] = []
    seen: dict[str, int] = {}
    level = 0
    for heading in source.headings:
        end = len(source.lines[heading.line - 1]) + 1
        if not heading.id:
            found.append(source.finding("heading-id", heading.line, end))
        elif not ID.match(heading.id):
            found.append(source.finding("heading-id", heading.line, end, f"#{heading.id}"))
        elif heading.id in seen:
            column = source.lines[heading.line - 1].rindex(f"#{heading.id}") + 1
            subject = f"#{heading.id} ({source.path}:{seen[heading.id]})"
            found.append(source.finding("heading-duplicate-id", heading.line, column, subject))
        seen.setdefault(heading.id, heading.line)
        if heading.level == 1 and level:
            found.append(source.finding("heading-level", heading.line, 1, "第二个 h1 / second h1"))
        elif heading.level > level + 1:
            found.append(source.finding("heading-level", heading.line, 1, f"h{level or 0} → h{heading.level}"))
        level = heading.level
    return found


def title_of(source: Source) -> str:
    """The page's first heading without its id; the file's path where it has none."""
    return source.headings[0].text if source.headings else source.path
