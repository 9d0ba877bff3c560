"""The rules by name, read from rules.yml: what is wrong, and how to mend it, in both languages."""

from __future__ import annotations

import html
import re
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
DIRECTIVE = re.compile(r"^<!--[ \t]*rules[ \t]*-->[ \t]*$", re.M)
WORDS = {
    "zh": ("出错的写法", "改成", "改法：", "只提示，不让构建失败。"),
    "en": ("Found", "Write", "To mend: ", "Shown; fails no build."),
}


def render(markdown: str, language: str) -> str:
    """The page with all rules in place of `<!-- rules -->`: what each says, why, an example, and how to mend it."""
    zh = language == "zh"
    found, write, mend, shown = WORDS[language]

    def block(label: str, code: str) -> str:
        # Blank lines as an entity: one would end the HTML block.
        text = html.escape(code, quote=False).replace("\n", "&#10;")
        return f"<p>{label}</p><pre><code>{text}</code></pre>" if code else ""

    def entry(name: str, rule: Rule) -> str:
        mending = rule.mend_zh if zh else rule.mend_en
        cause = html.escape(rule.cause_zh if zh else rule.cause_en, quote=False) + ("" if rule.fails else f" {shown}")
        return (
            f'<dt id="{name}"><code>{name}</code> {html.escape(rule.zh if zh else rule.en)}</dt><dd>'
            f"<p>{cause}</p>{block(found, rule.example)}{block(write, rule.instead)}"
            f"{f'<p>{mend}{html.escape(mending, quote=False)}</p>' if mending else ''}</dd>"
        )

    rows = "\n".join(entry(name, rule) for name, rule in RULES.items())
    return DIRECTIVE.sub(lambda _: f'<dl class="rules">\n{rows}\n</dl>', markdown)
