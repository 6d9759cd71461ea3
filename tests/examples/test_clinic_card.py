"""The card by PC/SC: retries, tries, and a PIN that is sent once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from clinic.card import CardReader, grace_end
from clinic.errors import DeviceTrouble
from clinic_bench import FAST, FakePcsc
from smartcard import scard

from onshi.card import VirtualCard
from onshi.people.generate import make_card_spec, make_person
from onshi.seams import Power

Bench = Callable[..., FakePcsc]


@pytest.fixture
def bench() -> Bench:
    """A reader with a virtual card; keywords change the card."""

    def make(**changes: object) -> FakePcsc:
        day = date(2025, 10, 20)
        patient, _ = make_person(0, "p0", on=day)
        spec = make_card_spec(0, "p0", day)
        for name, value in changes.items():
            setattr(spec, name, value)
        card = VirtualCard(spec, patient, seed=0)
        card.power(Power.ON)
        return FakePcsc(card)

    return make


def test_certificate_and_tries_are_read_without_the_patient(bench: Bench) -> None:
    pcsc = bench(cert_until=date(2027, 2, 28), auth_tries=2)
    session = CardReader(FAST, pcsc).open()
    assert session.certificate_end == date(2027, 2, 28)
    assert session.tries_left == 2
    assert pcsc.verifies == 0
    session.close()


def test_a_pin_is_sent_once_for_each_entry(bench: Bench) -> None:
    pcsc = bench()
    session = CardReader(FAST, pcsc).open()
    wrong = session.verify("9999")
    assert (wrong.right, wrong.tries_left) == (False, 2)
    assert session.verify("1234").right
    assert pcsc.verifies == 2


def test_a_verify_that_broke_off_is_not_repeated(bench: Bench) -> None:
    pcsc = bench()
    session = CardReader(FAST, pcsc).open()
    pcsc.fails["SCardTransmit", 0] = scard.SCARD_W_REMOVED_CARD
    with pytest.raises(DeviceTrouble) as failure:
        session.verify("1234")
    assert failure.value.category == "removed"
    assert pcsc.verifies == 1


def test_a_locked_card_says_zero(bench: Bench) -> None:
    session = CardReader(FAST, bench(auth_tries=0)).open()
    assert session.tries_left == 0


@pytest.mark.parametrize(
    "code",
    [
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_READER_UNAVAILABLE,
        scard.SCARD_E_SHARING_VIOLATION,
        scard.SCARD_F_COMM_ERROR,
    ],
)
def test_six_failed_connects_are_got_over(bench: Bench, code: int) -> None:
    pcsc = bench()
    for nth in range(1, 7):
        pcsc.fails["SCardConnect", nth] = code
    CardReader(FAST, pcsc).open().close()
    assert pcsc.calls.count("SCardConnect") == 7


@pytest.mark.parametrize(
    ("call", "code", "category"),
    [
        ("SCardEstablishContext", scard.SCARD_E_NO_SERVICE, "no_service"),
        ("SCardListReaders", scard.SCARD_E_NO_READERS_AVAILABLE, "no_reader"),
        ("SCardConnect", scard.SCARD_E_NO_SMARTCARD, "no_card"),
        ("SCardConnect", scard.SCARD_W_UNPOWERED_CARD, "mute"),
        ("SCardTransmit", scard.SCARD_E_READER_UNAVAILABLE, "reader_gone"),
        ("SCardTransmit", 0x12345, "comm"),
    ],
)
def test_tries_end_and_contexts_are_given_back(
    bench: Bench, call: str, code: int, category: str
) -> None:
    pcsc = bench()
    pcsc.fails[call, 0] = code
    with pytest.raises(DeviceTrouble) as failure:
        CardReader(FAST, pcsc).open()
    assert failure.value.category == category
    assert pcsc.calls.count("SCardEstablishContext") == FAST.tries
    if call != "SCardEstablishContext":
        assert pcsc.calls.count("SCardReleaseContext") == FAST.tries


def test_no_reader_at_all(bench: Bench) -> None:
    pcsc = bench()
    pcsc.readers = ()
    with pytest.raises(DeviceTrouble) as failure:
        CardReader(FAST, pcsc).open()
    assert failure.value.category == "no_reader"


def test_a_broken_reader_does_not_hide_another(bench: Bench) -> None:
    pcsc = bench()
    pcsc.readers = ("broken", "good")
    pcsc.fails["SCardConnect", 1] = scard.SCARD_E_READER_UNAVAILABLE
    CardReader(FAST, pcsc).open()
    assert pcsc.calls.count("SCardEstablishContext") == 1


def test_a_card_taken_away_while_reading_can_be_put_back(bench: Bench) -> None:
    pcsc = bench()
    pcsc.fails["SCardTransmit", 3] = scard.SCARD_W_REMOVED_CARD
    assert CardReader(FAST, pcsc).open().tries_left == 3


class _Answers:
    """A card that answers everything the same."""

    def __init__(self, answer: str) -> None:
        self.answer = bytes.fromhex(answer)

    def transmit(self, command: bytes) -> bytes:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "category", "tries"),
    [
        ("6A82", "not_mynumber", 1),
        ("6F00", "unreadable", FAST.tries),
        ("90", "unreadable", FAST.tries),
        ("", "unreadable", FAST.tries),
        ("9000", "unreadable", FAST.tries),
    ],
)
def test_cards_that_are_none(answer: str, category: str, tries: int) -> None:
    pcsc = FakePcsc(_Answers(answer))
    with pytest.raises(DeviceTrouble) as failure:
        CardReader(FAST, pcsc).open()
    assert failure.value.category == category
    assert pcsc.calls.count("SCardConnect") == tries


def test_a_reader_that_hangs_is_given_up_once() -> None:
    release = threading.Event()

    class Hangs(_Answers):
        def transmit(self, command: bytes) -> bytes:
            release.wait(10)
            return super().transmit(command)

    pcsc = FakePcsc(Hangs("9000"))
    with pytest.raises(DeviceTrouble) as failure:
        CardReader(replace(FAST, card=0.02), pcsc).open()
    release.set()
    assert failure.value.category == "hang"
    assert pcsc.calls.count("SCardEstablishContext") == 1


@pytest.mark.parametrize(
    ("end", "last"),
    [
        (date(2025, 2, 10), date(2025, 5, 31)),
        (date(2025, 10, 20), date(2026, 1, 31)),
        (date(2025, 11, 30), date(2026, 2, 28)),
    ],
)
def test_grace_lasts_to_the_end_of_the_third_month(end: date, last: date) -> None:
    assert grace_end(end) == last
