"""The built site as a host serves it, and what a failing build does. Runs the real `mkdocs build`."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import PROJECT, SITE_URL, copy_project, mkdocs, write_pages
from corpus import fetch, preview, wait_for
from guide import references

NAMES = sorted(p.relative_to(PROJECT / "docs/zh").as_posix() for p in (PROJECT / "docs/zh").rglob("*.md"))


def url_of(name: str, language: str) -> str:
    path = re.sub(r"(^|/)index$", r"\1", name.removesuffix(".md"))
    path = f"{path}/" if path and not path.endswith("/") else path
    return ("" if language == "zh" else "en/") + path


PAGES = [(name, language) for name in NAMES for language in ("zh", "en")]
each_page = pytest.mark.parametrize(("name", "language"), PAGES, ids=lambda v: str(v))


def soup_of(site: Path, name: str, language: str) -> BeautifulSoup:
    return BeautifulSoup((site / url_of(name, language) / "index.html").read_text(encoding="utf-8"), "html.parser")


@each_page
def test_head_says_where_the_page_is_in_every_language(site: Path, name: str, language: str) -> None:
    soup = soup_of(site, name, language)
    assert soup.html["lang"].startswith(language)
    assert soup.select_one("link[rel=canonical]")["href"] == SITE_URL + url_of(name, language)
    alternates = {link["hreflang"]: link["href"] for link in soup.find_all("link", hreflang=True)}
    zh, en = SITE_URL + url_of(name, "zh"), SITE_URL + url_of(name, "en")
    assert alternates == {"zh-Hans": zh, "en": en, "x-default": zh}
    front = yaml.safe_load((PROJECT / "docs" / language / name).read_text(encoding="utf-8").split("---")[1])
    assert soup.select_one("meta[name=description]")["content"] == front["description"]
    assert len(soup.find_all("h1")) == 1


def test_every_description_is_its_own(site: Path) -> None:
    texts = [soup_of(site, *page).select_one("meta[name=description]")["content"] for page in PAGES]
    assert len(set(texts)) == len(texts)


@each_page
def test_nothing_loads_from_elsewhere(site: Path, name: str, language: str) -> None:
    soup = soup_of(site, name, language)
    loads = [
        tag.get("src") or tag.get("data") for tag in soup.select("script,img,iframe,object,embed,video,audio,source")
    ]
    loads += [
        tag["href"]
        for tag in soup.select("link[href]")
        if tag["rel"] not in (["canonical"], ["alternate", ""], ["alternate"])
    ]
    assert [u for u in loads if u and re.match(r"(https?:)?//", u)] == []
    assert "mermaid" not in str(soup.head)


def test_styles_load_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.css"):
        outside = re.findall(r"url\(\s*['\"]?((?:https?:)?//[^)]+)", path.read_text(encoding="utf-8"))
        assert outside == [], path


@each_page
def test_diagrams_formulas_and_citations_are_in_the_page(site: Path, name: str, language: str) -> None:
    soup, text = soup_of(site, name, language), (PROJECT / "docs" / language / name).read_text(encoding="utf-8")
    drawings = soup.select("figure.diagram svg[role=img]")
    assert len(drawings) == text.count("```mermaid")
    for drawing in drawings:
        names = [soup.find(id=i).text for i in drawing["aria-labelledby"].split()]
        assert all(names)
    assert bool(soup.find("math")) == bool(re.search(r"(?<![\\\w])\$[^$\s]", text))
    assert not soup.select(".arithmatex, .diagram-source, pre.mermaid")
    for link in soup.select(".cite a"):
        assert soup.find(id=link["href"][1:]), link
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), {i for i in ids if ids.count(i) > 1}


def test_references_hold_the_owners_readings_and_all_that_is_cited(site: Path) -> None:
    registry, _ = references.load((PROJECT / "docs/references.yml").read_text(encoding="utf-8"))
    for language in ("zh", "en"):
        soup = soup_of(site, "references/index.md", language)
        lists = soup.select("ul.reading-list")
        assert [len(found.find_all("li", recursive=False)) for found in lists] == [
            sum("close-reading" in r.lists for r in registry.values()),
            sum("further-reading" in r.lists for r in registry.values()),
            sum(not r.lists for r in registry.values()),
        ]
        for reference in registry.values():
            entry = soup.find(id=reference.id)
            assert entry.find("a", href=reference.url), reference.id
            assert reference.annotation[language] in entry.text
    assert sum("close-reading" in r.lists for r in registry.values()) == 4


def test_sitemap_lists_both_languages_with_dates(site: Path) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    entries = ET.parse(site / "sitemap.xml").getroot().findall("s:url", space)
    found = {e.findtext("s:loc", namespaces=space): e for e in entries}
    assert set(found) == {SITE_URL + url_of(*page) for page in PAGES}
    for entry in entries:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry.findtext("s:lastmod", namespaces=space) or "")
        assert [link.get("hreflang") for link in entry.findall("x:link", space)] == ["zh-Hans", "en", "x-default"]


@pytest.mark.parametrize(("file", "language"), [("404.html", "zh"), ("en/404.html", "en")])
def test_404_speaks_both_languages_its_own_first(site: Path, file: str, language: str) -> None:
    soup = BeautifulSoup((site / file).read_text(encoding="utf-8"), "html.parser")
    assert soup.html["lang"] == language
    words = ["页面不存在", "Page not found"]
    assert soup.h1.text.split(" / ") == (words if language == "zh" else words[::-1])
    assert soup.title.text == soup.h1.text
    assert {"/.", "/en/"} <= {link["href"] for link in soup.select("article a")}


def test_nothing_private_is_published(site: Path) -> None:
    assert not list(site.rglob("references.yml"))
    assert not list(site.rglob("*.md"))
    assert not list(site.rglob("mermaid*.js"))


def digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_two_builds_are_equal_byte_for_byte(tmp_path: Path) -> None:
    built = []
    for number, zone in enumerate(("UTC", "Asia/Shanghai")):
        project = copy_project(tmp_path / f"{number}-{'x' * number * 30}")
        done = mkdocs(project, "build", SOURCE_DATE_EPOCH="1700000000", PYTHONHASHSEED=str(number), TZ=zone)
        assert done.returncode == 0, done.stderr
        built.append(digests(project / "site"))
    assert built[0] == built[1]


BROKEN = """## A {#a}

See [b](nowhere.md) and [@nobody].
"""


@pytest.mark.parametrize("verbosity", [[], ["-q"], ["-v"], ["--no-strict"]])
def test_a_broken_page_fails_the_build_and_keeps_the_site(small_guide: Path, verbosity: list[str]) -> None:
    write_pages(small_guide, "好。\n", "Fine.\n")
    assert mkdocs(small_guide, "build").returncode == 0
    before = digests(small_guide / "site")
    write_pages(small_guide, BROKEN, BROKEN)
    done = mkdocs(small_guide, "build", *verbosity)
    assert done.returncode == 1
    lines = [line for line in done.stderr.split("\n") if re.match(r"docs/\S+:\d+:\d+: ", line)]
    assert [line.split(": ")[0] + " " + line.split(": ")[1] for line in lines] == [
        "docs/en/index.md:11:9 link-page",
        "docs/en/index.md:11:26 citation-unknown",
        "docs/zh/index.md:11:9 link-page",
        "docs/zh/index.md:11:26 citation-unknown",
    ]
    assert "4 个问题；site/ 保持原样 / 4 findings; site/ stays as it was" in done.stderr
    assert digests(small_guide / "site") == before
    assert sorted(p.name for p in small_guide.iterdir() if p.name.startswith(".")) == []


def test_a_missing_anchor_is_found_even_with_verbose_output(small_guide: Path) -> None:
    write_pages(small_guide, "[a](#nowhere)\n", "[a](#nowhere)\n")
    for arguments in ([], ["-v"]):
        done = mkdocs(small_guide, "build", *arguments)
        assert done.returncode == 1
        assert "docs/zh/index.md:9:5: link-anchor: " in done.stderr


def test_who_breaks_a_link_reads_one_message_that_says_what_to_type(small_guide: Path) -> None:
    write_pages(small_guide, "[首页](index.md#page)\n", "[home](indx.md#page)\n")
    done = mkdocs(small_guide, "build")
    shown = done.stderr[done.stderr.index("docs/en/index.md") :]
    assert shown == (
        "docs/en/index.md:9:8: link-page: 链接的页面不存在 / no such page: indx.md#page\n"
        "     9 | [home](indx.md#page)\n"
        "       |        ^ 是否指 index.md#page？ / did you mean index.md#page?\n"
        "1 个问题 / 1 finding\n"
    )


def test_a_section_without_its_english_is_found(small_guide: Path) -> None:
    settings = small_guide / "mkdocs.yml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("- 首页: index.md", "- 开始: index.md"), encoding="utf-8"
    )
    done = mkdocs(small_guide, "build")
    assert done.returncode == 1
    assert "nav-translation: 导航标题没有英文 / navigation title without its English: 开始" in done.stderr


def test_findings_become_annotations_on_github(small_guide: Path) -> None:
    write_pages(small_guide, "[@nobody]\n", "[@nobody]\n")
    done = mkdocs(small_guide, "build", GITHUB_ACTIONS="true")
    assert "::error file=docs/en/index.md,line=9,col=2,title=citation-unknown::" in done.stderr


CHART = "```mermaid\nflowchart LR\n    accTitle: T\n    accDescr: D\n    A[a] --> B[b]\n```\n"


def test_without_the_renderer_the_browser_draws_with_our_own_script(small_guide: Path, tmp_path: Path) -> None:
    write_pages(small_guide, CHART, CHART)
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent/mmdr.py").write_text("raise ImportError('no build for this machine')\n", encoding="utf-8")
    done = mkdocs(small_guide, "build", PYTHONPATH=str(tmp_path / "absent"))
    assert done.returncode == 0, done.stderr
    text = (small_guide / "site/index.html").read_text(encoding="utf-8")
    assert 'class="mermaid"' in text
    assert "assets/vendor/mermaid-tiny.js" in text
    assert (small_guide / "site/assets/vendor/mermaid-tiny.js").exists()


def test_a_page_without_git_is_dated_by_its_review(small_guide: Path) -> None:
    assert mkdocs(small_guide, "build").returncode == 0
    assert "<lastmod>2026-11-23</lastmod>" in (small_guide / "site/sitemap.xml").read_text(encoding="utf-8")


def test_the_command_line_says_the_same_without_mkdocs(small_guide: Path) -> None:
    write_pages(small_guide, "## A\n", "## A\n")
    command = [sys.executable, "-m", "guide", "check", str(small_guide)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "hooks")}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("docs/en/index.md:9:5: heading-id: ")
    assert done.stderr == "2 个问题 / findings\n"


def test_every_hook_and_module_says_what_it_does_and_when() -> None:
    for path in sorted((PROJECT / "hooks").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith('"""'), path
        if path.parent.name == "hooks":
            assert "When: on_" in text.split('"""')[1], path


def test_the_library_knows_no_mkdocs() -> None:
    for path in sorted((PROJECT / "hooks/guide").rglob("*.py")):
        assert not re.search(r"^\s*(from|import) mkdocs", path.read_text(encoding="utf-8"), re.M), path


def test_serve_shows_findings_and_goes_on(small_guide: Path) -> None:
    """The live preview of a broken page: the findings in the terminal, the page in the browser, then the mended one."""
    write_pages(small_guide, BROKEN, BROKEN)
    with preview(small_guide) as (address, log):
        assert wait_for(lambda: "nowhere.md" in fetch(f"{address}/en/"))
        assert "4 个问题，见上 / 4 findings, above" in log.read_text(encoding="utf-8")
        write_pages(small_guide, "好了。\n", "Mended.\n")
        assert wait_for(lambda: "Mended." in fetch(f"{address}/en/"))
        assert "Aborted" not in log.read_text(encoding="utf-8")


def foot(project: Path, language: str, name: str = "index.html") -> BeautifulSoup:
    path = project / "site" / ("" if language == "zh" else language) / name
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one("article p.reviewed")


def test_edit_this_page_leads_to_the_source_in_both_languages(small_guide: Path) -> None:
    """For pages that are filled from data, to the data; without a repository there is no link."""
    made = {"terms": ("<!-- glossary -->", "docs/glossary.yml"), "rules": ("<!-- rules -->", "hooks/guide/rules.yml")}
    for language in ("zh", "en"):
        home = (small_guide / f"docs/{language}/index.md").read_text(encoding="utf-8")
        for name, (directive, _) in made.items():
            path = small_guide / f"docs/{language}/{name}.md"
            path.write_text(home.replace("{#page}", f"{{#{name}}}") + f"\n{directive}\n", encoding="utf-8")
    (small_guide / "docs/glossary.yml").write_text("[]\n", encoding="utf-8")
    settings = small_guide / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("- 首页: index.md", "- 首页: index.md\n  - terms.md\n  - rules.md"), encoding="utf-8"
    )
    for repository in ("https://github.com/o/r", "https://github.com/o/r/"):
        done = mkdocs(small_guide, "build", REPO_URL=repository)
        assert done.returncode == 0, done.stderr
        for language, words in (("zh", "编辑本页"), ("en", "Edit this page")):
            link = foot(small_guide, language).select_one("a[rel=edit]")
            assert link.text == words
            assert link["href"] == f"https://github.com/o/r/edit/main/docs/{language}/index.md"
            for name, (_, source) in made.items():
                link = foot(small_guide, language, f"{name}/index.html").select_one("a[rel=edit]")
                assert link["href"] == f"https://github.com/o/r/edit/main/{source}"
        assert "md-source" not in (small_guide / "site/index.html").read_text(encoding="utf-8")  # it asks an API
    assert mkdocs(small_guide, "build", REPO_URL="").returncode == 0
    assert foot(small_guide, "en").text == "Last reviewed on 2026-11-23"


def test_a_page_says_when_it_was_last_changed(small_guide: Path, tmp_path: Path) -> None:
    """From git; where history is absent or shallow, it says nothing, and nothing fails."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    when = {"GIT_AUTHOR_DATE": "2026-11-25T12:00:00Z", "GIT_COMMITTER_DATE": "2026-11-25T12:00:00Z"}
    assert mkdocs(small_guide, "build").returncode == 0
    assert foot(small_guide, "zh").text == "最近审阅：2026-11-23"
    for command in (["init", "-q"], ["add", "docs", "hooks", "overrides", "mkdocs.yml"], ["commit", "-q", "-m", "a"]):
        subprocess.run(["git", *who, *command], cwd=small_guide, check=True, env=os.environ | when)
    subprocess.run(
        ["git", *who, "commit", "-q", "--allow-empty", "-m", "b"], cwd=small_guide, check=True, env=os.environ | when
    )
    assert mkdocs(small_guide, "build").returncode == 0
    assert foot(small_guide, "zh").text == "最近审阅：2026-11-23 · 最近修改：2026-11-25"
    assert foot(small_guide, "en").text == "Last reviewed on 2026-11-23 · last changed on 2026-11-25"
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{small_guide}", str(shallow)], check=True)
    done = mkdocs(shallow, "build")
    assert done.returncode == 0, done.stderr
    assert foot(shallow, "en").text == "Last reviewed on 2026-11-23"


def test_the_licences_are_said_in_both_languages(site: Path) -> None:
    for name, text, code in (
        ("index.html", "文字 CC BY-SA 4.0", "代码 MIT"),
        ("en/index.html", "Text CC BY-SA 4.0", "Code MIT"),
    ):
        links = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser").select("a[rel=license]")
        assert [link.text for link in links] == [text, code]
        assert all(link["href"].startswith("https://") for link in links)
