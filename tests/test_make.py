"""What make says to somebody whose machine lacks something: one line in each language, and no trace of pip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", *arguments],
        cwd=PROJECT,
        env={k: v for k, v in os.environ.items() if k != "MAKEFLAGS"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def venv(tmp_path: Path) -> str:
    return str(tmp_path / "venv")


def test_python_too_old(tmp_path: Path, venv: str) -> None:
    old = script(tmp_path / "python3", "exit 1")  # what sys.exit(sys.version_info < (3, 11)) gives on 3.10
    done = make("build", f"PYTHON={old}", f"VENV={venv}")
    assert done.returncode != 0
    assert "Python 3.11 or later is needed: see https://www.python.org/downloads/" in done.stderr
    assert "需要 Python 3.11 或更新版本" in done.stderr
    assert not Path(venv).exists()


def test_no_python_at_all(tmp_path: Path, venv: str) -> None:
    done = make("build", "PYTHON=", f"VENV={venv}")
    assert done.returncode != 0
    assert "Python 3.11 or later is needed" in done.stderr


def test_no_venv_module(tmp_path: Path, venv: str) -> None:
    bare = script(tmp_path / "python3", 'case "$1" in -m) exit 1;; *) exit 0;; esac')
    done = make("build", f"PYTHON={bare}", f"VENV={venv}")
    assert done.returncode != 0
    assert "has no venv module: on Debian or Ubuntu, run sudo apt install python3-venv" in done.stderr
    assert not Path(venv).exists()


def test_no_network(venv: str) -> None:
    nowhere = "http://127.0.0.1:9/simple"  # nothing listens on loopback's port 9
    done = make(
        "build",
        f"PYTHON={sys.executable}",
        f"VENV={venv}",
        PIP_INDEX_URL=nowhere,
        PIP_NO_CACHE_DIR="1",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert done.returncode != 0
    assert (
        f"Installing failed: check the network and run the command again; details are in {venv}/install.log"
        in done.stderr
    )
    assert "Traceback" not in done.stderr + done.stdout


def test_make_alone_tells_the_commands() -> None:
    done = make()
    assert done.returncode == 0
    assert "make serve" in done.stdout
    assert "make test" in done.stdout
