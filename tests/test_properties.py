"""Property tests: whatever a page holds, the parsers answer, keep their places, and agree with themselves.

The suite tries 100 examples each; `HYPOTHESIS_EXAMPLES=10000 make test` tries more.
"""

from __future__ import annotations

import contextlib
import os
import time

import pytest
from guide import check, citations, diagrams, formulas, numbers, pages, parity, yaml_file
from guide.findings import Finding, as_github, as_json, as_text
from guide.references import load
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
        assert link.target in source.lines[link.line - 1]
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


@pytest.mark.parametrize(
    "piece", ["[", "`", "$", "$$", "|", "<!--", "](", "{#", "[@a;", '!!! a "', "1,", "百分之", "A[", "\\"]
)
def test_a_line_of_a_megabyte_does_not_hang(piece: str) -> None:
    line = piece * (1_000_000 // len(piece))
    source = Source("docs/zh/p.md", f"# T {{#t}}\n\n{line}\n")
    start = time.monotonic()
    pages.check(source)
    formulas.check(source)
    citations.check(source, {})
    parity.check(source, Source("docs/en/p.md", source.text))
    assert time.monotonic() - start < 10


def test_the_real_guide_has_no_findings(request: pytest.FixtureRequest) -> None:
    """Says more in a second than the build does in ten."""
    assert [as_text(f) for f in check.check(check.read(request.config.rootpath))] == []
