"""Every card fault through the fault board, with schedules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from card_talk import JPKI

from onshi.card import VirtualCard
from onshi.clock import VirtualClock
from onshi.errors import OnshiError
from onshi.faults import FaultBoard, make_fault
from onshi.journal import Journal
from onshi.schedule import Schedule
from onshi.seams import CardLink, CardMuteError, CardRemovedError, HangUpError, Power

DEADLINE = 30.0


class RecordingHands:
    """Hands that only remember what they did."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def insert(self, card: CardLink | None = None, reader: str | None = None) -> None:
        self.done.append("insert")

    def remove(self, reader: str | None = None) -> None:
        self.done.append("remove")

    def plug(self, reader: str | None = None) -> None:
        self.done.append("plug")

    def unplug(self, reader: str | None = None) -> None:
        self.done.append("unplug")


class Stand:
    """A card behind a fault board."""

    def __init__(self, card: VirtualCard) -> None:
        self.card, self.clock, self.journal = card, VirtualClock(date(2025, 10, 20)), Journal()
        self.hands = RecordingHands()
        self.board = FaultBoard(
            seed=1,
            clock=self.clock,
            journal=self.journal,
            deadline=DEADLINE,
            doors=frozenset({"pcsc"}),
        )
        self.board.hands = self.hands
        self.link = self.board.card(card)

    def inject(self, name: str, when: dict[str, Any] | None = None, **settings: Any) -> None:
        self.board.add(make_fault(name, settings), Schedule(**(when or {})))

    def __call__(self, apdu: str) -> str:
        return self.link.transmit(bytes.fromhex(apdu)).hex().upper()

    def strikes(self) -> list[int]:
        return [e["operation"] for e in self.journal.events("fault", "fault")]


VERIFY = "002000980431323334"
QUERY = "00200098"
READ = "00B0880000"


@pytest.fixture
def stand(make_card: Callable[..., VirtualCard]) -> Stand:
    stand = Stand(make_card())
    stand.link.power(Power.ON)
    assert stand(JPKI) == "9000"
    return stand


@pytest.mark.parametrize(("flavour", "raw"), [("clean", False), ("raw", True)])
def test_pull(stand: Stand, flavour: str, raw: bool) -> None:
    stand.inject("card.pull", {"nth": 2}, flavour=flavour)
    assert stand(READ) == "8F8F009000"
    with pytest.raises(CardRemovedError) as caught:
        stand(VERIFY)
    assert caught.value.raw is raw
    assert stand.hands.done == ([] if raw else ["remove"]), "raw: the service notices later"
    assert stand.card.verify_attempts == 0
    assert stand.strikes() == [2]


def test_pull_after_the_card_did_the_command(stand: Stand) -> None:
    stand.inject("card.pull", {"match": "VERIFY"}, executed=True)
    assert stand(QUERY) == "63C3"
    with pytest.raises(CardRemovedError):
        stand("002000980439393939")
    assert stand.card.tries("auth") == 2
    assert stand.hands.done == ["remove"]


def test_mute_on_the_first_attempts(stand: Stand) -> None:
    stand.inject("card.mute", {"match": "POWER_ON|POWER_RESET", "first": 2})
    for action in (Power.RESET, Power.ON):
        with pytest.raises(CardMuteError):
            stand.link.power(action)
        assert stand.link.power(Power.OFF) == b""
    assert stand.link.power(Power.ON) == stand.card.atr


def test_mute_leaves_the_card_without_power(stand: Stand) -> None:
    stand.inject("card.mute")
    with pytest.raises(CardMuteError):
        stand.link.power(Power.RESET)
    with pytest.raises(CardMuteError):
        stand(READ)
    assert stand.link.power(Power.OFF) == b""


def test_status_word_consumes_no_try(stand: Stand) -> None:
    stand.inject("card.status_word", {"match": "VERIFY", "first": 2}, sw="6983")
    assert [stand(VERIFY), stand(QUERY), stand(VERIFY)] == ["6983", "63C3", "6983"]
    assert stand.card.verify_attempts == 0
    assert stand(VERIFY) == "9000"


def test_status_word_by_pattern_and_default(stand: Stand) -> None:
    stand.inject("card.status_word", {"match": "00B0*", "every": 2})
    assert [stand(READ) for _ in range(4)] == ["8F8F009000", "6F00", "8F8F009000", "6F00"]
    assert stand(QUERY) == "63C3"


@pytest.mark.parametrize("sw", ["", "6F0", "6F000", "1234", "zz00"])
def test_status_words_that_are_none(sw: str) -> None:
    with pytest.raises(OnshiError, match=r"card\.status_word.*sw"):
        make_fault("card.status_word", {"sw": sw})


def test_slow_passes_simulated_time_only(stand: Stand) -> None:
    stand.inject("card.slow", {"nth": 1}, seconds=4.5)
    assert stand(READ) == "8F8F009000"
    assert stand.clock.waited == 4.5
    stand(READ)
    assert stand.clock.waited == 4.5


def test_slow_is_bounded_by_the_deadline(stand: Stand) -> None:
    stand.inject("card.slow", seconds=10_000)
    assert stand(READ) == "8F8F009000"
    assert stand.clock.waited == DEADLINE


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_slow_settings(seconds: float) -> None:
    with pytest.raises(OnshiError, match="seconds"):
        make_fault("card.slow", {"seconds": seconds})


def test_hang_ends_at_the_deadline(stand: Stand) -> None:
    stand.inject("card.hang", {"match": "SELECT"})
    assert stand(READ) == "8F8F009000"
    with pytest.raises(HangUpError):
        stand(JPKI)
    assert stand.clock.waited == DEADLINE


@pytest.mark.parametrize(
    ("settings", "answer"), [({}, "8F"), ({"n": 0}, ""), ({"n": 4}, "8F8F0090")]
)
def test_truncate(stand: Stand, settings: dict[str, int], answer: str) -> None:
    stand.inject("card.truncate", {"nth": 1}, **settings)
    assert stand(READ) == answer
    assert stand(READ) == "8F8F009000"


def test_truncate_executes_the_command(stand: Stand) -> None:
    stand.inject("card.truncate")
    assert stand("002000980439393939") == "63"
    assert stand.card.tries("auth") == 2
    with pytest.raises(OnshiError, match="number of bytes"):
        make_fault("card.truncate", {"n": -1})


def test_atr(stand: Stand) -> None:
    stand.inject("card.atr", {"match": "POWER_ON", "nth": 1}, atr="00 11")
    assert stand.link.power(Power.OFF) == b""
    assert stand.link.power(Power.ON) == b"\x00\x11"
    assert stand(JPKI) == "9000"
    assert stand.link.power(Power.ON) == stand.card.atr


def test_atr_default_and_settings(stand: Stand) -> None:
    stand.inject("card.atr")
    assert stand.link.power(Power.RESET).hex() == "3bda13ff8131fb468012392f31c173c601c03b"
    assert stand.link.power(Power.OFF) == b""
    for atr in ("3", "xy", "", "00" * 34):
        with pytest.raises(OnshiError, match="atr"):
            make_fault("card.atr", {"atr": atr})


def test_two_faults_at_once(stand: Stand) -> None:
    """The first injected is outermost: it is slow, then what is inside answers."""
    stand.inject("card.slow", seconds=2)
    stand.inject("card.status_word", {"match": "READ_BINARY"})
    assert stand(READ) == "6F00"
    assert stand.clock.waited == 2
    stand.board.clear()
    assert stand(READ) == "8F8F009000"


def test_titles_are_for_people() -> None:
    names = ("pull", "mute", "status_word", "slow", "hang", "truncate", "atr")
    titles = {type(make_fault(f"card.{n}", {})).TITLE for n in names}
    assert len(titles) == len(names)
    assert all("カード" in t for t in titles)
