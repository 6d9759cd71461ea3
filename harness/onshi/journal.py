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

    ``heard`` is told of each event once it is kept.
    """

    def __init__(
        self,
        hide: Hide | None = None,
        heard: Callable[[Lane, dict[str, Any]], None] | None = None,
    ) -> None:
        self._hide, self._heard = hide, heard
        self._sink: list[tuple[Lane, int, bytes]] = []
        self._keep = self._sink.append if heard is None else self._keep_and_tell
        self._lanes: dict[str, list[Lane]] = {}
        self._lock = threading.Lock()

    def lane(self, kind: str) -> Lane:
        """A new lane of this kind (``pcsc``, ``webapi``, ``folder`` …)."""
        with self._lock:
            lanes = self._lanes.setdefault(kind, [])
            lane = Lane(self._keep, kind, len(lanes), self._hide)
            lanes.append(lane)
            return lane

    def only(self, kind: str) -> Lane:
        """The one lane of this kind, made at its first use."""
        with self._lock:
            lanes = self._lanes.setdefault(kind, [])
            if not lanes:
                lanes.append(Lane(self._keep, kind, 0, self._hide))
            return lanes[0]

    def _keep_and_tell(self, one: tuple[Lane, int, bytes]) -> None:
        self._sink.append(one)
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

    def since(self, number: int, most: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """(number, event) of at most ``most`` events, from that number (0 is the first) on."""
        for lane, _, raw in self._sink[number : number + most]:
            yield number, {"lane": lane.name, **msgspec.json.decode(raw)}
            number += 1

    def __len__(self) -> int:
        return len(self._sink)

    def canonical(self) -> bytes:
        """JSON Lines: lanes by kind, then by content; nothing volatile in them."""
        held: dict[int, list[bytes]] = {}
        for lane, _, raw in list(self._sink):
            held.setdefault(id(lane), []).append(raw)
        out: list[bytes] = []
        for kind in sorted(self._lanes):
            bodies = sorted(held[id(x)] for x in self._lanes[kind] if id(x) in held)
            for number, body in enumerate(bodies):
                head = f'{{"lane":"{kind}/{number}",'.encode()
                out += [head + raw[1:] for raw in body]
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
