"""Permanence: every address that was once published stays, or leads on.

docs/published.yml lists the pages and the ids of their headings, the same in both languages; `make ledger` adds what is
new. docs/redirects.yml says where a page or a place went: `topics/old: topics/new`, `topics/x#old: topics/y#new`. From
it the build makes a page at each old address, and a place that still answers to each old id.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from guide import yaml_file
from guide.findings import Finding, did_you_mean
from guide.source import Source
from guide.targets import address_of

FILE = "docs/published.yml"
REDIRECTS = "docs/redirects.yml"
ID = r"[\w:.-]+"
PAGE = r"[a-z0-9][a-z0-9/-]*"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string", "pattern": f"^{ID}$"}},
}
REDIRECT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": f"^{PAGE}(#{ID})?$"},
    "additionalProperties": {"type": "string", "pattern": f"^{PAGE}(#{ID})?$"},
}
HEAD = """# Every page and heading id that was ever published, the same in both languages. Written by `make ledger`,
# which only adds: what stands here must exist, or be named in docs/redirects.yml.
"""


@lru_cache(maxsize=8)
def load(text: str, file: str) -> tuple[dict[str, Any], dict[tuple[Any, ...], tuple[int, int]], list[Finding]]:
    """The ledger or the redirects, the places of their keys and values, and what is wrong with the file."""
    lines = text.split("\n")
    try:
        data, places = yaml_file.parse(text)
    except yaml_file.YamlError as error:
        return {}, {}, [yaml_file.syntax_finding(error, file, lines)]
    schema = SCHEMA if file == FILE else REDIRECT_SCHEMA
    found = yaml_file.schema_findings(data or {}, places, schema, rule="redirect-target", path=file, lines=lines)
    return (
        ({}, {}, found) if found else (data or {}, places.values | {(*k, "key"): v for k, v in places.keys.items()}, [])
    )


def current(pages: Mapping[str, Source]) -> dict[str, list[str]]:
    """The pages that stand now, without their language, each with the ids of its headings in order."""
    found: dict[str, list[str]] = {}
    for path, source in sorted(pages.items()):
        ids = found.setdefault(name_of(path), [])
        ids += [h.id for h in source.headings if h.id and h.id not in ids]
    return found


def name_of(path: str) -> str:
    """A page as the ledger names it: docs/en/topics/x.md is topics/x, docs/zh/topics/index.md is topics/index."""
    return path.split("/", 2)[2].removesuffix(".md")


def check(pages: Mapping[str, Source], text: str, redirects_text: str) -> list[Finding]:
    """Findings for published pages and ids that are gone without a redirect, for redirects that lead nowhere, and one,
    which fails nothing, that says how much is not in the ledger yet.
    """
    ledger, places, found = load(text, FILE)
    redirects, redirect_places, broken = load(redirects_text, REDIRECTS)
    found = [*found, *broken]
    now = current(pages)
    lines = text.split("\n")
    for name, ids in ledger.items():
        if name not in now:
            if name not in redirects:
                found.append(_at(FILE, lines, places[name, "key"], "published-page", name, **did_you_mean(name, now)))
            continue
        for i, anchor in enumerate(ids):
            if anchor not in now[name] and f"{name}#{anchor}" not in redirects:
                subject, hint = f"{name}#{anchor}", did_you_mean(anchor, now[name])
                found.append(_at(FILE, lines, places[name, i], "published-anchor", subject, **hint))
    for old, new in redirects.items():
        page, _, anchor = new.partition("#")
        if page not in now or (anchor and anchor not in now[page]):
            near = did_you_mean(page, now) if page not in now else did_you_mean(anchor, now[page])
            found.append(
                _at(REDIRECTS, redirects_text.split("\n"), redirect_places[old,], "redirect-target", new, **near)
            )
        elif _stands(old, now):
            where = redirect_places[old, "key"]
            hint = {"hint_zh": "它还在：删掉这一行", "hint_en": "it is still there: remove the line"}
            found.append(_at(REDIRECTS, redirects_text.split("\n"), where, "redirect-target", old, **hint))
    new_places = sum(
        1
        for name, ids in now.items()
        for anchor in ["", *ids]
        if anchor not in ledger.get(name, []) and (anchor or name not in ledger)
    )
    if new_places and ledger:
        found.append(Finding(FILE, 1, 1, "published-behind", str(new_places)))
    return found


def _stands(name: str, now: Mapping[str, list[str]]) -> bool:
    page, _, anchor = name.partition("#")
    return page in now and (not anchor or anchor in now[page])


def _at(file: str, lines: list[str], place: tuple[int, int], rule: str, subject: str, **hint: Any) -> Finding:
    return Finding(file, *place, rule, subject, text=lines[place[0] - 1], **hint)


def extended(text: str, pages: Mapping[str, Source]) -> str:
    """The ledger with what stands now added to it; nothing is ever taken out."""
    ledger: dict[str, list[str]] = {name: list(ids) for name, ids in load(text, FILE)[0].items()}
    for name, ids in current(pages).items():
        known = ledger.setdefault(name, [])
        known += [anchor for anchor in ids if anchor not in known]
    rows = "".join(f"{name}:\n" + "".join(f"  - {anchor}\n" for anchor in ids) for name, ids in sorted(ledger.items()))
    return HEAD + rows


def redirect_pages(redirects_text: str, languages: Iterable[str]) -> dict[str, str]:
    """For each old page and language its address below the site's root, as a folder, and where it went."""
    found = {}
    for old, new in load(redirects_text, REDIRECTS)[0].items():
        if "#" in old:
            continue
        for language in languages:
            page, mark, anchor = new.partition("#")
            found[address_of(f"docs/{language}/{old}.md")] = address_of(f"docs/{language}/{page}.md") + mark + anchor
    return found


def redirect_html(goal: str, language: str) -> str:
    """The page at an old address: it leads on by itself, and by a link where that is switched off."""
    to = html.escape(goal, quote=True)
    text = "这一页搬到了" if language == "zh" else "This page has moved to"
    title = "页面已搬走" if language == "zh" else "Page moved"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="robots" content="noindex">\n<meta http-equiv="refresh" content="0; url={to}">\n'
        f'<link rel="canonical" href="{to}">\n</head>\n<body>\n'
        f'<p>{text} <a href="{to}">{to}</a></p>\n</body>\n</html>\n'
    )


def is_redirect(page_html: str) -> bool:
    """Whether a page is, to the letter, what `redirect_html` writes."""
    goal = re.search(r'<link rel="canonical" href="([^"]*)">', page_html)
    language = re.search(r'<html lang="(zh|en)">', page_html)
    return bool(goal and language) and page_html == redirect_html(html.unescape(goal[1]), language[1])  # type: ignore[index]


def with_old_places(page_html: str, name: str, redirects_text: str, language: str) -> str:
    """The page's HTML with a place for each id that once stood on it: before the heading where it went, or at the end,
    with a link, where it went to another page.
    """
    tail = ""
    for old, new in load(redirects_text, REDIRECTS)[0].items():
        page, _, anchor = old.partition("#")
        if page != name or not anchor:
            continue
        goal, _, goal_anchor = new.partition("#")
        heading = re.compile(rf'(?=<h[1-6] id="{re.escape(goal_anchor)}")')
        if goal == name and heading.search(page_html):
            page_html = heading.sub(f'<span id="{anchor}"></span>', page_html, count=1)
        else:
            address = "/" + address_of(f"docs/{language}/{goal}.md") + (f"#{goal_anchor}" if goal_anchor else "")
            text = "这一部分搬到了" if language == "zh" else "This part has moved to"
            tail += f'\n<p id="{anchor}">{text} <a href="{address}">{goal}</a></p>'
    return page_html + tail
