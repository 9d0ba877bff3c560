"""The checks of the sources in a process of their own, while the site is built: on two cores they cost no time.

`Apart` begins, its `findings` waits for the end. The process is `python -m guide check --raw --format json`; where it
can't be started or does not end well, the checks run here.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from guide import check
from guide.findings import Finding

FIELDS = [field.name for field in fields(Finding)]


class Apart:
    """A running check of a project's sources."""

    def __init__(self, project: Path) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # not a pipe: nobody reads it before the end
        command = [sys.executable, "-m", "guide", "check", str(project), "--raw", "--format", "json"]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent), "PYTHONUTF8": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(
                command, stdout=self._output, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
            )

    def findings(self, guide: check.Guide) -> list[Finding]:
        """What is wrong with the sources, before waivers."""
        if self._process is None or self._process.wait() not in (0, 1):
            return check.check_sources(guide)
        self._output.seek(0)
        return [Finding(**{name: row[name] for name in FIELDS}) for row in json.load(self._output)]
