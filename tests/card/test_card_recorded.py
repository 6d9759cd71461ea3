"""A recorded card against the card it was recorded from, and against what is no recording."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshi.card import VirtualCard
from onshi.card.recorded import UNRECORDED, RecordedCard
from onshi.card.recording import MOST_BYTES, Recording, parse_recording
from onshi.errors import BadFileError
from onshi.journal import Journal
from onshi.people.records import CardSpec, Patient
from onshi.seams import CardLink, CardMuteError, CardRemovedError, HangUpError, Power

HEAD = b'{"onshi":"recorded card","version":1}\n'
POWER = b'{"power":"on","atr":"3B8001"}\n'
JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
PIN = bytes.fromhex("00A4020C020018")
QUERY = bytes.fromhex("00200080")
RIGHT, WRONG = bytes.fromhex("002000800431323334"), bytes.fromhex("002000800439393939")
SELECT_KEY, CHALLENGE = bytes.fromhex("00A4020C020017"), bytes.fromhex("0084000008")
SIGN = bytes.fromhex("802A008005") + b"hello\0"
PSS = bytes.fromhex("802A048020") + b"h" * 32 + b"\0"

SESSION = [JPKI, PIN, QUERY, WRONG, QUERY, WRONG, QUERY, RIGHT, QUERY, SELECT_KEY, SIGN, PSS, PSS]
SESSION += [CHALLENGE, CHALLENGE, JPKI, SIGN]


@pytest.fixture
def original(patient: Patient) -> VirtualCard:
    spec = CardSpec(cert_from=date(2024, 2, 1), cert_until=date(2029, 2, 17))
    return VirtualCard(spec, patient, seed=1)


def recorded(card: CardLink, commands: list[bytes]) -> tuple[list[bytes], Recording]:
    """The answers of a card, and the recording of them."""
    kept = Recording()
    kept.powered(card, Power.ON, card.power(Power.ON))
    answers = []
    for command in commands:
        answers.append(card.transmit(command))
        kept.exchanged(card, command, answers[-1], "")
    return answers, kept


def replayed(text: bytes, journal: Journal | None = None) -> RecordedCard:
    lines = parse_recording(Path("x.card"), text)
    card = RecordedCard(lines, journal.only("card") if journal is not None else None)
    card.power(Power.ON)
    return card


def test_the_same_commands_get_the_same_answers(original: VirtualCard) -> None:
    answers, kept = recorded(original, SESSION)
    assert len({*answers[11:13]}) == 2, "a salted signature differs each time"
    journal = Journal()
    again = replayed(kept.text(), journal)
    assert [again.transmit(command) for command in SESSION] == answers
    assert list(journal.events(event="unrecorded")) == []
    assert [e["r"] for e in journal.events(event="recorded_verify")] == ["63C2", "63C1", "9000"]


def test_no_pin_is_in_it(original: VirtualCard) -> None:
    text = recorded(original, SESSION)[1].text()
    assert b"31323334" not in text
    assert b"39393939" not in text
    assert text.count(b"0020008004********") == 3


def test_tries_that_were_not_recorded_are_not_invented(original: VirtualCard) -> None:
    """Recorded: one wrong PIN. The second one is unknown, not a second 63C2."""
    journal = Journal()
    again = replayed(recorded(original, [JPKI, PIN, WRONG, QUERY])[1].text(), journal)
    for command in (JPKI, PIN):
        again.transmit(command)
    assert again.transmit(WRONG).hex() == "63c2"
    assert again.transmit(WRONG) == UNRECORDED
    assert again.transmit(QUERY).hex() == "63c2"
    assert [e["c"] for e in journal.events(event="unrecorded")] == ["0020008004********"]


def test_what_needs_the_pin_is_not_given_without_it(original: VirtualCard) -> None:
    commands = [JPKI, PIN, RIGHT, SELECT_KEY, SIGN]
    again = replayed(recorded(original, commands)[1].text())
    for command in (JPKI, SELECT_KEY):
        again.transmit(command)
    assert again.transmit(SIGN) == UNRECORDED, "signed after VERIFY only"


def test_a_file_is_answered_where_it_was_selected(original: VirtualCard) -> None:
    read = bytes.fromhex("00B0000004")
    select = [bytes.fromhex(f"00A4020C02{fid}") for fid in ("000A", "0006")]
    commands = [JPKI, select[0], read, select[1], read]
    answers, kept = recorded(original, commands)
    again = replayed(kept.text())
    assert answers[2] != answers[4]
    for turned in (JPKI, select[1]):
        again.transmit(turned)
    assert again.transmit(read) == answers[4]
    again.transmit(select[0])
    assert again.transmit(read) == answers[2]


def test_a_challenge_is_never_given_twice(original: VirtualCard) -> None:
    again = replayed(recorded(original, [JPKI, CHALLENGE])[1].text())
    again.transmit(JPKI)
    assert again.transmit(CHALLENGE)[-2:] == b"\x90\x00"
    assert again.transmit(CHALLENGE) == UNRECORDED


def test_switched_off_it_forgets_as_the_original_does(original: VirtualCard) -> None:
    again = replayed(recorded(original, SESSION)[1].text())
    for command in SESSION[:8]:
        again.transmit(command)
    assert again.power(Power.OFF) == b""
    with pytest.raises(CardMuteError):
        again.transmit(JPKI)
    assert again.power(Power.RESET) == again.power(Power.ON) == original.atr
    assert again.transmit(PIN) == UNRECORDED, "no application is selected"


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ("removed", CardRemovedError),
        ("removed_raw", CardRemovedError),
        ("mute", CardMuteError),
        ("hang_up", HangUpError),
    ],
)
def test_how_an_exchange_ended(end: str, error: type[Exception]) -> None:
    card = replayed(HEAD + POWER + b'{"c":"00B0000004","end":"%s"}\n' % end.encode())
    with pytest.raises(error) as raised:
        card.transmit(bytes.fromhex("00B0000004"))
    assert getattr(raised.value, "raw", False) == (end == "removed_raw")
    assert card.transmit(bytes.fromhex("00B0000004")) == UNRECORDED


def test_a_mute_card_is_mute_again() -> None:
    lines = parse_recording(Path("x"), HEAD + b'{"power":"on","atr":""}\n' + POWER)
    card = RecordedCard(lines)
    with pytest.raises(CardMuteError):
        card.power(Power.ON)
    assert card.power(Power.ON).hex() == "3b8001"
    assert card.power(Power.ON).hex() == "3b8001"


def test_only_the_card_that_is_spoken_to_is_kept(original: VirtualCard, patient: Patient) -> None:
    kept, other = Recording(), VirtualCard(original.spec, patient, seed=2)
    kept.powered(other, Power.ON, b"\x3b\x00")
    kept.powered(original, Power.ON, original.power(Power.ON))
    assert (kept.empty, kept.others) == (True, False)
    kept.exchanged(original, JPKI, b"\x90\x00", "")
    kept.powered(other, Power.ON, b"\x3b\x00")
    kept.exchanged(other, JPKI, b"\x6a\x82", "")
    assert kept.others
    assert kept.text().count(b"\n") == 3
    assert b"3B00" not in kept.text()


def test_what_must_not_be_kept_can_be_replaced(original: VirtualCard) -> None:
    """The seam for recordings of real cards."""
    import msgspec

    seen = []

    def clean(line: object, state: object) -> object:
        seen.append(getattr(state, "ap", None))
        if getattr(line, "r", None) and seen[-1] == "jpki":
            return msgspec.structs.replace(line, r="6A82")
        return line

    kept = Recording(clean)  # type: ignore[arg-type]
    kept.powered(original, Power.ON, original.power(Power.ON))
    for command in (JPKI, PIN):
        kept.exchanged(original, command, original.transmit(command), "")
    assert seen == ["", "", "jpki"]
    assert kept.text().endswith(b'"r":"6A82"}\n')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "x.card:1: "),
        (b"\xff\xfe", "x.card:1: "),
        (POWER, "x.card:1: "),
        (HEAD.replace(b"1}", b"2}"), "x.card:1: "),
        (HEAD, "no ATR"),
        (HEAD + b'{"c":"00B0000004","r":"9000"}', "no ATR"),
        (HEAD + POWER + b"[1]", "x.card:3: "),
        (HEAD + POWER + b'{"c":"00B0"', "x.card:3: "),
        (HEAD + POWER + b'{"c":"00B0000004","r":"9000","x":1}', "unknown field `x`"),
        (HEAD + POWER + b"{}", 'either "power" or "c"'),
        (HEAD + b'{"power":"on","atr":"3B0"}', "x.card:2: atr"),
        (HEAD + b'{"power":"on","atr":"%s"}' % (b"3B" * 34), "33 bytes"),
        (HEAD + b'{"power":"on"}', "x.card:2: atr"),
        (HEAD + b'{"power":"off","atr":"3B"}', "x.card:2: atr"),
        (HEAD + b'{"power":"up","atr":"3B"}', "x.card:2: "),
        (HEAD + b'{"power":"on","atr":"3B","r":"9000"}', "x.card:2: power"),
        (HEAD + POWER + b'{"c":"00B0000004"}', "either r or end"),
        (HEAD + POWER + b'{"c":"00B0000004","r":"9000","end":"mute"}', "either r or end"),
        (HEAD + POWER + b'{"c":"00B0000004","end":"gone"}', "x.card:3: "),
        (HEAD + POWER + b'{"c":"00B00000zz","r":"9000"}', "x.card:3: c"),
        (HEAD + POWER + b'{"c":"00B0000004","r":"90 0"}', "x.card:3: r"),
        (HEAD + POWER + b'{"c":"00B00000**","r":"9000"}', "only PINs are masked"),
        (HEAD + POWER + b'{"c":"002000800431323334","r":"9000"}', "a PIN in clear"),
        (HEAD + POWER + b'{"c":"0020008004********34","r":"9000"}', "a PIN in clear"),
        (HEAD + POWER + b'{"c":"803200800431323334","r":"9000"}', "a PIN in clear"),
        (HEAD + POWER + b'{"c":"00200080 31323334","r":"9000"}', "a PIN in clear"),
    ],
)
def test_what_is_no_recording(text: bytes, words: str) -> None:
    with pytest.raises(BadFileError) as raised:
        parse_recording(Path("x.card"), text)
    assert words in str(raised.value)


def test_too_long_a_file() -> None:
    with pytest.raises(BadFileError, match="at most"):
        parse_recording(Path("x.card"), HEAD + b" " * MOST_BYTES)


@given(st.binary(max_size=200))
def test_strange_bytes_are_a_bad_file(junk: bytes) -> None:
    lines = ()
    with contextlib.suppress(BadFileError):
        lines = parse_recording(Path("x.card"), HEAD + POWER + junk)
    if lines:
        assert RecordedCard(lines).power(Power.ON) == b"\x3b\x80\x01"


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_a_recorded_card_answers_anything(commands: list[bytes]) -> None:
    card = replayed(HEAD + POWER + b'{"c":"00A4040C0AD392F000260100000001","r":"9000"}\n')
    for command in commands:
        assert card.transmit(command) == UNRECORDED
    assert card.transmit(JPKI) == b"\x90\x00"
