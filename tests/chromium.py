"""Finds a Chromium for the browser tests, or installs one; run as a script it prints where it is.

In this order: $CHROMIUM, a Chromium or Chrome on the machine, Playwright's own, Debian's package when root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HELP = (
    "没有找到 Chromium：请安装它，或用 CHROMIUM=/path/to/chromium 指定。\n"
    "No Chromium found: install one, or name it with CHROMIUM=/path/to/chromium."
)


def find() -> str | None:
    """The path of a Chromium that is already here."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or (str(MAC) if MAC.exists() else _playwrights())


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """Install a Chromium and answer its path, or None where neither way works."""
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        commands += [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"],
        ]
    for command in commands:
        print(" ".join(command), file=sys.stderr)
        try:
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600, check=False)
        except subprocess.TimeoutExpired:
            continue
        if path := find():
            return path
    return None


if __name__ == "__main__":
    found = find() or (None if os.environ.get("CHROMIUM") else install())
    print(found or HELP, file=sys.stdout if found else sys.stderr)
    sys.exit(not found)
