"""Numbers of the PC/SC interface: return codes, states, protocols, modes, dispositions.

Values are pcsc-lite's (`pcsclite.h`, `reader.h`); the wire carries them as unsigned 32 bit.
"""

from __future__ import annotations

import enum
import re

from onshi.errors import UnknownNameError

__all__ = [
    "Attribute",
    "Disposition",
    "Protocol",
    "ScardError",
    "ShareMode",
    "State",
    "code_of",
]


class ScardError(enum.IntEnum):
    """What an SCard call returns. ``SCARD_E_UNEXPECTED`` is an alias on pcsc-lite."""

    SCARD_S_SUCCESS = 0
    SCARD_F_INTERNAL_ERROR = 0x80100001
    SCARD_E_CANCELLED = 0x80100002
    SCARD_E_INVALID_HANDLE = 0x80100003
    SCARD_E_INVALID_PARAMETER = 0x80100004
    SCARD_E_INVALID_TARGET = 0x80100005
    SCARD_E_NO_MEMORY = 0x80100006
    SCARD_F_WAITED_TOO_LONG = 0x80100007
    SCARD_E_INSUFFICIENT_BUFFER = 0x80100008
    SCARD_E_UNKNOWN_READER = 0x80100009
    SCARD_E_TIMEOUT = 0x8010000A
    SCARD_E_SHARING_VIOLATION = 0x8010000B
    SCARD_E_NO_SMARTCARD = 0x8010000C
    SCARD_E_UNKNOWN_CARD = 0x8010000D
    SCARD_E_CANT_DISPOSE = 0x8010000E
    SCARD_E_PROTO_MISMATCH = 0x8010000F
    SCARD_E_NOT_READY = 0x80100010
    SCARD_E_INVALID_VALUE = 0x80100011
    SCARD_E_SYSTEM_CANCELLED = 0x80100012
    SCARD_F_COMM_ERROR = 0x80100013
    SCARD_F_UNKNOWN_ERROR = 0x80100014
    SCARD_E_INVALID_ATR = 0x80100015
    SCARD_E_NOT_TRANSACTED = 0x80100016
    SCARD_E_READER_UNAVAILABLE = 0x80100017
    SCARD_P_SHUTDOWN = 0x80100018
    SCARD_E_PCI_TOO_SMALL = 0x80100019
    SCARD_E_READER_UNSUPPORTED = 0x8010001A
    SCARD_E_DUPLICATE_READER = 0x8010001B
    SCARD_E_CARD_UNSUPPORTED = 0x8010001C
    SCARD_E_NO_SERVICE = 0x8010001D
    SCARD_E_SERVICE_STOPPED = 0x8010001E
    SCARD_E_UNSUPPORTED_FEATURE = 0x8010001F
    SCARD_E_UNEXPECTED = 0x8010001F
    SCARD_E_NO_READERS_AVAILABLE = 0x8010002E
    SCARD_E_COMM_DATA_LOST = 0x8010002F
    SCARD_W_UNSUPPORTED_CARD = 0x80100065
    SCARD_W_UNRESPONSIVE_CARD = 0x80100066
    SCARD_W_UNPOWERED_CARD = 0x80100067
    SCARD_W_RESET_CARD = 0x80100068
    SCARD_W_REMOVED_CARD = 0x80100069
    SCARD_W_SECURITY_VIOLATION = 0x8010006A
    SCARD_W_WRONG_CHV = 0x8010006B
    SCARD_W_CHV_BLOCKED = 0x8010006C
    SCARD_W_EOF = 0x8010006D
    SCARD_W_CANCELLED_BY_USER = 0x8010006E
    SCARD_W_CARD_NOT_AUTHENTICATED = 0x8010006F


class State(enum.IntFlag):
    """The server's reader state bits."""

    UNKNOWN = 0x01
    ABSENT = 0x02
    PRESENT = 0x04
    SWALLOWED = 0x08
    POWERED = 0x10
    NEGOTIABLE = 0x20
    SPECIFIC = 0x40


class Protocol(enum.IntFlag):
    """Protocols as bits. ``ANY_OLD`` asks for T=0 or T=1, whichever."""

    UNSET = 0
    T0 = 1
    T1 = 2
    RAW = 4
    ANY_OLD = 0x1000


class ShareMode(enum.IntEnum):
    """How a program shares the card with others."""

    EXCLUSIVE = 1
    SHARED = 2
    DIRECT = 3


class Disposition(enum.IntEnum):
    """What is done to the card at the end (or, up to ``UNPOWER``, at a reconnection)."""

    LEAVE = 0
    RESET = 1
    UNPOWER = 2
    EJECT = 3


class Attribute(enum.IntEnum):
    """The attributes a reader answers; every other is SCARD_E_UNSUPPORTED_FEATURE."""

    VENDOR_NAME = 0x00010100
    VENDOR_IFD_VERSION = 0x00010102
    VENDOR_IFD_SERIAL_NO = 0x00010103
    MAXINPUT = 0x0007A007
    ICC_PRESENCE = 0x00090300
    ICC_INTERFACE_STATUS = 0x00090301
    ATR_STRING = 0x00090303
    DEVICE_FRIENDLY_NAME = 0x7FFF0003
    DEVICE_SYSTEM_NAME = 0x7FFF0004


# Control codes: pcsc-lite's SCARD_CTL_CODE, and libccid's number for each feature of part 10.
GET_FEATURE_REQUEST = 0x42000000 + 3400
GET_FEATURE_REQUEST_WINDOWS = 0x00313520
CCID_ESCAPE = 0x42000001
IFD_PIN_PROPERTIES = 0x4233000A
GET_TLV_PROPERTIES = 0x42330012


_HEX = re.compile(r"0[xX]([0-9A-Fa-f]{1,8})|([89A-Fa-f][0-9A-Fa-f]{7})")
_DECIMAL = re.compile(r"-?[0-9]{1,10}")


def code_of(text: str) -> int:
    """A return code from ``SCARD_W_REMOVED_CARD``, ``REMOVED_CARD``, ``0x80100069`` or a number.

    Numbers are as programs print them: ``80100069``, ``2148532329``, ``-2146434967``.
    Raises :class:`UnknownNameError` with the nearest names.
    """
    wanted = text.strip()
    if found := _HEX.fullmatch(wanted):
        return int(found[1] or found[2], 16)
    if _DECIMAL.fullmatch(wanted) and -(2**31) <= int(wanted) < 2**32:
        return int(wanted) & 0xFFFFFFFF
    names = ScardError.__members__
    upper = wanted.upper()
    for name in (upper, f"SCARD_E_{upper}", f"SCARD_W_{upper}", f"SCARD_F_{upper}"):
        if name in names:
            return int(names[name])
    short = [name[len("SCARD_E_") :] for name in names]
    raise UnknownNameError(
        "SCard return code",
        text,
        names if upper.startswith("SCARD_") else short,
        "a name of pcsclite.h, hex as 0x80100069, or the number in decimal",
    )
