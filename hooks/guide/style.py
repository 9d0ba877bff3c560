"""Spelling, Chinese typography and the form of Markdown, by tools that do this well; their findings in ours.

typos (American English in English pages, settings in typos.toml), rumdl (Markdown, rumdl.toml) and autocorrect (spaces
and punctuation in Chinese pages) are compiled, so all pages take a tenth of a second.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import autocorrect_py

from guide.findings import Finding
from guide.source import Source

HERE = Path(__file__).parent
# A colon between two numbers: autocorrect takes "30 分：10 分" for a time of day.
NUMBERS_APART = re.compile(r"(?<=\d)：(?=\d)")
NEEDS_BLANK_LINE = ("MD031", "MD032", "MD058")


class ToolMissingError(RuntimeError):
    """A tool of requirements.txt is not there; says which, and what to run."""


def check(pages: dict[str, Source], project: Path) -> list[Finding]:
    """Findings of the three tools for pages that stand below `project` under their paths."""
    if not pages:
        return []
    found = [*_spelling(pages, project), *_markdown(pages, project)]
    for path, source in pages.items():
        if path.startswith("docs/zh/"):
            found += chinese(source)
    return found


@cache
def _tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name + (".exe" if sys.platform == "win32" else ""))
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        raise ToolMissingError(f"{name}: python -m pip install -r requirements.txt")
    return path


def _run(name: str, *arguments: str, project: Path) -> str:
    command = [_tool(name), *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode not in (0, 1, 2) or (done.returncode and not done.stdout.strip()):
        raise ToolMissingError(f"{name}: {done.stderr.strip()[:300]}")
    return done.stdout


def _spelling(pages: dict[str, Source], project: Path) -> Iterator[Finding]:
    settings = str(HERE / "typos.toml")
    output = _run("typos", "--isolated", "--config", settings, "--format", "json", "docs/en", project=project)
    for line in output.splitlines():
        row: dict[str, Any] = json.loads(line)
        source = pages.get(str(row.get("path", "")).replace("\\", "/").removeprefix("./"))
        if row.get("type") != "typo" or source is None:
            continue
        number = int(row["line_num"])
        text = source.lines[number - 1] if number <= len(source.lines) else ""
        column = len(text.encode()[: int(row["byte_offset"])].decode(errors="ignore")) + 1
        words = [str(word) for word in row["corrections"]]
        hint = (
            {"hint_zh": f"是否指 {'、'.join(words)}？", "hint_en": f"did you mean {' or '.join(words)}?"}
            if words
            else {}
        )
        yield source.finding("text-spelling", number, column, str(row["typo"]), **hint)


def _markdown(pages: dict[str, Source], project: Path) -> Iterator[Finding]:
    settings = str(HERE / "rumdl.toml")
    output = _run(
        "rumdl",
        "check",
        "--no-cache",
        "--config",
        settings,
        "--output-format",
        "json",
        "docs/zh",
        "docs/en",
        project=project,
    )
    for row in json.loads(output or "[]"):
        source = pages.get(str(row["file"]).replace("\\", "/").removeprefix("./"))
        if source is None:
            continue
        opened = {box.line for box in source.boxes}
        line, column = int(row["line"]), int(row["column"])
        message = str(row["message"])
        # rumdl does not see fences inside boxes, and takes 2 * 3 * 4 for emphasis.
        in_code = line <= len(source.lines) and source.lines[line - 1].strip() and not source.prose[line - 1].strip()
        if (in_code and row["rule"] != "MD031") or (row["rule"] == "MD037" and "**" not in message):
            continue
        if row["rule"] in NEEDS_BLANK_LINE and line - 1 in opened:
            continue  # the line that opens a box is as good as a blank one
        yield source.finding("text-markdown", line, column, row["rule"], hint_zh=message, hint_en=message)


def chinese(source: Source) -> Iterator[Finding]:
    """What autocorrect would change in a Chinese page, outside code, each change at its first character."""
    _configure()
    masked = "\n".join(_visible(line, masked) for line, masked in zip(source.lines, source.prose, strict=True))
    for row in autocorrect_py.lint_for(masked, "page.md").lines:
        line = source.lines[row.line - 1]
        change = _change(row.old, row.new, masked.split("\n")[row.line - 1], row.col)
        if change is not None and change.old in line:
            hint = {"hint_zh": f"写成 {change.new}", "hint_en": f"write {change.new}"}
            yield source.finding("text-chinese", row.line, change.column, change.old, **hint)


@cache
def _configure() -> None:
    # A space beside a quotation mark is allowed: an English sentence in Chinese quotes reads better with it.
    settings = {"rules": {"no-space-fullwidth-quote": 0, "spellcheck": 0}}
    autocorrect_py.load_config(json.dumps(settings))  # type: ignore[attr-defined]  # its stub leaves it out


def _visible(line: str, masked: str) -> str:
    """The line with what is not prose replaced by as many letters that autocorrect leaves alone."""
    shown = (
        "".join(a if b != " " or a == " " else "x" for a, b in zip(line, masked, strict=True))
        if masked.strip()
        else masked
    )
    return NUMBERS_APART.sub("，", shown)


@dataclass(frozen=True)
class _Change:
    """What stands around the first change of a row, what should, and the column (from 1) of the change itself."""

    old: str
    new: str
    column: int


def _change(old: str, new: str, line: str, start: int) -> _Change | None:
    offset = line.find(old, max(0, start - 1))
    offset = line.find(old) if offset < 0 else offset
    if offset < 0:
        return None
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    before = max(0, same - 2)
    return _Change(old[before : same + 2].strip(), new[before : same + 3].strip(), offset + same + 1)
