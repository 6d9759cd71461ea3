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


COURSES = (
    "billing.returned_insurer_difference",
    "billing.fusho_returned",
    "eligibility.retroactive_insurer_change",
    "human.queue_congestion",
    "T1",
    "T27",
)


def pytest_rows(folder: Path, clinic: str, *which: str) -> dict[str, dict[str, Any]]:
    """A clinic under pytest, its waits on real sockets as they are over HTTP."""
    subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
            "--profile=hodanren2025", f"--onshi-journal={folder}", *which,
        ],
        cwd=EXAMPLES / clinic, capture_output=True, timeout=120,
    )  # fmt: skip
    rows = json.loads((folder / "results.json").read_text("utf-8"))
    return {row["trouble"]: row for row in rows}


def served_rows(
    folder: Path, clinic: str, *troubles: str, only: tuple[str, ...] = ()
) -> dict[str, dict[str, Any]]:
    """The same clinic, driven from a process that knows the control API only."""
    args = ("--profile", "hodanren2025", *only, "--time-scale", "0.01")
    with serving(*args, "--journal", str(folder), cwd=folder) as served:
        done = subprocess.run(
            [sys.executable, str(DRIVER), *troubles],
            env={**os.environ, **served.env},
            cwd=EXAMPLES / clinic,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((folder / "results.json").read_text("utf-8"))
    return {row["trouble"]: row for row in rows}


def verdicts(row: dict[str, Any]) -> Any:
    return row["result"], row["met"], row["broken"], row["warned"], row["problem"]


@pytest.mark.soak
def test_the_naive_clinic_breaks_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / "http").mkdir()
    under_pytest = pytest_rows(tmp_path / "pytest", "naive", "--onshi-only=smoke")
    over_http = served_rows(tmp_path / "http", "naive", only=("--only", "smoke"))
    assert set(under_pytest) == set(over_http)
    assert len(under_pytest) >= 9
    for trouble, row in under_pytest.items():
        assert verdicts(over_http[trouble]) == verdicts(row), trouble
    assert any(row["broken"] for row in under_pytest.values())


@pytest.mark.soak
def test_the_reference_clinic_goes_through_the_same_courses(tmp_path: Path) -> None:
    """Later visits, claims and returns: rule by rule what pytest says of them."""
    (tmp_path / "http").mkdir()
    named = [f"--onshi-trouble={trouble}" for trouble in COURSES]
    under_pytest = pytest_rows(tmp_path / "pytest", "reference", *named)
    over_http = served_rows(tmp_path / "http", "reference", *COURSES)
    assert set(under_pytest) == set(COURSES)
    for trouble, row in under_pytest.items():
        assert verdicts(over_http[trouble]) == verdicts(row), trouble
        assert row["result"] == "passed", trouble
    assert any("H13" in row["met"] or "H21" in row["met"] for row in under_pytest.values())
