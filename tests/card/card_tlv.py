"""Reading BER-TLV in tests: written from ISO/IEC 7816-4, 5.2.2, not from the card's writer."""

from __future__ import annotations


def objects(data: bytes) -> dict[str, bytes]:
    """The objects side by side in ``data``: tag in hex to value. FF filler ends them."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data) and data[at : at + 2] != b"\xff\xff":
        tag_size = 2 if data[at] & 0x1F == 0x1F else 1
        tag = data[at : at + tag_size].hex().upper()
        at += tag_size
        size = data[at]
        at += 1
        if size & 0x80:
            digits = size & 0x7F
            size = int.from_bytes(data[at : at + digits], "big")
            at += digits
        assert at + size <= len(data), f"{tag} is longer than what there is"
        found[tag] = data[at : at + size]
        at += size
    return found


def only(data: bytes, tag: str) -> dict[str, bytes]:
    """What is inside the one object ``tag`` with which the data begins."""
    return objects(objects(data)[tag])
