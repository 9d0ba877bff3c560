"""Characters that a reader does not see or takes for others: direction overrides, zero width, private use, twins.

Works on any text, so the Markdown and the finished page are held to the same rule; there an entity such as &#8203;
has become the character that it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Cf and Cc but for the line feed and the tab, private use, surrogates, unassigned noncharacters, fillers that look
# like nothing, and the variation selectors beyond the two of emoji, which can carry hidden bytes.
UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0d\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
JOINER = "\u200d"
EMOJI = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]")
# Letters of the alphabets that imitate Latin: without one of them no word is mixed.
FOREIGN = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0531-\u058a\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff\ua640-\ua69f\uab70-\uabbf]"
)
WORD = re.compile(r"[^\W\d_]*")
# Greek letters that pass for Latin ones. The capitals and omicron do anywhere in a word; the others only inside it,
# for a word that begins with one is a name from mathematics: βmax.
TWINS_ANYWHERE = frozenset("οΟΑΒΕΖΗΙΚΜΝΡΤΥΧ")
TWINS_INSIDE = TWINS_ANYWHERE | frozenset("ανικρτυχηγεσω")
NAMES = {"\u00a0": "NO-BREAK SPACE", "\ufeff": "BYTE ORDER MARK"}


@dataclass(frozen=True)
class Oddity:
    """A character or word at an offset (from 0) of the text, with the rule that it breaks and its name."""

    offset: int
    rule: str
    subject: str
    text: str


def check(text: str) -> Iterator[Oddity]:
    """Everything in the text that a reader can't see or takes for something else, in no particular order."""
    if text.isascii() and not UNSEEN.search(text):
        return
    for match in UNSEEN.finditer(text):
        if match[0] == JOINER and _joins_emoji(text, match.start()):
            continue
        rule = "text-bidi" if match[0] in BIDI else "text-invisible"
        yield Oddity(match.start(), rule, name(match[0]), match[0])
    end = 0
    for letter in FOREIGN.finditer(text):
        if letter.start() < end:
            continue  # in a word that was looked at
        start = letter.start()
        while start and text[start - 1].isalpha():
            start -= 1
        word = WORD.match(text, start)
        end = word.end() if word else letter.end()
        if word and (problem := _mixed(word[0])):
            yield Oddity(start, "text-mixed-script", problem, word[0])
    if not unicodedata.is_normalized("NFC", text):
        yield from _not_composed(text)


def name(character: str) -> str:
    """The character's code point and Unicode name: U+202E RIGHT-TO-LEFT OVERRIDE."""
    known = NAMES.get(character) or unicodedata.name(character, "")
    return f"U+{ord(character):04X} {known}".rstrip()


def _joins_emoji(text: str, offset: int) -> bool:
    before, after = text[offset - 1 : offset], text[offset + 1 : offset + 2]
    return bool(EMOJI.match(before) and EMOJI.match(after))


def _script(letter: str) -> str:
    word = unicodedata.name(letter, "").split(" ", 1)[0]
    return word if word in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE") else ""


def _mixed(word: str) -> str:
    """The scripts of a word that poses as one script, such as "pаypal" with a Cyrillic а; empty for a sound word.

    A Greek letter beside Latin ones is usual in mathematics (Δt, μs), so Greek counts only where a letter that passes
    for a Latin one stands among at least three of them. Han beside Latin is usual everywhere.
    """
    scripts = {letter: _script(letter) for letter in set(word)}
    latin = sum(1 for letter in word if scripts[letter] == "LATIN")
    others = sorted({s for s in scripts.values() if s not in ("", "LATIN")})
    if not others:
        return ""
    greek_only = others == ["GREEK"]
    if latin == 0:
        return f"{word} ({' + '.join(others)})" if len(others) > 1 else ""
    if greek_only and (latin < 3 or not (word[0] in TWINS_ANYWHERE or TWINS_INSIDE.intersection(word[1:]))):
        return ""
    return f"{word} (LATIN + {' + '.join(others)})"


def _not_composed(text: str) -> Iterator[Oddity]:
    """Each word that is not in composed form (NFC), by its first character that would change."""
    for match in re.finditer(r"\S+", text):
        word = match[0]
        if unicodedata.is_normalized("NFC", word):
            continue
        composed = unicodedata.normalize("NFC", word)
        first = next((i for i, (a, b) in enumerate(zip(word, composed, strict=False)) if a != b), 0)
        yield Oddity(match.start() + first, "text-nfc", composed[:40], word)
