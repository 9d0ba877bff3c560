"""The decisions of the cases on the pages of the stages.

When: on_page_markdown, before the citations are linked: `<!-- cases: STAGE -->` becomes what each case decides at
that stage, with a link to its section (guide/cases.py).
"""

from __future__ import annotations

from pathlib import Path

from guide import cases, check
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page


@event_priority(50)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the cases' decisions filled in."""
    if "<!-- cases:" not in markdown:
        return markdown
    guide = check.read(Path(config.config_file_path).parent)
    language = page.file.src_uri.split("/")[0]
    sources = [source for path, source in guide.pages.items() if path.startswith(f"docs/{language}/cases/")]
    return cases.render(markdown, f"docs/{page.file.src_uri}", cases.decisions(sources))
