"""A built site: its pages as a browser parses them, its files, and where a link on one of them leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from guide.source import Source
from guide.targets import address_of

ARTICLE = "article.md-content__inner"
# A relative address without query and escapes, its steps up before its steps down.
RELATIVE = re.compile(r"^(?:\.\./)*(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?(?:#[\w:.-]+)?$|^(?:\.\./)*\.\.?$", re.ASCII)


class Page:
    """One finished page: `file` below the site's folder, `source` its Markdown, None for pages such as 404.html."""

    def __init__(self, file: str, html: str, source: Source | None) -> None:
        self.file, self.html, self.source = file, html, source

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The page as a browser parses it."""
        return LexborHTMLParser(self.html)

    @cached_property
    def articles(self) -> list[LexborNode]:
        """The articles of the page; a sound one has one."""
        return self.tree.css(ARTICLE)

    @cached_property
    def ids(self) -> frozenset[str]:
        """What a fragment may name: the ids in the page and the names of its anchors, without the theme's (__toc)."""
        found = {node.attributes.get("id") or "" for node in self.tree.css("[id]")}
        found |= {node.attributes.get("name") or "" for node in self.tree.css("a[name]")}
        return frozenset(name for name in found if name and not name.startswith("__"))


@dataclass(frozen=True)
class Goal:
    """Where a link leads: `outside` is an address of another site; else `file` is what it names below the site's folder
    ("" where the site has no such file), with the `address` below its root and the fragment.
    """

    outside: str = ""
    address: str = ""
    file: str = ""
    fragment: str = ""
    below: bool = True


class Site:
    """A site in a folder, for publication at `url`, with the sources that it was built from by their path."""

    def __init__(self, folder: Path, url: str, sources: dict[str, Source]) -> None:
        self.folder = folder
        self.url = url if url.endswith("/") else f"{url}/"
        self.files = frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        by_file = {file: source for path, source in sources.items() for file in _files_of(address_of(path))}
        self.pages = {
            file: Page(file, (folder / file).read_text(encoding="utf-8", errors="replace"), by_file.get(file))
            for file in sorted(self.files)
            if file.endswith(".html")
        }
        self._goal = lru_cache(maxsize=None)(self._find)

    def page_of(self, path: str) -> Page | None:
        """The finished page of a source, or None where the build left it out."""
        return next((self.pages[file] for file in _files_of(address_of(path)) if file in self.pages), None)

    def goal(self, page: Page, target: str) -> Goal:
        """Where `target` leads from a page. Raises ValueError for what no browser can read."""
        folder = page.file.rpartition("/")[0]
        return self._goal(folder, page.file if target.startswith(("#", "?")) or not target else "", target)

    def _find(self, folder: str, own: str, target: str) -> Goal:
        if RELATIVE.match(target):  # nearly all links; urljoin takes ten times as long
            rest, _, fragment = target.partition("#")
            if not rest:
                return self._inside(own, fragment)
            steps = folder.split("/") if folder else []
            *walk, last = rest.split("/")
            up = walk.count("..") + (last == "..")
            if up <= len(steps):
                steps = steps[: len(steps) - up] + [step for step in walk if step not in ("..", ".")]
                name = "" if last in ("..", ".") else last
                return self._inside("".join(f"{step}/" for step in steps) + name, fragment)
        base = urljoin(self.url, own or (f"{folder}/" if folder else ""))
        absolute = urljoin(base, target)
        parts = urlsplit(absolute)
        root = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or parts.netloc.lower() != root.netloc.lower():
            return Goal(outside=absolute)
        fragment = unquote(parts.fragment.split(":~:")[0])
        if not parts.path.startswith(root.path):
            if urlsplit(target).scheme:
                return Goal(outside=absolute)  # another site on the same host
            return Goal(address=parts.path, fragment=fragment, below=False)
        return self._inside(unquote(parts.path[len(root.path) :]), fragment)

    def _inside(self, address: str, fragment: str) -> Goal:
        file = f"{address}index.html" if not address or address.endswith("/") else address
        return Goal(address=_plain(address), file=file if file in self.files else "", fragment=fragment)


def _files_of(address: str) -> tuple[str, str]:
    """The files in which a page may be found: as a folder, or as a file."""
    return f"{address}index.html", f"{address.rstrip('/')}.html"


def _plain(address: str) -> str:
    """The address with pages as folders, whatever the build does: topics/x.html is topics/x/."""
    address = re.sub(r"(^|/)index\.html$", r"\1", address)
    return re.sub(r"\.html$", "/", address)


def url_of(folder: Path) -> str:
    """The address that a built site was made for: the canonical link of its home page."""
    home = folder / "index.html"
    text = home.read_text(encoding="utf-8", errors="replace") if home.exists() else ""
    match = re.search(r'<link rel="?canonical"? href="?([^">\s]+)', text)
    return match[1] if match else "https://example.org/"
