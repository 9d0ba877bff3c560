"""The outside hosts that a change brings: what a reviewer should look at before readers are sent there."""

from __future__ import annotations

from urllib.parse import urlsplit

from guide.addresses import registrable
from guide.check import Guide


def hosts(guide: Guide) -> dict[str, list[tuple[str, str]]]:
    """For each host that the pages and the registry lead to, the places and their addresses, in order."""
    places = [(f"{path}:{link.line}", link.target) for path, source in guide.pages.items() for link in source.links] + [
        (f"docs/references.yml ({name})", reference.url) for name, reference in guide.registry.items()
    ]
    found: dict[str, list[tuple[str, str]]] = {}
    for place, url in places:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:  # a broken address has a finding of its own
            continue
        if parts.scheme.lower() in ("http", "https") and host:
            found.setdefault(host.rstrip("."), []).append((place, url))
    return found


def report(before: Guide, after: Guide) -> str:
    """Markdown that lists the hosts which only `after` leads to; one whose registrable domain is new is marked."""
    old, now = hosts(before), hosts(after)
    known = {registrable(host) for host in old}
    new = sorted(set(now) - set(old))
    lines = [f"### 新的外部域名 / New outside domains: {len(new)}", ""]
    for host in new:
        mark = "" if registrable(host) in known else "**!** "
        (place, url), more = now[host][0], len(now[host]) - 1
        also = f" (+{more})" if more else ""
        lines.append(f"- {mark}`{_code(host)}` `{_code(place)}`{also}: `{_code(url)}`")
    if new:
        lines += ["", "**!** 连注册域名也是新的 / the registered domain is new as well"]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    """A stranger's text inside a code span, which nothing in it can leave."""
    return text.replace("`", "%60").replace("\n", " ")[:300]
