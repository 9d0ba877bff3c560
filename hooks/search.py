"""One search index for each language.

When: on_startup (jieba, which cuts Chinese into words for the index, should not chat about its dictionary);
on_post_build, after static-i18n has merged the languages (its priority is -100): the index is split, so that
a reader searches, and loads, one language. assets/js/search-on-demand.js loads it when search is first touched.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority


def on_startup(*, command: str, dirty: bool) -> None:
    """Let jieba speak only when something is wrong."""
    logging.getLogger("jieba").setLevel(logging.WARNING)


@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    """Write /search/search_index.json for the default language and /en/search/search_index.json for English."""
    plugin = config.plugins.get("i18n")
    merged = Path(config.site_dir, "search", "search_index.json")
    if plugin is None or plugin.building or not merged.exists():
        return
    index = json.loads(merged.read_text(encoding="utf-8"))
    others = [language for language in plugin.build_languages if language != plugin.default_language]
    for language in plugin.build_languages:
        prefix = f"{language}/" if language in others else ""
        docs = [
            {**entry, "location": entry["location"].removeprefix(prefix)}
            for entry in index["docs"]
            if (prefix and entry["location"].startswith(prefix))
            or (not prefix and not entry["location"].startswith(tuple(f"{other}/" for other in others)))
        ]
        path = Path(config.site_dir, prefix, "search", "search_index.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        # Sorted: Material's order of entries depends on the order in which pages were built.
        docs.sort(key=lambda entry: entry["location"].partition("#")[0])
        path.write_text(
            json.dumps({**index, "docs": docs}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
        )
