"""Has a case played aloud, and holds what is said against the minutes its page promises: `python tests/aloud.py`.

tests/aloud/CASE.LANGUAGE.txt is the interview as it is spoken. `# requirements` opens a stage; `I: …` is said by the
interviewer, `C: …` by the candidate; `[draw 15 s]` and `[think 5 s]` are silence. The page is read for the clock of
each stage (its decision box) and for the interruptions, which the script repeats word for word. espeak-ng says every
line; a stage takes the seconds of its speech and its silences, and 0.7 s for each change of speaker. A stage may be
off by 45 s, the whole may take 45 minutes: beyond that the exit status is 1. Without espeak-ng it is 2.

The rates are a calm candidate's. English: -s 150, measured over a whole script 149 words a minute with its pauses
at commas and full stops. Chinese: -s 195, at which 99 Han characters in four sentences (the goal and the baseline of
the closing) took 24.7 s with their pauses, 240 a minute; 238 over a whole script. The voice is cmn-latn-pinyin because
espeak-ng 1.51's cmn turns characters into pinyin and then says the tone's digit in English: longer, and no Chinese.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VOICES = {"en": ("en-us", "150"), "zh": ("cmn-latn-pinyin", "195")}
TURN, TOLERANCE, WHOLE = 0.7, 45, 45 * 60  # seconds
HEADING = re.compile(r"^## .*\{#([\w-]+)\}$")
CLOCK = re.compile(r'^!!! decision "(\d+):(\d\d)–(\d+):(\d\d) ')
INTERRUPTION = re.compile(r'^!!! interviewer "(.*)"$')
SILENCE = re.compile(r"\[(?:draw|think) (\d+) s\]")
UNITS = re.compile(r"[\u4e00-\u9fff]|[A-Za-z']+|\d[\d,.]*")  # a Han character, a word, a number


@dataclass(frozen=True)
class Stage:
    """What a page promises of one stage: its clock in seconds, and what the interviewer throws in."""

    start: int
    end: int
    interruptions: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of a script: who says what (nobody and nothing for a silence alone), and the silence in it."""

    speaker: str
    text: str
    silence: int


def promised(page: str) -> dict[str, Stage]:
    """The stages of a case page that have a clock, in the page's order."""
    stages: dict[str, Stage] = {}
    stage = ""
    for line in page.splitlines():
        if heading := HEADING.match(line):
            stage = heading[1]
        elif clock := CLOCK.match(line):
            m1, s1, m2, s2 = map(int, clock.groups())
            stages[stage] = Stage(60 * m1 + s1, 60 * m2 + s2, ())
        elif (interruption := INTERRUPTION.match(line)) and stage in stages:
            known = stages[stage]
            stages[stage] = Stage(known.start, known.end, (*known.interruptions, interruption[1]))
    return stages


def parse(script: str) -> dict[str, list[Line]]:
    """The lines of a script by stage; a line that is none of those of the docstring is an error."""
    stages: dict[str, list[Line]] = {}
    for number, line in enumerate(script.splitlines(), 1):
        silence = sum(map(int, SILENCE.findall(line)))
        text = " ".join(SILENCE.sub(" ", line).split())
        if text.startswith("# "):
            lines = stages[text[2:]] = []
        elif text.startswith(("I: ", "C: ")):
            lines.append(Line(text[0], text[3:], silence))
        elif text:
            raise ValueError(f"line {number}: {line}")
        elif silence:
            lines.append(Line("", "", silence))
    return stages


def answers(stage: Stage, lines: list[Line]) -> dict[str, Line]:
    """What the candidate answers to those of a stage's interruptions that the interviewer of the script says."""
    return {
        interruption: answer
        for question, answer in pairwise(lines)
        for interruption in stage.interruptions
        if question.speaker == "I" and interruption in question.text and answer.speaker == "C"
    }


def turns(lines: list[Line]) -> int:
    """How often another person takes the word."""
    speakers = [line.speaker for line in lines if line.speaker]
    return sum(one != other for one, other in pairwise(speakers))


def faults(stages: dict[str, Stage], seconds: dict[str, float]) -> list[str]:
    """What does not hold: stages off by more than the tolerance or never played, and a whole that is too long."""
    found = [f"{name}: not played" for name in stages if name not in seconds]
    found += [f"{name}: not a stage of the page" for name in seconds if name not in stages]
    for name in stages.keys() & seconds.keys():
        off = seconds[name] - (stages[name].end - stages[name].start)
        if abs(off) > TOLERANCE:
            found.append(f"{name}: {off:+.0f} s against its minutes")
    if (whole := sum(seconds.values())) > WHOLE:
        found.append(f"the whole: {whole / 60:.1f} min of {WHOLE // 60}")
    return found


def speak(text: str, language: str) -> float:
    """Seconds that espeak-ng takes to say `text`."""
    voice, rate = VOICES[language]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        command = ["espeak-ng", "-v", voice, "-s", rate, "-w", str(path), "--stdin"]
        subprocess.run(command, input=text.encode(), check=True)
        with wave.open(str(path)) as sound:
            frames, a_second = sound.getnframes(), sound.getframerate()
    return float(frames / a_second)


def play(path: Path) -> list[str]:
    """Speak one script, print its table, and answer what does not hold."""
    case, language = path.name.split(".")[:2]
    stages = promised((PROJECT / "docs" / language / "cases" / f"{case}.md").read_text(encoding="utf-8"))
    script = parse(path.read_text(encoding="utf-8"))
    seconds: dict[str, float] = {}
    units, speech, count = 0, 0.0, 0
    print(f"{case} ({language})")
    print(f"{'stage':<14}{'planned':>13}{'min':>5}{'spoken':>8}{'off':>7}{'full':>6}  interruptions")
    for name, lines in script.items():
        said = sum(speak(line.text, language) for line in lines if line.text)
        units += sum(len(UNITS.findall(line.text)) for line in lines)
        speech += said
        seconds[name] = said + sum(line.silence for line in lines) + TURN * turns(lines)
        if name not in stages:
            continue
        stage, spoken = stages[name], seconds[name]
        length, given = stage.end - stage.start, answers(stage, lines)
        count += len(given)
        clock = f"{stage.start // 60}:{stage.start % 60:02}–{stage.end // 60}:{stage.end % 60:02}"
        print(
            f"{name:<14}{clock:>13}{length / 60:>5.0f}{spoken / 60:>8.2f}{spoken - length:>+5.0f} s"
            f"{spoken / length:>6.0%}  {len(given)} of {len(stage.interruptions)}"
            + "".join(f", answered in {speak(line.text, language) + line.silence:.0f} s" for line in given.values())
        )
    whole, planned = sum(seconds.values()), sum(stage.end - stage.start for stage in stages.values())
    off = f"{whole - planned:>+5.0f} s{whole / planned:>6.0%}"
    print(f"{'the whole':<14}{'':>13}{planned / 60:>5.0f}{whole / 60:>8.2f}{off}  {count} played")
    rate = 60 * units / speech
    print(f"{units} words, characters and numbers in {speech / 60:.1f} min of speech: {rate:.0f} a minute\n")
    return faults(stages, seconds)


if __name__ == "__main__":
    if not shutil.which("espeak-ng"):
        print("espeak-ng is missing, so nothing was spoken; Debian: apt install espeak-ng", file=sys.stderr)
        sys.exit(2)
    wrong: list[str] = []
    for script_path in [Path(name) for name in sys.argv[1:]] or sorted((PROJECT / "tests" / "aloud").glob("*.txt")):
        wrong += [f"{script_path.name}: {fault}" for fault in play(script_path)]
    print("\n".join(wrong) or "every stage holds")
    sys.exit(bool(wrong))
