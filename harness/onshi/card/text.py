"""券面事項入力補助: what is printed, as text (facts: card page, section 1.2).

A PIN of the holder (0011) opens everything; 照合番号A (個人番号) opens the 個人番号 only, 照合番号B
the four items only; either opens the integrity data.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256

from onshi.card.apdu import SW
from onshi.card.files import Application, KeyEf, Pin, Transparent
from onshi.card.identity import Identity
from onshi.card.issuing import ISSUER, KEY_ID, cv_certificate, public_key, signature
from onshi.card.pins import PinSet
from onshi.card.tlv import tlv, with_offsets

__all__ = ["AID", "FIDS", "application"]

AID = bytes.fromhex("D3921000310001010408")
FIDS = (*range(0x0001, 0x0009), *range(0x0011, 0x0016))

_NUMBER_BYTES, _INFO_BYTES = 17, 256
_ITEMS_BYTES = 512
"""Physical size of the four items' file (*inferred*); longer ones make it longer."""
_MOST_CHARACTERS = 200
"""Of an address, as in certificates; more would not fit a card."""
_CHANGE_REFERENCE_DATA = 0x0024
_VERSION = bytes.fromhex("01030E01")
_REFUSED = {
    (0x00, 0x88): SW.CONDITIONS_NOT_SATISFIED,
    (0x80, 0xA2): SW.WRONG_P1P2,
    (0x80, 0xAE): SW.CONDITIONS_NOT_SATISFIED,
}
"""Internal and terminal authentication, session key: real ones are not publicly documented."""


def application(identity: Identity, pins: PinSet) -> Application:
    """The application of one card; contents are made when first read."""
    pin, a, b = pins["text"], pins["text_a"], pins["text_b"]
    spare = Pin(0x0012, "text_spare", b"", limit=3, tries=0)
    key = KeyEf(0x0013, identity.signer())
    number = Transparent(0x0001, partial(_number, identity), size=_NUMBER_BYTES, guards=(pin, a))
    items = Transparent(0x0002, partial(_items, identity), size=_ITEMS_BYTES, guards=(pin, b))
    anyone = (pin, a, b)
    return Application(
        AID,
        [
            number,
            items,
            Transparent(0x0003, partial(_integrity, identity, number), guards=anyone),
            Transparent(0x0004, cv_certificate),
            Transparent(0x0005, _information, size=_INFO_BYTES),
            Transparent(0x0006, partial(_session_key, identity), guards=anyone),
            Transparent(0x0007, partial(_certified_key, identity), guards=anyone),
            Transparent(0x0008, bytes, size=16),
            *(pin, spare, key, a, b),
        ],
        refused=_REFUSED,
        change=_CHANGE_REFERENCE_DATA,
        default_key=key,
    )


def _number(identity: Identity) -> bytes:
    return tlv(0xFF10, identity.patient.mynumber.encode("ascii", "replace"))


def _four(identity: Identity) -> tuple[bytes, ...]:
    """氏名, 住所, 生年月日, 性別."""
    p = identity.patient
    return (
        tlv(0xDF22, _words(p.name)),
        tlv(0xDF23, _words(p.address)),
        tlv(0xDF24, f"{p.birthdate:%Y%m%d}".encode()),
        tlv(0xDF25, identity.sex),
    )


def _words(text: str) -> bytes:
    return text[:_MOST_CHARACTERS].encode("utf-8", "replace")


def _items(identity: Identity) -> bytes:
    return with_offsets(0xFF20, _four(identity))


def _integrity(identity: Identity, number: Transparent) -> bytes:
    """Hashes of file 0001 with its filler and of the four items, and the issuer's signature."""
    hashes = (
        tlv(0xDF31, sha256(number.data).digest()),
        tlv(0xDF32, sha256(b"".join(_four(identity))).digest()),
    )
    return tlv(0xFF30, *hashes, tlv(0xDF33, signature(ISSUER, *hashes)))


def _information() -> bytes:
    """Version and key identifier; what DF43 means is not known, so it says nothing."""
    return tlv(0xFF40, tlv(0xDF41, _VERSION), tlv(0xDF42, KEY_ID), tlv(0xDF43, bytes(128)))


def _session_key(identity: Identity) -> bytes:
    return tlv(0xA1, public_key(identity.own_key))


def _certified_key(identity: Identity) -> bytes:
    key = tlv(0xDF51, public_key(identity.own_key))
    return tlv(0xFF50, key, tlv(0xDF52, signature(ISSUER, key)))
