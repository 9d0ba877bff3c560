"""The rubric of all stages: put together from the tables of levels that end each stage's "In the interview".

A stage page says in a table of two columns what is seen at each level. On the rubric's page the line
`<!-- rubric -->` becomes one table of stages by levels, so that the two can't drift apart.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from guide.cases import STAGES
from guide.pages import title_of
from guide.source import Source, Table

DIRECTIVE = re.compile(r"^<!--[ \t]*rubric[ \t]*-->[ \t]*$", re.M)
SECTION = "in-the-interview"


def levels(source: Source) -> Table | None:
    """The table of levels of a stage page: the last one of two columns in its section #in-the-interview."""
    heading = next((h for h in source.headings if h.id == SECTION), None)
    if heading is None:
        return None
    start, end = source.section_of(heading.line)
    found = [t for t in source.tables if start <= t.line <= end and all(len(row) == 2 for row in t.rows)]
    return found[-1] if found else None


def render(markdown: str, page: str, pages: Mapping[str, Source]) -> str:
    """The page with the table in place of `<!-- rubric -->`; `page` is its path, like the keys of `pages`."""
    language = page.split("/")[1]
    rows: list[str] = []
    for stage in STAGES:
        path = f"docs/{language}/framework/{stage}.md"
        table = levels(pages[path]) if path in pages else None
        if table is None:
            continue
        if not rows:
            names = [name for name, _ in table.rows[1:]]
            rows = [
                f"| {' | '.join(['阶段' if language == 'zh' else 'Stage', *names])} |",
                f"|{' --- |' * (len(names) + 1)}",
            ]
        link = f"{posixpath.relpath(path, posixpath.dirname(page))}#{SECTION}"
        title = re.split("[:：]", title_of(pages[path]))[0]
        rows.append(f"| {' | '.join([f'[{title}]({link})', *(signal for _, signal in table.rows[1:])])} |")
    return DIRECTIVE.sub(lambda _: "\n".join(rows), markdown)
