"""The library behind the hooks: plain Python that reads pages and says what is wrong with them.

Nothing in here imports MkDocs, so that it outlives the site generator. The hooks one folder up are its
only tie to MkDocs; `PYTHONPATH=hooks python -m guide check` runs the same checks without it.

What pages hold
    source      a page's Markdown, taken apart with line numbers
    yaml_file   YAML with the place of every value
    targets     what a link means, however it is written
    references  the registry of sources, and its lists
    citations   [@key] in a page
    glossary    the terms: their page, tooltips, variants and first uses
    asked       what people type when they look for a section
    cases       what the cases decide at each stage
    rubric      the levels of all stages in one table
    diagrams    Mermaid to SVG
    formulas    TeX to MathML
    examples    the worked Python of the pages
    numbers     the numbers of prose in either language

What is wrong with them
    rules       the names of the rules, their messages and examples (rules.yml)
    findings    one record for whatever is wrong, and its writers
    pages       one page's front matter, headings, fences, sections, hidden characters
    characters  what a reader does not see, or takes for something else
    style       spelling, Chinese typography, form of Markdown, by typos, autocorrect and rumdl
    parity      whether two pages say the same thing
    new_page    a new page with its prompts, and the prompts that are left
    stale       pages that one language has left behind
    origin      where a page is edited, and when it was last changed
    published   the ledger of addresses, and redirects
    check       all rules; apart runs those of the sources in a process of their own

The finished site
    site        its pages as a browser parses them, and where a link leads
    links       its links
    addresses   the policy for addresses of other sites
    outside     the outside hosts that a change brings
    policy      what a browser may load and run; headers for hosts
    markup      the allow-list of elements, attributes and scripts (theme.yml)
    finished    all rules for finished pages
    places      where in the Markdown something of a finished page stands
    search      the search index, made from the finished pages
    slim        what a finished page can do without
    swap        the new site in the place of the old one
"""
