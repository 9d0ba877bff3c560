"""The registry of sources, docs/references.yml: its schema, its checks, and the lists made from it.

Every outside source stands there once; pages cite it by id, and the page references/ is made from it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from guide import yaml_file
from guide.findings import Finding

KINDS = {
    "paper": ("论文", "paper"),
    "book": ("书", "book"),
    "article": ("文章", "article"),
    "documentation": ("文档", "documentation"),
    "code": ("代码", "code"),
    "course": ("课程", "course"),
    "video": ("视频", "video"),
    "forum": ("论坛", "forum"),
    "law": ("法律", "law"),
}
LANGUAGES = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
STATES = {
    "alive": ("", ""),
    "moved": ("已迁移到此地址", "moved to this address"),
    "frozen": ("不再更新", "no longer updated"),
    "retired": ("已下线", "retired"),
}
LISTS = ("close-reading", "further-reading")
DIRECTIVE = re.compile(r"^<!--[ \t]*references:[ \t]*(?P<list>[\w-]*)[ \t]*-->[ \t]*$", re.M)

_TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "title", "kind", "language", "url", "state", "annotation"],
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "title": _TEXT,
            "authors": {"type": "array", "items": _TEXT},
            "organisation": _TEXT,
            "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
            "kind": {"enum": list(KINDS)},
            "language": {"enum": list(LANGUAGES)},
            "url": {"type": "string", "pattern": '^https?://[^\\s<>"]+$'},
            "archive": {"type": "string", "pattern": '^https://[^\\s<>"]+$'},
            "state": {"enum": list(STATES)},
            "lists": {"type": "array", "items": {"enum": list(LISTS)}},
            "annotation": {
                "type": "object",
                "additionalProperties": False,
                "required": ["zh", "en"],
                "properties": {"zh": _TEXT, "en": _TEXT},
            },
        },
    },
}


@dataclass(frozen=True)
class Reference:
    """One source; the fields are those of docs/references.yml, where CONTRIBUTING.md explains them."""

    id: str
    title: str
    kind: str
    language: str
    url: str
    state: str
    annotation: dict[str, str]
    authors: tuple[str, ...] = ()
    organisation: str = ""
    year: int | None = None
    archive: str = ""
    lists: tuple[str, ...] = ()
    line: int = 1


@lru_cache(maxsize=8)
def load(text: str, path: str = "docs/references.yml") -> tuple[dict[str, Reference], list[Finding]]:
    """The registry by id without broken entries, and what is wrong with it. Kept for the next call: change neither."""
    lines = text.split("\n")
    try:
        data, places = yaml_file.parse(text)
    except yaml_file.YamlError as error:
        return {}, [yaml_file.syntax_finding(error, path, lines)]
    found = yaml_file.schema_findings(data, places, SCHEMA, rule="reference-schema", path=path, lines=lines)
    broken = {_entry_at(places, finding.line) for finding in found}
    registry: dict[str, Reference] = {}
    identity: dict[str, str] = {}
    for i, entry in enumerate(data if isinstance(data, list) else []):
        if i in broken or not isinstance(entry, dict):
            continue
        line = places.of((i,))[0]
        reference = _reference(entry, line)
        for same in (reference.id, _same_work(reference.url)):
            if same in identity:
                where = places.of((i, "id" if same == reference.id else "url"))
                subject = f"{reference.id} = {identity[same]}"
                found.append(Finding(path, *where, "reference-duplicate", subject, text=lines[where[0] - 1]))
            identity.setdefault(same, reference.id)
        registry.setdefault(reference.id, reference)
    return registry, found


def _entry_at(places: yaml_file.Places, line: int) -> Any:
    starts = [(place[0], steps[0]) for steps, place in places.values.items() if len(steps) == 1]
    return max(((start, i) for start, i in starts if start <= line), default=(0, -1))[1]


def _reference(entry: dict[str, Any], line: int) -> Reference:
    fields = dict(entry)
    for name in ("authors", "lists"):
        fields[name] = tuple(fields.get(name, ()))
    return Reference(**fields, line=line)


def _same_work(url: str) -> str:
    """A form of the URL in which two addresses of one page are equal."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    path = re.sub(r"(\.pdf|v\d+)$", "", parts.path.rstrip("/").replace("/pdf/", "/abs/"))
    return f"{host}{path}?{parts.query}#{parts.fragment}"


def unused(
    registry: dict[str, Reference], cited: Iterable[str], lines: list[str], path: str = "docs/references.yml"
) -> list[Finding]:
    """A finding for each entry that no page cites and no list names. `lines` are those of the registry's file."""
    used = set(cited)
    return [
        Finding(path, r.line, 1, "reference-unused", r.id, text=lines[r.line - 1])
        for r in registry.values()
        if r.id not in used and not r.lists
    ]


def short_author(reference: Reference, language: str) -> str:
    """The authors in short, "Covington et al." or "Hu & Li"; else the organisation."""
    names = [family_name(a) for a in reference.authors]
    if not names:
        return reference.organisation or urlsplit(reference.url).netloc.removeprefix("www.")
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return f"{names[0]}{'、' if language == 'zh' else ' & '}{names[1]}"
    return f"{names[0]}{' 等' if language == 'zh' else ' et al.'}"


def family_name(author: str) -> str:
    """The family name of "Given Family"; a Chinese name or a single word is left whole."""
    return author if re.search(r"[\u3400-\u9fff]", author) else author.split(" ")[-1]


def entry_html(reference: Reference, language: str, back: str = "") -> str:
    """One line of a reference list: who, title as the link, where and when, state, archived copy, way back."""
    zh = language == "zh"
    who = "、".join(reference.authors) if zh else ", ".join(reference.authors)
    if len(reference.authors) > 4:
        who = f"{reference.authors[0]} 等" if zh else f"{reference.authors[0]} et al."
    where = [reference.organisation, str(reference.year or ""), LANGUAGES[reference.language][not zh]]
    facts = [html.escape(fact) for fact in (KINDS[reference.kind][not zh], *where) if fact and fact != who]
    if reference.language == language:
        facts.pop()  # a page says in which language a source is only when it is the other one
    if state := STATES[reference.state][not zh]:
        facts.append(state)
    if reference.archive:
        facts.append(f'<a href="{html.escape(reference.archive)}">{"存档" if zh else "archived copy"}</a>')
    stop, gap, comma = ("。", "", "，") if zh else (".", " ", ", ")
    author = f"{html.escape(who)}{stop}{gap}" if who else ""
    title = f'<a href="{html.escape(reference.url)}"><cite>{html.escape(reference.title)}</cite></a>'
    label = "回到正文" if zh else "Back to the text"
    way_back = f' <a class="back" href="{back}" aria-label="{label}">↩</a>' if back else ""
    return f"{author}{title}{stop}{gap}{comma.join(facts)}{stop}{way_back}"


def render_lists(
    markdown: str, registry: dict[str, Reference], cited: dict[str, list[tuple[str, str]]], language: str
) -> str:
    """The page's Markdown with each `<!-- references: NAME -->` replaced by that list, annotated.

    `cited` gives, for each id, the (title, link) of the pages that cite it. NAME is a list of the registry, or
    `cited` for all entries on no list.
    """

    def replace(match: re.Match[str]) -> str:
        name = match["list"]
        chosen = [r for r in registry.values() if name in r.lists or (name == "cited" and not r.lists)]
        if name == "cited":
            chosen.sort(
                key=lambda r: (family_name((r.authors or (short_author(r, "en"),))[0]).lower(), r.year or 0, r.title)
            )
        rows = "\n".join(_annotated(r, cited.get(r.id, []), language) for r in chosen)
        return f'<ul class="reading-list">\n{rows}\n</ul>'

    return DIRECTIVE.sub(replace, markdown)


def _annotated(reference: Reference, pages: list[tuple[str, str]], language: str) -> str:
    zh = language == "zh"
    links = ("、" if zh else ", ").join(
        f'<a href="{html.escape(url)}">{html.escape(title)}</a>' for title, url in pages
    )
    uses = f'<p class="used-in">{"引用于：" if zh else "Cited in: "}{links}</p>' if links else ""
    note = html.escape(reference.annotation[language])
    return f'<li id="{reference.id}"><p>{entry_html(reference, language)}</p><p>{note}</p>{uses}</li>'
