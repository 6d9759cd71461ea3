"""What a card did, kept as text: JSON Lines. Pure; where the text is kept is others' business.

The first line says what it is, each further line is one thing done to the card, in order::

    {"onshi": "recorded card", "version": 1}
    {"power": "on", "atr": "3B888001000005E0B381A1007F"}
    {"c": "00A4040C0AD392F000260100000001", "r": "9000"}
    {"c": "0020008004********", "r": "63C2"}
    {"c": "00B0000004", "end": "removed"}

``c`` is the command with PINs masked, ``r`` the answer, ``end`` why there was none. An empty
``atr`` is a mute card.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from onshi.card.following import CHANGE_KEY, CHANGE_PIN, VERIFY, Following
from onshi.errors import BadFileError
from onshi.journal import apdu_hex, hexed
from onshi.seams import CardLink, Power

__all__ = ["MOST_BYTES", "Line", "Recording", "command_bytes", "parse_recording"]

MOST_BYTES = 8 * 1024 * 1024
"""The longest recording that is read or kept, as text."""

_MOST_APDU = 65_544
_MOST_ATR = 33
_MOST_BEFORE = 1000
"""Power-ons kept of cards that nobody has spoken to yet."""
_CLEAR = re.compile(r"(?:[0-9A-F]{2})*\Z")
_MASKED = re.compile(r"[0-9A-F]{8}(?:[0-9A-F]{2})?(?:\*\*)*\Z")
_RESET_RETRY_COUNTER = 0x2C
_SECRET = frozenset({VERIFY, CHANGE_PIN, _RESET_RETRY_COUNTER, CHANGE_KEY})


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line."""

    onshi: Literal["recorded card"]
    version: Literal[1]


class Line(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One thing done to the card: ``power`` with ``atr``, or ``c`` with ``r`` or ``end``."""

    power: Literal["on", "off", "reset"] | None = None
    atr: str | None = None
    c: str | None = None
    r: str | None = None
    end: Literal["removed", "removed_raw", "mute", "hang_up"] | None = None


Clean = Callable[[Line, Following], Line]

T = TypeVar("T")
_encode = msgspec.json.encode
_HEAD = Head(onshi="recorded card", version=1)


def command_bytes(text: str) -> bytes:
    """A command as it was written, masked bytes as 00."""
    return bytes.fromhex(text.replace("*", "0"))


class Recording:
    """Keeps what the first card that is sent a command does; a :class:`onshi.trace.Tape`.

    ``clean`` may replace what must not be kept; it is given each line and where the card stood
    before it. ``others`` tells whether another card was there, too, ``full`` whether the end was
    left out. Not thread-safe but for one card, whose reader serialises.
    """

    def __init__(self, clean: Clean | None = None) -> None:
        self._clean = clean
        self._card: CardLink | None = None
        self._before: list[tuple[CardLink, Line]] = []
        self._kept: list[bytes] = []
        self._size = 0
        self._following = Following()
        self.others = self.full = False

    def powered(self, card: CardLink, action: Power, atr: bytes) -> None:
        """It was switched on, off or reset."""
        told = None if action is Power.OFF else hexed(atr)
        line = Line(power=action.value, atr=told)
        if self._card is None:
            self._before.append((card, line))
            del self._before[:-_MOST_BEFORE]
        elif card is self._card:
            self._keep(line)
            self._following.power(action)

    def exchanged(self, card: CardLink, apdu: bytes, answer: bytes, end: str) -> None:
        """It was sent a command; the first one that is, is the card that is recorded."""
        if self._card is None:
            self._card = card
            for one, line in self._before:
                if one is card:
                    self._keep(line)
            self._before.clear()
        if card is not self._card:
            self.others = True
            return
        why = end if not answer else ""
        self._keep(
            msgspec.convert(
                {"c": apdu_hex(apdu), **({"end": why} if why else {"r": hexed(answer)})}, Line
            )
        )
        self._following.follow(apdu, answer)

    def _keep(self, line: Line) -> None:
        if self._clean is not None:
            line = self._clean(line, self._following)
        raw = _encode(line)
        if self._size + len(raw) > MOST_BYTES - 100:
            self.full = True
            return
        self._size += len(raw) + 1
        self._kept.append(raw)

    @property
    def empty(self) -> bool:
        """Whether no card was sent anything."""
        return not self._kept

    def text(self) -> bytes:
        """The whole recording; with no line but the first where no card was sent anything."""
        return b"".join(line + b"\n" for line in (_encode(_HEAD), *self._kept))


def parse_recording(path: Path, text: bytes) -> tuple[Line, ...]:
    """The lines of a recording; ``path`` is for messages.

    Raises :class:`BadFileError` with the line: what is no recording, one with a PIN in clear, one
    without an ATR.
    """
    lines = text.splitlines()
    if len(text) > MOST_BYTES:
        raise BadFileError(path, f"a recording has at most {MOST_BYTES} bytes")
    _parse(path, 1, lines[0] if lines else b"", Head)
    found = tuple(
        _checked(path, number, _parse(path, number, line, Line))
        for number, line in enumerate(lines[1:], 2)
        if line.strip()
    )
    if not any(line.power and line.atr is not None for line in found):
        raise BadFileError(path, 'there is no ATR: a line {"power": "on", "atr": "3B..."}')
    return found


def _parse(path: Path, number: int, line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        what = "a recorded card begins with" if kind is Head else "a line is like"
        example = _encode(_HEAD if kind is Head else Line(c="00B0000004", r="3082058A9000"))
        raise BadFileError(path, f"{e}; {what} {example.decode()}", line=number) from None


def _checked(path: Path, number: int, line: Line) -> Line:
    """The line with its hex in capitals. Raises :class:`BadFileError`."""

    def wrong(key: str, expected: str) -> BadFileError:
        return BadFileError(path, expected, line=number, key=key)

    if (line.power is None) == (line.c is None):
        raise wrong("", 'either "power" or "c"')
    if line.power is not None:
        if line.r is not None or line.end is not None:
            raise wrong("power", "has an atr, and neither r nor end")
        if (line.atr is None) != (line.power == "off"):
            raise wrong("atr", "is there for on and reset, empty for a mute card")
        atr = _hex(line.atr or "")
        if not _CLEAR.match(atr) or len(atr) > 2 * _MOST_ATR:
            raise wrong("atr", f"at most {_MOST_ATR} bytes in hex")
        return msgspec.structs.replace(line, atr=None if line.atr is None else atr)
    if line.atr is not None or (line.r is None) == (line.end is None):
        raise wrong("c", "has either r or end, and no atr")
    command, answer = _hex(line.c or ""), None if line.r is None else _hex(line.r)
    _check_command(command, wrong)
    if answer is not None and (not _CLEAR.match(answer) or len(answer) > 2 * _MOST_APDU):
        raise wrong("r", "the answer in hex")
    return msgspec.structs.replace(line, c=command, r=answer)


def _check_command(command: str, wrong: Callable[[str, str], BadFileError]) -> None:
    head = command[:4]
    if len(command) > 2 * _MOST_APDU or not _CLEAR.match(head):
        raise wrong("c", "the command in hex")
    if len(head) == 4 and int(head[2:], 16) in _SECRET:
        if not _MASKED.match(command):
            raise wrong("c", "is a PIN in clear: write ** for each byte after the length")
    elif not _CLEAR.match(command):
        raise wrong("c", "the command in hex; only PINs are masked")


def _hex(text: str) -> str:
    return text.replace(" ", "").upper()
