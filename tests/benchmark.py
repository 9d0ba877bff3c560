"""Prints what a build costs, and what share of it the hooks take: `make bench`, or `make bench SIZES="1 20"`.

Each size builds the real pages that many times over, each copy in a folder of its own, with a clock around every
event of hooks/*.py. Nothing here is asserted: machines differ, and a shared one differs from minute to minute.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "tests")]
os.environ["NO_MKDOCS_2_WARNING"] = "1"

from conftest import copy_project  # noqa: E402
from mkdocs.commands.build import build  # noqa: E402
from mkdocs.config import load_config  # noqa: E402


def multiply(project: Path, times: int) -> int:
    """Copy every page of the guide into `times` - 1 further folders of each language; the number of pages."""
    for language in ("zh", "en"):
        pages = sorted((project / "docs" / language).rglob("*.md"))
        for n in range(2, times + 1):
            for page in pages:
                inside = page.relative_to(project / "docs" / language)
                copy = project / "docs" / language / f"copy{n}" / inside
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(page, copy)
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8").replace("omitted_files: warn", "omitted_files: ignore")
    settings.write_text(text, encoding="utf-8")
    return sum(1 for _ in (project / "docs").rglob("*.md"))


def measure(times: int) -> tuple[int, float, float, dict[str, float]]:
    """Pages, seconds of the build, seconds of it inside the events of hooks/*.py, and the same for each hook."""
    spent: dict[str, float] = defaultdict(float)

    def timed(event: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(event)
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return event(*args, **kwargs)
            finally:
                spent[name] += time.perf_counter() - start

        return run

    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder))
        pages = multiply(project, times)
        config = load_config(str(project / "mkdocs.yml"))
        for events in config.plugins.events.values():
            for i, event in enumerate(events):
                file = Path(getattr(event, "__code__", measure.__code__).co_filename)
                if file.parent.name == "hooks":
                    events[i] = timed(event, file.stem)
        start = time.perf_counter()
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        return pages, time.perf_counter() - start, sum(spent.values()), dict(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1, 5, 20])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    if options.one:
        pages, seconds, hooks, each = measure(options.one)
        parts = "  ".join(f"{name} {t:.2f}" for name, t in sorted(each.items(), key=lambda p: -p[1]))
        print(f"{pages:6} {seconds:8.2f} {hooks:8.2f} {hooks / seconds:6.0%} {1000 * seconds / pages:8.0f}   {parts}")
        return
    print(f"{'pages':>6} {'build s':>8} {'hooks s':>8} {'share':>6} {'ms/page':>8}   seconds of each hook", flush=True)
    for times in options.sizes:  # each in a process of its own: hooks keep their modules
        subprocess.run([sys.executable, __file__, "--one", str(times)], check=True)


if __name__ == "__main__":
    main()
