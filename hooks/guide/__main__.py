"""The checks without MkDocs: `PYTHONPATH=hooks python -m guide check [--format text|json|github] [PROJECT]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guide import check
from guide.findings import as_github, as_json, as_text


def main(arguments: list[str] | None = None) -> int:
    """Print the findings of a project; 1 where there are any."""
    parser = argparse.ArgumentParser(prog="python -m guide", description=__doc__)
    parser.add_argument("command", choices=["check"])
    parser.add_argument("project", nargs="?", type=Path, default=Path())
    parser.add_argument("--format", choices=["text", "json", "github"], default="text")
    options = parser.parse_args(arguments)
    found = check.check(check.read(options.project))
    if options.format == "json":
        print(as_json(found))
    else:
        write = as_github if options.format == "github" else as_text
        for finding in found:
            print(write(finding))
    print(f"{len(found)} 个问题 / {'finding' if len(found) == 1 else 'findings'}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
