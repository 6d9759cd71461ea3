"""Where a report finds the journal of a trouble: what travelled with its row, or a kept folder."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from onshi.outcomes import Row

__all__ = ["MOST", "Journals", "pack"]

Event = dict[str, Any]

MOST = 2000
"""Events that are read of one journal: the picture of a report shows no more."""

_UNPACKED = 16_000_000


def pack(order: bytes) -> str:
    """The events of a journal as a short text, which travels from a worker process."""
    return base64.b85encode(zlib.compress(order, 9)).decode()


class Journals:
    """The journals of one run, by the name of the trouble or encounter that was played.

    ``folders`` are those of ``--onshi-journal`` or ``serve --journal``. What is not found, or is
    damaged, is an empty journal: a report is made without that picture.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._held: dict[str, str] = {}
        self._home: dict[tuple[str, str], Path] = {}

    def place(self, folder: Path, own: Iterable[Row], chosen: Iterable[Row]) -> None:
        """The journals of those rows of a folder that were chosen for the report lie in it."""
        ids = {id(row) for row in chosen}
        self._home.update({(row.trouble, row.name): folder for row in own if id(row) in ids})

    def keep(self, row: Row, packed: str) -> None:
        """Hold what :func:`pack` made of the journal of that row."""
        self._held[_name(row)] = packed

    def events(self, row: Row) -> list[Event]:
        """The events of the visit that the row is about, in the order in which they came."""
        name = _name(row)
        if name in self._held:
            return _read(_unpacked(self._held[name]).splitlines())
        home = self._home.get((row.trouble, row.name))
        for folder in (home,) if home is not None else self._folders:
            path = folder / f"{Path(name).name}.order.jsonl"
            try:
                with path.open("rb") as f:
                    return _read(f)
            except OSError:
                continue
        return []


def _name(row: Row) -> str:
    """As the journal's file is called: an encounter by its number, a trouble by its id."""
    if row.name:
        return f"encounter-{row.name.split('-')[0]}"
    return row.same_as or row.trouble


def _unpacked(text: str) -> bytes:
    try:
        return zlib.decompressobj().decompress(base64.b85decode(text), _UNPACKED)
    except (ValueError, zlib.error, binascii.Error):
        return b""


def _read(lines: Iterator[bytes] | list[bytes]) -> list[Event]:
    found: list[Event] = []
    more = 0
    for line in lines:
        if len(found) >= MOST:
            more += 1
            continue
        try:
            event = msgspec.json.decode(line, type=Event)
        except msgspec.DecodeError:
            continue
        if isinstance(event.get("lane"), str) and isinstance(event.get("event"), str):
            event.pop("wall_ns", None)
            found.append(event)
    if more:
        found.append({"lane": "desk/0", "event": "more", "number": more})
    return found
