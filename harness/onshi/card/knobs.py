"""Answers that no source settles (docs/card.md): each has a default, and each can be turned.

A kind of card gives its own in the ``[knobs]`` table of ``devices/cards/<kind>.toml``, one card
in ``CardSpec.knobs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from onshi.errors import OnshiError, UnknownNameError

__all__ = ["Knobs"]

Tries = Annotated[int, msgspec.Meta(ge=1, le=15)]
StatusWord = Annotated[str, msgspec.Meta(pattern="^[69][0-9A-F]{3}$")]
Uid = Annotated[str, msgspec.Meta(pattern="^(random|none|([0-9A-F]{2}){4,10})$")]


class Knobs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one card behaves where sources are silent or disagree."""

    prefix_select: bool = False
    """SELECT with the beginning of an AID (5 bytes or more) finds the first application."""
    fci: bool = False
    """SELECT of an application with P2 = 00 answers ``6F {84 AID}`` instead of no data."""
    reset_clears_pins_contact: bool = False
    reset_clears_pins_contactless: bool = False
    """A warm reset ends the security status, as power-off does."""
    query_after_success: Literal["tries", "9000"] = "tries"
    """VERIFY without data while the PIN is verified: 63Cx, or 9000."""
    blocked_sw: StatusWord = "6984"
    """VERIFY of a blocked PIN."""
    number_tries: Tries = 10
    """Wrong 照合番号 A or B until it is blocked."""
    birth_tries: Tries = 10
    """Wrong 生年月日 until it is blocked."""
    extended_read: Literal["all", "short"] = "all"
    """READ BINARY with an extended Le over 256: as much as asked for, or 256 bytes."""
    read_at_end: Literal["6B00", "empty"] = "6B00"
    """READ BINARY exactly at the end of a file: 6B00, or 9000 without data."""
    uid: Uid = "random"
    """UID pseudo-APDU of a contactless reader: new at each activation, always the same (hex),
    or ``none``: refused with 6A81."""

    def turned(self, changes: Mapping[str, object]) -> Knobs:
        """These with some others. Raises :class:`OnshiError` for a wrong name or value."""
        if not changes:
            return self
        for name in changes:
            if name not in self.__struct_fields__:
                raise UnknownNameError("knob of a card", name, self.__struct_fields__)
        try:
            return msgspec.convert({**msgspec.to_builtins(self), **changes}, Knobs)
        except msgspec.ValidationError as e:
            raise OnshiError(f"knobs of the card: {e} (docs/card.md has the choices)") from None
