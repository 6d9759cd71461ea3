"""A product gets over HTTP what it gets under pytest: same verdicts, rule by rule."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serving import serving

EXAMPLES = Path(__file__).parents[2] / "examples"
DRIVER = Path(__file__).parent / "adapter_over_http.py"


def pytest_rows(folder: Path) -> dict[str, dict[str, Any]]:
    """The naive clinic under pytest, its waits on real sockets as they are over HTTP."""
    subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
            "--profile=hodanren2025", "--onshi-only=smoke", f"--onshi-journal={folder}",
        ],
        cwd=EXAMPLES / "naive", capture_output=True, timeout=120,
    )  # fmt: skip
    rows = json.loads((folder / "results.json").read_text("utf-8"))
    return {row["trouble"]: row for row in rows}


def served_rows(folder: Path) -> dict[str, dict[str, Any]]:
    """The same clinic, driven from a process that knows the control API only."""
    args = ("--profile", "hodanren2025", "--only", "smoke", "--time-scale", "0.01")
    with serving(*args, "--journal", str(folder), cwd=folder) as served:
        done = subprocess.run(
            [sys.executable, str(DRIVER)],
            env={**os.environ, **served.env},
            cwd=EXAMPLES / "naive",
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((folder / "results.json").read_text("utf-8"))
    return {row["trouble"]: row for row in rows}


@pytest.mark.soak
def test_the_naive_clinic_breaks_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / "http").mkdir()
    under_pytest, over_http = pytest_rows(tmp_path / "pytest"), served_rows(tmp_path / "http")
    assert set(under_pytest) == set(over_http)
    assert len(under_pytest) >= 9

    def verdicts(row: dict[str, Any]) -> Any:
        return row["result"], row["met"], row["broken"], row["warned"]

    for trouble, row in under_pytest.items():
        assert verdicts(over_http[trouble]) == verdicts(row), trouble
    assert any(row["broken"] for row in under_pytest.values())
