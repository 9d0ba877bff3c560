"""Which file a page is edited in, and when what it shows was last changed.

A page that is filled from a data file leads to that file: nobody mends a term in the line `<!-- glossary -->`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from guide import glossary, references, rules
from guide.stale import RULES

BRANCH = "main"
MADE_FROM = (
    (glossary.DIRECTIVE, glossary.FILE),
    (rules.DIRECTIVE, RULES),
    (references.DIRECTIVE, "docs/references.yml"),
)


def files(path: str, markdown: str) -> list[str]:
    """The files that a page shows, the one to edit first; `path` is the page's own."""
    return [*(file for directive, file in MADE_FROM if directive.search(markdown)), path]


def edit_url(repository: str, path: str, markdown: str) -> str:
    """Where the page is edited on the code host, GitHub or one with its addresses; "" without a repository."""
    return f"{repository.rstrip('/')}/edit/{BRANCH}/{quote(files(path, markdown)[0])}" if repository else ""


def changed(days: Mapping[str, str], path: str, markdown: str) -> str:
    """The day of the last commit that changed what the page shows; "" where git does not know."""
    return max((days.get(file, "") for file in files(path, markdown)), default="")
