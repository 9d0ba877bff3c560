"""Citations and the page of references.

When: on_page_markdown, before Python-Markdown. [@key] becomes a numbered link and the page gets its list of
sources (guide/citations.py); `<!-- references: NAME -->` becomes that list of the registry (guide/references.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from guide import check, citations, pages, references
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

_guide: dict[str, Any] = {}


def on_pre_build(config: MkDocsConfig) -> None:
    """Read the registry and who cites what; each build anew, for it may have been edited under `serve`."""
    _guide["all"] = check.read(Path(config.config_file_path).absolute().parent)
    _guide["cited"] = _guide["all"].cited_by()


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with its citations linked and its lists filled in."""
    guide: check.Guide = _guide["all"]
    language = page.file.src_uri.split("/")[0]
    if "<!-- references:" in markdown:
        markdown = references.render_lists(markdown, guide.registry, _citing_pages(page, files, language), language)
    return citations.render(markdown, guide.registry, language)


def _citing_pages(page: Page, files: Files, language: str) -> dict[str, list[tuple[str, str]]]:
    """For each cited id, the title and the relative URL of the pages in this language that cite it."""
    links = {}
    for path, source in _guide["all"].pages.items():
        file = files.get_file_from_path(path.removeprefix("docs/"))
        if file is not None and path.startswith(f"docs/{language}/"):
            links[path] = (pages.title_of(source), get_relative_url(file.url, page.url))
    return {key: [links[p] for p in paths if p in links] for key, paths in _guide["cited"].items()}
