"""Whatever bytes come: a command is understood or refused, and a PIN is never written down."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshi.card.apdu import Command, Refusal, parse
from onshi.card.explain import answer_words, command_words
from onshi.card.following import Following
from onshi.faults.board import apdu_names
from onshi.journal import Journal, apdu_hex
from onshi.reader.atr import choose_protocol

ANY_OLD = 0x1000
thorough = settings(max_examples=400, deadline=None, database=None, derandomize=True)
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
