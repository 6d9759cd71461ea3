"""What a reader says of itself: attributes, and controls of PC/SC part 10.

As libccid 1.5.2 answers for a reader without a PIN pad and without a display, measured with
its serial driver on a pseudo terminal behind pcscd 1.9.9. Attributes that libccid does not
know, as the channel or the current protocol, are SCARD_E_UNSUPPORTED_FEATURE there, too.
"""

from __future__ import annotations

import re

from onshi.reader.codes import (
    CCID_ESCAPE,
    GET_FEATURE_REQUEST,
    GET_FEATURE_REQUEST_WINDOWS,
    GET_TLV_PROPERTIES,
    IFD_PIN_PROPERTIES,
    Attribute,
    ScardError,
)
from onshi.reader.devices import described
from onshi.reader.records import Reader

__all__ = ["attribute_of", "control_of"]

_NOT_TRANSACTED = int(ScardError.SCARD_E_NOT_TRANSACTED)
_UNSUPPORTED = int(ScardError.SCARD_E_UNSUPPORTED_FEATURE)

_MAX_MESSAGE = 271
"""Bytes of a CCID message that carries a short APDU: the readers' usual dwMaxCCIDMessageLength."""
_SERIAL = re.compile(r"\(([^()]+)\) \d\d \d\d$")
"""libccid puts the serial number into the reader's name, where there is one."""
_FEATURES = bytes([0x12, 4]) + GET_TLV_PROPERTIES.to_bytes(4, "big")
_PIN_PROPERTIES = bytes([0, 0, 7, 0])
"""wLcdLayout (none), bEntryValidationCondition (any), bTimeOut2."""


def attribute_of(reader: Reader, number: int) -> tuple[int, bytes]:
    """(return code, value) of an attribute; texts end with a NUL."""
    card, known = reader.card, described(reader.name)
    match number:
        case Attribute.DEVICE_FRIENDLY_NAME | Attribute.DEVICE_SYSTEM_NAME:
            return 0, reader.name.encode() + b"\0"
        case Attribute.VENDOR_NAME:
            return 0, _text(reader.vendor or (known.vendor if known else ""))
        case Attribute.VENDOR_IFD_SERIAL_NO:
            found = _SERIAL.search(reader.name)
            return 0, _text(found[1] if found else "")
        case Attribute.VENDOR_IFD_VERSION:
            return 0, (0x0100 << 16).to_bytes(4, "little")
        case Attribute.MAXINPUT:
            return 0, (_MAX_MESSAGE - 10).to_bytes(4, "little")
        case Attribute.ICC_PRESENCE:
            return 0, b"\x00" if card is None else b"\x02"
        case Attribute.ICC_INTERFACE_STATUS:
            return 0, b"\x00" if card is None else b"\x01"
        case Attribute.ATR_STRING:
            return 0, card.atr if card is not None else b""
    return _UNSUPPORTED, b""


def _text(text: str) -> bytes:
    """libccid succeeds with nothing at all where the device has no such text."""
    return text.encode() + b"\0" if text else b""


def control_of(reader: Reader, code: int) -> tuple[int, bytes]:
    """(return code, data) of a control code. Values in the properties are little endian."""
    match code:
        case _ if code in (GET_FEATURE_REQUEST, GET_FEATURE_REQUEST_WINDOWS):
            return 0, _FEATURES
        case _ if code == GET_TLV_PROPERTIES:
            return 0, _properties(reader)
        case _ if code == IFD_PIN_PROPERTIES:
            return 0, _PIN_PROPERTIES
        case _ if code == CCID_ESCAPE:
            return _NOT_TRANSACTED, b""
    return _UNSUPPORTED, b""


def _properties(reader: Reader) -> bytes:
    known = described(reader.name)
    usb = reader.usb or (known.usb if known else "")
    vendor, _, product = (usb or "0:0").partition(":")
    values = (
        (1, 2, 0),  # wLcdLayout
        (3, 1, 0),  # bTimeOut2
        (9, 1, 0),  # bPPDUSupport
        (11, 2, int(vendor, 16)),
        (12, 2, int(product, 16)),
        (10, 4, 0x10000),  # dwMaxAPDUDataSize: extended APDUs
    )
    return b"".join(bytes([tag, n]) + value.to_bytes(n, "little") for tag, n, value in values)
