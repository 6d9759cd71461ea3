"""Talking to a card in hex."""

from __future__ import annotations

from onshi.card import VirtualCard

JPKI = "00A4040C0AD392F000260100000001"
TEXT = "00A4040C0AD3921000310001010408"
VISUAL = "00A4040C0AD3921000310001010402"
COMMON = "00A4040C0AD3921000310001010100"
JUKI = "00A4040C0AD3921000310001010401"
ISD = "00A4040C07A0000001510000"


class Talk:
    """A card and the APDUs sent to it, all in hex."""

    def __init__(self, card: VirtualCard) -> None:
        self.card = card

    def __call__(self, *apdus: str) -> str:
        """The answer to the last of the APDUs; the ones before it must succeed."""
        for apdu in apdus[:-1]:
            answer = self.card.transmit(bytes.fromhex(apdu))
            assert answer[-2:] == b"\x90\x00", f"{apdu} -> {answer.hex()}"
        return self.card.transmit(bytes.fromhex(apdus[-1])).hex().upper()

    def select(self, fid: str) -> None:
        assert self(f"00A4020C02{fid}") == "9000"

    def read(self, fid: str) -> bytes:
        """The whole physical file, in 256-byte blocks until 6B00 (SELECT first)."""
        self.select(fid)
        out = b""
        while True:
            answer = self.card.transmit(b"\x00\xb0" + len(out).to_bytes(2, "big") + b"\x00")
            if answer == b"\x6b\x00":
                return out
            assert answer[-2:] == b"\x90\x00", answer.hex()
            assert len(answer) > 2, "no data and no 6B00"
            out += answer[:-2]

    def verify(self, which: str, pin: str) -> str:
        """VERIFY of a reference by its file, or of ``auth`` or ``sign``."""
        self.select({"auth": "0018", "sign": "001B"}.get(which, which))
        return self(f"00200080{len(pin):02X}{pin.encode().hex()}")
