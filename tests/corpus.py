"""Pages with planted faults: the marks in tests/corpus/*.yml say which finding is expected where.

⟦rule⟧ stands right before the character at which that finding is expected. It is taken out, the pages of a corpus are
built with the real hooks into one small site, and the findings are compared with the marks, place by place.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from conftest import PROJECT, mkdocs
from guide import check, pages

FOLDER = Path(__file__).with_name("corpus")
ANNOTATION = re.compile(r"^::(?:error|notice) file=([^,]+),line=(\d+),col=(\d+),title=([\w-]+)::(.*)$", re.M)
NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
MARK = re.compile(r"⟦([\w-]+)⟧")
HEAD = "---\ntitle: {name} {language}\ndescription: A page of the corpus, in one language.\nreviewed: 2026-11-28\n---\n\n# A page {{#page}}\n\n"
Place = tuple[str, int, int, str]  # path, line, column, rule


@dataclass(frozen=True)
class Outcome:
    """What a corpus expects and what was found, as places."""

    expected: Counter[Place]
    messages: dict[Place, str]
    output: str

    @property
    def found(self) -> Counter[Place]:
        return Counter(self.messages.keys())

    @property
    def annotations(self) -> list[str]:
        """The findings as the build printed them."""
        return [line for line in self.output.split("\n") if line.startswith("::")]

    @property
    def missed(self) -> list[Place]:
        return sorted((self.expected - self.found).elements())

    @property
    def invented(self) -> list[Place]:
        return sorted((self.found - self.expected).elements())

    def line(self, name: str) -> str:
        """The corpus in one line: faults, sound pages, precision and recall."""
        right = (self.expected & self.found).total()
        precision = right / max(1, self.found.total())
        recall = right / max(1, self.expected.total())
        return f"{name:10} {self.expected.total():4} planted  {right:4} found in place  precision {precision:.3f}  recall {recall:.3f}"


def texts(name: str) -> dict[str, Any]:
    """The pages of a corpus by name: their Markdown with marks, or a dict with one for each language."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return data


def plant(text: str, path: str) -> tuple[str, list[Place]]:
    """The text without its marks, and the places that they mark."""
    places: list[Place] = []
    plain = ""
    end = 0
    for mark in MARK.finditer(text):
        plain += text[end : mark.start()]
        end = mark.end()
        before = plain.replace("\r\n", "\n")
        line = before.count("\n") + 1
        places.append((path, line, len(before) - before.rfind("\n"), mark[1]))
    return plain + text[end:], places


def make_project(folder: Path) -> Path:
    """A guide that holds what the pages of a corpus link to, with the real hooks, templates and settings."""
    project = folder / "guide"
    for part in ("hooks", "overrides"):
        shutil.copytree(PROJECT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PROJECT / "docs/assets", project / "docs/assets")
    (project / "docs/assets/dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>\n')
    (project / "docs/references.yml").write_text("[]\n")
    owed = "".join(f"\n## {name} {{#{name}}}\n" for name in pages.OWED["topics"])
    for language in check.LANGUAGES:
        for name, text in (
            ("index", "# Home {#home}\n"),
            ("topics/target", '# Target {#target}\n\n## Size {#sample-size}\n\n<a id="样本量"></a>Text.\n' + owed),
        ):
            path = project / "docs" / language / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            head = HEAD.split("\n\n# ", 1)[0].format(name=path.stem, language=language)
            path.write_text(f"{head}\n\n{text}", encoding="utf-8")
    settings = (
        (PROJECT / "mkdocs.yml").read_text(encoding="utf-8").replace("omitted_files: warn", "omitted_files: ignore")
    )
    before, after = settings.split("\nnav:\n")
    rest = after[after.index("\nmarkdown_extensions:") :]
    (project / "mkdocs.yml").write_text(f"{before}\nnav:\n  - 首页: index.md\n{rest}", encoding="utf-8")
    return project


def write(project: Path, name: str) -> list[Place]:
    """Write the pages of a corpus into a project; the places at which it expects findings."""
    places: list[Place] = []
    for page, text in texts(name).items():
        for language in check.LANGUAGES:
            path = project / "docs" / language / "corpus" / f"{page}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            body = text if isinstance(text, str) else text[language]
            whole = body if body.startswith("---") else HEAD.format(name=page, language=language) + body
            plain, marked = plant(whole if whole.endswith("\n") else f"{whole}\n", path.relative_to(project).as_posix())
            path.write_text(plain, encoding="utf-8", newline="")
            places += marked
    return places


def findings(output: str) -> dict[Place, str]:
    """The findings that a build printed as annotations, with their message."""
    found = {}
    for path, line, column, rule, message in ANNOTATION.findall(output):
        found[unquote(path), int(line), int(column), rule] = unquote(message)
    return found


@contextlib.contextmanager
def preview(project: Path, **environment: str) -> Iterator[tuple[str, Path]]:
    """`mkdocs serve` on loopback: its address and the file that holds what it prints. It ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    log = project.parent / "serve.log"
    environment = {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": f"http://{place}/", "PYTHONUNBUFFERED": "1"} | environment
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", place],
            cwd=project,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield f"http://{place}", log
    finally:
        server.terminate()
        server.wait(10)


def fetch(url: str) -> str:
    """The text at an address, or nothing where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode("utf-8", errors="replace"))
    except OSError:
        return ""


def wait_for(true: Callable[[], bool], seconds: int = 60) -> bool:
    """Whether something became true in time."""
    end = time.monotonic() + seconds
    while not (done := true()) and time.monotonic() < end:
        time.sleep(0.3)
    return done


def outcome(
    name: str, folder: Path, *arguments: str, settings: dict[str, str] | None = None, **environment: str
) -> Outcome:
    """Build a corpus as `mkdocs build` does, and hold what it prints against the marks.

    `settings` are replacements in mkdocs.yml.
    """
    project = make_project(folder)
    for before, after in (settings or {}).items():
        text = (project / "mkdocs.yml").read_text(encoding="utf-8")
        assert before in text
        (project / "mkdocs.yml").write_text(text.replace(before, after), encoding="utf-8")
    expected = write(project, name)
    done = mkdocs(
        project, "build", *arguments, **({"GITHUB_ACTIONS": "true", "SITE_URL": "https://guide.test/"} | environment)
    )
    return Outcome(Counter(expected), findings(done.stderr), done.stderr)


def main() -> None:
    """Print what each corpus finds, misses and invents: python tests/corpus.py [NAME ...]."""
    for name in sys.argv[1:] or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            result = outcome(name, Path(folder))
        print(result.line(name))
        for label, places in (("missed", result.missed), ("invented", result.invented)):
            for place in places:
                print(f"  {label} {':'.join(map(str, place))} {result.messages.get(place, '')}")
        if not result.messages and result.expected:
            print(result.output[-2000:])


if __name__ == "__main__":
    main()
