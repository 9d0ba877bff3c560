"""Every planted fault is found at its file, line and column, and nothing else is: tests/corpus/*.yml, with the real build.

`python tests/corpus.py` prints the same with precision and recall.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import corpus
import pytest
from conftest import PROJECT, mkdocs

LEAST = {
    "armed": (60, 0),
    "links": (60, 30),
    "hostile": (60, 30),
    "text": (25, 12),
}  # pages with faults, sound look-alikes


@pytest.mark.parametrize("name", corpus.NAMES)
def test_every_fault_is_found_in_its_place_and_none_is_invented(name: str, tmp_path: Path) -> None:
    result = corpus.outcome(name, tmp_path)
    print(result.line(name))
    assert result.missed == []
    assert result.invented == []


@pytest.mark.parametrize("name", sorted(LEAST))
def test_the_corpus_is_large_enough(name: str) -> None:
    pages = corpus.texts(name).values()
    faulty = sum(1 for text in pages if corpus.MARK.search(str(text)))
    assert (faulty, len(pages) - faulty) >= LEAST[name]
    assert len(pages) - faulty >= LEAST[name][1]


@pytest.mark.parametrize(
    ("arguments", "environment", "settings"),
    [
        (("--verbose",), {}, {}),
        (("--quiet",), {}, {}),
        ((), {}, {"use_directory_urls: true": "use_directory_urls: false"}),
        ((), {"SITE_URL": "https://guide.test/a/sub/path/"}, {}),
        ((), {"GENERATOR": "properdocs"}, {}),
    ],
    ids=["verbose", "quiet", "pages as files", "sub-path", "ProperDocs"],
)
def test_the_findings_do_not_depend_on_how_the_site_is_built(
    arguments: tuple[str, ...], environment: dict[str, str], settings: dict[str, str], tmp_path: Path
) -> None:
    result = corpus.outcome("links", tmp_path, *arguments, settings=settings, **environment)
    # https://guide.test/topics/ is another site's when this one moves to a folder of its own.
    moved = [place for place in result.missed if "SITE_URL" in environment and "same-site" in place[0]]
    assert result.missed == moved
    assert result.invented == []


def test_two_runs_print_the_same(tmp_path: Path) -> None:
    outputs = [corpus.outcome("hostile", tmp_path / str(n), PYTHONHASHSEED=str(n)).annotations for n in range(2)]
    assert outputs[0] == outputs[1]


def test_serve_finds_the_same_and_goes_on(tmp_path: Path) -> None:
    """The preview of all faulty pages: every finding in the terminal, and the pages are there to be read."""
    project = corpus.make_project(tmp_path)
    # Under `serve` the site's address is the preview's, so https://guide.test/ is another site.
    expected = [place for name in corpus.NAMES for place in corpus.write(project, name) if "same-site" not in place[0]]
    with corpus.preview(project, GITHUB_ACTIONS="true") as (address, log):
        assert corpus.wait_for(lambda: "above" in log.read_text(encoding="utf-8"))
        found = corpus.findings(log.read_text(encoding="utf-8"))
        assert corpus.wait_for(lambda: "A page" in corpus.fetch(f"{address}/en/corpus/sound-page/"))
    assert sorted(found) == sorted(set(expected))


def test_names_of_pages_do_not_collide() -> None:
    pages = [page for name in corpus.NAMES for page in corpus.texts(name)]
    assert len(pages) == len(set(pages))


def test_the_gate_runs_over_a_built_site_without_mkdocs(tmp_path: Path) -> None:
    """`python -m guide check --site`, as JSON and as annotations, on a site that was built with the gate switched off."""
    project = corpus.make_project(tmp_path)
    expected = corpus.write(project, "links")
    settings = project / "mkdocs.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("  - hooks/gate.py\n", ""), encoding="utf-8")
    assert mkdocs(project, "build", "--no-strict", SITE_URL="https://guide.test/").returncode == 0
    command = [sys.executable, "-m", "guide", "check", str(project), "--site", str(project / "site")]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "hooks")}
    outputs = [
        subprocess.run(
            [*command, "--format", form], capture_output=True, encoding="utf-8", env=environment, check=False
        )
        for form in ("json", "github")
    ]
    assert [done.returncode for done in outputs] == [1, 1]
    rows = json.loads(outputs[0].stdout)
    assert sorted((r["path"], r["line"], r["column"], r["rule"]) for r in rows) == sorted(set(expected))
    assert sorted(corpus.findings(outputs[1].stdout)) == sorted(set(expected))
