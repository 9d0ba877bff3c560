"""The library behind the hooks: plain Python that reads pages and says what is wrong with them.

Nothing in here imports MkDocs, so that it outlives the site generator. The hooks one folder up are its
only tie to MkDocs; `PYTHONPATH=hooks python -m guide check` runs the same checks without it.

    source      a page's Markdown, taken apart with line numbers
    yaml_file   YAML with the place of every value
    findings    one record for whatever is wrong, and its writers
    rules       the names of the rules, with their messages in both languages
    references  the registry of sources, and its lists
    citations   [@key] in a page
    cases       what the cases decide at each stage
    diagrams    Mermaid to SVG
    formulas    TeX to MathML
    examples    the worked Python of the pages
    numbers     the numbers of prose in either language
    parity      whether two pages say the same thing
    pages       front matter and headings of one page
    rubric      the levels of all stages in one table
    slim        what a finished page can do without
    check       all rules over a docs folder
"""
