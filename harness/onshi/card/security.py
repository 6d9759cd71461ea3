"""PIN counters and the security status: VERIFY, and the commands that change a PIN.

Facts: card page, sections 0.4, 0.9, 0.10 and 2. What is not stated there is marked *inferred*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onshi.card.apdu import OK, SW, Command, Refusal
from onshi.card.files import Application, Ef, Pin
from onshi.card.knobs import Knobs

__all__ = ["Security", "Tell"]

_MAX_PIN = 16

Tell = Callable[[str, Pin, bool], None]
"""``(event, pin, ok)`` of a command that was decided: ``verify`` or ``change_pin``."""


class Security:
    """Which PINs are verified, and since when: the status belongs to one application."""

    def __init__(self, owner: Application, knobs: Knobs, tell: Tell) -> None:
        self._owner, self._tell = owner, tell
        self._blocked = int(knobs.blocked_sw, 16)
        self._quiet_query = knobs.query_after_success == "9000"
        self._verified: set[Pin] = set()

    def enter(self, application: Application) -> None:
        """The same application again keeps the status, another one clears it."""
        if application is not self._owner:
            self._verified.clear()
            self._owner = application

    def clear(self) -> None:
        self._verified.clear()

    def is_verified(self, pin: Pin) -> bool:
        return pin in self._verified

    def require(self, guards: Iterable[Pin]) -> None:
        """Raises :class:`Refusal` 6982 unless one of the guards is verified."""
        if guards and self._verified.isdisjoint(guards):
            raise Refusal(SW.SECURITY_STATUS_NOT_SATISFIED)

    def verify(self, pin: Ef, data: bytes) -> bytes:
        """Without data the tries left; never consumes. 63C0 on the last try, then blocked."""
        if not isinstance(pin, Pin):
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        if not data:
            if self._quiet_query and pin in self._verified:
                return OK
            raise Refusal(SW.WRONG_PIN + pin.tries)
        if len(data) > _MAX_PIN:
            raise Refusal(SW.WRONG_LENGTH)
        if not pin.tries:
            self._tell("verify", pin, False)
            raise Refusal(self._blocked)
        if data == pin.secret:
            pin.tries = pin.limit
            self._verified.add(pin)
            self._tell("verify", pin, True)
            return OK
        pin.tries -= 1
        self._verified.discard(pin)
        self._tell("verify", pin, False)
        raise Refusal(SW.WRONG_PIN + pin.tries)

    def change(self, pin: Ef, c: Command) -> bytes:
        """A new PIN after VERIFY of the old one.

        It may be any 1 to 16 bytes, and the status stays (*inferred*).
        """
        if not isinstance(pin, Pin):
            raise Refusal(SW.INCOMPATIBLE_WITH_FILE)
        if not pin.changeable or pin not in self._verified:
            raise Refusal(SW.SECURITY_STATUS_NOT_SATISFIED)
        if not 1 <= len(c.data) <= _MAX_PIN:
            raise Refusal(SW.WRONG_LENGTH)
        pin.secret = c.data
        self._tell("change_pin", pin, True)
        return OK
