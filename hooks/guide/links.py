"""The links of a finished page: every page, file and place that they name exists, and every outside address is one that
a reader can trust. See guide/addresses.py for the policy, guide/targets.py for what a link may look like.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import unquote, urljoin

from selectolax.lexbor import LexborNode

from guide import addresses, places
from guide.findings import Finding, did_you_mean
from guide.markup import SCHEMES, scheme_of
from guide.site import Goal, Page, Site
from guide.source import Link, Source, srcset
from guide.targets import Docs, inside

LOADS = {"img": ("src", "srcset"), "source": ("src", "srcset")}
LOADING_RELS = frozenset(
    "stylesheet icon preload modulepreload prefetch preconnect dns-prefetch manifest apple-touch-icon".split()
)
MAIL = re.compile(r"^[^@\s,<>()]+@(?:[\w-]+\.)+[^\W\d_]{2,}$")
USED_REFERENCE = re.compile(r"(?<![\w\])\\])\[(?P<text>[^\[\]\n]{1,300})\]\[(?P<id>[^\[\]\n]{0,200})\]")
USED_FOOTNOTE = re.compile(r"(?<!\\)\[\^(?P<id>[^\[\]\s]{1,100})\](?!:)")
FOOTNOTE = re.compile(r"^ {0,3}\[\^(?P<id>[^\[\]\s]{1,100})\]:", re.M)


class Checker:
    """The link rules over the pages of a site. `others` are the texts in which a place is sought after the page's."""

    def __init__(self, site: Site, docs: Docs, others: list[Source], known_hosts: frozenset[str]) -> None:
        self.site, self.docs, self.others, self.known_hosts = site, docs, others, known_hosts
        self._offences: dict[str, list[addresses.Offence]] = {}

    def check(self, page: Page) -> Iterator[Finding]:
        """Findings for every link of one page."""
        seen: Counter[tuple[str, str]] = Counter()
        for article in page.articles[:1]:
            for node in article.css("a, img, source"):
                yield from self._node(page, node, seen)
            if page.source is not None:
                yield from _undefined(page.source, article)
        for node in page.tree.css("link[href], script[src], body a[href], body img[src]"):
            yield from self._frame(page, node)

    def _frame(self, page: Page, node: LexborNode) -> Iterator[Finding]:
        """What the theme and the templates load and link: it must exist, and come from this site."""
        attributes = node.attributes
        address = attributes.get("href") or attributes.get("src") or ""
        rels = set((attributes.get("rel") or "").split())
        loads = node.tag in ("script", "img") or bool(rels & LOADING_RELS)
        goal = self._goal(page, address)
        if goal is None or (goal.outside and not loads) or (not goal.outside and goal.file):
            return
        if any(parent.tag == "article" for parent in _parents(node)):
            return  # _node has seen it, or guide/markup.py, which allows neither script nor link there
        rule = "site-origin" if goal.outside else "link-file" if loads else "link-page"
        place = places.find([s for s in [page.source, *self.others] if s], [places.literal(address)], 0)
        if place:
            yield places.finding(*place, rule, address)
        else:
            yield Finding("mkdocs.yml", 1, 1, rule, f"{address} ({page.file})")

    def _goal(self, page: Page, address: str) -> Goal | None:
        try:
            return self.site.goal(page, address)
        except ValueError:
            return None

    def _node(self, page: Page, node: LexborNode, seen: Counter[tuple[str, str]]) -> Iterator[Finding]:
        tag, attributes = node.tag or "", node.attributes
        if tag != "a":
            for name in LOADS[tag]:
                for address in _candidates(name, attributes.get(name)):
                    yield from self._address(page, tag, name, address, seen)
            return
        if "href" not in attributes:
            return
        address = (attributes["href"] or "").strip()
        if address in ("", "#"):
            yield from self._report(page, "link-empty", address, None, seen, subject="href")
            return
        if not _speaks(node):
            yield from self._report(page, "link-empty", address, self._goal(page, address), seen, subject=address)
        yield from self._address(page, tag, "href", address, seen)
        if scheme_of(address) in ("http", "https"):
            text = node.text(deep=True)
            if addresses.shows_another(text, address):
                subject = f"{text.strip()} → {address}"
                yield from self._report(page, "url-text", address, self._goal(page, address), seen, subject=subject)

    def _address(
        self, page: Page, tag: str, name: str, address: str, seen: Counter[tuple[str, str]]
    ) -> Iterator[Finding]:
        scheme = scheme_of(address)
        if scheme == "mailto":
            mails = [unquote(mail).strip() for mail in address.split(":", 1)[1].split("?")[0].split(",")]
            if not all(MAIL.match(mail) for mail in mails):
                yield from self._report(page, "link-mail", address, None, seen)
            return
        if scheme not in SCHEMES:
            return  # guide/markup.py says so
        if not address:
            yield from self._report(page, "link-empty", address, None, seen, subject=name)
            return
        goal = self._goal(page, address)
        if goal is None:
            yield from self._report(page, "url-host", address, None, seen)
        elif goal.outside:
            if tag != "a":
                yield from self._report(page, "site-origin", address, goal, seen)
                return
            if goal.outside not in self._offences:
                self._offences[goal.outside] = addresses.check(goal.outside, self.known_hosts)
            for offence in self._offences[goal.outside]:
                yield from self._report(
                    page, offence.rule, address, goal, seen, subject=offence.subject, hint=offence.hint()
                )
        elif not goal.file:
            yield from self._missing(page, tag, address, goal, seen)
        elif goal.fragment and goal.file in self.site.pages:
            ids = self.site.pages[goal.file].ids
            if goal.fragment not in ids and goal.fragment.lower() != "top":
                hint = _nearest_id(goal.fragment, ids)
                yield from self._report(page, "link-anchor", address, goal, seen, hint=hint)

    def _missing(
        self, page: Page, tag: str, address: str, goal: Goal, seen: Counter[tuple[str, str]]
    ) -> Iterator[Finding]:
        path = address.split("#")[0].split("?")[0]
        is_file = tag != "a" or bool(re.search(r"\.(?!md$|html?$)[a-z0-9]{1,5}$", path, re.I))
        for finding in self._report(page, "link-file" if is_file else "link-page", address, goal, seen):
            rule = finding.rule
            if page.source is not None and finding.path == page.source.path:
                target = finding.subject.split("#")[0].split("?")[0]
                if _leaves(page.source.path, target):
                    rule = "link-outside"
            hint = self._nearest(page, finding.subject) if rule != "link-outside" else {}
            yield Finding(finding.path, finding.line, finding.column, rule, finding.subject, text=finding.text, **hint)

    def _nearest(self, page: Page, target: str) -> dict[str, str]:
        """The hint that offers the page or file that was probably meant, as it is written from here."""
        if page.source is None:
            return {}
        here = posixpath.dirname(page.source.path)
        path, mark, fragment = target.partition("#")
        path = unquote(path.split("?")[0])
        language = page.source.path.split("/")[1]
        names = [p for p in self.docs.pages if p.startswith(f"docs/{language}/")] + list(self.docs.files)
        written = {posixpath.relpath(name, here): name for name in names}
        wanted = path if path.endswith(".md") or "." in posixpath.basename(path) else path.rstrip("/") + ".md"
        folded = {name.lower(): name for name in written}
        near = get_close_matches(wanted.lower(), list(folded), n=1, cutoff=0.6)
        if not near:
            stems = {posixpath.basename(name).lower(): name for name in written}
            stem = get_close_matches(posixpath.basename(wanted).lower(), list(stems), n=1, cutoff=0.75)
            if not stem:
                return {}
            best = stems[stem[0]]
        else:
            best = folded[near[0]]
        goal = self.site.page_of(written[best])
        keep = mark + fragment if goal is None or not fragment or unquote(fragment) in goal.ids else ""
        return {"hint_zh": f"是否指 {best}{keep}？", "hint_en": f"did you mean {best}{keep}?"}

    def _report(
        self,
        page: Page,
        rule: str,
        address: str,
        goal: Goal | None,
        seen: Counter[tuple[str, str]],
        subject: str = "",
        hint: dict[str, str] | None = None,
    ) -> Iterator[Finding]:
        """The finding, at the link in the Markdown that means this address; each of several equal ones at its own."""
        skip = seen[rule, address]
        seen[rule, address] += 1
        if page.source is not None:
            same = [link for link in page.source.links if self._means(page, link, address, goal)]
            if same:
                link = same[min(skip, len(same) - 1)]
                column = link.column
                if rule == "link-anchor" and "#" in link.written:
                    column += link.written.index("#")
                yield page.source.finding(rule, link.line, column, subject or link.target, **(hint or {}))
                return
        own = [page.source] if page.source else []
        place = places.find([*own, *self.others], [places.literal(address)], skip) if address else None
        if place is None and page.source is not None:
            yield page.source.finding(rule, 1, 1, subject or address, **(hint or {}))
        elif place is None:
            yield Finding("mkdocs.yml", 1, 1, rule, f"{subject or address} ({page.file})", **(hint or {}))
        else:
            source, offset = place
            yield places.finding(source, offset, rule, subject or address, **(hint or {}))

    def _means(self, page: Page, link: Link, address: str, goal: Goal | None) -> bool:
        if link.target.strip() == address or unquote(link.target) == unquote(address):
            return True
        if page.source is None or goal is None or not link.target:
            return False
        if goal.outside:
            try:
                return urljoin(self.site.url, link.target).rstrip("/") == goal.outside.rstrip("/")
            except ValueError:
                return False
        meaning = self.docs.meaning(page.source.path, inside(link.target, self.site.url))
        return meaning is not None and (meaning.address, meaning.fragment) == (goal.address, goal.fragment)


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    while (parent := node.parent) is not None:
        yield parent
        node = parent


def _nearest_id(fragment: str, ids: frozenset[str]) -> dict[str, str]:
    """The hint that offers the id that was probably meant, else some that the page has."""
    near = get_close_matches(fragment, sorted(ids), n=1, cutoff=0.6)
    if near:
        return {"hint_zh": f"是否指 #{near[0]}？", "hint_en": f"did you mean #{near[0]}?"}
    own = sorted(name for name in ids if not name.startswith(("ref-", "cite-", "fn", "diagram-")))
    some = ", ".join(f"#{name}" for name in own[:8]) + (" …" if len(own) > 8 else "")
    return {"hint_zh": f"那一页有 {some}", "hint_en": f"that page has {some}"} if own else {}


def _leaves(path: str, target: str) -> bool:
    """Whether a target names something above docs/, or by a path of somebody's disk."""
    target = unquote(target)
    if re.match(r"[a-zA-Z]:[\\/]|\\\\|file:", target):
        return True
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return not target.startswith("/") and not file.startswith("docs/")


def _candidates(name: str, value: str | None) -> list[str]:
    """The addresses in an attribute: one, or in srcset several."""
    if value is None:
        return []
    return [value.strip()] if name != "srcset" else [address for _, address in srcset(value)] or [""]


def _speaks(node: LexborNode) -> bool:
    """Whether a link has something to say: text, an image with alt text, or a label."""
    if node.text(deep=True).strip() or node.attributes.get("aria-label"):
        return True
    return any((image.attributes.get("alt") or "").strip() for image in node.css("img, svg title"))


def _visible(article: LexborNode) -> str:
    """The text of an article outside code, formulas and drawings."""
    parts: list[str] = []
    stack = [article]
    while stack:
        node = stack.pop()
        if node.tag == "-text":
            parts.append(node.text(deep=False) or "")
        elif node.tag not in ("code", "pre", "math", "svg", "kbd", "samp"):
            child = node.last_child
            while child is not None:
                stack.append(child)
                child = child.prev
    return "".join(parts)


def _undefined(source: Source, article: LexborNode) -> Iterator[Finding]:
    """References and footnotes that are defined nowhere; Markdown leaves them in the page as they are typed."""
    text = "\n".join(source.plain)
    if "][" not in text and "[^" not in text:
        return
    shown = " ".join(_visible(article).split())
    defined = {_label(link.label) for link in source.links if link.kind == "definition"}
    for match in USED_REFERENCE.finditer(text):
        label = match["id"] or match["text"]
        numbers = match["id"].strip().isdigit() and match["text"].strip().isdigit()
        literal = " ".join(f"][{match['id']}]".split())
        if _label(label) not in defined and not numbers and not match["text"].startswith("^") and literal in shown:
            offset = match.start("id") if match["id"] else match.start("text")
            yield places.finding(source, offset, "link-reference", label, **did_you_mean(label, sorted(defined)))
    notes = {match["id"] for match in FOOTNOTE.finditer(text)}
    for match in USED_FOOTNOTE.finditer(text):
        if match["id"] not in notes and f"[^{match['id']}]" in shown:
            yield places.finding(
                source, match.start(), "link-footnote", f"[^{match['id']}]", **did_you_mean(match["id"], sorted(notes))
            )


def _label(text: str) -> str:
    return " ".join(text.lower().split())
