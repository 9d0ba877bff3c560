"""A new folder in the place of an old one, without a moment in which neither is there."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

HERE = -100  # AT_FDCWD: paths are meant from the working directory
EXCHANGE = 2  # RENAME_EXCHANGE


def swap(new: Path, site: Path, old: Path) -> None:
    """Put the folder `new` in the place of `site`, which need not be there; `old` is a name to use in between."""
    shutil.rmtree(old, ignore_errors=True)
    if _exchange(new, site):
        shutil.rmtree(new, ignore_errors=True)
        return
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Whether the two changed names in one step; only Linux can, and there not every file system."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    return rename is not None and rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0
