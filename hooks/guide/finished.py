"""The rules for finished pages: what a browser would show and run, whatever in the Markdown led to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from guide import characters, markup, places, policy, published
from guide.findings import Finding
from guide.links import Checker
from guide.site import Page, Site
from guide.source import Source
from guide.targets import Docs

SMUGGLED = re.compile(r"""^(?:title|description):.*(?:[<>]|[^:\s]\s*"(?=.*\S))""", re.M)
HEADINGS = "h1, h2, h3, h4"
# Attributes that are read, aloud or in a tooltip.
SAID = ("alt", "title", "aria-label", "content")
VAGUE = re.compile(
    r"^(?:an?\s+|the\s+)?(?:image|img|picture|photo|figure|fig|diagram|chart|graph|screenshot|icon|logo|alt|text|untitled|"
    r"图|图片|图像|照片|截图|示意图|插图|流程图|架构图|图表|图示)(?:\s*[\d.-]+)?[.。]?$",
    re.I,
)
FILE_NAME = re.compile(
    r"^[\w./ -]+\.(?:png|jpe?g|gif|svg|webp|avif)$|^[\w-]*\d{4,}[\w-]*$|^(?:IMG|DSC|Screen ?Shot)[\w .:-]*$", re.I
)
LEAST_ALT = {"zh": 4, "en": 8}  # characters; a shorter one names, but does not tell


def check(
    site: Site, docs: Docs, sources: dict[str, Source], data: list[Source], known_hosts: frozenset[str]
) -> list[Finding]:
    """Findings for all pages of a built site. `data` are the registry and the other files that pages are made from."""
    found: list[Finding] = []
    # What front matter brings into a page's head, and into every page's navigation, has a finding of its own.
    smuggled = {path: s.front_end for path, s in sources.items() if SMUGGLED.search(s.front)}
    checker = Checker(site, docs, [*data, *sources.values()], known_hosts)
    for page in site.pages.values():
        if published.is_redirect(policy.without_meta(page.html)):
            continue
        found += checker.check(page)
        found += [
            f for f in _markup(page, checker.others) if f.rule != "html-frame" or f.line > smuggled.get(f.path, 0)
        ]
        found += _text(page)
        if page.source is not None and page.articles:
            found += _headings(page.source, page.articles[0])
            found += _images(page.source, page.articles[0])
    found += _styles(site)
    found += _files(site)
    return found


def _markup(page: Page, others: list[Source]) -> Iterator[Finding]:
    article = page.articles[0] if page.articles else None
    offences = list(markup.check_article(article)) if article is not None else []
    if len(page.articles) == 1 and all(level in markup.theme()["levels"] for level in markup.levels(page.articles[0])):
        offences += markup.check_frame(page.tree, article)
    else:  # the text left the article, so all that follows stands where it should not: one finding is enough
        offences.append(markup.Offence("html-frame", "</article>", "/article"))
    seen: Counter[tuple[str, str, str]] = Counter()
    for offence in offences:
        key = (offence.tag, offence.attribute, offence.value)
        yield _place(page, others, offence, seen[key])
        seen[key] += 1


def _place(page: Page, others: list[Source], offence: markup.Offence, skip: int) -> Finding:
    """The finding for an offence, at its place in the page; in another text only where just that stands there."""
    own = [page.source] if page.source is not None else []
    exact: list[re.Pattern[str]] = []
    if offence.rule == "html-scheme":
        for source in own:
            same = [link for link in source.links if _same_address(link.target, offence.value)]
            if same:
                link = same[min(skip, len(same) - 1)]
                return source.finding(offence.rule, link.line, link.column, offence.subject)
        exact = [places.valued(offence.attribute, offence.value, at_value=True), places.literal(offence.value)]
        patterns = [*exact, *places.attribute(offence.tag, offence.attribute, offence.value)]
    elif offence.attribute == "class":
        patterns = exact = [re.compile(rf"(?<![\w-]){re.escape(offence.value)}(?![\w-])")]
    elif offence.attribute:
        patterns = places.attribute(offence.tag, offence.attribute, offence.value)
        exact = patterns[:1] if offence.value else []
    elif offence.tag == "/article":
        patterns = [re.compile(r"</(?:article|div|main|body|html)\b", re.I)]
    else:
        patterns = [places.element(offence.tag)]
        exact = patterns if offence.tag not in markup.PROSE else []
    place = places.find(own, patterns, skip) or (places.find(others, exact, 0) if exact else None)
    if place is not None:
        return places.finding(*place, offence.rule, offence.subject)
    if page.source is not None:
        return page.source.finding(offence.rule, 1, 1, offence.subject)
    return Finding("mkdocs.yml", 1, 1, offence.rule, f"{offence.subject} ({page.file})")


def _same_address(written: str, found: str) -> bool:
    """Whether two addresses are one to a browser, which takes no notice of white space and controls in the scheme."""
    plain = re.compile(r"[\x00-\x20]+")
    return plain.sub("", written).lower() == plain.sub("", found).lower()


def _text(page: Page) -> Iterator[Finding]:
    """Characters that entities brought in; those that stand in the file as themselves are found in the file."""
    if not characters.UNSEEN.search(page.html) and "&" not in page.html:
        return
    if page.source is None or "&" not in page.source.text:
        return
    seen: Counter[str] = Counter()
    for node in page.tree.root.traverse(include_text=True) if page.tree.root is not None else ():
        texts = (
            [node.text(deep=False) or ""]
            if node.tag == "-text"
            else [node.attributes.get(name) or "" for name in SAID if name in node.attributes]
        )
        for text in texts:
            if text.isascii():
                continue
            for oddity in characters.check(text):
                char = oddity.text[0]
                if oddity.rule not in ("text-bidi", "text-invisible") or char in page.source.text:
                    continue
                place = places.find([page.source], [places.character(char)], seen[char])
                seen[char] += 1
                if place is not None:
                    yield places.finding(*place, oddity.rule, oddity.subject)


def _headings(source: Source, article: LexborNode) -> Iterator[Finding]:
    """Headings that reached the page in another way than as `## Text {#id}`: raw HTML, underlined, without an id."""
    explicit = {heading.id for heading in source.headings if heading.id}
    known = {"references"} | explicit
    lines = {heading.text.strip() for heading in source.headings if not heading.id}
    for node in article.css(HEADINGS):
        text = re.sub(r"\s*#$", "", node.text(deep=True).strip())
        # A line without its id: guide/pages.py has the place.
        if node.attributes.get("id") in known or any(_same(text, line) for line in lines):
            continue
        place = places.find([source], [places.literal(text[:80]), places.element(node.tag or "")], 0)
        if place is not None:
            line, _ = source.place(place[1])
            yield source.finding("heading-id", line, len(source.lines[line - 1]) + 1, text)


def _same(shown: str, written: str) -> bool:
    """Whether a heading's text on the page is that of a line, markup aside."""
    letters = re.compile(r"[\W_]+")
    return letters.sub("", shown) == letters.sub("", written)


def _images(source: Source, article: LexborNode) -> Iterator[Finding]:
    language = "zh" if source.path.startswith("docs/zh/") else "en"
    seen: Counter[str] = Counter()
    for node in article.css("img"):
        alt = (node.attributes.get("alt") or "").strip()
        address = node.attributes.get("src") or ""
        stem = re.sub(r"\.\w+$", "", address.rsplit("/", 1)[-1])
        hidden = (
            VAGUE.match(alt) or FILE_NAME.match(alt) or alt.lower() in (stem.lower(), stem.lower().replace("-", " "))
        )
        if alt and len(alt) >= LEAST_ALT[language] and not hidden:
            continue
        file = address.rsplit("/", 1)[-1]
        same = [link for link in source.links if link.target.rsplit("/", 1)[-1] == file]
        skip = seen[file]
        seen[file] += 1
        if same:
            link = same[min(skip, len(same) - 1)]
            start = source.lines[link.line - 1].rfind("![" if link.kind == "link" else "<img", 0, link.column)
            yield source.finding("image-alt", link.line, max(start, 0) + 1, alt or file)
        else:
            yield source.finding("image-alt", 1, 1, alt or file)


URL_IN_STYLE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"]?)\s*(?P<address>(?:https?:)?//[^'\")\s;]+)", re.I)
URL_IN_SCRIPT = re.compile(r"""["'`](?P<address>(?:https?:)?//[\w-]+\.[^"'`\s]*)""")


def _styles(site: Site) -> Iterator[Finding]:
    """Style sheets and our own scripts that load from another origin."""
    for file in sorted(site.files):
        own = file.startswith("assets/") and not file.startswith(("assets/javascripts/", "assets/vendor/"))
        pattern = URL_IN_STYLE if file.endswith(".css") else URL_IN_SCRIPT if own and file.endswith(".js") else None
        if pattern is None:
            continue
        text = (site.folder / file).read_text(encoding="utf-8", errors="replace")
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start("address") - text.rfind("\n", 0, match.start("address"))
            shown = text.split("\n")[line - 1][:200]
            yield Finding(
                f"docs/{file}", line, column if column <= 200 else 1, "site-origin", match["address"], text=shown
            )


def _files(site: Site) -> Iterator[Finding]:
    """Markup beside the pages, whatever its name: a browser opens it as a document of this site."""
    for file in sorted(site.files):
        if file.endswith(".html") or file == "sitemap.xml":
            continue
        with (site.folder / file).open("rb") as opened:
            start = opened.read(64)
            if not start.translate(None, b"\x00\xef\xbb\xbf\xff\xfe \t\r\n\f").startswith(b"<"):
                continue
            content = start + opened.read()
        culprit = markup.culprit_of(content) if file.endswith(".svg") else "<"
        if culprit:
            before, _, after = content.decode("utf-8", errors="replace").partition(culprit)
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            shown = (before.rpartition("\n")[2] + culprit + after.partition("\n")[0])[:200]
            yield Finding(f"docs/{file}", line, column if column <= 200 else 1, "site-file", culprit, text=shown)


def known_hosts(urls: Iterable[str]) -> frozenset[str]:
    """The hosts of addresses that the guide trusts already."""
    return frozenset(match[1].lower() for url in urls if (match := re.match(r"https?://([^/:?#]+)", url)))
