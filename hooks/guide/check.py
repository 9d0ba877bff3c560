"""All rules over a docs folder: what the build runs, and what `python -m guide check` prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from guide import (
    asked,
    cases,
    citations,
    diagrams,
    examples,
    finished,
    formulas,
    glossary,
    new_page,
    pages,
    parity,
    published,
    references,
    stale,
    style,
)
from guide.findings import Finding, did_you_mean
from guide.references import LISTS, Reference
from guide.rules import OF_FINISHED_PAGES
from guide.site import Site
from guide.source import Source, parse
from guide.targets import Docs

LANGUAGES = ("zh", "en")
REGISTRY = "docs/references.yml"
BROKEN_LINK = ("link-page", "link-anchor", "link-file", "link-outside")


@dataclass(frozen=True)
class Guide:
    """The sources of the whole guide: its pages by path below the project, and its registry."""

    pages: dict[str, Source]
    registry: dict[str, Reference]
    registry_text: str
    registry_findings: tuple[Finding, ...]
    files: frozenset[str] = frozenset()
    project: Path = Path()
    glossary_text: str = "[]"
    published_text: str = "{}"
    redirects_text: str = "{}"
    asked: dict[str, str] = field(default_factory=dict)  # path → text

    @cached_property
    def docs(self) -> Docs:
        """What links of the pages may name."""
        return Docs(self.pages, self.files)

    def data(self) -> dict[str, str]:
        """The files that pages are made from, by path, with their text."""
        return {REGISTRY: self.registry_text, glossary.FILE: self.glossary_text, **self.asked}

    def cited_by(self) -> dict[str, list[str]]:
        """For each cited id, the paths of the pages that cite it, in order."""
        found: dict[str, list[str]] = {}
        for path, source in self.pages.items():
            for key in dict.fromkeys(c.key for c in citations.citations(source)):
                found.setdefault(key, []).append(path)
        return found


def read(project: Path) -> Guide:
    """Read docs/zh, docs/en and docs/references.yml below `project`. A missing registry is an empty one."""
    paths = sorted(p for language in LANGUAGES for p in (project / "docs" / language).rglob("*.md"))
    sources = {}
    for path in paths:
        name = path.relative_to(project).as_posix()
        sources[name] = parse(name, path.read_text(encoding="utf-8", errors="replace"))
    registry = project / REGISTRY
    text = _text(registry, "[]")
    entries, found = references.load(text, REGISTRY)
    files = frozenset(p.relative_to(project).as_posix() for p in (project / "docs").rglob("*") if p.suffix != ".md")
    return Guide(
        sources,
        entries,
        text,
        tuple(found),
        files,
        project,
        _text(project / glossary.FILE, "[]"),
        _text(project / published.FILE, "{}"),
        _text(project / published.REDIRECTS, "{}"),
        {
            path.relative_to(project).as_posix(): _text(path, "")
            for path in sorted((project / asked.FOLDER).rglob("*.yml"))
        },
    )


def _text(path: Path, otherwise: str) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else otherwise


def check(
    guide: Guide,
    site: Site | None = None,
    in_sources: list[Finding] | None = None,
    changed: frozenset[str] | None = None,
) -> list[Finding]:
    """All findings, sorted by place, waivers applied: of the sources, and of the site built from them, if any.

    `in_sources` is what `check_sources` found, where that ran already; `changed` is for that function.
    """
    found = list(check_sources(guide, changed) if in_sources is None else in_sources)
    if site is not None:
        data = [parse(name, text) for name, text in guide.data().items()]
        hosts = finished.known_hosts(reference.url for reference in guide.registry.values())
        found += finished.check(site, guide.docs, guide.pages, data, hosts)
        found = _without_echoes(found)
    return sorted(set(_waive(guide, found, built=site is not None)))


def _without_echoes(found: list[Finding]) -> list[Finding]:
    """Without the differences between the languages that only say again that a link is broken in one of them."""
    broken: dict[str, set[str]] = {}
    for finding in found:
        if finding.rule in BROKEN_LINK:
            target = parity.normal_target(finding.path, finding.subject)
            broken.setdefault(_below_language(finding.path), set()).add(target)

    def echo(finding: Finding) -> bool:
        targets = broken.get(_below_language(finding.path), set())
        return finding.rule == "parity-links" and any(target in finding.subject for target in targets)

    return [finding for finding in found if not echo(finding)]


def check_sources(guide: Guide, changed: frozenset[str] | None = None) -> list[Finding]:
    """The findings of the Markdown and the data files, before waivers.

    With `changed`, the paths of some pages, only their worked Python runs, which takes the most time by far.
    """
    found = list(guide.registry_findings)
    # What a broken registry names but could not be read from it is not unknown.
    unread = set(re.findall(r"^- +id: *(\S+)", guide.registry_text, re.M)) if found else set()
    for source in guide.pages.values():
        found += pages.check(source) + new_page.check(source) + diagrams.check(source) + formulas.check(source)
        found += [f for f in citations.check(source, guide.registry) if f.subject not in unread] + _lists(source)
    for name, text in guide.data().items():
        found += pages.hidden_characters(parse(name, text))
    found += glossary.load(guide.glossary_text)[1]
    for source in guide.pages.values():
        found += glossary.check(source, guide.glossary_text)
    found += asked.check(guide.asked, guide.pages)
    found += published.check(guide.pages, guide.published_text, guide.redirects_text)
    found += stale.check(guide.project, guide.pages)
    found += style.check(guide.pages, guide.project)
    found += examples.check([source for path, source in guide.pages.items() if changed is None or path in changed])
    if not guide.registry_findings:
        found += references.unused(guide.registry, guide.cited_by(), guide.registry_text.split("\n"), REGISTRY)
    for zh, en in _twins(guide, found):
        found += parity.check(zh, en)
    return found


def _lists(source: Source) -> list[Finding]:
    return [
        source.finding("list-unknown", n, 1, match[1], **did_you_mean(match[1], known))
        for n, line in enumerate(source.lines, 1)
        if line.startswith("<!--")
        for pattern, known in ((references.DIRECTIVE, (*LISTS, "cited")), (cases.DIRECTIVE, cases.STAGES))
        if (match := pattern.match(line)) and match[1] not in known
    ]


def _twins(guide: Guide, found: list[Finding]) -> Iterable[tuple[Source, Source]]:
    """The pairs of pages; adds a finding for each page that stands alone."""
    for path, source in guide.pages.items():
        language, other = ("zh", "en") if path.startswith("docs/zh/") else ("en", "zh")
        twin = path.replace(f"docs/{language}/", f"docs/{other}/", 1)
        if twin not in guide.pages:
            hint = {"hint_zh": f"写 {twin}", "hint_en": f"write {twin}"}
            found.append(source.finding("twin-missing", 1, 1, path, **hint))
        elif language == "zh":
            yield source, guide.pages[twin]


def _waive(guide: Guide, found: list[Finding], *, built: bool) -> list[Finding]:
    """The findings that no waiver excuses, and one for each waiver that excuses nothing or gives no reason.

    A waiver covers its rule in its own section; for parity, which compares two sections, either page's will do.
    """
    kept = list(found)
    wrong: list[Finding] = []
    for source in guide.pages.values():
        for waiver in source.waivers:
            if not waiver.reason:
                wrong.append(source.finding("waiver-reason", waiver.line, waiver.column, waiver.rule))
                continue
            start, end = source.section_of(waiver.line)
            excused = [f for f in found if f.rule == waiver.rule and _covers(guide, source, start, end, f)]
            if not excused and (built or waiver.rule not in OF_FINISHED_PAGES):
                wrong.append(source.finding("waiver-unused", waiver.line, waiver.column, waiver.rule))
            kept = [f for f in kept if f not in excused]
    return kept + wrong


def _covers(guide: Guide, source: Source, start: int, end: int, finding: Finding) -> bool:
    if finding.path == source.path:
        return start <= finding.line <= end
    twin = guide.pages.get(finding.path)
    if (
        not finding.rule.startswith("parity-")
        or twin is None
        or _below_language(finding.path) != _below_language(source.path)
    ):
        return False
    # The same section of the other page: the one whose heading has the same id.
    ids = {h.line: h.id for h in source.headings}
    there = {h.line: h.id for h in twin.headings}
    return ids.get(start, "") == there.get(twin.section_of(finding.line)[0], "")


def _below_language(path: str) -> str:
    return path.split("/", 2)[-1]


def navigation(project: Path) -> list[Finding]:
    """A finding for each section title of the navigation that has no English in mkdocs.yml.

    Composed, never constructed: constructing mkdocs.yml would run the Python tags in it.
    """
    text = (project / "mkdocs.yml").read_text(encoding="utf-8")
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    translated = {key.value for node in _mapping_nodes(root, "nav_translations") for key, _ in node.value}
    lines = text.split("\n")
    return [
        Finding("mkdocs.yml", mark.line + 1, mark.column + 1, "nav-translation", title, text=lines[mark.line])
        for key, nav in root.value
        if key.value == "nav"
        for title, mark in _titles(nav)
        if title not in translated
    ]


def _value_nodes(node: yaml.Node, name: str) -> Iterator[yaml.Node]:
    """The values of every key `name`, at any depth."""
    children = node.value if isinstance(node, yaml.SequenceNode) else []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                yield value
            children = [*children, value]
    for child in children:
        yield from _value_nodes(child, name)


def _mapping_nodes(node: yaml.Node, name: str) -> Iterator[yaml.MappingNode]:
    return (value for value in _value_nodes(node, name) if isinstance(value, yaml.MappingNode))


def _titles(nav: yaml.Node) -> Iterator[tuple[str, yaml.Mark]]:
    if isinstance(nav, yaml.SequenceNode):
        for item in nav.value:
            yield from _titles(item)
    elif isinstance(nav, yaml.MappingNode):
        for key, value in nav.value:
            yield key.value, key.start_mark
            yield from _titles(value)
