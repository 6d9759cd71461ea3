"""A recorded card as a :class:`onshi.seams.CardLink`: answers as one card answered once."""

from __future__ import annotations

from collections.abc import Iterable

from onshi.card.following import VERIFY, Following, understood
from onshi.card.recording import Line, command_bytes
from onshi.journal import Lane, apdu_hex
from onshi.seams import CardMuteError, CardRemovedError, HangUpError, Power

__all__ = ["UNRECORDED", "RecordedCard"]

UNRECORDED = bytes.fromhex("6FFF")
"""The answer to what is not in the record: no card and no fault here ever gives it."""

_SELECT, _BY_AID = 0xA4, 0x04
_CHALLENGE = 0x84
_SIGN, _RANDOM_SCHEMES = 0x2A, (0x04, 0x05)


class RecordedCard:
    """The same commands in the same order get the same answers.

    A command is looked up where it was recorded: with the same application and file selected and
    the same PINs verified. Sent again, it has its next answer; when there is no further one, the
    last, if all were alike and it is nothing that a card answers differently each time. Anything
    else is answered :data:`UNRECORDED` and journalled as ``unrecorded``.

    The record has no PIN: a VERIFY ends as it did, whatever PIN it brings, as long as its length
    is the same; that it was so is journalled as ``recorded_verify``. Not thread-safe: its reader
    serialises commands.
    """

    def __init__(self, lines: Iterable[Line], lane: Lane | None = None) -> None:
        self._lane = lane
        self._atrs: dict[Power, list[bytes]] = {Power.ON: [], Power.RESET: []}
        self._powers = {Power.ON: 0, Power.RESET: 0}
        self._answers: dict[tuple[object, ...], list[Line]] = {}
        self._used: dict[tuple[object, ...], int] = {}
        self._powered = False
        past = Following()
        for line in lines:
            self._learn(line, past)
        self._now = Following()

    def _learn(self, line: Line, past: Following) -> None:
        if line.power is not None:
            action = Power(line.power)
            past.power(action)
            if line.atr is not None:
                self._atrs[action].append(bytes.fromhex(line.atr))
            return
        assert line.c is not None
        self._answers.setdefault(_key(past, line.c), []).append(line)
        past.follow(command_bytes(line.c), bytes.fromhex(line.r or ""))

    # -------------------------------------------------------------- CardLink
    def power(self, action: Power) -> bytes:
        """The ATR after ON or RESET, ``b""`` after OFF. Raises :class:`CardMuteError`."""
        self._now.power(action)
        if action is Power.OFF:
            self._powered = False
            return b""
        known = self._atrs[action] or self._atrs[Power.ON] or self._atrs[Power.RESET]
        atr = known[min(self._powers[action], len(known) - 1)] if known else b""
        self._powers[action] += 1
        self._powered = bool(atr)
        if not atr:
            raise CardMuteError("recorded so")
        return atr

    def transmit(self, apdu: bytes) -> bytes:
        """What was answered. Raises what ended the exchange then, as :mod:`onshi.seams` says."""
        if not self._powered:
            raise CardMuteError("the card has no power")
        masked = apdu_hex(apdu)
        line = self._next(masked)
        if line is None:
            self._note("unrecorded", c=masked)
            return UNRECORDED
        if line.r is None:
            raise _ends(line.end)
        answer = bytes.fromhex(line.r)
        if len(apdu) > 5 and apdu[1] == VERIFY:
            self._note("recorded_verify", c=masked, r=line.r)
        self._now.follow(apdu, answer)
        return answer

    def _next(self, masked: str) -> Line | None:
        key = _key(self._now, masked)
        known = self._answers.get(key, [])
        number = self._used.get(key, 0)
        self._used[key] = number + 1
        if number < len(known):
            return known[number]
        if known and _lasts(masked) and all(one == known[0] and one.r for one in known):
            return known[0]
        return None

    def _note(self, what: str, **fields: str) -> None:
        if self._lane is not None:
            self._lane.event(what, **fields)


def _key(state: Following, masked: str) -> tuple[object, ...]:
    """The command and what its answer may depend on: a SELECT depends on no file and no PIN."""
    c = understood(command_bytes(masked))
    ef = None if c is not None and (c.ins == _SELECT or state.by_sfi(c)) else state.ef
    if c is not None and c.ins == _SELECT:
        return "" if c.p1 == _BY_AID else state.ap, masked
    return state.ap, ef, tuple(sorted(state.pins.items())), state.changes, masked


def _lasts(masked: str) -> bool:
    """Whether a card answers this alike each time: not a challenge, not a salted signature."""
    c = understood(command_bytes(masked))
    if c is None:
        return True
    return c.ins != _CHALLENGE and not (c.ins == _SIGN and c.p1 in _RANDOM_SCHEMES)


def _ends(why: str | None) -> Exception:
    if why in ("removed", "removed_raw"):
        return CardRemovedError(raw=why == "removed_raw")
    return CardMuteError("recorded so") if why == "mute" else HangUpError()
