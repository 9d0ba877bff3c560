"""One search index for each language, in which terms are known by all of their names.

When: on_startup (jieba, which cuts Chinese into words for the index, should not chat about its dictionary);
on_post_build, after static-i18n has merged the languages (its priority is -100): the index is split, so that a reader
searches, and loads, one language, and the section that explains a term (docs/glossary.yml) is found by all its names.
assets/js/search-on-demand.js loads the index when search is first touched.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jieba
from guide import check, glossary
from guide.targets import address_of
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
    terms = glossary.load(check.read(Path(config.config_file_path).absolute().parent).glossary_text)[0]
    others = [language for language in plugin.build_languages if language != plugin.default_language]
    for language in plugin.build_languages:
        prefix = f"{language}/" if language in others else ""
        docs = [
            {**entry, "location": entry["location"].removeprefix(prefix)}
            for entry in index["docs"]
            if (prefix and entry["location"].startswith(prefix))
            or (not prefix and not entry["location"].startswith(tuple(f"{other}/" for other in others)))
        ]
        _name_sections(docs, terms, folders=config.use_directory_urls)
        path = Path(config.site_dir, prefix, "search", "search_index.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        # Sorted: Material's order of entries depends on the order in which pages were built.
        docs.sort(key=lambda entry: entry["location"].partition("#")[0])
        path.write_text(
            json.dumps({**index, "docs": docs}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
        )


def _name_sections(docs: list[dict[str, Any]], terms: Sequence[glossary.Term], *, folders: bool) -> None:
    """Give the section that explains a term its names in both languages as tags, which weigh most in the search."""
    by_location = {entry["location"]: entry for entry in docs}
    for term in terms:
        page, mark, anchor = term.page.partition("#")
        address = address_of(f"docs/zh/{page}") if page else ""
        location = (address if folders else f"{address.rstrip('/')}.html") + mark + anchor
        entry = by_location.get(location)
        if page and entry is not None:
            names = dict.fromkeys([*term.names("zh"), *term.names("en")])
            entry["tags"] = list(dict.fromkeys([*entry.get("tags", []), *map(_cut, names)]))


def _cut(name: str) -> str:
    """A name cut into words as the index is: Chinese by jieba, with a space of no width between words."""
    return name if name.isascii() else "\u200b".join(jieba.cut(name))
