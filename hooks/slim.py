"""Takes from the finished page what no reader sees.

When: on_post_page, after the templates: their indentation and empty lines, and the <span>s around names, operators
and spaces in code, which the style gives no colour of their own (guide/slim.py). A tenth of a page's bytes.
"""

from __future__ import annotations

from guide import slim
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """The page, lighter."""
    return slim.page(output)
