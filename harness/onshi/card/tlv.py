"""Writing BER-TLV objects (JIS X 6320-4 / ISO/IEC 7816-4, section 5.2.2)."""

from __future__ import annotations

__all__ = ["tlv", "with_offsets"]


def tlv(tag: int, *parts: bytes) -> bytes:
    """``tag`` as its own bytes (``0xDF21`` is two), the shortest length, then the parts."""
    value = b"".join(parts)
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + _length(len(value)) + value


def with_offsets(tag: int, objects: tuple[bytes, ...]) -> bytes:
    """The objects under ``tag``, led by DF21: where each begins, two bytes from the file's start.

    The offsets' own size is fixed, so only the length of the outer length is to be found.
    """
    size = 2 * len(objects)
    body = len(tlv(0xDF21, bytes(size))) + sum(map(len, objects))
    start = len(tlv(tag, bytes(body))) - sum(map(len, objects))
    offsets = b""
    for one in objects:
        offsets += start.to_bytes(2, "big")
        start += len(one)
    return tlv(tag, tlv(0xDF21, offsets), *objects)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits
