"""Pages that one language has left behind: changed on one side since both were last changed together.

Git knows it. The last commit that touched both files is where they were last equal; what only one of them has gained
since makes the other one stale. Other line breaks, spaces, quotation marks and a mended word or two make nothing stale.
Without git, or where its history is shallow, no page is stale.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from guide.findings import Finding
from guide.source import Source

RULES = "hooks/guide/rules.yml"  # a page is made from it, too
MENDED = 3  # words, or twice as many Chinese characters; a change of no more is a mended typo


@dataclass(frozen=True)
class Stale:
    """A page that lacks what its twin gained on `changed` (a day); both were last equal on `equal`."""

    path: str
    twin: str
    changed: str
    equal: str


@dataclass(frozen=True)
class Commit:
    """A commit: its hash, its day, and the files that pages are made from and it touched, relative to the project."""

    id: str
    day: str
    files: frozenset[str]


def git(project: Path, *arguments: str) -> str:
    """What git says. Raises OSError or CalledProcessError."""
    command = ["git", "-C", str(project), "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


@cache
def history(project: Path) -> tuple[Commit, ...]:
    """The commits that touched docs/ or the rules, the newest first. Empty without git, or where history is shallow."""
    try:
        if git(project, "rev-parse", "--is-shallow-repository").strip() == "true":
            return ()
        log = git(project, "log", "--format=%x00%H %cs", "--name-only", "--relative", "--", "docs", RULES)
    except (OSError, subprocess.CalledProcessError):
        return ()
    commits = []
    for entry in log.split("\0")[1:]:
        head, _, names = entry.partition("\n")
        name, _, day = head.partition(" ")
        commits.append(Commit(name, day, frozenset(n for n in names.split("\n") if n)))
    return tuple(commits)


@cache
def last_changes(project: Path) -> dict[str, str]:
    """Path below the project → day of its last commit."""
    days: dict[str, str] = {}
    for commit in history(project):
        for name in commit.files:
            days.setdefault(name, commit.day)
    return days


def forget() -> None:
    """Ask git anew the next time: under `serve` there may be new commits."""
    history.cache_clear()
    last_changes.cache_clear()


def find(project: Path, pages: dict[str, Source]) -> list[Stale]:
    """The stale pages among `pages`, by path."""
    found = []
    commits = history(project)
    for path in pages:
        twin = path.replace("docs/zh/", "docs/en/", 1)
        if twin == path or twin not in pages:
            continue
        since = [c for c in commits if c.files & {path, twin}]
        i = next((i for i, c in enumerate(since) if c.files >= {path, twin}), None)
        if not i:  # changed together last, or never: then nothing says that they were ever equal
            continue
        equal = since[i]
        alone = {name: next((c.day for c in since[:i] if name in c.files), "") for name in (path, twin)}
        grown = {name for name in (path, twin) if alone[name] and _says_more(project, equal.id, pages[name])}
        if len(grown) == 1:
            ahead = grown.pop()
            behind = twin if ahead == path else path
            found.append(Stale(behind, ahead, alone[ahead], equal.day))
    return sorted(found, key=lambda stale: stale.path)


def _says_more(project: Path, commit: str, now: Source) -> bool:
    try:
        before = git(project, "show", f"{commit}:./{now.path}")
    except (OSError, subprocess.CalledProcessError):
        return False
    return differs(before, now.text)


def differs(before: str, after: str) -> bool:
    """Whether two texts differ by more than line breaks, spaces, width, quotation marks and a mended word or two."""
    a, b = _words(before), _words(after)
    changed = 0.0
    for kind, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes() if a != b else ():
        if kind != "equal":
            changed += max(_weight(a[i:i_end]), _weight(b[j:j_end]))
    return changed > MENDED


def _weight(words: list[str]) -> float:
    """How many words: a Chinese character is half of one."""
    return sum(0.5 if "\u3400" <= word <= "\u9fff" else 1 for word in words)


def _words(text: str) -> list[str]:
    """Latin words and numbers, and single Chinese characters, without the review date and the English of terms."""
    text = re.sub(r"（[A-Za-z][\w ,/&'.-]*）", "", text, flags=re.ASCII)
    text = re.sub(r"^reviewed:.*$", "", text, count=1, flags=re.M)
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", text)


def check(project: Path, pages: dict[str, Source]) -> list[Finding]:
    """A note, which fails nothing, for each stale page."""
    found = []
    for stale in find(project, pages):
        source = pages[stale.path]
        line = next((n for n, text in enumerate(source.lines, 1) if text.startswith("title:")), 1)
        hint = {
            "hint_zh": f"{stale.twin} 改于 {stale.changed}，两页上次一致是 {stale.equal}",
            "hint_en": f"{stale.twin} changed on {stale.changed}; the two last agreed on {stale.equal}",
        }
        found.append(source.finding("page-stale", line, 1, stale.path, **hint))
    return found
