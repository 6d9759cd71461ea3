"""What it costs to begin: a desk, the plugin in every pytest run, the reference clinic's run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 7

IMPORT = """
import time
import pytest
start = time.perf_counter()
import onshi.pytest_plugin, onshi.pytest_profile_alias
print((time.perf_counter() - start) * 1000)
"""


def fixture_ms() -> float:
    """A desk opened and closed, as the fixture ``onshi`` does it."""
    import onshi

    def once() -> float:
        start = time.perf_counter()
        onshi.Desk(date="2025-10-20").close()
        return (time.perf_counter() - start) * 1000

    for _ in range(5):
        once()
    return statistics.median(once() for _ in range(REPEATS * 20))


def plugin_import_ms() -> float:
    """Both plugin modules in a fresh process that has pytest already, as pytest loads them."""
    spent = []
    for _ in range(REPEATS + 1):
        done = subprocess.run(
            [sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True
        )
        spent.append(float(done.stdout))
    return statistics.median(spent[1:])


def reference_run_s() -> float:
    """The reference clinic under a survey, three times."""
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "pytest", "--onshi-profile=hodanren2025", "-q",
             "-p", "no:cacheprovider"],
            check=True, capture_output=True, cwd=ROOT / "examples" / "reference",
        )  # fmt: skip
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)
