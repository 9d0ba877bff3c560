"""Golden cases: tests/golden/NAME.yml holds files of a guide and the exact findings, or the exact HTML, they lead to.

A case's files need no front matter or h1 when they give a `body`: then both are added, five lines and two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from guide import cases, check, citations, references, rubric, slim
from guide.findings import as_github, as_text
from guide.source import Source

CASES = sorted((Path(__file__).parent / "golden").glob("*.yml"))
REGISTRY = """
- id: covington2016
  title: Deep Neural Networks for YouTube Recommendations
  authors: [Paul Covington, Jay Adams, Emre Sargin]
  year: 2016
  kind: paper
  language: en
  url: https://doi.org/10.1145/2959100.2959190
  state: alive
  lists: [further-reading]
  annotation: {zh: 一句话。, en: One sentence.}
- id: hu2008
  title: Collaborative Filtering for Implicit Feedback Datasets
  authors: [Yifan Hu, Yehuda Koren, Chris Volinsky]
  year: 2008
  kind: paper
  language: en
  url: https://doi.org/10.1109/ICDM.2008.22
  state: alive
  lists: [further-reading]
  annotation: {zh: 一句话。, en: One sentence.}
"""
HEAD = "---\ntitle: T\ndescription: A description that is long enough.\nreviewed: 2026-11-23\n---\n\n# T {#t}\n\n"


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = read(path)
    files = {"docs/references.yml": case.get("registry", REGISTRY)}
    files |= {f"docs/{name}": text for name, text in case.get("files", {}).items()}
    for language, body in case.get("body", {}).items():
        files[f"docs/{language}/p.md"] = HEAD + body
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    found = check.check(check.read(tmp_path))
    if "github" in case:
        assert "\n".join(as_github(f) for f in found) == case["github"].rstrip("\n")
    else:
        assert "\n".join(as_text(f) for f in found) == case.get("findings", "").rstrip("\n")


def test_every_rule_is_seen_to_fail() -> None:
    """A rule that no case and no page of a corpus shows failing may as well not exist."""
    from guide.rules import RULES

    shown = "\n".join(f"{read(path).get('findings', '')}{read(path).get('github', '')}" for path in CASES)
    marked = "\n".join(path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "corpus").glob("*.yml"))
    # Need a build, git, or a file that is no page: test_build.py, test_stale.py, test_publishing.py.
    elsewhere = {"mkdocs", "nav-translation", "page-stale", "site-file"}
    assert {rule for rule in RULES if f": {rule}: " not in shown and f"⟦{rule}⟧" not in marked} == elsewhere


def test_citations_become_links_and_a_list() -> None:
    registry, found = references.load(REGISTRY)
    assert not found
    text = "Two towers [@covington2016, §3; @hu2008] and again [@covington2016]; `[@hu2008]` is code.\n"
    assert citations.render(text, registry, "en") == (
        'Two towers<span class="cite">[<a href="#ref-covington2016" id="cite-covington2016" title="Covington et al. (2016):'
        ' Deep Neural Networks for YouTube Recommendations">1</a>, §3, <a href="#ref-hu2008" id="cite-hu2008"'
        ' title="Hu et al. (2008): Collaborative Filtering for Implicit Feedback Datasets">2</a>]</span> and again'
        '<span class="cite">[<a href="#ref-covington2016">1</a>]</span>; `[@hu2008]` is code.\n\n## References {#references}\n\n'
        '<ol class="references">\n<li id="ref-covington2016" value="1">Paul Covington, Jay Adams, Emre Sargin. <a'
        ' href="https://doi.org/10.1145/2959100.2959190"><cite>Deep Neural Networks for YouTube Recommendations</cite></a>.'
        ' paper, 2016. <a class="back" href="#cite-covington2016" aria-label="Back to the text">↩</a></li>\n'
        '<li id="ref-hu2008" value="2">Yifan Hu, Yehuda Koren, Chris Volinsky. <a'
        ' href="https://doi.org/10.1109/ICDM.2008.22"><cite>Collaborative Filtering for Implicit Feedback Datasets</cite></a>.'
        ' paper, 2008. <a class="back" href="#cite-hu2008" aria-label="Back to the text">↩</a></li>\n</ol>\n'
    )


def test_a_page_without_citations_is_left_alone() -> None:
    assert citations.render("Mail a@b.c [x](y.md).\n", {}, "en") == "Mail a@b.c [x](y.md).\n"


def test_a_stage_page_shows_what_the_cases_decide() -> None:
    case = (
        HEAD
        + '## Model {#model}\n\n!!! decision "19:00–27:00 · 8 min"\n    Start simple [@hu2008],\n    then rank.\n\nMore.\n'
    )
    found = cases.decisions([Source("docs/en/cases/feed.md", case), Source("docs/en/topics/x.md", case)])
    assert cases.render("Before\n\n<!-- cases: model -->\n", "docs/en/framework/model.md", found) == (
        "Before\n\n- **[T](../cases/feed.md#model)** · 19:00–27:00 · 8 min\n\n    Start simple [@hu2008], then rank.\n"
    )
    assert cases.render("<!-- cases: serving -->", "docs/en/framework/serving.md", found) == ""


def test_the_rubric_is_put_together_from_the_stage_pages() -> None:
    def stage(name: str, title: str) -> Source:
        table = "| Level | Signal |\n| --- | --- |\n| Junior | Guesses |\n| Staff | Prices it |\n"
        text = HEAD.replace("# T {#t}", f"# {title} {{#t}}") + f"## In the interview {{#in-the-interview}}\n\n{table}"
        return Source(f"docs/en/framework/{name}.md", text)

    pages = {s.path: s for s in (stage("data", "Data: labels"), stage("requirements", "Requirements"))}
    assert rubric.render("<!-- rubric -->\n", "docs/en/interview/rubric.md", pages) == (
        "| Stage | Junior | Staff |\n"
        "| --- | --- | --- |\n"
        "| [Requirements](../framework/requirements.md#in-the-interview) | Guesses | Prices it |\n"
        "| [Data](../framework/data.md#in-the-interview) | Guesses | Prices it |\n"
    )


def test_slim_takes_only_what_nobody_sees() -> None:
    page = '<p>\n\n    a <b>b</b>\n</p>\n<pre>\n    kept\n\n<span class="n">x</span><span class="k">if</span></pre>\n\n<i>c</i>'
    assert slim.page(page) == '<p>\na <b>b</b>\n</p>\n<pre>\n    kept\n\nx<span class="k">if</span></pre>\n<i>c</i>'
    assert slim.style("/* why */\n.a {\n  color: red; /* not\n blue */\n}\n") == ".a {\ncolor: red;\n}\n"
    assert (
        slim.script("// why\n(() => {\n  // and\n  go('http://x//y');\n})();\n")
        == "(() => {\ngo('http://x//y');\n})();\n"
    )
