"""The rubric of all stages on one page.

When: on_page_markdown, before the citations are linked: `<!-- rubric -->` becomes the table of stages by levels that
the stage pages hold (guide/rubric.py).
"""

from __future__ import annotations

from pathlib import Path

from guide import check, rubric
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page


@event_priority(50)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the rubric filled in."""
    if not rubric.DIRECTIVE.search(markdown):
        return markdown
    guide = check.read(Path(config.config_file_path).absolute().parent)
    return rubric.render(markdown, f"docs/{page.file.src_uri}", guide.pages)
