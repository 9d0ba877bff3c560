"""The site in a real browser, as a reader has it: every page, both languages, light and dark, phone and print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import mkdocs, serve, write_pages
from playwright.sync_api import Browser, Page, Route
from test_build import CHART, PAGES, url_of

CASE = "cases/youtube-recommendation/"
each_address = pytest.mark.parametrize("path", [url_of(*page) for page in PAGES], ids=lambda p: p or "home")


@contextmanager
def opened(browser: Browser, url: str, **context: object) -> Iterator[Page]:
    """The page in a fresh context; anything on its console, or any failed script, fails the test."""
    fresh = browser.new_context(**context)
    page = fresh.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    try:
        page.goto(url, wait_until="load")
        yield page
        assert troubles == []
    finally:
        fresh.close()


@each_address
def test_axe_finds_nothing_in_light_and_dark(browser: Browser, address: str, path: str) -> None:
    # Without motion: half-way through a fade every colour is too pale.
    with opened(browser, f"{address}/{path}", color_scheme="light", reduced_motion="reduce") as page:
        page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        for scheme in ("default", "slate"):
            page.evaluate("(scheme) => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
            found = Axe().run(page).response["violations"]
            told = [(scheme, v["id"], n["target"], n["failureSummary"]) for v in found for n in v["nodes"]]
            assert told[:5] == []


@each_address
def test_first_view_is_small_and_asks_nobody_else(
    browser: Browser, address: str, sent: dict[str, int], path: str
) -> None:
    """Counted where it is sent, so that what workers ask for counts too."""
    sent.clear()
    outside: list[str] = []
    context = browser.new_context()
    context.on("request", lambda request: outside.append(request.url) if not request.url.startswith(address) else None)
    page = context.new_page()
    page.goto(f"{address}/{path}", wait_until="load")
    page.wait_for_timeout(200)  # whatever the theme's script asks for, it asks at once
    context.close()
    assert outside == []
    assert len(sent) <= 12, sent
    # A case is a whole interview on one page; the references, the terms and the table of all cases are long lists.
    long = re.search(r"(^|/)(cases/.*|references/|glossary/)$", path)
    # A stage page also holds what each of the seven cases decides at its stage.
    stage = "framework/" in path
    limit = 150_000 if long else 92_000 if stage else 90_000
    assert sum(sent.values()) <= limit, sent
    assert not any("search_index" in name or "workers/search" in name for name in sent)


@each_address
def test_phone_shows_the_page_without_scrolling_sideways(browser: Browser, address: str, path: str) -> None:
    with opened(browser, f"{address}/{path}", viewport={"width": 390, "height": 844}) as page:
        page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        small = page.evaluate(
            """() => [...document.querySelectorAll('.diagram text')].filter((t) => t.textContent.trim())
               .map((t) => [t.textContent, 13.5 * t.getScreenCTM().a]).filter(([, size]) => size < 8.5)"""
        )
        assert small == [], "letters of a diagram too small to read on a phone"


@pytest.mark.parametrize("path", [CASE, "en/topics/ab-testing/"])
def test_everything_shows_without_script_and_without_network(browser: Browser, site: Path, path: str) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((site / path / "index.html").as_uri())
    figure = page.locator("figure.diagram svg").first
    assert figure.bounding_box()["height"] > 100
    assert page.locator("math").first.is_visible()
    question = page.locator("details.question").first
    question.locator("summary").click()
    assert question.locator("p").first.is_visible()
    tabs = page.locator(".interviewer .tabbed-set").first
    tabs.locator("label", has_text="Staff").click()
    assert tabs.locator(".tabbed-block").nth(2).is_visible()
    assert page.locator("ol.references li").count() > 5
    context.close()


def test_first_paint_waits_for_no_other_host(browser: Browser, address: str) -> None:
    """The best of five: the limit is about waiting for others, not about this machine's load."""
    times = []
    held: list[Route] = []  # never answered, like a host that hangs
    for _ in range(5):
        context = browser.new_context()
        context.route(lambda url: not url.startswith(address), lambda route: held.append(route))
        page = context.new_page()
        page.goto(f"{address}/en/topics/ab-testing/", wait_until="commit")
        painted = """new Promise((done) => new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") done(startTime);
        }).observe({ type: "paint", buffered: true }))"""
        times.append(page.evaluate(painted))
        context.close()
        assert held == []
    assert min(times) < 500, times


@pytest.mark.parametrize(("path", "label", "there"), [(CASE, "English", f"en/{CASE}"), (f"en/{CASE}", "中文", CASE)])
def test_the_language_switch_leads_to_the_same_page(
    browser: Browser, address: str, path: str, label: str, there: str
) -> None:
    with opened(browser, f"{address}/{path}") as page:
        page.locator(".md-select").hover()
        page.locator(".md-select__link", has_text=label).click()
        page.wait_for_url(f"{address}/{there}")
        assert page.locator("html").get_attribute("lang").startswith("en" if label == "English" else "zh")


@pytest.mark.parametrize(
    ("start", "query", "first"),
    [
        ("", "样本量", "/topics/ab-testing/"),
        ("", "冷启动", "/goals/cold-start/"),
        ("en/", "sample size", "/en/topics/ab-testing/"),
        ("en/framework/", "cold start", "/en/goals/cold-start/"),
    ],
)
def test_search_leads_to_the_page_in_the_readers_language(
    browser: Browser, address: str, start: str, query: str, first: str
) -> None:
    with opened(browser, f"{address}/{start}") as page:
        page.keyboard.press("/")
        page.locator('[data-md-component="search"] input[name="query"]').fill(query)
        result = page.locator('[data-md-component="search-result"] a').first
        result.wait_for(timeout=20_000)
        assert re.sub(r"^https?://[^/]+|[?#].*$", "", result.get_attribute("href")) == first


def test_search_opens_from_an_address(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/en/?q=delta+method") as page:
        result = page.locator('[data-md-component="search-result"] a').first
        result.wait_for(timeout=20_000)
        assert "/en/topics/ab-testing/" in result.get_attribute("href")


def test_the_palette_is_remembered_and_recolours_the_diagrams(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/{CASE}", color_scheme="light") as page:
        colour = "getComputedStyle(document.querySelector('.diagram text')).fill"
        light = page.evaluate(colour)
        page.locator('label[title^="深色"]').click()
        assert page.evaluate(colour) != light
        page.reload()
        assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_print_shows_every_level_and_every_answer(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/{CASE}") as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        for block in page.locator(".interviewer .tabbed-block").all():
            assert block.bounding_box()["height"] > 10
        assert page.locator("details:not([open])").count() == 0


def test_the_fallback_draws_with_our_own_script(browser: Browser, small_guide: Path) -> None:
    write_pages(small_guide, CHART, CHART)
    done = mkdocs(small_guide, "build", DIAGRAMS="browser")
    assert done.returncode == 0, done.stderr
    with serve(small_guide / "site") as url, opened(browser, f"{url}/en/") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload(wait_until="networkidle")
        page.locator("div.mermaid").wait_for(timeout=20_000)
        assert page.locator("div.mermaid").bounding_box()["height"] > 30
        assert [u for u in asked if not u.startswith((url, "data:", "blob:"))] == []


def test_a_wrong_address_shows_both_languages(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    assert page.goto(f"{address}/en/nowhere/").status == 404
    assert "页面不存在" in page.inner_text("h1")
    assert "Page not found" in page.inner_text("h1")
    page.get_by_role("link", name="English home page").click()
    assert page.url == f"{address}/en/"
    context.close()


def test_the_way_to_the_source_is_there_for_everybody(browser: Browser, small_guide: Path) -> None:
    done = mkdocs(small_guide, "build", REPO_URL="https://github.com/o/r")
    assert done.returncode == 0, done.stderr
    with serve(small_guide / "site") as url, opened(browser, f"{url}/en/", reduced_motion="reduce") as page:
        assert page.get_by_role("link", name="Edit this page").is_visible()
        assert page.get_by_role("link", name="Text CC BY-SA 4.0").is_visible()
        for scheme in ("default", "slate"):
            page.evaluate("(scheme) => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
            found = Axe().run(page).response["violations"]
            assert [(scheme, v["id"], n["target"]) for v in found for n in v["nodes"]] == []
