"""Mermaid diagrams as inline SVG.

When: on_page_content, after Python-Markdown: each <pre class="mermaid"> that mermaid2's fence wrote is replaced by
a figure drawn from the fence's source (guide/diagrams.py). Where the renderer is missing, or the switch
DIAGRAMS=browser is set, the fence stays and mermaid2 adds the self-hosted script, which on_files otherwise removes.
"""

from __future__ import annotations

import re

from guide import diagrams
from guide.source import parse
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

FENCE = re.compile(r'<pre[^>]*class="mermaid"[^>]*><code>.*?</code></pre>', re.S)
SCRIPT = "assets/vendor/mermaid-tiny.js"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Leave out the browser's renderer, two megabytes, when no page needs it."""
    script = files.get_file_from_path(SCRIPT)
    if script is not None and not diagrams.in_browser():
        files.remove(script)
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with its diagrams drawn; one that does not parse stays as its source (the gate reports it)."""
    if 'class="mermaid"' not in html or diagrams.in_browser():
        return html
    # From the file, not from the HTML: there <br/> in a label has already been eaten by the parser.
    fences = parse(f"docs/{page.file.src_uri}", page.file.content_string).fences
    codes = iter([fence.code for fence in fences if diagrams.is_diagram(fence)])
    number = iter(range(1, len(fences) + 1))

    def draw(match: re.Match[str]) -> str:
        code, name = next(codes, ""), f"diagram-{next(number, 0)}"
        try:
            return diagrams.render(code, name)
        except diagrams.DiagramError:
            # Another class: the page must not ask for a script that is not there.
            return match[0].replace('class="mermaid"', 'class="diagram-source"')

    return FENCE.sub(draw, html)
