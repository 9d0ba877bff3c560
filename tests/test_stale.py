"""A page that one language left behind, in a real git history."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from guide import check, stale

HEAD = "---\ntitle: T\ndescription: A description that is long enough.\nreviewed: {day}\n---\n\n# T {{#t}}\n\n{text}\n"
EN = "A sentence that says what there is to say about the sample size of an experiment."
ZH = "一句话，说清楚实验样本量这件事里该说的内容。"


def commit(project: Path, day: str, **pages: str) -> None:
    """Commit both pages, or one, with these texts on that day."""
    for language, text in pages.items():
        path = project / "docs" / language / "p.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(day=day, text=text), encoding="utf-8")
    when = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "docs"], ["commit", "-q", "-m", day]):
        subprocess.run(["git", *who, *command], cwd=project, check=True, env=os.environ | when)
    stale.forget()


def notes(project: Path) -> list[tuple[str, str, str]]:
    guide = check.read(project)
    found = [f for f in check.check(guide) if f.rule == "page-stale"]
    assert not any(f.fails for f in found)
    return [(f.path, f.hint_en, f.subject) for f in found]


def test_a_page_changed_in_one_language_alone_makes_the_other_stale(tmp_path: Path) -> None:
    commit(tmp_path, "2026-01-01", zh=ZH, en=EN)
    assert notes(tmp_path) == []
    commit(tmp_path, "2026-02-03", zh=ZH + "后来又加了一句很重要的话。")
    hint = "docs/zh/p.md changed on 2026-02-03; the two last agreed on 2026-01-01"
    assert notes(tmp_path) == [("docs/en/p.md", hint, "docs/en/p.md")]
    commit(tmp_path, "2026-02-05", en=EN + " An important sentence was added later.")
    assert notes(tmp_path) == []  # it has followed


@pytest.mark.parametrize(
    "changed",
    [
        EN.replace(" the sample", "\nthe sample"),
        EN.replace("sentence", "sentense"),
        EN.replace("A sentence", "“A sentence”"),
        EN + "  ",
    ],
)
def test_line_breaks_and_mended_words_make_nothing_stale(changed: str, tmp_path: Path) -> None:
    commit(tmp_path, "2026-01-01", zh=ZH, en=EN)
    commit(tmp_path, "2026-02-03", en=changed)
    assert notes(tmp_path) == []


def test_without_history_nothing_is_stale(tmp_path: Path) -> None:
    (tmp_path / "docs/en").mkdir(parents=True)
    (tmp_path / "docs/en/p.md").write_text("# T {#t}\n", encoding="utf-8")
    assert stale.find(tmp_path, check.read(tmp_path).pages) == []


def test_a_shallow_history_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    commit(tmp_path / "a", "2026-01-01", zh=ZH, en=EN)
    commit(tmp_path / "a", "2026-02-03", zh=ZH + "后来又加了一句很重要的话。")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{tmp_path}/a", str(tmp_path / "b")], check=True)
    assert stale.find(tmp_path / "b", check.read(tmp_path / "b").pages) == []
