"""Mermaid to inline SVG while the site is built: parsed, slimmed to what a page needs, coloured by the page's CSS.

mmdr (Rust) lays the diagram out; its SVG is 15 to 60 kB of styles, unused markers and hand-drawn outlines. What
remains here is an allow-list of elements and attributes, 1 to 5 kB, with classes that docs/assets/css/diagrams.css
colours in the light and the dark scheme. Where mmdr has no build for a machine, `available` is False and the
fence stays as mermaid2 wrote it, for the browser to draw.
"""

from __future__ import annotations

import html
import os
import re
import xml.etree.ElementTree as ET
from functools import lru_cache

from guide.findings import Finding
from guide.source import Fence, Source

try:
    import mmdr
except ImportError:  # no build of mmdr for this machine
    available = False
else:
    available = True


def in_browser() -> bool:
    """Whether the browser draws the diagrams: where mmdr is missing, or the switch DIAGRAMS=browser is set."""
    return not available or os.environ.get("DIAGRAMS") == "browser"


SVG = "http://www.w3.org/2000/svg"
KIND = re.compile(r"^(?:flowchart|sequenceDiagram|stateDiagram-v2|classDiagram)\b")
ACC_TITLE = re.compile(r"^[ \t]*accTitle[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.M)
ACC_DESCR = re.compile(r"^[ \t]*accDescr[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.M)
TEXTS = re.compile(r"^[ \t]*acc(?:Title|Descr)[ \t]*:.*$", re.M)
SETTINGS = (
    '%%{init: {"look": "classic", "theme": "base", "htmlLabels": false, "sequence": {"mirrorActors": false},'
    ' "flowchart": {"htmlLabels": false, "wrappingWidth": 220, "padding": 11}}}%%\n'
)
# What makes a drawing do something: links, callbacks, settings, and HTML other than a line break.
UNSAFE = re.compile(
    r"^[ \t]*(?P<word>click|callback|href|links?)[ \t]|(?P<setting>%%\{|^---[ \t]*$)"
    r"|(?P<tag><(?!br[ \t]*/?>)/?[a-zA-Z!][^>\n]{0,80}>?)"
    r"|(?P<scheme>(?:javascript|vbscript)[ \t]*:|data:[a-z]+/)|(?P<entity>&#?\w{1,30};|#\d{1,7};)",
    re.I,
)
WIDE = 440  # px; a wider diagram scrolls on a phone instead of shrinking until nobody can read it

ELEMENTS = {
    "svg",
    "g",
    "rect",
    "circle",
    "ellipse",
    "polygon",
    "polyline",
    "path",
    "line",
    "text",
    "tspan",
    "marker",
    "defs",
}
ATTRIBUTES = frozenset(
    """class id x y x1 y1 x2 y2 dx dy cx cy r rx ry d points width height viewBox transform text-anchor
    dominant-baseline font-size font-weight stroke-dasharray stroke-width marker-end marker-start
    refX refY markerWidth markerHeight markerUnits orient""".split()
)
PIXELS = {"d", "points", "transform", "viewBox", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height"}
FROM_STYLE = {"text-anchor", "font-weight", "stroke-dasharray"}
OPENS = re.compile(r"^\s*(subgraph|loop|alt|opt|par|critical|break|rect|box)\b|\{\s*$")
CLOSES = re.compile(r"^\s*(end\s*$|\}\s*$)")


class DiagramError(ValueError):
    """The diagram does not parse; says why, in the parser's words."""


def is_diagram(fence: Fence) -> bool:
    """Whether the fence holds Mermaid."""
    return fence.language == "mermaid"


def title_and_description(code: str) -> tuple[str, str]:
    """The accTitle and accDescr of a diagram; empty where it has none."""
    title, description = ACC_TITLE.search(code), ACC_DESCR.search(code)
    return (title[1] if title else "", description[1] if description else "")


def check(source: Source) -> list[Finding]:
    """Findings for the diagrams of a page: kind, syntax at its own line, title and description."""
    return [finding for fence in source.fences if is_diagram(fence) for finding in _check(source, fence)]


def _check(source: Source, fence: Fence) -> list[Finding]:
    code, found = fence.code, []
    for number, text in enumerate(TEXTS.sub("", code).split("\n"), 1):
        if match := UNSAFE.search(text):
            column = match.start() + len(match[0]) - len(match[0].lstrip()) + fence.indent + 1
            found.append(source.finding("diagram-unsafe", fence.line + number, column, match[0].strip()))
    if not KIND.match(code.lstrip()):
        found.append(source.finding("diagram-kind", fence.line + 1, fence.indent + 1, code.strip().split("\n")[0][:40]))
        return found
    for name, value in zip(("accTitle", "accDescr"), title_and_description(code), strict=True):
        if not value:
            found.append(source.finding("diagram-text", fence.line, fence.indent + 1, name))
    if available:
        try:
            _draw(code)
        except DiagramError as error:
            line, text = broken_line(code)
            column = len(text) - len(text.lstrip()) + 1 + fence.indent
            found.append(source.finding("diagram-syntax", fence.line + line, column, str(error)))
    return found


def broken_line(code: str) -> tuple[int, str]:
    """The line (from 1) that makes a broken diagram fail, with its text.

    The renderer tells what is wrong but not where. So the lines are tried from the top, open blocks closed, and the
    line after the last sound beginning is the one; where only an end is missing, the block that lacks it.
    """
    lines = code.rstrip("\n").split("\n")
    # The kind and the two texts alone are no diagram yet, in some kinds.
    sound = next((i for i, line in enumerate(lines) if i and line.strip() and not TEXTS.match(line)), len(lines) - 1)
    opened: list[int] = []
    for n, line in enumerate(lines, 1):
        if CLOSES.match(line):
            opened = opened[:-1]
        elif OPENS.search(line):
            opened.append(n)
        closers = ["}" if lines[i - 1].rstrip().endswith("{") else "end" for i in reversed(opened)]
        try:
            _draw("\n".join([*lines[:n], *closers]) + "\n")
        except DiagramError:
            continue
        sound = max(sound, n)
    line_number = sound + 1 if sound < len(lines) else opened[-1] if opened else len(lines)
    return line_number, lines[line_number - 1]


@lru_cache(maxsize=4096)
def _draw(code: str) -> str:
    try:
        # Our own title and description replace the renderer's, which stumbles over a semicolon in them.
        return str(mmdr.render(SETTINGS + TEXTS.sub("", code)).svg())
    except ValueError as error:
        raise DiagramError(re.sub(r"^Diagram parse error \([\w-]+\): ", "", str(error))) from None


def render(code: str, name: str) -> str:
    """A figure with the diagram as inline SVG and its title below. `name` makes its ids unique on the page.

    Raises DiagramError where the diagram does not parse.
    """
    title, description = title_and_description(code)
    svg = ET.fromstring(_draw(code))
    _slim(svg)
    _name_markers(svg, name)
    box = [float(n) for n in svg.get("viewBox", "0 0 0 0").split()]
    svg.attrib.update({"width": f"{box[2]:.0f}", "height": f"{box[3]:.0f}"})
    svg.set("role", "img")
    svg.set("aria-labelledby", f"{name}-title {name}-description")
    for i, (tag, text) in enumerate((("title", title), ("desc", description))):
        node = ET.Element(tag, {"id": f"{name}-{'title' if tag == 'title' else 'description'}"})
        node.text = text
        svg.insert(i, node)
    svg.set("xmlns", SVG)
    drawing = ET.tostring(svg, encoding="unicode")
    kind = KIND.match(code.lstrip())
    # A region that scrolls must be reachable by keyboard.
    wide = ' tabindex="0"' if box[2] > WIDE else ""
    classes = f"diagram diagram-{kind[0].lower().split('-')[0] if kind else 'other'}" + (
        " diagram-wide" if wide else ""
    )
    return (
        f'<figure class="{classes}" data-search-exclude><div class="diagram-frame"{wide}>{drawing}</div>'
        f"<figcaption>{html.escape(title)}</figcaption></figure>"
    )


def _slim(svg: ET.Element) -> None:
    """Reduce a drawing to the allow-list, in place."""
    for node in svg.iter():
        node.tag = node.tag.removeprefix(f"{{{SVG}}}")
    used = set(re.findall(r"url\(#([^)]+)\)", ET.tostring(svg, encoding="unicode")))
    _centre_labels(svg)
    _redraw_end_states(svg)
    _drop(svg, used)
    for node in list(svg.iter()):
        style = dict(part.split(":", 1) for part in node.get("style", "").split(";") if ":" in part)
        node.attrib.update({k.strip(): v.strip() for k, v in style.items() if k.strip() in FROM_STYLE})
        kept = {k: _round(k, v) for k, v in node.attrib.items() if k in ATTRIBUTES}
        if node.tag != "marker":
            kept.pop("id", None)
        node.attrib.clear()
        node.attrib.update(kept)
        if node.tag == "tspan" and len(node) and all(child.tag == "tspan" for child in node):
            # One inner tspan a word: the words belong together, or screen readers spell them out.
            node.text = "".join(child.text or "" for child in node)
            del node[:]


def _drop(node: ET.Element, used: set[str]) -> None:
    """Remove what a drawing does not need: foreign elements, unused markers, second outlines, empty groups."""
    for child in list(node):
        unused = child.tag == "marker" and child.get("id") not in used
        # Rounded shapes come as a filled outline and the same again, stroked by hundreds of small curves.
        twice = child.tag == "path" and "outer-path" in node.get("class", "") and child is not node[0]
        if child.tag not in ELEMENTS or unused or twice:
            node.remove(child)
            continue
        _drop(child, used)
        if child.tag in ("g", "defs") and not len(child):
            node.remove(child)


def _centre_labels(svg: ET.Element) -> None:
    """Put labels of states and of groups in the middle of their boxes, whatever font the reader has."""
    for node in svg.iter("g"):
        classes = node.get("class", "").split()
        if "statediagram-state" in classes:
            for label in node.iter("g"):
                if label.get("class") == "label":
                    label.set("transform", re.sub(r"translate\([^,]+,", "translate(0,", label.get("transform", "")))
        box = node.find("rect")
        name = node.find("g[@class='cluster-label']")
        if "cluster" in classes and box is not None and name is not None:
            middle = float(box.get("x", "0")) + float(box.get("width", "0")) / 2
            name.set("transform", f"translate({middle},{box.get('y', '0')})")


def _redraw_end_states(svg: ET.Element) -> None:
    """Two circles for the end of a state diagram, in place of some hundred hand-drawn curves."""
    for node in svg.iter("g"):
        outline = node.find("g[@class='outer-path']")
        if "root_end" in node.get("id", "") and outline is not None:
            node.remove(outline)
            node.append(ET.Element("circle", {"class": "state-end", "r": "7"}))
            node.append(ET.Element("circle", {"class": "state-start", "r": "3"}))


def _name_markers(svg: ET.Element, name: str) -> None:
    """Give the arrow heads ids that are unique on the page, and point the edges at them."""
    names = {m.get("id", ""): f"{name}-arrow{i}" for i, m in enumerate(svg.iter("marker"))}
    for marker in svg.iter("marker"):
        marker.set("id", names[marker.get("id", "")])
    for node in svg.iter():
        for end in ("marker-start", "marker-end"):
            if (target := re.fullmatch(r"url\(#(.+)\)", node.get(end, ""))) and target[1] in names:
                node.set(end, f"url(#{names[target[1]]})")


def _round(key: str, value: str) -> str:
    """Places and sizes in whole pixels; measures in em and the widths of lines keep one decimal."""
    if key in ("class", "id"):
        return value
    digits = 0 if key in PIXELS and "em" not in value else 1
    return re.sub(r"-?\d+\.\d+(?:e-?\d+)?", lambda m: f"{round(float(m[0]), digits) + 0.0:g}", value)
