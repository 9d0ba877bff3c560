"""Property tests: whatever a page holds, the parsers answer, keep their places, and agree with themselves.

The suite tries 100 examples each; `HYPOTHESIS_EXAMPLES=10000 make test` tries more.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from urllib.parse import unquote, urljoin

import pytest
from conftest import PROJECT
from guide import (
    addresses,
    characters,
    check,
    citations,
    diagrams,
    finished,
    formulas,
    glossary,
    markup,
    numbers,
    pages,
    parity,
    published,
    stale,
    targets,
    yaml_file,
)
from guide.findings import Finding, as_github, as_json, as_text
from guide.links import _undefined
from guide.references import load
from guide.rules import RULES
from guide.site import Page, Site
from guide.source import Source
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "100"))
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

PIECES = st.sampled_from(
    ["---\n", "```", "```mermaid\n", "~~~", "# ", "## A {#a}\n", "{#", "}", "|", "| - |\n", "$", "$$", "\\", "[@a]", "[@", ";", "](",
     ")", "<!-- waive x: y -->", "<!--", "-->", "`", "    ", "\t", "\n", "\r\n", "!!! interviewer \"q\"\n", "=== \"a\"\n",
     "??? question", "10 万", "1,000", "30%", "百分之三十", "flowchart LR\n", "A --> B[", "subgraph", "end\n", "\u202e", "中"]
)  # fmt: skip
MARKDOWN = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map("".join)


@many
@given(MARKDOWN)
def test_source_keeps_every_line_and_column(text: str) -> None:
    source = Source("docs/zh/p.md", text)
    assert len(source.prose) == len(source.plain) == len(source.lines)
    assert all(len(masked) in (0, len(line)) for masked, line in zip(source.prose, source.lines, strict=True))
    for formula in source.formulas:
        first = formula.tex.split("\n")[0]
        assert source.prose[formula.line - 1][formula.column - 1 :].startswith(first)
    for link in source.links:
        assert "\n".join(source.prose)[source.offset(link.line, link.column) :].startswith(link.written)
    for part in (*source.headings, *source.boxes, *source.tables, *source.fences, *source.waivers):
        assert 1 <= part.line <= len(source.lines)


@many
@given(MARKDOWN)
def test_every_check_answers_with_places_in_the_file(text: str) -> None:
    source = Source("docs/zh/p.md", text)
    found = pages.check(source) + formulas.check(source) + citations.check(source, {})
    found += diagrams.check(source)
    for finding in found:
        assert 1 <= finding.line <= len(source.lines)
        assert 1 <= finding.column <= len(finding.text) + 1
        assert as_text(finding).startswith("docs/zh/p.md:")
        assert "\n" not in as_github(finding)
    assert as_json(found).startswith("[")


@many
@given(MARKDOWN)
def test_a_page_equals_itself(text: str) -> None:
    assert parity.check(Source("docs/zh/p.md", text), Source("docs/en/p.md", text)) == []


@many
@given(MARKDOWN, st.sampled_from(["zh", "en"]))
def test_citations_without_a_registry_change_nothing(text: str, language: str) -> None:
    assert citations.render(text, {}, language) == text


@many
@given(st.text())
def test_yaml_is_data_or_an_error_with_a_place(text: str) -> None:
    with contextlib.suppress(yaml_file.YamlError):
        yaml_file.parse(text)
    _, found = load(text)
    assert all(1 <= f.line <= text.count("\n") + 1 and f.column >= 1 for f in found)


@many
@given(st.integers(0, 10**13), st.sampled_from(["", "%"]))
def test_numbers_mean_the_same_however_they_are_grouped(n: int, percent: str) -> None:
    plain, grouped = list(numbers.numbers(f"{n}{percent}")), list(numbers.numbers(f"约 {n:,}{percent} 个"))
    assert not numbers.unmatched(plain, grouped)
    assert numbers.unmatched(plain, list(numbers.numbers(f"{n + 1}{percent}")))


@many
@given(st.integers(1, 9999))
def test_chinese_and_english_scales_agree(n: int) -> None:
    assert not numbers.unmatched(list(numbers.numbers(f"{n} 万")), list(numbers.numbers(f"{n * 10:,}k")))
    assert not numbers.unmatched(list(numbers.numbers(f"{n} 亿")), list(numbers.numbers(f"{n * 100:,} M")))


@many
@given(st.text(), st.integers(1, 300))
def test_a_finding_is_shown_on_three_lines_at_most(line: str, column: int) -> None:
    text = line.replace("\n", "").replace("\r", "")
    finding = Finding("p.md", 1, min(column, len(text) + 1), "heading-id", text=text)
    assert 1 <= len(as_text(finding).split("\n")) <= 3 + text.count("\x0b") + text.count("\x0c")


TARGET = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(["..", ".", "a", "b.md", "index.html", "topics", "x y", "%20", "样本", "//", "/", "#", "#c", "?q=1", ":", "http://", "https://h.test/"]), max_size=7).map("/".join),
    st.lists(st.sampled_from("../ a b / # . .. topics/ t.md ?".split()), max_size=8).map("".join),
)  # fmt: skip
HTML = st.lists(
    st.one_of(
        st.sampled_from(
            ["<a href=\"", "<img src='", "\">", "'>", "<p>", "</p>", "</article>", "<script>", "<svg>", "<math>", "<h2 id=x>", "<!--", "-->",
             "&#x200b;", "&lt;", "javascript:", "\u202e", " onclick=", " class=\"md-x\"", "<table>", "<template>", "](", "[^1]", "[a][b]"]
        ),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)  # fmt: skip


@many
@given(st.one_of(TARGET, st.from_regex(r"https?://[^\s]{0,40}", fullmatch=True)))
def test_an_address_is_judged_without_a_stumble_and_a_cleaned_one_is_clean(url: str) -> None:
    for offence in addresses.check(url, ["github.com"]):
        assert offence.rule in RULES
        if offence.rule == "url-tracking" and offence.instead:
            assert not [o for o in addresses.check(offence.instead) if o.rule == "url-tracking" and o.instead]
    addresses.shows_another(url, "https://example.org/")


@many
@given(st.text())
def test_hidden_characters_are_named_where_they_stand(text: str) -> None:
    for oddity in characters.check(text):
        assert text[oddity.offset :].startswith(oddity.text[:1]) or oddity.rule == "text-nfc"
        assert 0 <= oddity.offset < len(text)
    if text.isascii() and text.isprintable():
        assert list(characters.check(text)) == []


@many
@given(TARGET, st.sampled_from(["", "topics", "en/topics", "en"]))
def test_a_relative_link_leads_where_a_browser_goes(target: str, folder: str) -> None:
    made = Site.__new__(Site)
    made.url, made.files = "https://h.test/sub/", frozenset({"index.html", "topics/a", "en/index.html"})
    own = f"{folder}/p.html".lstrip("/")
    short = target.startswith(("#", "?")) or not target
    try:
        quick = made._find(folder, own if short else "", target)
    except ValueError:
        return
    base = urljoin(made.url, own if short else f"{folder}/" if folder else "")
    whole = urljoin(base, target)
    if quick.outside or not quick.below:
        return
    path, _, fragment = whole.partition("#")
    address = unquote(path.partition("?")[0]).removeprefix(made.url)
    assert quick.address == re.sub(r"\.html$", "/", re.sub(r"(^|/)index\.html$", r"\1", address))
    assert quick.fragment == unquote(fragment.split(":~:")[0])


@many
@given(TARGET)
def test_what_a_link_means_is_always_an_answer_and_a_portable_one_means_the_same(target: str) -> None:
    docs = targets.Docs(
        {"docs/zh/topics/b.md", "docs/en/topics/b.md", "docs/zh/index.md", "docs/en/index.md"}, {"docs/assets/a"}
    )
    meaning = docs.meaning("docs/zh/topics/b.md", target)
    written = docs.portable("docs/zh/topics/b.md", target, "link")
    if written is not None and meaning is not None:
        again = docs.meaning("docs/en/index.md", written)
        assert again is not None
        assert (again.address, again.page) == (meaning.address, meaning.page)


@many
@given(HTML, MARKDOWN)
def test_a_finished_page_is_read_whatever_it_holds(body: str, markdown: str) -> None:
    source = Source("docs/en/p.md", markdown)
    html = f'<html><body><article class="md-content__inner">{body}</article></body></html>'
    made = Site.__new__(Site)
    made.url, made.files, made.folder = "https://h.test/", frozenset({"en/p/index.html"}), None
    made.pages = {"en/p/index.html": Page("en/p/index.html", html, source)}
    made._goal = made._find
    found = finished.check(made, targets.Docs({"docs/en/p.md"}), {"docs/en/p.md": source}, [], frozenset())
    for finding in found:
        assert finding.rule in RULES
        if finding.path == source.path:
            assert 1 <= finding.line <= len(source.lines)
            assert 1 <= finding.column <= len(finding.text) + 1


@many
@given(st.text(), st.text())
def test_a_ledger_or_a_glossary_of_any_text_is_read(text: str, other: str) -> None:
    source = Source("docs/zh/p.md", text)
    published.check({"docs/zh/p.md": source}, text, other)
    glossary.check(source, other)
    assert not stale.differs(text, text)


REAL_GLOSSARY = (PROJECT / "docs" / "glossary.yml").read_text(encoding="utf-8")
GLOSSARY = "- {id: a, zh: 召回, en: recall, definition: {zh: 一句定义。, en: One sentence.}, avoid: {zh: [回召], en: [re-call]}}\n"


@many
@given(MARKDOWN)
def test_terms_are_found_in_their_places_and_tooltips_change_no_line(text: str) -> None:
    source = Source("docs/zh/p.md", text + "召回 recall 回召")
    for finding in glossary.check(source, GLOSSARY):
        assert finding.text[finding.column - 1 :].lower().startswith(finding.subject.lower())
    explained = glossary.with_tooltips(source.text, source, GLOSSARY, "zh")
    assert re.sub(r'<abbr class="term" title="[^"]*">|</abbr>', "", explained) == re.sub(r"</abbr>", "", source.text)


NAMES = [name.lower() for term in glossary.load(REAL_GLOSSARY)[0] for name in term.names("zh") + term.names("en")]
TREES = [glossary.words(language, REAL_GLOSSARY) for language in ("zh", "en")]


def one_after_another(words: glossary.Words) -> re.Pattern[str]:
    """What the tree of names stands for, as plainly as can be: every name, the longest first."""
    return re.compile(
        "|".join(
            (r"(?<![A-Za-z0-9_-])" if name[0].isascii() else "")
            + re.escape(name)
            + (r"(?:s|es)?(?![A-Za-z0-9_-])" if name[-1].isascii() else "")
            for name in sorted(words.kept | words.avoided, key=len, reverse=True)
        ),
        re.I,
    )


PLAIN = [one_after_another(words) for words in TREES]


@given(st.lists(st.sampled_from([*NAMES, "s", "es", "-", " ", "的", "A", "x"]), max_size=8).map("".join))
def test_the_tree_of_names_finds_what_trying_each_would(text: str) -> None:
    for words, plain in zip(TREES, PLAIN, strict=True):
        assert [m.span() for m in words.find(text)] == [m.span() for m in plain.finditer(text)]


@pytest.mark.parametrize(
    "piece", ["[", "`", "$", "$$", "|", "<!--", "](", "{#", "[@a;", '!!! a "', "1,", "百分之", "A[", "\\"]
)
def test_a_line_of_a_megabyte_does_not_hang(piece: str) -> None:
    """Ten times the line takes some ten times as long, on whatever machine, not a hundred times."""

    def seconds(size: int) -> float:
        line = piece * (size // len(piece))
        source = Source("docs/zh/p.md", f"# T {{#t}}\n\n{line}\n")
        start = time.process_time()
        pages.check(source)
        formulas.check(source)
        citations.check(source, {})
        parity.check(source, Source("docs/en/p.md", source.text))
        glossary.check(source, GLOSSARY)
        list(source.links)
        return time.process_time() - start

    assert seconds(1_000_000) < 30 * max(seconds(100_000), 0.1)


@pytest.mark.parametrize(
    "piece", ["<a href=x>", "<b ", "&#x200b;", "\u202e", "а", "[a][b]", "[^1]", '<p class="x">', "<svg>"]
)
def test_a_finished_page_of_a_megabyte_does_not_hang(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    source = Source("docs/en/p.md", text)
    html = f'<html><body><article class="md-content__inner">{text}</article></body></html>'
    page = Page("en/p/index.html", html, source)
    start = time.monotonic()
    pages.hidden_characters(source)
    list(markup.check_article(page.articles[0]))
    list(_undefined(source, page.articles[0]))
    assert time.monotonic() - start < 10


def test_the_real_guide_has_no_findings(request: pytest.FixtureRequest) -> None:
    """Says more in a second than the build does in ten."""
    assert [as_text(f) for f in check.check(check.read(request.config.rootpath)) if f.fails] == []
