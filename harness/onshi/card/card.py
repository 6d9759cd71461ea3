"""A card in a reader, as :class:`onshi.seams.CardLink`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec

from onshi.card import common, isd, jpki, juki, text, visual
from onshi.card.device import CardDevice, Interface, load_device
from onshi.card.files import Application, Pin
from onshi.card.filesystem import FileSystem
from onshi.card.identity import Identity, Secrets
from onshi.card.jpki import Jpki
from onshi.card.pins import PINS, PinName, PinSet
from onshi.card.spec import check, missing_files
from onshi.errors import OnshiError, UnknownNameError
from onshi.journal import Lane
from onshi.people.records import CardSpec, Patient
from onshi.seams import CardMuteError, Power

__all__ = ["VirtualCard"]


class VirtualCard:
    """The patient's card as ``spec`` says. Same patient, spec, seed and commands: same answers.

    Built without any cryptography, so it is cheap; an application is made when it is first
    selected, certificates and signatures when they are first read. It knows no date: expiry is
    data in the certificate. ``lane`` gets state changes (power, VERIFY with the tries left, never
    a PIN). Not thread-safe: its reader serialises commands.

    Raises :class:`~onshi.errors.UnknownNameError` for a kind of card that does not exist and
    :class:`~onshi.errors.OnshiError` for a spec no card can have.
    """

    def __init__(
        self, spec: CardSpec, patient: Patient, *, seed: int, lane: Lane | None = None
    ) -> None:
        check(spec)
        self.spec = msgspec.structs.replace(
            spec,
            other_tries=dict(spec.other_tries),
            damage=dict(spec.damage),
            knobs=dict(spec.knobs),
        )
        self.patient, self._lane = patient, lane
        self.device: CardDevice = load_device(spec.kind)
        self.knobs = self.device.knobs.turned(spec.knobs)
        self.atr = self._atr()
        self.interface: Interface = self.device.interface_of(self.atr)
        self._identity = Identity(self.spec, patient, seed)
        uses = jpki.uses_of(self._identity, self.device.certificates)
        self._pins = PinSet(
            self._identity,
            self.knobs,
            pinless=self.device.pinless,
            dead=frozenset({"auth", "sign"} - set(uses)),
        )
        self._jpki = Jpki(self._identity, self._pins, label=self.device.token_label, uses=uses)
        self._files = FileSystem(
            isd.application(self.device, self._identity),
            self._makers(),
            knobs=self.knobs,
            challenges=self._identity.stream("challenge"),
            uids=self._identity.stream("uid") if self.interface == "contactless" else None,
            tell=self._told,
        )
        self._powered = False

    # -------------------------------------------------------------- CardLink
    def power(self, action: Power) -> bytes:
        """The ATR after ON or RESET, ``b""`` after OFF.

        ON of a card that has power is a cold start as after OFF: it clears selection and PINs. A
        RESET keeps verified PINs, unless the card says otherwise (facts: card page, 0.5). Raises
        :class:`CardMuteError` for a chip that is dead.
        """
        if self._lane is not None:
            self._lane.event("power", action=action.value)
        if action is Power.OFF:
            self._powered = False
            return b""
        if self.device.mute:
            raise CardMuteError("the chip does not answer a reset")
        if action is Power.RESET and self._powered and not self._reset_clears_pins():
            self._files.rewind()
        else:
            self._files.activate()
        self._powered = True
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        """The response APDU. Raises :class:`CardMuteError` when the card has no power."""
        if not self._powered:
            raise CardMuteError("the card has no power")
        return self._files.execute(apdu)

    # ------------------------------------------------------ for the harness
    @property
    def verify_attempts(self) -> int:
        """VERIFY commands with data that reached this card, whatever they ended in."""
        return self._files.verify_attempts

    @property
    def secrets(self) -> Secrets:
        """What opens this card, as it was issued: PINs, 照合番号A and B, 生年月日."""
        return self._identity.secrets

    def tries(self, which: PinName) -> int:
        """Tries left of a PIN; 0 is blocked or not there. Raises :class:`UnknownNameError`."""
        if which not in PINS:
            raise UnknownNameError("PIN", which, PINS)
        there = self._has(PINS[which].application) or (which == "juki" and self._has("juki"))
        return self._pins[which].tries if there else 0

    def certificate(self, which: Literal["auth", "sign"]) -> bytes:
        """The certificate that was issued to the card, DER, sound even if the card's is damaged.

        Raises :class:`OnshiError` if it holds none.
        """
        if not self._has("jpki"):
            raise OnshiError(f"a card of kind {self.spec.kind!r} has no certificates")
        return self._jpki.certificate(which)

    # --------------------------------------------------------------- pieces
    def _atr(self) -> bytes:
        if self.device.mute:
            return b""
        return self.device.atr_bytes if self.spec.atr is None else self.spec.atr

    def _has(self, application: str) -> bool:
        there = application in self.device.applications
        return there and application not in self.spec.missing

    def _makers(self) -> dict[bytes, Callable[[], Application]]:
        """The applications of this card by AID, in the order in which the card knows them."""
        who, pins = self._identity, self._pins
        known: dict[str, tuple[bytes, Callable[[], Application]]] = {
            "jpki": (jpki.AID, self._jpki.application),
            "text": (text.AID, lambda: text.application(who, pins)),
            "visual": (visual.AID, lambda: visual.application(who, pins)),
            "common": (common.AID, lambda: common.application(who, pins)),
            "juki": (juki.AID, lambda: juki.application(pins)),
        }
        return {
            aid: partial(self._made, name, make)
            for name, (aid, make) in known.items()
            if self._has(name)
        }

    def _made(self, name: str, make: Callable[[], Application]) -> Application:
        made = make()
        if self.spec.missing:
            made.drop(missing_files(self.spec, name))
        return made

    def _reset_clears_pins(self) -> bool:
        if self.interface == "contact":
            return self.knobs.reset_clears_pins_contact
        return self.knobs.reset_clears_pins_contactless

    def _told(self, event: str, pin: Pin, ok: bool) -> None:
        if self._lane is not None:
            self._lane.event(event, pin=pin.name, ok=ok, tries=pin.tries)
