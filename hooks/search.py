"""The search index, written from the theme's: hooks/guide/search.py says what it holds and why.

When: on_post_build, after static-i18n has merged the languages (its priority is -100). The sections come from the
theme's search plugin, which reads them from the finished pages; its own index is then taken away.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from guide import asked, check, glossary, search
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority


@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    """Write site/search/."""
    plugin = config.plugins.get("i18n")
    folder = Path(config.site_dir, "search")
    merged = folder / "search_index.json"
    if plugin is None or plugin.building or not merged.exists():
        return
    guide = check.read(Path(config.config_file_path).absolute().parent)
    others = [language for language in plugin.build_languages if language != plugin.default_language]
    sections = search.sections_from(json.loads(merged.read_text(encoding="utf-8")), others)
    shutil.rmtree(folder)
    terms = glossary.load(guide.glossary_text)[0]
    for path, content in search.build(sections, terms, asked.phrases(guide.asked)).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
