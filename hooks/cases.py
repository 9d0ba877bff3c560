"""The decisions of the cases on the pages of the stages.

When: on_pre_build (read the case pages), on_page_markdown, before the citations are linked: `<!-- cases: STAGE -->`
becomes what each case decides at that stage, with a link to its section, and `<!-- matrix -->` all of it in one table
(guide/cases.py).
"""

from __future__ import annotations

import re
from pathlib import Path

from guide import cases, check
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_decisions: dict[str, list[cases.Decision]] = {}


def on_pre_build(config: MkDocsConfig) -> None:
    """Read what the cases decide, once a build and not once a page."""
    # In the order of the navigation, which puts the case to begin with first.
    order = re.findall(r"cases/[\w-]+\.md", str(config.nav))
    places = {name: i for i, name in enumerate(order)}
    found = check.read(Path(config.config_file_path).absolute().parent).pages.items()
    sources = sorted(found, key=lambda item: places.get(item[0].split("/", 2)[-1], len(places)))
    for language in check.LANGUAGES:
        inside = [source for path, source in sources if path.startswith(f"docs/{language}/")]
        _decisions[language] = cases.decisions(inside)


@event_priority(50)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the cases' decisions filled in."""
    language = page.file.src_uri.split("/")[0]
    return cases.render(markdown, f"docs/{page.file.src_uri}", _decisions.get(language, []))
