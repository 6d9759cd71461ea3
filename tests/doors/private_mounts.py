"""Tests that mount things, each in a process with mounts of its own: nothing can be left over."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

RUN = """
import importlib, pathlib, sys
module, name, folder, places = sys.argv[1:]
sys.path[:0] = places.split(":")
getattr(importlib.import_module(module), name).in_mounts(pathlib.Path(folder))
"""


def in_private_mounts(work: Callable[[Path], None]) -> Callable[[Path], None]:
    """``work(tmp_path)``, run as root or as root of a user namespace."""

    def test(tmp_path: Path) -> None:
        wrapper = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
        here = str(Path(__file__).parent)
        done = subprocess.run(
            [*wrapper, sys.executable, "-W", "error", "-c", RUN,
             work.__module__, work.__name__, str(tmp_path), here],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr

    test.__name__, test.__doc__, test.__module__ = work.__name__, work.__doc__, work.__module__
    test.in_mounts = work  # type: ignore[attr-defined]
    return test


def mount(*args: str) -> None:
    subprocess.run(["mount", *args], check=True)


def unmount(folder: Path) -> None:
    """As a share goes away: at once, whoever has files open."""
    subprocess.run(["umount", "-l", str(folder)], check=True)


def small_disk(folder: Path, *options: str) -> Path:
    """64 KiB of disk at ``folder``."""
    folder.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", ",".join(("size=64k", *options)), "onshi", str(folder))
    return folder


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    path = folder / "filler"
    with path.open("ab", buffering=0) as f:
        try:
            while True:
                f.write(bytes(512))
        except OSError:
            return path
