"""The worked Python of the pages: its >>> lines are run, and must print what stands below them.

A page's blocks share one namespace and run from top to bottom, as a reader would type them. All pages run in one
separate, isolated process with a time limit, because a page may come from a stranger; a page whose twin holds the
same code runs once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guide.findings import Finding
from guide.source import Source

RUNNER = Path(__file__).with_name("run_examples.py").resolve()
SECONDS = 20  # for one page; every block ends within a moment, a loop without an end does not


@dataclass(frozen=True)
class Failure:
    """An example that printed something else; `block` and `line` count from 0, `got` is None for a page too slow."""

    block: int
    line: int
    got: str | None


def blocks(source: Source) -> list[tuple[int, str]]:
    """The page's Python blocks with >>> lines: the file's line of the first code line, and the code."""
    return [
        (fence.line + 1, fence.code)
        for fence in source.fences
        if fence.language in ("python", "pycon") and ">>>" in fence.code
    ]


def check(sources: list[Source]) -> list[Finding]:
    """Findings for all examples of all pages that do not print what they show."""
    pages = {source.path: blocks(source) for source in sources}
    programs = {tuple(code for _, code in found) for found in pages.values() if found}
    failures = {program: _run(program) for program in programs} if len(programs) < 2 else _run_all(sorted(programs))
    found = []
    for source in sources:
        starts = pages[source.path]
        for failure in failures.get(tuple(code for _, code in starts), []):
            line = starts[failure.block][0] + failure.line
            indent = len(source.lines[line - 1]) - len(source.lines[line - 1].lstrip())
            if failure.got is None:
                found.append(source.finding("example-timeout", line, indent + 1))
            else:
                shown = " ⏎ ".join(failure.got.rstrip("\n").split("\n")) or "—"
                hint = {"hint_zh": f"实际输出：{shown}", "hint_en": f"it prints: {shown}"}
                found.append(source.finding("example-result", line, indent + 1, **hint))
    return found


Program = tuple[str, ...]


def _run_all(programs: list[Program]) -> dict[Program, list[Failure]]:
    """Run every program in one process; where that does not end, each in a process of its own."""
    answers = _in_process([list(p) for p in programs], SECONDS + len(programs))
    if answers is None:
        return {program: _run(program) for program in programs}
    return dict(zip(programs, answers, strict=True))


def _run(program: Program) -> list[Failure]:
    answers = _in_process([list(program)], SECONDS)
    return answers[0] if answers is not None else [Failure(0, 0, None)]


def _in_process(programs: list[list[str]], seconds: int) -> list[list[Failure]] | None:
    """The failures of each program, or None where the process did not end well and in time."""
    command = [sys.executable, "-I", "-X", "utf8", str(RUNNER)]
    sent = json.dumps(programs)
    try:
        done = subprocess.run(command, input=sent, capture_output=True, encoding="utf-8", timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:  # an example that ends the process, such as exit()
        return None
    answer: list[list[dict[str, Any]]] = json.loads(done.stdout.rstrip("\n").rsplit("\n", 1)[-1])
    return [[Failure(**failure) for failure in failures] for failures in answer]
