"""A card in a reader, as :class:`onshi.seams.CardLink`."""

from __future__ import annotations

from typing import Literal

from onshi.card.device import CardDevice, load_device
from onshi.card.files import Application, Internal, Pin
from onshi.card.filesystem import FileSystem
from onshi.card.jpki import Jpki
from onshi.errors import OnshiError
from onshi.journal import Lane
from onshi.people.records import CardSpec, Patient
from onshi.schedule import stream
from onshi.seams import CardMuteError, Power

__all__ = ["VirtualCard"]

_ISD_AID = bytes.fromhex("A0000001510000")
_CONTACT_ATR = 0x5F51


class VirtualCard:
    """The patient's card as ``spec`` says. Same patient, spec, seed and commands: same answers.

    Built without any cryptography, so it is cheap; certificates are issued at the first read. It
    knows no date: expiry is data in the certificate. ``lane`` gets state changes (power, VERIFY
    with the tries left, never a PIN). Not thread-safe: its reader serialises commands.

    Raises :class:`~onshi.errors.UnknownNameError` for a kind of card that does not exist and
    :class:`~onshi.errors.OnshiError` for a spec no card can have.
    """

    def __init__(
        self, spec: CardSpec, patient: Patient, *, seed: int, lane: Lane | None = None
    ) -> None:
        self.spec, self.patient, self._lane = spec, patient, lane
        self.device: CardDevice = load_device(spec.kind)
        self.atr = spec.atr if spec.atr is not None else self.device.atr_bytes
        self._jpki = (
            Jpki(
                spec,
                patient,
                seed=seed,
                label=self.device.token_label,
                uses=self.device.certificates,
            )
            if "jpki" in self.device.applications
            else None
        )
        name = f"card/{patient.key}/{spec.serial}"
        contactless = self.device.interface_of(self.atr) == "contactless"
        self._files = FileSystem(
            _root(self.device),
            [self._jpki.application] if self._jpki else [],
            challenges=stream(seed, f"{name}/challenge"),
            uids=stream(seed, f"{name}/uid") if contactless else None,
            on_verify=self._verified,
        )
        self._powered = False

    # -------------------------------------------------------------- CardLink
    def power(self, action: Power) -> bytes:
        """The ATR after ON or RESET, ``b""`` after OFF.

        ON of a card that has power is a cold start as after OFF: it clears selection and PINs. A
        RESET keeps verified PINs, unless the device says otherwise (facts: card page, 0.5).
        """
        if self._lane is not None:
            self._lane.event("power", action=action.value)
        if action is Power.OFF:
            self._powered = False
            return b""
        if action is Power.RESET and self._powered and not self.device.reset_clears_pins:
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

    def tries(self, which: Literal["auth", "sign"]) -> int:
        """Tries left for 利用者証明用 (auth) or 署名用 (sign); 0 is blocked or not there."""
        return self._jpki.pins[which].tries if self._jpki and which in self._jpki.uses else 0

    def certificate(self, which: Literal["auth", "sign"]) -> bytes:
        """The certificate on the card, DER. Raises :class:`OnshiError` if it holds none."""
        if self._jpki is None:
            raise OnshiError(f"a card of kind {self.spec.kind!r} has no certificates")
        return self._jpki.certificate(which)

    def _verified(self, pin: Pin, ok: bool) -> None:
        if self._lane is not None:
            self._lane.event("verify", pin=pin.name, ok=ok, tries=pin.tries)


def _root(device: CardDevice) -> Application:
    """What is current after power-on. It has no AID on a card without GlobalPlatform."""
    has_isd = "isd" in device.applications
    contact = bytes.fromhex(device.contact_atr)[1:]
    return Application(
        _ISD_AID if has_isd else b"",
        [Internal(0x001E)] if has_isd else [],
        objects={_CONTACT_ATR: contact} if contact else None,
    )
