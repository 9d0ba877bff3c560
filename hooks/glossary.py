"""The glossary page, and the tooltip at the first use of a term.

When: on_page_markdown, after what the cases and the rubric fill in and before the citations are linked:
`<!-- glossary -->` becomes the list of terms, and a term's first use on any other page an <abbr> with its definition
(guide/glossary.py).
"""

from __future__ import annotations

from pathlib import Path

from guide import check, glossary
from guide.source import Source
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_state = {"text": ""}


def on_pre_build(config: MkDocsConfig) -> None:
    """Read the terms; each build anew, for under `serve` they may have been edited."""
    _state["text"] = check.read(Path(config.config_file_path).absolute().parent).glossary_text


@event_priority(40)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the terms filled in, or explained."""
    path = f"docs/{page.file.src_uri}"
    if glossary.DIRECTIVE.search(markdown):
        return glossary.render(markdown, _state["text"], path)
    return glossary.with_tooltips(markdown, Source(path, markdown), _state["text"], path.split("/")[1])
