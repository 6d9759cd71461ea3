"""A program that watches through many desks sees each card come, whatever reader it is in."""

from __future__ import annotations

from smartcard import scard

from onshi import Desk

PRESENT, CHANGED = 0x20, 0x02
READER, OTHER = "the usual reader 00 00", "another reader 00 00"


def looked(context: int, name: str, known: int) -> int:
    """The reader's state, told at once to a program that knows ``known``."""
    code, states = scard.SCardGetStatusChange(context, 0, [(name, known)])
    assert code in (0, 0x8010000A)
    return int(states[0][1])


def test_the_next_patients_card_is_news_after_a_desk_with_another_reader() -> None:
    context, known = 0, 0
    news = []
    for name in (READER, OTHER, READER, OTHER, READER):
        with Desk(date="2025-10-20", reader_name=name):
            context = context or scard.SCardEstablishContext(0)[1]
            if name == READER:
                state = looked(context, READER, known)
                assert state & PRESENT
                news.append(bool(state & CHANGED))
                known = state & ~CHANGED
    scard.SCardReleaseContext(context)
    assert news == [True, True, True]
