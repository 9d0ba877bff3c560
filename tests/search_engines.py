"""Compares three search engines on this site in one table: `python tests/search_engines.py [SITE]`, or `--times 20`.

ours      hooks/guide/search.py and assets/js/search-engine.js, out of a built site (SITE; without it one is built)
theme     Material's worker with its index cut by jieba, one file a language, names and phrases as tags
pagefind  one record a section, names and phrases as weighted text; results grouped by page

All three have the same sections, names and phrases, and answer in a real Chromium from a server on loopback. The other
two are given for nothing what ours has code for: traditional characters made simple, and words that ask left out. How
each is weighed was chosen on the "tune" queries. Bytes are what a server sends, gzipped, for the files an engine asks
for, in a browser that has none: up to the first six pages found, and for a query when only the engine is there.
jieba and pagefind[extended] are no requirements of the project; without them their rows are left out.
--times prints how ours grows instead, on so many times the sections, with words drawn from the site's own.
"""

from __future__ import annotations

import argparse
import gzip
import html
import importlib.util
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "hooks"), str(PROJECT / "tests")]

import chromium  # noqa: E402
import material  # noqa: E402
from conftest import SENT, chrome, mkdocs, serve  # noqa: E402
from guide import asked, check, glossary, search  # noqa: E402
from guide.targets import address_of  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402

try:
    import jieba

    jieba.setLogLevel("WARNING")
except ImportError:
    jieba = None

SETS = ("tune", "held-out", "blind")
SEED = 20261129
AT_ONCE = 6  # pages that are shown at first
SCRIPT = (PROJECT / "docs/assets/js/search-engine.js").read_text(encoding="utf-8")
HAN = "[\u3400-\u9fff]"

# What Material is told: its separator cuts punctuation of both languages, and between Han and Latin.
SEPARATOR = (
    r"[\s\u200b\u3000\-_,，、。．：:；;！!？?（）()《》【】\[\]「」“”‘’\"…—=+*<>/]+"
    r"|(?<=[A-Za-z0-9])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])"
)
FIELDS = {"title": {"boost": 2}, "text": {"boost": 1}, "tags": {"boost": 2}}
# What Pagefind is told: weights of a record's parts, and how it ranks.
WEIGHTS = {"heading": 6, "page": 1, "names": 3, "asked": 6}
RANKING = {"termSaturation": 2.0, "metaWeights": {"title": 1.0}}
COVER = 2


Phrases = dict[str, tuple[str, ...]]  # what people type, by location


@dataclass
class Engine:
    """An engine as it is served: `script` defines start() and ask(words), which answers with keys of `page_of`."""

    name: str
    script: str
    page_of: Mapping[str, str]
    seconds: float
    fresh: bool = True  # whether what a query asks for depends on those before it


class Query(NamedTuple):
    """What is typed, and the pages of which one should come first."""

    text: str
    pages: frozenset[str]
    kind: str


class Answer(NamedTuple):
    """The pages found, best first; bytes up to the first results; bytes of this query alone."""

    pages: list[str]
    first: int
    further: int


@cache
def known() -> tuple[tuple[glossary.Term, ...], Phrases]:
    """The glossary, and what people type for which location."""
    guide = check.read(PROJECT)
    return glossary.load(guide.glossary_text)[0], asked.phrases(guide.asked)


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def sections_of(site: Path) -> tuple[list[search.Section], list[list[str]]]:
    """The sections of a built site out of its index, and the names and phrases of each."""
    folder = site / "search" / read(site / "search/index.json")["version"]
    sections, names = [], []
    for i in range(len(list((folder / "zh").iterdir()))):
        shown = {lang: read(folder / lang / f"{i}.json") for lang in search.LANGUAGES}
        page, _, anchor = shown["zh"][0].partition("#")
        section = search.Section(page, anchor)
        for language, (_, title, _, heading, text, _) in shown.items():
            section.heading[language], section.text[language] = heading or title, text
        sections.append(section)
        names.append(shown["zh"][5])
    return sections, names


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")


def ours(folder: Path, sections: Sequence[search.Section], phrases: Phrases, site: Path | None = None) -> Engine:
    """Our engine, with the index of `site` or one of `sections`."""
    terms = known()[0]
    start = time.perf_counter()
    files = search.build(sections, terms, phrases)
    seconds = time.perf_counter() - start
    if site:
        shutil.copytree(site / "search", folder / "search")
    else:
        write(folder / "search", files)
    for name in ("search-engine.js", "search.js"):
        shutil.copy(PROJECT / "docs/assets/js" / name, folder)
    script = """
        import { createEngine } from "./search-engine.js";
        const engine = createEngine(async (path) => (await fetch(`search/${path}`)).json());
        window.start = () => Promise.all([engine.start(), fetch("search.js").then((r) => r.text())]);
        window.ask = async (query) => {
          const last = await engine.search(query, LANGUAGE);
          await Promise.all(last.pages.slice(0, AT_ONCE).map((page) => engine.show(page.sections[0].section, LANGUAGE, last)));
          return last.pages.map((page) => String(page.sections[0].section));
        };"""
    return Engine("ours", script, {str(i): s.page for i, s in enumerate(sections)}, seconds)


def theme(folder: Path, sections: Sequence[search.Section], names: Sequence[Sequence[str]]) -> Engine:
    """Material's engine: lunr over the whole index of a language."""

    def cut(text: str) -> str:
        return re.sub(f"{HAN}+", lambda run: "\u200b" + "\u200b".join(jieba.cut(run[0])) + "\u200b", html.escape(text))

    start = time.perf_counter()
    for language in search.LANGUAGES:
        docs = [
            {
                "location": s.location,
                "title": cut(s.heading[language]),
                "text": cut(s.text[language]),
                "tags": [cut(name) for name in dict.fromkeys(its)],
                "boost": search.PRIORS.get(s.page, 1) * search.SECTION_PRIORS.get(s.anchor, 1),
            }
            for s, its in zip(sections, names, strict=True)
        ]
        config = {"lang": ["en"], "separator": SEPARATOR, "pipeline": ["stopWordFilter"], "fields": FIELDS}
        index = {"config": config, "docs": docs, "options": {}}
        write(folder, {f"{language}.json": json.dumps(index, ensure_ascii=False)})
    seconds = time.perf_counter() - start
    workers = Path(material.__file__).parent / "templates/assets/javascripts/workers"
    shutil.copy(next(workers.glob("search.*.min.js")), folder / "worker.js")
    script = """
        const worker = new Worker("worker.js");
        const said = (message) => new Promise((done) => {
          worker.onmessage = ({ data }) => done(data.data);
          worker.postMessage(message);
        });
        window.start = async () => { await said({ type: 0, data: await (await fetch(`${LANGUAGE}.json`)).json() }); };
        const exact = (query) => query.replace(/[a-z0-9]+/g, "$& $&^3"); // a whole word counts for more than a beginning
        window.ask = async (query) => (await said({ type: 2, data: exact(query) })).items.map(([best]) => best.location);"""
    return Engine("theme", script, {s.location: s.page for s in sections}, seconds, fresh=False)


def pagefind(folder: Path, sections: Sequence[search.Section], names: Sequence[Sequence[str]]) -> Engine:
    """Pagefind. All words must be there; where fewer pages have them than are shown, those that have most of them follow."""
    titles = {s.page: s.heading for s in sections if not s.anchor}
    terms = {name for term in known()[0] for lang in search.LANGUAGES for name in term.names(lang)}

    def record(section: search.Section, its: Sequence[str], language: str) -> str:
        prior = search.PRIORS.get(section.page, 1) * search.SECTION_PRIORS.get(section.anchor, 1)
        parts = {
            "heading": section.heading[language],
            "page": titles[section.page][language],
            "names": " . ".join(name for name in its if name in terms),
            "asked": " . ".join(name for name in its if name not in terms),
        }
        body = "".join(
            f'<{tag} data-pagefind-weight="{prior * WEIGHTS[part]:.2f}">{html.escape(text)}</{tag}>'
            for (part, text), tag in zip(parts.items(), ("h1", "p", "p", "p"), strict=True)
        )
        page = f'<meta data-pagefind-meta="page[content]" content="{section.page}">'
        text = f'<p data-pagefind-weight="{prior:.2f}">{html.escape(section.text[language])}</p>'
        return f'<html lang="{language}"><body>{page}{body}{text}</body></html>'

    start = time.perf_counter()
    for i, (section, its) in enumerate(zip(sections, names, strict=True)):
        for language in search.LANGUAGES:
            write(folder / "sections", {f"{language}/{i}.html": record(section, its, language)})
    told = ["--site", str(folder / "sections"), "--output-path", str(folder / "pagefind")]
    subprocess.run([sys.executable, "-m", "pagefind", *told], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    page_of = {}
    for file in (folder / "pagefind/fragment").iterdir():
        data = json.loads(gzip.decompress(file.read_bytes()).removeprefix(b"pagefind_dcd"))
        page_of[file.stem] = data["meta"]["page"]
    script = f"""
        const pagefind = await import("./pagefind/pagefind.js");
        window.start = async () => {{ await pagefind.options({{ ranking: {json.dumps(RANKING)} }}); await pagefind.filters(); }};
        window.ask = async (query) => {{
          let {{ results }} = await pagefind.search(query);
          const words = query.split(" ");
          if (results.length < AT_ONCE && words.length > 1) {{
            const sums = new Map();
            for (const word of words)
              for (const result of (await pagefind.search(word)).results) {{
                const sum = sums.get(result.id) ?? {{ result, score: 0, words: 0 }};
                sums.set(result.id, {{ result, score: sum.score + result.score, words: sum.words + 1 }});
              }}
            const worth = ({{ score, words: n }}) => score * (n / words.length) ** {COVER};
            const more = [...sums.values()].sort((a, b) => worth(b) - worth(a)).map(({{ result }}) => result);
            const there = new Set(results.map(({{ id }}) => id));
            results = [...results, ...more.filter(({{ id }}) => !there.has(id))];
          }}
          const pages = new Set(); // a result does not say which page it is on before its fragment is there
          for (let i = 0; i < results.length && pages.size < AT_ONCE; i++) pages.add((await results[i].data()).meta.page);
          return results.map(({{ id }}) => id);
        }};"""
    return Engine("pagefind", script, page_of, seconds)


@cache
def asking() -> tuple[set[str], str]:
    """The words that our engine passes over because they only ask, in both languages."""
    words = re.findall(r"const ASKING = new Set\((.*?)\.split", SCRIPT, re.S)[0]
    return set(re.findall(r"[a-z]+", words)), re.findall(r"const ASKING_HAN =\s*/(.+)/g", SCRIPT)[0]


def telling(query: str) -> str:
    """A query as the other engines get it: simplified, without the words that only ask, Han apart from Latin."""
    words, han = asking()
    spaced = re.sub(f"(?<={HAN})(?=[a-z0-9])|(?<=[a-z0-9])(?={HAN})", " ", search.normal(query))
    left = [w for w in re.sub(han, " ", re.sub(r"[^\w\s]|_", " ", spaced)).split() if w not in words]
    return " ".join(left) or query


def ask(browser: Browser, folder: Path, engine: Engine, language: str, queries: Sequence[Query]) -> list[Answer]:
    """What an engine answers to each query, and what that costs in a browser that has nothing yet."""
    page_html = (
        f'<!doctype html><html lang="{language}"><link rel="icon" href="data:,">'
        f'<script type="module">const LANGUAGE = "{language}", AT_ONCE = {AT_ONCE};\n{engine.script}\nwindow.there = true;</script>'
    )
    write(folder, {f"{language}.html": page_html})
    answers = []
    with serve(folder) as url:
        page = browser.new_page()

        def start() -> dict[str, int]:
            SENT.clear()
            page.goto(f"{url}/{language}.html")
            page.wait_for_function("window.there")
            page.evaluate("start()")
            return {path: size for path, size in SENT.items() if not path.endswith(".html")}

        at_start = start()
        for i, query in enumerate(queries):
            if i and engine.fresh:
                start()
            SENT.clear()
            keys = page.evaluate("(query) => ask(query)", query.text if engine.name == "ours" else telling(query.text))
            further = sum(size for path, size in SENT.items() if path not in at_start)
            pages = list(dict.fromkeys(engine.page_of[key] for key in keys))
            answers.append(Answer(pages, sum(at_start.values()) + further, further))
        page.close()
    return answers


def judged(language: str) -> list[Query]:
    """The queries of tests/queries/."""
    entries = yaml.safe_load((PROJECT / f"tests/queries/{language}.yml").read_text(encoding="utf-8"))

    def page(place: str) -> str:
        return address_of(f"docs/zh/{place.partition('#')[0]}.md")

    return [Query(e["query"], frozenset(map(page, e["expect"])), e["set"]) for e in entries]


def drawn(sections: Sequence[search.Section]) -> list[Query]:
    """60 words of 2 to 4 characters and 40 phrases of 6, each from between other Han characters of a Chinese page."""
    chance = random.Random(SEED)
    found: dict[str, Query] = {}
    while len(found) < 100:
        section = chance.choice(sections)
        if not (runs := re.findall(f"{HAN}{{8,}}", section.text["zh"])):
            continue
        run = chance.choice(runs)
        if len(found) < 60:
            words = [w for w in (jieba.cut(run) if jieba else re.findall("..", run[1:])) if 2 <= len(w) <= 4]
            words = [w for w in words if not run.startswith(w) and not run.endswith(w)]
            text, kind = chance.choice(words) if words else "", "word"
        else:
            at = chance.randrange(1, len(run) - 6)
            text, kind = run[at : at + 6], "phrase"
        if text:
            found.setdefault(text, Query(text, frozenset([section.page]), kind))
    return list(found.values())


def share(answers: Sequence[tuple[Query, Answer]], good: Callable[[Query, list[str]], bool], kind: str) -> str:
    of = [good(query, answer.pages) for query, answer in answers if query.kind == kind]
    return f"{100 * sum(of) / len(of):.0f}" if of else "–"


def kilobytes(sizes: Sequence[int]) -> str:
    return f"{statistics.median(sizes) / 1000:.0f} / {max(sizes) / 1000:.0f}"


def row(engine: Engine, language: str, answers: Sequence[tuple[Query, Answer]]) -> list[str]:
    def among(n: int) -> Callable[[Query, list[str]], bool]:
        return lambda query, pages: bool(query.pages & set(pages[:n]))

    return [
        engine.name,
        language,
        *(f"{share(answers, among(1), name)} / {share(answers, among(3), name)}" for name in SETS),
        share(answers, among(10**6), "word"),
        share(answers, lambda query, pages: not pages, "word"),
        share(answers, among(3), "phrase"),
        kilobytes([answer.first for _, answer in answers]),
        kilobytes([answer.further for _, answer in answers]),
        f"{engine.seconds:.1f}",
    ]


HEADER = ["engine", "site", *(f"{name} 1st / 3" for name in SETS)]
HEADER += ["words found", "no result", "phrases / 3", "first kB", "further kB", "index s"]


def show(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for line in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def grown(sections: Sequence[search.Section], times: int) -> tuple[list[search.Section], Phrases]:
    """The sections and their phrases, and copies with as many words, drawn from all of the site's as often as they occur."""
    chance = random.Random(SEED)
    token = re.compile(rf"{HAN}+|[^\s\u3400-\u9fff]+")
    grown_sections, phrases = list(sections), known()[1]
    grown_phrases = dict(phrases)

    def pool(texts: Iterable[str]) -> Callable[[str], str]:
        words = [word for text in texts for word in token.findall(text)]
        return lambda text: " ".join(chance.choices(words, k=len(token.findall(text))))

    headings = {lang: pool(s.heading[lang] for s in sections) for lang in search.LANGUAGES}
    texts = {lang: pool(s.text[lang] for s in sections) for lang in search.LANGUAGES}
    phrase = pool(phrase for its in phrases.values() for phrase in its)
    for n in range(1, times):
        for s in sections:
            heading = {lang: draw(s.heading[lang]) for lang, draw in headings.items()}
            text = {lang: draw(s.text[lang]) for lang, draw in texts.items()}
            copy = search.Section(f"copy{n}/{s.page}", s.anchor, heading, text)
            grown_sections.append(copy)
            grown_phrases[copy.location] = tuple(map(phrase, phrases.get(s.location, ())))
    return grown_sections, grown_phrases


def growth(sections: Sequence[search.Section], times: int, work: Path) -> None:
    rows = [["sections", "site", "first kB", "further kB", "index s", "files MB"]]
    for n in (1, times):
        folder = work / str(n)
        folder.mkdir()
        its, phrases = grown(sections, n)
        engine = ours(folder, its, phrases)
        size = sum(file.stat().st_size for file in (folder / "search").rglob("*.json"))
        with chrome(chromium.find() or sys.exit(chromium.HELP)) as browser:
            for language in search.LANGUAGES:
                answers = ask(browser, folder, engine, language, judged(language))
                costs = [kilobytes([a.first for a in answers]), kilobytes([a.further for a in answers])]
                rows.append([str(len(its)), language, *costs, f"{engine.seconds:.1f}", f"{size / 1e6:.0f}"])
    show(rows)


def compare(sections: Sequence[search.Section], names: Sequence[Sequence[str]], site: Path, work: Path) -> None:
    makers: dict[str, Callable[[Path], Engine]] = {"ours": lambda folder: ours(folder, sections, known()[1], site)}
    for name, module, maker in (
        ("theme", jieba, theme),
        ("pagefind", importlib.util.find_spec("pagefind_bin_extended"), pagefind),
    ):
        if module:
            makers[name] = lambda folder, maker=maker: maker(folder, sections, names)
        else:
            print(f"No {name} in the table: pip install jieba 'pagefind[extended]'", file=sys.stderr)
    rows = [HEADER]
    for name, make in makers.items():
        folder = work / name
        folder.mkdir()
        engine = make(folder)
        with chrome(chromium.find() or sys.exit(chromium.HELP)) as browser:
            for language in search.LANGUAGES:
                queries: list[Query] = judged(language) + (drawn(sections) if language == "zh" else [])
                answers = ask(browser, folder, engine, language, queries)
                rows.append(row(engine, language, list(zip(queries, answers, strict=True))))
    show(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", nargs="?", type=Path, help="a built site; without it one is built")
    parser.add_argument("--times", type=int, help="how ours grows with so many times the sections")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site: Any = options.site or Path(folder, "site")
        if not options.site and (done := mkdocs(PROJECT, "build", "--strict", "--site-dir", str(site))).returncode:
            sys.exit(done.stderr)
        sections, names = sections_of(site)
        if options.times:
            growth(sections, options.times, Path(folder))
        else:
            compare(sections, names, site, Path(folder))


if __name__ == "__main__":
    main()
