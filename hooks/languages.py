"""What two languages need beyond static-i18n: a 404 page each, absolute addresses, real dates, the way to the source.

When: on_post_template (each language keeps its 404 page), on_page_markdown (the page's last change, for the
sitemap and its foot, and where it is edited), on_page_context (the page in every language, with absolute addresses, and
whether the other language has left it behind, for overrides/main.html), on_post_page (those addresses in a form that
the theme's script leaves alone).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from guide import check, origin, stale
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Write /en/404.html for English: each language's build writes /404.html, and the last one would win."""
    plugin = config.plugins.get("i18n")
    inner = bool(plugin and getattr(plugin, "building", False))
    if template_name != "404.html" or not inner:
        return output_content
    own = Path(config.site_dir, plugin.current_language, template_name)  # type: ignore[union-attr]
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(output_content, encoding="utf-8")
    return ""


_stale: dict[str, stale.Stale] = {}
_changed: dict[str, str] = {}  # path → day of the last commit, "" where git does not know


def on_pre_build(config: MkDocsConfig) -> None:
    """Ask git anew, once a build: under `serve` there may be new commits."""
    if getattr(config.plugins.get("i18n"), "building", False):
        return
    stale.forget()
    project = Path(config.config_file_path).absolute().parent
    _stale.clear()
    _stale.update({found.path: found for found in stale.find(project, check.read(project).pages)})


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Date the page by its last commit, else by its review, and say where it is edited."""
    project = Path(config.config_file_path).absolute().parent
    name = Path(page.file.abs_src_path or "").relative_to(project).as_posix()
    # From the file: other hooks have filled in the lists by now.
    text = page.file.content_string
    _changed[name] = origin.changed(stale.last_changes(project), name, text)
    page.update_date = _changed[name] or str(page.meta.get("reviewed", ""))
    page.edit_url = origin.edit_url(str(config.extra.get("repository") or ""), name, text) or None


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """Give the template the page's absolute address in each language."""
    alternates = getattr(page.file, "alternates", {})
    # From the files: when the first language is written, the pages of the second do not exist yet.
    context["changed"] = _changed.get(f"docs/{page.file.src_uri}")
    context["stale"] = _stale.get(f"docs/{page.file.src_uri}")
    context["page_in_language"] = {
        language: urljoin(config.site_url or "", file.url.removeprefix("./")) for language, file in alternates.items()
    }
    return context


@event_priority(-100)
def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Write rel="alternate " with a space: it means the same, and keeps the theme from fetching sitemaps.

    The theme's script matches the attribute to the letter and asks for a sitemap.xml beside each address it finds.
    """
    return output.replace('rel="alternate"', 'rel="alternate "')
