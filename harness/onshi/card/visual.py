"""券面事項確認: the card's face as pictures and signed data (facts: card page, section 1.3).

The references of 照合番号A and B have other files here than in 券面事項入力補助 and counters of
their own. The pictures say that this is a test card.
"""

from __future__ import annotations

from functools import partial

from onshi.card.apdu import SW
from onshi.card.files import Application, KeyEf, Transparent
from onshi.card.identity import Identity
from onshi.card.images import digits, stock
from onshi.card.issuing import ISSUER, KEY_ID, cv_certificate, public_key, signature
from onshi.card.pins import PinSet
from onshi.card.tlv import tlv, with_offsets

__all__ = ["AID", "FIDS", "application"]

AID = bytes.fromhex("D3921000310001010402")
FIDS = (*range(0x0001, 0x0007), *range(0x0011, 0x0014))

_VERSION = bytes.fromhex("06030E01")
_REFUSED = {
    (0x00, 0x88): SW.CONDITIONS_NOT_SATISFIED,
    (0x80, 0xA2): SW.WRONG_P1P2,
    (0x80, 0xAE): SW.NO_SESSION_KEY,
}


def application(identity: Identity, pins: PinSet) -> Application:
    """The application of one card; contents are made when first read."""
    birth, b, a = pins["visual_birth"], pins["visual_b"], pins["visual_a"]
    return Application(
        AID,
        [
            Transparent(0x0001, partial(_age, identity), guards=(birth,)),
            Transparent(0x0002, partial(_face, identity), guards=(b, a)),
            Transparent(0x0003, partial(_information, identity)),
            Transparent(0x0004, cv_certificate),
            Transparent(0x0005, partial(_number, identity), guards=(a,)),
            Transparent(0x0006, bytes, size=16),
            *(birth, b, a),
        ],
        refused=_REFUSED,
        default_key=KeyEf(0, identity.signer()),
    )


def _signed(tag: int, *objects: bytes) -> bytes:
    return tlv(tag, signature(ISSUER, *objects))


def _age(identity: Identity) -> bytes:
    birth = tlv(0xDF11, f"{identity.patient.birthdate:%Y%m%d}".encode())
    key = tlv(0xDF12, public_key(identity.own_key))
    return tlv(0xFF10, birth, key, _signed(0xDF13, birth, key))


def _face(identity: Identity) -> bytes:
    """Birth, sex, key, name, address, photo, signature, expiry, security code."""
    objects = (
        tlv(0xDF22, f"{identity.patient.birthdate:%Y%m%d}".encode()),
        tlv(0xDF23, identity.sex),
        tlv(0xDF24, public_key(identity.own_key)),
        tlv(0xDF25, stock("name.png")),
        tlv(0xDF26, stock("address.png")),
        tlv(0xDF27, stock("photo.jp2")),
    )
    after = (
        tlv(0xDF29, f"{identity.until:%Y%m%d}".encode()),
        tlv(0xDF2A, digits(identity.secrets.security_code)),
    )
    return with_offsets(0xFF20, (*objects, _signed(0xDF28, *objects), *after))


def _information(identity: Identity) -> bytes:
    """Version, key identifier, version of what follows, 市区町村コード; DF35 is not known."""
    return tlv(
        0xFF30,
        tlv(0xDF31, _VERSION),
        tlv(0xDF32, KEY_ID),
        tlv(0xDF33, b"\x01"),
        tlv(0xDF34, identity.municipality.encode()),
        tlv(0xDF35, bytes(272)),
    )


def _number(identity: Identity) -> bytes:
    image = tlv(0xDF41, digits(identity.patient.mynumber))
    key = tlv(0xDF42, public_key(identity.own_key))
    return tlv(0xFF40, image, key, _signed(0xDF43, image, key))
