"""共通カード: who issued the card and until when (facts: card page, section 1.4)."""

from __future__ import annotations

from onshi.card.apdu import SW
from onshi.card.files import Application, KeyEf, Records
from onshi.card.identity import Identity
from onshi.card.issuing import KEY_ID
from onshi.card.pins import PinSet

__all__ = ["AID", "CHANGE_KEY", "FIDS", "REFUSED", "application"]

AID = bytes.fromhex("D3921000310001010100")
FIDS = (0x0001, 0x0002, 0x0019, 0x001C)
CHANGE_KEY = 0x8032
REFUSED = {(0x80, 0xA2): SW.WRONG_P1P2, (0x80, 0xAE): SW.NO_SESSION_KEY}


def application(identity: Identity, pins: PinSet) -> Application:
    """The application of one card. Record files; key 0019 needs no PIN.

    The record of 0001 is a simple-TLV object: chip serial, 市区町村コード and last day, 28 digits.
    """
    text = f"{identity.chip_serial}{identity.municipality}{identity.until:%Y%m%d}".encode()
    return Application(
        AID,
        [
            Records(0x0001, bytes([0x01, len(text)]) + text),
            Records(0x0002, KEY_ID),
            KeyEf(0x0019, identity.signer(), authenticates=True),
            pins["juki"],
        ],
        refused=REFUSED,
        change=CHANGE_KEY,
    )
