"""A page's Markdown taken apart: front matter, headings, fences, boxes, tables, formulas, links, each with its line.

This is a reader for checks, not a renderer: it understands the Markdown that pages of this guide are written in
(CONTRIBUTING.md), keeps every position of the file, and never fails on input. Columns survive because code and
comments are masked with spaces of the same length instead of being cut out.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, count

from guide.findings import Finding

# Possessive quantifiers (*+) where two runs could share their spaces: a line of a megabyte must not hang a build.
FENCE = re.compile(r"^(?P<indent>[ \t]*+)(?P<mark>`{3,}|~{3,})[ \t]*+(?P<info>[^`]*)$")
HEADING = re.compile(r"^(?P<level>#{1,6})[ \t]++(?P<text>.*)$")
HEADING_ID = re.compile(r"#([\w:.-]+)")
BOX = re.compile(
    r"^(?P<indent>[ \t]*+)(?P<mark>\?{3}\+?|!{3}|={3}\+?)[ \t]++"
    r'(?P<kind>[\w-]++(?:[ \t]++[\w-]++)*+)?[ \t]*+(?:"(?P<title>.*)")?$'
)
TABLE_RULE = re.compile(r"^[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+$")
CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LINK = re.compile(r"(?<!\\)\]\(")
LINK_LENGTH = 2000  # characters looked at for the end of a link's target and title
PARENTHESIS = re.compile(r"[()]")
LINK_TITLE = re.compile(r"""\s+(?:"[^"]*"|'[^']*')$""")
DEFINITION = re.compile(r"^ {0,3}\[(?P<id>[^\[\]\n]{1,200})\]:[ \t]*(?P<target><[^<>\n]*>|[^\s<>]+)", re.M)
TAG = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40})(?P<rest>(?:[\s/][^<>]{0,4000})?)>")
ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'<>/=]{1,60})\s{0,20}=\s{0,20}(?P<quote>["']?)(?P<value>(?<=")[^"]*|(?<=')[^']*|[^\s"'<>}]*)"""
)
AUTOLINK = re.compile(r"<(?P<target>(?:https?|mailto|ftp):[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>", re.I)
ATTRIBUTE_LIST = re.compile(r"\{:?[ \t]*(?P<body>[^{}\n]{1,400})\}")
ADDRESSES = frozenset("href src srcset poster cite action formaction data background longdesc xlink:href".split())
DISPLAY_FORMULA = re.compile(r"(?<!\\)\$\$(?P<tex>.+?)(?<!\\)\$\$", re.S)
# Like Pandoc: no space inside the dollars, no digit after the closing one, so that "$5 and $6" is money.
INLINE_FORMULA = re.compile(r"(?<![\\$])\$(?![\s$])(?P<tex>[^$\n]*?[^\s\\$])\$(?![\d$])")
WAIVER = re.compile(r"<!--[ \t]*waive[ \t]+(?P<rule>[\w-]+)[ \t]*:[ \t]*(?P<reason>.*?)[ \t]*-->")


@dataclass(frozen=True)
class Fence:
    """A fenced code block; `line` is that of the opening fence, the body starts on the next one."""

    line: int
    indent: int
    info: str
    body: tuple[str, ...]
    closed: bool

    @property
    def language(self) -> str:
        """The first word of the info string, without {. } of the attribute form; empty when there is none."""
        return re.split(r"[\s{}]+", self.info.strip().lstrip("{").lstrip("."), maxsplit=1)[0]

    @property
    def code(self) -> str:
        """The body without the fence's own indent, one line feed at each end of line."""
        return "".join(f"{line[_common(line, self.indent) :]}\n" for line in self.body)


@dataclass(frozen=True)
class Heading:
    """A heading; `id` is empty where the line gives none."""

    line: int
    level: int
    text: str
    id: str


@dataclass(frozen=True)
class Box:
    """An admonition, a collapsible block or a tab: mark is !!!, ??? (or ???+) or ===."""

    line: int
    indent: int
    mark: str
    kind: str
    title: str


@dataclass(frozen=True)
class Table:
    """A pipe table; `rows` holds the cells as written, the header row first, the rule row left out."""

    line: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Formula:
    """TeX between dollars, at the place of its first character."""

    line: int
    column: int
    tex: str
    display: bool


@dataclass(frozen=True)
class Link:
    """Where a page points to: `target` as Markdown and HTML read it, at the place of its first character.

    `kind` is link (inline, images too), definition (`[id]: target`), autolink, or the name of an HTML attribute;
    `written` is the target as it stands in the file, `label` the id of a definition.
    """

    line: int
    column: int
    target: str
    kind: str = "link"
    written: str = ""
    label: str = ""


@dataclass(frozen=True)
class Waiver:
    """`<!-- waive RULE: reason -->`, which excuses findings of that rule in its section."""

    line: int
    column: int
    rule: str
    reason: str


class Source:
    """One Markdown file: `path` relative to the project, `text` as it stands in the file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.lines = self.text.split("\n")

    def finding(self, rule: str, line: int, column: int = 1, subject: str = "", **hint: str) -> Finding:
        """A finding of `rule` at a place of this file, with the line's text."""
        line = max(1, min(line, len(self.lines)))
        text = self.lines[line - 1]
        return Finding(self.path, line, max(1, min(column, len(text) + 1)), rule, subject, text=text, **hint)

    @cached_property
    def front_end(self) -> int:
        """The number of lines that the front matter takes, its two --- included; 0 where there is none."""
        if self.lines[0].rstrip() != "---":
            return 0
        return next((n for n, line in enumerate(self.lines[1:], 2) if line.rstrip() in ("---", "...")), 0)

    @property
    def front(self) -> str:
        """The YAML of the front matter, without its --- lines."""
        return "\n".join(self.lines[1 : self.front_end - 1]) if self.front_end else ""

    @cached_property
    def fences(self) -> tuple[Fence, ...]:
        """The fenced code blocks, in order, at any indent."""
        found: list[Fence] = []
        numbers = iter(range(self.front_end, len(self.lines)))
        for i in numbers:
            opened = FENCE.match(self.lines[i])
            if not opened:
                continue
            mark, body, closed = opened["mark"], [], False
            end = re.compile(rf"^[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
            for j in numbers:
                if closed := bool(end.match(self.lines[j])):
                    break
                body.append(self.lines[j])
            indent = len(opened["indent"].expandtabs(4))
            found.append(Fence(i + 1, indent, opened["info"].strip(), tuple(body), closed))
        return tuple(found)

    @cached_property
    def prose(self) -> tuple[str, ...]:
        """The lines with front matter, fences, comments and code spans blanked; every column is kept."""
        lines = list(self.lines)
        lines[: self.front_end] = [" " * len(line) for line in lines[: self.front_end]]
        for fence in self.fences:
            for n in range(fence.line - 1, min(len(lines), fence.line + len(fence.body) + fence.closed)):
                lines[n] = " " * len(lines[n])
        text = "\n".join(CODE_SPAN.sub(_blank, line) for line in lines)
        return tuple(_without_comments(text).split("\n"))

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings, outside code and comments."""
        found = []
        for n, line in enumerate(self.prose, 1):
            # The level comes from the masked line, the text from the file: a heading may hold a code span.
            if line.startswith("#") and (match := HEADING.match(self.lines[n - 1].rstrip())):
                text, attributes = _attributes(match["text"])
                given = HEADING_ID.search(attributes)
                found.append(Heading(n, len(match["level"]), text, given[1] if given else ""))
        return tuple(found)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Admonitions, collapsible blocks and tabs."""
        found = []
        for n, line in enumerate(self.prose, 1):
            if line.lstrip()[:3] in ("???", "!!!", "===") and (match := BOX.match(self.lines[n - 1].rstrip())):
                indent = len(match["indent"].expandtabs(4))
                found.append(Box(n, indent, match["mark"], match["kind"] or "", match["title"] or ""))
        return tuple(found)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Pipe tables: a header row, a rule row, and rows as long as lines hold a pipe."""
        found = []
        numbers = iter(range(1, len(self.prose)))
        for i in numbers:
            if not (TABLE_RULE.match(self.prose[i]) and "-" in self.prose[i] and "|" in self.prose[i - 1]):
                continue
            rows = [_cells(self.prose[i - 1])]
            for j in numbers:
                if "|" not in self.prose[j]:
                    break
                rows.append(_cells(self.prose[j]))
            found.append(Table(i, tuple(rows)))
        return tuple(found)

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """Formulas in their order on the page."""
        text = "\n".join(self.prose)
        starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
        found = [self._formula(starts, match, display=True) for match in DISPLAY_FORMULA.finditer(text)]
        rest = DISPLAY_FORMULA.sub(_blank, text)
        found += [self._formula(starts, match, display=False) for match in INLINE_FORMULA.finditer(rest)]
        return tuple(sorted(found, key=lambda f: (f.line, f.column)))

    def _formula(self, starts: list[int], match: re.Match[str], *, display: bool) -> Formula:
        start = match.start("tex")
        line = bisect_right(starts, start)
        return Formula(line, start - starts[line - 1] + 1, match["tex"], display)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The offset at which each line starts in the text, and in `prose` joined."""
        return tuple(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=0))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in the text."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset in the text of a line and column, the reverse of `place`."""
        return self._starts[line - 1] + column - 1

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Everything that points somewhere, outside code and comments: links, definitions, autolinks, raw HTML."""
        text = "\n".join(self.prose)
        found = [
            self._link(match.end() + skipped, target, "link", (html.unescape(target)))
            for match in LINK.finditer(text)
            for skipped, target in [_link_target(text, match.end())]
        ]
        for match in DEFINITION.finditer(text):
            if not match["id"].startswith("^"):
                angle = match["target"].startswith("<")
                target = match["target"].strip("<>")
                found.append(self._link(match.start("target") + angle, target, "definition", target, match["id"]))
        for match in AUTOLINK.finditer(text):
            mail = "" if ":" in match["target"] else "mailto:"
            found.append(self._link(match.start("target"), match["target"], "autolink", mail + match["target"]))
        for tag in TAG.finditer(text):
            for attribute in ATTRIBUTE.finditer(tag["rest"]):
                name, value = attribute["name"].lower(), attribute["value"]
                if name in ADDRESSES:
                    start = tag.start("rest") + attribute.start("value")
                    parts = srcset(value) if name == "srcset" else [(0, value)]
                    found += [self._link(start + i, part, name, html.unescape(part).strip()) for i, part in parts]
        return tuple(sorted(found, key=lambda link: (link.line, link.column)))

    def _link(self, offset: int, written: str, kind: str, target: str, label: str = "") -> Link:
        return Link(*self.place(offset), target, kind, written, label)

    @cached_property
    def _fenced(self) -> frozenset[int]:
        """The lines of fenced code, with those of its fences."""
        return frozenset(n for f in self.fences for n in range(f.line, f.line + len(f.body) + f.closed + 1))

    @cached_property
    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers of the page."""
        return tuple(
            Waiver(n, match.start() + 1, match["rule"], match["reason"])
            for n, line in enumerate(self.lines, 1)
            if "<!--" in line and n not in self._fenced
            for match in WAIVER.finditer(CODE_SPAN.sub(_blank, line))
        )

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The prose lines with formulas blanked too."""
        text = DISPLAY_FORMULA.sub(_blank, "\n".join(self.prose))
        return tuple(INLINE_FORMULA.sub(_blank, line) for line in text.split("\n"))

    def section_of(self, line: int) -> tuple[int, int]:
        """First and last line of the section in which `line` stands: from its heading to before the next."""
        starts = [1, *(h.line for h in self.headings), len(self.lines) + 1]
        i = next(i for i in count(len(starts) - 2, -1) if starts[i] <= max(line, 1))
        return starts[i], starts[i + 1] - 1


def srcset(value: str) -> list[tuple[int, str]]:
    """The addresses in a srcset, each with its offset: "a.png 1x, b.png 2x"."""
    parts = re.finditer(r"(?:^|,(?=\s))\s*(?P<address>[^\s,]\S*?)(?=,?(?:\s|$))", value)
    return [(part.start("address"), part["address"]) for part in parts]


def _link_target(text: str, start: int) -> tuple[int, str]:
    """The target that starts after `](` at `start`: how many blanks stand before it, and the target as written.

    Like Python-Markdown, which lets a target hold spaces and balanced parentheses; a title at its end is left out.
    """
    depth, end = 1, start
    limit = min(len(text), start + LINK_LENGTH)
    # Not past a blank line, nor past the next link: so that a text of nothing but `](` is read once.
    for stop in ("\n\n", "]("):
        if (found := text.find(stop, start, limit)) >= 0:
            limit = found
    for match in PARENTHESIS.finditer(text, start, limit):
        depth += 1 if match[0] == "(" else -1
        end = match.start()
        if not depth:
            break
    if depth:
        end = limit
    inside = text[start:end]
    stripped = inside.lstrip()
    skipped = len(inside) - len(stripped)
    stripped = stripped.rstrip()
    if stripped.startswith("<") and ">" in stripped:
        return skipped + 1, stripped[1 : stripped.index(">")]
    return skipped, LINK_TITLE.sub("", stripped)


@lru_cache(maxsize=2048)
def parse(path: str, text: str) -> Source:
    """The page taken apart, once for all that ask: the gate, the citations, the diagrams, each language's build."""
    return Source(path, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _attributes(text: str) -> tuple[str, str]:
    """A heading's text, and what stands in the {…} at its end; empty where there is none."""
    opening = text.rfind("{")
    if opening < 0 or not text.endswith("}"):
        return text, ""
    return text[:opening].rstrip(), text[opening + 1 : -1]


def _without_comments(text: str) -> str:
    """The text with <!-- comments --> blanked. Not a regex: many openings without an end would take it forever."""
    parts, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (stop := text.find("-->", start + 4)) >= 0:
        parts += [text[end:start], re.sub(r"[^\n]", " ", text[start : stop + 3])]
        end = stop + 3
    return "".join([*parts, text[end:]])


def _cells(row: str) -> tuple[str, ...]:
    inner = row.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", inner))


def _common(line: str, indent: int) -> int:
    """How many leading characters of `line` belong to an indent of that many columns."""
    return min(indent, len(line) - len(line.lstrip(" ")))
