"""What the case pages decide, stage by stage: read from their decision boxes, shown on the stage pages.

A case's section for a stage opens with `!!! decision "19:00–27:00 · 8 min"` and one sentence. On a stage page the
line `<!-- cases: model -->` becomes the list of those sentences, so that nobody types them twice.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from guide.pages import title_of
from guide.source import Source

STAGES = (
    "requirements", "ml-task", "data", "features", "model", "evaluation", "deployment", "serving", "monitoring",
    "maintenance",
)  # fmt: skip
DIRECTIVE = re.compile(r"^<!--[ \t]*cases:[ \t]*(?P<stage>[\w-]*)[ \t]*-->[ \t]*$", re.M)


@dataclass(frozen=True)
class Decision:
    """What one case decides at one stage; `minutes` is the box's title, `path` that of the case page."""

    path: str
    case: str
    stage: str
    minutes: str
    sentence: str


def decisions(sources: Iterable[Source]) -> list[Decision]:
    """The decisions of all case pages among `sources`, in the order of the pages and of their sections."""
    found = []
    for source in sources:
        if "/cases/" not in source.path:
            continue
        for heading in source.headings:
            start, end = source.section_of(heading.line)
            box = next((b for b in source.boxes if b.kind == "decision" and start <= b.line <= end), None)
            if heading.id in STAGES and box is not None:
                text = " ".join(line.strip() for line in _body(source, box.line))
                found.append(Decision(source.path, title_of(source), heading.id, box.title, text))
    return found


def _body(source: Source, line: int) -> list[str]:
    """The indented lines of the box that opens at `line`, without the empty ones around them."""
    body = []
    for text in source.lines[line:]:
        if text.strip() and not text.startswith("    "):
            break
        body.append(text)
    return [text for text in body if text.strip()]


def render(markdown: str, page: str, found: list[Decision]) -> str:
    """The page's Markdown with each `<!-- cases: STAGE -->` replaced by the list of that stage's decisions.

    `page` is the path of the page, like the decisions' own: docs/en/framework/model.md.
    """

    def target(decision: Decision) -> str:
        return f"{posixpath.relpath(decision.path, posixpath.dirname(page))}#{decision.stage}"

    def replace(match: re.Match[str]) -> str:
        chosen = [d for d in found if d.stage == match["stage"]]
        return "\n".join(f"- **[{d.case}]({target(d)})** · {d.minutes}\n\n    {d.sentence}" for d in chosen)

    return DIRECTIVE.sub(replace, markdown)
