"""The same calls at the door pyscard and through libpcsclite and our socket: the same answers."""

from __future__ import annotations

from pyscard_script import QUERY, SELECT, Script
from smartcard.pcsc.PCSCReader import PCSCReader
from smartcard.System import readers

from onshi import Desk


def through(door: str) -> list[tuple[str, object]]:
    with Desk(date="2025-10-20", doors=(door,), in_process=True) as desk:
        return Script(desk).run()


def test_every_step_answers_alike() -> None:
    by_socket, by_patch = through("pcsc"), through("pyscard")
    assert len(by_socket) > 120
    different = [
        (label, one, other)
        for (label, one), (_, other) in zip(by_socket, by_patch, strict=True)
        if one != other
    ]
    assert different == []


def written(door: str) -> bytes:
    """The journal of a program that reads a card, with a fault on the way."""
    with Desk(date="2025-10-20", doors=(door,), in_process=True, seed=7) as desk:
        desk.inject("card.status_word", {"match": "VERIFY*", "nth": 2}, sw="6983")
        reader: PCSCReader = readers()[0]
        connection = reader.createConnection()
        connection.connect()
        for apdu in (SELECT, QUERY, QUERY, QUERY):
            connection.transmit(apdu)
        connection.disconnect()
        connection.release()
        return desk.journal.canonical()


def test_the_journal_is_the_same_byte_for_byte() -> None:
    one = written("pyscard")
    assert one == written("pcsc")
    assert b"6983" in one
