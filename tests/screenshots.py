"""Takes the README's two pictures from the built site: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

import chromium
from conftest import FLAGS, PROJECT, serve
from playwright.sync_api import sync_playwright

PICTURES = [
    ("zh-light", "light", "cases/youtube-recommendation/"),
    ("en-dark", "dark", "en/topics/ab-testing/#sample-size"),
]


def main() -> None:
    folder = PROJECT / ".github/readme"
    folder.mkdir(parents=True, exist_ok=True)
    with serve(PROJECT / "site") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        for name, scheme, path in PICTURES:
            page = browser.new_page(viewport={"width": 1200, "height": 820}, color_scheme=scheme)
            page.goto(f"{address}/{path}", wait_until="networkidle")
            page.screenshot(path=Path(folder, f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    main()
