"""What tests/aloud.py reads and computes, without a voice; that the minutes hold is said by running it."""

from __future__ import annotations

import re
from pathlib import Path

import aloud
import pytest

SCRIPTS = sorted((aloud.PROJECT / "tests" / "aloud").glob("*.txt"))
PAGE = """## Data {#data}

!!! decision "9:00–15:00 · 6 min"
    One sentence.

### Bias {#bias}

!!! interviewer "Why?"
"""


def test_a_page_promises_minutes_and_interruptions():
    assert aloud.promised(PAGE) == {"data": aloud.Stage(540, 900, ("Why?",))}


def test_a_script_is_stages_lines_and_silences():
    lines = aloud.parse("# data\nC: One. [draw 10 s] Two. [think 5 s]\n[think 3 s]\nI: Why?\nC: So.\n")["data"]
    assert [(line.speaker, line.text, line.silence) for line in lines] == [
        ("C", "One. Two.", 15), ("", "", 3), ("I", "Why?", 0), ("C", "So.", 0),
    ]  # fmt: skip
    assert aloud.turns(lines) == 2
    assert aloud.answers(aloud.promised(PAGE)["data"], lines) == {"Why?": lines[3]}
    with pytest.raises(ValueError, match="line 2"):
        aloud.parse("# data\nX: who?\n")


@pytest.mark.parametrize(
    ("seconds", "fault"),
    [
        ({"data": 405.0}, ""),
        ({"data": 314.9}, "data: -45 s against its minutes"),
        ({"data": 406.0}, "data: +46 s against its minutes"),
        ({}, "data: not played"),
        ({"data": 360.0, "date": 9.0}, "date: not a stage of the page"),
        ({"data": 2701.0}, "the whole: 45.0 min of 45"),
    ],
)
def test_what_does_not_hold_is_named(seconds: dict[str, float], fault: str):
    found = aloud.faults(aloud.promised(PAGE), seconds)
    assert fault in found if fault else not found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_plays_its_page(path: Path):
    """Every stage in its order, every interruption word for word, and both languages fall silent alike."""
    case, language = path.stem.split(".")
    stages = aloud.promised((aloud.PROJECT / f"docs/{language}/cases/{case}.md").read_text(encoding="utf-8"))
    script = aloud.parse(path.read_text(encoding="utf-8"))
    assert list(script) == list(stages)
    for name, stage in stages.items():
        assert set(aloud.answers(stage, script[name])) == set(stage.interruptions), name
    other = path.with_name(f"{case}.{'zh' if language == 'en' else 'en'}.txt").read_text(encoding="utf-8")
    assert re.findall(r"^#.*|^[IC]:|\[.*?\]", path.read_text(encoding="utf-8"), re.M) == re.findall(
        r"^#.*|^[IC]:|\[.*?\]", other, re.M
    )
