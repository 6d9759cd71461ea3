"""Eight programs at one card: what is sent in a transaction is not mixed with another's."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from load_clients import Client, clients
from onshi import Desk
from onshi.seams import CardLink, Power

PROGRAMS, ROUNDS, COMMANDS = 8, 40, 5
FIRST_MARK = 0x20


class InOrder:
    """A card that notes the commands in the order in which they reach it."""

    def __init__(self, link: CardLink) -> None:
        self._link = link
        self.apdus: list[bytes] = []

    def power(self, action: Power) -> bytes:
        return self._link.power(action)

    def transmit(self, apdu: bytes) -> bytes:
        self.apdus.append(apdu)
        return self._link.transmit(apdu)


def order_at_the_card(program: str, how: str, rounds: int = ROUNDS) -> list[list[int]]:
    """Marks in runs: each run is what one program sent without another's in between."""
    with Desk(date="2025-10-20", in_process=False) as desk:
        card = InOrder(desk.card)
        desk.reader.insert(card)
        marks = [str(FIRST_MARK + n) for n in range(PROGRAMS)]
        with clients(*(Client(desk, program, mark, str(rounds), how) for mark in marks)) as made:
            for one in made:
                one.wait_for("connected")
            for one in made:
                one.go_on()
            for one in made:
                assert one.finish(60)[-1] == "done"
    assert len(card.apdus) == PROGRAMS * rounds * COMMANDS
    return [[a[3] for a in run] for _, run in groupby(card.apdus, key=lambda a: a[2])]


def test_transactions_keep_eight_programs_apart(built: Callable[[str], str]) -> None:
    runs = order_at_the_card(built("marked"), "transactions")
    assert all(len(run) % COMMANDS == 0 for run in runs)
    assert all(run == list(range(COMMANDS)) * (len(run) // COMMANDS) for run in runs)
    assert len(runs) > PROGRAMS


def test_without_transactions_they_mix(built: Callable[[str], str]) -> None:
    """So the test above could fail."""
    runs = order_at_the_card(built("marked"), "free")
    assert any(len(run) % COMMANDS for run in runs)
