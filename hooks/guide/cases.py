"""What the case pages decide, stage by stage: read from their decision boxes, shown on the stage pages.

A case's section for a stage opens with `!!! decision "19:00–27:00 · 8 min"` and one sentence. On a stage page the
line `<!-- cases: model -->` becomes the list of those sentences, so that nobody types them twice.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from guide.pages import title_of
from guide.source import Source

STAGES = (
    "requirements", "ml-task", "data", "features", "model", "evaluation", "deployment", "serving", "monitoring",
    "maintenance",
)  # fmt: skip
STAGE_NAMES = {
    "requirements": ("需求", "Requirements"),
    "ml-task": ("机器学习任务", "ML task"),
    "data": ("数据", "Data"),
    "features": ("特征", "Features"),
    "model": ("模型", "Model"),
    "evaluation": ("评价", "Evaluation"),
    "deployment": ("部署", "Deployment"),
    "serving": ("服务", "Serving"),
    "monitoring": ("监控", "Monitoring"),
    "maintenance": ("维护", "Maintenance"),
}
MATRIX = re.compile(r"^<!--[ \t]*matrix[ \t]*-->[ \t]*$", re.M)
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
    """The page's Markdown with each `<!-- cases: STAGE -->` replaced by the list of that stage's decisions, and
    `<!-- matrix -->` by the table of all stages and cases.

    `page` is the path of the page, like the decisions' own: docs/en/framework/model.md.
    """

    def target(decision: Decision) -> str:
        return f"{posixpath.relpath(decision.path, posixpath.dirname(page))}#{decision.stage}"

    def replace(match: re.Match[str]) -> str:
        chosen = [d for d in found if d.stage == match["stage"]]
        return "\n".join(f"- **[{d.case}]({target(d)})** · {d.minutes}\n\n    {d.sentence}" for d in chosen)

    return MATRIX.sub(lambda _: _matrix(page, found, target), DIRECTIVE.sub(replace, markdown))


def _matrix(page: str, found: list[Decision], target: Callable[[Decision], str]) -> str:
    """Stages by cases: in each cell the minutes, which link to the section, and the case's sentence."""
    paths = list(dict.fromkeys(decision.path for decision in found))
    by_place = {(decision.path, decision.stage): decision for decision in found}
    names = {decision.path: decision.case for decision in found}
    folder = posixpath.dirname(page)
    corner = "阶段" if page.startswith("docs/zh/") else "Stage"
    heads = [f"[{names[path]}]({posixpath.relpath(path, folder)})" for path in paths]
    rows = [[corner, *heads], ["---"] * (len(paths) + 1)]
    language_root = "/".join(page.split("/")[:2])
    for stage in STAGES:
        stage_page = posixpath.relpath(f"{language_root}/framework/{stage}.md", folder)
        cells = [f"[{STAGE_NAMES[stage][corner == 'Stage']}]({stage_page})"]
        for path in paths:
            decision = by_place.get((path, stage))
            cells.append(f"[{decision.minutes}]({target(decision)})<br>{decision.sentence}" if decision else "—")
        rows.append(cells)
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return f'<div class="matrix" tabindex="0" markdown>\n\n{table}\n\n</div>'
