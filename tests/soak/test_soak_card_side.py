"""Endurance and speed of the card side: cards that come and go, Java, eight programs at once."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_load_transactions import COMMANDS, order_at_the_card

from load_clients import Client, built_c, built_java, clients
from onshi import Desk

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]
PROGRAM = Path(__file__).parent / "programs" / "monitored_cycles.py"
CYCLES = 10_000
EVENT = 300
"""Bytes that one event of an insertion may take in the journal."""


def cycles(number: int, *how: str) -> list[dict[str, Any]]:
    """What the program measured after a tenth of the cycles and after all."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(number), *how],
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_ten_thousand_insertions_under_a_card_monitor_leave_nothing_but_the_journal() -> None:
    before, after = cycles(CYCLES)
    print(before, after)
    assert after["threads"] <= before["threads"]  # one of a moment may have been there before
    assert after["files"] <= before["files"]
    events = after["events"] - before["events"]
    assert events == after["card_events"] - before["card_events"] == CYCLES * 9 // 10
    assert after["objects"] - before["objects"] < events + 500
    assert after["rss"] - before["rss"] < events * EVENT + 2 * 2**20


def test_what_grows_is_the_journal_and_nothing_else() -> None:
    _, after = cycles(3000, "trace")
    growing = {place: size for place, size in after["grown"].items() if size > 32 * 1024}
    assert growing
    assert all(place.startswith("onshi/journal.py") for place in growing), growing


def test_java_makes_ten_thousand_commands_a_second(tmp_path: Path) -> None:
    """Both programs on one processor: on two, it is the machine's wake-ups that are measured."""
    command = built_java("Loop", tmp_path)
    with (
        Desk(date="2025-10-20", in_process=False) as desk,
        clients(Client(desk, *command)) as (java,),
    ):
        java.wait_for("ready")

        def rate(commands: int) -> float:
            return 1e6 / float(java.ask(str(commands), 60))

        rate(5000)
        free = statistics.median(rate(3000) for _ in range(7))
        with java.beside_this_process():
            rate(1000)
            together = statistics.median(rate(3000) for _ in range(7))
    print(f"Java: {together:.0f} commands/s on one processor, {free:.0f} unpinned")
    assert together >= 10_000


def test_eight_programs_are_never_mixed(tmp_path: Path) -> None:
    runs = order_at_the_card(built_c("marked", tmp_path), "transactions", 500)
    assert all(run == list(range(COMMANDS)) * (len(run) // COMMANDS) for run in runs)
    mixed = order_at_the_card(built_c("marked", tmp_path), "free", 500)
    assert any(len(run) % COMMANDS for run in mixed)
    print(f"{len(runs)} runs with transactions, {len(mixed)} without")


def test_parsers_and_socket_withstand_thousands_of_other_examples() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "tests/load/test_load_parsers.py", "tests/reader/test_pcscd_fuzz.py"],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "ONSHI_TEST_EXAMPLES": "3000"},
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
