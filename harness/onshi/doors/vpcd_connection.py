"""One connection to a vpcd driver: its questions in, the card's answers out.

vpcd's protocol (facts from vsmartcard's `vpcd.c`, driver 3.3): each message is a 2-byte big-endian
length and that many bytes. One byte is a control: 0 power off, 1 power on, 2 reset, 4 what is the
ATR; only the last is answered. Anything longer is a command APDU, answered by its response.
The driver asks for the ATR at each look for a card; an answer of no bytes ejects the card.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from onshi.clock import Released
from onshi.journal import Journal, Lane, apdu_hex
from onshi.reader import Card, ReaderEngine
from onshi.seams import CardMuteError, CardRemovedError, HangUpError, Power

__all__ = ["MUTE", "Connection"]

MUTE = bytes(34)
"""Said instead of an ATR by a mute card: one byte longer than any ATR, so that the driver has a
card and pcscd gets no ATR from it."""

_OFF, _ON, _RESET, _ATR = 0, 1, 2, 4
_LONGEST = 0xFFFF
_CHUNK = _LONGEST + 2
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
_KEEPALIVE = (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3))
_framed = struct.Struct(">H").pack


class _DriverLeftError(Exception):
    """The driver closed the connection."""


class Connection:
    """A card in a vpcd driver's reader, served by a thread of its own.

    ``taken`` is called with the driver's first message: before it, the connection may only be
    waiting in the driver's queue. ``ended`` is called once, when the card has left the driver's
    reader; a card that hangs may keep the thread longer than that.

    Events in the connection's lane ``vpcd``: ``connect``; ``apdu`` {c, r}, without r when no
    answer went out; ``reset``; ``left`` {by}: ``card``, ``driver``, or what a fault did (``mute``,
    ``hang_up``). Looks for the card and power are polls of the driver: the card's own lane has
    the power that reached it.
    """

    def __init__(
        self,
        sock: socket.socket,
        card: Card,
        engine: ReaderEngine,
        journal: Journal,
        *,
        taken: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        self._sock, self.card, self._engine, self._journal = sock, card, engine, journal
        self._taken, self._ended = taken, ended
        self._lane: Lane | None = None
        self._off = self._used = False
        self._by: str | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="onshi-vpcd-card", daemon=True)

    # ------------------------------------------------------------------- life
    def start(self) -> None:
        _tune(self._sock)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether this is still a card in the driver's reader."""
        return self._by is None

    @property
    def running(self) -> bool:
        """Whether its thread is still there."""
        return self._thread.is_alive()

    def end(self, by: str) -> None:
        """End it from outside: the driver sees the card leave. ``by`` "" is not journalled."""
        with self._lock:
            first = self._by is None
            if first:
                self._by = by
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        if first:
            self._ended()

    def join(self, timeout: float) -> None:
        """Wait until the connection's thread is over."""
        self._thread.join(timeout)

    def _run(self) -> None:
        by = "driver"
        try:
            self._serve()
        except HangUpError:
            by = "hang_up"
        except CardMuteError:
            by = "mute"
            self._engine.drive(self.card, Power.OFF)
        except CardRemovedError:
            by = "card"
            self._engine.left(self.card)
        except Released:
            by = ""
        except (_DriverLeftError, OSError):
            pass
        finally:
            self.end(by)
            self._sock.close()
            if self._by and self._lane is not None:
                self._lane.event("left", by=self._by)

    # --------------------------------------------------------------- messages
    def _serve(self) -> None:
        buffer = b""
        while True:
            while len(buffer) < 2:
                buffer = self._more(buffer)
            end = 2 + int.from_bytes(buffer[:2], "big")
            while len(buffer) < end:
                buffer = self._more(buffer)
            message, buffer = buffer[2:end], buffer[end:]
            if not self.alive:
                return
            lane = self._lane or self._begin()
            if len(message) > 1:
                self._apdu(message, lane)
            elif message:
                self._control(message[0], lane)

    def _more(self, buffer: bytes) -> bytes:
        # Linux forgets it at each receive. Without it the stock driver, which sends a length and
        # its message one after the other, waits 40 ms in between for our acknowledgement.
        if _QUICKACK is not None:
            self._sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        chunk = self._sock.recv(_CHUNK)
        if not chunk:
            raise _DriverLeftError
        return buffer + chunk

    def _begin(self) -> Lane:
        self._lane = lane = self._journal.lane("vpcd")
        lane.event("connect")
        self._taken()
        return lane

    def _send(self, message: bytes) -> None:
        self._sock.sendall(_framed(len(message)) + message)

    # ------------------------------------------------------------------- card
    def _control(self, code: int, lane: Lane) -> None:
        if code == _ATR:
            self._send(self.card.atr or MUTE)
        elif code == _OFF:
            self._off = True
        elif code == _ON:
            self._power_on()
        elif code == _RESET:
            lane.event("reset")
            self._engine.drive(self.card, Power.RESET)

    def _power_on(self) -> None:
        """Switch on, after the power-off that was still due.

        pcscd switches idle cards off at a moment of its own. Only a card that was used notices,
        and no earlier than now: so the journal does not depend on that moment.
        """
        if self._off and self._used:
            self._engine.drive(self.card, Power.OFF)
            self._used = False
        self._off = False
        self._engine.drive(self.card, Power.ON)

    def _apdu(self, apdu: bytes, lane: Lane) -> None:
        try:
            answer = self._transmit(apdu)
        except (CardRemovedError, CardMuteError, HangUpError):
            lane.event("apdu", c=apdu_hex(apdu))
            raise
        lane.event("apdu", c=apdu_hex(apdu), r=answer.hex().upper())
        self._send(answer)

    def _transmit(self, apdu: bytes) -> bytes:
        """Raises what the card raises, and CardMuteError for an answer that vpcd cannot carry."""
        card = self.card
        if self._off:
            self._off = False
            self._engine.drive(card, Power.OFF)
        self._used = True
        with card.io:
            answer = card.link.transmit(apdu)
        if self._engine.card_in() is not card:
            raise CardRemovedError
        if not 0 < len(answer) <= _LONGEST:
            raise CardMuteError(f"an answer of {len(answer)} bytes")
        return answer


def _tune(sock: socket.socket) -> None:
    """Answers leave at once, and a machine that vanished is noticed within about 11 s."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
