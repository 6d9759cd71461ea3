"""What a whole catalogue and a long day cost: seconds, memory, the size of the report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "examples" / "reference"
MANY = 10_000

PROFILES = ("saitama2024", "hodanren2023", "hodanren2024", "hodanren2025", "chiba2023", "mhlw2023")

DAY = """
import resource, sys, time
from onshi.cli import main
start = time.perf_counter()
try:
    main(sys.argv[1:])
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    players = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print("SPENT", time.perf_counter() - start, peak / 1024, players / 1024)
"""


def all_profiles_s() -> float:
    """Every trouble of every survey at the reference clinic, in two processes."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", *(f"--onshi-profile={p}" for p in PROFILES), "-q",
         "-n", "2", "-p", "no:cacheprovider"],
        check=True, capture_output=True, cwd=REFERENCE,
    )  # fmt: skip
    return time.perf_counter() - start


def day(encounters: int, *more: str) -> tuple[float, float, float]:
    """Seconds for a day at the reference clinic; MiB of the process, and of one that plays."""
    done = subprocess.run(
        [sys.executable, "-c", DAY, "replay", "--profile=hodanren2025",
         f"--encounters={encounters}", "--rate=0.1", "--seed=1", *more],
        capture_output=True, text=True, cwd=REFERENCE, check=False,
    )  # fmt: skip
    found = re.search(r"SPENT (\S+) (\S+) (\S+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1]), float(found[2]), float(found[3])


def replay_figures() -> dict[str, tuple[float, str, float]]:
    """A day of :data:`MANY` encounters against one of a fifth, its report among it."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "day.html"
        short, small, small_players = day(MANY // 5)
        long, large, large_players = day(MANY, f"--report={page}")
        size = page.stat().st_size / 1e6
    return {
        f"{MANY} encounters, s": (long, "<=", 120),
        "per encounter, long day / short day": (long / MANY / (short / (MANY // 5)), "<=", 1.3),
        "memory, long day / short day": (
            max(large / small, large_players / small_players), "<=", 1.2
        ),
        "report of the long day, MB": (size, "<=", 5),
    }  # fmt: skip


def page_of_rows_s() -> float:
    """The page of as many rows as there are encounters, none gathered, each with findings."""
    from onshi.reports.html import write_html
    from onshi.reports.run import read_run

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pytest", "--onshi-profile=hodanren2025", "-q",
             "-p", "no:cacheprovider", f"--onshi-journal={folder}"],
            check=True, capture_output=True, cwd=REFERENCE,
        )  # fmt: skip
        run, rows = read_run(Path(folder))
        many = [rows[i % len(rows)] for i in range(MANY)]
        start = time.perf_counter()
        write_html(Path(folder) / "page.html", msgspec.structs.replace(run, encounters=MANY), many)
        return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(replay_figures(), indent=1))
