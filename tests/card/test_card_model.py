"""The card against a small model of it, and against bytes that mean nothing."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import msgspec
from card_talk import COMMON, JPKI, JUKI, TEXT, VISUAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from onshi.card import VirtualCard
from onshi.card.pins import PinName
from onshi.people.records import CardSpec, Patient
from onshi.seams import Power

PATIENT = Patient(
    **{"key": "p1", "family": "試験", "given": "花子", "family_kana": "シケン"},  # type: ignore[arg-type]
    **{"given_kana": "ハナコ", "sex": "2", "birthdate": date(1980, 2, 17)},  # type: ignore[arg-type]
    **{"postcode": "1000000", "address": "東京都試験区", "municipality": "13221"},  # type: ignore[arg-type]
    mynumber="123456789012",
)
NAMES: tuple[PinName, ...] = get_args(PinName)
QUICK = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def new_card() -> VirtualCard:
    spec = CardSpec(cert_from=date(2024, 2, 1), cert_until=date(2029, 2, 17))
    card = VirtualCard(spec, PATIENT, seed=1)
    card.power(Power.ON)
    return card


class Reference:
    """What the model knows of one PIN: where it is, its limit, whether it can be changed."""

    def __init__(self, places: dict[str, int], limit: int, secret: str, change: str) -> None:
        self.places, self.limit, self.tries, self.change = places, limit, limit, change
        self.secret = secret.encode()


def references(card: VirtualCard) -> dict[str, Reference]:
    own = card.secrets
    key, data = "8032 00", "0024 01"
    return {
        "auth": Reference({JPKI: 0x18}, 3, own.auth_pin, data),
        "sign": Reference({JPKI: 0x1B}, 5, own.sign_pin, data),
        "text": Reference({TEXT: 0x11}, 3, own.text_pin, data),
        "juki": Reference({COMMON: 0x1C, JUKI: 0x1C}, 3, own.juki_pin, key),
        "text_a": Reference({TEXT: 0x14}, 10, own.number_a, ""),
        "text_b": Reference({TEXT: 0x15}, 10, own.number_b, ""),
        "visual_a": Reference({VISUAL: 0x13}, 10, own.number_a, ""),
        "visual_b": Reference({VISUAL: 0x12}, 10, own.number_b, ""),
        "visual_birth": Reference({VISUAL: 0x11}, 10, own.birth, ""),
    }


FILES: dict[str, dict[int, set[str]]] = {
    JPKI: {0x01: {"sign"}, 0x0A: set(), 0x08: set()},
    TEXT: {0x01: {"text", "text_a"}, 0x02: {"text", "text_b"}, 0x03: {"text", "text_a", "text_b"}},
    VISUAL: {0x01: {"visual_birth"}, 0x05: {"visual_a"}, 0x03: set()},
    COMMON: {},
    JUKI: {},
}
"""Transparent files and what opens them; an empty set is free."""


class Model(RuleBasedStateMachine):
    """Selection, security status and counters, each after every step."""

    @initialize()
    def begin(self) -> None:
        self.card = new_card()
        self.pins = references(self.card)
        self.verified: set[str] = set()
        self.application = self.owner = ""

    def send(self, apdu: str) -> str:
        answer = self.card.transmit(bytes.fromhex(apdu))
        assert {n: self.card.tries(n) for n in NAMES} == {n: p.tries for n, p in self.pins.items()}
        return answer[-2:].hex().upper()

    def here(self) -> dict[str, int]:
        pins = self.pins.items()
        places = {name: pin.places.get(self.application, 0) for name, pin in pins}
        return {name: fid for name, fid in places.items() if fid}

    @rule(application=st.sampled_from(sorted(FILES)))
    def select(self, application: str) -> None:
        if application != self.owner:
            self.verified.clear()
        self.application = self.owner = application
        assert self.send(application) == "9000"

    @rule(aid=st.sampled_from(["A00000000101", "D3921000310001010499"]))
    def select_what_is_not_there(self, aid: str) -> None:
        assert self.send(f"00A4040C{len(aid) // 2:02X}{aid}") == "6A82"

    @rule(reset=st.booleans(), again=st.booleans())
    def power(self, reset: bool, again: bool) -> None:
        """Half of the programs go on where they were."""
        self.application = ""
        if reset:
            self.card.power(Power.RESET)
        else:
            self.card.power(Power.OFF)
            self.card.power(Power.ON)
            self.verified.clear()
        if again and self.owner:
            self.select(self.owner)
            self.read()

    @precondition(lambda self: self.application)
    @rule(data=st.data(), right=st.booleans(), by_file=st.booleans())
    def verify(self, data: Any, right: bool, by_file: bool) -> None:
        name, fid = data.draw(st.sampled_from(sorted(self.here().items())))
        pin = self.pins[name]
        secret = pin.secret if right else b"\x00" + pin.secret[1:]
        p2 = f"{0x80 | fid:02X}"
        if by_file:
            assert self.send(f"00A4020C0200{fid:02X}") == "9000"
            p2 = "80"
        blocked = not pin.tries
        if not blocked:
            pin.tries = pin.limit if right else pin.tries - 1
            (self.verified.add if right else self.verified.discard)(name)
        sw = self.send(f"002000{p2}{len(secret):02X}{secret.hex()}")
        assert sw == ("6984" if blocked else "9000" if right else f"63C{pin.tries:X}")

    @precondition(lambda self: self.application)
    @rule()
    def query(self) -> None:
        for name, fid in self.here().items():
            assert self.send(f"002000{0x80 | fid:02X}") == f"63C{self.pins[name].tries:X}"

    @precondition(lambda self: self.application)
    @rule(data=st.data(), new=st.sampled_from([b"1234", b"5678", b"ABC123"]))
    def change(self, data: Any, new: bytes) -> None:
        name, fid = data.draw(st.sampled_from(sorted(self.here().items())))
        pin = self.pins[name]
        if not pin.change:
            command, known = "0024 01", self.application == TEXT
        else:
            command, known = pin.change, True
        sw = self.send(f"{command}{0x80 | fid:02X}{len(new):02X}{new.hex()}")
        if not known:
            assert sw == "6D00"
        elif pin.change and name in self.verified:
            assert sw == "9000"
            pin.secret = new
        else:
            assert sw == "6982"

    @precondition(lambda self: self.application)
    @rule()
    def read(self) -> None:
        for fid, by in FILES[self.application].items():
            opened = not by or by & self.verified
            assert self.send(f"00B0{0x80 | fid:02X}0001") == ("9000" if opened else "6982")


TestModel = Model.TestCase
TestModel.settings = QUICK


# --------------------------------------------------------------- random bytes
def commands() -> st.SearchStrategy[bytes]:
    """Anything, and what begins like a command."""
    interesting = st.sampled_from(
        [0x00, 0x01, 0x04, 0x0C, 0x11, 0x14, 0x15, 0x18, 0x1B, 0x1C, 0x2A, 0x80, 0x81, 0x91, 0x9A]
    )
    byte = interesting | st.integers(0, 255)
    ins = st.sampled_from([0xA4, 0xB0, 0xB2, 0x20, 0x24, 0x32, 0x84, 0x88, 0xCA, 0x2A, 0xA2, 0xAE])
    head = st.tuples(st.sampled_from([0x00, 0x80, 0xFF, 0x08]), ins, byte, byte).map(bytes)
    body = st.binary(max_size=300)
    with_lc = body.filter(lambda b: 0 < len(b) < 256).map(lambda b: bytes([len(b)]) + b)
    known = st.sampled_from([bytes.fromhex(a) for a in sorted(FILES)])
    tail = body | with_lc | st.sampled_from([b"", b"\0", b"\0\0\0", b"\4" + b"1234"])
    return known | st.builds(bytes.__add__, head, tail) | st.binary(max_size=300)


def can_change_counters(apdu: bytes) -> bool:
    return len(apdu) > 5 and apdu[:2] == b"\x00\x20"


@given(apdus=st.lists(commands(), max_size=30))
@settings(QUICK, max_examples=200)
def test_no_bytes_upset_the_card(apdus: list[bytes]) -> None:
    card = new_card()
    tries = {n: card.tries(n) for n in NAMES}
    for apdu in apdus:
        answer = card.transmit(apdu)
        assert len(answer) >= 2
        now = {n: card.tries(n) for n in NAMES}
        changed = [n for n in NAMES if now[n] != tries[n]]
        assert len(changed) <= int(can_change_counters(apdu)), apdu.hex()
        for name in changed:
            assert now[name] == tries[name] - 1 or answer == b"\x90\x00"
        tries = now
    assert card.transmit(bytes.fromhex(JPKI)) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("00B0880003")) == bytes.fromhex("8F8F009000")


ANY = st.text(st.characters(), max_size=40)


@given(
    name=ANY,
    address=ANY | st.integers(0, 40_000).map("架".__mul__),
    number=ANY,
    municipality=ANY,
    born=st.dates(date(1, 1, 1), date(2023, 1, 1)),
)
@settings(QUICK, max_examples=40)
def test_no_person_upsets_the_card(
    name: str, address: str, number: str, municipality: str, born: date
) -> None:
    """Whatever a record says, every file of every application can be asked for."""
    who = msgspec.structs.replace(
        PATIENT,
        given=name,
        address=address,
        mynumber=number,
        municipality=municipality,
        birthdate=born,
    )
    spec = CardSpec(cert_from=date(2024, 2, 1), cert_until=date(2029, 2, 17))
    card = VirtualCard(spec, who, seed=1)
    card.power(Power.ON)
    own = card.secrets
    opens = {TEXT: {0x11: own.text_pin}, JPKI: {0x1B: own.sign_pin}}
    opens[VISUAL] = {0x11: own.birth, 0x12: own.number_b}
    for application in sorted(FILES):
        assert card.transmit(bytes.fromhex(application)) == b"\x90\x00"
        for fid, secret in opens.get(application, {}).items():
            verify = bytes([0x00, 0x20, 0x00, 0x80 | fid, len(secret)]) + secret.encode()
            assert card.transmit(verify) == b"\x90\x00"
        for fid in range(1, 0x1F):
            answer = card.transmit(bytes([0x00, 0xB0, 0x80 | fid, 0, 0]))
            assert answer[-2:].hex() in ("9000", "6a82", "6981", "6982")
