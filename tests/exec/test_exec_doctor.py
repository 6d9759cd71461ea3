"""`onshi doctor`, also on a machine without libpcsclite (a mount namespace plays it)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from onshi.platforms import libpcsclite_path

ONSHI = [sys.executable, "-m", "onshi.cli"]


def masked(*command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command where the library's file is empty: loading it fails."""
    library = libpcsclite_path()
    assert library is not None
    script = f'mount --bind /dev/null "{Path(library).resolve()}" && exec "$@"'
    wrapper = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    return subprocess.run(
        [*wrapper, "sh", "-c", script, "sh", *command], capture_output=True, text=True, cwd=cwd
    )


def test_everything_is_here() -> None:
    done = subprocess.run([*ONSHI, "doctor", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    checks = {c["name"]: c for c in json.loads(done.stdout)}
    missing = [name for name, check in checks.items() if not check["ok"]]
    assert missing == []
    assert "readers seen: 1" in checks["pcsc socket"]["found"]
    assert checks["pyscard patch"]["found"] == "readers seen: 1; pcsc is the socket here"


def test_without_libpcsclite_it_says_what_to_do() -> None:
    done = masked(*ONSHI, "doctor")
    assert done.returncode == 0, done.stderr
    assert "apt-get install libpcsclite1" in done.stdout
    assert "webapi, folder and face work without it" in done.stdout
    assert "readers seen: 1; it is the door pcsc here" in done.stdout


def test_without_libpcsclite_the_other_surfaces_run(tmp_path: Path) -> None:
    (tmp_path / "product.py").write_text(
        "import onshi\n"
        "class Product(onshi.Integration):\n"
        "    surfaces = {'pcsc', 'folder'}\n"
        "    def check_in(self, visit):\n"
        "        return onshi.Handling(status='not_found', chart_before=visit.chart,\n"
        "                              chart_after=visit.chart)\n",
        encoding="utf-8",
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.onshi]\nintegration = "product:Product"\n', encoding="utf-8"
    )
    trouble = "--onshi-trouble=eligibility.not_found"
    done = masked(sys.executable, "-m", "pytest", trouble, cwd=tmp_path)
    assert "no libpcsclite.so.1 here" in done.stdout
    assert done.returncode in (0, 1), done.stdout + done.stderr
