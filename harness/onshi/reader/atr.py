"""What an answer to reset says about protocols (ISO/IEC 7816-3)."""

from __future__ import annotations

from onshi.reader.codes import Protocol

__all__ = ["MAX_ATR", "choose_protocol", "offered_protocols"]

MAX_ATR = 33
_BITS = {0: Protocol.T0, 1: Protocol.T1}


def offered_protocols(atr: bytes) -> int:
    """The protocols an ATR offers, as :class:`Protocol` bits; T=0 when it names none.

    TA2 (specific mode) leaves only the protocol it names. What does not begin as an ATR does
    offers none: pcscd 1.9.9 says SCARD_E_PROTO_MISMATCH, measured with ``00 11`` and ``3B``.
    """
    if len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        return 0
    offered, at, level = 0, 2, 1
    marks = atr[1] >> 4
    while marks:
        if marks & 0x1:
            if level == 2 and at < len(atr):
                return int(_BITS.get(atr[at] & 0x0F, Protocol.UNSET))
            at += 1
        at += (marks >> 1 & 1) + (marks >> 2 & 1)
        if not marks & 0x8 or at >= len(atr):
            break
        offered |= _BITS.get(atr[at] & 0x0F, Protocol.UNSET)
        marks = atr[at] >> 4
        at += 1
        level += 1
    return int(offered) or int(Protocol.T0)


def choose_protocol(wanted: int, atr: bytes) -> int:
    """pcscd's choice: T=1 before T=0 among what both sides can; 0 when there is nothing."""
    if wanted & Protocol.ANY_OLD:
        wanted = Protocol.T0 | Protocol.T1
    both = wanted & offered_protocols(atr)
    if both & Protocol.T1:
        return int(Protocol.T1)
    return int(Protocol.T0) if both & Protocol.T0 else 0
