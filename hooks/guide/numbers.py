"""The numbers of prose in either language, brought to one form: 10 万 = 100k, 1 亿 = 100M, 百分之三十 = 30%.

A number is a set of the values it may mean, because some spellings mean two things ("16 B" is sixteen bytes or
sixteen billion, the 10 of "10–20%" is ten or ten percent). Two numbers are equal when they share a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

Meaning = tuple[Decimal, str]  # the value, and "%" where it is a percentage

SCALES = {
    "k": 3, "K": 3, "thousand": 3, "千": 3, "万": 4, "十万": 5, "百万": 6, "M": 6, "million": 6, "千万": 7, "亿": 8,
    "B": 9, "bn": 9, "billion": 9, "十亿": 9, "百亿": 10, "千亿": 11, "T": 12, "trillion": 12, "万亿": 12,
}  # fmt: skip
PERCENT = ("%", "％", "percent", "per cent")
# Letters before or after make a name, not a number: p99, H100, int8, 3D. A scale may follow, glued or not.
NUMBER = re.compile(
    r"(?<![A-Za-z\d_.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[ \u00a0-]?(?P<scale>thousand|million|billion|trillion|bn|万亿|千亿|百亿|十亿|千万|百万|十万|[kKMBT亿万千])"
    r"(?![A-Za-z]))?"
    r"(?:[ \u00a0]?(?P<percent>%|％|percent\b|per cent\b))?"
)
RANGE_TO_PERCENT = re.compile(r"\s*(?:[-–—~～至到]|to|and)\s*\d[\d,.]*\s*(?:%|％|percent)")
CHINESE_PERCENT = re.compile(r"百分之(?P<n>[零一二两三四五六七八九十百]+|\d+(?:\.\d+)?)")
CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
# The months and days of dates: one language writes them as digits, the other as words.
CHINESE_DATE = re.compile(r"(\d{4} ?年)? ?\d{1,2} ?月(?: ?\d{1,2} ?[日号])?")
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
ENGLISH_DATE = re.compile(rf"\b{MONTH} \d{{1,2}}(?=,? \d{{4}}|\b)|\b\d{{1,2}} (?={MONTH}\b)")


@dataclass(frozen=True)
class Number:
    """A number as written, at its column (from 0), with everything that it may mean."""

    text: str
    column: int
    meanings: frozenset[Meaning]


def numbers(line: str) -> Iterator[Number]:
    """The numbers of one line of prose, in order."""
    line = CHINESE_DATE.sub(lambda m: (m[1] or "").ljust(len(m[0])), line)
    line = ENGLISH_DATE.sub(lambda m: " " * len(m[0]), line)
    for match in CHINESE_PERCENT.finditer(line):
        yield Number(match[0], match.start(), frozenset({(_chinese(match["n"]), "%")}))
    line = CHINESE_PERCENT.sub(lambda m: " " * len(m[0]), line)
    for match in NUMBER.finditer(line):
        yield Number(match[0].strip(), match.start(), frozenset(_meanings(line, match)))


def _meanings(line: str, match: re.Match[str]) -> set[Meaning]:
    digits = Decimal(match["digits"].replace(",", ""))
    scale = match["scale"]
    value = digits.scaleb(SCALES[scale]) if scale else digits
    if match["percent"]:
        return {(value.normalize(), "%")}
    found = {(value.normalize(), "")}
    if scale and scale in "kKMBT":  # a unit rather than a scale: 16 B, 5 K
        found.add((digits.normalize(), ""))
    if RANGE_TO_PERCENT.match(line, match.end()):
        found.add((value.normalize(), "%"))
    return found


def _chinese(text: str) -> Decimal:
    """The value of 三十, 十五, 一百, 5 or 2.5."""
    if text[0].isdigit():
        return Decimal(text).normalize()
    total = 0
    for part in re.finditer(
        r"(?:(?P<n>[一二两三四五六七八九])?(?P<unit>[十百])|(?P<one>[零一二两三四五六七八九]))", text
    ):
        if part["unit"]:
            total += CHINESE_DIGITS.get(part["n"] or "一", 1) * (10 if part["unit"] == "十" else 100)
        else:
            total += CHINESE_DIGITS[part["one"]]
    return Decimal(total).normalize()


def unmatched(ours: list[Number], theirs: list[Number]) -> list[Number]:
    """The numbers of `ours` that share no meaning with any of `theirs`, each spelling once."""
    known = {meaning for number in theirs for meaning in number.meanings}
    return list({n.text: n for n in ours if not n.meanings & known}.values())
