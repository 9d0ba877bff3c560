"""`make page`: what it writes, what the gate says of it, and that the filled page builds clean."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, mkdocs
from guide import check, new_page, pages

NAMES = {"topics": "topics/feature-hashing", "goals": "goals/fair-exposure", "cases": "cases/ride-pricing"}
NAMES["framework"] = "framework/handover"
TITLES = {"zh": "甲：乙", "en": "One: two"}
DAY = datetime.date(2026, 11, 28)
SECTIONS = {"topics": "专题", "goals": "业务目标", "cases": "案例", "framework": "框架"}


@pytest.fixture
def guide_with_sections(small_guide: Path) -> Path:
    """A small guide with an index page for each kind of page."""
    home = {language: (small_guide / f"docs/{language}/index.md").read_text("utf-8") for language in check.LANGUAGES}
    nav = ""
    for kind, title in SECTIONS.items():
        for language in check.LANGUAGES:
            path = small_guide / "docs" / language / kind / "index.md"
            path.parent.mkdir()
            path.write_text(home[language].replace("{#page}", f"{{#{kind}}}"), encoding="utf-8")
        nav += f"  - {title}:\n      - {kind}/index.md  # the list\n"
    settings = small_guide / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("  - 首页: index.md\n", f"  - 首页: index.md\n{nav}"), encoding="utf-8")
    return small_guide


def filled(text: str, language: str) -> str:
    """The page with some text in place of each prompt, as a contributor would leave it."""
    words = "这里写上了足够长的文字" if language == "zh" else "Some words that are long enough"
    return re.sub(r"✎.*?(?=[ ]*(?:[\"”|]|\*\*|\{#[\w-]+\}$|$))", words, text, flags=re.M)


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "guide", "page", *arguments, "--project", str(project)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "hooks")}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)


@pytest.mark.parametrize("kind", new_page.KINDS)
@pytest.mark.parametrize("titles", [{}, TITLES], ids=["no titles", "titles"])
def test_a_new_page_owes_only_what_its_prompts_ask_for(
    kind: str, titles: dict[str, str], guide_with_sections: Path
) -> None:
    new_page.make(guide_with_sections, NAMES[kind], titles, DAY)
    guide = check.read(guide_with_sections)
    for language in check.LANGUAGES:
        source = guide.pages[f"docs/{language}/{NAMES[kind]}.md"]
        assert set(pages.OWED[kind]) <= {heading.id for heading in source.headings}
        assert source.headings[0].id == NAMES[kind].split("/")[1]
        questions = [box for box in source.boxes if box.kind == "question"]
        assert len(questions) == new_page.KINDS[kind][1]
        assert any(fence.language == "mermaid" for fence in source.fences)
        assert any(">>>" in fence.code for fence in source.fences)
    found = [finding for finding in check.check(guide) if finding.fails]
    assert {finding.rule for finding in found} == {"placeholder"}
    # Every section but the one that holds only what is filled in anyway says that it is unfinished.
    assert {finding.path for finding in found} == {f"docs/{language}/{NAMES[kind]}.md" for language in check.LANGUAGES}
    assert len(found) >= 2 * (len(pages.OWED[kind]) + 1)


def test_a_case_decides_at_every_stage_and_fills_45_minutes(guide_with_sections: Path) -> None:
    new_page.make(guide_with_sections, NAMES["cases"], TITLES, DAY)
    for source in check.read(guide_with_sections).pages.values():
        if source.path.endswith("ride-pricing.md"):
            boxes = [box.title for box in source.boxes if box.kind == "decision"]
            assert len(boxes) == 11
            assert sum(int(title.split("·")[1].split()[0]) for title in boxes) == 45
            assert sum(box.kind == "interviewer" for box in source.boxes) >= 6


def test_the_filled_pages_build_clean(guide_with_sections: Path) -> None:
    """All kinds in one real build, first with their prompts, then filled."""
    for name in NAMES.values():
        assert run(guide_with_sections, name, "--zh", "甲：乙", "--en", "One: two").returncode == 0
    done = mkdocs(guide_with_sections, "build")
    assert done.returncode == 1
    assert set(re.findall(r"^docs/\S+: ([\w-]+): ", done.stderr, re.M)) == {"placeholder"}
    for language in check.LANGUAGES:
        for name in NAMES.values():
            path = guide_with_sections / "docs" / language / f"{name}.md"
            path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")
    done = mkdocs(guide_with_sections, "build")
    assert done.returncode == 0, done.stderr
    built = (guide_with_sections / "site/en/topics/feature-hashing/index.html").read_text(encoding="utf-8")
    assert "One: two" in built
    assert new_page.MARK not in built


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "name it as one of topics, goals, cases, framework, then lower case: NAME=topics/feature-hashing"),
        ("feature-hashing", "name it as one of"),
        ("topics/Feature_Hashing", "name it as one of"),
        ("topics/../cases/x", "name it as one of"),
        ("interview/x", "name it as one of"),
        ("topics/x\n", "name it as one of"),
        ("topics/index", "this page exists, edit it: docs/zh/topics/index.md"),
    ],
)
def test_what_can_not_be_made_is_said_on_one_line(name: str, says: str, guide_with_sections: Path) -> None:
    before = {
        path: path.read_bytes()
        for path in guide_with_sections.rglob("*.*")
        if "hooks" not in path.parts and path.is_file()
    }
    done = run(guide_with_sections, name)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") <= 1 + name.count("\n")
    assert re.search("[\u4e00-\u9fff]", done.stderr)
    assert done.stdout == ""
    assert {path: path.read_bytes() for path in before} == before


def test_a_page_that_stands_in_one_language_only_is_not_written_over(guide_with_sections: Path) -> None:
    path = guide_with_sections / "docs/en/topics/half.md"
    path.write_text("mine\n", encoding="utf-8")
    assert "docs/en/topics/half.md" in run(guide_with_sections, "topics/half").stderr
    assert path.read_text(encoding="utf-8") == "mine\n"
    assert not (guide_with_sections / "docs/zh/topics/half.md").exists()


def test_the_entry_ends_its_section_and_changes_nothing_else() -> None:
    settings = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    for name in NAMES.values():
        lines = new_page.with_entry(settings, name).splitlines()
        added = [n for n, line in enumerate(lines) if line not in settings.splitlines()]
        assert [lines[n] for n in added] == [f"      - {name}.md"]
        assert lines[: added[0]] + lines[added[0] + 1 :] == settings.splitlines()
        kind = name.split("/")[0]
        assert f"- {kind}/" in lines[added[0] - 1]
        assert f"- {kind}/" not in lines[added[0] + 1]
        assert new_page.with_entry("\n".join(lines), name) == "\n".join(lines)  # once is enough


def test_a_section_that_the_nav_lacks_is_said(guide_with_sections: Path) -> None:
    settings = guide_with_sections / "mkdocs.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("topics/index.md", "index.md"), encoding="utf-8")
    assert "no section for this kind in nav of mkdocs.yml: topics/" in run(guide_with_sections, "topics/x").stderr
    assert not (guide_with_sections / "docs/zh/topics/x.md").exists()
