"""The gate without MkDocs.

    python -m guide check [PROJECT] [--site FOLDER] [--format text|json|github] [--raw] [--changed FILE ...]
    python -m guide page NAME [--zh TITLE] [--en TITLE] [--project PROJECT]
    python -m guide domains BEFORE AFTER
    python -m guide ledger [PROJECT]
    python -m guide headers [PROJECT]
    python -m guide theme FOLDER

`check` prints what is wrong with the pages of a project and, with --site, with the site that was built from them.
`page` writes a new page in both languages. `domains` prints, as Markdown, the outside hosts that the project AFTER has
and BEFORE has not. `ledger` adds the addresses that stand now to docs/published.yml. `headers` writes the policy for
browsers into deploy/nginx.conf. `theme` prints what the templates of a built site write around its articles, to be
compared with hooks/guide/theme.yml by hand. Run with PYTHONPATH=hooks.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guide import check, markup, new_page, outside, policy, published
from guide.findings import as_github, as_json, as_text
from guide.site import Site, url_of


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; 1 where `check` has findings that fail a build."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m guide", description=__doc__, formatter_class=form)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="the findings of a project and of the site built from it")
    checking.add_argument("project", nargs="?", type=Path, default=Path())
    checking.add_argument("--site", type=Path, help="the folder of the built site")
    checking.add_argument("--raw", action="store_true", help="the sources alone, before waivers")
    checking.add_argument("--changed", nargs="*", metavar="FILE", help="run only the worked Python of these pages")
    checking.add_argument("--format", choices=["text", "json", "github"], default="text")
    page = commands.add_parser("page", help="write a new page in both languages, and its line in mkdocs.yml")
    page.add_argument("name", nargs="?", default="", help="such as topics/feature-hashing")
    page.add_argument("--zh", default="", help="its Chinese title")
    page.add_argument("--en", default="", help="its English title")
    page.add_argument("--project", type=Path, default=Path())
    domains = commands.add_parser("domains", help="the outside hosts that one project has and another has not")
    domains.add_argument("before", type=Path)
    domains.add_argument("after", type=Path)
    ledger = commands.add_parser("ledger", help="add the addresses that stand now to the ledger")
    ledger.add_argument("project", nargs="?", type=Path, default=Path())
    headers = commands.add_parser("headers", help="write the policy for browsers into deploy/nginx.conf")
    headers.add_argument("project", nargs="?", type=Path, default=Path())
    theme = commands.add_parser("theme", help="what the templates of a built site write")
    theme.add_argument("site", type=Path)
    options = parser.parse_args(arguments)
    if options.command == "check":
        return _check(options)
    if options.command == "page":
        return _page(options.project, options.name, {"zh": options.zh, "en": options.en})
    if options.command == "domains":
        print(outside.report(check.read(options.before), check.read(options.after)), end="")
        return 0
    if options.command == "ledger":
        return _ledger(options.project)
    if options.command == "headers":
        file = options.project / policy.NGINX
        file.write_text(policy.nginx(file.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    print(markup.theme_of(sorted(options.site.rglob("*.html"))), end="")
    return 0


def _check(options: argparse.Namespace) -> int:
    folder: Path | None = options.site
    if folder is not None and not (folder / "index.html").exists():
        print(f"{folder}: 这里没有网站 / no site here; make build", file=sys.stderr)
        return 2
    guide = check.read(options.project)
    site = Site(folder, url_of(folder), guide.pages) if folder is not None else None
    changed = None if options.changed is None else frozenset(options.changed)
    found = check.check_sources(guide, changed) if options.raw else check.check(guide, site, changed=changed)
    if options.format == "json":
        print(as_json(found))
    else:
        write = as_github if options.format == "github" else as_text
        for finding in found:
            print(write(finding))
    failing = sum(finding.fails for finding in found)
    print(f"{failing} 个问题 / {'finding' if failing == 1 else 'findings'}", file=sys.stderr)
    return int(failing > 0)


def _page(project: Path, name: str, titles: dict[str, str]) -> int:
    try:
        written = new_page.make(project, name, titles)
    except new_page.PageError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written:
        print(path)
    index = f"{name.split('/')[0]}/index.md"
    mark = new_page.MARK
    print(f"下一步：运行 make serve，把每个 {mark} 换成正文，再从 {index} 链接到这一页。")
    print(f"Next: make serve, write what each {mark} asks for, then link the page from {index}.")
    return 0


def _ledger(project: Path) -> int:
    guide = check.read(project)
    file = project / published.FILE
    text = published.extended(guide.published_text, guide.pages)
    if text != guide.published_text:
        file.write_text(text, encoding="utf-8")
    print(f"{file}: {sum(text.count(mark) for mark in ('  - ',))} 个锚点 / ids")
    return 0


if __name__ == "__main__":
    sys.exit(main())
