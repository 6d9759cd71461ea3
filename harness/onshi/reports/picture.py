"""The timeline of one test as a picture: a column for each lane, time going down."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from onshi.reports.timeline import LANES, Mark

__all__ = ["Drawn", "Picture", "draw"]

_WIDTHS = {"clock": 270, "card": 170, "reader": 250, "back": 240}
_LEFT, _HEAD, _LINE, _GAP, _FONT = 62, 34, 16, 8, 12
_INDENT = 14
_PIECE = re.compile(r"[!-~]+ *|.", re.DOTALL)


@dataclass(frozen=True)
class Drawn:
    """One mark: where, and its words in lines as wide as its lane."""

    mark: Mark
    x: int
    y: int
    lines: tuple[str, ...]
    clock: str


@dataclass(frozen=True)
class Picture:
    """Everything in units of the picture; the page scales it to its own width."""

    width: int
    height: int
    lanes: tuple[tuple[str, int], ...]
    drawn: tuple[Drawn, ...]
    head: int = _HEAD
    left: int = _LEFT
    line: int = _LINE


def draw(marks: Sequence[Mark]) -> Picture:
    """The picture of these marks."""
    at, x = {}, _LEFT
    for lane in LANES:
        at[lane] = x
        x += _WIDTHS[lane]
    drawn, y = [], _HEAD + _GAP
    for mark in marks:
        lines = _wrapped(mark.words, _WIDTHS[mark.lane] - _INDENT - 6)
        y += _LINE
        drawn.append(Drawn(mark, at[mark.lane], y, lines, f"+{mark.at:g} 秒" if mark.at else ""))
        y += _LINE * (len(lines) - 1) + _GAP
    lanes = tuple((LANES[lane], at[lane]) for lane in LANES)
    return Picture(x, y + _GAP, lanes, tuple(drawn))


def _wrapped(text: str, width: int) -> tuple[str, ...]:
    """The text in lines of at most ``width`` units: words of Latin letters stay whole where they
    fit into a line, Japanese is broken anywhere.
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        for part in [piece] if _wide(piece) <= width else piece:
            if line and _wide(line + part.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += part
    return (*lines, line.rstrip())


def _wide(text: str) -> float:
    """A Japanese letter is as wide as it is high."""
    return sum(
        _FONT if unicodedata.east_asian_width(letter) in "WFA" else _FONT * 0.6 for letter in text
    )
