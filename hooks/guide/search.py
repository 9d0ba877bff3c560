"""The search index: which sections a word leads to, in small files of which a browser asks for a few.

One index serves both languages, for a section has the same id and the same substance in both: a query in either
language, or in a mixture, finds the section, and the reader sees it in their own. assets/js/search-engine.js reads
what this module writes and must cut a query into the same terms; tests/test_search.py holds the two together.

search/index.json         what a query is understood by: words, terms, traditional characters, sections of each page
search/VERSION/N.json     a share of the terms, each with its sections and how much it says about them
search/VERSION/zh/N.json  one section to show: address, page, place, heading, text, and phrases that people type for it
"""

from __future__ import annotations

import hashlib
import html
import json
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import opencc
import snowballstemmer

from guide.glossary import Term

LANGUAGES = ("zh", "en")
# What a word is worth by where it stands, beside what it is worth in the text of a section, at most 1.
HEADING, PAGE_TITLE, LEAD, NAME, ASKED = 3.0, 1.0, 2.0, 2.5, 2.4
# Lists of other places are found, but after the places themselves.
PRIORS = {"glossary/": 0.3, "contributing/rules/": 0.3, "references/": 0.5, "": 0.5, "framework/": 0.6} | {
    f"{folder}/": 0.5 for folder in ("cases", "goals", "topics")
}
SECTION_PRIORS = {"references": 0.2, "in-the-cases": 0.6, "mistakes": 0.9, "questions": 0.8}
# Of the sections of a term, so many are kept, the ones about which it says most: what a query asks for stays bounded.
MOST_SECTIONS = 600
SHARE_SIZE = 4_500  # characters of terms in one file: about 2 kB on the wire
LONGEST_TEXT = 8_000  # characters of a section that are searched for a passage to show; lists of sources are longer
MOST_WORDS = 6_000  # of the words that a browser knows for completing and mending what is typed
_LONGEST_JOINED = 24
_TOKEN = re.compile(r"[a-z0-9]+(?:[-/.&'’+_][a-z0-9]+)*|[\u3400-\u9fff]+")
_stem = cache(snowballstemmer.stemmer("english").stemWord)


@dataclass
class Section:
    """One section of a page, in each language: `page` is its address below the language's root."""

    page: str
    anchor: str
    heading: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    boost: float = 1.0  # the page's front matter may say `search: {boost: 2}`

    @property
    def location(self) -> str:
        """Address and anchor, as a link has them."""
        return f"{self.page}#{self.anchor}" if self.anchor else self.page


class Phrases(NamedTuple):
    """The names of what a section explains, and what people type for it."""

    names: Sequence[str]
    asked: Sequence[str]


Titles = Mapping[str, Mapping[str, str]]  # of each page, in each language


@cache
def traditional() -> dict[int, str]:
    """Each traditional character with its simplified one, for str.translate."""
    han = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(a): b for a, b in zip(han, simplified, strict=True) if a != b and len(b) == 1}


def normal(text: str) -> str:
    """Lower case, half width, simplified, without accents: what does not tell words apart is gone."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.translate(traditional())).lower()
    return "".join(c for c in folded if not unicodedata.combining(c))


def terms_of(text: str) -> Iterator[str]:
    """The terms of a text: Latin words and numbers, their compounds joined as well, Chinese in pairs of characters.

    >>> list(terms_of("Multi-task 學習率"))
    ['multi', 'task', 'multitask', '学习', '习率']
    """
    for run in _TOKEN.findall(normal(text)):
        if run[0] >= "\u3400":
            yield from [run[i : i + 2] for i in range(len(run) - 1)] or [run]
            continue
        parts = re.split(r"[-/.&'’+_]", run)
        yield from parts
        if len(parts) > 1 and len(joined := "".join(parts)) <= _LONGEST_JOINED:
            yield joined


def build(
    sections: Sequence[Section],
    terms: Sequence[Term],
    asked: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """The files of the index, by their path below search/.

    Of the sections, those of a page together and in its order; the terms of the glossary; and what people type for
    which location.
    """
    titles = {s.page: s.heading for s in sections if not s.anchor}
    names: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        for language in LANGUAGES:
            names[term.address(LANGUAGES[0])] += term.claims(language)
    phrases = {s.location: Phrases(names[s.location], asked.get(s.location, ())) for s in sections}
    postings, words, frequency = _postings(sections, titles, phrases)
    shares = _shares(postings)
    files = {f"{i}.json": _json(share) for i, share in enumerate(shares)}
    for i, section in enumerate(sections):
        for language in section.heading:
            files[f"{language}/{i}.json"] = _json(_shown(section, language, titles, phrases[section.location]))
    version = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:12]
    han = {c for term in postings for c in term if c >= "\u3400"}
    entry = {
        "version": version,
        "shares": len(shares),
        "sections": list(Counter(section.page for section in sections).values()),
        "words": _word_list(words, frequency),
        "terms": [[t.zh, t.en, at] for t in terms if (at := t.address(LANGUAGES[0])) in phrases],
        "traditional": "".join(chr(a) + b for a, b in sorted(traditional().items()) if b in han),
    }
    return {"index.json": _json(entry)} | {f"{version}/{path}": text for path, text in files.items()}


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _shown(section: Section, language: str, titles: Titles, phrases: Phrases) -> list[str | list[str]]:
    """What a browser gets of a section, in the order in which search-engine.js takes it."""
    return [
        ("" if language == LANGUAGES[0] else f"{language}/") + section.location,
        titles.get(section.page, section.heading).get(language, ""),
        re.split("[:：]", titles.get(section.page.partition("/")[0] + "/", {}).get(language, ""))[0],
        section.heading[language] if section.anchor else "",
        section.text[language][:LONGEST_TEXT],
        [*section.heading.values(), *phrases.names, *phrases.asked],
    ]


def _postings(
    sections: Sequence[Section], titles: Titles, phrases: Mapping[str, Phrases]
) -> tuple[dict[str, list[int]], dict[str, set[str]], Counter[str]]:
    """Each term's sections with what it says about them, the forms of each Latin word, and how common each is."""
    texts = [Counter(t for text in section.text.values() for t in terms_of(text)) for section in sections]
    placed = [_placed(section, titles, phrases[section.location]) for section in sections]
    forms: dict[str, set[str]] = defaultdict(set)
    for term in {t for counts in texts for t in counts} | {t for worth in placed for t in worth}:
        forms[_stem(term) if term.isascii() and term.isalpha() and len(term) > 3 else term].add(term)
    term_of = {form: min(group, key=lambda f: (len(f), f)) for group in forms.values() for form in group}
    words = {term_of[next(iter(group))]: group for group in forms.values() if next(iter(group)).isascii()}

    length = [sum(counts.values()) for counts in texts]
    average = sum(length) / max(1, len(length))
    worth: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for i, (counts, extra) in enumerate(zip(texts, placed, strict=True)):
        merged: Counter[str] = Counter()
        for term, count in counts.items():
            merged[term_of[term]] += count
        for term, count in merged.items():
            worth[term][i] += count / (count + 1.2 * (0.4 + 0.6 * length[i] / average))
        best: dict[str, float] = {}
        for term, value in extra.items():
            best[term_of[term]] = max(best.get(term_of[term], 0), value)
        for term, value in best.items():
            worth[term][i] += value
    postings, frequency = {}, Counter[str]()
    for term, found in worth.items():
        rarity = idf(len(found), len(sections))
        frequency[term] = len(found)
        rated = {i: _prior(sections[i]) * rarity * value for i, value in found.items()}
        kept = sorted(sorted(rated, key=lambda i: (-rated[i], i))[:MOST_SECTIONS])
        flat = [len(found)]
        for before, i in pairwise([0, *kept]):
            flat += [i - before, max(1, round(10 * rated[i]))]
        postings[term] = flat
    return postings, words, frequency


def idf(found: int, of: int) -> float:
    """How much it says that a term is there: BM25's, of Robertson and Sparck Jones."""
    return math.log(1 + (of - found + 0.5) / (found + 0.5))


def _prior(section: Section) -> float:
    return section.boost * PRIORS.get(section.page, 1.0) * SECTION_PRIORS.get(section.anchor, 1.0)


def _placed(section: Section, titles: Titles, phrases: Phrases) -> dict[str, float]:
    """What terms are worth by standing in a heading, a title, a name, or in what people type."""
    worth: dict[str, float] = defaultdict(float)

    def add(phrases: Iterable[str], most: float, longer: float) -> None:
        here: dict[str, float] = {}
        for phrase in phrases:
            terms = list(terms_of(phrase))
            for term in terms:
                here[term] = max(here.get(term, 0), most / (1 + longer * (len(set(terms)) - 1)))
        for term, value in here.items():
            worth[term] += value

    add(section.heading.values(), HEADING if section.anchor else LEAD, 0.15)
    if section.anchor:
        add(titles.get(section.page, {}).values(), PAGE_TITLE, 0.1)
    add(phrases.names, NAME, 0.25)
    add(phrases.asked, ASKED, 0.15)
    return worth


def share_of(term: str, shares: int) -> int:
    """In which share a term stands: FNV-1a over its UTF-16 units, which both languages compute alike."""
    value = 0x811C9DC5
    for char in term:
        value = ((value ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    return value % shares


def _shares(postings: Mapping[str, list[int]]) -> list[dict[str, list[int]]]:
    size = sum(len(term) + 4 + sum(len(str(n)) + 1 for n in flat) for term, flat in postings.items())
    shares: list[dict[str, list[int]]] = [{} for _ in range(max(1, size // SHARE_SIZE))]
    for term in sorted(postings):
        shares[share_of(term, len(shares))][term] = postings[term]
    return shares


def _word_list(words: Mapping[str, set[str]], frequency: Mapping[str, int]) -> str:
    """The commonest words, one group of forms after another: how common (log2), the term, its other forms."""
    common = sorted((w for w in words if not w.isdigit()), key=lambda w: (-frequency[w], w))[:MOST_WORDS]
    groups = []
    for word in sorted(common):
        others = sorted(words[word] - {word})
        # What a form shares with the term is not written again.
        tails = [f[len(word):] if f.startswith(word) else f"^{f}" for f in others]  # fmt: skip
        groups.append(f"{min(9, int(math.log2(frequency[word])))}{word}" + "".join(f" {tail}" for tail in tails))
    return ",".join(groups)


def sections_from(index: Mapping[str, Any], others: Sequence[str]) -> list[Section]:
    """Sections from the theme's own index of all languages, whose entries have location, title and text."""
    found: dict[str, Section] = {}
    for entry in index["docs"]:
        location, language = entry["location"], LANGUAGES[0]
        for other in others:
            if location.startswith(f"{other}/"):
                location, language = location.removeprefix(f"{other}/"), other
        page, _, anchor = location.partition("#")
        if anchor == "references" and page != "references/":
            continue
        section = found.setdefault(location, Section(page, anchor))
        section.heading[language] = plain(entry["title"])
        section.text[language] = plain(entry["text"])
        section.boost = entry.get("boost", 1.0)
    ordered = sorted(found.values(), key=lambda section: section.page)
    for section, following in pairwise(ordered):
        # A heading right before the next one: what follows it says what it is about.
        if section.page == following.page:
            for language, text in section.text.items():
                section.text[language] = text or following.text.get(language, "")
    return ordered


_CODE = re.compile(r"<pre\b.*?</pre>", re.S)
_TAG = re.compile(r"<[^>]*>")


def plain(html_text: str) -> str:
    """Text without code blocks and tags."""
    text = html.unescape(_TAG.sub("", _CODE.sub(" ", html_text)))
    return " ".join(text.replace("\u200b", "").split())
