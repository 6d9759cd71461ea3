"""Command APDUs and status words (JIS X 6320-4 / ISO/IEC 7816-4, section 5.1)."""

from __future__ import annotations

import enum

import msgspec

__all__ = ["OK", "SW", "Command", "Refusal", "parse"]


class SW(enum.IntEnum):
    """Status words this card gives (facts: card page, sections 1.6 and 2)."""

    OK = 0x9000
    WRONG_PIN = 0x63C0
    """Plus the tries left in the last digit."""
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_REFUSED = 0x69FC
    INCOMPATIBLE_WITH_FILE = 0x6981
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    BLOCKED = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_EF = 0x6986
    FUNCTION_NOT_SUPPORTED = 0x6A81
    NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_P1P2 = 0x6A86
    NO_SUCH_DATA = 0x6A88
    OFFSET_PAST_END = 0x6B00
    NO_SESSION_KEY = 0x66F1
    WRONG_LE = 0x6C00
    """Plus the right Le in the last byte."""
    UNKNOWN_INS = 0x6D00
    UNKNOWN_CLA = 0x6E00


OK = b"\x90\x00"


class Refusal(Exception):
    """The command ends with this status word and no data."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.answer = sw.to_bytes(2, "big")


class Command(msgspec.Struct, frozen=True, gc=False):
    """One command. ``le`` is the number of bytes wanted at most (256 for ``00``), or None."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None
    extended: bool = False


def parse(apdu: bytes) -> Command:
    """Cases 1 to 4, short and extended. Raises :class:`Refusal` 6700 when lengths disagree."""
    size = len(apdu)
    if size < 4:
        raise Refusal(SW.WRONG_LENGTH)
    cla, ins, p1, p2 = apdu[0], apdu[1], apdu[2], apdu[3]
    if size == 4:
        return Command(cla, ins, p1, p2)
    first = apdu[4]
    if size == 5:
        return Command(cla, ins, p1, p2, b"", first or 256)
    if first:
        if size == 5 + first:
            return Command(cla, ins, p1, p2, apdu[5:])
        if size == 6 + first:
            return Command(cla, ins, p1, p2, apdu[5:-1], apdu[-1] or 256)
        raise Refusal(SW.WRONG_LENGTH)
    return _extended(apdu, size)


def _extended(apdu: bytes, size: int) -> Command:
    head = apdu[0], apdu[1], apdu[2], apdu[3]
    if size == 7:
        return Command(*head, b"", int.from_bytes(apdu[5:7], "big") or 65536, True)
    lc = int.from_bytes(apdu[5:7], "big")
    if size > 7 and lc:
        if size == 7 + lc:
            return Command(*head, apdu[7:], None, True)
        if size == 9 + lc:
            le = int.from_bytes(apdu[-2:], "big") or 65536
            return Command(*head, apdu[7:-2], le, True)
    raise Refusal(SW.WRONG_LENGTH)
