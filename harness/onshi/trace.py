"""What a program and its card say to each other, line by line as it happens (``--trace``).

Taps around the card and around the SCard calls, outside every fault: what is told is what the
program saw. Nothing of it exists at a desk without a trace, and nothing of it is journalled.
"""

from __future__ import annotations

import threading
import time
import unicodedata
from collections.abc import Callable
from typing import Any, Protocol

from onshi.card.explain import answer_words, command_words
from onshi.card.following import Following
from onshi.clock import Released
from onshi.errors import UnknownNameError
from onshi.faults.registry import find_fault
from onshi.journal import Lane, apdu_hex
from onshi.reader import ReaderEngine, ReaderState, State
from onshi.reader.codes import ScardError
from onshi.reader.explain import call_words
from onshi.seams import (
    CardLink,
    CardMuteError,
    CardRemovedError,
    HangUpError,
    Power,
    ReaderCalls,
)

__all__ = ["Tape", "Trace"]

_WIDTH = 160
_HEX_BYTES = 32
_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_UNTOLD = frozenset({"ReadersState", "Wait"})
_TOLD_WHEN_WRONG = frozenset({"Transmit", "GetStatusChange", "IsValidContext"})
"""A Transmit that reached the card is told there; the others are polls."""
_POWER_WORDS = {
    Power.ON: "電源オン (power on)",
    Power.OFF: "電源オフ (power off)",
    Power.RESET: "リセット (reset)",
}
_ENDS: tuple[tuple[type[BaseException], str, str], ...] = (
    (CardRemovedError, "removed", "応答なし、カードが抜かれた (removed)"),
    (CardRemovedError, "removed_raw", "応答なし、カードが抜かれた (removed)"),
    (CardMuteError, "mute", "応答なし、カードが黙った (mute)"),
    (HangUpError, "hang_up", "応答なし、接続が切れた (hang up)"),
    (Released, "", "応答なし、終わりまで待たされた"),
)

_KINDS = tuple(kind for kind, _, _ in _ENDS)

Write = Callable[[str], None]


class Tape(Protocol):
    """Who keeps what a card said. ``card`` is the card itself, behind every fault.

    ``end`` names why there was no answer: ``removed``, ``removed_raw`` (noticed late), ``mute``,
    ``hang_up``, or "".
    """

    def powered(self, card: CardLink, action: Power, atr: bytes) -> None:
        """It was switched on, off or reset; ``b""`` is a mute one."""

    def exchanged(self, card: CardLink, apdu: bytes, answer: bytes, end: str) -> None:
        """It was sent a command."""


class _NoTape:
    def powered(self, card: CardLink, action: Power, atr: bytes) -> None: ...

    def exchanged(self, card: CardLink, apdu: bytes, answer: bytes, end: str) -> None: ...


class Trace:
    """Lines for people about one desk, or one after another at the same addresses.

    ``write`` gets each line, without its end; None: only ``tape`` listens. ``with_bytes`` adds the
    bytes in hex below each exchange, PINs masked. Times are seconds since the trace began.
    """

    def __init__(
        self, write: Write | None, *, with_bytes: bool = False, tape: Tape | None = None
    ) -> None:
        self._write, self._with_bytes = write, with_bytes
        self.tape: Tape = _NoTape() if tape is None else tape
        self._began = time.monotonic()
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._who = threading.local()
        self._clients: dict[Any, int] = {}
        self._seen: dict[str, ReaderState] = {}
        self._last, self._again = "", 0

    # ------------------------------------------------------------------ lines
    def line(self, text: str, who: str = "") -> None:
        """One line, cut to the width."""
        if self._write is None:
            return
        with self._lock:
            self._flush()
            self._put(text, who)

    def _put(self, text: str, who: str) -> None:
        assert self._write is not None
        passed = time.monotonic() - self._began
        self._write(_cut(f"onshi {passed:8.3f} {who:<3} {text}".rstrip(), _WIDTH))

    def _repeated(self, text: str, who: str) -> None:
        """As a line, but what libpcsclite asks again and again is counted."""
        if self._write is None:
            return
        with self._lock:
            if self._last == who + text:
                self._again += 1
                return
            self._flush()
            self._put(text, who)
            self._last = who + text

    def _flush(self) -> None:
        if self._again:
            self._put(f"  同じことがあと {self._again} 回", "")
        self._last, self._again = "", 0

    def close(self) -> None:
        """Say what is still to be said."""
        if self._write is not None:
            with self._lock:
                self._flush()

    # ------------------------------------------------------------------- taps
    def around(self, wrap: Callable[[CardLink], CardLink]) -> Callable[[CardLink], CardLink]:
        """The same, with a tap outside it."""

        def tapped(link: CardLink) -> CardLink:
            return _CardTap(self, wrap(link), link)

        return tapped

    def calls(self, calls: ReaderCalls) -> ReaderCalls:
        """The same, with a tap outside it."""
        return _CallsTap(self, calls)

    def watch(self, reader: ReaderEngine) -> None:
        """Tell of readers and cards that come and go."""
        with self._looking:
            self._seen = {}
        reader.listeners.append(lambda: self._look(reader))
        self._look(reader)

    def heard(self, lane: Lane, event: dict[str, Any]) -> None:
        """An event of the journal: faults, and what happens at the desk."""
        what = event.get("event")
        if what == "fault":
            name = event["name"]
            text = f"故障 {name} {_title(name)} ({event['at']}、{event['operation']}回目)"
            self.line(text, "!!")
        elif what == "unrecorded":
            self.line(f"記録にない命令 {event['c'][:40]} (unrecorded)", "!!")
        elif what == "recorded_verify":
            self.line("次の照合は記録どおり、暗証番号は比べていない (recorded)", "!!")
        elif what == "garbage":
            self.line(f"規約にない通信、接続を切った: {event['why']} (garbage)", "!!")
        elif what == "patient":
            self.line("次の患者 (next patient)")
        elif what == "date":
            self.line(f"業務日付 {event['date']} (date)")

    def _look(self, reader: ReaderEngine) -> None:
        """One thread at a time, so that what came first is told first."""
        with self._looking:
            states = reader.states()
            before, self._seen = self._seen, {s.name: s for s in states}
            for name in before:
                if name not in self._seen:
                    self.line(f'リーダー "{name}" がなくなった (reader gone)')
            for now in states:
                for text in _changes(before.get(now.name), now):
                    self.line(text)

    # ------------------------------------------------------- told by the taps
    def number(self, client: Any) -> str:
        """``#1`` is the first program, or its first connection, that called."""
        with self._lock:
            return f"#{self._clients.setdefault(client, len(self._clients) + 1)}"

    def called(self, name: str, who: str, args: tuple[Any, ...], result: tuple[Any, ...]) -> None:
        text = call_words(name, args, result)
        if result[0] == _SHARING:
            self._repeated(text, who)
        else:
            self.line(text, who)

    def exchanged(self, said: str, apdu: bytes, answer: bytes, end: str) -> None:
        who = self.whose()
        result = _words_of(end) if end or not answer else answer_words(apdu, answer)
        self.line(f"{said} → {result}", who)
        if self._with_bytes:
            for mark, text in (("＞", apdu_hex(apdu)), ("＜", answer.hex().upper())):
                for at in range(0, len(text), 2 * _HEX_BYTES):
                    self.line(f"  {mark} {text[at : at + 2 * _HEX_BYTES]}", who)

    def whose(self) -> str:
        """To whom this thread's exchanges belong; "" for nobody here."""
        name: str = getattr(self._who, "name", "")
        return name

    def speaking(self, who: str) -> None:
        """Exchanges of this thread belong to ``who`` from now on."""
        self._who.name = who


class _CallsTap:
    def __init__(self, trace: Trace, calls: ReaderCalls) -> None:
        self._trace, self._call = trace, calls.call

    def call(self, name: str, client: Any, /, *args: Any) -> tuple[Any, ...]:
        trace = self._trace
        if name in _UNTOLD:
            return self._call(name, client, *args)
        who = trace.number(client)
        trace.speaking(who)
        try:
            result = self._call(name, client, *args)
        except (HangUpError, Released):
            trace.line(f"{name} → 接続が切れた (hang up)", who)
            raise
        finally:
            trace.speaking("")
        if result[0] or name not in _TOLD_WHEN_WRONG:
            trace.called(name, who, args, result)
        return result


class _CardTap:
    def __init__(self, trace: Trace, link: CardLink, card: CardLink) -> None:
        self._trace, self._link, self._card = trace, link, card
        self._following = Following()

    def power(self, action: Power) -> bytes:
        self._following.power(action)
        atr = b""
        try:
            atr = self._link.power(action)
        finally:
            self._trace.tape.powered(self._card, action, atr)
            told = atr.hex().upper() if atr else "ATRなし"
            after = "" if action is Power.OFF else f" → {told}"
            self._trace.line(_POWER_WORDS[action] + after, self._trace.whose())
        return atr

    def transmit(self, apdu: bytes) -> bytes:
        said = command_words(apdu, self._following)
        answer, end = b"", ""
        try:
            answer = self._link.transmit(apdu)
        except _KINDS as e:
            raw = isinstance(e, CardRemovedError) and e.raw
            end = next(n for kind, n, _ in _ENDS if isinstance(e, kind)) + "_raw" * raw
            raise
        finally:
            self._following.follow(apdu, answer)
            self._trace.tape.exchanged(self._card, apdu, answer, end)
            self._trace.exchanged(said, apdu, answer, end)
        return answer


def _words_of(end: str) -> str:
    return next((words for _, name, words in _ENDS if name == end), "応答なし")


def _changes(before: ReaderState | None, now: ReaderState) -> list[str]:
    """What is new about one reader."""
    had, has = bool(before and before.state & State.PRESENT), bool(now.state & State.PRESENT)
    found = [] if before else [f'リーダー "{now.name}" (reader)']
    if had and has and before is not None and before.events != now.events:
        found += ["カードが取られた (removed)"]
        had = False
    if has and not had:
        told = now.atr.hex().upper() if now.atr else "応答しない (mute)"
        found.append(f"カードが置かれた (inserted) {told}")
    elif had and not has:
        found.append("カードが取られた (removed)")
    return found


def _title(name: str) -> str:
    try:
        return find_fault(name).TITLE
    except UnknownNameError:
        return ""


def _cut(text: str, width: int) -> str:
    """``text`` in at most so many columns of a terminal; what is cut ends in ``…``."""
    columns = [2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text]
    if sum(columns) <= width:
        return text
    used = 0
    for at, one in enumerate(columns):
        used += one
        if used > width - 2:
            return text[:at] + "…"
    return text
