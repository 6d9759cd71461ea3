"""The same script of calls on real pcscd with a vpcd card and on our socket, line by line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from pcsc_script import ALLOWED, SCRIPT
from vpcd_lab import EMPTY, MUTE, PRESENT, Inside

from onshi import Desk
from pcsclite_newer import newer_library

STATES = {"insert": PRESENT, "remove": EMPTY, "mute": PRESENT | MUTE}


def _run(
    step: Callable[..., str], hand: Callable[[str], None], pull: Callable[[str], None]
) -> dict[str, str]:
    lines: dict[str, str] = {}
    for name, what, *args in SCRIPT:
        if what == "hand":
            hand(*args)
        elif what == "pull":
            pull(*args)
        else:
            assert name not in lines, f"{name} is there twice"
            lines[name] = step(what, *args)
    return lines


def _on_pcscd(desk: Inside, client: Inside) -> dict[str, str]:
    def hand(move: str) -> None:
        if move == "mend":
            desk("mend")
            return
        if move == "mute":
            desk("inject", "card.mute")
        desk("remove" if move == "remove" else "insert")
        client("wait_for", STATES[move])

    return _run(
        lambda *step: str(client("step", *step)),
        hand,
        lambda flavour: desk("pull", flavour),
    )


def _on_ours(**environment: str) -> dict[str, str]:
    with Desk(seed=0, date="2025-10-20", in_process=False) as desk:
        program = Inside(None, env={**os.environ, **desk.env(), **environment})

        def hand(move: str) -> None:
            if move == "mute":
                desk.inject("card.mute")
            if move == "mend":
                desk.board.clear()
            elif move == "remove":
                desk.remove_card()
            else:
                desk.insert_card()

        try:
            return _run(
                lambda *step: str(program("step", *step)),
                hand,
                lambda flavour: desk.inject("card.pull", {"nth": 1}, flavour=flavour),
            )
        finally:
            program.kill()


def test_two_hundred_calls_read_as_on_pcscd(desk: Inside, client: Inside) -> None:
    """Both run at the same time: real pcscd mostly waits for its next look at the reader."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_on_pcscd, desk, client)
        ours = _on_ours()
        theirs = running.result(60)
    assert len(theirs) > 190
    differ = {line: (theirs[line], ours[line]) for line in theirs if theirs[line] != ours[line]}
    listed = {line: (first, second) for line, (first, second, _) in ALLOWED.items()}
    assert differ == listed


# ------------------------------------------------------- libpcsclite 2.3, protocol 4.5
PNP_COUNTS = "from 4.5 on the pseudo reader's high word counts readers that came and went"
NEWER = {
    "pnp: nothing new": ("8010000A 0 0 0", "8010000A 0 1 0", PNP_COUNTS),
    "pnp: nothing new in 60 ms": ("8010000A 0 0 0", "8010000A 0 1 0", PNP_COUNTS),
}
"""line: (libpcsclite 1.9.9's, 2.3.x's, why they differ)."""


def test_a_newer_library_reads_the_same() -> None:
    newer = str(newer_library())
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_on_ours, LD_LIBRARY_PATH=newer)
        older = _on_ours()
        newest = running.result(60)
    differ = {line: (older[line], newest[line]) for line in older if older[line] != newest[line]}
    assert differ == {line: (first, second) for line, (first, second, _) in NEWER.items()}


def _read_until(lines: IO[str], text: str) -> None:
    while text not in (line := lines.readline()):
        assert line, f"it ended without {text!r}"


def test_opensc_reads_the_card_over_protocol_4_5() -> None:
    with Desk(seed=0, in_process=False) as desk:
        env = {**os.environ, **desk.env(), "LD_LIBRARY_PATH": str(newer_library())}
        pcscd = desk.endpoints.pcsc
        scan = subprocess.Popen(
            ["timeout", "20", "pcsc_scan", "-n"],
            env=env,
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert scan.stdout is not None
        try:
            _read_until(scan.stdout, "Card inserted")
            assert [one._minor for one in pcscd._connections] == [5]
            desk.remove_card()
            _read_until(scan.stdout, "Card removed")
        finally:
            scan.terminate()
            scan.wait(10)
            scan.stdout.close()
        desk.insert_card()
        done = subprocess.run(
            ["opensc-tool", "--name"],
            env=env,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.stdout == "jpki\n", done.stderr
