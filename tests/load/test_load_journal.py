"""A desk may live for days: its journal keeps the newest events and says what it has forgotten."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from onshi import Desk
from onshi.journal import Journal, Lane


def numbered(journal: Journal, count: int, first: int = 0) -> None:
    lane = journal.lane("pcsc")
    for number in range(first, first + count):
        lane.event("apdu", number=number)


def lanes_in_memory() -> int:
    gc.collect()
    return sum(type(one) is Lane for one in gc.get_objects())


def test_nothing_is_forgotten_up_to_the_limit() -> None:
    journal = Journal(most=100)
    numbered(journal, 100)
    assert (len(journal), journal.forgotten) == (100, 0)
    assert [e["number"] for e in journal.events()] == list(range(100))
    assert b"forgotten" not in journal.canonical()


def test_beyond_it_the_oldest_quarter_is_forgotten_and_numbers_go_on() -> None:
    journal = Journal(most=100)
    numbered(journal, 101)
    assert (len(journal), journal.forgotten) == (101, 25)
    assert [e["number"] for e in journal.events()] == list(range(25, 101))
    assert [(n, e["number"]) for n, e in journal.since(98)] == [(98, 98), (99, 99), (100, 100)]
    assert [n for n, _ in journal.since(0, 3)] == [25, 26, 27]
    first, *rest = (json.loads(line) for line in journal.canonical().splitlines())
    assert first == {"event": "forgotten", "number": 25}
    assert len(rest) == 76


def test_lanes_of_programs_that_are_long_gone_are_forgotten_too() -> None:
    journal = Journal(most=40)
    desk = journal.only("desk")
    before = lanes_in_memory()
    for number in range(200):
        journal.lane("pcsc").event("establish")
        if number % 50 == 0:
            desk.event("patient")
    assert journal.only("desk") is desk
    assert lanes_in_memory() - before <= 40 + 1
    assert journal.lane("pcsc").name == "pcsc/200"


@pytest.fixture
def small_journal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with Desk(date="2025-10-20", doors=()) as desk:
        monkeypatch.setattr(desk.journal, "_most", 60)
        yield desk


def test_a_visit_is_judged_by_its_own_events_after_a_long_morning(small_journal: Desk) -> None:
    desk = small_journal
    for _ in range(200):
        desk.remove_card()
        desk.insert_card()
    assert desk.journal.forgotten > 0
    begin = len(desk.journal)
    desk.next_patient()
    assert [e["event"] for _, e in desk.journal.since(begin)][:1] == ["patient"]


def test_many_writers_lose_nothing_but_the_oldest() -> None:
    journal = Journal(most=1000)
    threads = [
        threading.Thread(target=numbered, args=(journal, 3000, 10_000 * n)) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(journal) == 12_000
    kept: dict[str, list[int]] = {}
    for event in journal.events():
        kept.setdefault(event["lane"], []).append(event["number"])
    assert sum(map(len, kept.values())) == 12_000 - journal.forgotten <= 1000
    for numbers in kept.values():
        assert all(b == a + 1 for a, b in pairwise(numbers))
