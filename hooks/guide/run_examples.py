"""Runs worked Python apart from the build: programs as JSON on standard input, their failures as JSON on the last line.

Started by examples.py as a separate, isolated process (`python -I`), so it uses the standard library alone.
"""

from __future__ import annotations

import doctest
import json
import sys
from typing import Any


def run_blocks(program: list[str]) -> list[dict[str, Any]]:
    """Run one page's blocks in one namespace; the failures as plain dicts, at most one for each example."""
    names: dict[str, Any] = {"__name__": "__main__"}
    failures: list[dict[str, Any]] = []
    parser = doctest.DocTestParser()
    for number, code in enumerate(program):
        try:
            test = parser.get_doctest(code, names, f"block {number + 1}", None, 0)
        except ValueError as error:
            failures.append({"block": number, "line": 0, "got": str(error)})
            continue
        runner = _Runner()
        runner.run(test, clear_globs=False, out=lambda _: None)
        names = test.globs
        failures += [{"block": number, "line": line, "got": got} for line, got in runner.found]
    return failures


class _Runner(doctest.DocTestRunner):
    """Keeps what failed instead of printing it."""

    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.found: list[tuple[int, str]] = []

    def report_start(self, out: Any, test: Any, example: Any) -> None:
        """Say nothing."""

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        """Keep the line of the example and what it printed."""
        self.found.append((example.lineno, got))

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        """Keep the line of the example and the exception."""
        self.found.append((example.lineno, f"{exc_info[0].__name__}: {exc_info[1]}"))


if __name__ == "__main__":
    print("\n" + json.dumps([run_blocks(program) for program in json.load(sys.stdin)]))
