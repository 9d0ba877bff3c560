"""Old addresses that lead on.

When: on_page_content, before links become relative (an old id answers on its page), on_post_build, once both languages
are there (a page at each old address). See guide/published.py and docs/redirects.yml.
"""

from __future__ import annotations

import posixpath
from pathlib import Path

from guide import check, published
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_state = {"text": ""}


def on_pre_build(config: MkDocsConfig) -> None:
    """Read the redirects; each build anew."""
    _state["text"] = check.read(Path(config.config_file_path).absolute().parent).redirects_text


@event_priority(-40)
def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with a place for each id that once stood on it."""
    path = f"docs/{page.file.src_uri}"
    return published.with_old_places(html, published.name_of(path), _state["text"], path.split("/")[1])


@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    """Write a page at each old address."""
    plugin = config.plugins.get("i18n")
    if plugin is not None and plugin.building:
        return
    for old, new in published.redirect_pages(_state["text"], check.LANGUAGES).items():
        goal, mark, anchor = new.partition("#")
        if config.use_directory_urls:
            file, way = f"{old}index.html", posixpath.relpath(goal or ".", old) + "/"
        else:
            file, way = (
                f"{old.rstrip('/')}.html",
                posixpath.relpath(f"{goal.rstrip('/')}.html", posixpath.dirname(old.rstrip("/"))),
            )
        path = Path(config.site_dir, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        language = "en" if old.startswith("en/") else "zh"
        path.write_text(published.redirect_html(way + mark + anchor, language), encoding="utf-8")
