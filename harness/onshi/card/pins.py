"""The PINs of a card by name, each made once, whichever application asks for it."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from onshi.card.files import Pin
from onshi.card.identity import Identity
from onshi.card.knobs import Knobs
from onshi.errors import OnshiError, UnknownNameError
from onshi.people.records import CardSpec

__all__ = ["PINS", "PinName", "PinSet", "check_pins"]

PinName = Literal[
    "auth", "sign", "text", "juki", "text_a", "text_b", "visual_a", "visual_b", "visual_birth"
]

_MAX_PIN = 16
_MAX_TRIES = 15


class Kind(NamedTuple):
    """``secret`` is a field of ``Secrets``; ``limit`` tries, or the knob that says how many."""

    application: str
    fid: int
    secret: str
    limit: int | str
    chosen: bool = False


PINS: dict[str, Kind] = {
    "auth": Kind("jpki", 0x0018, "auth_pin", 3, chosen=True),
    "sign": Kind("jpki", 0x001B, "sign_pin", 5, chosen=True),
    "text": Kind("text", 0x0011, "text_pin", 3, chosen=True),
    "juki": Kind("common", 0x001C, "juki_pin", 3, chosen=True),
    "text_a": Kind("text", 0x0014, "number_a", "number_tries"),
    "text_b": Kind("text", 0x0015, "number_b", "number_tries"),
    "visual_a": Kind("visual", 0x0013, "number_a", "number_tries"),
    "visual_b": Kind("visual", 0x0012, "number_b", "number_tries"),
    "visual_birth": Kind("visual", 0x0011, "birth", "birth_tries"),
}
"""Files and tries: facts, card page, section 2. ``chosen`` ones are the holder's to change."""


class PinSet:
    """One card's PINs. ``juki`` is one counter for both its applications (*inferred*).

    Those of ``dead`` and, on a ``pinless`` card, all that a holder chooses have no tries left:
    the card looks blocked (facts: card page, section 9).
    """

    def __init__(
        self,
        identity: Identity,
        knobs: Knobs,
        *,
        pinless: bool = False,
        dead: frozenset[str] = frozenset(),
    ) -> None:
        self._identity, self._knobs = identity, knobs
        chosen = {name for name, kind in PINS.items() if kind.chosen} if pinless else set()
        self._dead = dead | chosen
        self._made: dict[str, Pin] = {}

    def __getitem__(self, name: str) -> Pin:
        """Raises :class:`UnknownNameError`."""
        pin = self._made.get(name)
        if pin is None:
            if name not in PINS:
                raise UnknownNameError("PIN", name, PINS)
            pin = self._made[name] = self._make(name)
        return pin

    def _make(self, name: str) -> Pin:
        kind, spec = PINS[name], self._identity.spec
        limit = getattr(self._knobs, kind.limit) if isinstance(kind.limit, str) else kind.limit
        own = {"auth": spec.auth_tries, "sign": spec.sign_tries}
        tries = own.get(name, spec.other_tries.get(name, limit))
        return Pin(
            kind.fid,
            name,
            getattr(self._identity.secrets, kind.secret).encode("ascii", "replace"),
            limit=limit,
            tries=0 if name in self._dead else tries,
            changeable=kind.chosen,
        )


def check_pins(spec: CardSpec) -> None:
    """Raises :class:`OnshiError` for a PIN or a number of tries that no card has."""
    for field in ("auth_pin", "sign_pin", "text_pin", "juki_pin"):
        text = getattr(spec, field)
        if not (text.isascii() and 1 <= len(text) <= _MAX_PIN):
            raise OnshiError(f"{field}: a PIN is 1 to {_MAX_PIN} ASCII characters")
    others = [n for n in get_args(PinName) if n not in ("auth", "sign")]
    for name in spec.other_tries:
        if name not in others:
            hint = "auth and sign have auth_tries and sign_tries"
            raise UnknownNameError("PIN in other_tries", name, others, hint)
    named = {"auth_tries": spec.auth_tries, "sign_tries": spec.sign_tries}
    named |= {f"other_tries of {name}": tries for name, tries in spec.other_tries.items()}
    for name, tries in named.items():
        if not 0 <= tries <= _MAX_TRIES:
            raise OnshiError(f"{name}: a card counts from 0 to {_MAX_TRIES} tries, not {tries}")
