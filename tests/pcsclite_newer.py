"""libpcsclite of Debian 13 (2.3.x, protocol 4.5), fetched once per environment, never installed.

``make setup`` runs this file; a test that needs the library before that fetches it itself. apt
does it, with folders of its own, and checks Debian's signature.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(sys.prefix) / "pcsclite"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCE = "http://deb.debian.org/debian trixie main"
_FOLDERS = """\
Dir::State::lists "{0}/lists";
Dir::State::status "{0}/status";
Dir::Cache "{0}/cache";
Dir::Etc::sourcelist "{0}/sources.list";
Dir::Etc::sourceparts "{0}/none";
Dir::Etc::preferencesparts "{0}/none";
APT::Sandbox::User "";
Acquire::Languages "none";
"""


def newer_library() -> Path:
    """The folder for ``LD_LIBRARY_PATH``. Raises RuntimeError with what apt said."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _found()
        if found is None:
            _fetch()
            found = _found()
    if found is None:
        raise RuntimeError("the package libpcsclite1 has no libpcsclite.so.1")
    return found


def _found() -> Path | None:
    for path in (CACHE / "root").glob("usr/lib/*/libpcsclite.so.1"):
        return path.parent
    return None


def _fetch() -> None:
    if not KEYRING.exists():
        raise RuntimeError(f"{KEYRING} is missing: install debian-archive-keyring")
    for name in ("lists/partial", "cache/archives/partial", "none"):
        (CACHE / name).mkdir(parents=True, exist_ok=True)
    (CACHE / "status").touch()
    (CACHE / "sources.list").write_text(f"deb [signed-by={KEYRING}] {SOURCE}\n")
    (CACHE / "apt.conf").write_text(_FOLDERS.format(CACHE))
    _do("apt-get", "-q", "update")
    _do("apt-get", "-q", "download", "libpcsclite1")
    (package,) = CACHE.glob("libpcsclite1_*.deb")
    _do("dpkg-deb", "-x", str(package), str(CACHE / "root"))
    package.unlink()
    for name in ("lists", "cache"):
        shutil.rmtree(CACHE / name)


def _do(*argv: str) -> None:
    done = subprocess.run(
        argv,
        cwd=CACHE,
        env={**os.environ, "APT_CONFIG": str(CACHE / "apt.conf"), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    try:
        newer_library()
    except RuntimeError as e:
        sys.exit(f"libpcsclite of Debian 13: {e}")
