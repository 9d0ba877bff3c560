"""Links that MkDocs does not understand, made to work in every build.

When: on_pre_build (which pages and files there are), on_page_markdown, before everything else (a page named by its
address, from the root, or across the languages becomes an address from the root, which MkDocs leaves alone),
on_page_content (that address becomes relative to the page, as folders or files, below any path). See guide/targets.py.
"""

from __future__ import annotations

from pathlib import Path

from guide import check, targets
from guide.source import Source
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_docs: dict[str, targets.Docs] = {}


def on_pre_build(config: MkDocsConfig) -> None:
    """Read the names of all pages and files; each build anew, for under `serve` they change."""
    project = Path(config.config_file_path).absolute().parent
    _docs["all"] = check.read(project).docs


@event_priority(90)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with portable targets."""
    source = Source("", markdown)
    links = [
        (source.offset(link.line, link.column), link.written, targets.inside(link.target, config.site_url), link.kind)
        for link in source.links
        if link.kind != "autolink"
    ]
    return targets.rewrite(source.text, f"docs/{page.file.src_uri}", _docs["all"], links)


@event_priority(-50)
def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with relative addresses."""
    return targets.relative(html, _docs["all"], f"docs/{page.file.src_uri}", folders=config.use_directory_urls)
