"""One page by itself: front matter by its schema, explicit and unique heading ids in order, fences, table headers."""

from __future__ import annotations

import re
from typing import Any

from guide import yaml_file
from guide.findings import Finding
from guide.source import Source

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "description", "reviewed"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 80},
        "description": {"type": "string", "minLength": 10, "maxLength": 160},
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


def check(source: Source) -> list[Finding]:
    """Findings for the page's front matter, fences, headings and tables."""
    return _front_matter(source) + _fences(source) + _headings(source) + _tables(source)


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
    return [source.finding("fence-unclosed", f.line, f.indent + 1) for f in source.fences if not f.closed]


def _tables(source: Source) -> list[Finding]:
    empty = [t.line for t in source.tables if not all(t.rows[0])]
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
