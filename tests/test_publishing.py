"""The site as it is published: the policy for browsers, headers, nginx with the shipped configuration, hostile pages."""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import corpus
import pytest
import webserver
from conftest import PROJECT, mkdocs, serve
from guide import markup, policy, published
from guide.__main__ import main
from guide.swap import swap
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

PAGES_OF_EACH_KIND = (
    "",
    "interview/",
    "framework/model/",
    "cases/youtube-recommendation/",
    "goals/cold-start/",
    "topics/ab-testing/",
    "references/",
    "glossary/",
    "contributing/rules/",
    "nowhere/",
)


class Answer:
    """What a server answered: status, headers, body as it was sent."""

    def __init__(self, url: str, **headers: str) -> None:
        request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
        opener = urllib.request.build_opener(_Stay)
        try:
            answer = opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.status, self.headers, self.body = answer.status, answer.headers, answer.read()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        """Follow no redirect."""


@pytest.fixture(scope="session")
def behind_nginx(site: Path) -> Iterator[str]:
    with webserver.nginx(site) as url:
        yield url


# The policy


def test_every_page_begins_with_the_policy(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.match(r"\s*<!doctype html>\s*<html[^>]*>\s*<head>\s*", text)[0] + policy.meta() in text, page
        assert 0 < text.index('<meta charset="utf-8">') < 1000, page  # a browser looks no further for it
        assert text.count("Content-Security-Policy") == 1, page


def test_the_policy_lets_no_script_in_by_itself() -> None:
    rules = dict(part.split(" ", 1) for part in policy.headers()["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["form-action"] == rules["base-uri"] == "'none'"
    reviewed = {f"'{name}'" for name in markup.theme()["scripts"]}
    assert reviewed < set(rules["script-src"].split()) <= reviewed | {"'self'", "'wasm-unsafe-eval'"}
    assert rules["style-src"] == "'self'"
    assert "frame-ancestors" not in policy.meta()  # there a browser ignores it, and says so on the console


def test_inline_scripts_are_the_reviewed_ones(site: Path) -> None:
    """Each of the list is in use, and no other: a hash that nothing needs is a door that nobody watches."""
    sources = {
        script
        for page in site.rglob("*.html")
        for script in re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.S)
    }
    assert {markup.script_hash(source) for source in sources} == markup.theme()["scripts"]


def test_no_page_needs_a_style_of_its_own(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.search(r"<style\b|<[^>]*\sstyle=", page.read_text(encoding="utf-8")), page


def test_old_addresses_have_the_policy_too(small_guide: Path) -> None:
    (small_guide / "docs/redirects.yml").write_text("old: index\n", encoding="utf-8")
    done = mkdocs(small_guide, "build")
    assert done.returncode == 0, done.stderr
    for name in ("old/index.html", "en/old/index.html"):
        text = (small_guide / "site" / name).read_text(encoding="utf-8")
        assert policy.meta() in text
        assert published.is_redirect(policy.without_meta(text))


def test_a_file_that_begins_in_its_own_way_gets_the_policy_first() -> None:
    for text in ("<script>x</script><head></head>", "<!doctype html><title>x</title>", "x", "<!-- <head> --><b>"):
        assert policy.with_meta(text).startswith(policy.meta())


def test_the_preview_has_no_policy(small_guide: Path) -> None:
    """There the script that reloads the page stands in the page."""
    with corpus.preview(small_guide) as (address, _):
        assert corpus.wait_for(lambda: "livereload" in corpus.fetch(f"{address}/en/"))
        assert "Content-Security-Policy" not in corpus.fetch(f"{address}/en/")


def test_hosts_take_the_file_of_headers(site: Path) -> None:
    lines = (site / "_headers").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 2000
    rules = [line for line in lines if line.startswith("/")]
    assert len(rules) <= 100
    assert [f"  {name}: {value}" for name, value in policy.headers().items()] == lines[1 : rules and 6]
    for rule in rules[1:]:
        assert list(site.glob(rule[1:]))
        assert re.search(r"\.[0-9a-f]{8}\.min\.|^/search/[0-9a-f]{12}/\*$", rule)
    assert sum(rule.startswith("/search/") for rule in rules) == 1


def test_the_configuration_of_nginx_holds_the_policy() -> None:
    """Where this fails: PYTHONPATH=hooks python -m guide headers, and read what changed."""
    text = (PROJECT / policy.NGINX).read_text(encoding="utf-8")
    assert policy.nginx(text) == text
    assert all(f'add_header {name} "{value}" always;' in text for name, value in policy.headers().items())


def test_a_command_writes_the_policy_into_the_configuration(tmp_path: Path) -> None:
    text = (PROJECT / policy.NGINX).read_text(encoding="utf-8")
    (tmp_path / "deploy").mkdir()
    without = "".join(line for line in text.splitlines(True) if "Content-Security-Policy" not in line)
    (tmp_path / policy.NGINX).write_text(without, encoding="utf-8")
    assert main(["headers", str(tmp_path)]) == 0
    assert (tmp_path / policy.NGINX).read_text(encoding="utf-8") == text


# The site in use


@contextlib.contextmanager
def watched(browser: Browser, **context: object) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what went wrong on it: violations of the policy, errors and warnings on the console."""
    fresh = browser.new_context(**context)
    troubles: list[str] = []
    fresh.add_init_script(
        """addEventListener("securitypolicyviolation", (e) =>
             console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))"""
    )
    page = fresh.new_page()
    page.on("console", lambda m: troubles.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    try:
        yield page, troubles
    finally:
        fresh.close()


def search(page: Page, query: str) -> str:
    """Type a query; the address of the first result."""
    page.keyboard.press("/")
    page.locator('[data-md-component="search"] input[name="query"]').fill(query)
    page.keyboard.press("End")  # the theme waits for a key
    found = page.locator('[data-md-component="search-result"] a').first
    found.wait_for(timeout=20_000)
    return str(found.evaluate("link => link.origin + link.pathname"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES_OF_EACH_KIND, ids=lambda p: p or "home")
def test_the_site_in_use_raises_no_violation(browser: Browser, behind_nginx: str, path: str, language: str) -> None:
    """Under both forms of the policy, the element and the header."""
    start = path if language == "zh" else f"en/{path}"
    with watched(browser) as (page, troubles):
        answer = page.goto(f"{behind_nginx}/{start}")
        assert answer.status == (404 if "nowhere" in path else 200)
        page.locator("label[for^='__palette']:visible").first.click()
        page.locator("label[for^='__palette']:visible").first.click()
        for summary in page.locator("article summary:visible").all()[:2]:
            summary.click()
        for label in page.locator("article .tabbed-labels label:visible").all()[:3]:
            label.click()
        there = search(page, "data drift" if language == "en" else "数据漂移")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url.partition("#")[0].partition("?")[0] == there)
        expected = ["404 (Not Found)"] if "nowhere" in path else []
        assert [text for text in troubles if not any(part in text for part in expected)] == []


# Hostile pages


ANSWERS = {
    "js": ("text/javascript", "cookieStore.set({n}, 1)"),
    "css": ("text/css", "h1 {{ color: red }}"),
    "svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
}


class Elsewhere(ThreadingHTTPServer):
    """Another origin that notes who asks it for what, and answers with what it is asked for, armed."""

    daemon_threads = True
    asked: set[int]


class _Armed(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_GET(self) -> None:
        """Note the page that asked: its number is the first folder."""
        number, _, name = self.path.lstrip("/").partition("/")
        if number.isdigit():  # not the icon that a browser asks for by itself
            self.server.asked.add(int(number))
        kind, body = ANSWERS.get(name.rpartition(".")[2], ("text/html", "x"))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body.format(n=number).encode())

    do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere(("127.0.0.1", 0), _Armed)
    server.asked = set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def other() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


ARMED = sorted(corpus.texts("armed"))
# No policy has a word for these; the gate refuses them, as it refuses all the others (tests/test_corpus.py).
UNSTOPPED = {"armed-leads-away", "armed-calls-ahead"}
UNCOUNTED = {"armed-calls-ahead"}  # a connection without a request


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory, other: Elsewhere) -> Path:
    """A site of hostile pages, built with the gate switched off."""
    project = corpus.make_project(tmp_path_factory.mktemp("hostile"))
    corpus.write(project, "armed")
    for language in ("zh", "en"):
        for number, name in enumerate(ARMED):
            page = project / "docs" / language / "corpus" / f"{name}.md"
            text = page.read_text(encoding="utf-8").replace("PWN", f"cookieStore.set({number},1)")
            text = text.replace("https://evil.example/", f"http://127.0.0.1:{other.server_port}/{number}/")
            page.write_text(text, encoding="utf-8")
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    assert text.count("  - hooks/gate.py\n") == 1
    settings.write_text(text.replace("  - hooks/gate.py\n", ""), encoding="utf-8")
    done = mkdocs(project, "build", "--no-strict")
    assert done.returncode == 0, done.stderr
    return project / "site"


@pytest.fixture(scope="session")
def without_meta(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site without the policy in its pages."""
    copy = tmp_path_factory.mktemp("bare") / "site"
    shutil.copytree(hostile, copy)
    for page in copy.rglob("*.html"):
        page.write_text(policy.without_meta(page.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


# What a reader may do on a page, with everything that there is: point at it, click it.
TOUCH = """() => { for (const element of document.querySelectorAll("article *, main ~ *, body > a, b, i")) {
    for (const name of ["pointerover", "mouseover"]) element.dispatchEvent(new Event(name, { bubbles: true }));
    if (element.matches("a:not([href^='http']):not([href*='target']), area, button, b, i, [onclick]"))
        element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window })); } }"""


def harmed(browser: Browser, address: str, other: Elsewhere) -> set[str]:
    """The hostile pages that did what they are for: ran a script, or asked another origin for something."""
    other.asked.clear()
    context = browser.new_context()
    for start in range(0, len(ARMED), 8):
        tabs = [_opened(context, f"{address}/en/corpus/{name}/") for name in ARMED[start : start + 8]]
        for tab in tabs:
            with contextlib.suppress(BrowserError):  # it has gone elsewhere
                tab.evaluate(TOUCH)
        tabs[-1].wait_for_timeout(400)
        for tab in context.pages:
            tab.close()
    ran = {int(cookie["name"]) for cookie in context.cookies() if cookie["name"].isdigit()}
    context.close()
    return {ARMED[number] for number in ran | other.asked}


def _opened(context: BrowserContext, url: str) -> Page:
    tab = context.new_page()
    with contextlib.suppress(BrowserError):
        tab.goto(url, wait_until="load", timeout=10_000)
    return tab


def test_hostile_pages_do_harm_where_nothing_stops_them(browser: Browser, without_meta: Path, other: Elsewhere) -> None:
    """Else the next two tests would prove nothing."""
    with serve(without_meta) as address:
        assert set(ARMED) - harmed(browser, address, other) <= UNCOUNTED
    assert len(ARMED) >= 45


def test_the_policy_in_the_page_stops_hostile_pages(browser: Browser, hostile: Path, other: Elsewhere) -> None:
    with serve(hostile) as address:
        assert harmed(browser, address, other) <= UNSTOPPED


def test_the_policy_in_the_header_stops_hostile_pages(browser: Browser, without_meta: Path, other: Elsewhere) -> None:
    with webserver.nginx(without_meta) as address:
        assert harmed(browser, address, other) <= UNSTOPPED


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><script>PWN</script></head></html>'


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        (SVG.format("<script>PWN</script>"), "<script"),
        (SVG.format("<g><foreignObject/></g>"), "<foreignObject"),
        (SVG.format('<animate attributeName="href"/>'), "<animate"),
        (SVG.format("<style>@import 'https://evil.example/x.css'</style>"), "<style"),
        (SVG.format('<path onload="PWN"/>'), "onload"),
        (SVG.format('<path style="fill: red"/>'), "style"),
        (SVG.format('<use href="x.svg#a"/>'), "href"),
        (SVG.format('<use xlink:href="data:image/svg+xml,x"/>'), "href"),
        (SVG.format('<rect fill="url(https://evil.example/x.svg#a)"/>'), "fill"),
        (SVG.format('<h:script xmlns:h="http://www.w3.org/1999/xhtml">PWN</h:script>'), "<script"),
        ('<!DOCTYPE svg [<!ENTITY x "PWN">]>' + SVG.format("&x;"), "<!"),
        ('<?xml-stylesheet href="x.xsl"?>' + SVG.format(""), "<?"),
        (XHTML, "<html"),
        ("<svg", "<"),
        (SVG.format('<a href="#x"><text>x</text></a>'), "<a"),
        (
            SVG.format('<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs><path fill="url(#g)"/>'),
            "",
        ),
        ('<?xml version="1.0"?><!-- plain -->' + SVG.format('<use href="#a"/><title>x</title>'), ""),
    ],
)
def test_a_drawing_is_nothing_but_a_drawing(text: str, culprit: str) -> None:
    assert markup.culprit_of(text.encode()) == culprit


def test_files_that_act_when_opened_fail_the_build(small_guide: Path) -> None:
    files = {
        "assets/armed.svg": (SVG.format("\n<script>PWN</script>"), "2:1"),
        "assets/armed.xhtml": (XHTML, "1:1"),
        "assets/armed.rdf": (f"\ufeff \n{XHTML}", "2:1"),
        "assets/plain.svg": (SVG.format("<path/>"), ""),
    }
    for name, (text, _) in files.items():
        (small_guide / "docs" / name).write_text(text, encoding="utf-8")
    done = mkdocs(small_guide, "build")
    assert done.returncode == 1
    found = re.findall(r"^docs/(\S+?):(\d+:\d+): site-file: ", done.stderr, re.M)
    assert found == [(name, place) for name, (_, place) in sorted(files.items()) if place]


# nginx


def test_nginx_sends_every_header_with_every_answer(site: Path, behind_nginx: str) -> None:
    """Also with errors, redirects and 304: a location with a header of its own would lose the others."""
    tag = Answer(f"{behind_nginx}/").headers["ETag"]
    answers = {
        200: [Answer(f"{behind_nginx}/{p}") for p in ("", "en/topics/ab-testing/", "sitemap.xml", hashed(site))],
        301: [Answer(f"{behind_nginx}/topics")],
        304: [Answer(f"{behind_nginx}/", If_None_Match=tag)],
        404: [Answer(f"{behind_nginx}/{p}") for p in ("nowhere", "assets/", "assets/none.a5f9d56c.min.js")],
    }
    for status, group in answers.items():
        for answer in group:
            assert answer.status == status
            for name, value in policy.headers().items():
                assert answer.headers.get_all(name) == [value], (status, name)


def hashed(site: Path) -> str:
    return next(site.glob("assets/javascripts/bundle.*.min.js")).relative_to(site).as_posix()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("assets/css/site.css", "text/css; charset=utf-8"),
        ("assets/js/search-start.js", "text/javascript; charset=utf-8"),
        ("assets/favicon.svg", "image/svg+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("search/index.json", "application/json; charset=utf-8"),
        ("sitemap.xml.gz", "application/gzip"),
        ("assets/images/favicon.png", "image/png"),
    ],
)
def test_nginx_names_types(behind_nginx: str, name: str, kind: str) -> None:
    assert Answer(f"{behind_nginx}/{name}").headers["Content-Type"] == kind


def test_nginx_knows_the_type_of_every_file(site: Path, tmp_path: Path) -> None:
    """Of those that are there, and of those that a page may bring: a script of another type would not run."""
    new = {".mjs": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"}
    new |= {".woff2": "font/woff2", ".webp": "image/webp", ".avif": "image/avif", ".jpg": "image/jpeg"}
    for ending in {path.suffix for path in site.rglob("*.*")} | set(new):
        (tmp_path / f"x{ending}").write_text("x")
    with webserver.nginx(tmp_path) as address:
        for path in tmp_path.iterdir():
            kind = Answer(f"{address}/{path.name}").headers["Content-Type"].partition(";")[0]
            assert kind == new.get(path.suffix, kind)
            assert kind != "application/octet-stream", path


@pytest.mark.parametrize("name", ["", "en/cases/youtube-recommendation/", "search/index.json", "sitemap.xml"])
def test_nginx_compresses_and_revalidates_pages(behind_nginx: str, name: str) -> None:
    plain = Answer(f"{behind_nginx}/{name}")
    packed = Answer(f"{behind_nginx}/{name}", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    for answer in (plain, packed):
        assert answer.headers["Cache-Control"] == "no-cache"
        again = Answer(f"{behind_nginx}/{name}", Accept_Encoding="gzip", If_None_Match=answer.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
    since = Answer(f"{behind_nginx}/{name}", If_Modified_Since=plain.headers["Last-Modified"])
    assert since.status == 304


def test_nginx_lets_hashed_files_be_kept_and_no_others(site: Path, behind_nginx: str) -> None:
    names = sorted(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())
    kept = [name for name in names if policy.HASHED.match(name)]
    kept = [name for name in kept if "search/" not in name] + [name for name in kept if "search/" in name][::100]
    assert len(kept) >= 10
    for name in kept:
        assert Answer(f"{behind_nginx}/{name}").headers["Cache-Control"] == policy.FOREVER
    for name in ("assets/css/site.css", "assets/js/search-start.js", "assets/favicon.svg", "_headers"):
        assert Answer(f"{behind_nginx}/{name}").headers["Cache-Control"] == "no-cache"
    # Nor a file that is not there: the mistake would stay for a year.
    gone = Answer(f"{behind_nginx}/assets/none.a5f9d56c.min.js")
    assert (gone.status, gone.headers["Cache-Control"]) == (404, "no-cache")


@pytest.mark.parametrize(
    ("path", "language"), [("nowhere", "zh"), ("topics/nowhere/", "zh"), ("en/nowhere", "en"), ("en/a/b/c/", "en")]
)
def test_nginx_answers_a_wrong_address_in_its_language(behind_nginx: str, path: str, language: str) -> None:
    answer = Answer(f"{behind_nginx}/{path}")
    assert answer.status == 404
    assert f'<html lang="{language}"' in answer.body.decode()


def test_nginx_serves_a_site_below_a_path(small_guide: Path, tmp_path: Path, browser: Browser) -> None:
    done = mkdocs(small_guide, "build", SITE_URL="https://guide.test/a/guide/")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a/guide").symlink_to(small_guide / "site")
    with webserver.nginx(root, "/a/guide") as address:
        assert Answer(f"{address}/a/guide").headers["Location"] == "/a/guide/"
        assert Answer(f"{address}/a/guide/en").headers["Location"] == "/a/guide/en/"
        for path, language in (("x/y/", "zh"), ("en/x/y/", "en")):
            answer = Answer(f"{address}/a/guide/{path}")
            assert answer.status == 404
            assert f'<html lang="{language}"' in answer.body.decode()
        with watched(browser) as (page, troubles):
            failed: list[str] = []
            page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
            wrong = f"{address}/a/guide/en/x/y/"
            for url, query in ((f"{address}/a/guide/", "首页"), (f"{address}/a/guide/en/", "home"), (wrong, "home")):
                page.goto(url)
                assert search(page, query).startswith(url.removesuffix("x/y/"))
            assert failed == [wrong]
            assert [text for text in troubles if "404 (Not Found)" not in text] == []


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_new_folder_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    """Also where the system cannot exchange two names in one step, and where there is no old one."""
    if not exchanges:
        monkeypatch.setattr("guide.swap._exchange", lambda one, other: False)
    new, site = tmp_path / "new", tmp_path / "site"
    for version in "12":
        new.mkdir()
        (new / "index.html").write_text(version)
        swap(new, site, tmp_path / "old")
        assert (site / "index.html").read_text() == version
        assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("way", ["link", "folder"])
def test_no_request_fails_while_a_new_site_comes_in(site: Path, way: str) -> None:
    load = webserver.under_load(site, 3, way)
    print(load)
    assert load.errors == 0
    assert load.swaps == 5
    assert load.rate > 100
