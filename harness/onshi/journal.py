"""The ordered record of what happened at one desk.

One sequence per lane (desk, card, each PC/SC client, each connection, folder, face). The
*canonical* journal is the same, byte for byte, for the same seed: virtual time only, no
handles, ports, paths or wall-clock times, and lanes of one kind sorted by what is in them,
because which of two clients came first is a race. Events are encoded when appended (kept as
objects they cost a third of the throughput: experiments page).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from onshi.errors import OnshiError

__all__ = ["Journal", "Lane", "apdu_hex", "hexed"]

Hide = Callable[[str], str]

MOST = 200_000
"""Events that a journal keeps: 30 to 150 MB."""

_encode = msgspec.json.Encoder(order=None).encode


def hexed(data: bytes) -> str:
    """Bytes as the journal writes them: upper-case hex without spaces."""
    return data.hex().upper()


_SECRET = frozenset({0x20, 0x24, 0x2C, 0x32})
"""VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER, CHANGE KEY: their data are PINs."""


def apdu_hex(apdu: bytes) -> str:
    """A command APDU as the journal writes it: PINs masked, whatever the class byte is.

    Where the fifth byte cannot be a length, it may be part of the PIN, and is masked, too.
    """
    size = len(apdu)
    if size > 5 and apdu[1] in _SECRET:
        clear = 5 if apdu[4] in (0, size - 5, size - 6) else 4
        return hexed(apdu[:clear]) + "**" * (size - clear)
    return apdu.hex().upper()


class Lane:
    """One sequence of events. ``t`` is this lane's own simulated time in seconds."""

    __slots__ = ("_hide", "_keep", "kind", "number", "t")

    def __init__(
        self,
        keep: Callable[[tuple[Lane, int, bytes]], None],
        kind: str,
        number: int,
        hide: Hide | None = None,
    ) -> None:
        self._keep, self.kind, self.number, self.t = keep, kind, number, 0.0
        self._hide = hide

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.number}"

    def event(self, what: str, /, **fields: Any) -> None:
        """Append one event; ``fields`` must be JSON-able and free of volatile values."""
        fields["event"] = what
        if self.t:
            fields["t"] = round(self.t, 3)
        raw = _encode(fields)
        if self._hide is not None:
            raw = self._hide(raw.decode()).encode()
        self._keep((self, time.perf_counter_ns(), raw))

    def passed(self, seconds: float) -> None:
        """This lane waited ``seconds`` of simulated time."""
        self.t += seconds


class Journal:
    """Every lane of one desk. ``hide`` takes out of an event's text what must not be kept.

    ``heard`` is told of each event once it is kept. A desk may live for days beside a program that
    looks every second: beyond ``most`` events the oldest quarter is forgotten.
    """

    def __init__(
        self,
        hide: Hide | None = None,
        heard: Callable[[Lane, dict[str, Any]], None] | None = None,
        *,
        most: int = MOST,
    ) -> None:
        self._hide, self._heard, self._most = hide, heard, most
        self._sink: list[tuple[Lane, int, bytes]] = []
        self._add = self._keep if heard is None else self._keep_and_tell
        self._made: dict[str, int] = {}
        self._first: dict[str, Lane] = {}
        self._lock = threading.Lock()
        self.forgotten = 0

    def lane(self, kind: str) -> Lane:
        """A new lane of this kind (``pcsc``, ``webapi``, ``folder`` …)."""
        with self._lock:
            return self._new(kind)

    def only(self, kind: str) -> Lane:
        """The one lane of this kind, made at its first use."""
        with self._lock:
            return self._first.get(kind) or self._new(kind)

    def _new(self, kind: str) -> Lane:
        number = self._made.get(kind, 0)
        self._made[kind] = number + 1
        lane = Lane(self._add, kind, number, self._hide)
        self._first.setdefault(kind, lane)
        return lane

    def _keep(self, one: tuple[Lane, int, bytes]) -> None:
        self._sink.append(one)
        if len(self._sink) > self._most:
            self._forget()

    def _forget(self) -> None:
        with self._lock:
            if len(self._sink) > self._most:
                oldest = self._most // 4
                del self._sink[:oldest]
                self.forgotten += oldest

    def _keep_and_tell(self, one: tuple[Lane, int, bytes]) -> None:
        self._keep(one)
        assert self._heard is not None
        self._heard(one[0], msgspec.json.decode(one[2]))

    def events(self, kind: str = "", event: str = "") -> Iterator[dict[str, Any]]:
        """Events in the order in which they happened, each with its ``lane``."""
        for lane, _, raw in list(self._sink):
            if kind and lane.kind != kind:
                continue
            one = msgspec.json.decode(raw)
            if not event or one["event"] == event:
                yield {"lane": lane.name, **one}

    def since(self, number: int, most: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """(number, event) of at most ``most`` events, from that number (0 is the first) on.

        Those that were forgotten are left out.
        """
        with self._lock:
            number = max(number, self.forgotten)
            start = number - self.forgotten
            found = self._sink[start : None if most is None else start + most]
        for lane, _, raw in found:
            yield number, {"lane": lane.name, **msgspec.json.decode(raw)}
            number += 1

    def __len__(self) -> int:
        """How many events there were, those that are forgotten among them."""
        with self._lock:
            return self.forgotten + len(self._sink)

    def canonical(self) -> bytes:
        """JSON Lines: lanes by kind, then by content; nothing volatile in them.

        A journal that has forgotten its beginning says so in its first line.
        """
        held: dict[Lane, list[bytes]] = {}
        with self._lock:
            forgotten, kept = self.forgotten, list(self._sink)
        for lane, _, raw in kept:
            held.setdefault(lane, []).append(raw)
        out = [f'{{"event":"forgotten","number":{forgotten}}}'.encode()] if forgotten else []
        for kind in sorted({lane.kind for lane in held}):
            bodies = sorted(body for lane, body in held.items() if lane.kind == kind)
            for number, body in enumerate(bodies):
                head = f'{{"lane":"{kind}/{number}",'.encode()
                out += [head + raw[1:] for raw in body]
        return b"".join(line + b"\n" for line in out)

    def ordered(self, most: int) -> bytes:
        """JSON Lines of the first ``most`` events as they came, without times of the machine.

        The last line counts the events that are left out, if any are.
        """
        with self._lock:
            kept, number = self._sink[:most], len(self._sink)
        out = [f'{{"lane":"{lane.name}",'.encode() + raw[1:] for lane, _, raw in kept]
        if number > most:
            out.append(f'{{"lane":"desk/0","event":"more","number":{number - most}}}'.encode())
        return b"".join(line + b"\n" for line in out)

    def write(self, folder: Path, name: str) -> Path:
        """Write ``name.jsonl`` (canonical) and ``name.order.jsonl`` (interleaving, wall clock).

        Raises :class:`OnshiError` when the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}.jsonl"
            path.write_bytes(self.canonical())
            with (folder / f"{name}.order.jsonl").open("wb") as f:
                for lane, wall, raw in list(self._sink):
                    head = f'{{"lane":"{lane.name}","wall_ns":{wall},'.encode()
                    f.write(head + raw[1:] + b"\n")
        except OSError as e:
            raise OnshiError(
                f"the journal cannot be written to {folder}: {e.strerror}; choose another folder, "
                "or make room there"
            ) from None
        return path
