"""What the tests share: the built site, a server for it, a browser, and a small guide to break on purpose."""

from __future__ import annotations

import contextlib
import functools
import gzip
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium
import pytest
from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
SITE_URL = "https://guide.test/"
# Findings as text, wherever the tests run; a test that wants annotations says so.
os.environ.pop("GITHUB_ACTIONS", None)
FLAGS = [
    "--no-sandbox",  # in containers Chromium cannot make its own; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def mkdocs(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the mkdocs of this environment in `project`, as make does; with GENERATOR another one in its place."""
    generator = environment.get("GENERATOR", "mkdocs")
    settings = ["-f", "mkdocs.yml"] if generator != "mkdocs" else []
    return subprocess.run(
        [sys.executable, "-m", generator, *arguments, *settings],
        cwd=project,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": SITE_URL} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def copy_project(to: Path) -> Path:
    """The project's own files in another folder, as a build needs them."""
    for name in ("docs", "hooks", "overrides"):
        shutil.copytree(PROJECT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "mkdocs.yml", to)
    return to


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real site, built once by the real command; with SITE in the environment, that folder as it is."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    folder = tmp_path_factory.mktemp("built") / "site"
    done = mkdocs(PROJECT, "build", "--strict", "--site-dir", str(folder))
    assert done.returncode == 0, "\n".join(line for line in done.stderr.split("\n") if not line.startswith("INFO"))
    return folder


SENT: dict[str, int] = {}  # what the servers of this run sent: path → bytes of the body


class _Quiet(SimpleHTTPRequestHandler):
    """Serves as a good host does: compressed, with the 404 page."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own 404 page."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        self._answer(404, page.read_bytes(), "text/html; charset=utf-8")

    def do_GET(self) -> None:
        """Send a file, gzipped where that makes it smaller."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        self._answer(200, path.read_bytes(), self.guess_type(str(path)))

    def _answer(self, code: int, body: bytes, kind: str) -> None:
        packed = gzip.compress(body, 6, mtime=0)
        self.send_response(code)
        self.send_header("Content-Type", kind)
        if len(packed) < len(body):
            body = packed
            self.send_header("Content-Encoding", "gzip")
        SENT[self.path] = len(body)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The address of a server for `folder` on loopback, gone when the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with serve(site) as url:
        yield url


@pytest.fixture
def sent() -> dict[str, int]:
    """What the servers sent since the test cleared it."""
    return SENT


@contextlib.contextmanager
def chrome(path: str) -> Iterator[Browser]:
    """The Chromium at `path`, gone when the block ends."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; a machine without one fails, it does not skip."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.HELP)
    with chrome(path) as launched:
        yield launched


PAGE = """---
title: {title}
description: A page to break on purpose, long enough for a description.
reviewed: 2026-11-23
---

# {title} {{#page}}

{body}
"""


@pytest.fixture
def small_guide(tmp_path: Path) -> Path:
    """A guide of one page in both languages, with the real hooks, templates and settings."""
    project = tmp_path / "guide"
    for name in ("hooks", "overrides"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for language, title in (("zh", "首页"), ("en", "Home")):
        (project / "docs" / language).mkdir(parents=True)
        (project / "docs" / language / "index.md").write_text(PAGE.format(title=title, body=""), encoding="utf-8")
    shutil.copytree(PROJECT / "docs/assets", project / "docs/assets")
    (project / "docs/references.yml").write_text("[]\n", encoding="utf-8")
    settings = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    before, after = settings.split("\nnav:\n")
    rest = after[after.index("\nmarkdown_extensions:") :]
    (project / "mkdocs.yml").write_text(f"{before}\nnav:\n  - 首页: index.md\n{rest}", encoding="utf-8")
    return project


def write_pages(project: Path, zh: str, en: str) -> None:
    """Give the one page of a small guide a body in each language."""
    for language, title, body in (("zh", "首页", zh), ("en", "Home", en)):
        path = project / "docs" / language / "index.md"
        path.write_text(PAGE.format(title=title, body=body), encoding="utf-8")
