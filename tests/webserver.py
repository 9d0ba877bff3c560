"""nginx with the configuration that the guide ships, on loopback, and wrk to load it while the site is swapped.

python tests/webserver.py                 finds nginx and wrk, or installs Debian's packages
python tests/webserver.py SITE [SECONDS]  prints requests a second, the slowest percent and the errors of a site
                                          under load (10 seconds), while it is published anew five times
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "hooks")]

from guide.swap import swap  # noqa: E402

TOOLS = ("nginx", "wrk")
HELP = (
    "没有找到 {0}，也装不上：请安装它，比如 apt-get install {0} 或 brew install {0}。\n"
    "{0} is not here and could not be installed: install it, by apt-get install {0} or brew install {0}."
)
# The shipped configuration needs no more around it than this; the paths are for users who may not write to /var.
MAIN = """
daemon off;
{user}
worker_processes 2;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include guide.conf;
}}
"""
# Asks for one page after the other; wrk reads it.
ROTATE = """
local paths, n = {{ {} }}, 0
request = function()
  n = n % #paths + 1
  return wrk.format("GET", paths[n])
end
"""


def find(tool: str) -> str | None:
    """The path of nginx or wrk; a user's path may leave out /usr/sbin."""
    return shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/usr/local/sbin")


def needed(tool: str) -> str:
    """The path of nginx or wrk, installed where it is missing."""
    if not find(tool) and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # 1: its service does not start
        for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", tool]):
            print("apt-get", *command, file=sys.stderr)
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, timeout=600, check=False)
    path = find(tool)
    if path is None:
        raise SystemExit(HELP.format(tool))
    return path


@contextlib.contextmanager
def nginx(root: Path, below: str = "") -> Iterator[str]:
    """The address of an nginx on loopback that serves `root` with deploy/nginx.conf, gone when the block ends.

    Below a path, `root` is the folder that holds the site under that name.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    settings = (PROJECT / "deploy/nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("    listen 80;\n", f"    listen {place};\n"),
        ("    listen [::]:80;\n", ""),
        ("root /srv/guide/site;", f'root "{root}";'),
        ('set $below "";', f'set $below "{below}";'),
    ):
        assert settings.count(before) == 1, before
        settings = settings.replace(before, after)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "guide.conf").write_text(settings, encoding="utf-8")
        main = MAIN.format(user="user root;" if os.geteuid() == 0 else "")  # its own user may not read our folders
        (Path(folder) / "nginx.conf").write_text(main, encoding="utf-8")
        log = Path(folder) / "error.log"
        server = subprocess.Popen(
            [needed("nginx"), "-p", folder, "-c", "nginx.conf", "-e", "error.log"],
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(place.split(":")):
                    break
                if server.poll() is not None:
                    break
                time.sleep(0.05)
            assert server.poll() is None, log.read_text(encoding="utf-8")
            yield f"http://{place}"
        finally:
            server.terminate()
            server.wait(10)


@dataclass(frozen=True)
class Load:
    """What wrk measured: requests a second, milliseconds of the slowest percent, requests that failed, swaps."""

    rate: float
    slowest: float
    errors: int
    swaps: int

    def __str__(self) -> str:
        return (
            f"{self.rate:.0f} requests/s, slowest 1 % from {self.slowest:.1f} ms, "
            f"{self.errors} errors, {self.swaps} swaps"
        )


def under_load(site: Path, seconds: int, way: str, swaps: int = 5) -> Load:
    """Load a site with wrk, and publish it anew `swaps` times meanwhile.

    `way`: "link", a symbolic link renamed over the last one, as deploy/nginx.conf says; "folder", as a build does.
    """
    pages = sorted(p for p in site.rglob("index.html"))
    paths = [f"/{p.parent.relative_to(site).as_posix()}/".replace("/./", "/") for p in pages[:: len(pages) // 12 + 1]]
    paths += [f"/{p.relative_to(site).as_posix()}" for p in site.glob("assets/*/*.min.*s")]
    # On the site's own file system, so that files can be linked, not copied.
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".load-") as folder:
        root = Path(folder, "site")
        versions = [Path(folder, f"site-{n}") for n in range(swaps + 1)]
        for version in versions:
            shutil.copytree(site, version, copy_function=os.link)
        if way == "link":
            root.symlink_to(versions[0].name)
        else:
            versions[0].rename(root)
        (Path(folder) / "rotate.lua").write_text(ROTATE.format(", ".join(f'"{p}"' for p in paths)), encoding="utf-8")
        with nginx(root) as address:
            for path in paths:
                urllib.request.urlopen(address + path, timeout=10).close()
            wrk = subprocess.Popen(
                [needed("wrk"), "-t2", "-c32", f"-d{seconds}s", "--latency", "-s", f"{folder}/rotate.lua", address],
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
            publish = threading.Event()
            for version in versions[1:]:
                publish.wait(seconds / (swaps + 1))
                if way == "link":
                    Path(folder, "next").symlink_to(version.name)
                    Path(folder, "next").rename(root)
                else:
                    swap(version, root, Path(folder, "old"))
            output = wrk.communicate(timeout=seconds + 30)[0]
    return _read(output, swaps)


def _read(output: str, swaps: int) -> Load:
    """What wrk prints, as numbers."""
    slowest, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", output)[0]
    errors = sum(
        int(number)
        for line in re.findall(r"Socket errors: (.*)|Non-2xx or 3xx responses: (\d+)", output)
        for part in line
        for number in re.findall(r"\d+", part)
    )
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", output)[0])
    return Load(rate, float(slowest) * {"us": 0.001, "ms": 1, "s": 1000}[unit], errors, swaps)


def main() -> None:
    if len(sys.argv) < 2:
        print(*(needed(tool) for tool in TOOLS), sep="\n")
        return
    for way in ("link", "folder"):
        print(f"{way:7} {under_load(Path(sys.argv[1]).resolve(), int((sys.argv[2:] or [10])[0]), way)}", flush=True)


if __name__ == "__main__":
    main()
