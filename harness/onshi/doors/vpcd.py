"""The vpcd door: the desk's card in the reader of a real pcscd, or of a Windows or macOS machine.

vsmartcard's vpcd driver listens on TCP 35963; a connection to it is a card in its reader, and no
connection is an empty reader. So the door connects out while a card is in the desk's reader.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
import time
from typing import Any

from onshi.doors.vpcd_connection import Connection
from onshi.errors import OnshiError
from onshi.journal import Journal
from onshi.reader import Card, ReaderEngine

__all__ = ["HOST", "PORT", "VpcdDoor", "parse_address"]

HOST, PORT = "127.0.0.1", 35963

_RETRY = 0.5
"""Seconds between tries while the driver is not there."""
_GAP = 0.8
"""Seconds for which the driver's reader is empty between two cards: two looks of pcscd. Put in
sooner, a card may pass for the one before it (measured), with that one's handles still good."""
_left: dict[tuple[str, int], float] = {}
"""When a card last left the reader of each driver: the next desk's waits for that, too."""
_PATIENCE = 3.0
"""Seconds for a connection to come about."""
_END = 5.0
"""Seconds that closing waits for a thread; one in a hung card comes back when its desk closes."""


def parse_address(text: str) -> tuple[str, int]:
    """``HOST``, ``HOST:PORT`` or ``[IPv6]:PORT``; without a port it is 35963.

    Raises :class:`OnshiError`.
    """

    def wrong(why: str) -> OnshiError:
        return OnshiError(f"{text!r} is not HOST[:PORT]: {why}")

    whole = text.strip()
    host, colon, port = whole.rpartition(":")
    if not colon or whole.endswith("]"):
        host, port = whole, str(PORT)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host and "/" not in host:
        raise wrong("an IPv6 address goes in brackets, [::1]")
    if not host or any(c.isspace() or c == "/" for c in whole):
        raise wrong("write the host's name or address alone")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise wrong("a port is a number from 1 to 65535")
    return host, int(port)


class VpcdDoor:
    """One driver's address and, at most, one desk whose card is in that driver's reader.

    What pcscd 1.9.9 with vpcd 3.3 makes of it (measured): a card inserted or removed here is
    noticed at its next look, every 400 ms; a mute card is one whose ATR pcscd cannot read
    (PRESENT and MUTE, SCardConnect says SCARD_W_UNPOWERED_CARD); a card pulled during a command
    ends the connection, the call returns success with an empty answer, the next ones
    SCARD_E_NOT_TRANSACTED until that look, then SCARD_W_REMOVED_CARD. The same for an answer of
    no bytes, a card that falls mute at a command and one whose hang ended: vpcd has no words for
    them, so the card leaves, and is put in again 0.8 s later. Unplugging the reader takes out the
    card only.

    Return codes and the death of pcscd are not to be had here: pcscd on the other side is real.
    The engine behind it may be behind the pcscd socket as well; then two readers share one card.
    """

    def __init__(self, host: str = HOST, port: int = PORT) -> None:
        self.host, self.port = host, port
        self._seat: _Seat | None = None
        self._lock = threading.Lock()

    def attach(self, engine: ReaderEngine, journal: Journal) -> None:
        """Put the card of this desk's first reader into the driver's, now and whenever it changes.

        Returns at once: a driver that is not there yet is tried again every half second.
        Raises RuntimeError when a desk is attached already.
        """
        with self._lock:
            if self._seat is not None:
                raise RuntimeError("a desk is attached to this door already: detach it first")
            self._seat = _Seat(self.host, self.port, engine, journal)
        self._seat.start()

    def detach(self) -> None:
        """Take the card out of the driver's reader and forget the desk. Idempotent.

        A card that hangs is given five seconds; release the desk's clock first.
        """
        with self._lock:
            seat, self._seat = self._seat, None
        if seat is not None:
            seat.stop()

    def close(self) -> None:
        """The same as :meth:`detach`: between desks the door holds nothing."""
        self.detach()

    @property
    def trouble(self) -> str:
        """Why no driver has the card, and what to do, in one sentence; "" when all is well."""
        seat = self._seat
        return seat.trouble if seat is not None else ""

    def wait(self, seconds: float) -> bool:
        """Wait until a driver has asked for the card; False if none has by then."""
        seat = self._seat
        return seat is not None and seat.taken.wait(seconds)


class _Seat:
    """One desk at the door: keeps a connection for as long as a card is in its reader.

    Its thread does one step, then sleeps until there is news: another card, the end of a
    connection, the end of the desk.
    """

    def __init__(self, host: str, port: int, engine: ReaderEngine, journal: Journal) -> None:
        self._host, self._port, self._engine, self._journal = host, port, engine, journal
        self.taken = threading.Event()
        self._news = threading.Event()
        self._lock = threading.Lock()
        self._stopped = False
        self._trouble = ""
        self._seen: Card | None = None
        self._pending: socket.socket | None = None
        self._connections: list[Connection] = []
        self._thread = threading.Thread(target=self._run, name="onshi-vpcd", daemon=True)

    def start(self) -> None:
        self._engine.listeners.append(self.changed)
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        if self.changed in self._engine.listeners:
            self._engine.listeners.remove(self.changed)
        self._news.set()
        self._stop_connecting()
        for connection in self._all():
            connection.end("")
        self._thread.join(_END)
        for connection in self._all():
            connection.end("")
            connection.join(_END)

    @property
    def trouble(self) -> str:
        return "" if self.taken.is_set() else self._trouble

    def changed(self) -> None:
        """The engine tells of a change; a card that left is out of the driver's reader at once."""
        card = self._engine.card_in()
        for connection in self._all():
            if connection.card is not card:
                connection.end("card")
        if card is not self._seen:
            self._stop_connecting()
            self._news.set()

    def _ended(self) -> None:
        """A connection is no card in the driver's reader any more."""
        self.taken.clear()
        self._trouble = ""
        _left[self._host, self._port] = time.monotonic()
        self._news.set()

    def _all(self) -> list[Connection]:
        with self._lock:
            return list(self._connections)

    def _stop_connecting(self) -> None:
        pending = self._pending
        if pending is not None:
            with contextlib.suppress(OSError):
                pending.shutdown(socket.SHUT_RDWR)

    # ----------------------------------------------------------------- thread
    def _run(self) -> None:
        while not self._stopped:
            self._news.clear()
            self._news.wait(self._step())

    def _step(self) -> float | None:
        """Do what is due. Returns the seconds until the next step, None: when there is news."""
        card = self._seen = self._engine.card_in()
        with self._lock:
            self._connections = [c for c in self._connections if c.running]
            if any(c.alive for c in self._connections):
                return None
        self.taken.clear()
        if card is None:
            self._trouble = ""
            return None
        gap = _left.get((self._host, self._port), -_GAP) + _GAP - time.monotonic()
        if gap > 0:
            return gap
        sock = self._connect()
        if sock is None:
            return _RETRY
        self._trouble = (
            f"the driver at {self._where} has not asked for the card yet: if that stays so, "
            "another card is connected to it; end that program, or use the driver's other port"
        )
        connection = Connection(
            sock, card, self._engine, self._journal, taken=self.taken.set, ended=self._ended
        )
        connection.start()
        with self._lock:
            self._connections.append(connection)
        if self._stopped or self._engine.card_in() is not card:
            connection.end("")
        return None

    # ---------------------------------------------------------------- connect
    @property
    def _where(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    def _connect(self) -> socket.socket | None:
        """A connection to the driver, or None and the trouble."""
        self._trouble = self._trouble or f"{self._where} has not answered yet"
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            self._trouble = (
                f"no address is known for {self._host!r}: check the name, or give the address"
            )
            return None
        error: OSError = ConnectionRefusedError(errno.ECONNREFUSED, "")
        for family, kind, proto, _, address in found:
            try:
                return self._open(socket.socket(family, kind, proto), address)
            except OSError as e:
                error = e
        if isinstance(error, ConnectionRefusedError):
            self._trouble = (
                f"nothing listens at {self._where}: start pcscd, or the smart card service, "
                "with the vpcd driver on that machine"
            )
        else:
            why = os.strerror(error.errno) if error.errno else "no answer"
            self._trouble = (
                f"{self._where} cannot be reached ({why}): check the address, the network "
                "and that machine's firewall"
            )
        return None

    def _open(self, sock: socket.socket, address: Any) -> socket.socket:
        """Connect within the patience; from another thread, a shutdown ends it early."""
        self._pending = sock
        try:
            if self._stopped:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "")
            sock.settimeout(_PATIENCE)
            sock.connect(address)
            # Nobody listens on loopback, and the system chose the same port for our own end.
            if sock.getsockname() == sock.getpeername():
                raise ConnectionRefusedError(errno.ECONNREFUSED, "")
            sock.settimeout(None)
        except OSError:
            sock.close()
            raise
        finally:
            self._pending = None
        return sock
