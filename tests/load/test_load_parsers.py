"""Whatever bytes come: a command is understood or refused, and a PIN is never written down."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshi.card.apdu import Command, Refusal, parse
from onshi.card.explain import answer_words, command_words
from onshi.card.following import Following
from onshi.card.recorded import RecordedCard
from onshi.card.recording import parse_recording
from onshi.doors.vpcd import parse_address
from onshi.errors import OnshiError
from onshi.faults.board import apdu_names
from onshi.journal import Journal, apdu_hex
from onshi.reader.atr import choose_protocol
from onshi.seams import CardMuteError, CardRemovedError, HangUpError, Power

ANY_OLD = 0x1000
MORE = int(os.environ.get("ONSHI_TEST_EXAMPLES", "0"))
"""Set in the soak: so many examples, and others each time."""
thorough = settings(max_examples=MORE or 150, deadline=None)
byte = st.integers(0, 255)
header = st.tuples(byte, byte, byte, byte)
anything = st.binary(max_size=300) | st.binary(min_size=4, max_size=9)
digits = st.text("0123456789", min_size=4, max_size=16).map(str.encode)


@thorough
@given(anything)
@example(b"\x00\xa4\x04\x0c\x00\x00\x00")
@example(b"\x00\xa4\x04\x0c\x00\xff\xff")
def test_a_command_is_understood_or_refused(apdu: bytes) -> None:
    try:
        found = parse(apdu)
    except Refusal as refusal:
        found, sw = None, refusal.answer
    if found is None:
        assert sw == b"\x67\x00"
        return
    assert (found.cla, found.ins, found.p1, found.p2) == tuple(apdu[:4])
    assert len(found.data) <= len(apdu) - 4
    assert found.data in apdu
    assert found.le is None or 1 <= found.le <= 65536


@thorough
@given(header, st.binary(max_size=300), st.none() | st.integers(1, 65536))
def test_what_is_written_by_the_book_is_read_so(
    head: tuple[int, int, int, int], data: bytes, le: int | None
) -> None:
    """JIS X 6320-4, 5.1: short where lengths fit into a byte, else extended."""
    extended = len(data) > 255 or (le or 0) > 256
    size = (3 if not data else 2) if extended else 1
    lc = (b"\0" + len(data).to_bytes(2, "big") if extended else bytes([len(data)])) if data else b""
    tail = b"" if le is None else (le & (0xFFFF if extended else 0xFF)).to_bytes(size, "big")
    assert parse(bytes(head) + lc + data + tail) == Command(*head, data, le, extended)


@thorough
@given(header, st.binary(min_size=1, max_size=40), byte)
def test_a_length_that_disagrees_is_refused(
    head: tuple[int, int, int, int], data: bytes, lc: int
) -> None:
    apdu = bytes(head) + bytes([lc]) + data
    if lc in (0, len(data), len(data) - 1):
        return
    with pytest.raises(Refusal, match="6700"):
        parse(apdu)


@thorough
@given(st.lists(st.tuples(anything, anything), max_size=5))
def test_any_conversation_can_be_told_in_words(talk: list[tuple[bytes, bytes]]) -> None:
    card = Following()
    for command, answer in talk:
        assert command_words(command, card)
        assert answer_words(command, answer)
        card.follow(command, answer)


@thorough
@given(byte, st.sampled_from([0x20, 0x24]), byte, byte, digits)
def test_no_pin_is_written_down(cla: int, ins: int, p1: int, p2: int, pin: bytes) -> None:
    apdu = bytes([cla, ins, p1, p2, len(pin)]) + pin
    assert pin.hex().upper() not in apdu_hex(apdu)
    assert pin.decode() not in command_words(apdu, Following())


@thorough
@given(anything)
def test_any_command_can_be_journalled_and_matched(apdu: bytes) -> None:
    journal = Journal()
    journal.lane("pcsc").event("apdu", c=apdu_hex(apdu), r=apdu.hex())
    (line,) = journal.canonical().splitlines()
    assert json.loads(line)["r"] == apdu.hex()
    name, text = apdu_names(apdu)
    assert name
    assert bytes.fromhex(text) == apdu


@thorough
@given(st.integers(0, 0xFFFFFFFF), st.binary(max_size=40))
def test_any_atr_gives_a_protocol_that_was_asked_for(wanted: int, atr: bytes) -> None:
    assert choose_protocol(wanted, atr) in (0, *(bit for bit in (1, 2) if wanted & (bit | ANY_OLD)))


# ------------------------------------------------------ what people hand in
HEAD = b'{"onshi":"recorded card","version":1}'
field_text = st.text("0123456789ABCDEFabcdef* ", max_size=40) | st.text(max_size=8)
recorded_line = st.fixed_dictionaries(
    {},
    optional={
        "power": st.sampled_from(["on", "off", "reset"]),
        "atr": field_text | st.just("3B80800101"),
        "c": field_text,
        "r": field_text | st.just("9000"),
        "end": st.sampled_from(["removed", "mute", "hang_up"]),
    },
).map(lambda line: json.dumps(line).encode())
recorded_file = st.binary(max_size=200) | st.lists(
    recorded_line | st.just(b'{"power":"on","atr":"3B80800101"}') | st.binary(max_size=40),
    max_size=6,
).map(lambda lines: b"\n".join([HEAD, *lines]))


@thorough
@given(recorded_file, st.lists(anything, max_size=4))
def test_a_recording_is_read_or_refused_and_then_answers_anything(
    text: bytes, commands: list[bytes]
) -> None:
    try:
        lines = parse_recording(Path("card.jsonl"), text)
    except OnshiError as e:
        lines, said = None, str(e)
    if lines is None:
        assert "card.jsonl" in said
        return
    card = RecordedCard(lines)
    with contextlib.suppress(CardMuteError):
        card.power(Power.ON)
    for command in commands:
        with contextlib.suppress(CardMuteError, CardRemovedError, HangUpError):
            assert isinstance(card.transmit(command), bytes)


@thorough
@given(st.text(max_size=30) | st.text("[]:./0123456789abf", max_size=12))
def test_an_address_is_understood_or_refused(text: str) -> None:
    try:
        host, port = parse_address(text)
    except OnshiError as e:
        host, port, said = "", 0, str(e)
    if not port:
        assert "is not HOST[:PORT]" in said
        return
    assert host
    assert 0 < port < 65536
