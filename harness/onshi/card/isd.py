"""What is current after power-on, and what GET DATA tells there (facts: card page, 1.5).

Tags and sizes are from the facts; whether a value has its tag around it is not public, so only
7F21, which is an object by itself, has one (docs/card.md).
"""

from __future__ import annotations

from collections.abc import Callable

from onshi.card.device import CardDevice
from onshi.card.files import Application, Internal
from onshi.card.identity import Identity
from onshi.card.issuing import KEY_ID, cv_certificate
from onshi.card.tlv import tlv

__all__ = ["AID", "application"]

AID = bytes.fromhex("A0000001510000")

_ISSUER = b"ONSHI-TEST".ljust(16, b"\0")
_GLOBALPLATFORM = bytes.fromhex("2A864886FC6B")


def application(device: CardDevice, identity: Identity) -> Application:
    """The issuer security domain; a card without GlobalPlatform has no AID there and no data."""
    if "isd" not in device.applications:
        return Application(b"")
    objects: dict[int, Callable[[], bytes]] = {
        0x0042: lambda: _ISSUER,
        0x0045: lambda: identity.chip_serial.encode(),
        0x0066: _recognition,
        0x00F0: lambda: identity.municipality.encode(),
        0x00F2: lambda: f"{identity.until:%Y%m%d}".encode(),
        0x00F7: lambda: KEY_ID,
        0x00F8: cv_certificate,
        0x7F21: cv_certificate,
    }
    if device.contact_atr:
        contact = bytes.fromhex(device.contact_atr)[1:]
        objects[0x5F51] = lambda: contact
    return Application(AID, [Internal(0x001E)], objects=objects)


def _recognition() -> bytes:
    """Card recognition data: which GlobalPlatform this is (GP Card Specification 2.1.1, F.2)."""

    def oid(*rest: int) -> bytes:
        return tlv(0x06, _GLOBALPLATFORM, bytes(rest))

    return tlv(
        0x66,
        tlv(
            0x73,
            oid(1),
            tlv(0x60, oid(2, 2, 1, 1)),
            tlv(0x63, oid(3)),
            tlv(0x64, oid(4, 1, 5)),
        ),
    )
