"""The door's own side: addresses, framing, patience with drivers, and what it refuses."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from vpcd_lab import SELECT, until

import onshi
from onshi.doors.vpcd import VpcdDoor, parse_address
from onshi.endpoints import Endpoints
from onshi.errors import CannotDeliverError, OnshiError
from onshi.journal import Journal
from onshi.reader import ReaderEngine
from onshi.seams import CardRemovedError, Power

ASK_ATR, ON, OFF = b"\x00\x01\x04", b"\x00\x01\x01", b"\x00\x01\x00"


class Driver:
    """The listening side of vpcd, on loopback: says what a test wants said."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port: int = self._listener.getsockname()[1]
        self.card: socket.socket | None = None

    def take(self) -> None:
        """Accept the card."""
        self.leave()
        self.card, _ = self._listener.accept()
        self.card.settimeout(5)

    def say(self, message: bytes) -> None:
        assert self.card is not None
        self.card.sendall(message)

    def hear(self) -> bytes:
        """One answer; b"" when the card has left."""
        head = self._exactly(2)
        return self._exactly(int.from_bytes(head, "big")) if head else b""

    def _exactly(self, size: int) -> bytes:
        assert self.card is not None
        got = b""
        while len(got) < size:
            chunk = self.card.recv(size - len(got))
            if not chunk:
                return b""
            got += chunk
        return got

    def leave(self) -> None:
        if self.card is not None:
            self.card.close()
            self.card = None

    def close(self) -> None:
        self.leave()
        self._listener.close()


@pytest.fixture
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.close()


@pytest.fixture
def endpoints(driver: Driver) -> Iterator[Endpoints]:
    made = Endpoints(vpcd=("127.0.0.1", driver.port))
    yield made
    made.close()


@pytest.fixture
def desk(endpoints: Endpoints, driver: Driver) -> Iterator[onshi.Desk]:
    with onshi.Desk(date="2025-10-20", doors=("vpcd",), endpoints=endpoints) as made:
        driver.take()
        yield made


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


# -------------------------------------------------------------------- address
@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.20", ("192.168.1.20", 35963)),
        ("reception-pc", ("reception-pc", 35963)),
        ("reception-pc:35964", ("reception-pc", 35964)),
        (" [::1] ", ("::1", 35963)),
        ("[fe80::1]:7", ("fe80::1", 7)),
    ],
)
def test_an_address_is_a_host_and_maybe_a_port(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "name or address"),
        (":35963", "name or address"),
        ("[]:7", "name or address"),
        ("tcp://host:7", "name or address"),
        ("tcp://host", "name or address"),
        ("two words", "name or address"),
        ("host:", "number from 1 to 65535"),
        ("host:0", "number from 1 to 65535"),
        ("host:65536", "number from 1 to 65535"),
        ("host:http", "number from 1 to 65535"),
        ("host:³", "number from 1 to 65535"),
        ("fe80::1", "brackets"),
    ],
)
def test_what_is_none_is_explained(text: str, why: str) -> None:
    with pytest.raises(OnshiError, match=why):
        parse_address(text)


def test_exec_refuses_a_wrong_address_without_a_traceback() -> None:
    command = [sys.executable, "-m", "onshi.cli", "exec", "--vpcd", "host:port", "--", "true"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "'host:port' is not HOST[:PORT]" in done.stderr
    assert "Traceback" not in done.stderr


def test_exec_says_that_nobody_listens_and_goes_on(driver: Driver) -> None:
    driver.close()
    command = [sys.executable, "-m", "onshi.cli", "exec", "--vpcd", f"127.0.0.1:{driver.port}"]
    done = subprocess.run(
        [*command, "--", "echo", "ran"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert done.stdout.strip().endswith("ran")
    assert f"nothing listens at 127.0.0.1:{driver.port}: start pcscd" in done.stderr
    assert "Traceback" not in done.stderr


# -------------------------------------------------------------------- framing
def test_messages_in_any_pieces(desk: onshi.Desk, driver: Driver) -> None:
    select = framed(bytes.fromhex(SELECT))
    for piece in (ASK_ATR, ON):
        for byte in piece:
            driver.say(bytes([byte]))
    assert driver.hear() == desk.card.atr
    driver.say(ON + select + ASK_ATR + select[:7])
    assert driver.hear() == b"\x90\x00"
    assert driver.hear() == desk.card.atr
    driver.say(select[7:])
    assert driver.hear() == b"\x90\x00"


def test_the_longest_command_that_fits_is_answered(desk: onshi.Desk, driver: Driver) -> None:
    driver.say(ON + framed(bytes.fromhex(SELECT)))
    assert driver.hear() == b"\x90\x00"
    driver.say(framed(bytes.fromhex("00A4040C00FFF8") + bytes(0xFFFF - 7)))
    assert driver.hear()[0] == 0x6A


def test_a_message_of_nothing_and_an_unknown_control_are_passed_over(
    desk: onshi.Desk, driver: Driver
) -> None:
    driver.say(b"\x00\x00" + b"\x00\x01\x03" + b"\x00\x01\xff" + ASK_ATR)
    assert driver.hear() == desk.card.atr


def test_a_mute_card_has_an_atr_that_is_too_long(desk: onshi.Desk, driver: Driver) -> None:
    desk.inject("card.mute")
    desk.remove_card()
    desk.insert_card()
    driver.take()
    driver.say(ASK_ATR)
    assert driver.hear() == bytes(34)


def test_looks_of_the_driver_are_no_operations_of_the_card(
    desk: onshi.Desk, driver: Driver
) -> None:
    before = len(list(desk.journal.events("card")))
    for _ in range(20):
        driver.say(ASK_ATR)
        assert driver.hear() == desk.card.atr
    driver.say(ON + OFF + ON + ASK_ATR)
    assert driver.hear() == desk.card.atr
    events = list(desk.journal.events("card"))[before:]
    assert [e["action"] for e in events] == ["on"], "an idle card does not notice"


def test_a_card_without_power_does_not_answer(desk: onshi.Desk, driver: Driver) -> None:
    driver.say(ON + OFF + framed(bytes.fromhex(SELECT)))
    assert driver.hear() == b""
    until(lambda: list(desk.journal.events("vpcd", "left")))
    assert next(desk.journal.events("vpcd", "left"))["by"] == "mute"


def test_the_card_leaves_while_its_driver_waits(desk: onshi.Desk, driver: Driver) -> None:
    driver.say(ASK_ATR)
    assert driver.hear()
    start = time.monotonic()
    desk.remove_card()
    assert driver.hear() == b""
    assert time.monotonic() - start < 0.3


def test_an_unplugged_reader_is_a_card_taken_out(desk: onshi.Desk, driver: Driver) -> None:
    driver.say(ASK_ATR)
    assert driver.hear()
    desk.reader.unplug()
    assert driver.hear() == b""
    desk.reader.plug()
    driver.take()
    driver.say(ASK_ATR)
    assert driver.hear() == desk.card.atr


def test_a_card_that_finds_itself_removed_is_out_of_this_reader_too(
    desk: onshi.Desk, driver: Driver
) -> None:
    class Leaving:
        """A relayed card that somebody takes away."""

        def power(self, action: Power) -> bytes:
            return b"\x3b\x00"

        def transmit(self, apdu: bytes) -> bytes:
            raise CardRemovedError

    desk.reader.insert(Leaving())
    driver.take()
    driver.say(ON + framed(bytes.fromhex(SELECT)))
    assert driver.hear() == b""
    until(lambda: not desk.reader.has_card())


def test_two_readers_share_one_card(endpoints: Endpoints, driver: Driver) -> None:
    """A reset at the driver strikes the handles at the socket; switching off waits for them."""
    doors = ("pcsc", "vpcd")
    with onshi.Desk(date="2025-10-20", doors=doors, endpoints=endpoints) as desk:
        driver.take()
        engine = desk.reader
        program = engine.client()
        _, context = engine.call("EstablishContext", program, 0)
        name = engine.states()[0].name
        code, handle, protocol = engine.call("Connect", program, context, name, 2, 3)
        assert code == 0
        select = bytes.fromhex(SELECT)
        driver.say(ON + framed(select) + OFF + ON + ASK_ATR)
        assert driver.hear() == b"\x90\x00"
        assert driver.hear() == desk.card.atr
        assert engine.call("Transmit", program, handle, protocol, select) == (0, b"\x90\x00")
        driver.say(b"\x00\x01\x02" + ASK_ATR)
        assert driver.hear() == desk.card.atr
        assert engine.call("Transmit", program, handle, protocol, select)[0] == 0x80100068


# ------------------------------------------------------------------- patience
@pytest.mark.soak
def test_a_driver_that_hangs_up_is_not_overrun(desk: onshi.Desk, driver: Driver) -> None:
    start, taken = time.monotonic(), 1
    while time.monotonic() - start < 2.0:
        driver.take()
        taken += 1
    assert taken <= 4


def test_a_silent_driver_is_explained(desk: onshi.Desk, driver: Driver) -> None:
    door = desk.endpoints.vpcd
    until(lambda: "has not asked for the card yet" in door.trouble)
    assert not door.wait(0)
    driver.say(ASK_ATR)
    assert door.wait(2)
    assert door.trouble == ""


def test_a_host_without_an_address_is_explained() -> None:
    with onshi.Desk(
        date="2025-10-20", doors=("vpcd",), endpoints=Endpoints(vpcd=("no..host", 1))
    ) as desk:
        until(lambda: desk.endpoints.vpcd.trouble)
        assert "no address is known for 'no..host'" in desk.endpoints.vpcd.trouble


def test_an_empty_reader_is_no_trouble(desk: onshi.Desk, driver: Driver) -> None:
    desk.remove_card()
    until(lambda: desk.endpoints.vpcd.trouble == "")
    assert not desk.endpoints.vpcd.wait(0)


def test_a_connection_to_itself_is_none() -> None:
    """What TCP makes of a try at a port where nobody listens, if it is our own by chance."""
    from onshi.doors.vpcd import _Seat

    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        port = own.getsockname()[1]
        seat = _Seat("127.0.0.1", port, ReaderEngine(journal=Journal()), Journal())
        with pytest.raises(ConnectionRefusedError):
            seat._open(own, ("127.0.0.1", port))


# ----------------------------------------------------------------- life cycle
def test_one_desk_at_a_time_and_nothing_left(driver: Driver) -> None:
    engine = ReaderEngine(journal=Journal())
    engine.add_reader("reader")
    door = VpcdDoor("127.0.0.1", driver.port)
    before = set(threading.enumerate())
    door.attach(engine, Journal())
    with pytest.raises(RuntimeError, match="detach it first"):
        door.attach(engine, Journal())
    door.detach()
    door.detach()
    door.close()
    assert set(threading.enumerate()) == before
    assert engine.listeners == []


def test_the_journal_holds_no_address(desk: onshi.Desk, driver: Driver) -> None:
    driver.say(ON + framed(bytes.fromhex(SELECT)))
    assert driver.hear() == b"\x90\x00"
    lane = [line for line in desk.journal.canonical().decode().splitlines() if '"vpcd/' in line]
    assert lane == [
        '{"lane":"vpcd/0","event":"connect"}',
        f'{{"lane":"vpcd/0","c":"{SELECT}","r":"9000","event":"apdu"}}',
    ]


# ------------------------------------------------------------------- refusals
def test_reader_faults_need_a_door_of_ours(endpoints: Endpoints) -> None:
    with onshi.Desk(date="2025-10-20", doors=("vpcd",), endpoints=endpoints) as desk:
        for fault in ("reader.return_code", "reader.hang_up", "reader.lost", "reader.slow"):
            with pytest.raises(CannotDeliverError, match=f"{fault} .* through vpcd: .* real one"):
                desk.inject(fault)
        desk.inject("card.mute")
        desk.open("pcsc")
        desk.inject("reader.return_code")


def test_vpcd_beside_the_socket_takes_reader_faults(endpoints: Endpoints) -> None:
    doors = ("pcsc", "vpcd")
    with onshi.Desk(date="2025-10-20", doors=doors, endpoints=endpoints) as desk:
        desk.inject("reader.return_code")
        assert desk.surfaces == {"pcsc"}


def test_a_desk_that_gets_vpcd_later_knows_it(endpoints: Endpoints) -> None:
    with onshi.Desk(date="2025-10-20", doors=("folder",), endpoints=endpoints) as desk:
        desk.open("vpcd")
        with pytest.raises(CannotDeliverError, match="through vpcd"):
            desk.inject("reader.hang")
