"""What people type when they look for a section: docs/search/PAGE.yml, phrases by heading id.

The search index gives a section the words of its phrases besides its own, so that "model good offline bad online"
finds what training-serving skew says in other words. "" is the page as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guide import yaml_file
from guide.findings import Finding, did_you_mean
from guide.source import Source
from guide.targets import address_of

FOLDER = "docs/search/"
_PHRASE = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": r"^[^<>]*$"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": _PHRASE, "minItems": 1},
}


def phrases(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The phrases of the files' texts, by where they lead below a language's root: "topics/ab-testing/#sample-size".

    A file that does not parse has none; `check` says what is wrong with it.
    """
    found = {}
    for path, text in texts.items():
        for anchor, listed in _load(path, text)[0].items():
            found[address_of(_page(path)) + (f"#{anchor}" if anchor else "")] = tuple(listed)
    return found


def check(texts: Mapping[str, str], pages: Mapping[str, Source]) -> list[Finding]:
    """Findings for the files' texts: their form, places that do not exist, and phrases that stand twice."""
    found: list[Finding] = []
    owner: dict[str, str] = {}
    for path, text in texts.items():
        sections, places, wrong = _load(path, text)
        found += wrong
        lines = text.split("\n")
        page = _page(path)
        if page not in pages:
            hint = did_you_mean(page, sorted(pages))
            found.append(Finding(path, 1, 1, "search-place", page, text=lines[0], **hint))
            continue
        ids = sorted(heading.id for heading in pages[page].headings)
        for anchor, listed in sections.items():
            if anchor and anchor not in ids:
                line, column = places.keys.get((anchor,), (1, 1))
                hint = did_you_mean(anchor, ids)
                found.append(Finding(path, line, column, "search-place", anchor, text=lines[line - 1], **hint))
            here = f"{path.removeprefix(FOLDER).removesuffix('.yml')}#{anchor}"
            for i, phrase in enumerate(listed):
                if phrase.lower() in owner:
                    line, column = places.of((anchor, i))
                    subject = f"{phrase} ({owner[phrase.lower()]})"
                    found.append(Finding(path, line, column, "search-twice", subject, text=lines[line - 1]))
                owner.setdefault(phrase.lower(), here)
    return found


def _page(path: str) -> str:
    return f"docs/zh/{path.removeprefix(FOLDER).removesuffix('.yml')}.md"


def _load(path: str, text: str) -> tuple[dict[str, list[str]], yaml_file.Places, list[Finding]]:
    lines = text.split("\n")
    try:
        data, places = yaml_file.parse(text)
    except yaml_file.YamlError as error:
        return {}, yaml_file.Places(), [yaml_file.syntax_finding(error, path, lines)]
    found = yaml_file.schema_findings(data, places, SCHEMA, rule="search-schema", path=path, lines=lines)
    return {} if found else data, places, found
