"""Kinds of card: ``devices/cards/<kind>.toml``."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from onshi.card.knobs import Knobs
from onshi.data import data_root, load_toml
from onshi.errors import BadFileError, UnknownNameError

__all__ = ["CardDevice", "Interface", "Variant", "device_names", "load_device"]

_MAX_ATR = 33

Interface = Literal["contact", "contactless"]


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another ATR under which this kind of card is seen. ``atr`` is hex, spaces allowed."""

    name: str
    atr: str
    interface: Interface
    source: str
    note: str = ""

    def __post_init__(self) -> None:
        _check_atr(self.atr)

    @property
    def atr_bytes(self) -> bytes:
        return bytes.fromhex(self.atr)


class CardDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of card.

    ``applications``: ``isd`` is the GlobalPlatform issuer security domain, current after
    power-on; the others are those of docs/card.md. ``certificates`` is what the JPKI application
    holds, ``token_label`` its label in EF 0006. ``contact_atr`` is what GET DATA 5F51 tells,
    without TS. A ``pinless`` card (暗証番号設定不要) has no PIN that could be verified; a ``mute``
    one never answers a reset, so it has no ATR.
    """

    name: str
    title: str
    atr: str = ""
    interface: Interface
    source: str
    applications: tuple[Literal["isd", "jpki", "text", "visual", "common", "juki"], ...] = ()
    certificates: tuple[Literal["auth", "sign"], ...] = ("auth", "sign")
    token_label: str = ""
    contact_atr: str = ""
    pinless: bool = False
    mute: bool = False
    knobs: Knobs = Knobs()
    variant: tuple[Variant, ...] = ()

    def __post_init__(self) -> None:
        if self.mute:
            if self.atr:
                raise ValueError("a mute card has no ATR: leave atr out")
        else:
            _check_atr(self.atr)
        if self.contact_atr:
            _check_atr(self.contact_atr)
        if "jpki" in self.applications and not self.token_label:
            raise ValueError("a card with the jpki application needs a token_label")

    @property
    def atr_bytes(self) -> bytes:
        return bytes.fromhex(self.atr)

    def variant_named(self, name: str) -> Variant:
        """One of the variants. Raises :class:`UnknownNameError`."""
        for one in self.variant:
            if one.name == name:
                return one
        raise UnknownNameError("card variant", name, [v.name for v in self.variant])

    def interface_of(self, atr: bytes) -> Interface:
        """How a card with this ATR is being read: that of the variant it belongs to, if any."""
        return next((v.interface for v in self.variant if v.atr_bytes == atr), self.interface)


def device_names() -> list[str]:
    """Every kind of card, sorted."""
    return sorted(p.stem for p in (data_root() / "devices" / "cards").glob("*.toml"))


@cache
def load_device(name: str) -> CardDevice:
    """A kind of card by its file's name.

    Raises :class:`UnknownNameError`, or :class:`~onshi.errors.BadFileError` for a broken file.
    """
    known = device_names()
    if name not in known:
        raise UnknownNameError("card", name, known)
    path = data_root() / "devices" / "cards" / f"{name}.toml"
    device = load_toml(path, CardDevice)
    if device.name != name:
        raise BadFileError(path, f"must be {name!r}, like the file", key="name")
    return device


def _check_atr(text: str) -> None:
    """2 to 33 bytes of hex, the first 3B or 3F. Raises ValueError."""
    try:
        atr = bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"an ATR is written in hex, not {text!r}") from None
    if not 2 <= len(atr) <= _MAX_ATR or atr[0] not in (0x3B, 0x3F):
        raise ValueError(f"an ATR has 2 to {_MAX_ATR} bytes and begins with 3B or 3F: {text!r}")
