"""Troubles that are in no survey's profile run under `onshi exec`, too: what OpenSC sees."""

from __future__ import annotations

import subprocess
import sys

import pytest

ONSHI = [sys.executable, "-m", "onshi.cli", "exec"]
USUAL = "SONY FeliCa RC-S300/P (1000000) 00 00"
BROKEN = "SONY FeliCa RC-S300/P (0999999) 00 00"
OTHER_MODEL = "NTT Communications Corp. SCR3310-NTTCom USB SmartCard Reader 00 00"


def readers(trouble: str) -> list[tuple[str, str]]:
    """Each reader as opensc-tool lists it: whether there is a card, and the name."""
    done = subprocess.run(
        [*ONSHI, "--trouble", trouble, "--", "opensc-tool", "--list-readers"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line[:1].isdigit()]
    return [(card, name) for _, card, name in rows]


@pytest.mark.parametrize(
    ("trouble", "seen"),
    [
        ("card.absent_no_proof", [("No", USUAL)]),
        ("reader.one_of_n_down_long", [("No", BROKEN), ("Yes", USUAL)]),
        ("op.device_model_differs", [("Yes", OTHER_MODEL)]),
    ],
)
def test_opensc_sees_what_is_on_the_desk(trouble: str, seen: list[tuple[str, str]]) -> None:
    assert readers(trouble) == seen


def test_a_cold_system_answers_the_third_time() -> None:
    look = "opensc-tool --list-readers; "
    done = subprocess.run(
        [*ONSHI, "--trouble", "terminal.cold_start_each_use", "--", "sh", "-c", look * 3],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.count("No smart card readers found") == 2, done.stdout + done.stderr
    assert done.stdout.count(USUAL) == 1
