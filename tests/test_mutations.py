"""Parity, tried on the real pages: each pair is changed on one side, in every way that should and should not be found.

A family takes the text of a page and answers it changed, or None where the page has nothing of the kind. The harmful
ones must lead to a finding of their rule; the harmless ones (other words, other line breaks, a mended typo) to none.
`pytest -s tests/test_mutations.py` prints precision and recall.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from conftest import PROJECT
from guide import parity
from guide.source import Source

Family = Callable[[Source], str | None]
PAIRS = sorted(p.relative_to(PROJECT / "docs/zh").as_posix() for p in (PROJECT / "docs/zh").rglob("*.md"))


def lines_changed(source: Source, changes: dict[int, str | None]) -> str:
    """The text with the lines of those numbers (from 1) replaced, or dropped where None."""
    kept = [changes.get(n, line) for n, line in enumerate(source.lines, 1)]
    return "\n".join(line for line in kept if line is not None)


def middle(items: list[int]) -> int | None:
    """One of several lines, always the same, from the middle of the page."""
    return items[len(items) // 2] if items else None


def at(source: Source, lines: list[int], change: Callable[[str], str | None]) -> str | None:
    line = middle(lines)
    return None if line is None else lines_changed(source, {line: change(source.lines[line - 1])})


def prose_lines(source: Source, pattern: str) -> list[int]:
    tables = {n for t in source.tables for n in range(t.line, t.line + len(t.rows) + 1)}
    return [
        n
        for n, line in enumerate(source.plain, 1)
        if n not in tables
        and re.search(pattern, line)
        and not line.lstrip().startswith(("#", "!!!", "???", "===", "<"))
    ]


def drop_heading(source: Source) -> str | None:
    return at(source, [h.line for h in source.headings[1:]], lambda line: None)


def deepen_heading(source: Source) -> str | None:
    return at(source, [h.line for h in source.headings[1:]], lambda line: "#" + line)


def rename_id(source: Source) -> str | None:
    return at(source, [h.line for h in source.headings[1:]], lambda line: line.replace("{#", "{#x-"))


def change_number(source: Source) -> str | None:
    plain = prose_lines(source, r"(?<![\w.,])\d{2,}(?![\w.,\d]|\s*年)")
    number = middle(plain)
    if number is None:
        return None
    match = re.search(r"(?<![\w.,])\d{2,}(?![\w.,\d]|\s*年)", source.plain[number - 1])
    line = source.lines[number - 1]
    return match and lines_changed(source, {number: line[: match.start()] + "987123" + line[match.end() :]})


def change_unit(source: Source) -> str | None:
    number = middle(prose_lines(source, r"\d%"))
    return (
        None
        if number is None
        else lines_changed(source, {number: re.sub(r"(\d)%", r"\1.7%", source.lines[number - 1], count=1)})
    )


def numeric_rows(source: Source) -> list[int]:
    return [
        t.line + r + 1
        for t in source.tables
        for r, row in enumerate(t.rows)
        if r and re.search(r"\|[^|]*(?<![\w.])\d+(?![\w.])[^|]*\|", "|".join(["", *row, ""]))
    ]


def change_cell(source: Source) -> str | None:
    return at(
        source,
        numeric_rows(source),
        lambda line: (
            re.sub(r"(?<![\w.,#/-])\d+(?![\w.,])", "987123", line, count=1)
            if re.search(r"(?<![\w.,#/-])\d+(?![\w.,])", line)
            else line + " 987123 |"
        ),
    )


def drop_row(source: Source) -> str | None:
    return at(source, [t.line + len(t.rows) for t in source.tables if len(t.rows) > 2], lambda line: None)


def drop_column(source: Source) -> str | None:
    table = next((t for t in source.tables if len(t.rows[0]) > 1), None)
    if table is None:
        return None
    changes: dict[int, str | None] = {}
    for n in range(table.line, table.line + len(table.rows) + 1):
        changes[n] = re.sub(r"\|[^|]*\|\s*$", "|", source.lines[n - 1])
    return lines_changed(source, changes)


def links_to_pages(source: Source) -> list[int]:
    return [link.line for link in source.links if ".md" in link.target]


def drop_link(source: Source) -> str | None:
    return at(
        source, links_to_pages(source), lambda line: re.sub(r"\[([^\[\]]*)\]\([^()]*\.md[^()]*\)", r"\1", line, count=1)
    )


def move_link(source: Source) -> str | None:
    return at(
        source,
        links_to_pages(source),
        lambda line: re.sub(r"\]\([^()]*\.md[^()]*\)", "](../index.md#home)", line, count=1),
    )


CITATION = re.compile(r"\[@[\w-]+(?:,[^\]]*)?\]")


def drop_citation(source: Source) -> str | None:
    return at(
        source,
        [n for n, line in enumerate(source.prose, 1) if CITATION.search(line)],
        lambda line: CITATION.sub("", line, count=1),
    )


def change_citation(source: Source) -> str | None:
    return at(
        source,
        [n for n, line in enumerate(source.prose, 1) if CITATION.search(line)],
        lambda line: CITATION.sub("[@nobody1900]", line, count=1),
    )


def code_fences(source: Source, *, diagrams: bool) -> list[tuple[int, tuple[str, ...]]]:
    return [(f.line, f.body) for f in source.fences if (f.language == "mermaid") == diagrams and len(f.body) > 3]


def change_code(source: Source) -> str | None:
    found = [n + 1 for n, body in code_fences(source, diagrams=False)]
    return at(
        source, found, lambda line: line.replace(">>> ", ">>> extra = ", 1) if ">>> " in line else line + " extra"
    )


def swap_code_lines(source: Source) -> str | None:
    for n, body in code_fences(source, diagrams=False):
        for i in range(len(body) - 1):
            a, b = body[i], body[i + 1]
            if (
                a.strip()
                and b.strip()
                and a.strip() != b.strip()
                and not a.strip().startswith("#")
                and not b.strip().startswith("#")
            ):
                return lines_changed(source, {n + 1 + i: b, n + 2 + i: a})
    return None


def drop_edge(source: Source) -> str | None:
    edges = [
        n + 1 + i
        for n, body in code_fences(source, diagrams=True)
        for i, line in enumerate(body)
        if re.search(r"--[->]|-\.->|->>|==>", line)
    ]
    return at(source, edges, lambda line: None)


def turn_diagram(source: Source) -> str | None:
    found = [n + 1 for n, body in code_fences(source, diagrams=True) if body[0].strip().startswith("flowchart")]
    return at(source, found, lambda line: re.sub(r"(TB|TD|LR|BT|RL)", lambda m: "RL" if m[0] != "RL" else "LR", line))


def drop_formula(source: Source) -> str | None:
    inline = [f.line for f in source.formulas if not f.display]
    return at(
        source, inline, lambda line: re.sub(r"(?<![\\$])\$(?![\s$])[^$\n]*?[^\s\\$]\$(?![\d$])", "x", line, count=1)
    )


def change_formula(source: Source) -> str | None:
    return at(
        source,
        [f.line for f in source.formulas],
        lambda line: re.sub(r"(?<!\\)(\${1,2})(?=[^\s$])", r"\1q^7 ", line, count=1),
    )


def drop_question(source: Source) -> str | None:
    box = next((b for b in reversed(source.boxes) if b.kind == "question"), None)
    if box is None:
        return None
    end = box.line
    while end < len(source.lines) and (source.lines[end].startswith("    ") or not source.lines[end].strip()):
        end += 1
    return lines_changed(source, dict.fromkeys(range(box.line, end + 1 if end == len(source.lines) else end)))


def change_box(source: Source) -> str | None:
    return at(
        source,
        [b.line for b in source.boxes if b.kind],
        lambda line: (
            re.sub(r"^(\s*)(!!!|\?\?\?\+?) [\w-]+", r"\1\2 warning", line)
            if not line.lstrip().startswith("===")
            else line.replace("===", "!!! note", 1)
        ),
    )


def drop_tab(source: Source) -> str | None:
    return at(source, [b.line for b in source.boxes if b.mark == "==="], lambda line: None)


HARMFUL: dict[Family, tuple[str, ...]] = {
    drop_heading: ("parity-headings",),
    deepen_heading: ("parity-headings",),
    rename_id: ("parity-headings",),
    change_number: ("parity-numbers", "parity-citations"),  # the place in a source has numbers, too
    change_unit: ("parity-numbers",),
    change_cell: ("parity-tables",),
    drop_row: ("parity-tables",),
    drop_column: ("parity-tables",),
    drop_link: ("parity-links",),
    move_link: ("parity-links",),
    drop_citation: ("parity-citations",),
    change_citation: ("parity-citations",),
    change_code: ("parity-code",),
    swap_code_lines: ("parity-code",),
    drop_edge: ("parity-diagrams",),
    turn_diagram: ("parity-diagrams",),
    drop_formula: ("parity-formulas",),
    change_formula: ("parity-formulas",),
    drop_question: ("parity-blocks",),
    change_box: ("parity-blocks",),
    drop_tab: ("parity-blocks",),
}


def rewrap(source: Source) -> str | None:
    """A line break after a comma in a paragraph."""
    found = [
        n for n in prose_lines(source, r"\w, \w|，\w") if not source.lines[n - 1].startswith((" ", "-", "|", ">", "\t"))
    ]

    def broken(line: str) -> str:
        plain = re.sub(r"\[[^\]]*\]", lambda match: "x" * len(match[0]), source.plain[(middle(found) or 1) - 1])
        cut = re.search(r"(?<=, )(?=\w)|(?<=，)(?=\w)", plain)
        return line if cut is None else line[: cut.start()].rstrip() + "\n" + line[cut.start() :]

    return at(source, found, broken)


def mend_typo(source: Source) -> str | None:
    return at(
        source,
        prose_lines(source, r"\bthe\b|的"),
        lambda line: re.sub(r"\bthe\b|的", lambda m: "teh" if m[0] == "the" else "地", line, count=1),
    )


def other_words(source: Source) -> str | None:
    found = [n for n in prose_lines(source, r"^\w") if not source.lines[n - 1].startswith(" ")]
    return at(source, found, lambda line: line + (" And so on." if source.path.startswith("docs/en") else "如此等等。"))


def comment_in_code(source: Source) -> str | None:
    found = [
        n + 1 + i
        for n, body in code_fences(source, diagrams=False)
        for i, line in enumerate(body)
        if re.search(r"  # ", line)
    ]
    return at(source, found, lambda line: re.sub(r"  # .*", "  # other words 说明", line))


def other_label(source: Source) -> str | None:
    found = [
        n + 1 + i
        for n, body in code_fences(source, diagrams=True)
        for i, line in enumerate(body)
        if re.search(r'\["[^"]*"\]|\[[^\]"*]+\]', line)  # not [*], which is where a state diagram begins and ends
    ]
    return at(source, found, lambda line: re.sub(r'\["[^"]*"\]|\[[^\]"*]+\]', '["Other 别的"]', line, count=1))


def other_title(source: Source) -> str | None:
    wordy = [h.line for h in source.headings if not re.search(r"\d", h.text)]
    return at(source, wordy, lambda line: re.sub(r"^(#+) .*?( \{#)", r"\1 Other 别的\2", line))


def other_scale(source: Source) -> str | None:
    """100k as 100,000, or 10 万 as 100,000."""
    found = prose_lines(source, r"(?<![\w.,\-–~])\d{1,3} ?(?:k|万)(?![\w亿%])")

    def spelt(line: str) -> str:
        return re.sub(
            r"(?<![\w.,\-–~])(\d{1,3}) ?(k|万)(?![\w亿%])",
            lambda m: f"{int(m[1]) * (1000 if m[2] == 'k' else 10_000):,}",
            line,
            count=1,
        )

    return at(source, found, spelt)


HARMLESS: tuple[Family, ...] = (rewrap, mend_typo, other_words, comment_in_code, other_label, other_title, other_scale)


def mutants(name: str) -> list[tuple[str, bool, bool]]:
    """For one pair: the family, whether it should be found, whether it was."""
    rows = []
    texts = {language: (PROJECT / "docs" / language / name).read_text(encoding="utf-8") for language in ("zh", "en")}
    sources = {language: Source(f"docs/{language}/{name}", text) for language, text in texts.items()}
    for family in (*HARMFUL, *HARMLESS):
        for language in ("zh", "en"):
            changed = family(sources[language])
            if changed is None or changed == texts[language]:
                continue
            pair = sources | {language: Source(f"docs/{language}/{name}", changed)}
            rules = {finding.rule for finding in parity.check(pair["zh"], pair["en"])}
            waived = {w.rule for s in sources.values() for w in s.waivers}
            expected = HARMFUL.get(family, ())
            found = bool(rules & set(expected)) if expected else bool(rules - waived)
            rows.append((family.__name__, bool(expected), found))
    return rows


@pytest.mark.parametrize("name", PAIRS)
def test_changes_of_one_side_alone_are_found(name: str) -> None:
    wrong = [
        (family, "missed" if harmful else "invented") for family, harmful, found in mutants(name) if harmful != found
    ]
    assert wrong == []


def test_precision_and_recall(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter((harmful, found) for name in PAIRS for _, harmful, found in mutants(name))
    caught, missed, invented = counts[True, True], counts[True, False], counts[False, True]
    with capsys.disabled():
        print(
            f"\nparity: {len(HARMFUL)} harmful and {len(HARMLESS)} harmless families on {len(PAIRS)} pairs:"
            f" {caught + missed} harmful changes, {counts[False, False] + invented} harmless;"
            f" precision {caught / max(1, caught + invented):.3f}, recall {caught / max(1, caught + missed):.3f}"
        )
    assert len(HARMFUL) >= 14
    assert caught > 300
