"""A card pulled out under `onshi exec`: what OpenSC says about it, and how soon."""

from __future__ import annotations

import subprocess
import sys
import time

ONSHI = [sys.executable, "-m", "onshi.cli", "exec"]


def test_pkcs15_tool_speaks_of_the_card_in_time() -> None:
    command = [*ONSHI, "--trouble", "card.pulled_mid_session", "--"]
    begin = time.monotonic()
    done = subprocess.run(
        [*command, "pkcs15-tool", "--read-certificate", "1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert time.monotonic() - begin < 5
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Certificate read failed: Card removed" in done.stderr
    assert "BEGIN CERTIFICATE" not in done.stdout
