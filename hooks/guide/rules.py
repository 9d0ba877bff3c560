"""The rules by name, read from rules.yml: what is wrong, and how to mend it, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Rule:
    """One rule: its message and its general mend, in Chinese and in English; why it is there, with an example.

    `fails` says whether it fails a build; `of_finished_page` whether it looks at the finished page.
    """

    zh: str
    en: str
    mend_zh: str = ""
    mend_en: str = ""
    cause_zh: str = ""
    cause_en: str = ""
    example: str = ""
    instead: str = ""
    fails: bool = True
    of_finished_page: bool = False


def _rule(entry: dict[str, Any]) -> Rule:
    mend, cause = entry.get("mend", {}), entry.get("cause", {})
    return Rule(
        entry["zh"],
        entry["en"],
        mend.get("zh", ""),
        mend.get("en", ""),
        cause.get("zh", ""),
        cause.get("en", ""),
        entry.get("example", ""),
        entry.get("instead", ""),
        entry.get("fails", True),
        entry.get("of") == "finished",
    )


RULES: dict[str, Rule] = {
    name: _rule(entry)
    for name, entry in yaml.safe_load(Path(__file__).with_name("rules.yml").read_text(encoding="utf-8")).items()
}
OF_FINISHED_PAGES = frozenset(name for name, rule in RULES.items() if rule.of_finished_page)
