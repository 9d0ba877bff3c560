"""Formulas as MathML.

When: on_page_content, after Python-Markdown: what pymdownx.arithmatex marked becomes <math> (guide/formulas.py).
"""

from __future__ import annotations

from guide import formulas
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with its formulas as MathML."""
    return formulas.render(html)
