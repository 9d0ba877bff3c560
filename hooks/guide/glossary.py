"""The terms, docs/glossary.yml: each with its Chinese and English name, what else it is called, and what to avoid.

From it come the glossary page (`<!-- glossary -->`), the tooltip at a term's first use on a page, the names by which
search knows a term, and two rules: variants to avoid, and 中文（English）at the first use on a Chinese page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from guide import yaml_file
from guide.findings import Finding
from guide.source import Source
from guide.targets import address_of

FILE = "docs/glossary.yml"
DIRECTIVE = re.compile(r"^<!--[ \t]*glossary[ \t]*-->[ \t]*$", re.M)
_NAME = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": r"^[^<>\"]*$"}
_NAMES = {"type": "array", "items": _NAME}
_BOTH = {"type": "object", "additionalProperties": False, "properties": {"zh": _NAMES, "en": _NAMES}}
SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "zh", "en", "definition"],
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "zh": _NAME,
            "en": _NAME,
            "aliases": _BOTH,
            "avoid": _BOTH,
            "definition": {
                "type": "object",
                "additionalProperties": False,
                "required": ["zh", "en"],
                "properties": {
                    "zh": {"type": "string", "minLength": 4, "maxLength": 160, "pattern": r"^[^<>\"]*$"},
                    "en": {"type": "string", "minLength": 8, "maxLength": 240, "pattern": r"^[^<>\"]*$"},
                },
            },
            "page": {"type": "string", "pattern": r"^[a-z0-9/-]+\.md(#[a-z0-9-]+)?$"},
            "gloss": {"type": "boolean"},
        },
    },
}


@dataclass(frozen=True)
class Term:
    """One term. `page` is where the guide explains it, below a language's folder; `gloss` whether Chinese pages give
    its English at the first use; CONTRIBUTING.md explains the fields.
    """

    id: str
    zh: str
    en: str
    definition: dict[str, str]
    aliases: dict[str, list[str]] = field(default_factory=dict)
    avoid: dict[str, list[str]] = field(default_factory=dict)
    page: str = ""
    gloss: bool = True

    def names(self, language: str) -> list[str]:
        """The names that pages in a language may use, the first one preferred."""
        return [self.zh if language == "zh" else self.en, *self.aliases.get(language, [])]

    def claims(self, language: str) -> list[str]:
        """All names that are this term's alone in a language: those to use, and those to avoid."""
        return self.names(language) + self.avoid.get(language, [])

    def address(self, language: str) -> str:
        """Where the guide explains it, below the root of the site; "" where it does not."""
        path, mark, fragment = self.page.partition("#")
        return address_of(f"docs/{language}/{path}") + mark + fragment if path else ""


@lru_cache(maxsize=8)
def load(text: str) -> tuple[tuple[Term, ...], list[Finding]]:
    """The terms of a glossary's text, without broken entries, and what is wrong with it. Change neither."""
    lines = text.split("\n")
    try:
        data, places = yaml_file.parse(text)
    except yaml_file.YamlError as error:
        return (), [yaml_file.syntax_finding(error, FILE, lines)]
    found = yaml_file.schema_findings(data, places, SCHEMA, rule="glossary-schema", path=FILE, lines=lines)
    if found:
        return (), found
    terms = tuple(Term(**entry) for entry in data or [])
    owner: dict[str, str] = {}
    for i, term in enumerate(terms):
        line, column = places.of((i,))
        for name in dict.fromkeys(
            f"{language}:{n.lower()}" for language in ("zh", "en") for n in term.claims(language)
        ):
            if name in owner:
                found.append(
                    Finding(
                        FILE, line, column, "glossary-duplicate", f"{name[3:]} ({owner[name]})", text=lines[line - 1]
                    )
                )
            owner.setdefault(name, term.id)
    return terms, found


class Words:
    """The names and variants of all terms in one language, as one pattern: the longest name at a place wins."""

    def __init__(self, terms: tuple[Term, ...], language: str) -> None:
        self.language = language
        self.kept: dict[str, Term] = {}
        self.avoided: dict[str, Term] = {}
        for term in terms:
            for name in term.names(language):
                self.kept.setdefault(name.lower(), term)
            for name in term.avoid.get(language, []):
                self.avoided.setdefault(name.lower(), term)
        names = self.kept | self.avoided
        latin = _tree([name for name in names if name[0].isascii()])
        others = _tree([name for name in names if not name[0].isascii()])
        self.pattern = re.compile(rf"(?<![A-Za-z0-9_-]){latin}|{others}", re.I)

    def find(self, line: str) -> Iterator[re.Match[str]]:
        """Every name and variant in a line, none inside another."""
        return self.pattern.finditer(line)


def _tree(names: list[str]) -> str:
    """A pattern for names in lower case, the longest first; after a Latin end may come a plural, but no other letter.

    By their first letters, and so on: to try the names one after another at every place takes ten times as long.
    """
    heads: dict[str, list[str]] = {}
    for name in names:
        heads.setdefault(name[:1], []).append(name[1:])
    branches = [re.escape(head) + _tree_after(head, rests) for head, rests in sorted(heads.items())]
    return f"(?:{'|'.join(branches) or '(?!)'})"


def _tree_after(head: str, rests: list[str]) -> str:
    end = r"(?:s|es)?(?![A-Za-z0-9_-])" if head.isascii() else ""
    longer = [rest for rest in rests if rest]
    if not longer:
        return end
    return _tree(longer) if len(longer) == len(rests) else f"(?:{_tree(longer)}|{end})"


@lru_cache(maxsize=8)
def words(language: str, text: str) -> Words:
    """The names of a glossary's text in one language, compiled once for all pages."""
    return Words(load(text)[0], language)


def body(source: Source) -> list[tuple[int, str]]:
    """The lines in which a first use counts: text, not headings, tables or box titles.

    Code, formulas, citations and links are masked, for a link leads to where its term is explained.
    """
    in_tables = {n for t in source.tables for n in range(t.line, t.line + len(t.rows) + 1)}
    in_titles = {h.line for h in source.headings} | {b.line for b in source.boxes}
    return [
        (n, MASK.sub(_blank, WHOLE_LINK.sub(_blank, line)))
        for n, line in enumerate(source.plain, 1)
        if n not in in_tables and n not in in_titles and line.strip()
    ]


# 特征存储（feature store）, **特征存储**（…）, 校准过的（calibrated）, （正例率，base rate）.
AFTER = re.compile(r"[”」』*_\s\u3400-\u9fff]{0,4}（(?P<inside>[^（）]*)）|[，、：]\s*(?P<beside>[A-Za-z][\w/ -]*)")
WHOLE_LINK = re.compile(r"\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)")
MASK = re.compile(
    r"\]\([^()\n]{0,500}(?:\([^()\n]{0,200}\)[^()\n]{0,200}){0,3}\)|\[@[^\[\]\n]{0,300}\]|\{[^{}\n]{0,300}\}"
    r"|<[^<>\n]{0,500}>|https?://[^\s<>]{1,500}"
)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def check(source: Source, text: str) -> list[Finding]:
    """Findings for the terms of one page; `text` is that of the glossary."""
    terms, broken = load(text)
    if broken or not terms:
        return []
    language = "zh" if source.path.startswith("docs/zh/") else "en"
    known = words(language, text)
    found = []
    for n, line in enumerate(source.plain, 1):
        if not line.strip():
            continue
        masked = MASK.sub(_blank, line)
        for match in known.find(masked):
            term = known.avoided.get(match[0].lower()) or known.avoided.get(match[0].lower().removesuffix("s"))
            if term is not None:
                better = term.names(language)[0]
                hint = {"hint_zh": f"写成 {better}", "hint_en": f"write {better}"}
                found.append(source.finding("term-variant", n, match.start() + 1, match[0], **hint))
    if language == "zh":
        found += _first_uses(source, known)
    return found


def first_uses(source: Source, known: Words) -> dict[str, tuple[int, re.Match[str]]]:
    """Each term's first use in the text of a page: its line and where in it."""
    first: dict[str, tuple[int, re.Match[str]]] = {}
    for n, line in body(source):
        for match in known.find(line):
            term = known.kept.get(match[0].lower()) or known.kept.get(match[0].lower().removesuffix("s"))
            if term is not None:
                first.setdefault(term.id, (n, match))
    return first


def _first_uses(source: Source, known: Words) -> Iterator[Finding]:
    terms = {term.id: term for term in known.kept.values()}
    lines = dict(body(source))
    for name, (n, match) in first_uses(source, known).items():
        term = terms[name]
        if not term.gloss or match[0].isascii() or glossed(lines[n], match, term):
            continue
        better = f"{match[0]}（{term.en}）"
        hint = {"hint_zh": f"写成 {better}", "hint_en": f"write {better}"}
        yield source.finding("term-first-use", n, match.start() + 1, match[0], **hint)


def glossed(line: str, match: re.Match[str], term: Term) -> bool:
    """Whether a use stands beside its English: 特征存储（feature store）, or feature store（特征存储）."""
    english = [name.lower() for name in term.names("en") if name.isascii()]
    after = re.match(AFTER, line[match.end() :])
    if after:
        said = (after["inside"] or after["beside"] or "").lower()
        # "ranking" will do for heavy ranking, and "holdback group" for holdback.
        spoken = [part.strip() for part in re.findall(r"[a-z][a-z0-9 /&'.-]*", said)]
        if any(name in said or any(_akin(part, name) for part in spoken) for name in english):
            return True
    before = line[: match.start()].rstrip("（“「*_ ").lower()
    return any(before.endswith(name) for name in english)


def _akin(said: str, name: str) -> bool:
    """Whether what stands in the parentheses is the name in another form: calibrated, or ranking for heavy ranking."""
    return len(said) > 3 and (said in name or said[:6] == name[:6])


def render(markdown: str, text: str, page: str) -> str:
    """The page with the list of all terms in place of `<!-- glossary -->`; `page` is its path below the project."""
    language = page.split("/")[1]
    other = "en" if language == "zh" else "zh"
    terms = sorted(load(text)[0], key=lambda term: term.en.lower())

    def entry(term: Term) -> str:
        names = term.names(language)
        also = [*names[1:], *term.aliases.get(other, [])]
        label, comma = ("也作", "、") if language == "zh" else ("also", ", ")
        more = f' <span class="used-in">{label} {html.escape(comma.join(also))}</span>' if also else ""
        link = ""
        if term.page:
            word = "详见" if language == "zh" else "More"
            link = f' <a href="/{term.address(language)}">{word}</a>'
        other_name = term.en if language == "zh" else term.zh
        return (
            f'<dt id="{term.id}"><strong>{html.escape(names[0])}</strong>'
            f' <span lang="{other}">{html.escape(other_name)}</span>{more}</dt>'
            f"<dd>{html.escape(term.definition[language])}{link}</dd>"
        )

    rows = "\n".join(entry(term) for term in terms)
    return DIRECTIVE.sub(lambda _: f'<dl class="glossary">\n{rows}\n</dl>', markdown)


# On one page: more would weigh more than they help, on pages that are held to 90 kB at the first view.
TOOLTIPS = 8


def with_tooltips(markdown: str, source: Source, text: str, language: str) -> str:
    """The Markdown with each term's first use in the text as <abbr>, which shows its definition."""
    terms = load(text)[0]
    if not terms:
        return markdown
    known = words(language, text)
    by_id: Mapping[str, Term] = {term.id: term for term in terms}
    lines = list(source.lines)
    here = source.path.split("/", 2)[-1]
    uses = [
        (n, match.start(), match.end(), name)
        for name, (n, match) in first_uses(source, known).items()
        if by_id[name].page.partition("#")[0] != here  # this very page explains it
    ]
    for n, start, end, name in sorted(sorted(uses)[:TOOLTIPS], reverse=True):
        line = lines[n - 1]
        # Not inside a link's text, or a reader could not follow the link; not in raw HTML.
        if _inside_link(line, start) or "<" in line:
            continue
        shown = line[start:end]
        title = html.escape(by_id[name].definition[language], quote=True)
        lines[n - 1] = f'{line[:start]}<abbr class="term" title="{title}">{shown}</abbr>{line[end:]}'
    return "\n".join(lines)


def _inside_link(line: str, at: int) -> bool:
    opening = line.rfind("[", 0, at)
    return opening >= 0 and "]" not in line[opening:at] and bool(re.match(r"[^\[\]]*\][(\[]", line[at:]))
