"""A new page in both languages: every section that its kind owes, with prompts that say what to write, and its entry in
the navigation. The prompts, marked ✎, are findings of their own until they are written.

The templates are Markdown, in templates/: ${diagram}, ${worked}, ${interviewer} and ${questions} are the blocks of
blocks.yml.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

import yaml

from guide.findings import Finding
from guide.source import Source

MARK = "✎"
TEMPLATES = Path(__file__).with_name("templates")
# Folder → template, and how many questions a page of that kind begins with.
KINDS = {"topics": ("answer", 6), "goals": ("answer", 6), "cases": ("case", 8), "framework": ("stage", 8)}
NAME = re.compile(rf"^(?P<kind>{'|'.join(KINDS)})/(?P<id>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\Z")


class PageError(Exception):
    """Why a page can't be made, in both languages on one line."""


def check(source: Source) -> list[Finding]:
    """One finding for each section of a page that still holds prompts, at the first of them."""
    if MARK not in source.text:
        return []
    found: dict[int, list[int]] = {}
    for number, line in enumerate(source.lines, 1):
        if MARK in line:
            found.setdefault(source.section_of(number)[0], []).append(number)
    return [
        source.finding(
            "placeholder",
            lines[0],
            source.lines[lines[0] - 1].index(MARK) + 1,
            str(sum(source.lines[n - 1].count(MARK) for n in lines)),
        )
        for lines in found.values()
    ]


def make(project: Path, name: str, titles: Mapping[str, str], today: datetime.date | None = None) -> list[Path]:
    """Write docs/zh/NAME.md and docs/en/NAME.md and their line in mkdocs.yml; the files that were written."""
    match = NAME.match(name)
    if match is None:
        shown = f"：{name}" if name else ""
        raise PageError(
            f"页面名写成 {'、'.join(KINDS)} 之一加小写英文{shown}"
            f" / name it as one of {', '.join(KINDS)}, then lower case: NAME=topics/feature-hashing"
        )
    pages = {language: project / "docs" / language / f"{name}.md" for language in ("zh", "en")}
    for page in pages.values():
        if page.exists():
            raise PageError(f"页面已经存在，请直接修改 / this page exists, edit it: {page.relative_to(project)}")
    settings = project / "mkdocs.yml"
    text = with_entry(settings.read_text(encoding="utf-8"), name)
    day = (today or datetime.date.today()).isoformat()
    for language, page in pages.items():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_text(match["kind"], match["id"], language, titles.get(language, ""), day), encoding="utf-8")
    settings.write_text(text, encoding="utf-8")
    return [*pages.values(), settings]


def _text(kind: str, name: str, language: str, title: str, day: str) -> str:
    template, questions = KINDS[kind]
    blocks = yaml.safe_load((TEMPLATES / "blocks.yml").read_text(encoding="utf-8"))[language]
    title = title or blocks["new_title"]
    question = Template(blocks["question"])
    filled = Template((TEMPLATES / f"{template}.{language}.md").read_text(encoding="utf-8")).substitute(
        blocks,
        title=yaml.safe_dump(title, allow_unicode=True, width=1000).splitlines()[0],  # quoted where YAML needs it
        heading=title,
        id=name,
        today=day,
        questions="\n".join(question.substitute(n=n) for n in range(1, questions + 1)),
    )
    return filled.rstrip("\n") + "\n"


def with_entry(settings: str, name: str) -> str:
    """mkdocs.yml with the page at the end of its section of nav. As text: its comments and order stay, and nothing in
    it is run.
    """
    kind, entry = name.split("/")[0], f"- {name}.md"
    start = re.search(r"^nav:", settings, re.M)
    lines = settings.splitlines(keepends=True)
    first = settings.count("\n", 0, start.start()) if start else len(lines)
    last = None
    for number in range(first + 1, len(lines)):
        if lines[number].strip() == entry:
            return settings
        if re.match(r"\S", lines[number]) and not lines[number].startswith(("#", "-")):
            break
        if re.match(rf"[ ]+- (?:[^#]*: )?{kind}/[\w-]+\.md\s*(?:#.*)?$", lines[number]):
            last = number
    if last is None:
        raise PageError(f"mkdocs.yml 的 nav 里没有这一类页面 / no section for this kind in nav of mkdocs.yml: {kind}/")
    indent = re.match(r" *", lines[last])
    lines.insert(last + 1, f"{indent[0] if indent else ''}{entry}\n")
    return "".join(lines)
