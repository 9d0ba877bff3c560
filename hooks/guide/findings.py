"""Findings: whatever is wrong with a page, as one record with several writers.

A finding names its place in the Markdown, its rule, the message in both languages, and a hint. All findings
of a run are collected, sorted and shown together; see design of the gate in CONTRIBUTING.md.
"""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from guide.rules import RULES


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong, at one place.

    `path` is relative to the project; `line` and `column` count from 1, in characters of the file; `text` is
    that line as it stands in the file; `subject` is what the rule's message is about, the same in both languages.
    """

    path: str
    line: int
    column: int
    rule: str
    subject: str = ""
    hint_zh: str = ""
    hint_en: str = ""
    text: str = ""

    @property
    def fails(self) -> bool:
        """Whether it fails a build; what does not is shown all the same."""
        return RULES[self.rule].fails

    @property
    def message(self) -> str:
        """The rule's message in both languages, with the subject."""
        rule = RULES[self.rule]
        return f"{rule.zh} / {rule.en}" + (f": {self.subject}" if self.subject else "")

    @property
    def hint(self) -> str:
        """The hint of this finding, else the rule's general mend, in both languages; may be empty."""
        rule = RULES[self.rule]
        zh, en = (self.hint_zh, self.hint_en) if self.hint_en else (rule.mend_zh, rule.mend_en)
        return f"{zh} / {en}" if zh and en and zh != en else zh or en


def did_you_mean(word: str, known: Iterable[str]) -> dict[str, str]:
    """Hint fields that offer the nearest known word, or no fields where nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return {"hint_zh": f"是否指 {near[0]}？", "hint_en": f"did you mean {near[0]}?"} if near else {}


def as_text(finding: Finding) -> str:
    """The finding as a person reads it: place, rule, message, then the line with a caret and the hint."""
    head = f"{finding.path}:{finding.line}:{finding.column}: {finding.rule}: {finding.message}"
    hint = finding.hint
    if not finding.text.strip():
        return f"{head}\n    {hint}" if hint else head
    number = f"{finding.line:>6}"
    line = finding.text.expandtabs(4).rstrip()
    before = finding.text[: finding.column - 1].expandtabs(4)
    if (over := _width(before) - 60) > 0:  # a long line: show the part around the place
        cut = next(i for i in range(len(before)) if _width(before[:i]) >= over)
        line, before = "…" + line[cut:], "…" + before[cut:]
    line = _shorten(line, 110)
    caret = f"{'':>6} | {' ' * _width(before)}^" + (f" {hint}" if hint else "")
    return f"{head}\n{number} | {line}\n{caret}"


def as_github(finding: Finding) -> str:
    """The finding as a workflow command, which GitHub shows on the line of the diff."""
    message = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    message = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = finding.path.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
    level = "error" if finding.fails else "notice"
    return f"::{level} file={path},line={finding.line},col={finding.column},title={finding.rule}::{message}"


def as_json(findings: Iterable[Finding]) -> str:
    """All findings as a JSON list, one object each, with the messages written out."""
    rows = [asdict(f) | {"message": f.message, "hint": f.hint} for f in findings]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _width(text: str) -> int:
    """Columns that a terminal gives the text: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _shorten(line: str, columns: int) -> str:
    if _width(line) <= columns:
        return line
    used = 0
    for i, c in enumerate(line):
        used += _width(c)
        if used > columns - 1:
            return line[:i] + "…"
    return line
