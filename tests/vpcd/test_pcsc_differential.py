"""The same script of calls on real pcscd with a vpcd card and on our socket, line by line."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from pcsc_script import ALLOWED, SCRIPT
from vpcd_lab import EMPTY, MUTE, PRESENT, Inside

from onshi import Desk

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
        lambda flavour: desk("inject", "card.pull", {"nth": 1}, flavour=flavour),
    )


def _on_ours() -> dict[str, str]:
    with Desk(seed=0, date="2025-10-20", in_process=False) as desk:
        program = Inside(None, env={**os.environ, **desk.env()})

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
