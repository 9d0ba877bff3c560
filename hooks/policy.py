"""The policy for browsers, in every page and in a file for hosts that send headers.

When: on_startup (is this a build? under `serve` the policy would stop the script that reloads the page), on_post_build,
when every page of both languages is written and before the gate reads them. See guide/policy.py.
"""

from __future__ import annotations

from pathlib import Path

from guide import policy
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

_state = {"command": "build"}


def on_startup(*, command: str, dirty: bool) -> None:
    """Remember whether this is a build."""
    _state["command"] = command


@event_priority(-250)
def on_post_build(config: MkDocsConfig) -> None:
    """Write the policy into every page, and the file of headers."""
    plugin = config.plugins.get("i18n")
    if _state["command"] != "build" or (plugin is not None and plugin.building):
        return
    site = Path(config.site_dir)
    for page in site.rglob("*.html"):
        page.write_text(policy.with_meta(page.read_text(encoding="utf-8")), encoding="utf-8")
    files = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    (site / "_headers").write_text(policy.headers_file(files), encoding="utf-8")
