"""What a finished page may be made of: elements, attributes, addresses and classes, by allow-list.

The theme sanitizes nothing, so a script in a title, a handler in an attribute list or a frame in a table cell reaches
the reader unless something stops it. This looks at the finished page as a browser parses it, so it does not matter
where the thing came from or how it was spelt. Inside the article everything that is not allowed is an offence; outside
of it, everything that the theme does not write (theme.yml, reviewed by hand, never computed from built pages).
"""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pygments.token import STANDARD_TYPES
from selectolax.lexbor import LexborHTMLParser, LexborNode

SVG = frozenset("svg g rect circle ellipse polygon polyline path line text tspan marker defs title desc".split())
DRAWN = SVG | frozenset("linearGradient radialGradient stop clipPath mask pattern symbol use".split())  # in a file
MATH = frozenset(
    """math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd
    mpadded mphantom menclose mmultiscripts mprescripts semantics""".split()
)
PROSE = frozenset(
    """article h1 h2 h3 h4 h5 h6 p a ul ol li dl dt dd blockquote pre code kbd samp var em strong b i u s del ins sub
    sup small mark q cite abbr time br hr wbr span div figure figcaption img picture source table thead tbody tfoot tr
    th td caption colgroup col details summary ruby rt rp bdi input label""".split()
)
ANYWHERE = frozenset("id class lang dir title role data-search-exclude".split())
ARIA = re.compile(r"^aria-(label|labelledby|describedby|hidden|level)$")
ATTRIBUTES = {
    name: frozenset(attributes.split())
    for name, attributes in {
        "a": "href rel target hreflang name",
        "abbr": "tabindex",
        "img": "src srcset sizes alt width height loading decoding",
        "source": "srcset sizes media type width height",
        "ol": "start reversed type",
        "li": "value",
        "td": "align colspan rowspan headers",
        "th": "align colspan rowspan headers scope",
        "tr": "align",
        "col": "span align",
        "colgroup": "span",
        "time": "datetime",
        "del": "datetime cite",
        "ins": "datetime cite",
        "q": "cite",
        "blockquote": "cite",
        "details": "open",
        "div": "tabindex data-tabs",
        "span": "tabindex",
        "input": "type name id checked",
        "label": "for",
        "pre": "tabindex",
    }.items()
}
SVG_ATTRIBUTES = frozenset(
    """x y x1 y1 x2 y2 dx dy cx cy r rx ry d points width height viewBox viewbox transform text-anchor
    dominant-baseline font-size font-weight stroke-dasharray stroke-width marker-end marker-start refX refx refY refy
    markerWidth markerwidth markerHeight markerheight markerUnits markerunits orient xmlns aria-labelledby focusable
    fill""".split()
)
MATH_ATTRIBUTES = frozenset(
    """display xmlns accent accentunder stretchy symmetric largeop movablelimits lspace rspace form fence separator
    minsize maxsize width height depth linethickness mathvariant displaystyle scriptlevel columnalign columnspacing
    rowspacing columnlines rowlines frame align intent arg""".split()
)
ADDRESSES = frozenset("href src srcset cite poster xlink:href action formaction data background ping".split())
SCHEMES = frozenset(("http", "https", "mailto", ""))
VALUES = {
    ("a", "target"): re.compile(r"^_blank$"),
    ("a", "name"): re.compile(r"^(?!__)[\w.:-]+$"),
    ("*", "id"): re.compile(r"^(?!__(?!tabbed_\d+_\d+$|codelineno-))[\w.:%-]+$"),
    ("*", "tabindex"): re.compile(r"^0$"),
    ("*", "dir"): re.compile(r"^(ltr|auto)$"),
    ("*", "fill"): re.compile(r"^(none|currentColor|var\(--[\w-]+\))$"),
    # An image at a size that nobody sees is a way to hide text in its alt, or to count readers.
    ("img", "width"): re.compile(r"^\d{2,4}$"),
    ("img", "height"): re.compile(r"^\d{2,4}$"),
    ("input", "type"): re.compile(r"^radio$"),
    ("input", "id"): re.compile(r"^__tabbed_\d+_\d+$"),
    ("input", "name"): re.compile(r"^__tabbed_\d+$"),
    ("label", "for"): re.compile(r"^__tabbed_\d+_\d+$"),
    ("*", "marker-end"): re.compile(r"^url\(#[\w-]+\)$"),
    ("*", "marker-start"): re.compile(r"^url\(#[\w-]+\)$"),
}
# What MkDocs' extensions write, what CONTRIBUTING.md offers, and what the hooks add.
CLASSES = frozenset(
    """md-content__inner md-typeset headerlink
    admonition admonition-title prompt answer decision interviewer question example note tip warning
    highlight tabbed-set tabbed-alternate tabbed-labels tabbed-content tabbed-block
    footnote footnote-ref footnote-backref
    cite references reading-list used-in back reviewed stale formula arithmatex diagram diagram-frame diagram-wide
    diagram-flowchart diagram-sequencediagram diagram-statediagram diagram-classdiagram diagram-other diagram-source
    mermaid
    matrix term glossary rules task-list task-list-item""".split()
) | frozenset(STANDARD_TYPES.values())
CLASS_FORMS = re.compile(
    r"^(?:language-[\w+-]+|[a-z][a-z0-9]{0,2}(?:-[A-Z]\w*)+)$"
)  # the second is Pygments': p-Indicator


@dataclass(frozen=True)
class Offence:
    """Something that a page may not hold. `tag`, `attribute` and `value` say what."""

    rule: str
    subject: str
    tag: str
    attribute: str = ""
    value: str = ""


@cache
def theme() -> dict[str, Any]:
    """The reviewed list of what the theme itself writes: signatures of elements, and scripts by their hash."""
    text = Path(__file__).with_name("theme.yml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return {
        "elements": frozenset(data["elements"]),
        "scripts": frozenset(data["scripts"]),
        "drawing": frozenset(data["drawing"]),
        "levels": frozenset(data["levels"]),
    }


def scheme_of(address: str) -> str:
    """The scheme that a browser sees: white space and controls inside do not count, nor does case; "" for none."""
    cleaned = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]+", "", address)
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", cleaned)
    return match[1].lower() if match else ""


def script_hash(source: str) -> str:
    """A script as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def check_article(article: LexborNode) -> Iterator[Offence]:
    """Everything in the article that is not on the allow-lists, in the order of the page."""
    for node in article.traverse(include_text=False):
        tag = node.tag or ""
        if tag.startswith(("-", "_", "!")):
            continue
        attributes = node.attributes
        if tag not in PROSE and tag not in SVG and tag not in MATH:
            yield Offence("html-element", f"<{tag}>", tag)
            continue
        if not attributes:
            continue
        own = ATTRIBUTES.get(tag)
        for name, value in attributes.items():
            yield from _check_attribute(tag, own, name, value or "")
        if tag == "input" and (node.parent is None or "tabbed-set" not in (node.parent.attributes.get("class") or "")):
            yield Offence("html-element", "<input>", "input")


def _check_attribute(tag: str, own: frozenset[str] | None, name: str, value: str) -> Iterator[Offence]:
    if name == "class":
        for word in value.split():
            drawn = tag in SVG and not word.startswith(("md-", "__"))
            if word not in CLASSES and not drawn and not CLASS_FORMS.match(word):
                yield Offence("html-class", word, tag, name, word)
        return
    allowed = (
        name in ANYWHERE
        or (own is not None and name in own)
        or (tag in SVG and name in SVG_ATTRIBUTES)
        or (tag in MATH and name in MATH_ATTRIBUTES)
        or ARIA.match(name)
    )
    if not allowed:
        yield Offence("html-attribute", f"<{tag} {name}>", tag, name, value)
        return
    if name in ADDRESSES and (scheme := scheme_of(value)) not in SCHEMES:
        yield Offence("html-scheme", f"{scheme}:", tag, name, value)
        return
    pattern = VALUES.get((tag, name)) or VALUES.get(("*", name))
    if pattern and not pattern.match(value):
        yield Offence("html-attribute", f'<{tag} {name}="{value[:60]}">', tag, name, value)


def culprit_of(file: bytes) -> str:
    """What makes an SVG file more than a drawing: an element, an attribute, a part of XML; "" where nothing does."""
    try:
        text = file.decode("utf-8")
        if part := re.search(r"<!(?!--)|<\?(?!xml\s)", text):  # entities, and style sheets that rewrite the whole
            return part[0]
        root = ET.fromstring(text)
    except (UnicodeDecodeError, ET.ParseError):
        return "<"
    for node in root.iter():
        space, _, name = node.tag.rpartition("}")
        if space != "{http://www.w3.org/2000/svg" or name not in DRAWN:
            return f"<{name}"
        for attribute, value in node.attrib.items():
            name = attribute.rpartition("}")[2]
            elsewhere = (
                "//" in value or re.search(r"url\((?!#)", value) or (name == "href" and not value.startswith("#"))
            )
            if name.startswith("on") or name == "style" or elsewhere:
                return name
    return ""


def around(tree: LexborHTMLParser, article: LexborNode | None) -> Iterator[LexborNode]:
    """The elements of a page outside its article, in the order of the page."""
    stack = [tree.root] if tree.root is not None else []
    while stack:
        node = stack.pop()
        if article is not None and node.mem_id == article.mem_id:
            continue
        if not (node.tag or "").startswith(("-", "_", "!")):
            yield node
        child = node.last_child
        while child is not None:
            if not (child.tag or "").startswith("-"):
                stack.append(child)
            child = child.prev


def is_inline_script(node: LexborNode) -> bool:
    """Whether an element is a script that runs from the page itself, not data and not a file."""
    return node.tag == "script" and "src" not in node.attributes and node.attributes.get("type") != "application/json"


def check_frame(tree: LexborHTMLParser, article: LexborNode | None) -> Iterator[Offence]:
    """Everything around the article that the theme does not write: its elements by tag and attribute names, its scripts
    by their hash, no address with a scheme but http(s), and nothing that loads from another origin.
    """
    known, scripts = theme()["elements"], theme()["scripts"] | theme()["drawing"]
    for node in around(tree, article):
        tag, attributes = node.tag or "", node.attributes
        if signature(tag, attributes) not in known:
            culprit = next((name for name in attributes if name.startswith("on") or name == "style"), "")
            yield Offence(
                "html-frame", f"<{' '.join([tag, *attributes])}>", tag, culprit, attributes.get(culprit) or ""
            )
        if is_inline_script(node) and script_hash(text := node.text(deep=True)) not in scripts:
            yield Offence("html-frame", f"<script> {text.strip()[:40]}", tag, "", text.strip()[:40])
        for name in sorted(ADDRESSES & attributes.keys()):
            if (scheme := scheme_of(attributes[name] or "")) not in SCHEMES:
                yield Offence("html-scheme", f"{scheme}:", tag, name, attributes[name] or "")


def signature(tag: str, attributes: Any) -> str:
    """An element as theme.yml lists it: its tag and the names of its attributes, in order of the alphabet.

    A link or meta element also says what it is for, because that decides what it does.
    """
    role = ""
    if tag in ("link", "meta"):
        role = str(
            attributes.get("rel")
            or attributes.get("name")
            or attributes.get("property")
            or attributes.get("http-equiv")
            or ""
        ).strip()
        role = f"={role}" if role else ""
    elif tag in ("input", "form"):
        names = ("data-md-component", "data-md-toggle", "name")
        role = "=" + next((attributes[name] for name in names if attributes.get(name)), "")
    return " ".join([tag + role, *sorted(attributes)])


def levels(article: LexborNode) -> list[str]:
    """For each element around the article, from the inside out, its children as TAG.CLASS: where text that broke out of
    the article, with a stray </article>, would stand.
    """
    found = []
    node = article.parent
    while node is not None and node.tag not in ("html", None):
        names = []
        child = node.first_child
        while child is not None:
            tag = child.tag or ""
            if not tag.startswith("-") or (tag == "-text" and (child.text() or "").strip()):
                first = (child.attributes.get("class") or "").split(" ")[0] if not tag.startswith("-") else ""
                part = child.attributes.get("data-md-component") if not tag.startswith("-") and not first else ""
                names.append(tag + (f".{first}" if first else f"[{part}]" if part else ""))
            child = child.next
        found.append(" ".join(names))
        node = node.parent
    return found


def theme_of(files: list[Path]) -> str:
    """What stands around the articles of built pages, in the form of theme.yml."""
    elements: set[str] = set()
    scripts: set[str] = set()
    beside: set[str] = set()
    for file in files:
        tree = LexborHTMLParser(file.read_text(encoding="utf-8"))
        article = tree.css_first("article.md-content__inner")
        if article is None:
            continue  # a redirect
        beside.update(levels(article))
        for node in around(tree, article):
            elements.add(signature(node.tag or "", node.attributes))
            if is_inline_script(node):
                scripts.add(script_hash(node.text(deep=True)))
    parts = {"elements": elements, "scripts": scripts, "levels": beside}
    return "\n".join(f"{name}:\n" + "".join(f'  - "{row}"\n' for row in sorted(rows)) for name, rows in parts.items())
