"""Takes from the finished site what no reader sees; a tenth of what a first view transfers.

When: on_post_page, after the templates: their indentation and empty lines, and the <span>s around names, operators
and spaces in code, which the style gives no colour of their own; on_post_build: the comments of our own styles and
scripts (guide/slim.py).
"""

from __future__ import annotations

from pathlib import Path

from guide import slim
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """The page, lighter."""
    return slim.page(output)


@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    """Our styles and scripts, lighter; the theme's come minified, and vendored ones stay as they are."""
    for folder, lighten in (("css", slim.style), ("js", slim.script)):
        for path in sorted(Path(config.site_dir, "assets", folder).glob(f"*.{folder}")):
            path.write_text(lighten(path.read_text(encoding="utf-8")), encoding="utf-8")
