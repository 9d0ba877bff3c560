"""What a page may load and run, as browsers enforce it: one policy, for the pages and for the hosts that send headers.

Scripts are those of this site's own files and the reviewed inline scripts of theme.yml, nothing else: what a page
brings in itself does not run, wherever it came from. Hashes are never computed from built pages, or a contributed
script would approve itself.
"""

from __future__ import annotations

import re

from guide import diagrams, markup

NGINX = "deploy/nginx.conf"
SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",  # and the reviewed scripts; a search in WebAssembly would need 'wasm-unsafe-eval' here
    "style-src": "'self'",
    "img-src": "'self' data:",  # data: for the icons in the theme's style sheet
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "object-src": "'none'",
}
OFF = """accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope magnetometer
microphone midi payment picture-in-picture publickey-credentials-get screen-wake-lock usb xr-spatial-tracking""".split()
FOREVER = "public, max-age=31536000, immutable"
# The hash of what a file holds is in its name, or in that of its folder.
HASHED = re.compile(r"^.*\.[0-9a-f]{8}\.min\.(?:js|css)$|^search/[0-9a-f]{12}/")
HEAD = re.compile(r"\s*<!doctype html>\s*<html[^<>]*>\s*<head>", re.I)
META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">\n')
BLOCK = re.compile(r"(?P<start>^ *# policy: .*\n)(?:.*\n)*?(?P<end>^ *# end of policy\n)", re.M)


def policy() -> str:
    """The Content-Security-Policy. Where the browser draws the diagrams, Mermaid needs styles of its own."""
    sources = dict(SOURCES)
    scripts = markup.theme()["scripts"]
    if diagrams.in_browser():
        scripts |= markup.theme()["drawing"]
        sources["style-src"] += " 'unsafe-inline'"
    sources["script-src"] = " ".join([sources["script-src"], *(f"'{name}'" for name in sorted(scripts))])
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def meta() -> str:
    """The policy as an element, for hosts that send no headers of ours. It must come before what it is about."""
    return f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'


def with_meta(html: str) -> str:
    """The page with the policy as the first thing in its head."""
    head = HEAD.match(html)
    # A page that does not begin as ours do: before everything that it holds.
    return f"{head[0]}\n{meta()}{html[head.end() :].lstrip()}" if head else meta() + html


def without_meta(html: str) -> str:
    """The page as it was before the policy came in."""
    return META.sub("", html, count=1)


def headers() -> dict[str, str]:
    """What a host sends with every answer."""
    return {
        "Content-Security-Policy": f"{policy()}; frame-ancestors 'none'",  # which an element cannot say
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in OFF),
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def headers_file(files: list[str]) -> str:
    """The file `_headers`, for hosts that read one. They take at most 100 rules, and 2,000 characters a line."""
    rules = {"/*": headers()}
    for name in sorted({match[0] for file in files if (match := HASHED.match(file))}):
        rules[f"/{name}" + "*" * name.endswith("/")] = {"Cache-Control": FOREVER}
    return "".join(
        "".join([f"{path}\n", *(f"  {name}: {value}\n" for name, value in sent.items())])
        for path, sent in rules.items()
    )


def nginx(configuration: str) -> str:
    """The configuration for nginx with the policy's headers filled in between its two marks."""
    lines = "".join(f'    add_header {name} "{value}" always;\n' for name, value in headers().items())
    return BLOCK.sub(lambda block: block["start"] + lines + block["end"], configuration)
