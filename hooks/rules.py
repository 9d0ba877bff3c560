"""The page that lists all rules of the gate.

When: on_page_markdown, after the citations, for the rules' examples are none: `<!-- rules -->` becomes the list of
guide/rules.yml.
"""

from __future__ import annotations

from guide import rules
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page


@event_priority(-50)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the rules filled in."""
    return rules.render(markdown, page.file.src_uri.split("/")[0]) if "<!-- rules" in markdown else markdown
