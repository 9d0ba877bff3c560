"""What a link of a page means: which page, file or place it names, however it is written.

A page may be named by its file (../topics/ab-testing.md), by its address (../ab-testing/, ../ab-testing), from the
root of the site (/topics/ab-testing/), and across the languages by its file (../../en/topics/ab-testing.md). All of
them mean the same page whether the site's pages are folders or files, and below whatever path it is published.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

EXTERNAL = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//)")
DEFAULT = "zh"


@dataclass(frozen=True)
class Meaning:
    """What a target names: `address` below the site's root (pages as folders: "en/topics/ab-testing/"), with fragment
    and query. `page` is the path of the page's file below the project, where it names one; `known` whether it names
    anything that exists.
    """

    address: str
    fragment: str = ""
    query: str = ""
    page: str = ""
    known: bool = False


def address_of(path: str) -> str:
    """The address of a page below the site's root: docs/en/topics/ab-testing.md is at en/topics/ab-testing/."""
    language, _, inside = path.removeprefix("docs/").partition("/")
    inside = re.sub(r"(^|/)(index|README)\.md$", r"\1", inside)
    inside = re.sub(r"\.md$", "/", inside)
    return inside if language == DEFAULT else f"{language}/{inside}"


def inside(target: str, site_url: str | None) -> str:
    """A target from the root of the site where it is written with the site's own address; any other stays."""
    if site_url and target.startswith(site_url):
        return "/" + target[len(site_url) :].lstrip("/")
    return target


class Docs:
    """The names of everything that a link may mean: pages by their path below the project, and other files of docs/."""

    def __init__(self, pages: Collection[str], files: Collection[str] = ()) -> None:
        self.pages = {path: address_of(path) for path in pages}
        self.addresses = {address: path for path, address in self.pages.items()}
        self.files = frozenset(files)

    def meaning(self, path: str, target: str) -> Meaning | None:
        """What `target` means on the page at `path`; None for an address outside of the site."""
        if EXTERNAL.match(target):
            return None
        rest, _, fragment = target.partition("#")
        rest, _, query = rest.partition("?")
        name, fragment = unquote(rest), unquote(fragment.split(":~:")[0])
        if not name:
            return Meaning(address_of(path), fragment, query, path, known=True)
        if not name.startswith("/"):
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if file in self.pages:
                return Meaning(self.pages[file], fragment, query, file, known=True)
            if file in self.files:
                return Meaning(_file_address(file), fragment, query, known=True)
            # As the browser sees it on the finished page.
            name = posixpath.normpath("/" + posixpath.join(address_of(path), name)) + (
                "/" if name.endswith("/") else ""
            )
        address = name.lstrip("/")
        for candidate in (
            address,
            f"{address}/",
            re.sub(r"(^|/)index\.html$", r"\1", address),
            re.sub(r"\.html$", "/", address),
        ):
            candidate = "" if candidate == "/" else candidate
            if candidate in self.addresses:
                return Meaning(candidate, fragment, query, self.addresses[candidate], known=True)
        return Meaning(address, fragment, query, known=f"docs/{address}" in self.files)

    def portable(self, path: str, target: str, kind: str) -> str | None:
        """How to write `target` so that it survives MkDocs and works in every build: an address from the site's root.

        None where it may stay: another site, a link to a page's file in the same language, a place on the same page,
        something that does not exist.
        """
        if EXTERNAL.match(target) and not _readable(target):
            # MkDocs breaks off at an address that does not parse; so it passes, and the gate says what is wrong.
            return target.replace("[", "%5B").replace("]", "%5D")
        meaning = self.meaning(path, target)
        if meaning is None or not meaning.known or not re.split("[?#]", target)[0]:
            return None
        markdown = kind in ("link", "definition")
        same_language = path.split("/")[1:2] == meaning.page.split("/")[1:2]
        if (
            markdown
            and target.split("#")[0].split("?")[0].endswith(".md")
            and same_language
            and not target.startswith("/")
        ):
            return None
        if markdown and not meaning.page and not target.startswith("/"):
            return None  # MkDocs knows the way to a file of docs/
        return "/" + quote(meaning.address) + (f"?{meaning.query}" if meaning.query else "") + _mark(target)


def _readable(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _mark(target: str) -> str:
    _, mark, fragment = target.partition("#")
    return mark + fragment


def _file_address(file: str) -> str:
    inside = file.removeprefix("docs/")
    return inside.removeprefix(f"{DEFAULT}/")


def rewrite(markdown: str, path: str, docs: Docs, links: Collection[tuple[int, str, str, str]]) -> str:
    """The Markdown with the targets of `links` (offset, as written, as read, kind) in portable form."""
    parts, end = [], 0
    for offset, written, target, kind in sorted(links):
        if offset >= end and (portable := docs.portable(path, target, kind)) is not None:
            parts += [markdown[end:offset], portable]
            end = offset + len(written)
    return "".join([*parts, markdown[end:]])


TAG = re.compile(r"""<[a-zA-Z][^<>]*?=["'][^"'<>]*/[^<>]*>""")
VALUE = re.compile(r"""(?P<before>\s(?:href|src|poster|srcset)=["'])(?P<value>[^"']*)""")
ADDRESS = re.compile(r"(?P<before>^|,\s+|\s)/(?!/)(?P<address>[^\s,]*)")


def relative(html: str, docs: Docs, page: str, *, folders: bool) -> str:
    """The page's HTML with addresses from the site's root made relative to the page.

    `folders` says whether pages are folders (use_directory_urls) or files. What the site does not have stays.
    """
    here = _published(address_of(page), folders=folders)

    def way(match: re.Match[str]) -> str:
        rest, mark, fragment = match["address"].partition("#")
        rest, question, query = rest.partition("?")
        address = unquote(rest)
        if address in docs.addresses:
            goal = _published(address, folders=folders)
        elif f"docs/{address}" in docs.files or f"docs/{DEFAULT}/{address}" in docs.files:
            goal = address
        else:
            return match[0]
        found = posixpath.relpath("/" + goal, "/" + posixpath.dirname(here))
        found = found + "/" if goal.endswith("/") or not goal else found
        return match["before"] + quote(found) + question + query + mark + fragment

    def value(match: re.Match[str]) -> str:
        return match["before"] + ADDRESS.sub(way, match["value"])

    return TAG.sub(lambda tag: VALUE.sub(value, tag[0]) if re.search(r"""["'\s]/""", tag[0]) else tag[0], html)


def _published(address: str, *, folders: bool) -> str:
    """Where a page is found: topics/x/ as a folder, topics/x.html as a file."""
    if folders:
        return address
    return f"{address}index.html" if address in ("", "en/") else f"{address.rstrip('/')}.html"
