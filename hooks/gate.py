"""Gathers every finding of a build, shows them all, fails once, and keeps the last good site.

When: on_startup (listen), on_config (build beside the site, not over it), on_pre_build (begin to check the sources, in
a process of their own), on_page_markdown (leave in front matter only what its schema knows), on_post_build (after
everything else, once for both languages: check the finished pages, show, fail, or put the new site in place),
on_build_error (show what led to it).

MkDocs cleans its output folder first and counts warnings per language; with -q it counts none, with -v it skips
anchors. So the site is built in a folder beside it and swapped in only when nothing was found, and the warnings
of MkDocs and its plugins are caught here and become findings, whatever the verbosity.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from guide import check, pages
from guide.apart import Apart
from guide.findings import Finding, as_github, as_text
from guide.site import Site
from guide.source import Source
from guide.swap import swap
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page


class _Listener(logging.Handler):
    """Turns warnings of MkDocs and its plugins into findings, and keeps them from being printed twice."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.findings: list[Finding] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the warning as a finding."""
        self.findings += _located(" ".join(record.getMessage().split()))


def _located(warning: str) -> list[Finding]:
    """A warning at the page it names, and there at the link it quotes; at mkdocs.yml if it names no page."""
    named = re.search(r"(?:zh|en)/[\w./-]+\.md", warning)
    quoted = re.search(r"link '([^']+)'", warning)
    page = Path(_state["project"], "docs", named[0]) if named else None
    if page is None or not page.exists():
        return [Finding("mkdocs.yml", 1, 1, "mkdocs", warning)]
    source = Source(page.relative_to(_state["project"]).as_posix(), page.read_text(encoding="utf-8"))
    places = [(link.line, link.column) for link in source.links if quoted and link.target == quoted[1]]
    return [source.finding("mkdocs", line, column, warning) for line, column in places or [(1, 1)]]


_listener = _Listener()
LOGGERS = ("mkdocs", "properdocs")  # the second is the maintained fork's
_state: dict[str, Any] = {"command": "build", "project": Path(), "site": None, "apart": None}


def on_startup(*, command: str, dirty: bool) -> None:
    """Listen to MkDocs' warnings from the start; later verbosity must not hide them."""
    _state.update(command=command, site=None)
    for logger in map(logging.getLogger, LOGGERS):
        if _listener not in logger.handlers:
            for handler in logger.handlers:
                # Shown with the other findings, not where it happened to be logged; errors still show at once.
                handler.addFilter(lambda record: record.levelno != logging.WARNING)
            logger.addHandler(_listener)
        if logger.level > logging.WARNING:  # -q
            logger.setLevel(logging.WARNING)


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Once a build: forget the last one's findings, and build beside the site."""
    if not _inner(config):
        _listener.findings.clear()
        _state["project"] = Path(config.config_file_path).absolute().parent
        if _state["command"] == "build" and _state["site"] is None:
            site = Path(config.site_dir)
            _state["site"] = site
            config.site_dir = str(_beside(site, "new"))
        # This gate is the stricter one: it fails once for both languages, and under `serve` it goes on.
        config.strict = False
        for logger in map(logging.getLogger, LOGGERS):
            for counter in [handler for handler in logger.handlers if type(handler).__name__ == "CountHandler"]:
                logger.removeHandler(counter)
    return config


@event_priority(100)
def on_pre_build(config: MkDocsConfig) -> None:
    """Once a build: begin to check the sources."""
    if not _inner(config):
        _state["apart"] = Apart(_state["project"])


@event_priority(100)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Keep from the theme what front matter may not say: a template, an icon, a script of its own."""
    for name in set(page.meta) - set(pages.SCHEMA["properties"]):
        del page.meta[name]


@event_priority(-300)
def on_post_build(config: MkDocsConfig) -> None:
    """When both languages are built: show what was found; fail, or put the new site in its place."""
    if _inner(config):
        return
    project = _state["project"]
    guide = check.read(project)
    site = Site(Path(config.site_dir), config.site_url or "https://example.org/", guide.pages)
    in_sources = _state["apart"].findings(guide)
    found = check.check(guide, site, in_sources) + check.navigation(project)
    _report(sorted({*found, *_listener.findings}), Path(config.site_dir))


def _report(found: list[Finding], built: Path) -> None:
    """Show the findings; fail where one of them does, or put the new site in its place."""
    _show(found)
    site = _state["site"]
    found = [finding for finding in found if finding.fails]
    if found and _state["command"] == "build":
        shutil.rmtree(built, ignore_errors=True)
        kept = f"；{site.name}/ 保持原样" if site.exists() else ""
        kept_en = f"; {site.name}/ stays as it was" if site.exists() else ""
        print(f"{len(found)} 个问题{kept} / {len(found)} finding{'s' * (len(found) > 1)}{kept_en}", file=sys.stderr)
        raise SystemExit(1)
    if found:
        print(f"{len(found)} 个问题，见上 / {len(found)} finding{'s' * (len(found) > 1)}, above", file=sys.stderr)
    if site is not None:
        swap(built, site, _beside(site, "old"))


def on_build_error(error: Exception) -> None:
    """Show what was found before the build broke off, for it is often the cause; leave no half-built site behind."""
    if _state["site"] is not None:
        shutil.rmtree(_beside(_state["site"], "new"), ignore_errors=True)
    guide = check.read(_state["project"])
    found = check.check(guide, None, _state["apart"].findings(guide) if _state["apart"] else None)
    _show(sorted({*found, *_listener.findings}))


def _show(found: list[Finding]) -> None:
    write = as_github if os.environ.get("GITHUB_ACTIONS") == "true" else as_text
    for finding in found:
        print(write(finding), file=sys.stderr)


def _inner(config: MkDocsConfig) -> bool:
    """Whether this is static-i18n's second build, which runs inside the first one's on_post_build."""
    plugin = config.plugins.get("i18n")
    return bool(plugin and getattr(plugin, "building", False))


def _beside(site: Path, name: str) -> Path:
    """A hidden folder next to the site's: .site-new, .site-old."""
    return site.with_name(f".{site.name}-{name}")
