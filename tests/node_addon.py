"""@pokusew/pcsclite for Node, compiled once per environment with the headers of the machine.

``make setup`` runs this file; a test that needs the addon before that compiles it itself.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "examples" / "node" / "package.json"
CACHE = Path(sys.prefix) / "node"
ADDON = "node_modules/@pokusew/pcsclite/build/Release/pcsclite.node"


def node_modules() -> Path:
    """The folder for ``NODE_PATH``. Raises RuntimeError with what npm said."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise RuntimeError("node and npm are part of the test set-up: run .ci/packages test")
    version = subprocess.check_output([node, "--version"], text=True)
    wanted = PACKAGE.read_text() + version.strip()
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = CACHE / "made"
        if not (made.exists() and made.read_text() == wanted and (CACHE / ADDON).exists()):
            shutil.copy(PACKAGE, CACHE)
            headers = str(Path(node).resolve().parents[1])
            _npm("install", "--ignore-scripts", headers=headers)
            said = _npm("rebuild", "--foreground-scripts", headers=headers)
            if not (CACHE / ADDON).exists():
                raise RuntimeError(f"npm rebuild made no {ADDON}:\n{said}")
            made.write_text(wanted)
    return CACHE / "node_modules"


def _npm(*args: str, headers: str) -> str:
    done = subprocess.run(
        ["npm", *args, "--no-audit", "--no-fund"],
        cwd=CACHE,
        env={**os.environ, "npm_config_nodedir": headers},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm {args[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


if __name__ == "__main__":
    try:
        node_modules()
    except RuntimeError as e:
        sys.exit(f"@pokusew/pcsclite: {e}")
