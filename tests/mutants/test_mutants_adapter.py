"""One mistake at a time in examples/naive, by ``ONSHI_NAIVE``, as a vendor tries it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lean import LEAN

NAIVE = Path(__file__).parents[2] / "examples" / "naive"
TROUBLES = ("card.pin_wrong_second_try_stop", "billing.furikae_not_possible_returned")


def run(names: str) -> tuple[int, str]:
    """Exit code and output of a run of two troubles with these mistakes."""
    chosen = [f"--onshi-trouble={id}" for id in TROUBLES]
    command = [sys.executable, "-m", "pytest", "-q", *LEAN]
    done = subprocess.run(
        [*command, "--profile=hodanren2025", *chosen],
        cwd=NAIVE,
        env={**os.environ, "ONSHI_NAIVE": names},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_mistake_that_is_named_is_the_only_one() -> None:
    code, output = run("retry_pin")
    assert code == 1
    assert f"{TROUBLES[0]}: H44\n" in output
    assert "1 failed, 1 passed" in output


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("retry_pim", "unknown behaviour: 'retry_pim'; did you mean retry_pin?"),
        ("share_is_fixed, papers_pay_in_full", "use one of them at a time"),
    ],
)
def test_names_that_cannot_be_used_are_said_at_once(names: str, said: str) -> None:
    code, output = run(names)
    assert code == 4
    assert said in output
